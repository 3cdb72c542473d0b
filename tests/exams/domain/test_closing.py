"""Handing in, settling, sweeping: one receipt, one set of marks, whoever comes how often."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import OperationalError, connection

from exams.domain import closing
from exams.domain.closing import settle_attempt, sweep
from exams.domain.saving import Item, Status, save_answers
from exams.domain.sheets import load_sheet
from exams.domain.submitting import Outcome, Submission, submit_attempt
from exams.engine.sheet import digest
from exams.models import Attempt, AttemptEvent, Mark, Mode, Receipt
from examsite.lib import clock
from examsite.lib.errors import Conflict, Forbidden
from tests.exam_world import MACHINE, World, age, claims_of, make_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world() -> World:
    return make_world(questions=MACHINE)


def items(world: World, attempt: Attempt, *places: int, right: bool = True) -> list[Item]:
    return [
        Item(place + 1, world.slots[place], world.value(attempt.pk, place, right), None) for place in places
    ]


def submit(attempt: Attempt, *rows: Item, sheet_digest: str | None = None, **claims: Any) -> Submission:
    return submit_attempt(claims=claims_of(attempt, **claims), items=rows, sheet_digest=sheet_digest)


def test_handing_in_writes_the_receipt_and_marks(world: World, attempt: Attempt) -> None:
    done = submit(attempt, *items(world, attempt, 0, 2))
    attempt.refresh_from_db()
    receipt = Receipt.objects.get()
    assert [ack.status for ack in done.acks] == [Status.STORED, Status.STORED]
    assert (done.outcome, done.receipt) == (Outcome.HANDED_IN, receipt)
    assert (receipt.answered, receipt.of, receipt.events) == (2, 3, 2)
    assert receipt.submitted_at == attempt.submitted_at == done.at
    assert receipt.digest == digest(load_sheet(attempt.pk))
    assert len(receipt.number) == 9
    assert (attempt.state, attempt.points, attempt.settled) == ("marked", Decimal(3), False)
    assert list(AttemptEvent.objects.values_list("action", "before", "after")) == [
        ("submit", "in_progress", "submitted"),
        ("finish_marking", "submitted", "marked"),
    ]


def test_t08_repeats_give_the_same_receipt(world: World, attempt: Attempt) -> None:
    first = submit(attempt, *items(world, attempt, 0))
    again = submit(attempt, *items(world, attempt, 0))
    assert again.receipt == first.receipt
    assert [ack.status for ack in again.acks] == [Status.DUPLICATE]
    assert Mark.objects.count() == 3


def test_the_right_digest_is_accepted(world: World, attempt: Attempt) -> None:
    rows = items(world, attempt, 0)
    expected = digest({rows[0].slot: type("A", (), {"value": rows[0].value})})
    assert submit(attempt, *rows, sheet_digest=expected).outcome is Outcome.HANDED_IN


def test_a_wrong_digest_keeps_the_items_and_the_attempt_open(world: World, attempt: Attempt) -> None:
    refused = submit(attempt, *items(world, attempt, 0), sheet_digest="0" * 64)
    attempt.refresh_from_db()
    assert refused.outcome is Outcome.DIGEST_MISMATCH
    assert refused.sheet == load_sheet(attempt.pk)
    assert [ack.status for ack in refused.acks] == [Status.STORED]
    assert attempt.state == "in_progress"
    assert Receipt.objects.count() == 0
    agreed = submit(attempt, sheet_digest=digest(refused.sheet))
    assert agreed.outcome is Outcome.HANDED_IN


def test_a_former_holder_cannot_hand_in_but_loses_nothing(world: World, attempt: Attempt) -> None:
    Attempt.objects.update(epoch=2, device="tab-2")
    refused = submit(attempt, *items(world, attempt, 0), device="tab-1", epoch=1)
    assert (refused.outcome, refused.epoch) == (Outcome.NOT_HOLDER, 2)
    assert [ack.status for ack in refused.acks] == [Status.STORED]
    assert load_sheet(attempt.pk)[world.slots[0]].epoch == 1
    assert Receipt.objects.count() == 0


def test_after_the_end_handing_in_gives_the_receipt_of_settling(world: World, attempt: Attempt) -> None:
    save_answers(claims=claims_of(attempt), items=items(world, attempt, 0))
    age(attempt, 3600 + 181)
    done = submit(attempt, *items(world, attempt, 0, 1))
    attempt.refresh_from_db()
    assert done.outcome is Outcome.HANDED_IN
    assert done.receipt.submitted_at == attempt.due_at == attempt.submitted_at
    assert [ack.status for ack in done.acks] == [Status.DUPLICATE, Status.LATE]
    assert (done.receipt.answered, done.receipt.events) == (1, 1)


def test_within_the_grace_one_can_still_hand_in(world: World, attempt: Attempt) -> None:
    age(attempt, 3600 + 60)
    done = submit(attempt, *items(world, attempt, 0))
    attempt.refresh_from_db()
    assert (attempt.settled, done.receipt.submitted_at) == (False, done.at)


def test_a_void_attempt_cannot_be_handed_in(attempt: Attempt) -> None:
    Attempt.objects.update(voided_at=clock.now())
    with pytest.raises(Conflict) as refused:
        submit(attempt)
    assert refused.value.code == "voided"


def test_a_blocked_attempt_cannot_be_handed_in(attempt: Attempt) -> None:
    Attempt.objects.update(blocked=True)
    with pytest.raises(Forbidden):
        submit(attempt)


# --- Settling --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("over_s", "settled"), [(0, False), (170, False), (181, True)])
def test_settling_asks_the_same_question_as_saving(attempt: Attempt, over_s: int, settled: bool) -> None:
    age(attempt, 3600 + over_s)
    assert settle_attempt(attempt_id=attempt.pk, at=clock.now()).settled is settled


def test_t26_a_settled_attempt_ends_at_its_due_time(world: World, attempt: Attempt) -> None:
    save_answers(claims=claims_of(attempt), items=items(world, attempt, 0))
    age(attempt, 3600 + 600)
    assert sweep(at=clock.now()) == (1, 0)
    attempt.refresh_from_db()
    assert attempt.submitted_at == attempt.due_at == attempt.receipts.get().submitted_at
    assert (attempt.state, attempt.points) == ("marked", Decimal(2))
    assert AttemptEvent.objects.get(action="submit").data == {"settled": True}


def test_sweeping_twice_changes_nothing(attempt: Attempt) -> None:
    age(attempt, 3600 + 600)
    sweep(at=clock.now())
    assert sweep(at=clock.now()) == (0, 0)
    assert Receipt.objects.count() == 1


@pytest.mark.parametrize(("over_s", "settled"), [(179, 0), (180.5, 0), (182, 1)])
def test_the_sweeper_leaves_a_second_to_waiting_saves(attempt: Attempt, over_s: float, settled: int) -> None:
    age(attempt, 3600 + over_s)
    assert sweep(at=clock.now())[0] == settled


def test_a_silent_attempt_without_any_answer_has_a_receipt_too(attempt: Attempt) -> None:
    age(attempt, 3600 + 600)
    sweep(at=clock.now())
    receipt = Receipt.objects.get()
    assert (receipt.answered, receipt.of, receipt.events) == (0, 3, 0)


def test_paper_sheets_are_not_settled(attempt: Attempt) -> None:
    Attempt.objects.update(mode=Mode.PAPER)
    age(attempt, 3600 + 600)
    assert sweep(at=clock.now()) == (0, 0)


def test_t10_a_crash_while_marking_leaves_nothing_or_all(
    world: World, attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(**ignored: object) -> None:
        raise SystemExit("killed while marking")

    with monkeypatch.context() as broken:
        broken.setattr(closing, "mark_locked", crash)
        with pytest.raises(SystemExit):
            submit(attempt, *items(world, attempt, 0))
    attempt.refresh_from_db()
    assert (attempt.state, Receipt.objects.count()) == ("in_progress", 0)
    assert submit(attempt).outcome is Outcome.HANDED_IN
    attempt.refresh_from_db()
    assert (attempt.state, attempt.points) == ("marked", Decimal(2))


def test_failing_marking_does_not_cost_the_receipt_and_is_made_up_for(
    world: World, attempt: Attempt, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(**ignored: object) -> None:
        AttemptEvent.objects.create(attempt=attempt, action="half done", before="", after="", at=clock.now())
        raise RuntimeError("no keys")

    with monkeypatch.context() as broken:
        broken.setattr(closing, "mark_locked", fail)
        assert submit(attempt, *items(world, attempt, 0)).outcome is Outcome.HANDED_IN
    assert "marking attempt" in caplog.text
    assert not AttemptEvent.objects.filter(action="half done").exists()
    attempt.refresh_from_db()
    assert (attempt.state, Receipt.objects.count()) == ("submitted", 1)
    assert sweep(at=clock.now()) == (0, 1)
    attempt.refresh_from_db()
    assert (attempt.state, attempt.points) == ("marked", Decimal(2))


@pytest.mark.parametrize("settles", [False, True])
def test_who_loses_the_database_while_marking_gets_no_receipt(
    settles: bool, world: World, attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(**ignored: object) -> None:
        connection.close()
        raise OperationalError("the connection was lost")

    if settles:
        age(attempt, 3600 + 600)
    with monkeypatch.context() as broken:
        broken.setattr(closing, "mark_locked", lose)
        with pytest.raises(OperationalError):
            submit(attempt)
    attempt.refresh_from_db()
    assert (attempt.state, Receipt.objects.count()) == ("in_progress", 0)


def test_an_attempt_that_waits_for_people_is_not_marked_over_and_over() -> None:
    world = make_world()
    attempt = world.start().attempt
    submit_attempt(
        claims=claims_of(attempt),
        items=[Item(1, world.slots[4], "公开", None)],
        sheet_digest=None,
    )
    attempt.refresh_from_db()
    assert attempt.state == "submitted"
    assert sweep(at=clock.now()) == (0, 0)
