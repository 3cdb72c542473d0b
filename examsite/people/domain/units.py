"""The unit tree's one writer."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from examsite.lib.errors import Conflict, Invalid
from examsite.lib.ids import uuid7

from ..models import Unit, UnitKind, User
from .audit import record

PARENT_KINDS: dict[str, tuple[str | None, ...]] = {
    UnitKind.COUNTY: (None,),
    UnitKind.TOWN: (UnitKind.COUNTY,),
    UnitKind.OFFICE: (UnitKind.COUNTY, UnitKind.TOWN),
    UnitKind.AREA: (UnitKind.TOWN,),
    UnitKind.VILLAGE: (UnitKind.AREA, UnitKind.TOWN),
}


@transaction.atomic
def create_unit(
    *,
    name: str,
    kind: str,
    parent: Unit | None,
    at: datetime,
    actor: User | None,
    code: str = "",
    order: int = 0,
    valid_from: date | None = None,
) -> Unit:
    """Add a unit below `parent`. Raises Invalid for a kind that has no place there, Conflict for a double."""
    name = name.strip()
    if not name:
        raise Invalid("no_name", "请填写单位名称。")
    if (parent.kind if parent else None) not in PARENT_KINDS[kind]:
        where = f"“{parent}”下" if parent else "最上层"
        raise Invalid("wrong_place", f"{where}不能设“{UnitKind(kind).label}”。")
    if Unit.objects.filter(parent=parent, name=name).exists():
        raise Conflict("double", f"“{parent or '最上层'}”下已有“{name}”。")
    key = uuid7()
    unit = Unit.objects.create(
        id=key,
        name=name,
        kind=kind,
        parent=parent,
        code=code,
        order=order,
        valid_from=valid_from,
        path=f"{parent.path if parent else ''}{key.hex}/",
    )
    record(action="unit.create", target=unit, at=at, actor=actor, unit=unit)
    return unit
