"""What invigilators may do, what needs two of them, and what it leaves in the history."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from exams.domain import invigilation
from exams.domain.marking import mark_by_machine
from exams.domain.releases import release_sitting
from exams.domain.saving import Status
from exams.models import AnswerEvent, Attempt, AttemptEvent, Mark, Receipt, Room
from examsite.lib import clock
from examsite.lib.errors import Conflict, DomainError, Forbidden, Invalid
from examsite.people.domain.accounts import block_person, unblock_person
from examsite.people.models import Approval, AuditRecord
from tests.exam_world import MACHINE, World, age, extend, make_world, save, submit

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world() -> World:
    return make_world(questions=MACHINE, people=3)


def test_t23_more_time_moves_the_deadline_and_is_written_down(world: World, attempt: Attempt) -> None:
    due = attempt.due_at
    extended = extend(world, attempt, 600)
    event = AttemptEvent.objects.get()
    audit = AuditRecord.objects.get(action="attempt.extend")
    assert extended.due_at == due + timedelta(minutes=10)
    assert (event.action, event.actor, event.reason) == ("extend", world.officer, "停电")
    assert event.data["seconds"] == 600
    assert (audit.actor, audit.reason, audit.after) == (world.officer, "停电", {"seconds": 600})


def test_more_time_reopens_nothing_that_is_over(world: World, attempt: Attempt) -> None:
    age(attempt, 3600 + 181)
    with pytest.raises(Conflict) as refused:
        extend(world, attempt, 600)
    assert refused.value.code == "closed"
    assert Attempt.objects.get().settled is True


def test_within_the_grace_time_can_still_be_given(world: World, attempt: Attempt) -> None:
    age(attempt, 3600 + 100)
    assert extend(world, attempt, 600).due_at > clock.now()


@pytest.mark.parametrize("seconds", [0, -60, 4 * 3600 + 1])
def test_senseless_lengths_are_refused(world: World, attempt: Attempt, seconds: int) -> None:
    with pytest.raises(Invalid) as refused:
        extend(world, attempt, seconds)
    assert refused.value.code == "seconds"


@pytest.mark.parametrize("reason", ["", "  ", "长" * 501])
def test_a_reason_is_asked_for(world: World, attempt: Attempt, reason: str) -> None:
    with pytest.raises(Invalid):
        invigilation.extend_attempt(
            attempt=attempt, seconds=60, reason=reason, at=clock.now(), actor=world.officer
        )


@pytest.mark.parametrize("first", [0, 1200])
def test_more_than_half_an_hour_in_all_needs_two_people(world: World, attempt: Attempt, first: int) -> None:
    if first:
        attempt = extend(world, attempt, first)
    due = attempt.due_at
    with pytest.raises(Forbidden) as refused:
        extend(world, attempt, 1801 - first)
    assert refused.value.code == "needs_second"
    assert refused.value.extra == {"approval": str(Approval.objects.get().pk)}
    assert Attempt.objects.get(pk=attempt.pk).due_at == due
    with pytest.raises(Forbidden):
        extend(world, attempt, 1801 - first)
    assert Approval.objects.count() == 1
    assert extend(world, attempt, 1801 - first, second=True).due_at == due + timedelta(seconds=1801 - first)
    assert AttemptEvent.objects.filter(action="extend").last().actor == world.officer


def test_a_sitting_is_extended_for_all_who_are_answering(world: World) -> None:
    running, closed, gone = (world.start(seat, device=f"t{seat.number}").attempt for seat in world.seats)
    submit(closed)
    age(gone, 3600 + 181)
    before = running.due_at
    count = invigilation.extend_sitting(
        sitting=world.sitting, seconds=300, reason="断网", at=clock.now(), actor=world.officer
    )
    running.refresh_from_db()
    assert count == 1
    assert running.due_at == before + timedelta(minutes=5)
    assert list(AttemptEvent.objects.filter(action="extend").values_list("attempt", flat=True)) == [
        running.pk
    ]
    assert AuditRecord.objects.get(action="sitting.extend").after == {
        "seconds": 300,
        "room": None,
        "attempts": 1,
    }


def test_a_room_is_extended_alone(world: World) -> None:
    other = Room.objects.create(sitting=world.sitting, name="二号考场")
    world.seats[1].room = other
    world.seats[1].save()
    attempts = [world.start(seat, device=f"t{seat.number}").attempt for seat in world.seats]
    count = invigilation.extend_sitting(
        sitting=world.sitting, room=other, seconds=300, reason="断网", at=clock.now(), actor=world.officer
    )
    assert count == 1
    extended = AttemptEvent.objects.filter(action="extend").values_list("attempt", flat=True)
    assert list(extended) == [attempts[1].pk]


def test_a_long_extension_of_a_sitting_needs_two_people(world: World, attempt: Attempt) -> None:
    def ask(actor: object) -> int:
        return invigilation.extend_sitting(
            sitting=world.sitting, seconds=3600, reason="停电", at=clock.now(), actor=actor
        )

    due = attempt.due_at
    with pytest.raises(Forbidden):
        ask(world.officer)
    assert ask(world.second_officer) == 1
    attempt.refresh_from_db()
    assert attempt.due_at == due + timedelta(hours=1)


def void(world: World, attempt: Attempt, second: bool = False) -> Attempt:
    return invigilation.void_attempt(
        attempt=attempt,
        reason="冒名顶替" if not second else "属实",
        at=clock.now(),
        actor=world.second_officer if second else world.officer,
    )


def test_voiding_takes_two_people(world: World, attempt: Attempt) -> None:
    with pytest.raises(Forbidden) as refused:
        void(world, attempt)
    assert refused.value.code == "needs_second"
    assert Attempt.objects.get().voided_at is None
    voided = void(world, attempt, second=True)
    event = AttemptEvent.objects.get(action="void")
    assert voided.voided_at == event.at
    assert (event.actor, event.reason) == (world.officer, "冒名顶替")
    assert event.data == {"approver": str(world.second_officer.pk)}
    assert AuditRecord.objects.filter(action="attempt.void").count() == 1


def test_the_same_person_twice_is_one_person(world: World, attempt: Attempt) -> None:
    for _ in range(2):
        with pytest.raises(Forbidden):
            void(world, attempt)
    assert Attempt.objects.get().voided_at is None


def test_voiding_twice_is_refused(world: World, attempt: Attempt) -> None:
    with pytest.raises(Forbidden):
        void(world, attempt)
    voided = void(world, attempt, second=True)
    with pytest.raises(Conflict) as refused:
        void(world, voided)
    assert refused.value.code == "voided"


def reopen(world: World, attempt: Attempt, extra_s: int = 0) -> Attempt:
    return invigilation.reopen_attempt(
        attempt=attempt, reason="误交", at=clock.now(), actor=world.officer, extra_s=extra_s
    )


def test_reopening_gives_the_unused_time_back_under_a_new_epoch(world: World, attempt: Attempt) -> None:
    save(world, attempt, 1, 0, right=False)
    age(attempt, 1200)
    first = submit(attempt)
    reopened = reopen(world, attempt)
    left = (reopened.due_at - clock.now()).total_seconds()
    assert reopened.state == "in_progress"
    assert (reopened.submitted_at, reopened.points, reopened.device, reopened.epoch) == (None, None, "", 2)
    assert 2390 < left <= 2400
    assert list(Receipt.objects.all()) == [first]
    assert AuditRecord.objects.filter(action="attempt.reopen").count() == 1


def test_a_reopened_attempt_is_handed_in_and_marked_anew(world: World, attempt: Attempt) -> None:
    save(world, attempt, 1, 0, right=False)
    old = submit(attempt)
    reopen(world, attempt)
    again = world.start(device="tab-9")
    assert (again.held_elsewhere, again.attempt.epoch, again.attempt.device) == (False, 2, "tab-9")
    save(world, again.attempt, 1, 0)
    new = submit(again.attempt)
    assert new.number != old.number
    assert again.attempt.points == Decimal(2)
    assert Mark.objects.filter(sheet_digest=new.digest).count() == 3
    assert Receipt.objects.count() == 2


def test_a_settled_attempt_needs_time_to_be_reopened(world: World, attempt: Attempt) -> None:
    age(attempt, 3600 + 181)
    with pytest.raises(Conflict) as refused:
        reopen(world, attempt)
    assert refused.value.code == "no_time"
    reopened = reopen(world, attempt, extra_s=600)
    assert 590 < (reopened.due_at - clock.now()).total_seconds() <= 600


def reopen_refusal(world: World, attempt: Attempt) -> str:
    with pytest.raises(DomainError) as refused:
        reopen(world, attempt, extra_s=60)
    return refused.value.code


def test_a_running_attempt_is_not_reopened(world: World, attempt: Attempt) -> None:
    assert reopen_refusal(world, attempt) == "running"


def test_a_void_attempt_is_not_reopened(world: World, attempt: Attempt) -> None:
    submit(attempt)
    Attempt.objects.update(voided_at=clock.now())
    assert reopen_refusal(world, attempt) == "voided"


def test_after_the_release_nothing_is_reopened(world: World, attempt: Attempt) -> None:
    submit(attempt)
    type(world.sitting).objects.update(closes_at=clock.now())
    release_sitting(sitting=world.sitting, at=clock.now(), actor=world.officer)
    assert reopen_refusal(world, Attempt.objects.get()) == "released"


def test_not_two_open_attempts_of_one_person() -> None:
    world = make_world(questions=MACHINE, tries=2)
    first = world.start().attempt
    submit(first)
    world.start(number=2)
    assert reopen_refusal(world, first) == "attempt_open"


def test_t74_a_blocked_seat_blocks_the_running_attempt_and_frees_it_again(
    world: World, attempt: Attempt
) -> None:
    seat = invigilation.block_seat(seat=world.seat, reason="看书", at=clock.now(), actor=world.officer)
    with pytest.raises(Forbidden):
        save(world, attempt, 1, 0)
    invigilation.unblock_seat(seat=seat, reason="误会", at=clock.now(), actor=world.officer)
    assert save(world, attempt, 1, 0) is Status.STORED
    assert list(AttemptEvent.objects.values_list("action", flat=True)) == ["block", "unblock"]
    assert AuditRecord.objects.filter(action__startswith="seat.").count() == 2


def test_t74_a_suspended_account_cannot_go_on_with_its_token(world: World, attempt: Attempt) -> None:
    block_person(user=world.user, at=clock.now(), actor=world.officer, reason="冒名")
    with pytest.raises(Forbidden):
        save(world, attempt, 1, 0)
    unblock_person(user=world.user, at=clock.now(), actor=world.officer)
    assert save(world, attempt, 1, 0) is Status.STORED


def test_t74_an_unblocked_account_stays_out_of_a_blocked_seat(world: World, attempt: Attempt) -> None:
    invigilation.block_seat(seat=world.seat, reason="看书", at=clock.now(), actor=world.officer)
    block_person(user=world.user, at=clock.now(), actor=world.officer, reason="冒名")
    unblock_person(user=world.user, at=clock.now(), actor=world.officer)
    with pytest.raises(Forbidden):
        save(world, attempt, 1, 0)


def test_t13_marking_a_running_attempt_leaves_its_log_bit_identical(world: World, attempt: Attempt) -> None:
    save(world, attempt, 1, 0)
    before = list(AnswerEvent.objects.values())
    mark_by_machine(attempt_id=attempt.pk, at=clock.now())
    attempt.refresh_from_db()
    assert list(AnswerEvent.objects.values()) == before
    assert (attempt.state, attempt.points, Mark.objects.count()) == ("in_progress", None, 0)
