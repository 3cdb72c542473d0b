"""Starting and claiming: one attempt, one clock, one holder."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from exams.domain.invigilation import decide_device
from exams.domain.starting import claim_attempt, start_attempt
from exams.models import Attempt, AttemptEvent, Mode, Presence, RosterStatus
from examsite.lib import clock
from examsite.lib.errors import Conflict, DomainError, Forbidden
from tests.exam_world import MACHINE, World, age, make_form, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def refusal(world: World, number: int = 1) -> str:
    with pytest.raises(DomainError) as refused:
        world.start(number=number)
    return refused.value.code


def test_the_first_start_makes_the_attempt(world: World) -> None:
    at = clock.now()
    started = start_attempt(seat=world.seat, number=1, device="tab-1", at=at)
    attempt = started.attempt
    assert (started.created, started.held_elsewhere) == (True, False)
    assert (attempt.number, attempt.state, attempt.device, attempt.epoch) == (1, "in_progress", "tab-1", 1)
    assert (attempt.started_at, attempt.due_at) == (at, at + timedelta(hours=1))
    assert (attempt.grace_s, attempt.mode, attempt.form) == (180, Mode.ONLINE, world.form)
    assert set(attempt.choice_orders) == set(world.slots[:2])
    assert Presence.objects.get().seen_at == at


def test_every_further_start_finds_it_and_the_clock_runs_on(world: World) -> None:
    first = world.start()
    again = start_attempt(seat=world.seat, number=1, device="tab-1", at=clock.now() + timedelta(minutes=5))
    assert (again.created, again.held_elsewhere) == (False, False)
    assert (again.attempt.pk, again.attempt.due_at) == (first.attempt.pk, first.attempt.due_at)
    assert Attempt.objects.count() == 1


def test_another_device_is_told_that_it_is_held_elsewhere(world: World) -> None:
    first = world.start()
    other = world.start(device="tab-2")
    assert (other.attempt.pk, other.created, other.held_elsewhere) == (first.attempt.pk, False, True)
    assert Attempt.objects.get().device == "tab-1"


def test_after_the_close_a_start_gives_the_closed_attempt(world: World) -> None:
    attempt = age(world.start().attempt, 3600 + 181)
    again = world.start(device="tab-2")
    assert (again.attempt.pk, again.held_elsewhere) == (attempt.pk, False)
    assert again.attempt.submitted_at == attempt.due_at


def test_an_allowance_and_the_window_decide_the_deadline(world: World) -> None:
    world.seat.entry.allowance = Decimal("1.25")
    at = clock.now()
    assert start_attempt(seat=world.seat, number=1, device="t", at=at).attempt.due_at == at + timedelta(
        minutes=75
    )


def test_t22_who_starts_three_minutes_before_the_end_has_three_minutes(world: World) -> None:
    at = world.sitting.closes_at - timedelta(minutes=3)
    attempt = start_attempt(seat=world.seat, number=1, device="t", at=at).attempt
    assert attempt.due_at == world.sitting.closes_at


def test_refused_before_the_opening(world: World) -> None:
    world.sitting.opens_at = clock.now() + timedelta(minutes=1)
    assert refusal(world) == "not_open"


def test_refused_after_the_last_entry(world: World) -> None:
    world.sitting.late_entry_s = 60
    assert refusal(world) == "too_late"


def test_refused_after_the_end(world: World) -> None:
    world.sitting.closes_at = clock.now() - timedelta(seconds=1)
    assert refusal(world) == "closed"


def test_refused_while_the_exam_is_not_published(world: World) -> None:
    world.exam.published_at = None
    world.sitting.exam = world.exam
    assert refusal(world) == "not_published"


@pytest.mark.parametrize("status", [RosterStatus.EXEMPT, RosterStatus.REMOVED])
def test_refused_for_the_excused(world: World, status: str) -> None:
    world.seat.entry.status = status
    assert refusal(world) == "excused"


def test_a_deferred_candidate_may_still_come(world: World) -> None:
    world.seat.entry.status = RosterStatus.DEFERRED
    assert world.start().created is True


@pytest.mark.parametrize("mode", [Mode.PAPER, Mode.EXTERNAL])
def test_refused_for_paper_candidates(world: World, mode: str) -> None:
    world.seat.entry.mode = mode
    assert refusal(world) == "on_paper"


def test_an_assisted_candidate_has_an_assisted_attempt(world: World) -> None:
    world.seat.entry.mode = Mode.ASSISTED
    assert world.start().attempt.mode == Mode.ASSISTED


def test_t74_refused_for_the_blocked(world: World) -> None:
    world.seat.blocked_at = clock.now()
    assert refusal(world) == "blocked"


def test_t74_a_block_meets_the_running_attempt_too(world: World) -> None:
    world.start()
    Attempt.objects.update(blocked=True)
    assert refusal(world) == "blocked"


@pytest.mark.parametrize("number", [0, 2, 7])
def test_numbers_come_one_by_one(world: World, number: int) -> None:
    assert refusal(world, number) == "wrong_number"
    assert Attempt.objects.count() == 0


def test_no_attempt_left(world: World) -> None:
    age(world.start().attempt, 3600 + 181)
    world.start()
    assert refusal(world, 2) == "no_attempt_left"


def test_one_attempt_at_a_time() -> None:
    world = make_world(tries=3)
    world.start()
    assert refusal(world, 2) == "attempt_open"


def test_a_further_try_meets_another_form() -> None:
    world = make_world(tries=3)
    other = make_form(world.exam, world.exam.unit.banks.get(), MACHINE, clock.now(), code="B")
    age(world.start().attempt, 3600 + 181)
    assert world.start(number=2).attempt.form == other


def test_without_another_form_the_same_is_used_again() -> None:
    world = make_world(tries=2)
    age(world.start().attempt, 3600 + 181)
    assert world.start(number=2).attempt.form == world.form


def test_a_void_attempt_leaves_the_try_free(world: World) -> None:
    world.start()
    Attempt.objects.update(voided_at=clock.now())
    assert world.start(number=2).created is True


def test_without_a_form_nobody_starts(world: World) -> None:
    world.seat.form = None
    type(world.form).objects.update(role="reserve")
    assert refusal(world) == "no_form"


# --- Claim -----------------------------------------------------------------------------------------------


def claim(world: World, device: str, epoch: int | None = None) -> Attempt:
    attempt = Attempt.objects.get()
    return claim_attempt(attempt_id=attempt.pk, device=device, epoch=epoch, at=clock.now(), actor=world.user)


def claim_refusal(world: World, device: str, epoch: int | None = None) -> str:
    with pytest.raises(DomainError) as refused:
        claim(world, device, epoch)
    return refused.value.code


def test_a_claim_raises_the_epoch_and_tells_who_when(world: World) -> None:
    world.start()
    attempt = claim(world, "tab-2", epoch=1)
    event = AttemptEvent.objects.get()
    assert (attempt.device, attempt.epoch) == ("tab-2", 2)
    assert (event.action, event.actor) == ("claim", world.user)
    assert event.data == {"device": "tab-2", "previous": "tab-1", "epoch": 2}


@pytest.mark.parametrize("epoch", [None, 1, 0])
def test_a_claim_by_the_holder_changes_nothing(world: World, epoch: int | None) -> None:
    world.start()
    attempt = claim(world, "tab-1", epoch)
    assert (attempt.device, attempt.epoch) == ("tab-1", 1)
    assert AttemptEvent.objects.count() == 0


def test_a_claim_that_arrives_late_does_not_take_the_attempt_back(world: World) -> None:
    world.start()
    claim(world, "tab-2", epoch=1)
    claim(world, "tab-3", epoch=2)
    assert claim_refusal(world, "tab-2", epoch=1) == "stale_claim"
    assert Attempt.objects.get().device == "tab-3"


def test_a_repeated_claim_raises_the_epoch_once(world: World) -> None:
    world.start()
    claim(world, "tab-2", epoch=1)
    assert claim(world, "tab-2", epoch=1).epoch == 2


def test_a_closed_attempt_cannot_be_claimed(world: World) -> None:
    age(world.start().attempt, 3600 + 181)
    assert claim_refusal(world, "tab-2") == "closed"
    assert Attempt.objects.get().settled is True


def test_a_blocked_attempt_cannot_be_claimed(world: World) -> None:
    world.start()
    Attempt.objects.update(blocked=True)
    assert claim_refusal(world, "tab-2") == "blocked"


def test_where_devices_are_confirmed_a_claim_waits_for_the_invigilator() -> None:
    world = make_world(confirm_devices=True)
    world.start()
    assert claim_refusal(world, "tab-2") == "needs_confirmation"
    assert claim_refusal(world, "tab-2") == "needs_confirmation"
    assert Attempt.objects.get().waiting_device == "tab-2"
    decide_device(attempt=Attempt.objects.get(), allow=True, at=clock.now(), actor=world.officer)
    attempt = claim(world, "tab-2")
    assert (attempt.device, attempt.epoch, attempt.waiting_device) == ("tab-2", 2, "")
    assert list(AttemptEvent.objects.values_list("action", flat=True)) == [
        "ask_device",
        "confirm_device",
        "claim",
    ]


def test_a_refused_device_has_to_ask_again() -> None:
    world = make_world(confirm_devices=True)
    world.start()
    claim_refusal(world, "tab-2")
    decide_device(attempt=Attempt.objects.get(), allow=False, at=clock.now(), actor=world.officer)
    assert Attempt.objects.get().waiting_device == ""
    assert claim_refusal(world, "tab-2") == "needs_confirmation"


def test_nobody_confirms_a_device_that_does_not_wait(world: World) -> None:
    world.start()
    with pytest.raises(Conflict) as refused:
        decide_device(attempt=Attempt.objects.get(), allow=True, at=clock.now(), actor=world.officer)
    assert refused.value.code == "no_device"


def test_forbidden_is_not_conflict(world: World) -> None:
    world.seat.blocked_at = clock.now()
    with pytest.raises(Forbidden):
        world.start()
