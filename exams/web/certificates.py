"""Certificates: the office's register, the files, and the page on which anybody can verify one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from examsite.lib import clock
from examsite.lib.cells import XLSX, add_sheet, book_bytes, new_book
from examsite.web import ask, download, page

from ..domain import certificates as domain
from ..models import Certificate, Exam
from ..printing.certificate import CertificateText, certificate_pdf, certificate_png
from ..rules import certificates_managed_by
from .exams import exam_crumbs, managed_exam

PAGE_SIZE = 50
TONES = {
    domain.CertificateState.VALID: "ok",
    domain.CertificateState.EXPIRED: "off",
    domain.CertificateState.WITHDRAWN: "bad",
}


def local_day(at: datetime) -> date:
    """The day in the office's time zone."""
    return localdate(at)


def words_of(request: HttpRequest, certificate: Certificate) -> CertificateText:
    """What stands on the certificate, with the address of its verification page."""
    code = certificate.code
    until = certificate.valid_until
    return CertificateText(
        title=certificate.title,
        name=certificate.name,
        unit=certificate.unit_name,
        exam=certificate.entry.exam.title,
        number=certificate.number,
        code=" ".join(code[start : start + 4] for start in range(0, len(code), 4)),
        issuer=certificate.issuer.name,
        issued_on=_date(certificate.issued_on),
        valid_until="长期" if until is None else f"至{_date(until - timedelta(days=1))}",
        address=request.build_absolute_uri(reverse("exams:verify", args=[code])),
    )


