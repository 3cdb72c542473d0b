"""Years as they are typed into addresses and forms."""

from __future__ import annotations

FIRST, LAST = 2000, 2100  # what the site keeps figures of


def read_year(text: str) -> int | None:
    """The year that a text names; None for anything that is none, or none the site may have figures of."""
    year = int(text) if len(text) == 4 and text.isdecimal() else 0
    return year if FIRST <= year <= LAST else None
