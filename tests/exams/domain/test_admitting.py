"""Letting in without the slip: one person gets a new ticket, nobody else loses his."""

from __future__ import annotations

from datetime import timedelta

import pytest

from exams.domain.admitting import replace_ticket
from exams.domain.tickets import TicketRefused, find_by_slip, find_ticket, issue_tickets
from exams.models import Sitting
from examsite.lib import clock
from examsite.lib.errors import Conflict
from examsite.people.models import AuditRecord
from tests.exam_world import World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world(people=2)


def replace(world: World):
    return replace_ticket(seat=world.seat, at=clock.now(), actor=world.officer)


def close(world: World) -> None:
    Sitting.objects.update(closes_at=clock.now() - timedelta(minutes=1))
    world.seat.sitting.refresh_from_db()


def test_whose_digits_are_locked_comes_in_with_new_ones(world: World) -> None:
    old = issue_tickets(entries=[world.seat.entry], at=clock.now())[0]
    for _ in range(5):
        with pytest.raises(TicketRefused):
            find_by_slip(name=old.entry.name, code=f"{(int(old.code) + 1) % 1_000_000:06}", at=clock.now())
    with pytest.raises(TicketRefused):
        find_by_slip(name=old.entry.name, code=old.code, at=clock.now())
    new = replace(world)
    assert find_by_slip(name=new.entry.name, code=new.code, at=clock.now()).entry == world.seat.entry


def test_his_old_slip_is_dead_and_his_neighbours_lives(world: World) -> None:
    own, neighbours = issue_tickets(entries=[seat.entry for seat in world.seats], at=clock.now())
    new = replace(world)
    assert find_ticket(token=new.token, at=clock.now()).entry == own.entry
    assert find_ticket(token=neighbours.token, at=clock.now()).entry == neighbours.entry
    with pytest.raises(TicketRefused):
        find_ticket(token=own.token, at=clock.now())


def test_who_let_him_in_is_in_the_log(world: World) -> None:
    replace(world)
    kept = AuditRecord.objects.get(action="tickets.replace")
    assert (kept.actor, kept.object_id) == (world.officer, str(world.seat.pk))


def test_after_the_end_nobody_new_comes_in(world: World) -> None:
    close(world)
    with pytest.raises(Conflict, match="已经结束"):
        replace(world)


def test_who_still_answers_after_the_end_may_come_back(world: World) -> None:
    world.start()
    close(world)
    assert find_ticket(token=replace(world).token, at=clock.now()).entry == world.seat.entry
