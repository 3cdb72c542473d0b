"""Tickets: as often as needed, until the window ends; digits are guessed ten times at most."""

from __future__ import annotations

from datetime import timedelta

import pytest

from exams.domain.tickets import TicketRefused, find_by_slip, find_ticket, issue_tickets
from exams.models import Seat, Ticket
from examsite.lib import clock
from examsite.lib.errors import Conflict
from tests.exam_world import World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world(people=2)


def issue(world: World, codes: bool = True):
    return issue_tickets(entries=[seat.entry for seat in world.seats], at=clock.now(), with_codes=codes)


def token_refused(token: str, hours: float = 0) -> bool:
    try:
        find_ticket(token=token, at=clock.now() + timedelta(hours=hours))
    except TicketRefused:
        return True
    return False


def slip_refused(name: str, code: str) -> bool:
    try:
        find_by_slip(name=name, code=code, at=clock.now())
    except TicketRefused:
        return True
    return False


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_a_token_has_192_bits_and_only_its_digest_is_kept(world: World) -> None:
    first, second = issue(world, codes=False)
    stored = Ticket.objects.get(entry=first.entry)
    assert len(first.token) == 32
    assert first.token != second.token
    assert first.token not in stored.token_digest
    assert (stored.expires_at, stored.code_hash) == (world.sitting.closes_at, "")


def test_a_ticket_works_as_often_as_it_is_needed(world: World) -> None:
    token = issue(world, codes=False)[0].token
    found = [find_ticket(token=token, at=clock.now()).entry for _ in range(3)]
    assert found == [world.seat.entry] * 3


def test_a_wrong_token_is_refused(world: World) -> None:
    assert token_refused("nonsense") is True


def test_after_the_window_a_ticket_is_dead(world: World) -> None:
    token = issue(world, codes=False)[0].token
    assert token_refused(token, hours=7) is False
    assert token_refused(token, hours=9) is True


def test_after_the_window_it_lets_back_who_has_time_left(world: World) -> None:
    token = issue(world, codes=False)[0].token
    attempt = world.start().attempt
    attempt.due_at = clock.now() + timedelta(hours=10)
    attempt.save()
    assert token_refused(token, hours=9) is False


def test_a_new_ticket_kills_the_old_one(world: World) -> None:
    old = issue(world, codes=False)[0].token
    new = issue(world, codes=False)[0].token
    assert token_refused(old) is True
    assert token_refused(new) is False


def test_a_blocked_person_has_no_ticket(world: World) -> None:
    token = issue(world, codes=False)[0].token
    world.user.is_active = False
    world.user.save()
    assert token_refused(token) is True


def test_name_and_digits_find_the_ticket(world: World) -> None:
    slip = issue(world)[0]
    assert find_by_slip(name=f" {slip.entry.name} ", code=slip.code, at=clock.now()).entry == slip.entry


def test_namesakes_are_told_apart_by_their_digits(world: World) -> None:
    slips = issue(world)
    for slip in slips:
        slip.entry.name = "王伟"
        slip.entry.save()
    found = [find_by_slip(name="王伟", code=slip.code, at=clock.now()).entry for slip in slips]
    assert found == [slip.entry for slip in slips]


def test_t73_five_wrong_guesses_lock_the_digits_and_not_the_qr(world: World) -> None:
    slip, other = issue(world)
    for _ in range(5):
        assert slip_refused(slip.entry.name, wrong(slip.code)) is True
    assert slip_refused(slip.entry.name, slip.code) is True
    assert token_refused(slip.token) is False
    assert slip_refused(other.entry.name, other.code) is False


def test_a_right_guess_forgets_the_wrong_ones(world: World) -> None:
    slip = issue(world)[0]
    slip_refused(slip.entry.name, wrong(slip.code))
    assert Ticket.objects.get(entry=slip.entry).failures == 1
    assert slip_refused(slip.entry.name, slip.code) is False
    assert Ticket.objects.get(entry=slip.entry).failures == 0


def test_t41_an_unknown_name_is_refused_in_the_same_words(world: World) -> None:
    slip = issue(world)[0]
    with pytest.raises(TicketRefused) as unknown:
        find_by_slip(name="没有此人", code=slip.code, at=clock.now())
    with pytest.raises(TicketRefused) as mistyped:
        find_by_slip(name=slip.entry.name, code=wrong(slip.code), at=clock.now())
    assert unknown.value.message == mistyped.value.message


def test_who_has_no_seat_gets_no_ticket(world: World) -> None:
    Seat.objects.filter(pk=world.seat.pk).delete()
    with pytest.raises(Conflict) as refused:
        issue(world, codes=False)
    assert refused.value.code == "no_seat"
    assert Ticket.objects.count() == 0
