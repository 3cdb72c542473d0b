"""The notes beside a 100 %: each on its threshold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from exams.analytics.credibility import Trace, credibility_notes

START = datetime(2022, 11, 15, 1, tzinfo=UTC)


def trace(number: int, *, seconds: float = 1800, **changes: object) -> Trace:
    start = START + timedelta(minutes=2 * number)
    fields: dict[str, object] = {
        "form_id": "A",
        "started_at": start,
        "submitted_at": start + timedelta(seconds=seconds),
        "device": f"d{number}",
        "questions": 40,
        "is_own": True,
    }
    return Trace(**(fields | changes))  # type: ignore[arg-type]


CASES = [
    ([trace(1), trace(2)], []),
    ([trace(1, seconds=119.9), trace(2, seconds=120)], ["1人平均每题用时不到3秒"]),
    ([trace(1, seconds=10, is_own=False)], []),
    ([trace(n, device="d") for n in range(2)], []),
    ([trace(n, device="d") for n in range(3)], ["3人与他人共用设备作答（同一设备最多3人）"]),
    ([trace(n, device="") for n in range(5)], []),
    ([trace(n, sheet="x", wrong=2) for n in range(4)], []),
    ([trace(n, sheet="x", wrong=3) for n in range(4)], ["4人的答卷与他人完全相同，包括至少3道错题"]),
    ([trace(n, sheet="x", wrong=3, form_id=str(n)) for n in range(4)], []),
    ([trace(1, sheet="x", wrong=3)], []),
    (
        [trace(n, submitted_at=START + timedelta(hours=2, seconds=n)) for n in range(10)],
        ["10人在同一分钟内交卷"],
    ),
    ([trace(n, submitted_at=START + timedelta(hours=2, seconds=n)) for n in range(9)], []),
]


@pytest.mark.parametrize(("traces", "notes"), CASES)
def test_notes(traces, notes):
    assert credibility_notes(traces) == notes
