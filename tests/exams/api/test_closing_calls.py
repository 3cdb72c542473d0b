"""Signs of life, handing in and results over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from exams.models import AnswerEvent, Receipt
from examsite.lib import clock
from tests.exam_world import CANARY, MACHINE, World, age, make_world

from .conftest import Phone, digest_of, statuses

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_heartbeat_tells_time_and_compares(world: World, phone: Phone) -> None:
    phone.save((1, 2, True))
    beat = {"sheet_digest": digest_of({world.slots[2]: True}), "unsent": 0, "oldest_unsent_ms": 0}
    reply = phone.bearing("POST", "heartbeat", {**beat, "visible": True})
    assert phone.status == 200
    assert (reply["digest_ok"], reply["epoch"], reply["state"]) == (True, 1, "in_progress")
    assert reply["messages"] == []
    assert 3_590_000 < reply["remaining_ms"] <= 3_600_000
    beat["sheet_digest"] = digest_of({})
    assert phone.bearing("POST", "heartbeat", beat)["digest_ok"] is False


@pytest.mark.parametrize(
    "body",
    [
        {"unsent": -1},
        {"unsent": "3"},
        {"visible": 1},
        {"sheet_digest": 5},
        {"oldest_unsent_ms": 2**31},
        {"x": 1},
    ],
)
def test_odd_heartbeats_are_400(phone: Phone, body: dict[str, Any]) -> None:
    phone.bearing("POST", "heartbeat", body)
    assert phone.status == 400


def test_t23_more_time_shows_at_the_next_heartbeat(phone: Phone, officer: Any) -> None:
    officer.call("POST", f"attempts/{phone.attempt}/extend", {"seconds": 600, "reason": "停电"})
    reply = phone.bearing("POST", "heartbeat", {})
    assert officer.status == 200
    assert 4_190_000 < reply["remaining_ms"] <= 4_200_000
    assert [one["text"] for one in reply["messages"]] == ["监考给您加了10分钟。"]


def test_reading_shows_cleared_slots_and_leaves_them_out_of_the_digest(world: World, phone: Phone) -> None:
    phone.save((1, 2, True), (2, 4, "x"), (3, 2, None))
    reply = phone.bearing("GET", "answers")
    assert {one["slot"]: one["value"] for one in reply["answers"]} == {
        world.slots[2]: None,
        world.slots[4]: "x",
    }
    assert reply["digest"] == digest_of({world.slots[4]: "x"})


def test_handing_in_with_the_last_answers(world: World, phone: Phone) -> None:
    answers = {world.slots[2]: True, world.slots[4]: "公开"}
    phone.save((1, 2, True))
    reply = phone.submit((2, 4, "公开"), digest=digest_of(answers))
    receipt = reply["receipt"]
    assert phone.status == 200
    assert statuses(reply) == ["stored"]
    assert (receipt["answered"], receipt["of"], receipt["digest"]) == (2, 5, digest_of(answers))
    assert receipt["submitted_at"] == reply["server_time"]
    assert receipt["number"] == Receipt.objects.get().number


def test_t08_every_repeat_gives_the_same_receipt(phone: Phone) -> None:
    first = phone.submit((1, 2, True))["receipt"]
    again = [phone.submit((1, 2, True))["receipt"] for _ in range(3)]
    assert again == [first] * 3


def test_a_digest_mismatch_brings_the_servers_sheet(world: World, phone: Phone) -> None:
    phone.save((1, 2, True))
    reply = phone.submit((2, 4, "x"), digest=digest_of({world.slots[4]: "x"}))
    assert (phone.status, reply["code"]) == (409, "digest_mismatch")
    assert statuses(reply) == ["stored"]
    assert reply["digest"] == digest_of({world.slots[2]: True, world.slots[4]: "x"})
    assert len(reply["answers"]) == 2
    phone.submit(digest=reply["digest"])
    assert phone.status == 200


def test_a_former_holder_is_told_where_the_attempt_is(world: World, phone: Phone) -> None:
    pc = Phone(world, world.seat, device="pc", attempt=phone.attempt)
    pc.sign_in()
    pc.claim()
    reply = phone.submit((1, 2, True))
    assert (phone.status, reply["code"], reply["epoch"]) == (409, "not_holder", 2)
    assert statuses(reply) == ["stored"]


def test_t26_after_the_end_handing_in_gives_the_receipt_of_settling(phone: Phone) -> None:
    phone.save((1, 2, True))
    age(phone.row, 3600 + 181)
    reply = phone.submit((1, 2, True), (2, 4, "太晚"))
    assert phone.status == 200
    assert statuses(reply) == ["duplicate", "late"]
    assert reply["receipt"]["answered"] == 1
    assert phone.row.submitted_at == phone.row.due_at


def test_t12_each_recorded_save_replayed_after_the_close(phone: Phone) -> None:
    recorded = [(1, 2, True), (2, 4, "a"), (3, 4, "b")]
    for item in recorded:
        phone.save(item)
    receipt = phone.submit()["receipt"]
    replies = [phone.save(item) for item in recorded]
    assert [statuses(reply) for reply in replies] == [["duplicate"]] * 3
    assert statuses(phone.save((4, 4, "c"))) == ["late"]
    assert phone.bearing("GET", "answers")["digest"] == receipt["digest"]
    assert AnswerEvent.objects.count() == 3


def test_t33_before_the_release_nothing_tells_the_result() -> None:
    world = make_world(questions=MACHINE)
    phone = Phone(world, world.seat)
    phone.sign_in()
    phone.start()
    bodies = []
    for place in range(3):
        phone.save((place + 1, place, phone.value(place)))
        bodies.append(phone.last.content.decode())
    for act in (phone.submit, phone.start, lambda: phone.call("GET", "my/sittings")):
        act()
        bodies.append(phone.last.content.decode())
    reply = phone.call("GET", f"attempts/{phone.attempt}/result")
    bodies.append(phone.last.content.decode())
    assert phone.row.state == "marked"
    assert (phone.status, reply["code"]) == (404, "not_found")
    words = (CANARY, "passed", "percent", "correct", "marked", "rank")
    assert [word for word in words if any(word in body for body in bodies)] == []


def test_after_the_release_the_result_and_after_the_keys_the_rationales(officer: Any) -> None:
    world = make_world(questions=MACHINE, release_rule="at_once")
    phone = Phone(world, world.seat)
    phone.sign_in()
    phone.start()
    phone.submit((1, 0, phone.value(0)), (2, 2, False))
    reply = phone.call("GET", f"attempts/{phone.attempt}/result")
    assert phone.status == 200
    assert (reply["points"], reply["possible"], reply["passed"]) == ("2.00", "5.00", False)
    assert CANARY not in phone.last.content.decode()
    type(world.sitting).objects.filter(pk=world.sitting.pk).update(
        released_at=clock.now(), keys_released_at=clock.now()
    )
    reply = phone.call("GET", f"attempts/{phone.attempt}/result")
    assert reply["keys_released"] is True
    assert CANARY in phone.last.content.decode()
