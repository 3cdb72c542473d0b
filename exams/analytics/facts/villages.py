"""Villages and their 法律明白人 on a day, in the order of the tree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from examsite.people.domain.stages import coverage_on
from examsite.people.models import Unit


@dataclass(frozen=True, slots=True)
class Village:
    """One village: everybody on the way to 法律明白人, and those in office (在岗, certificate valid)."""

    name: str
    area: str
    members: int
    in_office: int


def villages_on(unit: Unit, day: date) -> list[Village]:
    """Every village below a unit on a day."""
    rows = coverage_on(unit=unit, on=day).rows
    parents = {row.unit.parent_id for row in rows}
    areas = {area.pk: area for area in Unit.objects.filter(pk__in=parents)}

    def place(village: Unit) -> tuple[int, str, int, str]:
        area = areas.get(village.parent_id)
        return area.order if area else 0, village.path[:-33], village.order, village.name

    return [
        Village(
            row.unit.name,
            areas[row.unit.parent_id].name if row.unit.parent_id in areas else "",
            row.trainees + row.qualified + row.serving,
            row.serving,
        )
        for row in sorted(rows, key=lambda row: place(row.unit))
    ]
