"""Marking by people: who gets which answer, and how far they are."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exams.domain.marking_plans import MarkerSpec, possible_markers, take_back
from exams.domain.marking_progress import marking_progress
from exams.domain.marking_tasks import my_queues, my_task, view_task
from exams.models import DealRule, MarkingTask
from examsite.lib import clock
from examsite.lib.errors import Invalid, NotFound
from examsite.people.models import AuditRecord, Role, RoleGrant
from tests.marking_world import (
    ANSWERS,
    ESSAY,
    FILL,
    QUESTIONS,
    MarkingWorld,
    join,
    make_marker,
    make_marking_world,
)

pytestmark = pytest.mark.django_db(transaction=True)
D = Decimal


@pytest.fixture
def place() -> MarkingWorld:
    return make_marking_world()


# --- What goes to people ---------------------------------------------------------------------------------


def test_only_what_a_machine_cannot_decide_waits(place: MarkingWorld) -> None:
    whole = place.hand_in(0, ANSWERS)
    place.plan()
    assert [(one.attempt_id, one.slot.code, one.round) for one in MarkingTask.objects.all()] == [
        (whole.pk, place.world.slots[ESSAY], 1)
    ]
    assert (whole.state, whole.points) == ("submitted", None)


def test_blank_answers_are_nothing_by_themselves(place: MarkingWorld) -> None:
    attempt = place.hand_in(0, {0: "B", 1: "  "})
    place.plan()
    assert (attempt.state, attempt.points, attempt.possible) == ("marked", D(2), D(14))
    assert MarkingTask.objects.count() == 0


def test_a_blank_filled_in_other_words_waits_with_what_the_machine_knows(place: MarkingWorld) -> None:
    attempt = place.hand_in(0, {2: ["5", "一直干"]})
    place.plan()
    view = view_task(place.task(attempt, FILL))
    assert view.ticks == (0,)
    assert view.answer == "第1空：5\n第2空：一直干"
    assert [line.points for line in view.rubric.lines] == [D(1), D(1)]
    assert view.points is None


def test_the_marker_sees_the_answer_and_the_rubric_and_nobody(place: MarkingWorld) -> None:
    attempt = place.hand_in(0, ANSWERS)
    place.plan()
    view = view_task(place.task(attempt))
    assert view.answer == "要公开"
    assert view.model_answer == "公开、监督、答复"
    assert [(line.text, line.points) for line in view.rubric.lines] == [
        ("及时公开", D(4)),
        ("村民监督", D(3)),
        ("答复询问", D(3)),
    ]
    assert (view.same, view.number, view.kind_label) == (1, 2, "简答题")


# --- Plans and dealing -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("no_marker", {"markers": []}),
        ("second", {"markers": 1, "second_share": 10}),
        ("second", {"second_share": 101}),
        ("gap", {"gap": D(-1)}),
        ("unit", {"deal": DealRule.UNIT}),
        ("not_marker", {"head": "officer"}),
    ],
)
def test_a_plan_that_cannot_work_is_refused(place: MarkingWorld, code: str, change: dict[str, Any]) -> None:
    markers: list[Any] = [MarkerSpec(one) for one in place.markers[1:]]
    if "markers" in change:
        count = change.pop("markers")
        markers = markers[:1] if count else [MarkerSpec(place.markers[1], 0)]
    if change.get("head") == "officer":
        change["head"] = place.world.officer
    with pytest.raises(Invalid) as refusal:
        place.plan(*markers, **change)
    assert refusal.value.code == code
    assert MarkingTask.objects.count() == 0


def test_a_unit_outside_the_exams_is_refused(place: MarkingWorld) -> None:
    other = make_marking_world(name="白水镇")
    with pytest.raises(Invalid) as refusal:
        place.plan(MarkerSpec(place.markers[1], 1, [other.east]), deal=DealRule.UNIT)
    assert refusal.value.code == "unit"


def test_only_markers_over_the_exams_unit_can_be_chosen(place: MarkingWorld) -> None:
    make_marker(place.east, "村里的")
    assert set(possible_markers(place.exam)) == set(place.markers)


def test_answers_are_shared_out(place: MarkingWorld) -> None:
    place = make_marking_world(people=4, name="四人镇")
    for one in range(4):
        place.hand_in(one, {1: f"说法{one}"})
    place.plan()
    assert sorted(MarkingTask.objects.values_list("marker", flat=True)) == sorted(
        [place.markers[1].pk, place.markers[2].pk] * 2
    )


def test_answers_that_come_later_are_dealt_when_somebody_looks(place: MarkingWorld) -> None:
    place.plan()
    place.hand_in(0, ANSWERS)
    assert MarkingTask.objects.count() == 0
    queues = [queue for one in place.markers[1:] for queue in my_queues(marker=one, at=clock.now())]
    assert [(one.number, one.total, one.done, one.stem) for one in queues] == [(2, 1, 0, "谈谈村务公开。")]
    assert place.deal() == 0


def test_nobody_gets_answers_of_his_own_village(place: MarkingWorld) -> None:
    join(place.markers[1], place.east)
    east, west = place.hand_in(0, ANSWERS), place.hand_in(1, {1: "别的"})
    place.plan(place.markers[1])
    assert place.task(east).marker is None
    assert place.task(west).marker == place.markers[1]
    assert marking_progress(place.exam).unassigned == 1
    place.plan(place.markers[1], place.markers[2])
    assert place.task(east).marker == place.markers[2]


def test_belonging_to_the_town_is_no_bar(place: MarkingWorld) -> None:
    join(place.markers[1], place.world.town)
    attempt = place.hand_in(0, ANSWERS)
    place.plan(place.markers[1])
    assert place.task(attempt).marker == place.markers[1]


def test_dealing_by_unit(place: MarkingWorld) -> None:
    east, west = place.hand_in(0, ANSWERS), place.hand_in(1, ANSWERS)
    specs = [MarkerSpec(place.markers[1], 1, [place.west]), MarkerSpec(place.markers[2], 1, [place.east])]
    place.plan(*specs, deal=DealRule.UNIT)  # type: ignore[arg-type]
    assert (place.task(east).marker, place.task(west).marker) == (place.markers[2], place.markers[1])


def test_a_marker_who_disappears_gives_back_what_he_has_not_judged(place: MarkingWorld) -> None:
    one, other = place.hand_in(0, {1: "甲"}), place.hand_in(1, {1: "乙"})
    gone, stays = place.markers[1], place.markers[2]
    place.plan(gone)
    place.judge(one, 6)
    place.plan(gone, stays)
    count = take_back(exam=place.exam, marker=gone, reason="住院", at=clock.now(), actor=place.world.officer)
    assert count == 1
    assert (place.task(one).marker, place.task(other).marker) == (gone, stays)
    assert AuditRecord.objects.get(action="marking.take_back").after == {"marker": str(gone.pk), "answers": 1}
    with pytest.raises(NotFound):
        my_task(marker=gone, task=place.task(other).pk)


def test_taking_back_needs_a_reason_and_a_plan(place: MarkingWorld) -> None:
    marker, at = place.markers[1], clock.now()
    with pytest.raises(NotFound) as none:
        take_back(exam=place.exam, marker=marker, reason="x", at=at, actor=place.world.officer)
    assert none.value.code == "no_plan"
    place.plan()
    with pytest.raises(Invalid) as refusal:
        take_back(exam=place.exam, marker=marker, reason=" ", at=at, actor=place.world.officer)
    assert refusal.value.code == "no_reason"


def test_a_marker_sees_only_his_queue(place: MarkingWorld) -> None:
    attempt = place.hand_in(0, ANSWERS)
    place.plan(place.markers[1])
    task = place.task(attempt)
    assert my_task(marker=place.markers[1], task=task.pk) == task
    assert my_queues(marker=place.markers[2], at=clock.now()) == []
    with pytest.raises(NotFound):
        my_task(marker=place.markers[2], task=task.pk)
    RoleGrant.objects.filter(user=place.markers[1], role=Role.MARKER).update(ended_at=clock.now())
    with pytest.raises(NotFound):
        my_task(marker=place.markers[1], task=task.pk)


# --- Progress --------------------------------------------------------------------------------------------


def test_progress_counts_rounds_and_markers(place: MarkingWorld) -> None:
    one, _other = place.hand_in(0, {1: "甲"}), place.hand_in(1, {1: "乙"})
    place.plan(second_share=100)
    place.judge(one, 9, round=1)
    place.judge(one, 2, round=2)
    place.deal()
    progress = marking_progress(place.exam)
    (question,) = progress.questions
    assert (question.number, question.first, question.first_done) == (2, 2, 1)
    assert (question.second, question.second_done, question.head, question.head_done) == (2, 1, 1, 0)
    assert (question.left, progress.left, progress.unassigned) == (3, 3, 0)
    assert sum(row.given for row in progress.markers) == 5
    assert sum(row.done for row in progress.markers) == 2
    assert progress.uneven == ((question.question, 1),)


def test_the_number_of_statements_does_not_grow_with_the_answers() -> None:
    place = make_marking_world(people=8, questions=QUESTIONS[:2], name="数语句镇")
    place.plan()
    counts = []
    for people in (range(0, 2), range(2, 8)):
        for one in people:
            place.hand_in(one, {1: f"说法{one}"})
        with CaptureQueriesContext(connection) as statements:
            assert place.deal() == len(people)
        counts.append(len(statements))
    assert counts[0] == counts[1]
