"""The exam calls of the contract, over HTTP: what phones may rely on."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from exams.domain import saving
from exams.models import AnswerEvent, Attempt, Quarantine, Receipt
from examsite.lib import clock
from tests.exam_world import CANARY, MACHINE, World, age, make_world

from .conftest import API, Phone, new_ticket, statuses

pytestmark = pytest.mark.django_db(transaction=True)


def digest_of(answers: dict[str, Any]) -> str:
    """As a phone computes it, written a second time on purpose."""
    rows = [[slot, answers[slot]] for slot in sorted(answers) if answers[slot] is not None]
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


# --- Time and sign-in ------------------------------------------------------------------------------------


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


# --- Sittings and start ----------------------------------------------------------------------------------


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


# --- Saving ----------------------------------------------------------------------------------------------


def test_a_save_says_what_became_of_each_item(phone: Phone) -> None:
    reply = phone.save((1, 0, phone.value(0)), (2, 1, phone.value(1)), (3, 2, "x"))
    assert phone.status == 200
    assert statuses(reply) == ["stored", "stored", "rejected"]
    assert (reply["epoch"], reply["state"]) == (1, "in_progress")
    assert 3_590_000 < reply["remaining_ms"] <= 3_600_000
    assert reply["acks"][0]["received_at"] == reply["server_time"]
    assert reply["acks"][2]["received_at"] is None
    assert phone.last.headers["Cache-Control"] == "no-store"


def test_t15_a_put_repeated_by_a_proxy_is_one_event(phone: Phone) -> None:
    assert statuses(phone.save((1, 2, True))) == ["stored"]
    assert statuses(phone.save((1, 2, True))) == ["duplicate"]
    assert AnswerEvent.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "malformed"),
        (b"{", "malformed"),
        (b"[]", "malformed"),
        (b'"x"', "malformed"),
        (b"\xff\xfe", "malformed"),
        (b'{"items": NaN}', "malformed"),
        (b"[" * 100_000, "malformed"),
        (b'{"items": ' + b"9" * 5000 + b"}", "malformed"),
        (b"{}", "missing_field"),
        (b'{"items": []}', "item_count"),
        (b'{"items": {}}', "malformed"),
        (b'{"items": [1]}', "malformed"),
        (b'{"items": [{"slot": "a", "value": 1}]}', "missing_field"),
        (b'{"items": [{"seq": 1, "slot": "a"}]}', "missing_field"),
        (b'{"items": [{"seq": -1, "slot": "a", "value": 1}]}', "malformed"),
        (b'{"items": [{"seq": 1.0, "slot": "a", "value": 1}]}', "malformed"),
        (b'{"items": [{"seq": true, "slot": "a", "value": 1}]}', "malformed"),
        (b'{"items": [{"seq": 9007199254740992, "slot": "a", "value": 1}]}', "malformed"),
        (b'{"items": [{"seq": 1, "slot": "a", "value": 1, "client_at": 5}]}', "malformed"),
    ],
)
def test_what_cannot_be_acknowledged_is_400(phone: Phone, body: bytes, code: str) -> None:
    reply = phone.bearing("PUT", "answers", body)
    assert (phone.status, reply["code"]) == (400, code)
    assert phone.last.headers["Content-Type"] == "application/problem+json"
    assert "server_time" in reply
    assert AnswerEvent.objects.count() == 0


@pytest.mark.parametrize("field", ["score", "due_at", "is_correct", "candidate_id"])
def test_t61_unknown_fields_of_an_item_are_refused(phone: Phone, field: str) -> None:
    body = {"items": [{**phone.item(1, 2, True), field: 1}]}
    reply = phone.bearing("PUT", "answers", body)
    assert (phone.status, reply["code"], reply["fields"]) == (400, "unknown_field", [field])
    assert AnswerEvent.objects.count() == 0


def test_fifty_one_items_are_refused_and_fifty_are_not(phone: Phone) -> None:
    phone.save(*[(seq, 2, True) for seq in range(51)])
    assert phone.status == 400
    reply = phone.save(*[(seq, 2, True) for seq in range(50)])
    assert statuses(reply) == ["stored"] * 50


def test_an_answer_of_a_megabyte_is_rejected_and_the_rest_stored(phone: Phone) -> None:
    reply = phone.save((1, 4, "长" * 350_000), (2, 4, "短"))
    assert statuses(reply) == ["rejected", "stored"]


def test_a_body_beyond_all_limits_is_413(phone: Phone) -> None:
    reply = phone.save((1, 4, "x" * 4_300_000))
    assert (phone.status, reply["code"]) == (413, "too_big")


def test_odd_slots_and_clocks(phone: Phone) -> None:
    items = [
        {"seq": 1, "slot": 7, "value": True},
        {"seq": 2, "slot": "nothere1", "value": True},
        {**phone.item(3, 2, True), "client_at": "1970-01-01T00:00:00Z"},
        {**phone.item(4, 2, False), "client_at": "not a time"},
        {**phone.item(5, 2, True), "client_at": "+099999-01-01T00:00:00Z"},
    ]
    reply = phone.bearing("PUT", "answers", {"items": items})
    assert statuses(reply) == ["rejected", "rejected", "stored", "stored", "stored"]
    assert AnswerEvent.objects.get(seq=3).client_at.year == 1970
    assert AnswerEvent.objects.get(seq=4).client_at is None


def test_a_seq_going_backwards_is_kept_and_does_not_win(phone: Phone) -> None:
    phone.save((9, 2, False))
    assert statuses(phone.save((3, 2, True))) == ["stored"]
    assert phone.bearing("GET", "answers")["answers"][0]["value"] is False


def test_escaped_surrogates_and_nul_are_rejected(phone: Phone) -> None:
    bodies = [b'"\\u0000"', b'"\\ud800"', b'"\\udc00\\ud800"', b'"\\ud83d\\ude00"']
    items = b",".join(
        b'{"seq": %d, "slot": "%s", "value": %s}' % (seq, phone.world.slots[4].encode(), value)
        for seq, value in enumerate(bodies)
    )
    reply = phone.bearing("PUT", "answers", b'{"items": [' + items + b"]}")
    assert statuses(reply) == ["rejected", "rejected", "rejected", "stored"]
    assert AnswerEvent.objects.get().value == "😀"


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("", 401),
        ("Bearer x", 401),
        ("Attempt", 401),
        ("Attempt forged", 401),
        ("Attempt " + "A" * 120, 401),
    ],
)
def test_without_a_good_token_nothing_opens(phone: Phone, header: str, status: int) -> None:
    for method, call, body in [
        ("PUT", "answers", {"items": [phone.item(1, 2, True)]}),
        ("GET", "answers", None),
        ("POST", "heartbeat", {}),
        ("POST", "submit", {"items": []}),
    ]:
        phone.call(method, f"attempts/{phone.attempt}/{call}", body, Authorization=header)
        assert phone.status == status
    assert AnswerEvent.objects.count() == 0


def test_t35_anothers_token_opens_nothing(phone: Phone, other_phone: Phone) -> None:
    for method, call, body in [
        ("PUT", "answers", {"items": [phone.item(1, 2, True)]}),
        ("GET", "answers", None),
        ("POST", "heartbeat", {}),
        ("POST", "submit", {"items": []}),
    ]:
        phone.bearing(method, call, body, token=other_phone.token)
        assert phone.status == 403
    assert (AnswerEvent.objects.count(), Receipt.objects.count()) == (0, 0)


def test_t35_anothers_attempt_cannot_be_claimed_or_its_result_read(phone: Phone, other_phone: Phone) -> None:
    phone.attempt = other_phone.attempt
    phone.claim()
    assert phone.status == 404
    phone.call("GET", f"attempts/{other_phone.attempt}/result")
    assert phone.status == 404


@pytest.mark.parametrize("method", ["POST", "DELETE", "PATCH"])
def test_other_methods_are_405(phone: Phone, method: str) -> None:
    phone.bearing(method, "answers", {})
    assert phone.status == 405


def test_an_answer_is_not_acknowledged_when_the_database_is_in_trouble(
    phone: Phone, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def trouble(*ignored: Any) -> None:
        raise OperationalError("disk full")

    monkeypatch.setitem(saving._FAST, connection.vendor, trouble)
    reply = phone.save((1, 2, True))
    assert (phone.status, reply["code"]) == (503, "busy")
    assert phone.last.headers["Retry-After"] == "2"
    assert "acks" not in reply
    monkeypatch.undo()
    assert statuses(phone.save((1, 2, True))) == ["stored"]


def test_t27_a_save_after_the_grace_is_late_and_never_dropped(phone: Phone) -> None:
    age(phone.row, 3600 + 181)
    reply = phone.save((1, 2, True))
    assert phone.status == 200
    assert (statuses(reply), reply["state"], reply["remaining_ms"]) == (["late"], "submitted", 0)
    assert Quarantine.objects.get().seq == 1


def test_the_page_never_learns_the_grace(phone: Phone) -> None:
    age(phone.row, 3600 + 60)
    reply = phone.save((1, 2, True))
    assert (statuses(reply), reply["remaining_ms"], reply["state"]) == (["stored"], 0, "in_progress")


def test_t74_a_blocked_candidate_gets_403_everywhere(phone: Phone) -> None:
    Attempt.objects.update(blocked=True)
    for act in (
        lambda: phone.save((1, 2, True)),
        lambda: phone.bearing("POST", "heartbeat", {}),
        phone.submit,
        phone.start,
        phone.claim,
    ):
        assert act()["code"] == "blocked"
        assert phone.status == 403
    assert AnswerEvent.objects.count() == 0


def test_t74_a_suspended_account_is_signed_out(world: World, phone: Phone) -> None:
    world.user.is_active = False
    world.user.save()
    phone.start()
    assert phone.status == 401


# --- Heartbeat and reading -------------------------------------------------------------------------------


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


# --- Handing in ------------------------------------------------------------------------------------------


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


# --- Results ---------------------------------------------------------------------------------------------


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
