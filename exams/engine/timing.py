"""Every rule about time. Each function is given `at`; nothing here asks a clock.

All times are aware datetimes, all lengths whole seconds unless a name says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum

# The sweeper waits this long after the last moment of grace: a save that was stamped in time may still be
# waiting for the lock.
SWEEP_AFTER = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Window:
    """When a sitting can be sat, and how long. `late_entry_s` None: one may enter until the window closes."""

    opens_at: datetime
    closes_at: datetime
    duration_s: int
    late_entry_s: int | None = None


class Refusal(Enum):
    """Why nobody can start now."""

    NOT_OPEN = "not_open"
    TOO_LATE = "too_late"
    CLOSED = "closed"


def allowed_time(duration_s: int, allowance: Decimal) -> timedelta:
    """The working time of one person: duration × allowance, exact to the microsecond."""
    return timedelta(microseconds=int(duration_s * allowance * 1_000_000))


def due_at(
    *,
    started_at: datetime,
    duration_s: int,
    allowance: Decimal,
    closes_at: datetime,
    extension_s: int = 0,
) -> datetime:
    """min(start + duration × allowance, window end) + extensions, in UTC.

    Adding to a local time would follow the wall clock, which jumps twice a year; UTC does not.
    """
    own_end = started_at.astimezone(UTC) + allowed_time(duration_s, allowance)
    return min(own_end, closes_at.astimezone(UTC)) + timedelta(seconds=extension_s)


def last_save_at(due: datetime, grace_s: int) -> datetime:
    """The last moment at which an answer is still taken."""
    return due + timedelta(seconds=grace_s)


def accepts_saves(at: datetime, due: datetime, grace_s: int) -> bool:
    """Whether an answer received `at` counts; the page stops at `due` and knows nothing of the grace."""
    return at <= last_save_at(due, grace_s)


def is_sweepable(at: datetime, due: datetime, grace_s: int) -> bool:
    """Whether the sweeper may close a silent attempt."""
    return at > last_save_at(due, grace_s) + SWEEP_AFTER


def last_entry_at(window: Window) -> datetime:
    """The last moment of entry; at the very end of the window nobody can start any more."""
    if window.late_entry_s is None:
        return window.closes_at
    return min(window.opens_at + timedelta(seconds=window.late_entry_s), window.closes_at)


def start_refusal(at: datetime, window: Window) -> Refusal | None:
    """Why an attempt cannot start `at`; None when it can."""
    if at < window.opens_at:
        return Refusal.NOT_OPEN
    if at >= window.closes_at:
        return Refusal.CLOSED
    if at > last_entry_at(window):
        return Refusal.TOO_LATE
    return None


def due_if_started(at: datetime, window: Window, allowance: Decimal) -> datetime:
    """The deadline of who starts `at`, or at the opening if that is later: what the page tells beforehand."""
    return due_at(
        started_at=max(at, window.opens_at),
        duration_s=window.duration_s,
        allowance=allowance,
        closes_at=window.closes_at,
    )


def remaining_ms(at: datetime, due: datetime) -> int:
    """Whole milliseconds left on the page's clock, 0 after the end."""
    return max(0, (due - at) // timedelta(milliseconds=1))


def reopened_due_at(at: datetime, submitted_at: datetime, due: datetime, extra_s: int) -> datetime:
    """The new deadline of a reopened attempt: the time it had left when it closed, plus `extra_s`."""
    unused = max(due - submitted_at, timedelta(0))
    return at + unused + timedelta(seconds=extra_s)
