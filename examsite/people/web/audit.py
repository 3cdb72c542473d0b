"""The log, for the auditor."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from examsite.lib.errors import Forbidden
from examsite.web import filters_of, page

from ..domain.auditing import search_log
from ..models import Role
from ..rules import audit_visible_to, granted_paths
from .forms import AuditFilter

PAGE_SIZE = 100


@page
def audit(request: HttpRequest) -> HttpResponse:
    """Who did what, when, on what, from where, newest first."""
    if not granted_paths(request.user, Role.AUDITOR):
        raise Forbidden("forbidden", "操作日志只供审计员查看。")
    form = AuditFilter(filters_of(request) or None)
    records = audit_visible_to(request.user).select_related("actor", "unit")
    if form.is_valid():
        records = search_log(records, **form.cleaned_data)
    page_obj = Paginator(records, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "people/audit.html", {"form": form, "page_obj": page_obj})
