"""Letting in whose slip is at home or whose digits are locked: the invigilator knows him by sight."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from examsite.lib.errors import Conflict
from examsite.people.domain.audit import record
from examsite.people.models import User

from ..engine.transitions import State
from ..models import Attempt, Seat
from .tickets import IssuedTicket, issue_tickets


@transaction.atomic
def replace_ticket(*, seat: Seat, at: datetime, actor: User) -> IssuedTicket:
    """A new ticket for one person, to be shown once; his earlier one stops working, everybody else's stays.

    Raises Conflict when the sitting is over and nothing of his is running: there is nothing to come in for.
    """
    running = Attempt.objects.filter(
        sitting=seat.sitting, entry=seat.entry, state=State.IN_PROGRESS.value, voided_at__isnull=True
    )
    if at >= seat.sitting.closes_at and not running.exists():
        raise Conflict("over", "本场考试已经结束，不能再补发准考凭证。")
    (issued,) = issue_tickets(entries=[seat.entry], at=at)
    record(action="tickets.replace", target=seat, at=at, actor=actor, unit=seat.sitting.exam.unit)
    return issued
