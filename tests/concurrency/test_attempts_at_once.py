"""Races that really happened elsewhere, run in threads against the database that is there."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction

from exams.domain.attempts import lock_attempt
from exams.domain.closing import settle_attempt, sweep
from exams.domain.invigilation import extend_attempt
from exams.domain.saving import Item, Saved, Status, save_answers
from exams.domain.sheets import load_sheet
from exams.domain.starting import claim_attempt, start_attempt
from exams.domain.submitting import Outcome, submit_attempt
from exams.domain.tickets import find_by_slip, issue_tickets
from exams.engine.sheet import digest
from exams.models import AnswerEvent, Attempt, AttemptEvent, Mark, Quarantine, Receipt, Seat, Ticket
from examsite.lib import clock
from tests.concurrency.conftest import all_at_once
from tests.exam_world import MACHINE, World, age, claims_of, make_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world() -> World:
    return make_world(questions=MACHINE)


@pytest.fixture
def attempt(world: World) -> Attempt:
    return world.start().attempt


def failures(results: list[Any]) -> list[Any]:
    return [one for one in results if isinstance(one, Exception)]


def test_t09_twenty_starts_make_one_attempt(world: World) -> None:
    seat = Seat.objects.select_related("sitting__exam", "entry", "form").get(pk=world.seat.pk)
    results = all_at_once(
        [lambda: start_attempt(seat=seat, number=1, device="tab-1", at=clock.now()) for _ in range(20)]
    )
    assert failures(results) == []
    assert len({started.attempt.pk for started in results}) == 1
    assert sum(started.created for started in results) == 1
    assert len({started.attempt.due_at for started in results}) == 1
    assert Attempt.objects.count() == 1


def test_t08_twenty_submits_and_the_sweeper_write_one_receipt(world: World, attempt: Attempt) -> None:
    claims = claims_of(attempt)
    save_answers(claims=claims, items=[Item(1, world.slots[2], True, None)])
    results = all_at_once(
        [lambda: submit_attempt(claims=claims, items=[], sheet_digest=None) for _ in range(20)]
        + [lambda: settle_attempt(attempt_id=attempt.pk, at=clock.now()), lambda: sweep(at=clock.now())]
    )
    assert failures(results) == []
    assert {one.outcome for one in results[:20]} == {Outcome.HANDED_IN}
    assert len({one.receipt.number for one in results[:20]}) == 1
    assert Receipt.objects.count() == 1
    assert Mark.objects.count() == 3
    assert AttemptEvent.objects.filter(action="submit").count() == 1
    assert AttemptEvent.objects.filter(action="finish_marking").count() == 1


def test_settling_and_handing_in_at_the_end_agree(world: World, attempt: Attempt) -> None:
    age(attempt, 3600 + 181)
    claims = claims_of(attempt)
    results = all_at_once(
        [lambda: settle_attempt(attempt_id=attempt.pk, at=clock.now()) for _ in range(5)]
        + [lambda: submit_attempt(claims=claims, items=[], sheet_digest=None) for _ in range(5)]
    )
    assert failures(results) == []
    assert Receipt.objects.get().submitted_at == Attempt.objects.get().due_at
    assert Mark.objects.count() == 3


def test_the_same_items_from_ten_connections_are_stored_once(world: World, attempt: Attempt) -> None:
    claims = claims_of(attempt)
    items = [Item(seq, world.slots[2], seq % 2 == 0, None) for seq in range(1, 21)]
    results = all_at_once([lambda: save_answers(claims=claims, items=items) for _ in range(10)])
    assert failures(results) == []
    acks = [ack for saved in results for ack in saved.acks]
    assert sum(ack.status is Status.STORED for ack in acks) == 20
    assert sum(ack.status is Status.DUPLICATE for ack in acks) == 180
    stamps = {event.seq: event.received_at for event in AnswerEvent.objects.all()}
    assert [ack for ack in acks if ack.received_at != stamps[ack.seq]] == []


def test_i8_after_the_close_the_log_does_not_grow(world: World, attempt: Attempt) -> None:
    """Saves race the submit: whatever was acknowledged as stored is in the receipt, the rest is late."""
    claims = claims_of(attempt)
    done = threading.Event()

    def keep_saving(first: int) -> list[Saved]:
        saved = []
        for seq in range(first, first + 1000):
            saved.append(save_answers(claims=claims, items=[Item(seq, world.slots[2], True, None)]))
            if done.is_set() and saved[-1].acks[0].status is Status.LATE:
                break
            time.sleep(0.002)  # SQLite's waiting is a lottery: leave the submit a chance to draw
        return saved

    def hand_in() -> Any:
        time.sleep(0.05)
        submitted = submit_attempt(claims=claims, items=[], sheet_digest=None)
        done.set()
        return submitted

    *savers, submitted = all_at_once([lambda: keep_saving(1), lambda: keep_saving(1001), hand_in])
    assert failures([*savers, submitted]) == []
    acks = [ack for saver in savers for saved in saver for ack in saved.acks]
    stored = {ack.seq for ack in acks if ack.status is Status.STORED}
    late = {ack.seq for ack in acks if ack.status is Status.LATE}
    assert submitted.receipt.events == len(stored) == AnswerEvent.objects.count()
    assert submitted.receipt.digest == digest(load_sheet(attempt.pk))
    assert set(AnswerEvent.objects.values_list("seq", flat=True)) == stored
    assert set(Quarantine.objects.values_list("seq", flat=True)) == late
    assert len(stored) > 0
    assert len(late) > 0


def test_t11_a_save_that_waits_for_the_lock_across_the_deadline_is_accepted(world: World) -> None:
    attempt = age(world.start().attempt, 3600 + 180 - 1)  # the grace ends in one second
    claims = claims_of(attempt)
    held = threading.Event()

    def hold_the_lock() -> None:
        with transaction.atomic():
            lock_attempt(attempt.pk)
            held.set()
            time.sleep(2)

    def save() -> Saved:
        held.wait(timeout=10)
        time.sleep(0.1)
        return save_answers(claims=claims, items=[Item(1, world.slots[2], True, None)])

    def sweep_after() -> tuple[int, int]:
        held.wait(timeout=10)
        time.sleep(2.2)
        return sweep(at=clock.now())

    began = clock.now()
    _, saved, swept = all_at_once([hold_the_lock, save, sweep_after])
    assert (clock.now() - began).total_seconds() >= 2
    assert [ack.status for ack in saved.acks] == [Status.STORED]
    assert saved.acks[0].received_at <= attempt.due_at + timedelta(seconds=180)
    assert swept == (1, 0)
    assert Receipt.objects.get().events == 1


def test_parallel_claims_make_one_holder_each_with_its_own_epoch(world: World, attempt: Attempt) -> None:
    results = all_at_once(
        [
            (
                lambda device=f"tab-{number}": claim_attempt(
                    attempt_id=attempt.pk, device=device, epoch=None, at=clock.now(), actor=world.user
                )
            )
            for number in range(2, 10)
        ]
    )
    assert failures(results) == []
    assert sorted(one.epoch for one in results) == list(range(2, 10))
    last = max(results, key=lambda one: one.epoch)
    assert Attempt.objects.get().device == last.device


def test_of_parallel_claims_that_know_one_epoch_one_wins(world: World, attempt: Attempt) -> None:
    results = all_at_once(
        [
            (
                lambda device=f"tab-{number}": claim_attempt(
                    attempt_id=attempt.pk, device=device, epoch=1, at=clock.now(), actor=world.user
                )
            )
            for number in range(2, 10)
        ]
    )
    assert sorted(getattr(one, "code", "claimed") for one in results) == ["claimed"] + ["stale_claim"] * 7
    assert Attempt.objects.get().epoch == 2


def test_extensions_add_up(world: World, attempt: Attempt) -> None:
    before = attempt.due_at
    results = all_at_once(
        [
            lambda: extend_attempt(
                attempt=Attempt.objects.get(pk=attempt.pk),
                seconds=60,
                reason="断网",
                at=clock.now(),
                actor=world.officer,
            )
            for _ in range(5)
        ]
    )
    assert failures(results) == []
    assert Attempt.objects.get().due_at == before + timedelta(minutes=5)
    assert AttemptEvent.objects.filter(action="extend").count() == 5


def test_t14_five_parallel_wrong_tries_count_five(world: World) -> None:
    slip = issue_tickets(entries=[world.seat.entry], at=clock.now())[0]
    wrong = f"{(int(slip.code) + 1) % 1_000_000:06}"
    results = all_at_once(
        [lambda: find_by_slip(name=slip.entry.name, code=wrong, at=clock.now()) for _ in range(5)]
    )
    assert {one.code for one in results} == {"refused"}
    assert Ticket.objects.get().failures == 5


def test_t72_fifty_parallel_tries_get_no_more_guesses_than_five(world: World) -> None:
    slip = issue_tickets(entries=[world.seat.entry], at=clock.now())[0]
    wrong = f"{(int(slip.code) + 1) % 1_000_000:06}"
    results = all_at_once(
        [lambda: find_by_slip(name=slip.entry.name, code=wrong, at=clock.now()) for _ in range(50)]
    )
    assert len(failures(results)) == 50
    assert Ticket.objects.get().failures == 5


def test_saves_of_many_candidates_do_not_wait_for_each_other() -> None:
    """A held row lock stops its own attempt only. On SQLite there is one writer."""
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer")
    world = make_world(people=2, questions=MACHINE)
    held, other = (world.start(seat, device=f"t{seat.number}").attempt for seat in world.seats)
    is_held, saved = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            lock_attempt(held.pk)
            is_held.set()
            assert saved.wait(timeout=10)

    def save() -> Saved:
        is_held.wait(timeout=10)
        result = save_answers(claims=claims_of(other), items=[Item(1, world.slots[2], True, None)])
        saved.set()
        return result

    results = all_at_once([hold, save])
    connections.close_all()
    assert failures(results) == []
    assert [ack.status for ack in results[1].acks] == [Status.STORED]
