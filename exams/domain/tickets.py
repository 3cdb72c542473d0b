"""Tickets: the secret on a candidate's slip, as a QR token and as six digits for typing.

A ticket works as often as it is needed until the window ends (a lost reply must not lock a phone out) and,
after that, while an attempt of its candidate still runs. Typing digits is guessing ground, so failures are
counted before they are checked; the QR token is never locked, or a rival could lock a candidate out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import F, Max

from examsite.lib.errors import Conflict, DomainError
from examsite.lib.ids import random_digits, random_token
from examsite.people.ready_queries import Given, ReadyQuery
from examsite.people.sealed import digest

from ..engine.transitions import State
from ..models import Attempt, RosterEntry, Seat, Ticket

CODE_LENGTH = 6
MAX_FAILURES = 5
NAMESAKES = 20  # how many tickets of one name are tried
REFUSED = "姓名或号码没对上，请看纸条右下角的6位数字，或请监考人员帮忙。"


class TicketRefused(DomainError):
    """Not let in; the sentence never says which part was wrong."""

    status = 401


@dataclass(frozen=True, slots=True)
class IssuedTicket:
    """What goes onto the slip; it is not kept anywhere."""

    entry: RosterEntry
    token: str
    code: str


@transaction.atomic
def issue_tickets(
    *, entries: Iterable[RosterEntry], at: datetime, with_codes: bool = True
) -> list[IssuedTicket]:
    """New tickets for these entries of one exam; their earlier ones stop working.

    Each ends with the last sitting its candidate has a seat in. Raises Conflict when one has no seat.
    `with_codes` False leaves out the typed codes, whose slow hashes take 17 ms each.
    """
    people = list(entries)
    ends = dict(
        Seat.objects.filter(entry__in=people).values_list("entry").annotate(end=Max("sitting__closes_at"))
    )
    seatless = [entry.name for entry in people if entry.pk not in ends]
    if seatless:
        raise Conflict("no_seat", f"{'、'.join(seatless[:5])}还没有排座，不能制作准考凭证。")
    Ticket.objects.filter(entry__in=people, revoked_at__isnull=True).update(revoked_at=at)
    issued = [
        IssuedTicket(entry, random_token(), random_digits(CODE_LENGTH) if with_codes else "")
        for entry in people
    ]
    Ticket.objects.bulk_create(
        [
            Ticket(
                entry=one.entry,
                token_digest=digest("ticket", one.token),
                code_hash=make_password(one.code) if one.code else "",
                issued_at=at,
                expires_at=ends[one.entry.pk],
            )
            for one in issued
        ],
        batch_size=500,
    )
    return issued


_UNREVOKED = ReadyQuery(
    lambda: (
        Ticket.objects.filter(
            token_digest=Given("digest", Ticket._meta.get_field("token_digest")), revoked_at__isnull=True
        )
        .select_related("entry__user")
        .order_by("pk")
    )
)


def find_ticket(*, token: str, at: datetime) -> Ticket:
    """The ticket with this token. Raises TicketRefused for a wrong, replaced or expired one, all alike."""
    ticket = _UNREVOKED.first(digest=digest("ticket", token.strip()))
    if ticket is None or not _works(ticket, at):
        raise TicketRefused("refused", "这个二维码已经失效，请找监考人员重发。")
    return ticket


def _works(ticket: Ticket, at: datetime) -> bool:
    if not ticket.entry.user.is_active:
        return False
    if at < ticket.expires_at:
        return True
    running = Attempt.objects.filter(
        entry=ticket.entry, state=State.IN_PROGRESS.value, voided_at__isnull=True, due_at__gt=at
    )
    return running.exists()


def find_by_slip(*, name: str, code: str, at: datetime) -> Ticket:
    """The ticket of a candidate of this name with these digits; five failures lock a ticket's digits.

    Raises TicketRefused for whatever does not fit, after the time of at least one hash.
    """
    tickets = list(
        Ticket.objects.select_related("entry__user", "entry__unit", "entry__exam")
        .filter(entry__name=name.strip(), revoked_at__isnull=True, failures__lt=MAX_FAILURES)
        .exclude(code_hash="")
        .order_by("-id")[:NAMESAKES]
    )
    # Counting first: many tries at once get no more guesses than as many in a row.
    counted = [
        one
        for one in tickets
        if Ticket.objects.filter(pk=one.pk, failures__lt=MAX_FAILURES).update(failures=F("failures") + 1)
    ]
    if not counted:
        make_password(code)
    match = next((one for one in counted if check_password(code, one.code_hash)), None)
    if match is None or not _works(match, at):
        raise TicketRefused("refused", REFUSED)
    Ticket.objects.filter(pk__in=[one.pk for one in counted]).update(failures=F("failures") - 1)
    Ticket.objects.filter(pk=match.pk).update(failures=0)
    return match
