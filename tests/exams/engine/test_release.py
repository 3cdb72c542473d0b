"""Results are visible from the moment the rule says, to the second, and never before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from exams.engine.release import Release, released_since

T = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("rule", "at_time", "done_at", "end", "at", "since"),
    [
        ("by_hand", None, None, T, T + HOUR, None),
        ("by_hand", None, T, T, T, T),
        ("by_hand", None, T, T, T - SECOND, None),
        ("at_once", None, None, T + HOUR, T, T),
        ("at_time", T + HOUR, None, None, T + HOUR - SECOND, None),
        ("at_time", T + HOUR, None, None, T + HOUR, T + HOUR),
        ("at_time", None, None, None, T + HOUR, None),
        ("at_time", T + HOUR, T + SECOND, None, T + SECOND, T + SECOND),  # by hand opens earlier
        ("after_window", None, None, T + HOUR, T + HOUR - SECOND, None),
        ("after_window", None, None, T + HOUR, T + HOUR, T + HOUR),
        ("after_window", None, None, None, T + HOUR, None),
    ],
)
def test_release(
    rule: str,
    at_time: datetime | None,
    done_at: datetime | None,
    end: datetime | None,
    at: datetime,
    since: datetime | None,
) -> None:
    assert released_since(Release(rule, at_time, done_at, end), T, at) == since


@pytest.mark.parametrize("rule", ["at_once", "at_time", "after_window", "by_hand"])
def test_an_open_attempt_is_never_released(rule: str) -> None:
    assert released_since(Release(rule, T, T, T), None, T + HOUR) is None
