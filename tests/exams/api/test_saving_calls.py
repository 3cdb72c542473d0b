"""Saving over HTTP: what is acknowledged, what is refused, and in which words."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError, connection

from exams.domain import saving
from exams.models import AnswerEvent, Attempt, Quarantine, Receipt
from tests.exam_world import World, age

from .conftest import Phone, statuses

pytestmark = pytest.mark.django_db(transaction=True)


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
