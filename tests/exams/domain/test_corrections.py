"""Correcting a key: what each method does, and that nothing else is touched."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exams.domain.corrections import correct_key, preview_correction
from exams.engine.keys import Method
from exams.models import Attempt, Mark, MarkingTask, Section, Slot
from examsite.lib import clock
from examsite.lib.errors import Forbidden, Invalid
from examsite.people.domain.approvals import decide
from examsite.people.models import Approval
from questionbanks.kinds.base import Blanks, Question
from tests.marking_world import ESSAY, FILL, THREE, MarkingWorld, make_marking_world, points

pytestmark = pytest.mark.django_db(transaction=True)
D = Decimal


# --- What each method does ------------------------------------------------------------------------------


def test_another_key(place: MarkingWorld) -> None:
    one, other = place.hand_in(0, {0: "A", 1: "B"}), place.hand_in(1, {0: "D", 1: "B"})
    place.world.end()
    place.correct(0, Method.KEY, ("D",))
    assert points(one, other) == [(D(3), D(10)), (D(5), D(10))]
    marks = Mark.objects.filter(slot__code=place.world.slots[0]).order_by("id")
    assert [(mark.attempt_id, mark.points, mark.key_version) for mark in marks] == [
        (one.pk, D(2), 1),
        (other.pk, D(0), 1),
        (one.pk, D(0), 2),
        (other.pk, D(2), 2),
    ]


def test_another_answer_accepted(place: MarkingWorld) -> None:
    one, other, third = (place.hand_in(at, {0: letter}) for at, letter in enumerate("ADB"))
    place.world.end()
    place.correct(0, Method.ACCEPT, ("D",))
    assert points(one, other, third) == [(D(2), D(10)), (D(2), D(10)), (D(0), D(10))]


def test_full_marks_for_all_who_had_the_question(place: MarkingWorld) -> None:
    one, silent = place.hand_in(0, {0: "D"}), place.hand_in(1, {1: "B"})
    place.world.end()
    place.correct(0, Method.FULL)
    assert points(one, silent) == [(D(2), D(10)), (D(5), D(10))]
    assert set(Mark.objects.filter(key_version=2).values_list("rule", flat=True)) == {"full"}


def test_out_of_the_total(place: MarkingWorld) -> None:
    one, other = place.hand_in(0, {0: "A", 1: "B"}), place.hand_in(1, {1: "B", 2: "C"})
    place.world.end()
    place.correct(0, Method.OUT)
    assert points(one, other) == [(D(3), D(8)), (D(8), D(8))]


def test_a_key_corrected_twice(place: MarkingWorld) -> None:
    one = place.hand_in(0, {0: "A"})
    place.world.end()
    place.correct(0, Method.OUT)
    assert points(one) == [(D(0), D(8))]
    place.correct(0, Method.KEY, ("A",))
    assert points(one) == [(D(2), D(10))]
    history = Mark.objects.filter(attempt=one, slot__code=place.world.slots[0]).order_by("id")
    assert list(history.values_list("points", "rule", "key_version")) == [
        (D(2), "all", 1),
        (D(0), "out", 2),
        (D(2), "all", 3),
    ]


def test_deductions_keep_their_floor() -> None:
    questions = [Question("true_false", f"判断{number}", key=True, points=D(2)) for number in range(3)]
    place = make_marking_world(people=1, questions=questions)
    Section.objects.filter(form__exam=place.exam).update(credit_rule="minus", per_choice=D(2))
    one = place.hand_in(0, {0: True, 1: False, 2: False})
    assert points(one) == [(D(0), D(6))]  # 2 − 2 − 2, floored
    place.world.end()
    place.correct(1, Method.FULL)
    assert points(one) == [(D(2), D(6))]  # 2 + 2 − 2
    place.correct(1, Method.OUT)
    assert points(one) == [(D(0), D(4))]


# --- Answers that people marked -------------------------------------------------------------------------


@pytest.fixture
def written() -> MarkingWorld:
    return make_marking_world(people=2)


def test_accepting_a_wording_marks_it_by_machine_and_leaves_other_judgements(written: MarkingWorld) -> None:
    one = written.hand_in(0, {FILL: ["五", "再当"]})
    other = written.hand_in(1, {FILL: ["五", "接着干"]})
    written.plan(written.markers[1])
    written.judge(one, 1, FILL)
    written.judge(other, 1, FILL)
    written.world.end()
    written.correct(FILL, Method.ACCEPT, Blanks((("五",), ("再当",))))
    assert written.marks(one, FILL) == [(D(1), "rubric"), (D(2), "all")]
    assert written.marks(other, FILL) == [(D(1), "rubric"), (D(1), "rubric")]
    assert points(one, other) == [(D(2), D(14)), (D(1), D(14))]
    assert set(
        Mark.objects.filter(slot__code=written.world.slots[FILL], key_version=2).values_list(
            "marker", flat=True
        )
    ) == {
        None,
        written.markers[1].pk,
    }


def test_another_key_sends_judged_answers_back_to_people(written: MarkingWorld) -> None:
    one = written.hand_in(0, {FILL: ["五", "再当"]})
    written.plan(written.markers[1])
    written.judge(one, 1, FILL)
    written.world.end()
    written.correct(FILL, Method.KEY, Blanks((("三",), ("连选连任",))))
    one.refresh_from_db()
    assert (one.state, one.points, one.possible) == ("submitted", None, None)
    again = MarkingTask.objects.get(closed_at=None, done_at=None)
    assert again.marker == written.markers[1]
    written.judge(one, 0, FILL)
    assert points(one) == [(D(0), D(14))]


def test_full_marks_finish_what_waited_for_a_person(written: MarkingWorld) -> None:
    one = written.hand_in(0, {ESSAY: "要公开"})
    written.plan(written.markers[1])
    written.world.end()
    written.correct(ESSAY, Method.FULL)
    assert points(one) == [(D(10), D(14))]
    assert MarkingTask.objects.get().closed_at is not None


def test_an_essay_has_no_other_key(written: MarkingWorld) -> None:
    written.world.end()
    with pytest.raises(Invalid) as refusal:
        preview_correction(spec=written.correction(ESSAY, Method.KEY, "别的"), at=clock.now())
    assert refusal.value.code == "method"


# --- Only what is concerned -----------------------------------------------------------------------------


def test_nothing_but_the_question_is_touched(place: MarkingWorld) -> None:
    for at, letter in enumerate("ADBC"):
        place.hand_in(at, {0: letter, 1: "B", 2: "C"})
    place.world.end()
    with pytest.raises(Forbidden):
        correct_key(
            spec=place.correction(0, Method.KEY, ("D",)),
            reason="x",
            at=clock.now(),
            actor=place.world.officer,
        )
    before = dict(Attempt.objects.values_list("pk", "points"))
    with CaptureQueriesContext(connection) as statements:
        decide(
            approval=Approval.objects.get(), approve=True, at=clock.now(), actor=place.world.second_officer
        )
    written = [one["sql"] for one in statements if not one["sql"].startswith("SELECT")]
    marks = [one for one in written if "exams_mark" in one]
    totals = [one for one in written if "UPDATE" in one and "exams_attempt" in one]
    assert len(marks) == 1
    assert len(totals) == 2  # one for those who gain two points, one for those who lose them
    assert Mark.objects.filter(key_version=2).count() == 4
    assert Mark.objects.filter(key_version=1).count() == 12
    changed = [pk for pk, one in Attempt.objects.values_list("pk", "points") if before[pk] != one]
    assert len(changed) == 2


def test_the_statements_do_not_grow_with_the_attempts() -> None:
    counts = []
    for people in (2, 6):
        place = make_marking_world(people=people, questions=THREE, name=f"镇{people}")
        for at in range(people):
            place.hand_in(at, {0: "AD"[at % 2]})
        place.world.end()
        wanted = place.correction(0, Method.KEY, ("D",))
        with pytest.raises(Forbidden):
            correct_key(spec=wanted, reason="x", at=clock.now(), actor=place.world.officer)
        approval = Approval.objects.get(used_at=None)
        with CaptureQueriesContext(connection) as statements:
            decide(approval=approval, approve=True, at=clock.now(), actor=place.world.second_officer)
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_another_exam_with_the_same_question_stays_as_it_is(place: MarkingWorld) -> None:
    other = make_marking_world(people=1, questions=THREE, name="白水镇")
    Slot.objects.filter(pk=other.slot(0).pk).update(version=place.slot(0).version)
    mine, theirs = place.hand_in(0, {0: "A"}), other.hand_in(0, {0: "A"})
    place.world.end()
    assert preview_correction(spec=place.correction(0, Method.FULL), at=clock.now()).elsewhere == 1
    place.correct(0, Method.KEY, ("D",))
    assert points(mine, theirs) == [(D(0), D(10)), (D(2), D(10))]
