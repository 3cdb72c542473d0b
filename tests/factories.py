"""Shared builders for tests: plain functions with sensible defaults, through the domain where it exists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from examsite.people.domain.accounts import create_person
from examsite.people.domain.memberships import open_membership
from examsite.people.domain.roles import grant_role
from examsite.people.domain.units import create_unit
from examsite.people.models import Category, Establishment, Membership, Role, Unit, UnitKind, User

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # a Monday morning, 9:00 in China
SINCE = date(2024, 1, 1)
PASSWORD = "Qingcheng-2026-putong"


@dataclass
class UnitTree:
    """县 → 镇 → 机关办公室 | 管区 → 村, and a second town of the same shape."""

    county: Unit
    town: Unit
    office: Unit
    area: Unit
    village: Unit
    other_town: Unit
    other_village: Unit


def make_unit(name: str, kind: str, parent: Unit | None = None, *, at: datetime = AT) -> Unit:
    return create_unit(name=name, kind=kind, parent=parent, at=at, actor=None)


def make_unit_tree() -> UnitTree:
    county = make_unit("云山县", UnitKind.COUNTY)
    town = make_unit("青城镇", UnitKind.TOWN, county)
    office = make_unit("党政办公室", UnitKind.OFFICE, town)
    area = make_unit("城关管区", UnitKind.AREA, town)
    village = make_unit("东风村", UnitKind.VILLAGE, area)
    other_town = make_unit("白水镇", UnitKind.TOWN, county)
    other_village = make_unit("东风村", UnitKind.VILLAGE, other_town)
    return UnitTree(county, town, office, area, village, other_town, other_village)


def make_user(
    name: str = "张三", *, username: str | None = None, password: str | None = None, **fields: object
) -> User:
    """A person; with `password` (PASSWORD, say) one who can sign in with `username`."""
    user = create_person(name=name, username=username, at=AT, actor=None, **fields)
    if password:
        user.set_password(password)
        user.save(update_fields=["password"])
    return user


def make_member(
    unit: Unit,
    name: str = "李四",
    *,
    category: str = "law-wise",
    since: date = SINCE,
    establishment: str = Establishment.NONE,
    position: str = "",
    **fields: object,
) -> Membership:
    """A person with a membership in `unit`; the membership is returned."""
    return open_membership(
        user=make_user(name, **fields),
        unit=unit,
        category=Category.objects.get(code=category),
        since=since,
        at=AT,
        actor=None,
        establishment=establishment,
        position=position,
    )


def make_staff(unit: Unit, role: Role, name: str = "王五", *, username: str | None = None) -> User:
    """Somebody with a role in `unit` who can sign in with PASSWORD."""
    user = make_user(name, username=username or f"{role}-{unit.pk.hex[-6:]}", password=PASSWORD)
    grant_role(user=user, role=role, unit=unit, at=AT, actor=None)
    user.refresh_from_db()
    return user
