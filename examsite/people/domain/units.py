"""The unit tree's one writer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max, Q, Value
from django.db.models.functions import Concat, Substr

from examsite.lib.errors import Conflict, Invalid
from examsite.lib.ids import uuid7

from ..models import Membership, RoleGrant, Unit, UnitKind, User
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
    name = _clean_name(name)
    _require_place(kind, parent)
    _refuse_double(name, parent)
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


_LINE_WITH_CODE = re.compile(r"(?P<name>.*\S)\s+(?P<code>[0-9]{1,8})")


def read_unit_lines(text: str) -> list[tuple[str, str]]:
    """(name, code or "") of each line that says something; a code stands behind the name, after a space."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    found = [_LINE_WITH_CODE.fullmatch(line) for line in lines]
    return [(one["name"], one["code"]) if one else (line, "") for line, one in zip(lines, found, strict=True)]


@transaction.atomic
def create_units(
    *,
    units: Sequence[tuple[str, str]],
    kind: str,
    parent: Unit,
    at: datetime,
    actor: User | None,
    valid_from: date | None = None,
) -> list[Unit]:
    """Add several units (name, code) below `parent`, after those there, in this order: all or none.

    Raises as `create_unit` does, and Invalid when there is none.
    """
    if not units:
        raise Invalid("no_name", "请写单位名称，一行一个。")
    last = parent.children.aggregate(last=Max("order"))["last"] or 0
    return [
        create_unit(
            name=name, code=code, kind=kind, parent=parent, order=last + place, valid_from=valid_from, at=at,
            actor=actor,
        )
        for place, (name, code) in enumerate(units, 1)
    ]  # fmt: skip


@transaction.atomic
def rename_unit(
    *, unit: Unit, name: str, at: datetime, actor: User, code: str | None = None, order: int | None = None
) -> Unit:
    """Another name, code or place in the list. Frozen rosters show the present name of the same unit."""
    before = {"name": unit.name, "code": unit.code, "order": unit.order}
    unit.name = _clean_name(name)
    if unit.name != before["name"]:
        _refuse_double(unit.name, unit.parent)
    unit.code = unit.code if code is None else code.strip()
    unit.order = unit.order if order is None else order
    unit.save(update_fields=["name", "code", "order"])
    after = {"name": unit.name, "code": unit.code, "order": unit.order}
    record(action="unit.rename", target=unit, at=at, actor=actor, unit=unit, before=before, after=after)
    return unit


@transaction.atomic
def move_unit(*, unit: Unit, parent: Unit, at: datetime, actor: User, reason: str = "") -> Unit:
    """Hang the unit and all below it under another parent (a village changes its 管区).

    Frozen rosters keep the path of their day. Raises Invalid for a place that does not fit.
    """
    if parent.path.startswith(unit.path):
        raise Invalid("own_child", "不能移到自己或自己的下级之下。")
    if unit.parent_id == parent.pk:
        raise Invalid("unchanged", f"“{unit}”已经在“{parent}”之下。")
    _require_place(unit.kind, parent)
    _refuse_double(unit.name, parent)
    before, old = {"parent": str(unit.parent)}, unit.path
    path = f"{parent.path}{unit.pk.hex}/"
    Unit.objects.filter(path__startswith=old).update(path=Concat(Value(path), Substr("path", len(old) + 1)))
    Unit.objects.filter(pk=unit.pk).update(parent=parent)
    unit.refresh_from_db()
    record(
        action="unit.move",
        target=unit,
        at=at,
        actor=actor,
        unit=unit,
        before=before,
        after={"parent": str(parent)},
        reason=reason,
    )
    return unit


@transaction.atomic
def end_unit(*, unit: Unit, valid_to: date, at: datetime, actor: User, reason: str = "") -> Unit:
    """The unit is no more from `valid_to` on; its people and its lower units have to be settled before.

    Raises Conflict with their number while there are any.
    """
    still = Q(valid_to__isnull=True) | Q(valid_to__gt=valid_to)
    children = unit.children.filter(still).count()
    if children:
        raise Conflict("has_children", f"“{unit}”下还有{children}个单位，请先撤并或移走。")
    members = Membership.objects.filter(still, unit=unit).count()
    if members:
        raise Conflict("has_members", f"“{unit}”还有{members}人在册，请先调出或截止任职。")
    grants = RoleGrant.objects.filter(unit=unit, ended_at__isnull=True).count()
    if grants:
        raise Conflict("has_roles", f"“{unit}”还有{grants}项角色，请先终止。")
    if unit.valid_from and valid_to <= unit.valid_from:
        raise Invalid("before_start", f"撤销日期须晚于设立日期{unit.valid_from:%Y-%m-%d}。")
    unit.valid_to = valid_to
    unit.save(update_fields=["valid_to"])
    record(
        action="unit.end",
        target=unit,
        at=at,
        actor=actor,
        unit=unit,
        after={"valid_to": valid_to.isoformat()},
        reason=reason,
    )
    return unit


def _clean_name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Invalid("no_name", "请填写单位名称。")
    if len(name) > 64:
        raise Invalid("long_name", "单位名称最多64个字。")
    return name


def _require_place(kind: str, parent: Unit | None) -> None:
    if (parent.kind if parent else None) not in PARENT_KINDS[kind]:
        where = f"“{parent}”下" if parent else "最上层"
        raise Invalid("wrong_place", f"{where}不能设“{UnitKind(kind).label}”。")


def _refuse_double(name: str, parent: Unit | None) -> None:
    if Unit.objects.filter(parent=parent, name=name).exists():
        raise Conflict("double", f"“{parent or '最上层'}”下已有“{name}”。")
