"""Whose data a reply carries, said in a header and compared on both sides.

A cache that mixes replies up, or a look-up that finds another person's row, ends in a refusal and not on a
stranger's screen: the middleware compares the owner of what was found with the person who is signed in, the
exam page compares the header with the mark it was drawn with.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from .models import User
from .sealed import digest

logger = logging.getLogger(__name__)

HEADER = "X-Owner"


def owner_mark(user_id: UUID) -> str:
    """What stands in the header for a person: a keyed hash, 16 hexadecimal digits."""
    return digest("owner", str(user_id))[:16]


def belongs_to(request: Any, user_id: UUID) -> None:
    """Say that what this request has found, and will show, is this person's own."""
    plain = getattr(request, "_request", request)
    plain.owners_found = getattr(plain, "owners_found", frozenset()) | {user_id}


class OwnerMiddleware:
    """Marks the replies to people who are signed in; refuses one that carries another person's data.

    A request that never asked who it is (the saving of answers) is marked by its own view, if at all.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        user = getattr(request, "_present_user", None)
        found = getattr(request, "owners_found", frozenset())
        present = user.pk if isinstance(user, User) else None
        if found - {present}:
            match = request.resolver_match
            logger.error("%s found what belongs to somebody else", match.view_name if match else "a view")
            return HttpResponse(render_to_string("500.html"), status=500)
        if present is not None:
            response.headers.setdefault(HEADER, owner_mark(present))
        return response
