"""The admin of exams: every list and object can be looked at by the county, and nothing is changed there."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from exams.models import Reminder, RosterEntry, RosterEvent
from examsite.lib import clock
from tests.personas import Cast, make_cast

pytestmark = pytest.mark.django_db
MODELS = sorted(
    (model for model in admin.site._registry if model._meta.app_label == "exams"),
    key=lambda one: one.__name__,
)


@pytest.fixture
def cast() -> Cast:
    cast = make_cast()
    Reminder.objects.create(
        exam=cast.world.exam,
        number=1,
        channel="site",
        text="周五前请参加考试",
        recipients=2,
        sent_at=clock.now(),
        sent_by=cast.users["officer"],
    )
    return cast


def address(model: type, page: str, *args: object) -> str:
    return reverse(f"admin:exams_{model._meta.model_name}_{page}", args=args)


def test_what_is_kept_here() -> None:
    assert [model.__name__ for model in MODELS] == ["Reminder", "RosterEntry", "RosterEvent"]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_list_and_object_can_be_looked_at_and_nothing_changed(cast: Cast, model: type) -> None:
    client, first = cast.client("county"), model.objects.first()
    assert client.get(address(model, "changelist")).status_code == 200
    assert client.get(address(model, "changelist"), {"q": "张"}).status_code == 200
    assert client.get(address(model, "change", first.pk)).status_code == 200
    assert client.post(address(model, "change", first.pk), {"text": "x"}).status_code == 403
    assert client.get(address(model, "add")).status_code == 403
    assert client.post(address(model, "delete", first.pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_it_is_for_the_county_alone(cast: Cast, model: type) -> None:
    for persona in ("officer", "other", "auditor", "operator", "candidate", "stranger"):
        assert cast.client(persona).get(address(model, "changelist")).status_code == 302, persona


def test_changes_and_ways_are_told_in_words(cast: Cast) -> None:
    client: Client = cast.client("county")
    events = client.get(address(RosterEvent, "changelist")).content.decode()
    assert "免考" in events
    entry = RosterEvent.objects.get().entry
    assert "免考" in client.get(address(RosterEntry, "change", entry.pk)).content.decode()
    page = client.get(address(RosterEntry, "changelist")).content.decode()
    assert reverse("exams:entry", args=[entry.pk]) in page
    assert "站内消息" in client.get(address(Reminder, "changelist")).content.decode()
