"""Lists of people are searched without naming anybody in an address, which logs and histories would keep.

The form posts its words to `search`; they wait in the session, and the list is shown at its own
address with a mark.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from .web import page

MARK = "found"
KEPT = 10  # lists whose latest search is remembered
_SESSION_KEY = "searches"
_LONGEST = 1000  # characters of one search


@page
@require_POST
def search(request: HttpRequest) -> HttpResponse:
    """Keep what was asked of the list at the address `page`, and show that list."""
    fields = request.POST.copy()
    address = fields.pop("page", [""])[-1]
    fields.pop("csrfmiddlewaretoken", None)
    if not address.startswith("/") or not url_has_allowed_host_and_scheme(address, None):
        return redirect(reverse("home"))
    searches = request.session.get(_SESSION_KEY, {})
    searches.pop(address, None)
    newest = list(searches.items())[-KEPT + 1 :]
    request.session[_SESSION_KEY] = {**dict(newest), address: fields.urlencode()[:_LONGEST]}
    return redirect(f"{address}?{MARK}=1")


def filters_of(request: HttpRequest) -> QueryDict:
    """What the list at this address is filtered by: the latest search in it, or else the address alone.

    Without NUL characters, which PostgreSQL takes in no text.
    """
    kept = request.session.get(_SESSION_KEY, {}).get(request.path)
    words = kept if kept is not None and MARK in request.GET else request.GET.urlencode()
    return QueryDict(words.replace("%00", ""))
