"""Certificates as an API: the register, and verification for everybody."""

from __future__ import annotations

from uuid import UUID

from django.utils.timezone import localdate
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from examsite.api import Call, call, list_call
from examsite.lib.errors import NotFound

from ..domain import certificates as domain
from ..models import Certificate
from ..rules import certificates_managed_by, exams_manageable_by
from . import certificates_schema as schema
from .schema import ReasonIn


class ExamCertificates(Call):
    @list_call("certificates_list", schema.CertificateOut, tag="certificates")
    def get(self, request: Request, exam: UUID) -> Response:
        """The register of an exam."""
        found = self.find(exams_manageable_by(request.user), exam)
        return self.paged(domain.certificates_of(found), schema.CertificateOut)

    @call(
        "certificates_issue",
        tag="certificates",
        request=schema.IssueIn,
        reply=schema.CertificateOut(many=True),
        status=201,
    )
    def post(self, request: Request, exam: UUID) -> Response:
        """Give certificates to all who deserve one, or to some of them."""
        found = self.find(exams_manageable_by(request.user).select_related("unit"), exam)
        data = self.read(schema.IssueIn)
        made = domain.issue_certificates(
            exam=found, **data, day=localdate(self.at), at=self.at, actor=request.user
        )
        return Response(schema.CertificateOut(made, many=True).data, status=201)


class WithdrawCertificate(Call):
    @call("certificate_withdraw", tag="certificates", request=ReasonIn, reply=schema.CertificateOut)
    def post(self, request: Request, certificate: UUID) -> Response:
        """End a certificate for good, with a reason its holder is told."""
        rows = certificates_managed_by(request.user).select_related("entry__exam__unit")
        found, data = self.find(rows, certificate), self.read(ReasonIn)
        withdrawn = domain.withdraw_certificate(certificate=found, **data, at=self.at, actor=request.user)
        return Response(schema.CertificateOut(withdrawn).data)


class MyCertificates(Call):
    @call("my_certificates", tag="exam", reply=schema.MyCertificateOut(many=True))
    def get(self, request: Request) -> Response:
        """The person's own certificates in force."""
        rows = Certificate.objects.filter(entry__user=request.user, withdrawn_at__isnull=True)
        return Response(schema.MyCertificateOut(rows.order_by("-issued_on"), many=True).data)


class Verify(Call):
    """Open to everybody: the code is 79 bits of chance, and what it tells is on the printed certificate."""

    authentication_classes = []
    permission_classes = [AllowAny]

    @call("certificate_verify", tag="certificates", reply=schema.VerifiedOut)
    def get(self, request: Request, code: str) -> Response:
        """What a code stands for: the name masked, no telephone, no identity number."""
        found = domain.verify_certificate(code=code[:40], day=localdate(self.at))
        if found is None:
            raise NotFound("not_found", "没有查到这张证书，请核对查验码。")
        response = Response(schema.VerifiedOut(found).data)
        response["Cache-Control"] = "no-store"
        return response
