"""What is shown of attempts and sittings: every state by every way into it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from exams.engine.access import (
    SHOWN_LABELS,
    SITTING_LABELS,
    AttemptFacts,
    SeatFacts,
    Shown,
    SittingState,
    next_number,
    shown_state,
    sitting_state,
    used_attempts,
)
from exams.engine.timing import Window
from exams.engine.transitions import State

OPENS = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
CLOSES = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
WINDOW = Window(OPENS, CLOSES, 3600, late_entry_s=1800)
DUE = OPENS + timedelta(hours=1)
DURING = OPENS + timedelta(minutes=10)


def attempt(state: State = State.IN_PROGRESS, number: int = 1, **facts: bool) -> AttemptFacts:
    return AttemptFacts(number, state, DUE, 180, **facts)


@pytest.mark.parametrize(
    ("facts", "at", "expected"),
    [
        (attempt(), DURING, Shown.IN_PROGRESS),
        (attempt(), DUE - timedelta(microseconds=1), Shown.IN_PROGRESS),
        (attempt(), DUE, Shown.TIME_UP),
        (attempt(State.SUBMITTED), DURING, Shown.SUBMITTED),
        (attempt(State.SUBMITTED, has_marks=True), DURING, Shown.MARKING),
        (attempt(State.MARKED, has_marks=True), DURING, Shown.MARKED),
        (attempt(State.MARKED, has_marks=True, released=True), DURING, Shown.RELEASED),
        (attempt(State.SUBMITTED, has_marks=True, released=True), DURING, Shown.RELEASED),
        (attempt(voided=True), DURING, Shown.VOIDED),
        (attempt(State.MARKED, voided=True, released=True), DURING, Shown.VOIDED),
    ],
)
def test_shown_state(facts: AttemptFacts, at: datetime, expected: Shown) -> None:
    assert shown_state(facts, at) is expected


BEFORE, LATE, AFTER = OPENS - timedelta(minutes=1), OPENS + timedelta(minutes=31), CLOSES + timedelta(hours=1)
DONE = attempt(State.MARKED)
OUT = attempt(State.MARKED, released=True)
VOID = attempt(State.SUBMITTED, voided=True)


@pytest.mark.parametrize(
    ("at", "seat", "expected"),
    [
        (BEFORE, SeatFacts([], 1), SittingState.NOT_OPEN),
        (DURING, SeatFacts([], 1), SittingState.OPEN),
        (LATE, SeatFacts([], 1), SittingState.TOO_LATE),
        (AFTER, SeatFacts([], 1), SittingState.CLOSED),
        (DURING, SeatFacts([], 1, blocked=True), SittingState.BLOCKED),
        (DURING, SeatFacts([], 1, excused=True), SittingState.EXCUSED),
        (DURING, SeatFacts([], 1, on_paper=True), SittingState.ON_PAPER),
        (DURING, SeatFacts([attempt()], 1), SittingState.IN_PROGRESS),
        (DURING, SeatFacts([attempt()], 1, blocked=True), SittingState.BLOCKED),
        (LATE, SeatFacts([attempt()], 1), SittingState.IN_PROGRESS),
        (DUE + timedelta(seconds=180), SeatFacts([attempt()], 1), SittingState.IN_PROGRESS),
        (DUE + timedelta(seconds=181), SeatFacts([attempt()], 1), SittingState.SUBMITTED),
        (DURING, SeatFacts([DONE], 1), SittingState.SUBMITTED),
        (AFTER, SeatFacts([DONE], 1), SittingState.SUBMITTED),
        (AFTER, SeatFacts([OUT], 1), SittingState.RELEASED),
        (DURING, SeatFacts([OUT], 3), SittingState.OPEN),
        (AFTER, SeatFacts([OUT], 3), SittingState.RELEASED),
        (AFTER, SeatFacts([DONE], 3), SittingState.SUBMITTED),
        (DURING, SeatFacts([VOID], 1), SittingState.OPEN),
        (AFTER, SeatFacts([VOID], 1), SittingState.CLOSED),
        (AFTER, SeatFacts([OUT], 1, on_paper=True), SittingState.RELEASED),
        (AFTER, SeatFacts([OUT], 2, on_paper=True), SittingState.RELEASED),
    ],
)
def test_sitting_state(at: datetime, seat: SeatFacts, expected: SittingState) -> None:
    assert sitting_state(at, WINDOW, seat) is expected


@pytest.mark.parametrize(
    ("attempts", "at", "number"),
    [
        ([], DURING, 1),
        ([attempt()], DURING, 1),
        ([attempt()], AFTER, 2),
        ([DONE], DURING, 2),
        ([DONE, attempt(number=2)], DURING, 2),
        ([VOID], DURING, 2),
    ],
)
def test_next_number(attempts: list[AttemptFacts], at: datetime, number: int) -> None:
    assert next_number(attempts, at) == number


def test_a_void_attempt_is_not_used() -> None:
    assert used_attempts([DONE, VOID]) == 1


def test_every_state_has_its_words() -> None:
    assert set(SHOWN_LABELS) == set(Shown)
    assert set(SITTING_LABELS) == set(SittingState)
