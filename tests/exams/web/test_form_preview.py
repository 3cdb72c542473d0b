"""The preview of a form: the exam's own page and calls, with nothing kept and nothing told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from exams.models import Form
from tests.exam_world import CANARY, World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def desk(world: World, client: Client) -> Client:
    client.force_login(world.officer)
    return client


def root(world: World) -> str:
    return f"/office/forms/{world.form.pk}/preview"


def start(desk: Client, world: World) -> dict[str, Any]:
    reply = desk.post(
        f"{root(world)}/calls/sittings/{world.form.pk}/attempts", {}, content_type="application/json"
    )
    assert reply.status_code == 201
    return reply.json()


def call(world: World, method: str, path: str, body: Any, token: str) -> Any:
    """Like the page: with the token and without cookies."""
    return getattr(Client(), method)(
        f"{root(world)}/calls/attempts/{path}",
        json.dumps(body),
        content_type="application/json",
        headers={"Authorization": f"Attempt {token}"},
    )


def rows() -> dict[str, int]:
    return {model._meta.label: model.objects.count() for model in apps.get_models()}


def test_it_is_the_exams_own_page(world: World, desk: Client) -> None:
    page = desk.get(f"{root(world)}/sit")
    text = page.content.decode()
    assert "exams/exam-page.js" in text
    assert f'data-api="{root(world)}/calls"' in text
    assert "这里作答、交卷都不保存" in text
    assert page.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in page.headers["Content-Security-Policy"]


def test_the_exams_page_itself_is_still_shown_in_no_frame(world: World, client: Client) -> None:
    client.force_login(world.user)
    page = client.get(f"/my/sittings/{world.sitting.pk}/exam/1")
    assert page.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert ('data-api="/api/v1"' in page.content.decode(), "预览" in page.content.decode()) == (True, False)


def test_the_paper_is_a_candidates_and_every_call_is_answered(world: World, desk: Client) -> None:
    before = rows()
    started = start(desk, world)
    slots = [slot for section in started["paper"]["sections"] for slot in section["slots"]]
    assert [slot["slot"] for slot in slots] == world.slots
    assert CANARY not in json.dumps(started)
    assert {"label", "pinned"} & set(slots[0]["choices"][0]) == set()
    key, token = started["attempt"], started["token"]
    item = {"seq": 1, "slot": slots[0]["slot"], "value": slots[0]["choices"][0]["id"], "client_at": None}
    saved = call(world, "put", f"{key}/answers", {"items": [item]}, token).json()
    assert [(one["seq"], one["status"]) for one in saved["acks"]] == [(1, "stored")]
    assert 0 < saved["remaining_ms"] <= started["remaining_ms"]
    beat = call(world, "post", f"{key}/heartbeat", {"unsent": 0}, token).json()
    assert (beat["state"], beat["messages"]) == ("in_progress", [])
    done = call(world, "post", f"{key}/submit", {"items": [], "sheet_digest": "x"}, token).json()
    assert (done["receipt"]["number"], done["receipt"]["of"]) == ("预览", 5)
    assert rows() == before


def test_a_draft_can_be_looked_at_too(world: World, desk: Client) -> None:
    Form.objects.filter(pk=world.form.pk).update(published_at=None, paper=None)
    assert len(start(desk, world)["paper"]["sections"]) == 5


@pytest.mark.parametrize("token", ["", "x", "exam"])
def test_other_tokens_open_nothing(world: World, desk: Client, token: str) -> None:
    attempt = world.start().attempt
    if token == "exam":
        token = start(desk, world)["token"]  # of another preview
    reply = call(world, "put", f"{attempt.pk}/answers", {"items": []}, token)
    assert (reply.status_code, reply.json()["code"]) == (401, "bad_token")


def test_a_previews_token_opens_no_exam(world: World, desk: Client) -> None:
    attempt, token = world.start().attempt, start(desk, world)["token"]
    reply = Client().get(
        f"/api/v1/attempts/{attempt.pk}/answers", headers={"Authorization": f"Attempt {token}"}
    )
    assert reply.status_code == 401


def test_both_screens_and_the_paper_stand_on_one_page(world: World, desk: Client) -> None:
    text = desk.get(root(world)).content.decode()
    assert text.count(f'<iframe src="{root(world)}/sit"') == 2
    assert 'class="paper"' in text
