"""Export of lists of people as an API: propose, and after a second officer agreed, fetch once."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.utils.timezone import localdate
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request
from rest_framework.response import Response

from examsite.api import call
from examsite.lib.cells import XLSX

from ..domain.exports import export_people, propose_export
from ..rules import approvals_visible_to
from . import schema
from .persons import TAG, PersonCall


class PeopleExport(PersonCall):
    grave = True

    @call("people_export", tag=TAG, request=schema.PeopleExportIn, reply=schema.ApprovalOut, status=202)
    def post(self, request: Request) -> Response:
        """Ask a second officer to agree to the export of a unit's people."""
        data = self.read(schema.PeopleExportIn)
        data["unit"] = self.unit(data["unit"])
        data["category"] = None if data["category"] is None else self.category(data["category"])
        approval = propose_export(**data, on=localdate(self.at), at=self.at, actor=request.user)
        return Response(schema.ApprovalOut(approval).data, status=202)


class PeopleExportFile(PersonCall):
    grave = True

    @call("people_export_file", tag=TAG, reply=OpenApiTypes.BINARY)
    def post(self, request: Request, approval: UUID) -> HttpResponse:
        """The approved list as xlsx, once, for whoever proposed it."""
        found = self.find(approvals_visible_to(request.user), approval)
        data = export_people(approval=found, at=self.at, actor=request.user)
        return HttpResponse(data, content_type=XLSX)
