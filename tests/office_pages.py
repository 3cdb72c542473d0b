"""Looking at the pages of the office: who asks, what is shown, what was said."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from examsite.people.models import User


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="examsite.people.backends.RoleBackend")
    return client


def url(name: str, *args: object) -> str:
    return reverse(f"exams:{name}", args=args)


def text_of(reply: Any) -> str:
    return re.sub(r"\s+", " ", reply.content.decode())


def told(reply: Any) -> list[str]:
    return [str(one) for one in get_messages(reply.wsgi_request)]


def sitting_fields(**fields: object) -> dict[str, object]:
    made = {
        "title": "正考",
        "mode": "online",
        "opens_at": "2026-03-10T09:00",
        "closes_at": "2026-03-10T12:00",
        "duration": "60",
        "grace": "3",
        "late_entry": "",
    }
    return made | fields
