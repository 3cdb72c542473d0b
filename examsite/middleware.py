"""What every reply carries, and the short way of the calls that must be cheap."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, get_resolver

ADDRESSES_KEPT = 4096  # about 6 MB a process
CONNECTION_KEPT_S = 60.0


class NoStoreMiddleware:
    """Nothing that this site computes may be kept by a proxy or by the next user of a phone.

    Static files are served before this middleware, with their own caching; a view that knows better
    (an immutable chart) sets Cache-Control itself.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.has_header("Cache-Control") and not request.path.startswith(settings.STATIC_URL):
            response.headers["Cache-Control"] = "no-store"
        return response


class ShortWayMiddleware:
    """Answers the calls of SHORT_WAY_URLCONF here: they know neither sessions nor forms nor messages.

    What those layers and the search through all addresses cost is as much as saving an answer. Stands behind
    SecurityMiddleware; what such a reply needs of the layers that it leaves out is done here.
    """

    HEADERS = (
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
        ("X-Frame-Options", "DENY"),
    )

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        # A phone comes again and again with one address; what does not resolve is not kept.
        self.resolve = lru_cache(maxsize=ADDRESSES_KEPT)(get_resolver(settings.SHORT_WAY_URLCONF).resolve)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            match = self.resolve(request.path_info)
        except Resolver404:
            return self.get_response(request)
        request.get_host()  # raises for a host that is not ours
        request.resolver_match = match
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        response.headers["Content-Length"] = str(len(response.content))
        for name, value in self.HEADERS:
            response.headers[name] = value
        keep_connection()
        return response


def keep_connection() -> None:
    """Let this thread hold its database connection for a minute, not for one request.

    The next exam call comes within moments; to take a connection from the pool and put it back costs a tenth
    of a save. Django closes it as ever: when its time is over, and at once when it is broken.
    """
    connection, now = connections[DEFAULT_DB_ALIAS], time.monotonic()
    if connection.close_at is not None and connection.close_at <= now:
        connection.close_at = now + CONNECTION_KEPT_S
