"""The log, for the auditor."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import make_aware

from examsite.lib.errors import Forbidden
from examsite.web import page

from ..models import AuditRecord, Role
from ..rules import audit_visible_to, granted_paths
from .forms import AuditFilter

PAGE_SIZE = 100


def searched(records: QuerySet[AuditRecord], data: dict[str, Any]) -> QuerySet[AuditRecord]:
    """The records the filter asks for; days are days of the site's time zone."""
    if text := data.get("q"):
        records = records.filter(Q(label__icontains=text) | Q(reason__icontains=text) | Q(object_id=text))
    if text := data.get("actor"):
        records = records.filter(Q(actor__name__icontains=text) | Q(actor__username=text.lower()))
    if text := data.get("action"):
        records = records.filter(action__startswith=text)
    if day := data.get("first"):
        records = records.filter(at__gte=make_aware(datetime.combine(day, time())))
    if day := data.get("last"):
        records = records.filter(at__lt=make_aware(datetime.combine(day + timedelta(days=1), time())))
    return records


@page
def audit(request: HttpRequest) -> HttpResponse:
    """Who did what, when, on what, from where, newest first."""
    if not granted_paths(request.user, Role.AUDITOR):
        raise Forbidden("forbidden", "操作日志只供审计员查看。")
    form = AuditFilter(request.GET or None)
    records = audit_visible_to(request.user).select_related("actor", "unit")
    if form.is_valid():
        records = searched(records, form.cleaned_data)
    page_obj = Paginator(records, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "people/audit.html", {"form": form, "page_obj": page_obj})
