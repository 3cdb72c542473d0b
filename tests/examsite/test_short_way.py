"""The calls that go past sessions and messages: the same views, and all that such a reply must carry."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client
from django.urls import get_resolver, resolve

ATTEMPT = "/api/v1/attempts/01a20000-0000-7000-8000-000000000001"
SHORT = ("/api/v1/time", f"{ATTEMPT}/answers", f"{ATTEMPT}/heartbeat", f"{ATTEMPT}/submit")


@pytest.mark.parametrize("path", SHORT)
def test_the_full_table_knows_the_same_view(path: str) -> None:
    assert get_resolver(settings.SHORT_WAY_URLCONF).resolve(path).func is resolve(path).func


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
        ("X-Frame-Options", "DENY"),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("Cache-Control", "no-store"),
    ],
)
def test_its_replies_carry(name: str, value: str) -> None:
    assert Client().get("/api/v1/time").headers[name] == value


def test_the_length_is_said() -> None:
    response = Client().get("/api/v1/time")
    assert int(response.headers["Content-Length"]) == len(response.content)


def test_a_foreign_host_is_refused() -> None:
    assert Client().get("/api/v1/time", headers={"host": "elsewhere.example"}).status_code == 400


@pytest.mark.django_db
def test_no_session_is_opened() -> None:
    client = Client()
    client.get("/api/v1/time")
    assert client.cookies == {}


@pytest.mark.django_db
def test_everything_else_goes_the_long_way() -> None:
    assert Client().get("/api/v1/nowhere").headers["Content-Security-Policy"] != "default-src 'none'"
