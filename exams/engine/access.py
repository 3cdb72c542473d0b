"""What a candidate sees of a sitting, and anybody of an attempt: derived from few facts, never stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from .timing import Refusal, Window, accepts_saves, start_refusal
from .transitions import State


class Shown(Enum):
    """The states of an attempt as people call them."""

    IN_PROGRESS = "in_progress"
    TIME_UP = "time_up"
    SUBMITTED = "submitted"
    MARKING = "marking"
    MARKED = "marked"
    RELEASED = "released"
    VOIDED = "voided"


SHOWN_LABELS = {
    Shown.IN_PROGRESS: "作答中",
    Shown.TIME_UP: "到时",
    Shown.SUBMITTED: "已交卷",
    Shown.MARKING: "待阅",
    Shown.MARKED: "已评",
    Shown.RELEASED: "已公布",
    Shown.VOIDED: "作废",
}


@dataclass(frozen=True, slots=True)
class AttemptFacts:
    """What the derivation needs of one attempt. `has_marks`: the machine has been over it."""

    number: int
    state: State
    due_at: datetime
    grace_s: int
    voided: bool = False
    has_marks: bool = False
    released: bool = False


def shown_state(attempt: AttemptFacts, at: datetime) -> Shown:
    """The state of an attempt as staff see it."""
    if attempt.voided:
        return Shown.VOIDED
    if attempt.state is State.IN_PROGRESS:
        return Shown.IN_PROGRESS if at < attempt.due_at else Shown.TIME_UP
    if attempt.released:
        return Shown.RELEASED
    if attempt.state is State.MARKED:
        return Shown.MARKED
    return Shown.MARKING if attempt.has_marks else Shown.SUBMITTED


class SittingState(Enum):
    """What a candidate can do with a sitting now."""

    NOT_OPEN = "not_open"
    OPEN = "open"
    IN_PROGRESS = "in_progress"
    SUBMITTED = "submitted"
    RELEASED = "released"
    TOO_LATE = "too_late"
    CLOSED = "closed"
    BLOCKED = "blocked"
    ON_PAPER = "on_paper"
    EXCUSED = "excused"


SITTING_LABELS = {
    SittingState.NOT_OPEN: "未开始",
    SittingState.OPEN: "可以开始",
    SittingState.IN_PROGRESS: "作答中",
    SittingState.SUBMITTED: "已交卷",
    SittingState.RELEASED: "成绩已公布",
    SittingState.TOO_LATE: "已过入场时间",
    SittingState.CLOSED: "已结束",
    SittingState.BLOCKED: "已停考",
    SittingState.ON_PAPER: "纸笔作答",
    SittingState.EXCUSED: "不用参加",
}

_REFUSED = {
    Refusal.NOT_OPEN: SittingState.NOT_OPEN,
    Refusal.TOO_LATE: SittingState.TOO_LATE,
    Refusal.CLOSED: SittingState.CLOSED,
}


@dataclass(frozen=True, slots=True)
class SeatFacts:
    """What a candidate brings to a sitting: his place, his attempts there, how many he may have."""

    attempts: Sequence[AttemptFacts]
    allowed: int
    blocked: bool = False
    excused: bool = False
    on_paper: bool = False


def used_attempts(attempts: Sequence[AttemptFacts]) -> int:
    """Attempts that count against the limit; a void one does not."""
    return sum(not one.voided for one in attempts)


def open_attempt(attempts: Sequence[AttemptFacts], at: datetime) -> AttemptFacts | None:
    """The attempt that can still be answered, if there is one."""
    return next(
        (
            one
            for one in attempts
            if one.state is State.IN_PROGRESS
            and not one.voided
            and accepts_saves(at, one.due_at, one.grace_s)
        ),
        None,
    )


def next_number(attempts: Sequence[AttemptFacts], at: datetime) -> int:
    """The number to ask for: the open attempt's, else one above the last."""
    running = open_attempt(attempts, at)
    if running is not None:
        return running.number
    return 1 + max((one.number for one in attempts), default=0)


def _after_the_last(attempts: Sequence[AttemptFacts]) -> SittingState | None:
    if any(one.released and not one.voided for one in attempts):
        return SittingState.RELEASED
    return SittingState.SUBMITTED if used_attempts(attempts) else None


def sitting_state(at: datetime, window: Window, seat: SeatFacts) -> SittingState:
    """What the candidate sees of the sitting. A running attempt comes before every other consideration."""
    if open_attempt(seat.attempts, at) is not None:
        return SittingState.BLOCKED if seat.blocked else SittingState.IN_PROGRESS
    done = _after_the_last(seat.attempts)
    if done is not None and used_attempts(seat.attempts) >= seat.allowed:
        return done
    if seat.excused:
        return SittingState.EXCUSED
    if seat.blocked:
        return SittingState.BLOCKED
    if seat.on_paper:
        return done or SittingState.ON_PAPER
    refusal = start_refusal(at, window)
    if refusal is None:
        return SittingState.OPEN
    return done or _REFUSED[refusal]