def _date(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def picture_of(request: HttpRequest, certificate: Certificate) -> HttpResponse:
    """The certificate as a PNG, shown in the page so that a phone can keep it."""
    picture = certificate_png(words_of(request, certificate))
    response = download(picture, f"certificate-{certificate.serial}.png", "image/png", inline=True)
    response.headers["Cache-Control"] = "no-store"
    return response


# --- The office ------------------------------------------------------------------------------------------


class IssueForm(forms.Form):
    """The words and the term of the certificates to be given."""

    title = forms.CharField(label="证书名称", max_length=50, initial="法律明白人证书")
    valid_years = forms.IntegerField(
        label="有效期（年）",
        required=False,
        initial=3,
        min_value=1,
        max_value=domain.MAX_YEARS,
        help_text="长期有效请留空",
        widget=forms.NumberInput(attrs={"class": "input-num"}),
    )


@page
@require_safe
def certificates(request: HttpRequest, exam: UUID) -> HttpResponse:
    """The register of an exam, who may get one, and whose certificate has lost its basis."""
    found = managed_exam(request, exam)
    return _register(request, found, IssueForm())


def _register(request: HttpRequest, exam: Exam, form: IssueForm, status: int = 200) -> HttpResponse:
    at = clock.now()
    rows = domain.certificates_of(exam)
    page_obj = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    for one in page_obj:
        state = domain.state_on(one, local_day(at))
        one.words, one.tone = domain.STATE_LABELS[state], TONES[state]
    context = {
        "exam": exam,
        "tab": "results",
        "page_obj": page_obj,
        "deserving": domain.deserving(exam, at),
        "baseless": domain.without_basis(rows),
        "form": form,
    }
    return render(request, "exams/results/certificates.html", context, status=status)


@page
@require_POST
def certificates_issue(request: HttpRequest, exam: UUID) -> HttpResponse:
    """Give certificates to all who deserve one."""
    found = managed_exam(request, exam)
    form = IssueForm(request.POST)
    if not form.is_valid():
        return _register(request, found, form, status=400)
    at = clock.now()
    made = domain.issue_certificates(
        exam=found, **form.cleaned_data, day=local_day(at), at=at, actor=request.user
    )
    messages.success(request, f"已发证 {len(made)} 份，编号 {made[0].number} 至 {made[-1].number}。")
    return redirect("exams:certificates", exam=found.pk)


class WithdrawForm(forms.Form):
    """Why a certificate ends."""

    reason = forms.CharField(
        label="收回事由", max_length=300, widget=forms.Textarea(attrs={"rows": 3}), help_text="持证人会看到"
    )


@page
def certificate_withdraw(request: HttpRequest, certificate: UUID) -> HttpResponse:
    """Withdraw one certificate, with a reason."""
    found = _managed(request, certificate)
    target = reverse("exams:certificates", args=[found.entry.exam_id])

    def withdraw(data: dict[str, Any]) -> str:
        domain.withdraw_certificate(certificate=found, **data, at=clock.now(), actor=request.user)
        return target

    return ask(
        request,
        WithdrawForm(request.POST or None),
        withdraw,
        heading="收回证书",
        lead=f"{found.name}（{found.unit_name}）· {found.number}",
        notice="收回后扫码查验会显示“已收回”，不能恢复；登记簿保留记录。持证人是法律明白人的，自今日起不再计入“证书有效”。",
        submit_label="收回证书",
        cancel_url=target,
        done="证书已收回。",
        danger=True,
        crumbs=[*exam_crumbs(found.entry.exam), ("证书", target)],
    )


def _managed(request: HttpRequest, certificate: UUID) -> Certificate:
    rows = certificates_managed_by(request.user).select_related("entry__exam__unit", "issuer")
    return get_object_or_404(rows, pk=certificate)


@page
@require_safe
def certificate_file(request: HttpRequest, certificate: UUID, format: str) -> HttpResponse:
    """One certificate as PDF or PNG."""
    found = _managed(request, certificate)
    if format == "png":
        return picture_of(request, found)
    return _pdf(request, [found], f"certificate-{found.serial}.pdf")


@page
@require_safe
def certificates_pdf(request: HttpRequest, exam: UUID) -> HttpResponse:
    """All certificates of an exam that are in force, one a page."""
    found = managed_exam(request, exam)
    rows = list(domain.certificates_of(found).filter(withdrawn_at__isnull=True))
    return _pdf(request, rows, "certificates.pdf")


def _pdf(request: HttpRequest, certificates: Sequence[Certificate], name: str) -> HttpResponse:
    data = certificate_pdf([words_of(request, one) for one in certificates])
    return download(data, name, "application/pdf")


@page
@require_safe
def certificates_xlsx(request: HttpRequest, exam: UUID) -> HttpResponse:
    """The register as a table."""
    found = managed_exam(request, exam)
    day = local_day(clock.now())
    book = new_book()
    add_sheet(
        book,
        "证书登记簿",
        ("编号", "姓名", "单位", "证书", "发证日期", "有效期至", "状态", "收回事由"),
        (
            (
                one.number,
                one.name,
                one.unit_name,
                one.title,
                one.issued_on.isoformat(),
                "长期" if one.valid_until is None else (one.valid_until - timedelta(days=1)).isoformat(),
                domain.STATE_LABELS[domain.state_on(one, day)],
                one.withdrawn_reason,
            )
            for one in domain.certificates_of(found)
        ),
    )
    return download(book_bytes(book), "certificates.xlsx", XLSX)


# --- For everybody ---------------------------------------------------------------------------------------


@never_cache
@require_safe
def verify(request: HttpRequest, code: str = "") -> HttpResponse:
    """What a QR code or a typed code stands for; of the person no more than a masked name and the village."""
    code = (code or request.GET.get("code", ""))[:40]
    day = local_day(clock.now())
    found = domain.verify_certificate(code=code, day=day) if code else None
    context = {
        "code": code,
        "found": found,
        "words": domain.STATE_LABELS[found.state] if found else "",
        "tone": TONES[found.state] if found else "",
        "valid": found is not None and found.state is domain.CertificateState.VALID,
        "last_day": found.valid_until - timedelta(days=1) if found and found.valid_until else None,
        "day": day,
    }
    return render(request, "exams/results/verify.html", context, status=404 if code and not found else 200)
