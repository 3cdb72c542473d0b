"""The calls of those who run a sitting: scope, two people, and what the board shows and hides."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from exams.models import Attempt, Presence, Quarantine, Room, Seat, Sitting
from examsite.lib import clock
from examsite.people.models import AuditRecord, Role, RoleGrant, User
from tests.exam_world import MACHINE, World, age, make_user, make_world

from .conftest import API, Desk, Phone, new_ticket, statuses

pytestmark = pytest.mark.django_db(transaction=True)


def desk_with(world: World, desk_of: Callable[[User], Desk], role: Role, name: str) -> Desk:
    user = make_user(name)
    RoleGrant.objects.create(user=user, role=role, unit=world.town, granted_at=clock.now())
    return desk_of(user)


# --- Scope -----------------------------------------------------------------------------------------------


def staff_calls(phone: Phone) -> list[tuple[str, str, Any]]:
    sitting, attempt, seat = phone.world.sitting.pk, phone.attempt, phone.seat.pk
    reason = {"reason": "试"}
    return [
        ("GET", f"sittings/{sitting}/monitor", None),
        ("GET", f"sittings/{sitting}/late-answers", None),
        ("GET", f"sittings/{sitting}/evidence", None),
        ("POST", f"sittings/{sitting}/extend", {"seconds": 60, **reason}),
        ("POST", f"sittings/{sitting}/notices", {"text": "安静"}),
        ("POST", f"sittings/{sitting}/release", {}),
        ("POST", f"attempts/{attempt}/extend", {"seconds": 60, **reason}),
        ("POST", f"attempts/{attempt}/void", reason),
        ("POST", f"attempts/{attempt}/reopen", reason),
        ("POST", f"attempts/{attempt}/device", {"allow": True}),
        ("POST", f"seats/{seat}/block", reason),
        ("POST", f"seats/{seat}/unblock", reason),
    ]


def test_t35_staff_of_another_town_find_nothing(phone: Phone, desk_of: Callable[[User], Desk]) -> None:
    stranger = desk_of(make_world(name="白水镇").officer)
    found = []
    for method, path, body in staff_calls(phone):
        stranger.call(method, path, body)
        found.append(stranger.status)
    assert found == [404] * len(found)
    assert phone.row.voided_at is None


@pytest.mark.parametrize("role", [Role.LEADER, Role.AUDITOR, Role.OPERATOR, Role.MARKER, Role.BANK_EDITOR])
def test_t35_roles_that_do_not_run_sittings_find_nothing(
    phone: Phone, desk_of: Callable[[User], Desk], role: Role
) -> None:
    desk = desk_with(phone.world, desk_of, role, "旁人")
    found = []
    for method, path, body in staff_calls(phone):
        desk.call(method, path, body)
        found.append(desk.status)
    assert found == [404] * len(found)


def test_t35_candidates_find_nothing(phone: Phone) -> None:
    found = []
    for method, path, body in staff_calls(phone):
        phone.signed(method, path, body)
        found.append(phone.status)
    assert found == [404] * len(found)


def test_t35_nobody_finds_a_door_without_signing_in(phone: Phone) -> None:
    for method, path, _ in staff_calls(phone):
        reply = Client().generic(method, f"{API}/{path}", b"{}", content_type="application/json")
        assert reply.status_code == 401


def test_an_invigilator_watches_but_does_not_release(phone: Phone, desk_of: Callable[[User], Desk]) -> None:
    desk = desk_with(phone.world, desk_of, Role.INVIGILATOR, "监考")
    desk.call("GET", f"sittings/{phone.world.sitting.pk}/monitor")
    assert desk.status == 200
    desk.call("POST", f"sittings/{phone.world.sitting.pk}/release", {})
    assert desk.status == 404
    desk.call("GET", f"sittings/{phone.world.sitting.pk}/evidence")
    assert desk.status == 404


def test_an_invigilator_of_one_room_sees_that_room(
    world: World, phone: Phone, other_phone: Phone, desk_of: Callable[[User], Desk]
) -> None:
    invigilator = make_user("二号考场监考")
    room = Room.objects.create(sitting=world.sitting, name="二号考场")
    room.invigilators.add(invigilator)
    Seat.objects.filter(pk=other_phone.seat.pk).update(room=room)
    desk = desk_of(invigilator)
    board = desk.call("GET", f"sittings/{world.sitting.pk}/monitor?show=all")
    assert [row["candidate"] for row in board["rows"]] == [other_phone.seat.entry.name]
    assert board["counts"]["expected"] == 1
    desk.call("POST", f"attempts/{other_phone.attempt}/extend", {"seconds": 60, "reason": "试"})
    assert desk.status == 200
    desk.call("POST", f"attempts/{phone.attempt}/extend", {"seconds": 60, "reason": "试"})
    assert desk.status == 404


# --- Deeds -----------------------------------------------------------------------------------------------


def test_voiding_over_the_api_takes_two_people(phone: Phone, officer: Desk, second_officer: Desk) -> None:
    path = f"attempts/{phone.attempt}/void"
    first = officer.call("POST", path, {"reason": "冒名顶替"})
    assert (officer.status, first["code"]) == (403, "needs_second")
    assert len(first["approval"]) == 36
    second = second_officer.call("POST", path, {"reason": "属实"})
    assert second_officer.status == 200
    assert second["state"] == "voided"
    assert statuses(phone.save((1, 2, True))) == ["late"]


def test_a_reopened_attempt_goes_on_from_the_phone(phone: Phone, officer: Desk) -> None:
    phone.submit((1, 2, True))
    reply = officer.call("POST", f"attempts/{phone.attempt}/reopen", {"reason": "误交"})
    assert officer.status == 200
    assert (reply["state"], reply["epoch"]) == ("in_progress", 2)
    started = phone.start()
    assert (started["epoch"], started["held_elsewhere"]) == (2, False)
    assert statuses(phone.save((1, 2, False))) == ["stored"]
    phone.submit()
    assert phone.status == 200


def test_everybody_is_given_time(phone: Phone, other_phone: Phone, officer: Desk) -> None:
    before = phone.row.due_at
    reply = officer.call(
        "POST", f"sittings/{phone.world.sitting.pk}/extend", {"seconds": 300, "reason": "断网"}
    )
    assert reply["count"] == 2
    assert phone.row.due_at == before + timedelta(minutes=5)


def test_a_notice_reaches_the_page(phone: Phone, officer: Desk) -> None:
    officer.call("POST", f"sittings/{phone.world.sitting.pk}/notices", {"text": "还剩十分钟"})
    messages = phone.bearing("POST", "heartbeat", {})["messages"]
    assert [one["text"] for one in messages] == ["还剩十分钟"]


def test_a_device_change_is_confirmed_at_the_board(desk_of: Callable[[User], Desk]) -> None:
    world = make_world(confirm_devices=True)
    officer = desk_of(world.officer)
    phone, pc = Phone(world, world.seat), Phone(world, world.seat, device="pc")
    phone.sign_in()
    phone.start()
    pc.sign_in()
    pc.start()
    assert pc.claim()["code"] == "needs_confirmation"
    board = officer.call("GET", f"sittings/{world.sitting.pk}/monitor")
    assert board["counts"]["waiting"] == 1
    assert [row["waiting_device"] for row in board["rows"]] == [True]
    officer.call("POST", f"attempts/{phone.attempt}/device", {"allow": True})
    assert pc.claim()["epoch"] == 2


def test_a_late_answer_is_decided_without_being_shown(phone: Phone, officer: Desk) -> None:
    age(phone.row, 3600 + 240)
    phone.save((1, 2, True))
    (late,) = officer.call("GET", f"sittings/{phone.world.sitting.pk}/late-answers")["answers"]
    assert (late["question"], late["accepted"], late["reason"]) == (3, None, "late")
    assert 59 <= late["late_by_s"] <= 75
    assert "value" not in late
    officer.call("POST", f"late-answers/{late['id']}/decide", {"accept": True, "reason": "断网"})
    assert officer.status == 200
    assert Quarantine.objects.get().accepted is True
    officer.call("POST", f"late-answers/{late['id']}/decide", {"accept": False, "reason": "再想想"})
    assert officer.status == 409


def test_results_are_released_once_everybody_is_done(desk_of: Callable[[User], Desk]) -> None:
    world = make_world(questions=MACHINE)
    officer = desk_of(world.officer)
    phone = Phone(world, world.seat)
    phone.sign_in()
    phone.start()
    path = f"sittings/{world.sitting.pk}/release"
    assert officer.call("POST", path, {})["code"] == "running"
    phone.submit()
    released = officer.call("POST", path, {"with_keys": True})
    assert officer.status == 200
    assert released["released_at"] is not None
    phone.call("GET", f"attempts/{phone.attempt}/result")
    assert phone.status == 200


@pytest.mark.parametrize(
    "body",
    [{}, {"reason": ""}, {"reason": "x", "seconds": 0}, {"reason": "x", "seconds": 10**6}, {"seconds": 60}],
)
def test_incomplete_orders_are_400(phone: Phone, officer: Desk, body: dict[str, Any]) -> None:
    officer.call("POST", f"attempts/{phone.attempt}/extend", body)
    assert officer.status == 400


def test_t61_no_field_is_taken_in_passing(phone: Phone, officer: Desk) -> None:
    body = {"seconds": 60, "reason": "x", "points": 100, "state": "marked"}
    officer.call("POST", f"attempts/{phone.attempt}/extend", body)
    assert officer.status == 400
    assert phone.row.points is None


# --- The board -------------------------------------------------------------------------------------------


def test_the_board_counts_people(officer: Desk, world: World, phone: Phone) -> None:
    counts = officer.call("GET", f"sittings/{world.sitting.pk}/monitor")["counts"]
    assert counts == {
        "expected": 2,
        "absent": 1,
        "answering": 1,
        "submitted": 0,
        "needs_help": 0,
        "silent": 0,
        "unsent": 0,
        "waiting": 0,
        "blocked": 0,
        "late_answers": 0,
    }


def test_silent_and_unsent_phones_are_listed_first(officer: Desk, world: World, phone: Phone) -> None:
    path = f"sittings/{world.sitting.pk}/monitor"
    assert officer.call("GET", path)["rows"] == []
    phone.bearing("POST", "heartbeat", {"unsent": 3, "oldest_unsent_ms": 61_000})
    Presence.objects.update(seen_at=clock.now() - timedelta(minutes=6))
    board = officer.call("GET", path)
    (row,) = board["rows"]
    assert (board["counts"]["silent"], board["counts"]["unsent"]) == (1, 1)
    assert (row["unsent"], row["state"]) == (3, "in_progress")
    assert 360 <= row["silent_s"] < 380


def test_the_board_shows_how_much_is_answered_and_nothing_else(
    officer: Desk, world: World, phone: Phone
) -> None:
    phone.save((1, 2, True), (2, 4, "机密答案"), (3, 2, None))
    board = officer.call("GET", f"sittings/{world.sitting.pk}/monitor?show=answering")
    (row,) = board["rows"]
    text = officer.last.content.decode()
    assert (row["answered"], row["of"]) == (1, 5)
    assert "机密答案" not in text
    assert "points" not in text


@pytest.mark.parametrize(
    ("show", "people"), [("absent", [1]), ("answering", [0]), ("submitted", []), ("all", [0, 1])]
)
def test_lists_of_the_board(officer: Desk, world: World, phone: Phone, show: str, people: list[int]) -> None:
    board = officer.call("GET", f"sittings/{world.sitting.pk}/monitor?show={show}")
    assert [row["candidate"] for row in board["rows"]] == [world.seats[one].entry.name for one in people]


def test_searching_the_board(officer: Desk, world: World, phone: Phone) -> None:
    board = officer.call("GET", f"sittings/{world.sitting.pk}/monitor?search=0002")
    assert [row["candidate"] for row in board["rows"]] == [world.seats[1].entry.name]


@pytest.mark.parametrize("query", ["show=everything", "page=x"])
def test_odd_parameters_are_400(officer: Desk, world: World, query: str) -> None:
    officer.call("GET", f"sittings/{world.sitting.pk}/monitor?{query}")
    assert officer.status == 400


def test_who_hands_in_moves_to_the_submitted(officer: Desk, world: World, phone: Phone) -> None:
    phone.submit()
    counts = officer.call("GET", f"sittings/{world.sitting.pk}/monitor")["counts"]
    assert (counts["answering"], counts["submitted"]) == (0, 1)


def test_the_excused_are_not_expected(officer: Desk, world: World) -> None:
    entry = world.seats[1].entry
    entry.status = "exempt"
    entry.save()
    assert officer.call("GET", f"sittings/{world.sitting.pk}/monitor")["counts"]["expected"] == 1


@pytest.mark.parametrize("people", [1, 3])
def test_the_boards_statements_do_not_grow(
    people: int, desk_of: Callable[[User], Desk], django_assert_num_queries: Any
) -> None:
    world = make_world(people=people)
    for seat in world.seats:
        world.start(seat, device=f"t{seat.number}")
    desk = desk_of(world.officer)
    desk.call("GET", f"sittings/{world.sitting.pk}/monitor?show=all")
    stamp = connection.vendor == "postgresql"  # there the database is asked for the time
    with django_assert_num_queries(12 + stamp):
        board = desk.call("GET", f"sittings/{world.sitting.pk}/monitor?show=all")
    assert len(board["rows"]) == people


# --- Evidence --------------------------------------------------------------------------------------------


def test_a_ticket_of_an_officer_exports_nothing(world: World) -> None:
    world.seat.entry.user = world.officer
    world.seat.entry.save()
    phone = Phone(world, world.seat)
    phone.sign_in(new_ticket(world.seat.entry))
    phone.call("GET", f"sittings/{world.sitting.pk}/evidence")
    assert phone.status == 404


def test_every_export_is_audited(world: World, phone: Phone, officer: Desk) -> None:
    response = officer.client.get(f"{API}/sittings/{world.sitting.pk}/evidence")
    b"".join(response.streaming_content)
    assert AuditRecord.objects.get(action="sitting.evidence").actor == world.officer
    assert Sitting.objects.count() == 1
    assert Attempt.objects.count() == 1
