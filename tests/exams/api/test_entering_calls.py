"""Signing in, seeing one's sittings, starting: over HTTP, what phones may rely on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from examsite.lib import clock
from tests.exam_world import CANARY, World, age, make_world

from .conftest import API, Phone, new_ticket, statuses

pytestmark = pytest.mark.django_db(transaction=True)


def test_time_needs_no_sign_in_and_no_database(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        response = Client().get(f"{API}/time")
    told = datetime.fromisoformat(response.json()["server_time"])
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert abs(told - clock.now()) < timedelta(seconds=5)
    assert response.json()["server_time"].endswith("Z")


def test_a_ticket_signs_in_and_tells_the_name(world: World) -> None:
    phone = Phone(world, world.seat)
    reply = phone.sign_in()
    assert phone.status == 200
    assert reply["candidate"] == {"display_name": world.user.name}
    assert len(reply["csrf_token"]) == 64
    assert "server_time" in reply


def test_a_ticket_may_be_used_again_because_replies_get_lost(world: World) -> None:
    ticket = new_ticket(world.seat.entry)
    phones = [Phone(world, world.seat) for _ in range(3)]
    for phone in phones:
        phone.sign_in(ticket)
    assert [phone.status for phone in phones] == [200, 200, 200]


def test_a_wrong_ticket_is_401_in_words(world: World) -> None:
    phone = Phone(world, world.seat)
    reply = phone.sign_in("no-such-ticket")
    assert phone.status == 401
    assert phone.last.headers["Content-Type"] == "application/problem+json"
    assert reply["code"] == "refused"
    assert "监考" in reply["message"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"ticket": "x", "username": "y"}, 400),
        ({"username": "y"}, 400),
        ({"ticket": "x", "role": "officer"}, 400),
        ({"ticket": 5}, 401),
        ({"ticket": ["x"]}, 400),
        ({"username": "nobody", "password": "wrong"}, 401),
        ({"name": "nobody", "slip_code": "123456"}, 401),
    ],
)
def test_odd_sign_ins(world: World, body: dict[str, Any], status: int) -> None:
    phone = Phone(world, world.seat)
    phone.call("POST", "sign-in", body)
    assert phone.status == status


def test_sign_in_takes_json_only(world: World) -> None:
    response = Client().post(f"{API}/sign-in", {"ticket": new_ticket(world.seat.entry)})
    assert response.status_code == 415


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://testserver.evil.example"])
def test_t71_another_sites_page_cannot_sign_anybody_in(world: World, origin: str) -> None:
    phone = Phone(world, world.seat)
    reply = phone.call("POST", "sign-in", {"ticket": new_ticket(world.seat.entry)}, Origin=origin)
    assert phone.status == 403
    assert reply["code"] == "foreign_origin"
    assert "sessionid" not in phone.client.cookies


def test_t71_our_own_page_may(world: World) -> None:
    phone = Phone(world, world.seat)
    phone.call("POST", "sign-in", {"ticket": new_ticket(world.seat.entry)}, Origin="http://testserver")
    assert phone.status == 200


def test_t70_signing_in_changes_the_session_and_kills_the_old_one(world: World) -> None:
    phone = Phone(world, world.seat)
    phone.sign_in()
    before = phone.client.cookies["sessionid"].value
    phone.sign_in()
    after = phone.client.cookies["sessionid"].value
    stale = Client()
    stale.cookies["sessionid"] = before
    assert before != after
    assert stale.get(f"{API}/my/sittings").status_code == 401
    assert phone.client.get(f"{API}/my/sittings").status_code == 200


def test_a_ticket_opens_its_own_exam_only(world: World) -> None:
    other = make_world(name="白水镇")
    other.seat.entry.user = world.user
    other.seat.entry.save()
    phone = Phone(world, world.seat)
    phone.sign_in()
    assert [one["exam"] for one in phone.call("GET", "my/sittings")] == [str(world.exam.pk)]
    body = {"device_id": "tab-1", "number": 1}
    phone.signed("POST", f"sittings/{other.sitting.pk}/attempts", body)
    assert phone.status == 404


def test_a_ticket_gives_no_role(world: World) -> None:
    world.seat.entry.user = world.officer
    world.seat.entry.save()
    phone = Phone(world, world.seat)
    phone.sign_in()
    phone.call("GET", f"sittings/{world.sitting.pk}/monitor")
    assert phone.status == 404


def test_my_sittings(world: World) -> None:
    phone = Phone(world, world.seat)
    phone.sign_in()
    (mine,) = phone.call("GET", "my/sittings")
    assert {name: mine[name] for name in ("id", "exam", "title", "state", "duration_s")} == {
        "id": str(world.sitting.pk),
        "exam": str(world.exam.pk),
        "title": "青城镇学法考试",
        "state": "open",
        "duration_s": 3600,
    }
    assert (mine["attempts_allowed"], mine["attempts_used"], mine["number"]) == (1, 0, 1)
    assert phone.last.headers["Cache-Control"] == "no-store"


def test_start_gives_all_that_answering_needs(world: World) -> None:
    phone = Phone(world, world.seat)
    phone.sign_in()
    reply = phone.start()
    assert phone.status == 201
    assert (reply["epoch"], reply["state"], reply["held_elsewhere"]) == (1, "in_progress", False)
    assert 3_590_000 < reply["remaining_ms"] <= 3_600_000
    assert reply["answers"] == []
    slots = [slot for section in reply["paper"]["sections"] for slot in section["slots"]]
    assert [slot["slot"] for slot in slots] == world.slots
    assert [len(slot.get("choices", [])) for slot in slots] == [4, 4, 0, 0, 0]
    assert slots[3]["blanks"] == 2
    assert phone.last.headers["Cache-Control"] == "no-store"


def test_t30_the_paper_holds_no_key(world: World) -> None:
    phone = Phone(world, world.seat)
    phone.sign_in()
    phone.start()
    text = phone.last.content.decode()
    assert CANARY not in text
    assert "answer_key" not in text
    assert '"label"' not in text
    assert "连任" not in text


def test_t09_late_repeats_of_start_give_the_same_attempt(phone: Phone) -> None:
    first, due = phone.attempt, phone.row.due_at
    phone.start()
    assert phone.status == 200
    assert (phone.attempt, phone.row.due_at) == (first, due)


def test_a_second_device_gets_no_token_until_it_claims(world: World, phone: Phone) -> None:
    phone.save((1, 2, True))
    pc = Phone(world, world.seat, device="pc")
    pc.sign_in()
    reply = pc.start()
    assert pc.status == 200
    assert (reply["token"], reply["held_elsewhere"], reply["epoch"]) == (None, True, 1)
    assert (reply["paper"], reply["answers"]) == (None, [])
    claimed = pc.claim(epoch=1)
    assert pc.status == 200
    assert (claimed["epoch"], claimed["held_elsewhere"]) == (2, False)
    assert claimed["answers"] == [{"slot": world.slots[2], "value": True, "epoch": 1, "seq": 1}]


def test_t76_the_first_device_is_told_and_loses_nothing(world: World, phone: Phone) -> None:
    phone.save((1, 2, True))
    pc = Phone(world, world.seat, device="pc")
    pc.sign_in()
    pc.start()
    pc.claim(epoch=1)
    pc.save((1, 2, False))
    reply = phone.save((2, 2, True), (3, 4, "只有旧手机答了"))
    assert (statuses(reply), reply["epoch"]) == (["stored", "stored"], 2)
    sheet = {one["slot"]: one["value"] for one in pc.bearing("GET", "answers")["answers"]}
    assert sheet == {world.slots[2]: False, world.slots[4]: "只有旧手机答了"}


def test_t02_two_devices_one_after_the_other_keep_both_answers(world: World, phone: Phone) -> None:
    phone.save((1, 0, phone.value(0)))
    pc = Phone(world, world.seat, device="pc", attempt=phone.attempt)
    pc.sign_in()
    pc.claim()
    pc.save((1, 2, True))
    answers = {one["slot"] for one in pc.bearing("GET", "answers")["answers"]}
    assert answers == {world.slots[0], world.slots[2]}


@pytest.mark.parametrize(
    ("number", "status", "code"),
    [(2, 409, "wrong_number"), (0, 400, "invalid"), ("x", 400, "invalid"), (10**9, 400, "invalid")],
)
def test_odd_numbers_of_tries(world: World, number: Any, status: int, code: str) -> None:
    phone = Phone(world, world.seat)
    phone.sign_in()
    reply = phone.start(number)
    assert (phone.status, reply["code"]) == (status, code)
    assert "server_time" in reply


def test_no_attempt_left_is_409(world: World, phone: Phone) -> None:
    phone.submit()
    reply = phone.start(2)
    assert (phone.status, reply["code"]) == (409, "no_attempt_left")


def test_a_strangers_sitting_is_404(world: World) -> None:
    other = make_world(name="白水镇")
    phone = Phone(other, world.seat)
    phone.sign_in()
    phone.start()
    assert phone.status == 404


def test_start_needs_a_sign_in_and_its_csrf_token(world: World) -> None:
    phone = Phone(world, world.seat)
    phone.start()
    assert phone.status == 401
    phone.sign_in()
    phone.csrf = ""
    phone.start()
    assert phone.status == 403


def test_after_the_end_start_shows_the_closed_attempt_and_its_receipt(phone: Phone) -> None:
    age(phone.row, 3600 + 181)
    reply = phone.start()
    assert (phone.status, reply["state"], reply["remaining_ms"]) == (200, "submitted", 0)
    assert reply["receipt"]["submitted_at"] == reply["due_at"]
