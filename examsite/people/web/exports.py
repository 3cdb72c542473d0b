"""Export of people: propose, and after a second officer agreed, download once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_POST

from examsite.lib import clock
from examsite.lib.cells import XLSX
from examsite.web import ask, page

from ..domain.exports import export_people, propose_export
from ..models import Role
from ..rules import approvals_visible_to, units_under
from ..sessions import sure
from .forms import ExportForm


@page
@sure
def export_new(request: HttpRequest) -> HttpResponse:
    """Ask for an export."""
    form = ExportForm(request.POST or None)
    form.fields["unit"].offer(units_under(request.user, Role.OFFICER))

    def do(data: dict[str, Any]) -> str:
        at = clock.now()
        approval = propose_export(**data, on=localdate(at), at=at, actor=request.user)
        return reverse("people:approval", args=[approval.pk])

    return ask(
        request,
        form,
        do,
        heading="导出人员名单",
        lead="名单是个人信息，导出须由另一位考务同意；同意后由您下载一次，全程记入日志。",
        submit_label="提交审批",
        cancel_url=reverse("people:people"),
        done="已提交，等另一位考务同意后在本页下载。",
        crumbs=[("人员", reverse("people:people"))],
    )


@page
@sure
@require_POST
def export_download(request: HttpRequest, approval: UUID) -> HttpResponse:
    """The file, once."""
    found = get_object_or_404(approvals_visible_to(request.user), pk=approval)
    at = clock.now()
    data = export_people(approval=found, at=at, actor=request.user)
    response = HttpResponse(data, content_type=XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="people-{localdate(at):%Y%m%d}.xlsx"'
    return response
