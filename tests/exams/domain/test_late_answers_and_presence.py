"""Answers that came too late, and signs of life: a person decides, a page is heard."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from exams.domain import invigilation
from exams.domain.presence import heartbeat, messages_for
from exams.domain.quarantine import decide_quarantine
from exams.domain.sheets import load_sheet
from exams.engine.sheet import digest
from exams.models import AnswerEvent, Attempt, AttemptEvent, Presence, Quarantine, Room
from examsite.lib import clock
from examsite.lib.errors import Conflict, Invalid
from tests.exam_world import MACHINE, World, age, claims_of, extend, make_world, save

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world() -> World:
    return make_world(questions=MACHINE, people=3)


@pytest.fixture
def late(world: World, attempt: Attempt) -> Quarantine:
    save(world, attempt, 1, 0)
    age(attempt, 3600 + 300)
    save(world, attempt, 2, 2)
    return Quarantine.objects.get()


def decide(world: World, late: Quarantine, accept: bool, reason: str = "机房断网") -> Quarantine:
    return decide_quarantine(
        quarantine=late, accept=accept, reason=reason, at=clock.now(), actor=world.officer
    )


def test_a_late_answer_counts_only_when_a_person_says_so(
    world: World, attempt: Attempt, late: Quarantine
) -> None:
    attempt.refresh_from_db()
    assert attempt.points == Decimal(2)
    old = attempt.receipts.get()
    decided = decide(world, late, True)
    attempt.refresh_from_db()
    new = attempt.receipts.last()
    assert (decided.accepted, decided.decided_by) == (True, world.officer)
    assert attempt.points == Decimal(3)
    assert new.number != old.number
    assert new.digest == digest(load_sheet(attempt.pk))
    assert (new.events, AnswerEvent.objects.count()) == (1, 1)
    assert new.submitted_at == attempt.submitted_at == attempt.due_at


def test_a_refused_late_answer_changes_nothing(world: World, attempt: Attempt, late: Quarantine) -> None:
    decide(world, late, False)
    attempt.refresh_from_db()
    assert (attempt.points, attempt.receipts.count()) == (Decimal(2), 1)
    assert AttemptEvent.objects.last().action == "refuse_late"


def test_an_accepted_late_answer_does_not_beat_a_newer_one(world: World, attempt: Attempt) -> None:
    save(world, attempt, 5, 2, right=False)
    age(attempt, 3600 + 300)
    save(world, attempt, 2, 2, right=True)
    decide(world, Quarantine.objects.get(), True)
    assert load_sheet(attempt.pk)[world.slots[2]].value is False


def test_a_decision_is_taken_once(world: World, late: Quarantine) -> None:
    decide(world, late, False)
    with pytest.raises(Conflict) as refused:
        decide(world, late, True)
    assert refused.value.code == "decided"


def test_a_decision_has_a_reason(world: World, late: Quarantine) -> None:
    with pytest.raises(Invalid):
        decide(world, late, True, reason=" ")
    assert Quarantine.objects.get().accepted is None


def beat(attempt: Attempt, seconds: float = 0, visible: bool = True, **claims: int) -> None:
    heartbeat(
        claims=claims_of(attempt, **claims),
        sheet_digest=None,
        unsent=2,
        oldest_unsent_ms=4000,
        visible=visible,
        at=clock.now() + timedelta(seconds=seconds),
    )


def test_leaving_the_page_is_counted_with_its_length(attempt: Attempt) -> None:
    for seconds, visible in [(0, True), (10, False), (25, False), (40, True), (50, False)]:
        beat(attempt, seconds, visible)
    presence = Presence.objects.get()
    assert (presence.unsent, presence.oldest_unsent_ms) == (2, 4000)
    assert presence.hidden_count == 2
    assert 29_900 < presence.hidden_ms < 30_100
    assert presence.hidden_since is not None


def test_a_former_holder_is_no_sign_of_life(attempt: Attempt) -> None:
    Attempt.objects.update(epoch=2)
    seen = Presence.objects.get().seen_at
    beat(attempt, 60, epoch=1)
    assert Presence.objects.get().seen_at == seen


def test_the_page_hears_of_notices_and_of_added_time(world: World, attempt: Attempt) -> None:
    invigilation.send_notice(sitting=world.sitting, text=" 请  安静 ", at=clock.now(), actor=world.officer)
    extend(world, attempt, 330)
    other = Room.objects.create(sitting=world.sitting, name="二号考场")
    invigilation.send_notice(
        sitting=world.sitting, room=other, text="与您无关", at=clock.now(), actor=world.officer
    )
    assert [message.text for message in messages_for(attempt)] == ["请 安静", "监考给您加了5分30秒。"]


def test_the_heartbeat_compares_the_sheets(world: World, attempt: Attempt) -> None:
    save(world, attempt, 1, 2)
    right = digest(load_sheet(attempt.pk))
    answers = [
        heartbeat(
            claims=claims_of(attempt),
            sheet_digest=one,
            unsent=0,
            oldest_unsent_ms=0,
            visible=True,
            at=clock.now(),
        ).digest_ok
        for one in (right, "0" * 64, None)
    ]
    assert answers == [True, False, None]


def test_the_heartbeat_settles_what_is_over(attempt: Attempt) -> None:
    age(attempt, 3600 + 181)
    beat(attempt)
    assert Attempt.objects.get().settled is True
