"""Correcting a key: what the preview says is what happens, and nothing else is touched."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exams.domain import frozen_figures
from exams.domain.corrections import ACTION, CorrectionSpec, correct_key, preview_correction
from exams.domain.frozen_figures import FrozenFigures
from exams.domain.releases import release_sitting
from exams.domain.standings import standings_of
from exams.engine.keys import Method
from exams.models import (
    Attempt,
    AttemptEvent,
    KeyCorrection,
    Mark,
    MarkingTask,
    ResultNote,
    Section,
    Sitting,
    Slot,
)
from examsite.lib import clock
from examsite.lib.errors import Conflict, Forbidden, Invalid
from examsite.people.domain.approvals import decide
from examsite.people.models import Approval, AuditRecord
from questionbanks.kinds.base import Blanks, Choice, Key, Question
from tests.marking_world import ESSAY, FILL, MarkingWorld, make_marking_world

pytestmark = pytest.mark.django_db(transaction=True)
D = Decimal


def choice(kind: str, key: Key, points: int = 2) -> Question:
    choices = tuple(Choice(label, f"{kind}{label}{points}") for label in "ABCD")
    return Question(kind, f"{kind}几分{points}？", choices, key, points=D(points))


THREE = [choice("single", ("A",)), choice("single", ("B",), 3), choice("single", ("C",), 5)]


@pytest.fixture
def place() -> MarkingWorld:
    """Three single choices of 2, 3 and 5 points, four people; the pass line is 60 %."""
    return make_marking_world(people=4, questions=THREE)


def close(place: MarkingWorld) -> None:
    now = clock.now()
    Sitting.objects.filter(exam=place.exam).update(
        opens_at=now - timedelta(hours=3), closes_at=now - timedelta(seconds=1)
    )
    place.world.sitting.refresh_from_db()


def slot_of(place: MarkingWorld, question: int) -> Slot:
    return Slot.objects.select_related("version").get(form__exam=place.exam, code=place.world.slots[question])


def spec(place: MarkingWorld, question: int, method: Method, *keys: Key) -> CorrectionSpec:
    slot = slot_of(place, question)
    return CorrectionSpec(slot.version, slot.part, method, tuple(keys), (place.exam,))


def correct(place: MarkingWorld, question: int, method: Method, *keys: Key) -> KeyCorrection:
    """Both people, one after the other."""
    wanted = spec(place, question, method, *keys)
    with pytest.raises(Forbidden) as first:
        correct_key(spec=wanted, reason="答案有误", at=clock.now(), actor=place.world.officer)
    assert first.value.code == "needs_second"
    return correct_key(spec=wanted, reason="同意", at=clock.now(), actor=place.world.second_officer)


def points(*attempts: Attempt) -> list[tuple[Decimal | None, Decimal | None]]:
    for one in attempts:
        one.refresh_from_db()
    return [(one.points, one.possible) for one in attempts]


# --- What each method does -------------------------------------------------------------------------------


def test_another_key(place: MarkingWorld) -> None:
    one, other = place.hand_in(0, {0: "A", 1: "B"}), place.hand_in(1, {0: "D", 1: "B"})
    close(place)
    correct(place, 0, Method.KEY, ("D",))
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
    close(place)
    correct(place, 0, Method.ACCEPT, ("D",))
    assert points(one, other, third) == [(D(2), D(10)), (D(2), D(10)), (D(0), D(10))]


def test_full_marks_for_all_who_had_the_question(place: MarkingWorld) -> None:
    one, silent = place.hand_in(0, {0: "D"}), place.hand_in(1, {1: "B"})
    close(place)
    correct(place, 0, Method.FULL)
    assert points(one, silent) == [(D(2), D(10)), (D(5), D(10))]
    assert set(Mark.objects.filter(key_version=2).values_list("rule", flat=True)) == {"full"}


def test_out_of_the_total(place: MarkingWorld) -> None:
    one, other = place.hand_in(0, {0: "A", 1: "B"}), place.hand_in(1, {1: "B", 2: "C"})
    close(place)
    correct(place, 0, Method.OUT)
    assert points(one, other) == [(D(3), D(8)), (D(8), D(8))]


def test_a_key_corrected_twice(place: MarkingWorld) -> None:
    one = place.hand_in(0, {0: "A"})
    close(place)
    correct(place, 0, Method.OUT)
    assert points(one) == [(D(0), D(8))]
    correct(place, 0, Method.KEY, ("A",))
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
    close(place)
    correct(place, 1, Method.FULL)
    assert points(one) == [(D(2), D(6))]  # 2 + 2 − 2
    correct(place, 1, Method.OUT)
    assert points(one) == [(D(0), D(4))]


# --- Preview ---------------------------------------------------------------------------------------------


def test_the_preview_counts_and_writes_nothing(place: MarkingWorld) -> None:
    # 60 % of 10: with A right for question 1 the first passes, with D the second.
    place.hand_in(0, {0: "A", 2: "C"})
    place.hand_in(1, {0: "D", 2: "C"})
    place.hand_in(2, {0: "B"})
    close(place)
    before = Mark.objects.count()
    preview = preview_correction(spec=spec(place, 0, Method.KEY, ("D",)), at=clock.now())
    assert preview.counts() == {
        "改动得分（升）": 1,
        "改动得分（降）": 1,
        "须重新人工评阅": 0,
        "总分变动（份）": 2,
        "不合格变为合格": 1,
        "合格变为不合格": 1,
        "涉及已冻结数据": 0,
        "涉及证书": 0,
    }
    (effect,) = preview.effects
    assert effect.flips_by_unit() == [("东风村", 0, 1), ("西风村", 1, 0)]
    assert [one.standing.final.percent for one in (effect.flips[0].before, effect.flips[0].after)] == [  # type: ignore[union-attr]
        D(70),
        D(50),
    ]
    assert [one.title for one in preview.sittings] == ["上午场"]
    assert Mark.objects.count() == before
    assert KeyCorrection.objects.count() == 0


def test_what_happens_is_what_the_preview_said(place: MarkingWorld) -> None:
    for at, letter in enumerate("ADDB"):
        place.hand_in(at, {0: letter, 2: "C"})
    close(place)
    wanted = spec(place, 0, Method.KEY, ("D",))
    preview = preview_correction(spec=wanted, at=clock.now())
    told = {flip.after.entry.pk: flip.passes for flip in preview.effects[0].flips}
    before = {one.entry.pk: one.standing.passed for one in standings_of(place.exam)}
    correct(place, 0, Method.KEY, ("D",))
    after = {one.entry.pk: one.standing.passed for one in standings_of(place.exam)}
    assert {key: after[key] for key in after if after[key] != before[key]} == told


def test_the_preview_knows_the_other_tries(place: MarkingWorld) -> None:
    place.exam.tries = 2
    place.exam.save(update_fields=["tries"])
    first = place.hand_in(0, {0: "A", 2: "C"})
    second = Attempt.objects.get(pk=first.pk)
    second.pk, second.number, second.state = UUID(int=7), 2, "marked"
    second.points = second.possible = D(10)
    second.save(force_insert=True)
    close(place)
    preview = preview_correction(spec=spec(place, 0, Method.KEY, ("D",)), at=clock.now())
    assert preview.counts()["合格变为不合格"] == 0


@dataclass
class Ledger:
    """A keeper of frozen figures that rest on everything."""

    outdated: list[tuple[str, str]] = field(default_factory=list)

    def resting_on(self, attempt_ids: Collection[UUID]) -> list[FrozenFigures]:
        if self.outdated or not attempt_ids:
            return []
        return [FrozenFigures("1", "2026年报·合格率", clock.now())]

    def outdate(self, figures: Collection[FrozenFigures], *, reason: str, at: datetime) -> None:
        self.outdated += [(one.label, reason) for one in figures]


def test_frozen_figures_are_named_and_outdated(place: MarkingWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = Ledger()
    monkeypatch.setattr(frozen_figures, "_keepers", [ledger])
    place.hand_in(0, {0: "A"})
    close(place)
    preview = preview_correction(spec=spec(place, 0, Method.KEY, ("D",)), at=clock.now())
    assert [one.label for one in preview.figures] == ["2026年报·合格率"]
    correct(place, 0, Method.KEY, ("D",))
    assert ledger.outdated == [("2026年报·合格率", "答案更正：答案有误")]


# --- Who may, and when -----------------------------------------------------------------------------------


def test_while_a_sitting_with_the_question_is_open_it_is_refused(place: MarkingWorld) -> None:
    place.hand_in(0, {0: "A"})
    wanted = spec(place, 0, Method.FULL)
    assert [str(one) for one in preview_correction(spec=wanted, at=clock.now()).open_sittings] == ["上午场"]
    with pytest.raises(Conflict) as refusal:
        correct_key(spec=wanted, reason="x", at=clock.now(), actor=place.world.officer)
    assert refusal.value.code == "open_sitting"
    assert Approval.objects.count() == 0


def test_an_attempt_still_running_after_the_window_counts_as_open(place: MarkingWorld) -> None:
    place.hand_in(0, {0: "A"})
    place.world.start(place.world.seats[1])
    close(place)
    with pytest.raises(Conflict) as refusal:
        correct_key(spec=spec(place, 0, Method.FULL), reason="x", at=clock.now(), actor=place.world.officer)
    assert refusal.value.code == "open_sitting"


def test_one_person_alone_changes_nothing(place: MarkingWorld) -> None:
    attempt = place.hand_in(0, {0: "A"})
    close(place)
    wanted = spec(place, 0, Method.KEY, ("D",))
    for _ in range(2):
        with pytest.raises(Forbidden):
            correct_key(spec=wanted, reason="答案有误", at=clock.now(), actor=place.world.officer)
    assert points(attempt) == [(D(2), D(10))]
    content = Approval.objects.get(action=ACTION).content
    assert (content["更正方式"], content["更正后"], content["总分变动（份）"]) == ("更换答案", "D", 1)


def test_who_agrees_agrees_to_the_numbers_he_was_shown(place: MarkingWorld) -> None:
    place.hand_in(0, {0: "A"})
    close(place)
    with pytest.raises(Forbidden):
        correct_key(
            spec=spec(place, 0, Method.KEY, ("D",)), reason="x", at=clock.now(), actor=place.world.officer
        )
    Sitting.objects.filter(exam=place.exam).update(closes_at=clock.now() + timedelta(hours=1))
    place.hand_in(1, {0: "D"})
    close(place)
    with pytest.raises(Conflict) as refusal:
        decide(
            approval=Approval.objects.get(), approve=True, at=clock.now(), actor=place.world.second_officer
        )
    assert refusal.value.code == "stale_preview"
    assert KeyCorrection.objects.count() == 0
    assert Approval.objects.get().decided_at is None


@pytest.mark.parametrize(
    ("code", "method", "keys"),
    [
        ("no_key", Method.KEY, ()),
        ("no_key", Method.FULL, (("A",),)),
        ("key", Method.KEY, (("E",),)),
        ("key", Method.KEY, (("A", "B"),)),
        ("same_key", Method.KEY, (("A",),)),
    ],
)
def test_senseless_corrections_are_refused(
    place: MarkingWorld, code: str, method: Method, keys: tuple[Any, ...]
) -> None:
    place.hand_in(0, {0: "A"})
    close(place)
    with pytest.raises((Invalid, Conflict)) as refusal:
        preview_correction(spec=spec(place, 0, method, *keys), at=clock.now())
    assert refusal.value.code == code


def test_a_reason_is_needed(place: MarkingWorld) -> None:
    close(place)
    with pytest.raises(Invalid) as refusal:
        correct_key(spec=spec(place, 0, Method.FULL), reason=" ", at=clock.now(), actor=place.world.officer)
    assert refusal.value.code == "no_reason"


# --- Notes and history -----------------------------------------------------------------------------------


def test_people_are_told_once_their_result_is_out(place: MarkingWorld) -> None:
    up, down, same = (
        place.hand_in(0, {0: "D", 2: "C"}),
        place.hand_in(1, {0: "A", 2: "C"}),
        place.hand_in(2, {}),
    )
    close(place)
    release_sitting(sitting=place.world.sitting, at=clock.now(), actor=place.world.officer)
    correct(place, 0, Method.KEY, ("D",))
    texts = {note.attempt_id: note.text for note in ResultNote.objects.all()}
    head = f"“{place.exam.title}”第1题更换答案：答案有误。您的得分由 "
    assert texts == {
        up.pk: f"{head}5 分改为 7 分，由不合格变为合格。",
        down.pk: f"{head}7 分改为 5 分，由合格变为不合格。",
    }
    assert same.pk not in texts


def test_nobody_is_told_before_the_release(place: MarkingWorld) -> None:
    place.hand_in(0, {0: "D"})
    close(place)
    correct(place, 0, Method.KEY, ("D",))
    assert ResultNote.objects.count() == 0


def test_the_history_names_the_correction_and_both_totals(place: MarkingWorld) -> None:
    attempt = place.hand_in(0, {0: "D"})
    close(place)
    correction = correct(place, 0, Method.KEY, ("D",))
    event = AttemptEvent.objects.get(attempt=attempt, action="remark")
    assert (event.before, event.after, event.reason) == ("marked", "marked", "答案更正：答案有误")
    assert event.data == {"correction": str(correction.pk), "points": ["0.00", "2.00"]}
    assert (correction.proposer, correction.approver) == (place.world.officer, place.world.second_officer)
    assert AuditRecord.objects.get(action="key.correct").reason == "答案有误"


# --- Answers that people marked --------------------------------------------------------------------------


@pytest.fixture
def written() -> MarkingWorld:
    return make_marking_world(people=2)


def test_accepting_a_wording_marks_it_by_machine_and_leaves_other_judgements(written: MarkingWorld) -> None:
    one = written.hand_in(0, {FILL: ["五", "再当"]})
    other = written.hand_in(1, {FILL: ["五", "接着干"]})
    written.plan(written.markers[1])
    written.judge(one, 1, FILL)
    written.judge(other, 1, FILL)
    close(written)
    correct(written, FILL, Method.ACCEPT, Blanks((("五",), ("再当",))))
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
    close(written)
    correct(written, FILL, Method.KEY, Blanks((("三",), ("连选连任",))))
    one.refresh_from_db()
    assert (one.state, one.points, one.possible) == ("submitted", None, None)
    again = MarkingTask.objects.get(closed_at=None, done_at=None)
    assert again.marker == written.markers[1]
    written.judge(one, 0, FILL)
    assert points(one) == [(D(0), D(14))]


def test_full_marks_finish_what_waited_for_a_person(written: MarkingWorld) -> None:
    one = written.hand_in(0, {ESSAY: "要公开"})
    written.plan(written.markers[1])
    close(written)
    correct(written, ESSAY, Method.FULL)
    assert points(one) == [(D(10), D(14))]
    assert MarkingTask.objects.get().closed_at is not None


def test_an_essay_has_no_other_key(written: MarkingWorld) -> None:
    close(written)
    with pytest.raises(Invalid) as refusal:
        preview_correction(spec=spec(written, ESSAY, Method.KEY, "别的"), at=clock.now())
    assert refusal.value.code == "method"


# --- Only what is concerned ------------------------------------------------------------------------------


def test_nothing_but_the_question_is_touched(place: MarkingWorld) -> None:
    for at, letter in enumerate("ADBC"):
        place.hand_in(at, {0: letter, 1: "B", 2: "C"})
    close(place)
    with pytest.raises(Forbidden):
        correct_key(
            spec=spec(place, 0, Method.KEY, ("D",)), reason="x", at=clock.now(), actor=place.world.officer
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
        close(place)
        wanted = spec(place, 0, Method.KEY, ("D",))
        with pytest.raises(Forbidden):
            correct_key(spec=wanted, reason="x", at=clock.now(), actor=place.world.officer)
        approval = Approval.objects.get(used_at=None)
        with CaptureQueriesContext(connection) as statements:
            decide(approval=approval, approve=True, at=clock.now(), actor=place.world.second_officer)
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_another_exam_with_the_same_question_stays_as_it_is(place: MarkingWorld) -> None:
    other = make_marking_world(people=1, questions=THREE, name="白水镇")
    Slot.objects.filter(pk=slot_of(other, 0).pk).update(version=slot_of(place, 0).version)
    mine, theirs = place.hand_in(0, {0: "A"}), other.hand_in(0, {0: "A"})
    close(place)
    assert preview_correction(spec=spec(place, 0, Method.FULL), at=clock.now()).elsewhere == 1
    correct(place, 0, Method.KEY, ("D",))
    assert points(mine, theirs) == [(D(0), D(10)), (D(2), D(10))]
