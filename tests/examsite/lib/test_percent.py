"""Exact rates: the traps of the house rule, and what can never be printed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examsite.lib.percent import Rate, format_rate, format_share


@pytest.mark.parametrize(
    ("part", "whole", "decimals", "text"),
    [
        (104, 104, 2, "100%"),
        (1248, 1249, 2, "99.92%"),
        (1248, 1249, 1, "99.9%"),
        (1248, 1249, 0, "99%"),
        (843, 1249, 2, "67.49%"),
        (312, 1249, 2, "24.98%"),
        (100, 104, 2, "96.15%"),
        (0, 7, 2, "0%"),
        (1, 100_000, 2, "0.01%"),
        (1, 100_000, 0, "1%"),
        (99_999, 100_000, 2, "99.99%"),
        (1, 3, 1, "33.3%"),
        (1, 8, 2, "12.50%"),
        (0, 0, 2, "—"),
    ],
)
def test_a_rate_is_printed_by_the_house_rule(part: int, whole: int, decimals: int, text: str) -> None:
    assert format_rate(part, whole, decimals) == text


@given(st.integers(0, 5000), st.integers(0, 5000), st.integers(0, 2))
def test_a_hundred_is_printed_only_for_everybody_and_nought_only_for_nobody(
    a: int, b: int, decimals: int
) -> None:
    part, whole = min(a, b), max(a, b)
    text = format_rate(part, whole, decimals)
    assert text.startswith("100") == (part == whole > 0)
    assert (text.strip("%").strip("0.") == "" and whole > 0) == (part == 0 < whole)


@pytest.mark.parametrize(("part", "whole"), [(2, 1), (-1, 3)])
def test_a_rate_cannot_be_nonsense(part: int, whole: int) -> None:
    with pytest.raises(ValueError, match="not a rate"):
        Rate(part, whole)


def test_full_needs_somebody() -> None:
    assert Rate(0, 0).is_full is False
    assert Rate(3, 3).is_full is True
    assert str(Rate(95, 98)) == "96.94%"


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0, "0%"), (1.0, "100%"), (0.4567, "45.7%"), (0.99999, "99.9%"), (0.00001, "0.1%"), (0.5, "50.0%")],
)
def test_a_share_is_whole_only_where_it_is(share: float, text: str) -> None:
    assert format_share(share) == text
