"""One measured figure with its limit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """`limit` None: only to be looked at. The value may not exceed it, or with `at_least` not fall below."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    at_least: bool = False

    @property
    def is_met(self) -> bool:
        if self.limit is None:
            return True
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def __str__(self) -> str:
        sign = "≥" if self.at_least else "≤"
        word = "ok " if self.is_met else "LOW" if self.at_least else "OVER"
        limit = "" if self.limit is None else f"  ({sign} {self.limit:g}{self.unit})"
        return f"{word}  {self.name}: {self.value:.3f} {self.unit}{limit}"


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile: the least value that `percent` of 100 of them do not exceed."""
    if not values:
        raise ValueError("no values")
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]
