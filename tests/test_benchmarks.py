"""How benchmarks judge: percentiles and limits on either side."""

from __future__ import annotations

import pytest

from benchmarks.lines import length_of
from benchmarks.rows import Row, percentile


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [([7], 99, 7), ([3, 1, 2], 50, 2), ([3, 1, 2], 0, 1), ([3, 1, 2], 100, 3), (list(range(1, 101)), 95, 95)],
)
def test_percentiles_are_values_that_were_measured(
    values: list[float], percent: float, expected: float
) -> None:
    assert percentile(values, percent) == expected


def test_nothing_measured_has_no_percentile() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 95)


@pytest.mark.parametrize(
    ("row", "met"),
    [
        (Row("x", 5, "s"), True),
        (Row("x", 5, "s", 5), True),
        (Row("x", 5.1, "s", 5), False),
        (Row("x", 0.6, "×", 0.6, at_least=True), True),
        (Row("x", 0.59, "×", 0.6, at_least=True), False),
    ],
)
def test_a_limit_holds_on_its_side(row: Row, met: bool) -> None:
    assert row.is_met is met
    assert str(row).startswith("ok ") is met


@pytest.mark.parametrize(
    "head", [b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\nX: 1", b"HTTP/1.1 200 OK\r\ncontent-length:12"]
)
def test_the_length_of_a_reply_in_any_spelling(head: bytes) -> None:
    assert length_of(head) == 12
