"""Exact rates: a rate stays a pair of integers until it is printed.

House rule D5: half-up to the wanted decimals, but "100%" only where numerator = denominator and "0%" only
where the numerator is 0; an empty denominator prints "—". 1248/1249 is 99.92 %, 99.9 % and 99 %, never 100 %.
"""

from __future__ import annotations

from dataclasses import dataclass

EMPTY = "—"


@dataclass(frozen=True, slots=True)
class Rate:
    """`part` of `whole`, both counts ≥ 0 with part ≤ whole."""

    part: int
    whole: int

    def __post_init__(self) -> None:
        if not 0 <= self.part <= self.whole:
            raise ValueError(f"not a rate: {self.part} of {self.whole}")

    @property
    def is_full(self) -> bool:
        """Everybody, and there is somebody."""
        return self.part == self.whole > 0

    def __str__(self) -> str:
        return format_rate(self.part, self.whole)


def scaled_percent(part: int, whole: int, decimals: int) -> int | None:
    """The percentage times 10**decimals as an integer, by the house rule; None for an empty whole."""
    if whole == 0:
        return None
    full: int = 100 * 10**decimals
    scaled = (2 * part * full + whole) // (2 * whole)  # half-up in integers
    if part < whole:
        scaled = min(scaled, full - 1)
    if part > 0:
        scaled = max(scaled, 1)
    return scaled


def format_rate(part: int, whole: int, decimals: int = 2) -> str:
    """ "96.15%", "100%", "0%" or "—". Whole hundreds and zero are printed without decimals."""
    scaled = scaled_percent(part, whole, decimals)
    if scaled is None:
        return EMPTY
    if part == whole:
        return "100%"
    if part == 0:
        return "0%"
    if decimals == 0:
        return f"{scaled}%"
    unit = 10**decimals
    return f"{scaled // unit}.{scaled % unit:0{decimals}d}%"


def format_share(value: float, decimals: int = 1) -> str:
    """A share of 0..1 that is no count any more: "45.7%"; "100%" only of 1, "0%" only of 0."""
    if value <= 0 or value >= 1:
        return "0%" if value <= 0 else "100%"
    full = 100 * 10**decimals
    scaled = min(max(int(value * full + 0.5), 1), full - 1)
    return f"{scaled / 10**decimals:.{decimals}f}%"
