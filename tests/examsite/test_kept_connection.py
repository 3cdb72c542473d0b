"""A thread that answers exam calls keeps its database connection for a minute."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.db import close_old_connections, connection
from django.test import Client

from examsite.middleware import CONNECTION_KEPT_S, keep_connection

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _opened() -> None:
    connection.close()
    connection.ensure_connection()


def test_without_it_a_connection_is_one_requests_own() -> None:
    close_old_connections()
    assert connection.connection is None


def test_an_exam_call_keeps_it() -> None:
    Client().get("/api/v1/time")
    kept = connection.connection
    close_old_connections()
    assert connection.connection is kept


def test_another_request_does_not() -> None:
    Client().get("/sign-in")
    close_old_connections()
    assert connection.connection is None


def test_it_is_kept_for_a_minute_and_no_longer_however_many_calls_there_are(monkeypatch: Any) -> None:
    keep_connection()
    start, ends = time.monotonic(), connection.close_at
    assert ends == pytest.approx(start + CONNECTION_KEPT_S, abs=5)
    monkeypatch.setattr(time, "monotonic", lambda: start + CONNECTION_KEPT_S - 10)
    keep_connection()
    close_old_connections()
    assert (connection.connection is not None, connection.close_at) == (True, ends)
    monkeypatch.setattr(time, "monotonic", lambda: start + CONNECTION_KEPT_S + 10)
    close_old_connections()
    assert connection.connection is None


@pytest.mark.skipif(connection.vendor != "postgresql", reason="a file does not go away")
def test_a_broken_one_is_not_kept() -> None:
    keep_connection()
    connection.errors_occurred = True
    connection.connection.close()
    close_old_connections()
    assert connection.connection is None


def test_without_a_connection_there_is_nothing_to_keep() -> None:
    connection.close()
    connection.close_at = None
    keep_connection()
    assert connection.close_at is None
