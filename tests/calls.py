"""Calls of the API by name, as one person."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from rest_framework.test import APIClient

from examsite.lib import clock
from examsite.people.models import User


class Calls:
    """One person's calls by name (a stranger's for None); each asserts its status and gives the body."""

    def __init__(self, user: User | None, *, sure: bool = True, app: str = "people_api") -> None:
        self.app, self.client = app, APIClient()
        if user is None:
            return
        self.client.force_login(user, backend="examsite.people.backends.RoleBackend")
        if sure:
            session = self.client.session
            session["sure_at"] = clock.now().timestamp()
            session.save()

    def __call__(self, method: str, route: str, /, *args: object, status: int = 200, **data: object) -> Any:
        address = reverse(f"{self.app}:{route}", args=args)
        reply = getattr(self.client, method)(address, data, format="json")
        assert reply.status_code == status, reply.content.decode()
        if not reply.content:
            return None
        return reply.json() if "json" in reply["Content-Type"] else reply.content
