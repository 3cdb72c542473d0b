"""What one candidate has before him: his sittings, what he can do in each, and his results."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Max, OuterRef, Subquery

from examsite.people.models import User

from ..engine import timing
from ..engine.access import (
    AttemptFacts,
    SeatFacts,
    SittingState,
    next_number,
    open_attempt,
    sitting_state,
    used_attempts,
)
from ..engine.release import Release, released_since
from ..engine.transitions import State
from ..models import Attempt, RosterStatus, Seat, Sitting
from ..rules import seats_of
from .attempts import TIMED_MODES
from .starting import allowed_attempts, window_of


@dataclass(frozen=True, slots=True)
class MySitting:
    """A seat with what can be derived at this moment. `due_at`: of the running attempt, or if started now."""

    seat: Seat
    state: SittingState
    attempts_allowed: int
    attempts_used: int
    number: int
    due_at: datetime
    running: Attempt | None
    released: Attempt | None
    closed: Attempt | None


def my_sittings(*, user: User, at: datetime, exam_id: UUID | None = None) -> list[MySitting]:
    """The candidate's sittings in the order of their opening; `exam_id` narrows them to a ticket's exam.

    Two statements, however many there are.
    """
    windows = Sitting.objects.filter(exam=OuterRef("sitting__exam")).order_by().values("exam")
    ends = windows.annotate(end=Max("closes_at")).values("end")
    seats = (
        seats_of(user)
        .select_related("sitting__exam", "entry", "room", "form")
        .annotate(windows_end=Subquery(ends))
        .order_by("sitting__opens_at")
    )
    if exam_id is not None:
        seats = seats.filter(sitting__exam=exam_id)
    attempts = defaultdict(list)
    for attempt in Attempt.objects.defer("choice_orders").filter(entry__user=user).order_by("number"):
        attempts[attempt.entry_id, attempt.sitting_id].append(attempt)
    return [_my_sitting(seat, attempts[seat.entry_id, seat.sitting_id], at) for seat in seats]


def _my_sitting(seat: Seat, attempts: list[Attempt], at: datetime) -> MySitting:
    sitting, entry = seat.sitting, seat.entry
    exam = sitting.exam
    release = Release(exam.release_rule, exam.release_at, sitting.released_at, seat.windows_end)
    facts = [
        AttemptFacts(
            number=one.number,
            state=State(one.state),
            due_at=one.due_at,
            grace_s=one.grace_s,
            voided=one.voided_at is not None,
            released=one.points is not None
            and one.submitted_at is not None
            and released_since(release, one.submitted_at, at, withheld=entry.withheld_at is not None)
            is not None,
        )
        for one in attempts
    ]
    whole = SeatFacts(
        attempts=facts,
        allowed=allowed_attempts(seat),
        blocked=seat.blocked_at is not None or any(one.blocked for one in attempts),
        excused=entry.status in (RosterStatus.EXEMPT, RosterStatus.REMOVED),
        on_paper=entry.mode not in TIMED_MODES,
    )
    window = window_of(seat)
    running = open_attempt(facts, at)
    by_number = {one.number: one for one in attempts}
    released = [one.number for one in facts if one.released and not one.voided]
    closed = [one.number for one in facts if one is not running and not one.voided]
    return MySitting(
        seat=seat,
        state=sitting_state(at, window, whole),
        attempts_allowed=whole.allowed,
        attempts_used=used_attempts(facts),
        number=next_number(facts, at),
        due_at=running.due_at if running else timing.due_if_started(at, window, entry.allowance),
        running=by_number[running.number] if running else None,
        released=by_number[released[-1]] if released else None,
        closed=by_number[closed[-1]] if closed else None,
    )
