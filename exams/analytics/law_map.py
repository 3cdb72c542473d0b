"""Law × unit: what people know where, without giving away anybody.

A cell stands for itself where enough people gave enough answers. The others of the same 管区 are put
together into one cell, and where even that is too small, those of several 管区; what was put together says
so. A single unit is never left over: its value could be computed from the sum and the others.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, TypeVar

from .counts import LawCounts
from .measures import Figure, evaluate

MINIMUM_PEOPLE = 5
MINIMUM_ANSWERS = 20

K = TypeVar("K", bound=Hashable)
NOBODY = LawCounts.of_hundredths(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class MapCell(Generic[K]):
    """What is shown for one law in one unit: the counts of `members`, of which the unit is one.

    `figure` is None where nobody answered (`members` is empty), or where all units together are too few.
    """

    counts: LawCounts
    members: tuple[K, ...]
    is_shown: bool

    @property
    def is_merged(self) -> bool:
        return len(self.members) > 1

    @property
    def figure(self) -> Figure | None:
        """The mastery rate, or None for a cell that stays empty."""
        return evaluate("mastery", self.counts) if self.is_shown else None

    @property
    def share(self) -> Fraction | None:
        """The mastery exactly, for ordering and colours."""
        if not self.is_shown or not self.counts.possible:
            return None
        return Fraction(*self.counts.earned.as_integer_ratio()) / Fraction(
            *self.counts.possible.as_integer_ratio()
        )


def is_enough(counts: LawCounts, people: int = MINIMUM_PEOPLE, answers: int = MINIMUM_ANSWERS) -> bool:
    """Whether a mastery rate of these may be shown."""
    return counts.people >= people and counts.answers >= answers


def add(parts: Iterable[LawCounts]) -> LawCounts:
    """The sum; the empty sum has nobody in it."""
    return sum(parts, NOBODY)


def merge_cells(
    cells: Mapping[K, LawCounts], *, people: int = MINIMUM_PEOPLE, answers: int = MINIMUM_ANSWERS
) -> dict[K, MapCell[K]]:
    """One law over units of one parent: each alone, or together with others, or not at all."""
    known = {key: counts for key, counts in cells.items() if counts.answers}
    rest = [key for key, counts in known.items() if not is_enough(counts, people, answers)]
    others = sorted(
        (key for key in known if key not in rest), key=lambda key: (known[key].people, known[key].answers)
    )
    while rest and others and not (len(rest) > 1 and is_enough(_sum(known, rest), people, answers)):
        rest.append(others.pop(0))
    together = _sum(known, rest)
    shown = is_enough(together, people, answers)
    members = tuple(key for key in known if key in rest)
    return {
        key: MapCell(counts, (), False)
        if key not in known
        else MapCell(together, members, shown)
        if key in rest
        else MapCell(counts, (key,), True)
        for key, counts in cells.items()
    }


def _sum(cells: Mapping[K, LawCounts], keys: Iterable[K]) -> LawCounts:
    return add(cells[key] for key in keys)


def merge_upward(
    groups: Mapping[K, Mapping[K, LawCounts]],
    *,
    people: int = MINIMUM_PEOPLE,
    answers: int = MINIMUM_ANSWERS,
) -> dict[K, MapCell[K]]:
    """One law over the units of several parents: merged within a parent first, then across parents.

    `groups` maps a parent to its units. A parent that is too small as a whole is put together with others.
    """
    cells: dict[K, MapCell[K]] = {}
    for units in groups.values():
        cells |= merge_cells(units, people=people, answers=answers)
    parents = {parent: add(units.values()) for parent, units in groups.items()}
    merged = merge_cells(parents, people=people, answers=answers)
    for parent, units in groups.items():
        outer = merged[parent]
        if not outer.is_merged and outer.is_shown:
            continue
        members = tuple(unit for one in outer.members for unit in groups[one] if groups[one][unit].answers)
        for unit in units:
            if units[unit].answers:
                cells[unit] = MapCell(outer.counts, members, outer.is_shown)
    return cells


@dataclass(frozen=True, slots=True)
class LawMap(Generic[K]):
    """The map: laws from weakest to strongest, units in their order, cells by (law, unit), sums by law."""

    laws: tuple[str, ...]
    units: tuple[K, ...]
    cells: Mapping[tuple[str, K], MapCell[K]]
    totals: Mapping[str, LawCounts]

    @property
    def weakest(self) -> str | None:
        """The law of which least is known, among those with enough answers."""
        return self.laws[0] if self.laws else None

    @property
    def has_merged(self) -> bool:
        return any(cell.is_merged for cell in self.cells.values())


def law_map(
    groups: Mapping[K, Mapping[K, Mapping[str, LawCounts]]],
    *,
    people: int = MINIMUM_PEOPLE,
    answers: int = MINIMUM_ANSWERS,
) -> LawMap[K]:
    """The map of parent → unit → law → counts; laws with too few answers in all are left out."""
    totals: dict[str, LawCounts] = {}
    for units in groups.values():
        for laws in units.values():
            for law, counts in laws.items():
                totals[law] = totals.get(law, NOBODY) + counts
    kept = {law: counts for law, counts in totals.items() if is_enough(counts, people, answers)}
    ordered = sorted(kept, key=lambda law: (_share(kept[law]), law))
    cells: dict[tuple[str, K], MapCell[K]] = {}
    for law in ordered:
        of_law = {
            parent: {unit: laws.get(law, NOBODY) for unit, laws in units.items()}
            for parent, units in groups.items()
        }
        for unit, cell in merge_upward(of_law, people=people, answers=answers).items():
            cells[law, unit] = cell
    return LawMap(
        laws=tuple(ordered),
        units=tuple(unit for units in groups.values() for unit in units),
        cells=cells,
        totals=kept,
    )


def _share(counts: LawCounts) -> Fraction:
    earned, possible = counts.earned.as_integer_ratio(), counts.possible.as_integer_ratio()
    return Fraction(*earned) / Fraction(*possible) if counts.possible else Fraction(0)
