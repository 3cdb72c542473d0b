"""Days of other years: leap days included."""

from __future__ import annotations

from datetime import date

import pytest

from examsite.lib.days import years_later


@pytest.mark.parametrize(
    ("day", "years", "expected"),
    [
        (date(2022, 12, 31), -1, date(2021, 12, 31)),
        (date(2022, 12, 31), 3, date(2025, 12, 31)),
        (date(2024, 2, 29), -1, date(2023, 3, 1)),
        (date(2024, 2, 29), 4, date(2028, 2, 29)),
    ],
)
def test_the_same_day_of_another_year(day, years, expected):
    assert years_later(day, years) == expected
