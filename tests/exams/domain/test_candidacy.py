"""What a candidate sees of his sittings."""

from __future__ import annotations

from datetime import timedelta

import pytest

from exams.domain.candidacy import MySitting, my_sittings
from exams.domain.submitting import submit_attempt
from exams.engine.access import SittingState
from exams.models import Attempt, Exam, Seat, Sitting, SittingKind
from examsite.lib import clock
from tests.exam_world import MACHINE, World, age, claims_of, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world(questions=MACHINE)


def mine(world: World, **narrow: object) -> MySitting:
    (only,) = my_sittings(user=world.user, at=clock.now(), **narrow)
    return only


def test_before_the_first_start(world: World) -> None:
    seen = mine(world)
    assert (seen.state, seen.number) == (SittingState.OPEN, 1)
    assert (seen.attempts_allowed, seen.attempts_used) == (1, 0)
    assert 3590 < (seen.due_at - clock.now()).total_seconds() <= 3600


def test_while_answering(world: World) -> None:
    attempt = world.start().attempt
    seen = mine(world)
    assert (seen.state, seen.number, seen.running) == (SittingState.IN_PROGRESS, 1, attempt)
    assert seen.due_at == attempt.due_at


def test_when_the_time_is_over_nobody_needs_to_have_settled_it(world: World) -> None:
    age(world.start().attempt, 3600 + 181)
    seen = mine(world)
    assert (seen.state, seen.running, seen.attempts_used) == (SittingState.SUBMITTED, None, 1)
    assert Attempt.objects.get().state == "in_progress"


@pytest.mark.parametrize(
    ("rule", "state"), [("by_hand", SittingState.SUBMITTED), ("at_once", SittingState.RELEASED)]
)
def test_the_result_shows_when_the_rule_says_so(rule: str, state: SittingState) -> None:
    world = make_world(questions=MACHINE, release_rule=rule)
    attempt = world.start().attempt
    submit_attempt(claims=claims_of(attempt), items=[], sheet_digest=None)
    seen = mine(world)
    assert seen.state is state
    assert (seen.released is not None) is (state is SittingState.RELEASED)
    assert seen.closed == attempt


def test_an_unpublished_exam_is_not_there(world: World) -> None:
    Exam.objects.update(published_at=None)
    assert my_sittings(user=world.user, at=clock.now()) == []


def test_others_see_nothing_of_it(world: World) -> None:
    assert my_sittings(user=world.officer, at=clock.now()) == []


def test_a_ticket_narrows_to_its_exam(world: World) -> None:
    assert mine(world, exam_id=world.exam.pk).seat == world.seat
    assert my_sittings(user=world.user, at=clock.now(), exam_id=world.form.pk) == []


@pytest.mark.parametrize("sittings", [1, 3])
def test_statements_do_not_grow_with_the_sittings(
    world: World, sittings: int, django_assert_num_queries: object
) -> None:
    for number in range(1, sittings):
        makeup = Sitting.objects.create(
            exam=world.exam,
            kind=SittingKind.MAKEUP,
            title=f"补考{number}",
            opens_at=clock.now() + timedelta(days=number),
            closes_at=clock.now() + timedelta(days=number, hours=2),
            duration_s=3600,
            created_at=clock.now(),
        )
        Seat.objects.create(sitting=makeup, entry=world.seat.entry, form=world.form)
    with django_assert_num_queries(2):
        assert len(my_sittings(user=world.user, at=clock.now())) == sittings
