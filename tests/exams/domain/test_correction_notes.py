"""A corrected key is on record, and who is concerned is told."""

from __future__ import annotations

from decimal import Decimal

import pytest

from exams.domain.releases import release_sitting
from exams.engine.keys import Method
from exams.models import (
    AttemptEvent,
    ResultNote,
)
from examsite.lib import clock
from examsite.people.models import AuditRecord
from tests.marking_world import MarkingWorld

pytestmark = pytest.mark.django_db(transaction=True)
D = Decimal


def test_people_are_told_once_their_result_is_out(place: MarkingWorld) -> None:
    up, down, same = (
        place.hand_in(0, {0: "D", 2: "C"}),
        place.hand_in(1, {0: "A", 2: "C"}),
        place.hand_in(2, {}),
    )
    place.world.end()
    release_sitting(sitting=place.world.sitting, at=clock.now(), actor=place.world.officer)
    place.correct(0, Method.KEY, ("D",))
    texts = {note.attempt_id: note.text for note in ResultNote.objects.all()}
    head = f"“{place.exam.title}”第1题更换答案：答案有误。您的得分由 "
    assert texts == {
        up.pk: f"{head}5 分改为 7 分，由不合格变为合格。",
        down.pk: f"{head}7 分改为 5 分，由合格变为不合格。",
    }
    assert same.pk not in texts


def test_nobody_is_told_before_the_release(place: MarkingWorld) -> None:
    place.hand_in(0, {0: "D"})
    place.world.end()
    place.correct(0, Method.KEY, ("D",))
    assert ResultNote.objects.count() == 0


def test_the_history_names_the_correction_and_both_totals(place: MarkingWorld) -> None:
    attempt = place.hand_in(0, {0: "D"})
    place.world.end()
    correction = place.correct(0, Method.KEY, ("D",))
    event = AttemptEvent.objects.get(attempt=attempt, action="remark")
    assert (event.before, event.after, event.reason) == ("marked", "marked", "答案更正：答案有误")
    assert event.data == {"correction": str(correction.pk), "points": ["0.00", "2.00"]}
    assert (correction.proposer, correction.approver) == (place.world.officer, place.world.second_officer)
    assert AuditRecord.objects.get(action="key.correct").reason == "答案有误"
