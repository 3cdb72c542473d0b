"""The store of sign-ins: one row for a new sign-in, a fresh key for whoever had one already."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext

from examsite.lib import clock
from examsite.people.session_store import SessionStore

pytestmark = pytest.mark.django_db


def test_a_new_sign_in_is_stored_once_with_what_it_knows() -> None:
    store = SessionStore()
    store.cycle_key()
    store["way"] = "ticket"
    assert Session.objects.count() == 0
    store.save()
    assert SessionStore(store.session_key)["way"] == "ticket"
    assert Session.objects.count() == 1


def test_whoever_had_a_key_gets_another_and_the_old_one_is_dead() -> None:
    store = SessionStore()
    store["seen"] = 1
    store.save()
    before = store.session_key
    store.cycle_key()
    store.save()
    assert store.session_key != before
    assert SessionStore(store.session_key)["seen"] == 1
    assert Session.objects.filter(pk=before).exists() is False


def test_a_key_that_is_taken_is_not_taken_over(monkeypatch: pytest.MonkeyPatch) -> None:
    first = SessionStore()
    first["seen"] = 1
    first.save()
    keys = iter([first.session_key, "a" * 32])
    monkeypatch.setattr(SessionStore, "_get_new_session_key", lambda store: next(keys))
    second = SessionStore()
    second["seen"] = 2
    second.save()
    assert second.session_key == "a" * 32
    assert SessionStore(first.session_key)["seen"] == 1


def test_what_is_stored_is_not_stored_again_but_every_change_is() -> None:
    store = SessionStore()
    store["wizard"] = {"step": 1}
    store.save()
    with CaptureQueriesContext(connection) as written:
        store.save()
    assert len(written) == 0
    store["wizard"]["step"] = 2
    store.save()
    assert SessionStore(store.session_key)["wizard"] == {"step": 2}


def test_a_lifted_session_is_stored_anew() -> None:
    store = SessionStore()
    store["way"] = "ticket"
    store.save()
    before = store.session_key
    store.flush()
    store["way"] = "ticket"
    store.save()
    assert store.session_key != before
    assert SessionStore(store.session_key)["way"] == "ticket"


def test_a_sign_in_ends_by_the_clock_of_the_house(monkeypatch: pytest.MonkeyPatch) -> None:
    start = clock.now() + timedelta(days=400)
    monkeypatch.setattr(clock, "now", lambda: start)
    store = SessionStore()
    store["way"] = "password"
    store.save()
    age = timedelta(seconds=store.get_expiry_age())
    assert age == timedelta(seconds=settings.SESSION_COOKIE_AGE)
    monkeypatch.setattr(clock, "now", lambda: start + age - timedelta(seconds=1))
    assert SessionStore(store.session_key).get("way") == "password"
    monkeypatch.setattr(clock, "now", lambda: start + age + timedelta(seconds=1))
    assert SessionStore(store.session_key).get("way") is None
