"""The admin's door: the site's own sign-in, and the county's officers alone."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from .people.rules import is_county_officer


class ExamAdminSite(AdminSite):
    """No second way in with a lock of its own: passwords are asked for in one place."""

    site_header = "学法考试平台 · 数据后台"
    site_title = "数据后台"
    index_title = "数据一览"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        return is_county_officer(request.user)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Strangers sign in as everywhere; whoever is in and has no business here goes home."""
        wanted = request.GET.get("next", "")
        if not wanted.startswith("/") or not url_has_allowed_host_and_scheme(wanted, {request.get_host()}):
            wanted = reverse("admin:index")
        if request.user.is_authenticated:
            return HttpResponseRedirect(wanted if self.has_permission(request) else reverse("home"))
        return HttpResponseRedirect(f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': wanted})}")

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return redirect("people:me")

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("people:change_password")
