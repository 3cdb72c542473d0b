"""The evidence export, checked as an outsider would: own fold, own digest, own marking, no import of ours."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from exams.domain.evidence import export_evidence
from exams.models import Sitting
from examsite.people.models import User
from tests.exam_world import CANARY, MACHINE, World, age, make_world

from .conftest import API, Desk, Phone

pytestmark = pytest.mark.django_db(transaction=True)

Lines = dict[str, list[dict[str, Any]]]


def export(desk: Desk, world: World) -> Lines:
    response = desk.client.get(f"{API}/sittings/{world.sitting.pk}/evidence")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/x-ndjson"
    assert response.headers["Cache-Control"] == "no-store"
    text = b"".join(response.streaming_content).decode()
    lines: Lines = {}
    for line in text.removesuffix("\n").split("\n"):
        data = json.loads(line)
        lines.setdefault(data["type"], []).append(data)
    return lines


def fold(lines: Lines, attempt: str) -> dict[str, Any]:
    newest: dict[str, tuple[int, int, Any]] = {}
    accepted = [one for one in lines.get("quarantine", []) if one["decision"] == "accepted"]
    for event in lines.get("event", []) + accepted:
        if event["attempt"] == attempt:
            have = newest.get(event["slot"], (-1, -1, None))
            if (event["epoch"], event["seq"]) > have[:2]:
                newest[event["slot"]] = (event["epoch"], event["seq"], event["value"])
    return {slot: one[2] for slot, one in newest.items() if one[2] is not None}


def digest(sheet: dict[str, Any]) -> str:
    text = json.dumps(
        [[slot, sheet[slot]] for slot in sorted(sheet)], ensure_ascii=False, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).hexdigest()


def remark(attempt: dict[str, Any], sheet: dict[str, Any], keys: dict[str, dict[str, Any]]) -> Decimal:
    total = Decimal(0)
    for slot in attempt["slots"]:
        key, value = keys[slot["question"]], sheet.get(slot["slot"])
        if value is None:
            continue
        if slot["kind"] == "true_false":
            right = value is key["key"]
        else:
            chosen = {slot["choices"][one] for one in ([value] if isinstance(value, str) else value)}
            right = chosen == set(key["key"])
        total += Decimal(slot["points"]) if right else 0
    return total


@pytest.fixture
def world() -> World:
    return make_world(people=3, questions=MACHINE)


@pytest.fixture
def lines(world: World, desk_of: Callable[[User], Desk]) -> Lines:
    """Three candidates: one changes his mind and his device, one is settled, one is reopened."""
    phones = []
    for seat in world.seats:
        phone = Phone(world, seat, device=f"tab-{seat.number}")
        phone.sign_in()
        phone.start()
        phones.append(phone)
    mover, silent, reopened = phones
    officer = desk_of(world.officer)
    mover.save((2, 0, mover.value(0)), (1, 0, mover.value(0, right=False)), (3, 2, True))
    pc = Phone(world, mover.seat, device="pc", attempt=mover.attempt)
    pc.sign_in()
    pc.claim(epoch=1)
    pc.save((1, 2, False), (2, 1, pc.value(1)))
    pc.submit()
    officer.call("POST", f"attempts/{silent.attempt}/extend", {"seconds": 60, "reason": "停电"})
    silent.save((1, 2, True))
    age(silent.row, 3660 + 181)
    silent.save((2, 0, silent.value(0)))
    reopened.save((1, 0, reopened.value(0, right=False)))
    reopened.submit()
    officer.call("POST", f"attempts/{reopened.attempt}/reopen", {"reason": "误交"})
    reopened.start()
    reopened.save((1, 0, reopened.value(0)))
    reopened.submit()
    officer.call("POST", f"sittings/{world.sitting.pk}/release", {})
    return export(officer, world)


def test_every_receipt_and_mark_rests_on_the_fold(lines: Lines) -> None:
    receipts = {one["attempt"]: one for one in lines["receipt"]}
    for attempt in lines["attempt"]:
        own = digest(fold(lines, attempt["attempt"]))
        assert receipts[attempt["attempt"]]["digest"] == own
        active = [one for one in lines["mark"] if one["attempt"] == attempt["attempt"] and one["active"]]
        assert {one["sheet_digest"] for one in active} == {own}
        assert sorted(one["slot"] or "" for one in active) == sorted(
            ["", *[slot["slot"] for slot in attempt["slots"]]]
        )


def test_an_outsider_marks_every_attempt_the_same(lines: Lines) -> None:
    keys = {key["question"]: key for key in lines["key"]}
    totals = {one["attempt"]: Decimal(one["points"]) for one in lines["mark"] if one["slot"] is None}
    expected = {one["attempt"]: remark(one, fold(lines, one["attempt"]), keys) for one in lines["attempt"]}
    assert totals == expected
    assert sorted(expected.values()) == [Decimal(1), Decimal(2), Decimal(4)]


def test_superseded_marks_are_there_and_say_so(lines: Lines) -> None:
    reopened = lines["reopen"][0]["attempt"]
    old = [one for one in lines["mark"] if one["attempt"] == reopened and not one["active"]]
    newer = {one["id"] for one in lines["mark"] if one["active"] and one["slot"]}
    assert len(old) == 3
    assert {one["superseded_by"] for one in old} <= newer


def test_what_happened_is_told_with_who_and_when(world: World, lines: Lines) -> None:
    (claim,), (extension,), (reopen,) = lines["claim"], lines["extension"], lines["reopen"]
    officer = str(world.officer.pk)
    assert (claim["epoch"], claim["device"], claim["by"]) == (2, "pc", str(world.user.pk))
    assert (extension["seconds"], extension["reason"], extension["by"]) == (60, "停电", officer)
    assert (reopen["reason"], reopen["by"]) == ("误交", officer)


def test_late_answers_are_there_undecided(lines: Lines) -> None:
    (late,) = lines["quarantine"]
    assert (late["reason"], late["decision"], late["decided_by"]) == ("late", None, None)


def test_times_are_utc_with_milliseconds(lines: Lines) -> None:
    shape = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
    stamps = [one["received_at"] for one in lines["event"]] + [one["due_at"] for one in lines["attempt"]]
    assert [one for one in stamps if not shape.fullmatch(one)] == []


def test_people_are_pseudonyms(world: World, lines: Lines) -> None:
    text = json.dumps(lines, ensure_ascii=False)
    assert [seat.entry.name for seat in world.seats if seat.entry.name in text] == []
    assert len({one["candidate"] for one in lines["attempt"]}) == 3


def test_before_the_release_there_is_no_key(world: World, desk_of: Callable[[User], Desk]) -> None:
    world.start()
    before = export(desk_of(world.officer), world)
    assert "key" not in before
    assert CANARY not in json.dumps(before)


def test_released_by_rule_keys_wait_for_the_last_window() -> None:
    world = make_world(release_rule="at_once")
    world.start()
    sitting = Sitting.objects.select_related("exam__unit").get(pk=world.sitting.pk)

    def types(at: datetime) -> set[str]:
        return {one["type"] for one in export_evidence(sitting=sitting, at=at, actor=world.officer)}

    assert "key" not in types(sitting.closes_at - timedelta(seconds=1))
    assert "key" in types(sitting.closes_at)


def test_a_line_separator_inside_an_answer_breaks_no_line(desk_of: Callable[[User], Desk]) -> None:
    world = make_world()
    phone = Phone(world, world.seat)
    phone.sign_in()
    phone.start()
    phone.save((1, 4, "甲\u2028乙\n丙"))
    lines = export(desk_of(world.officer), world)
    assert [one["value"] for one in lines["event"]] == ["甲\u2028乙\n丙"]
