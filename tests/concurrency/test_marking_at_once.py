"""Two markers on one answer, dealing while marking, a machine beside a person: one outcome each time."""

from __future__ import annotations

from decimal import Decimal

import pytest

from exams.domain.judging import Verdict, judge
from exams.domain.marking import mark_by_machine, mark_many
from exams.domain.marking_plans import deal_answers, take_back
from exams.models import Attempt, AttemptEvent, Judgement, Mark, MarkingTask
from examsite.lib import clock
from examsite.lib.errors import Conflict
from tests.concurrency.conftest import all_at_once
from tests.marking_world import ESSAY, MarkingWorld, make_marking_world

pytestmark = pytest.mark.django_db(transaction=True)
D = Decimal


@pytest.fixture
def place() -> MarkingWorld:
    return make_marking_world(people=1)


def give(task: MarkingTask, points: int) -> int:
    assert task.marker is not None
    return judge(task=task, verdict=Verdict(points=D(points)), at=clock.now(), marker=task.marker)


def test_first_and_second_marker_at_once_make_one_mark(place: MarkingWorld) -> None:
    attempt = place.hand_in(0, {1: "要公开"})
    place.plan(second_share=100)
    tasks = [place.task(attempt, round=one) for one in (1, 2)]
    assert all_at_once([lambda: give(tasks[0], 6), lambda: give(tasks[1], 7)]) == [1, 1]
    assert place.marks(attempt) == [(D("6.50"), "mean")]
    assert Attempt.objects.get().points == D("6.50")
    assert AttemptEvent.objects.filter(action="finish_marking").count() == 1


def test_two_judgements_far_apart_ask_the_head_once(place: MarkingWorld) -> None:
    attempt = place.hand_in(0, {1: "要公开"})
    place.plan(second_share=100)
    tasks = [place.task(attempt, round=one) for one in (1, 2)]
    assert all_at_once([lambda: give(tasks[0], 1), lambda: give(tasks[1], 9)]) == [1, 1]
    assert MarkingTask.objects.filter(round=3).count() == 1
    assert place.marks(attempt) == []


def test_one_marker_on_two_screens_leaves_one_result(place: MarkingWorld) -> None:
    attempt = place.hand_in(0, {1: "要公开"})
    place.plan(place.markers[1])
    task = place.task(attempt)
    results = all_at_once([lambda given=one: give(task, given) for one in range(1, 9)])  # type: ignore[misc]
    assert results == [1] * 8
    assert Judgement.objects.count() == 8
    newest = Judgement.objects.order_by("-id")[0]
    assert place.marks(attempt)[-1] == (newest.points, "rubric")
    assert Attempt.objects.get().points == newest.points


def test_taking_back_and_judging_at_once_never_do_both(place: MarkingWorld) -> None:
    attempt = place.hand_in(0, {1: "要公开"})
    place.plan(place.markers[1], place.markers[2])
    task = place.task(attempt)
    marker = task.marker
    assert marker is not None
    taken, given = all_at_once(
        [
            lambda: take_back(
                exam=place.exam, marker=marker, reason="换人", at=clock.now(), actor=place.world.officer
            ),
            lambda: give(task, 5),
        ]
    )
    if isinstance(given, Conflict):
        assert (taken, given.code) == (1, "not_yours")
        assert Judgement.objects.count() == 0
    else:
        assert given == 1
        assert place.marks(attempt) == [(D(5), "rubric")]


def test_many_deals_at_once_make_each_task_once(place: MarkingWorld) -> None:
    place.hand_in(0, {1: "要公开", 2: ["五", "别的"]})
    place.plan(second_share=100)
    MarkingTask.objects.all().delete()
    results = all_at_once([lambda: deal_answers(exam=place.exam, at=clock.now()) for _ in range(6)])
    assert sum(results) == 4
    assert MarkingTask.objects.count() == 4


def test_machine_and_marker_at_once_finish_once(place: MarkingWorld) -> None:
    attempt = place.hand_in(0, {0: "B", 1: "要公开"})
    place.plan(place.markers[1])
    task = place.task(attempt)
    Mark.objects.all().delete()  # as after a crash between closing and marking
    all_at_once(
        [
            lambda: give(task, 5),
            *[lambda: mark_by_machine(attempt_id=attempt.pk, at=clock.now())] * 3,
            lambda: mark_many(attempt_ids=[attempt.pk], at=clock.now()),
        ]
    )
    mark_by_machine(attempt_id=attempt.pk, at=clock.now())
    attempt.refresh_from_db()
    assert (attempt.state, attempt.points) == ("marked", D(7))
    assert place.marks(attempt, ESSAY) == [(D(5), "rubric")]
    assert Mark.objects.count() == 3
