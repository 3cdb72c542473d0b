"""The unit tree as lists: in order, with depth, with full names."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from .models import Unit

SEPARATOR = " › "


def keys_of(path: str) -> list[UUID]:
    """The ids in a unit's path: those of the units above it from the top down, then its own."""
    return [UUID(one) for one in path.strip("/").split("/") if one]


def in_tree_order(units: Iterable[Unit]) -> list[tuple[Unit, int]]:
    """(unit, depth) from the top down, brothers by order and name; the topmost given have depth 0."""
    given = {unit.pk: unit for unit in units}

    def place(unit: Unit) -> list[tuple[int, str, str]]:
        chain = [given[key] for key in keys_of(unit.path) if key in given]
        return [(one.order, one.name, one.pk.hex) for one in chain]

    placed = sorted(((place(unit), unit) for unit in given.values()), key=lambda pair: pair[0])
    return [(unit, len(keys) - 1) for keys, unit in placed]


def full_names(units: Iterable[Unit], *, below: Unit | None = None) -> dict[UUID, str]:
    """Unit id → "青城镇 › 城关管区 › 东风村": the names from the second floor down, without the county.

    With `below`, the names below that unit only. One query.
    """
    wanted = list(units)
    keys = {key for unit in wanted for key in keys_of(unit.path)}
    names = dict(Unit.objects.filter(pk__in=keys).values_list("pk", "name"))
    skip = len(keys_of(below.path)) if below else 1

    def name(unit: Unit) -> str:
        chain = [names[key] for key in keys_of(unit.path)]
        return SEPARATOR.join(chain[skip:]) or unit.name

    return {unit.pk: name(unit) for unit in wanted}
