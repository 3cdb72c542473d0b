"""One measured figure with its limit."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """`limit` None: only to be looked at."""

    name: str
    value: float
    unit: str
    limit: float | None = None

    @property
    def is_met(self) -> bool:
        return self.limit is None or self.value <= self.limit

    def __str__(self) -> str:
        limit = "" if self.limit is None else f"  (≤ {self.limit:g}{self.unit})"
        return f"{'ok ' if self.is_met else 'OVER'}  {self.name}: {self.value:.3f} {self.unit}{limit}"
