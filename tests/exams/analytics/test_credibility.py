"""The notes beside a result and beside a 100 %: each on its threshold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from exams.analytics.credibility import Limits, Sign, Trace, credibility_notes, notes_by_attempt

START = datetime(2022, 11, 15, 1, tzinfo=UTC)


def trace(number: int, *, seconds: float = 1800, **changes: object) -> Trace:
    start = START + timedelta(minutes=2 * number)
    fields: dict[str, object] = {
        "attempt": f"a{number}",
        "person": f"p{number}",
        "form_id": "A",
        "started_at": start,
        "submitted_at": start + timedelta(seconds=seconds),
        "devices": frozenset({f"d{number}"}),
        "questions": 40,
        "is_own": True,
    }
    if "device" in changes:
        changes["devices"] = frozenset(str(changes.pop("device")).split())
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
    assert credibility_notes(traces, Limits()) == notes


SPEED, DEVICE, SHEET = Sign.SPEED, Sign.DEVICE, Sign.SHEET
BESIDE = [
    ("nothing", [trace(1), trace(2)], {}),
    ("the limit itself is no sign", [trace(1, seconds=120)], {}),
    ("fast", [trace(1, seconds=119), trace(2)], {"a1": [(SPEED, "40题用时1分59秒，平均每题不到3秒", ())]}),
    ("fast, but settled or helped", [trace(1, seconds=10, is_own=False)], {}),
    ("two on a device", [trace(n, device="d") for n in range(2)], {}),
    (
        "three on a device, in three tabs",
        [trace(n, device=f"browser tab{n}") for n in range(3)],
        {
            "a0": [(DEVICE, "同一设备上共有3人作答", ("a1", "a2"))],
            "a1": [(DEVICE, "同一设备上共有3人作答", ("a0", "a2"))],
            "a2": [(DEVICE, "同一设备上共有3人作答", ("a0", "a1"))],
        },
    ),
    ("one person, three tries on his own device", [trace(n, device="d", person="p") for n in range(3)], {}),
    (
        "a device held for a while only",
        [trace(1, device="x d"), trace(2, device="d y"), trace(3, device="d")],
        {
            "a1": [(DEVICE, "同一设备上共有3人作答", ("a2", "a3"))],
            "a2": [(DEVICE, "同一设备上共有3人作答", ("a1", "a3"))],
            "a3": [(DEVICE, "同一设备上共有3人作答", ("a1", "a2"))],
        },
    ),
    ("equal sheets, too few wrong", [trace(n, sheet="x", wrong=2) for n in range(2)], {}),
    (
        "equal sheets",
        [trace(1, sheet="x", wrong=5), trace(2, sheet="x", wrong=5), trace(3, sheet="y", wrong=5)],
        {
            "a1": [(SHEET, "答卷与另外1人完全相同，其中答错的5题也错得一样", ("a2",))],
            "a2": [(SHEET, "答卷与另外1人完全相同，其中答错的5题也错得一样", ("a1",))],
        },
    ),
    ("equal sheets of two forms", [trace(n, sheet="x", wrong=5, form_id=str(n)) for n in range(2)], {}),
    ("equal sheets of one person", [trace(n, sheet="x", wrong=5, person="p") for n in range(2)], {}),
]


@pytest.mark.parametrize(("traces", "notes"), [one[1:] for one in BESIDE], ids=[one[0] for one in BESIDE])
def test_notes_beside_an_attempt(traces, notes):
    found = notes_by_attempt(traces, Limits())
    told = {key: [(one.sign, one.text, one.others) for one in some] for key, some in found.items()}
    assert told == notes


def test_limits_are_the_offices():
    strict = Limits(seconds=60, shared_by=2, same_wrong=1, together=2)
    traces = [trace(n, device="d", sheet="x", wrong=1) for n in range(2)]
    assert credibility_notes(traces, strict) == [
        "2人平均每题用时不到60秒",
        "2人与他人共用设备作答（同一设备最多2人）",
        "2人的答卷与他人完全相同，包括至少1道错题",
    ]
