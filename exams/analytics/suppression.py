"""Small groups: counts only. And what is hidden stays hidden when one subtracts the rest from the total.

Rule of the house: a rate or a mean whose base is 1 to `minimum` − 1 people is not shown. Inside one table
with a shown total a single hidden cell could be computed from the others, so further cells are hidden,
smallest base first, until at least two are and their bases together reach the minimum
(complementary suppression; Willenborg & de Waal, Elements of Statistical Disclosure Control, 2001, ch. 3).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from .measures import MEASURES, Figure, Shape, evaluate

MINIMUM_GROUP = 5

K = TypeVar("K")


def hidden_cells(bases: Sequence[int], minimum: int = MINIMUM_GROUP) -> tuple[bool, ...]:
    """For each group of one table whether its rate or mean must stay hidden; `bases` are denominators.

    An empty base has nothing to hide: it prints "—" and gives nothing away.
    """
    hidden = {index for index, base in enumerate(bases) if 0 < base < minimum}
    if hidden:
        others = sorted(
            (index for index, base in enumerate(bases) if base >= minimum),
            key=lambda index: (bases[index], index),
        )
        for index in others:
            if len(hidden) >= 2 and sum(bases[one] for one in hidden) >= minimum:
                break
            hidden.add(index)
    return tuple(index in hidden for index in range(len(bases)))


@dataclass(frozen=True, slots=True)
class Hidden:
    """A figure that is not shown. `complementary`: large enough, hidden to protect another."""

    measure: str
    base: int
    complementary: bool

    @property
    def reason(self) -> str:
        """For the cell's tooltip and the note under the table."""
        if self.complementary:
            return "为避免推算出人数过少的组，此格不显示"
        return f"人数不足（{self.base}人），只列人数"


@dataclass(frozen=True, slots=True)
class GuardedRow(Generic[K]):
    """One group of a table: the figures by measure, or why one is not shown."""

    key: K
    cells: Mapping[str, Figure | Hidden]


def guard_table(
    groups: Mapping[K, object], measures: Iterable[str], *, minimum: int = MINIMUM_GROUP
) -> list[GuardedRow[K]]:
    """The table of these groups; counts are always shown, each rate and mean is guarded by its own base.

    `groups` maps a group's key to its counts (a Tally), all under one total that is shown beside them.
    """
    keys = list(groups)
    cells: list[dict[str, Figure | Hidden]] = [{} for _ in keys]
    for measure_id in measures:
        figures = [evaluate(measure_id, groups[key]) for key in keys]
        if MEASURES[measure_id].shape is Shape.COUNT:
            hidden = (False,) * len(keys)
        else:
            hidden = hidden_cells([int(figure.whole or 0) for figure in figures], minimum)
        for row, figure, is_hidden in zip(cells, figures, hidden, strict=True):
            base = int(figure.whole or 0)
            row[measure_id] = Hidden(measure_id, base, base >= minimum) if is_hidden else figure
    return [GuardedRow(key, row) for key, row in zip(keys, cells, strict=True)]


def guard_levels(
    parents: Mapping[K, object],
    children: Mapping[K, Mapping[K, object]],
    measures: Iterable[str],
    *,
    minimum: int = MINIMUM_GROUP,
) -> dict[K, GuardedRow[K]]:
    """Two tables of one tree: the parents, and the units below each, none of which gives another away.

    A parent's figures stand in the table of parents, so the units of each parent are guarded under their own
    total; where a parent's figure is hidden, those of its units are, too.
    """
    wanted = tuple(measures)
    rows = {row.key: row for row in guard_table(parents, wanted, minimum=minimum)}
    below: dict[K, GuardedRow[K]] = {}
    for parent, units in children.items():
        for row in guard_table(units, wanted, minimum=minimum):
            cells = {
                measure: _hide(cell) if isinstance(rows[parent].cells[measure], Hidden) else cell
                for measure, cell in row.cells.items()
            }
            below[row.key] = GuardedRow(row.key, cells)
    return rows | below


def _hide(cell: Figure | Hidden) -> Figure | Hidden:
    """The cell, hidden for the sake of the others; what has no base stays as it is."""
    if isinstance(cell, Hidden) or not cell.whole:
        return cell
    return Hidden(cell.measure, int(cell.whole), complementary=True)
