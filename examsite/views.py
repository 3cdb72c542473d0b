"""The front door, the search for people and the error pages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from .navigation import home_url
from .web import FOUND, keep_search, page


def home(request: HttpRequest) -> HttpResponse:
    """Everybody lands where his work is: candidates at their exams, officers at their desk."""
    return redirect(home_url(request))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    # Without the request: what the frame asks of the database may be the very thing that fails.
    return HttpResponse(render_to_string("500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", status=403)


@page
@require_POST
def search(request: HttpRequest) -> HttpResponse:
    """Keep what was asked of the list at the address `page`, and show that list."""
    fields = request.POST.copy()
    address = fields.pop("page", [""])[-1]
    fields.pop("csrfmiddlewaretoken", None)
    if not address.startswith("/") or not url_has_allowed_host_and_scheme(address, None):
        return redirect("home")
    keep_search(request, address, fields)
    return redirect(f"{address}?{FOUND}=1")
