"""Judgements: what one or two markers and their head come to, and what may no longer be changed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from exams.domain.invigilation import reopen_attempt
from exams.domain.judging import Verdict, judge, save_draft
from exams.domain.marking_tasks import my_task, next_task, previous_task, view_task
from exams.domain.quarantine import decide_quarantine
from exams.domain.releases import release_sitting
from exams.domain.saving import Item, Status, save_answers
from exams.domain.submitting import submit_attempt
from exams.models import Judgement, Mark, MarkingTask, Quarantine
from examsite.lib import clock
from examsite.lib.errors import Conflict, Invalid, NotFound
from tests.exam_world import claims_of
from tests.marking_world import (
    ANSWERS,
    ESSAY,
    MarkingWorld,
    join,
    make_marking_world,
)

pytestmark = pytest.mark.django_db(transaction=True)
D = Decimal


@pytest.fixture
def place() -> MarkingWorld:
    return make_marking_world()


# --- Judging ---------------------------------------------------------------------------------------------


def test_one_judgement_finishes_the_attempt(place: MarkingWorld) -> None:
    attempt = place.hand_in(0, ANSWERS)
    place.plan(place.markers[1])
    task = place.task(attempt)
    assert next_task(marker=place.markers[1], exam=place.exam, question=task.question, at=clock.now()) == task
    judge(
        task=task, verdict=Verdict(ticks=(0, 2), comment=" 漏监督 "), at=clock.now(), marker=place.markers[1]
    )
    attempt.refresh_from_db()
    assert (attempt.state, attempt.points, attempt.possible) == ("marked", D(11), D(14))
    mark = Mark.objects.get(slot__code=place.world.slots[ESSAY])
    assert (mark.points, mark.rule, mark.marker, mark.comment) == (D(7), "rubric", place.markers[1], "漏监督")
    assert next_task(marker=place.markers[1], exam=place.exam, question=task.question, at=clock.now()) is None
    assert previous_task(marker=place.markers[1], exam=place.exam, question=task.question) == task


@pytest.mark.parametrize("points", ["-0.5", "10.5", "3.333", "NaN", "Infinity"])
def test_points_out_of_range_are_refused(place: MarkingWorld, points: str) -> None:
    attempt = place.hand_in(0, ANSWERS)
    place.plan(place.markers[1])
    with pytest.raises(Invalid) as refusal:
        place.judge(attempt, points)
    assert refusal.value.code == "points"
    assert Judgement.objects.count() == 0


def test_changing_ones_mind_leaves_both_marks(place: MarkingWorld) -> None:
    attempt = place.hand_in(0, ANSWERS)
    place.plan(place.markers[1])
    place.judge(attempt, 6)
    place.judge(attempt, 8)
    attempt.refresh_from_db()
    assert place.marks(attempt) == [(D(6), "rubric"), (D(8), "rubric")]
    assert (attempt.state, attempt.points) == ("marked", D(12))
    assert list(attempt.events.values_list("action", flat=True)) == [
        "submit",
        "finish_marking",
        "remark",
        "finish_marking",
    ]


def test_the_same_judgement_twice_is_one_mark(place: MarkingWorld) -> None:
    attempt = place.hand_in(0, ANSWERS)
    place.plan(place.markers[1])
    place.judge(attempt, 6)
    place.judge(attempt, 6)
    assert place.marks(attempt) == [(D(6), "rubric")]


def test_equal_answers_are_judged_together(place: MarkingWorld) -> None:
    place = make_marking_world(people=3, name="三人镇")
    same = [place.hand_in(0, {1: "要公开 15日"}), place.hand_in(1, {1: "要公开十五日。"})]
    other = place.hand_in(2, {1: "不知道"})
    place.plan(place.markers[1])
    assert view_task(place.task(same[0])).same == 2
    assert place.judge(same[0], 5) == 2
    assert [place.marks(one) for one in same] == [[(D(5), "rubric")]] * 2
    assert place.marks(other) == []


def test_drafts_are_kept_and_count_for_nothing(place: MarkingWorld) -> None:
    attempt = place.hand_in(0, ANSWERS)
    place.plan(place.markers[1])
    verdict = Verdict(ticks=(1,), comment="想想", doubtful=True)
    save_draft(task=place.task(attempt), verdict=verdict, marker=place.markers[1])
    view = view_task(place.task(attempt))
    assert (view.ticks, view.points, view.comment, view.doubtful) == ((1,), None, "想想", True)
    assert place.marks(attempt) == []
    with pytest.raises(Conflict) as refusal:
        save_draft(task=place.task(attempt), verdict=verdict, marker=place.markers[2])
    assert refusal.value.code == "not_yours"


# --- Second markings -------------------------------------------------------------------------------------


def test_two_markers_that_agree_are_averaged(place: MarkingWorld) -> None:
    attempt = place.hand_in(0, ANSWERS)
    place.plan(second_share=100)
    assert place.task(attempt, round=1).marker != place.task(attempt, round=2).marker
    place.judge(attempt, 6, round=2)
    assert place.marks(attempt) == []
    place.judge(attempt, 7, round=1)
    assert place.marks(attempt) == [(D("6.50"), "mean")]


def test_a_gap_goes_to_the_head_whose_word_stands(place: MarkingWorld) -> None:
    attempt = place.hand_in(0, ANSWERS)
    place.plan(second_share=100)
    place.judge(attempt, 9, round=1, comment="好")
    place.judge(attempt, 4, round=2)
    assert place.marks(attempt) == []
    place.deal()
    task = place.task(attempt, round=3)
    assert task.marker == place.head
    assert [(one.round_label, one.points, one.comment) for one in view_task(task).others] == [
        ("一评", D(9), "好"),
        ("二评", D(4), ""),
    ]
    place.judge(attempt, 8, round=3)
    assert place.marks(attempt) == [(D(8), "head")]
    with pytest.raises(Conflict) as refusal:
        place.judge(attempt, 5, round=1)
    assert refusal.value.code == "decided"


def test_a_doubt_goes_to_the_head_and_spares_the_second_marker(place: MarkingWorld) -> None:
    attempt = place.hand_in(0, ANSWERS)
    place.plan(second_share=100)
    place.judge(attempt, 5, round=1, doubtful=True)
    place.deal()
    place.judge(attempt, 6, round=3)
    assert place.marks(attempt) == [(D(6), "head")]
    assert MarkingTask.objects.get(round=2).closed_at is not None


def test_the_others_judgement_is_not_shown_to_a_marker(place: MarkingWorld) -> None:
    attempt = place.hand_in(0, ANSWERS)
    place.plan(second_share=100)
    place.judge(attempt, 5, round=1)
    assert view_task(place.task(attempt, round=2)).others == ()


def test_the_heads_own_village_goes_to_somebody_who_has_not_judged_it(place: MarkingWorld) -> None:
    join(place.head, place.east)
    attempt = place.hand_in(0, ANSWERS)
    place.plan(place.markers[1], place.markers[2])
    place.judge(attempt, 5, doubtful=True)
    first = place.task(attempt).marker
    place.deal()
    assert place.task(attempt, round=3).marker == ({*place.markers[1:]} - {first}).pop()


# --- What closes a judgement -----------------------------------------------------------------------------


def test_nothing_changes_after_the_release(place: MarkingWorld) -> None:
    attempt = place.hand_in(0, ANSWERS)
    place.plan(place.markers[1])
    place.judge(attempt, 6)
    at = place.world.sitting.closes_at + timedelta(seconds=1)
    release_sitting(sitting=place.world.sitting, at=at, actor=place.world.officer)
    task = place.task(attempt)
    with pytest.raises(Conflict) as refusal:
        judge(task=task, verdict=Verdict(points=D(9)), at=at, marker=place.markers[1])
    assert refusal.value.code == "released"
    assert place.marks(attempt) == [(D(6), "rubric")]


def test_a_reopened_attempt_leaves_the_queue_and_comes_back(place: MarkingWorld) -> None:
    attempt = place.hand_in(0, ANSWERS)
    place.plan(place.markers[1])
    task, at = place.task(attempt), clock.now()
    reopen_attempt(attempt=attempt, reason="误交", at=at, actor=place.world.officer, extra_s=600)
    with pytest.raises(NotFound):
        my_task(marker=place.markers[1], task=task.pk)
    with pytest.raises(Conflict) as refusal:
        judge(task=task, verdict=Verdict(points=D(5)), at=at, marker=place.markers[1])
    assert refusal.value.code == "reopened"
    attempt.refresh_from_db()
    claims = claims_of(attempt, device="tab-1")
    attempt.device = "tab-1"
    attempt.save(update_fields=["device"])
    save_answers(claims=claims, items=[Item(9, place.world.slots[ESSAY], "改过了", None)])
    submit_attempt(claims=claims, items=[], sheet_digest=None)
    with pytest.raises(Conflict) as changed:
        judge(task=task, verdict=Verdict(points=D(5)), at=at, marker=place.markers[1])
    assert changed.value.code == "changed"
    place.deal()
    task.refresh_from_db()
    assert task.closed_at is not None
    assert view_task(place.task(attempt)).answer == "改过了"


def test_a_persons_mark_stays_when_another_answer_changes(place: MarkingWorld) -> None:
    attempt = place.hand_in(0, {1: "要公开"})
    place.plan(place.markers[1])
    place.judge(attempt, 6)
    slot = place.world.slots[0]
    value = place.world.ids(attempt.pk, slot, "B")[0]
    acks = save_answers(claims=claims_of(attempt), items=[Item(50, slot, value, None)]).acks
    assert [one.status for one in acks] == [Status.LATE]
    late = Quarantine.objects.get()
    decide_quarantine(quarantine=late, accept=True, reason="断网", at=clock.now(), actor=place.world.officer)
    attempt.refresh_from_db()
    assert (attempt.state, attempt.points) == ("marked", D(8))
    assert place.marks(attempt) == [(D(6), "rubric")] * 2
    assert set(Mark.objects.filter(slot__code=place.world.slots[ESSAY]).values_list("marker", flat=True)) == {
        place.markers[1].pk
    }
