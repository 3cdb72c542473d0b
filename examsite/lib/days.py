"""Days of other years."""

from __future__ import annotations

from datetime import date


def years_later(day: date, years: int) -> date:
    """The same day so many years later, or earlier; where there is no 29 February, 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
