"""Time to the second, at the edges."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.engine import timing
from exams.engine.timing import Refusal, Window

OPENS = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
CLOSES = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MICRO = timedelta(microseconds=1)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


@pytest.mark.parametrize(
    ("started", "duration_s", "allowance", "extension_s", "expected"),
    [
        pytest.param(OPENS, 3600, "1", 0, OPENS + minutes(60), id="whole duration"),
        pytest.param(OPENS, 3600, "1.25", 0, OPENS + minutes(75), id="a quarter more"),
        pytest.param(OPENS, 3600, "2", 0, OPENS + minutes(120), id="double"),
        pytest.param(CLOSES - minutes(60), 3600, "1", 0, CLOSES, id="ends with the window"),
        pytest.param(CLOSES - minutes(60) + SECOND, 3600, "1", 0, CLOSES, id="cut by the window"),
        pytest.param(CLOSES - minutes(60), 3600, "1.5", 0, CLOSES, id="allowance cut by the window"),
        pytest.param(CLOSES - minutes(3), 3600, "1", 600, CLOSES + minutes(10), id="extended past it"),
        pytest.param(OPENS, 3601, "1.25", 0, OPENS + timedelta(seconds=4501.25), id="fractions are exact"),
    ],
)
def test_due_at(
    started: datetime, duration_s: int, allowance: str, extension_s: int, expected: datetime
) -> None:
    assert (
        timing.due_at(
            started_at=started,
            duration_s=duration_s,
            allowance=Decimal(allowance),
            closes_at=CLOSES,
            extension_s=extension_s,
        )
        == expected
    )


def test_t22_a_late_starter_is_told_the_end_of_the_window() -> None:
    window = Window(OPENS, CLOSES, 3600)
    at = CLOSES - minutes(3)
    assert timing.remaining_ms(at, timing.due_if_started(at, window, Decimal(1))) == 180_000


def test_before_the_opening_the_deadline_counts_from_the_opening() -> None:
    window = Window(OPENS, CLOSES, 3600)
    assert timing.due_if_started(OPENS - minutes(30), window, Decimal(1)) == OPENS + minutes(60)


@pytest.mark.parametrize(
    ("offset", "grace_s", "accepted"),
    [
        (timedelta(0), 180, True),
        (timedelta(seconds=180), 180, True),
        (timedelta(seconds=180) + MICRO, 180, False),
        (timedelta(0), 0, True),
        (MICRO, 0, False),
        (-minutes(10), 0, True),
    ],
)
def test_accepts_saves_to_the_microsecond(offset: timedelta, grace_s: int, accepted: bool) -> None:
    assert timing.accepts_saves(CLOSES + offset, CLOSES, grace_s) is accepted


@pytest.mark.parametrize(
    ("offset_s", "sweepable"),
    [(180, False), (181, False), (181.001, True), (600, True), (-1, False)],
)
def test_the_sweeper_waits_one_second_more(offset_s: float, sweepable: bool) -> None:
    at = CLOSES + timedelta(seconds=offset_s)
    assert timing.is_sweepable(at, CLOSES, 180) is sweepable


@pytest.mark.parametrize(
    ("at", "late_entry_s", "expected"),
    [
        (OPENS - MICRO, None, Refusal.NOT_OPEN),
        (OPENS, None, None),
        (CLOSES - MICRO, None, None),
        (CLOSES, None, Refusal.CLOSED),
        (OPENS + minutes(30), 1800, None),
        (OPENS + minutes(30) + MICRO, 1800, Refusal.TOO_LATE),
        (OPENS, 0, None),
        (OPENS + MICRO, 0, Refusal.TOO_LATE),
        (CLOSES, 10**6, Refusal.CLOSED),
    ],
)
def test_start_refusal(at: datetime, late_entry_s: int | None, expected: Refusal | None) -> None:
    assert timing.start_refusal(at, Window(OPENS, CLOSES, 3600, late_entry_s)) is expected


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (minutes(1), 60_000),
        (timedelta(milliseconds=1), 1),
        (timedelta(microseconds=999), 0),
        (timedelta(0), 0),
        (-minutes(5), 0),
    ],
)
def test_remaining_ms(left: timedelta, expected: int) -> None:
    assert timing.remaining_ms(CLOSES - left, CLOSES) == expected


@pytest.mark.parametrize(
    ("submitted", "extra_s", "expected"),
    [
        pytest.param(CLOSES - minutes(20), 0, minutes(20), id="the unused time comes back"),
        pytest.param(CLOSES - minutes(20), 300, minutes(25), id="and some more"),
        pytest.param(CLOSES, 600, minutes(10), id="settled: only what is given"),
        pytest.param(CLOSES + minutes(1), 600, minutes(10), id="handed in within the grace"),
    ],
)
def test_reopened_due_at(submitted: datetime, extra_s: int, expected: timedelta) -> None:
    at = CLOSES + minutes(90)
    assert timing.reopened_due_at(at, submitted, CLOSES, extra_s) == at + expected


@given(
    start_s=st.integers(0, 8 * 3600 - 1),
    duration_s=st.integers(1, 4 * 3600),
    allowance=st.decimals("1", "3", places=2),
    extension_s=st.integers(0, 7200),
)
def test_t21_due_is_the_formula_for_every_exam(
    start_s: int, duration_s: int, allowance: Decimal, extension_s: int
) -> None:
    started = OPENS + timedelta(seconds=start_s)
    due = timing.due_at(
        started_at=started,
        duration_s=duration_s,
        allowance=allowance,
        closes_at=CLOSES,
        extension_s=extension_s,
    )
    granted = Decimal((due - started) // MICRO) / 1_000_000
    window_left = Decimal((CLOSES - started) // SECOND)
    assert granted == min(duration_s * allowance, window_left) + extension_s


CHANGES = [(3, 8), (3, 29), (10, 25), (11, 1)]  # clocks change in New York, Berlin, Berlin, New York


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Shanghai"])
@pytest.mark.parametrize(("month", "day"), CHANGES)
def test_t24_an_exam_across_the_change_of_the_clocks_has_its_full_length(
    zone: str, month: int, day: int
) -> None:
    started = datetime(2026, month, day, 0, 30, tzinfo=ZoneInfo(zone))
    due = timing.due_at(
        started_at=started,
        duration_s=4 * 3600,
        allowance=Decimal(1),
        closes_at=started + timedelta(days=1),
    )
    assert due.timestamp() - started.timestamp() == 4 * 3600


def test_t24_the_offset_of_a_time_does_not_matter() -> None:
    there = CLOSES.astimezone(timezone(timedelta(hours=8)))
    assert timing.accepts_saves(there, CLOSES, 0) is True
    assert timing.remaining_ms(there - SECOND, CLOSES) == 1000
