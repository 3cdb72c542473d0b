"""The invigilator's pages: scope, deeds, two people, nothing told of answers."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from exams.domain.saving import Item, save_answers
from exams.models import Attempt, AttemptEvent, Notice, Presence, Quarantine, Seat
from examsite.lib import clock
from tests.exam_world import MACHINE, World, age, claims_of, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world(questions=MACHINE, people=2)


@pytest.fixture
def attempt(world: World) -> Attempt:
    return world.start().attempt


def desk(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def officer(world: World) -> Client:
    return desk(world.officer)


def get(client: Client, name: str, key: object, **query: str) -> str:
    response = client.get(reverse(f"exams:{name}", args=[key]), query)
    assert response.status_code == 200
    return response.content.decode()


def order(client: Client, name: str, key: object, deed: str, **fields: object) -> str:
    """Give an order from some page; returns the page one lands on."""
    address = reverse(f"exams:{name}", args=[key])
    headers = {"Referer": f"http://testserver{reverse('exams:watch')}"}
    return client.post(address, {"deed": deed, **fields}, headers=headers, follow=True).content.decode()


def test_the_list_of_watched_sittings(world: World, officer: Client) -> None:
    assert str(world.exam) in officer.get(reverse("exams:watch")).content.decode()
    stranger = desk(make_world(name="白水镇").officer)
    assert str(world.exam) not in stranger.get(reverse("exams:watch")).content.decode()


def test_t35_anothers_board_attempt_and_late_answers_are_404(world: World, attempt: Attempt) -> None:
    stranger = desk(make_world(name="白水镇").officer)
    pages = [("board", world.sitting.pk), ("board_late", world.sitting.pk), ("board_attempt", attempt.pk)]
    found = [stranger.get(reverse(f"exams:{name}", args=[key])).status_code for name, key in pages]
    assert found == [404, 404, 404]
    stranger.post(
        reverse("exams:attempt_order", args=[attempt.pk]), {"deed": "extend", "minutes": 5, "reason": "x"}
    )
    assert AttemptEvent.objects.count() == 0


def test_silent_phones_come_first(world: World, attempt: Attempt, officer: Client) -> None:
    assert "现在没有要处理的" in get(officer, "board", world.sitting.pk)
    Presence.objects.update(seen_at=clock.now() - timedelta(minutes=6))
    text = get(officer, "board", world.sitting.pk)
    assert "掉线 6 分钟" in text
    assert world.seat.entry.name in text


def test_the_moving_part_alone(world: World, attempt: Attempt, officer: Client) -> None:
    text = get(officer, "board", world.sitting.pk, fragment="1", show="answering")
    assert text.lstrip().startswith("<div")
    assert world.seat.entry.name in text
    assert "全场加时" not in text


@pytest.mark.parametrize("show", ["absent", "answering", "submitted", "all"])
def test_every_list_opens(world: World, attempt: Attempt, officer: Client, show: str) -> None:
    get(officer, "board", world.sitting.pk, show=show)


def test_time_for_one(attempt: Attempt, officer: Client) -> None:
    due = attempt.due_at
    text = order(officer, "attempt_order", attempt.pk, "extend", minutes=5, reason="停电")
    attempt.refresh_from_db()
    assert attempt.due_at == due + timedelta(minutes=5)
    assert "停电" in text


def test_time_for_all_and_a_notice(world: World, attempt: Attempt, officer: Client) -> None:
    assert "已给正在作答的1人加时5分钟" in order(
        officer, "sitting_order", world.sitting.pk, "extend", minutes=5, reason="断网"
    )
    order(officer, "sitting_order", world.sitting.pk, "notice", text="请安静", room=world.room.pk)
    assert Notice.objects.get().room == world.room


@pytest.mark.parametrize(
    "fields", [{"minutes": "x", "reason": "y"}, {"minutes": 5}, {"minutes": 0, "reason": "y"}]
)
def test_an_incomplete_order_changes_nothing(
    attempt: Attempt, officer: Client, fields: dict[str, Any]
) -> None:
    order(officer, "attempt_order", attempt.pk, "extend", **fields)
    assert AttemptEvent.objects.count() == 0


def test_voiding_is_proposed_by_one_and_done_by_two(world: World, attempt: Attempt, officer: Client) -> None:
    text = order(officer, "attempt_order", attempt.pk, "void", reason="冒名顶替")
    attempt.refresh_from_db()
    assert "请另一位考务" in text
    assert attempt.voided_at is None
    order(desk(world.second_officer), "attempt_order", attempt.pk, "void", reason="属实")
    attempt.refresh_from_db()
    assert attempt.voided_at is not None


def test_a_closed_attempt_is_reopened(attempt: Attempt, officer: Client) -> None:
    age(attempt, 3600 + 181)
    order(officer, "attempt_order", attempt.pk, "reopen", minutes=10, reason="收早了")
    attempt.refresh_from_db()
    assert (attempt.state, attempt.epoch) == ("in_progress", 2)


def test_suspending_and_letting_go_on(world: World, attempt: Attempt, officer: Client) -> None:
    order(officer, "attempt_order", attempt.pk, "block", reason="看书")
    assert Seat.objects.get(pk=world.seat.pk).blocked_at is not None
    order(officer, "attempt_order", attempt.pk, "unblock", reason="误会")
    assert Seat.objects.get(pk=world.seat.pk).blocked_at is None


@pytest.mark.parametrize(("deed", "action"), [("confirm", "confirm_device"), ("refuse", "refuse_device")])
def test_a_waiting_device_is_decided_on_the_board(
    world: World, attempt: Attempt, officer: Client, deed: str, action: str
) -> None:
    Attempt.objects.update(waiting_device="tab-2")
    assert "换设备，等确认" in get(officer, "board", world.sitting.pk)
    order(officer, "attempt_order", attempt.pk, deed, back="board")
    assert AttemptEvent.objects.get().action == action


def test_a_late_answer_is_decided_unseen(world: World, attempt: Attempt, officer: Client) -> None:
    age(attempt, 3600 + 240)
    value = world.value(attempt.pk, 0)
    save_answers(claims=claims_of(attempt), items=[Item(1, world.slots[0], value, None)])
    text = get(officer, "board_late", world.sitting.pk)
    assert world.seat.entry.name in text
    assert value not in text
    order(officer, "late_order", Quarantine.objects.get().pk, "accept", reason="断网")
    assert Quarantine.objects.get().accepted is True


def test_an_unknown_deed_is_refused(attempt: Attempt, officer: Client) -> None:
    assert "没有这种操作" in order(officer, "attempt_order", attempt.pk, "pardon", reason="x")


@pytest.mark.parametrize("people", [1, 3])
def test_the_pages_statements_do_not_grow(people: int, django_assert_num_queries: Any) -> None:
    world = make_world(questions=MACHINE, people=people)
    for seat in world.seats:
        world.start(seat, device=f"t{seat.number}")
    officer = desk(world.officer)
    get(officer, "board", world.sitting.pk, show="all")
    stamp = connection.vendor == "postgresql"  # there the database is asked for the time
    with django_assert_num_queries(15 + stamp):
        text = get(officer, "board", world.sitting.pk, show="all")
    assert sum(seat.entry.name in text for seat in world.seats) == people


def test_a_search_for_a_person_names_nobody_in_the_address(attempt: Attempt, officer: Client) -> None:
    """The board that refreshes itself keeps to it."""
    address = reverse("exams:board", args=[attempt.sitting_id])
    for search, there in (("查无此人", False), (attempt.entry.name, True)):
        answer = officer.post(reverse("search"), {"page": address, "search": search})
        assert answer["Location"] == f"{address}?found=1"
        for asked in ("found=1&show=all", "found=1&show=all&fragment"):
            text = officer.get(f"{address}?{asked}").content.decode()
            assert (f">{attempt.entry.name}<" in text) is there


def test_somebody_without_his_slip_is_let_in_from_the_board(world: World, officer: Client) -> None:
    address = reverse("exams:seat_slip", args=[world.seat.pk])
    assert address in get(officer, "board", world.sitting.pk, show="absent")
    assert "请先认准" in officer.get(address).content.decode()
    shown = officer.post(address).content.decode()
    code = re.search(r"(\d{3}) (\d{3})</strong>", shown)
    assert "data:image/svg+xml" in shown
    assert code is not None
    typed = {"name": world.seat.entry.name, "code": code[1] + code[2]}
    assert Client().post(reverse("exams:enter"), typed).url == reverse(
        "exams:instructions", args=[world.sitting.pk]
    )


def test_another_towns_seat_has_no_slip_here(world: World) -> None:
    stranger = desk(make_world(name="白水镇").officer)
    address = reverse("exams:seat_slip", args=[world.seat.pk])
    assert [stranger.get(address).status_code, stranger.post(address).status_code] == [404, 404]
