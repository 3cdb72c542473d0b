"""Shared builders for tests: plain functions with sensible defaults, through the domain where it exists."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime

from examsite.people.domain.accounts import create_person
from examsite.people.domain.memberships import open_membership
from examsite.people.domain.roles import grant_role
from examsite.people.domain.units import create_unit
from examsite.people.models import Category, Establishment, Membership, Role, Unit, UnitKind, User
from questionbanks.domain.banks import create_bank
from questionbanks.domain.items import create_items
from questionbanks.kinds.base import Choice, Question
from questionbanks.models import Bank, Edition, Item, ItemCitation, ItemState, Law, LawType

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


def make_staff(
    unit: Unit,
    role: Role,
    name: str = "王五",
    *,
    username: str | None = None,
    password: str | None = PASSWORD,
) -> User:
    """Somebody with a role in `unit` who can sign in with PASSWORD."""
    user = make_user(name, username=username or f"{role}-{unit.pk.hex[-6:]}", password=password)
    grant_role(user=user, role=role, unit=unit, at=AT, actor=None)
    user.refresh_from_db()
    return user


def make_questions(kind: str, count: int, **fields: object) -> list[Question]:
    """`count` sound questions of one kind, all different, with difficulties 1–3 in turn and a law each."""
    questions = []
    for number in range(1, count + 1):
        word = f"{kind}{number:04}{hashlib.sha256(f'{kind}{number}'.encode()).hexdigest()}"
        choices: tuple[Choice, ...] = ()
        key: object = number % 2 == 0
        if kind in ("single", "multiple"):
            choices = tuple(Choice(label, f"{word[number % 20 :]}选项{label}") for label in "ABCD")
            key = ("ABCD"[number % 4],) if kind == "single" else ("A", "BCD"[number % 3])
        made: dict[str, object] = {
            "kind": kind,
            "stem": f"{word}应当怎样？",
            "choices": choices,
            "key": key,
            "rationale": "见法条。",
            "difficulty": number % 3 + 1,
            "topic": f"知识点{number % 5}",
        }
        questions.append(Question(**(made | fields)))  # type: ignore[arg-type]
    return questions


def make_bank(unit: Unit, name: str = "学法题库", **counts: int) -> Bank:
    """A bank of approved items: make_bank(town, single=20, true_false=10)."""
    bank = create_bank(name=name, unit=unit, at=AT, actor=None)
    for kind, count in counts.items():
        create_items(
            bank=bank, questions=make_questions(kind, count), at=AT, actor=None, state=ItemState.APPROVED
        )
    return bank


def cite_ended_law(item: Item, *, ended_on: date) -> Edition:
    """The item cites 《村规》, whose edition of 2010 has ended on that day; nobody has marked the item."""
    law, _ = Law.objects.get_or_create(title="村规", defaults={"short": "村规", "type": LawType.LOCAL})
    edition, _ = Edition.objects.get_or_create(
        law=law, adopted_on=date(2010, 1, 1), defaults={"ended_on": ended_on}
    )
    ItemCitation.objects.create(version=item.current, edition=edition, article="第一条")
    return edition


def make_members(unit: Unit, count: int, **fields: object) -> list[Membership]:
    """`count` people in the unit, all with different names: 王一甲, 李二乙, …"""
    names = (
        f"{a}{b}{c}"
        for c in "甲乙丙丁戊己庚辛壬癸"
        for b in "一二三四五六七八九十"
        for a in "王李张刘陈杨赵黄周吴"
    )
    return [make_member(unit, next(names), **fields) for _ in range(count)]  # type: ignore[arg-type]
