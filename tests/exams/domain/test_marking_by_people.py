"""Marking by people: who gets which answer, what judgements come to, what may no longer be changed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exams.domain.invigilation import reopen_attempt
from exams.domain.judging import Verdict, judge, save_draft
from exams.domain.marking_plans import MarkerSpec, possible_markers, take_back
from exams.domain.marking_progress import marking_progress
from exams.domain.marking_tasks import my_queues, my_task, next_task, previous_task, view_task
from exams.domain.quarantine import decide_quarantine
from exams.domain.releases import release_sitting
from exams.domain.saving import Item, Status, save_answers
from exams.domain.submitting import submit_attempt
from exams.models import DealRule, Judgement, Mark, MarkingTask, Quarantine
from examsite.lib import clock
from examsite.lib.errors import Conflict, DomainError, Invalid, NotFound
from examsite.people.models import AuditRecord, Role, RoleGrant
from tests.exam_world import claims_of
from tests.marking_world import ESSAY, FILL, QUESTIONS, MarkingWorld, join, make_marker, make_marking_world

pytestmark = pytest.mark.django_db(transaction=True)
D = Decimal
ANSWERS: dict[int, Any] = {0: "B", 1: "要公开", 2: ["五", "连选连任"]}


@pytest.fixture
def place() -> MarkingWorld:
    return make_marking_world()


def code_of(refusal: pytest.ExceptionInfo[DomainError]) -> str:
    return refusal.value.code


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
    assert code_of(refusal) == code
    assert MarkingTask.objects.count() == 0


def test_a_unit_outside_the_exams_is_refused(place: MarkingWorld) -> None:
    other = make_marking_world(name="白水镇")
    with pytest.raises(Invalid) as refusal:
        place.plan(MarkerSpec(place.markers[1], 1, [other.east]), deal=DealRule.UNIT)
    assert code_of(refusal) == "unit"


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
    assert code_of(none) == "no_plan"
    place.plan()
    with pytest.raises(Invalid) as refusal:
        take_back(exam=place.exam, marker=marker, reason=" ", at=at, actor=place.world.officer)
    assert code_of(refusal) == "no_reason"


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
    assert code_of(refusal) == "points"
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
    assert code_of(refusal) == "not_yours"


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
    assert code_of(refusal) == "decided"


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
    assert code_of(refusal) == "released"
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
    assert code_of(refusal) == "reopened"
    attempt.refresh_from_db()
    claims = claims_of(attempt, device="tab-1")
    attempt.device = "tab-1"
    attempt.save(update_fields=["device"])
    save_answers(claims=claims, items=[Item(9, place.world.slots[ESSAY], "改过了", None)])
    submit_attempt(claims=claims, items=[], sheet_digest=None)
    with pytest.raises(Conflict) as changed:
        judge(task=task, verdict=Verdict(points=D(5)), at=at, marker=place.markers[1])
    assert code_of(changed) == "changed"
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
