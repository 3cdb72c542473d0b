"""Published figures that rest on attempts: who keeps them says which there are and marks them outdated.

The figures are made a floor above; what keeps them registers here (`keeper`), so that a change of results
can name them in its preview and outdate them in its own transaction.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class FrozenFigures:
    """One frozen set of figures, as people call it."""

    id: str
    label: str
    frozen_at: datetime


class Keeper(Protocol):
    """What keeps frozen figures."""

    def resting_on(self, attempt_ids: Collection[UUID]) -> Collection[FrozenFigures]:
        """The frozen figures, not outdated yet, that count one of these attempts."""

    def outdate(self, figures: Collection[FrozenFigures], *, reason: str, at: datetime) -> None:
        """Mark them outdated; what they said stays."""


_keepers: list[Keeper] = []


def keeper(one: Keeper) -> Keeper:
    """Register a keeper of frozen figures; registering it again changes nothing."""
    if one not in _keepers:
        _keepers.append(one)
    return one


def figures_resting_on(attempt_ids: Collection[UUID]) -> list[FrozenFigures]:
    """All frozen figures that count one of these attempts."""
    found = [one for some in _keepers for one in some.resting_on(attempt_ids)]
    return sorted(found, key=lambda one: (one.frozen_at, one.id))


def outdate_figures(attempt_ids: Collection[UUID], *, reason: str, at: datetime) -> int:
    """Mark them outdated, in the transaction of what outdates them. Returns how many."""
    count = 0
    for one in _keepers:
        figures = one.resting_on(attempt_ids)
        if figures:
            one.outdate(figures, reason=reason, at=at)
            count += len(figures)
    return count
