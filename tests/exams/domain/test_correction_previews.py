"""The preview of a corrected key, and the two people who agree to what it says."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from exams.domain import frozen_figures
from exams.domain.corrections import ACTION, correct_key, preview_correction
from exams.domain.frozen_figures import FrozenFigures
from exams.domain.standings import standings_of
from exams.engine.keys import Method
from exams.models import Attempt, KeyCorrection, Mark, Sitting
from examsite.lib import clock
from examsite.lib.errors import Conflict, Forbidden, Invalid
from examsite.people.domain.approvals import decide
from examsite.people.models import Approval
from tests.marking_world import MarkingWorld, points

pytestmark = pytest.mark.django_db(transaction=True)
D = Decimal


# --- Preview --------------------------------------------------------------------------------------------


def test_the_preview_counts_and_writes_nothing(place: MarkingWorld) -> None:
    # 60 % of 10: with A right for question 1 the first passes, with D the second.
    place.hand_in(0, {0: "A", 2: "C"})
    place.hand_in(1, {0: "D", 2: "C"})
    place.hand_in(2, {0: "B"})
    place.world.end()
    before = Mark.objects.count()
    preview = preview_correction(spec=place.correction(0, Method.KEY, ("D",)), at=clock.now())
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
    place.world.end()
    wanted = place.correction(0, Method.KEY, ("D",))
    preview = preview_correction(spec=wanted, at=clock.now())
    told = {flip.after.entry.pk: flip.passes for flip in preview.effects[0].flips}
    before = {one.entry.pk: one.standing.passed for one in standings_of(place.exam)}
    place.correct(0, Method.KEY, ("D",))
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
    place.world.end()
    preview = preview_correction(spec=place.correction(0, Method.KEY, ("D",)), at=clock.now())
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
    place.world.end()
    preview = preview_correction(spec=place.correction(0, Method.KEY, ("D",)), at=clock.now())
    assert [one.label for one in preview.figures] == ["2026年报·合格率"]
    place.correct(0, Method.KEY, ("D",))
    assert ledger.outdated == [("2026年报·合格率", "答案更正：答案有误")]


# --- Who may, and when ----------------------------------------------------------------------------------


def test_while_a_sitting_with_the_question_is_open_it_is_refused(place: MarkingWorld) -> None:
    place.hand_in(0, {0: "A"})
    wanted = place.correction(0, Method.FULL)
    assert [str(one) for one in preview_correction(spec=wanted, at=clock.now()).open_sittings] == ["上午场"]
    with pytest.raises(Conflict) as refusal:
        correct_key(spec=wanted, reason="x", at=clock.now(), actor=place.world.officer)
    assert refusal.value.code == "open_sitting"
    assert Approval.objects.count() == 0


def test_an_attempt_still_running_after_the_window_counts_as_open(place: MarkingWorld) -> None:
    place.hand_in(0, {0: "A"})
    place.world.start(place.world.seats[1])
    place.world.end()
    with pytest.raises(Conflict) as refusal:
        correct_key(
            spec=place.correction(0, Method.FULL), reason="x", at=clock.now(), actor=place.world.officer
        )
    assert refusal.value.code == "open_sitting"


def test_one_person_alone_changes_nothing(place: MarkingWorld) -> None:
    attempt = place.hand_in(0, {0: "A"})
    place.world.end()
    wanted = place.correction(0, Method.KEY, ("D",))
    for _ in range(2):
        with pytest.raises(Forbidden):
            correct_key(spec=wanted, reason="答案有误", at=clock.now(), actor=place.world.officer)
    assert points(attempt) == [(D(2), D(10))]
    content = Approval.objects.get(action=ACTION).content
    assert (content["更正方式"], content["更正后"], content["总分变动（份）"]) == ("更换答案", "D", 1)


def test_who_agrees_agrees_to_the_numbers_he_was_shown(place: MarkingWorld) -> None:
    place.hand_in(0, {0: "A"})
    place.world.end()
    with pytest.raises(Forbidden):
        correct_key(
            spec=place.correction(0, Method.KEY, ("D",)),
            reason="x",
            at=clock.now(),
            actor=place.world.officer,
        )
    Sitting.objects.filter(exam=place.exam).update(closes_at=clock.now() + timedelta(hours=1))
    place.hand_in(1, {0: "D"})
    place.world.end()
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
    place.world.end()
    with pytest.raises((Invalid, Conflict)) as refusal:
        preview_correction(spec=place.correction(0, method, *keys), at=clock.now())
    assert refusal.value.code == code


def test_a_reason_is_needed(place: MarkingWorld) -> None:
    place.world.end()
    with pytest.raises(Invalid) as refusal:
        correct_key(
            spec=place.correction(0, Method.FULL), reason=" ", at=clock.now(), actor=place.world.officer
        )
    assert refusal.value.code == "no_reason"
