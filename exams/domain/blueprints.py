"""Blueprints (组卷规则): created, changed, copied, deleted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from examsite.lib.errors import Conflict, Invalid
from examsite.people.domain.audit import record
from examsite.people.models import Unit, User
from questionbanks.kinds.credit import RULES
from questionbanks.kinds.registry import KINDS
from questionbanks.models import Bank, Difficulty, Law

from ..engine.headings import allowed_rules, numeral, plain, section_title
from ..models import Blueprint, BlueprintRow, BlueprintSection

MAX_DURATION_S = 8 * 3600
CENT = Decimal("0.01")
MOST_EXAMS = 3  # of the last two years in which one item may stand, unless the office says otherwise


@dataclass(frozen=True, slots=True)
class RowSpec:
    """So many items of a law, topic, difficulty and audience; what is empty means any."""

    count: int
    law: Law | None = None
    topic: str = ""
    difficulty: int | None = None
    audience: str = ""


@dataclass(frozen=True, slots=True)
class SectionSpec:
    """One 大题. `title` empty: the usual name of the kind. `per_choice`: points per right option."""

    kind: str
    points: Decimal
    rows: tuple[RowSpec, ...]
    credit_rule: str = "all"
    per_choice: Decimal = Decimal(0)
    title: str = ""

    @property
    def count(self) -> int:
        return sum(row.count for row in self.rows)

    @property
    def total(self) -> Decimal:
        return self.points * self.count


@dataclass(frozen=True, slots=True)
class Template:
    """A usual set to start from; the office adds laws and topics."""

    code: str
    name: str
    duration_s: int
    sections: tuple[SectionSpec, ...]
    total_points: Decimal = Decimal(100)


def _one_row(kind: str, count: int, points: str, rule: str = "all", per_choice: str = "0") -> SectionSpec:
    return SectionSpec(kind, Decimal(points), (RowSpec(count),), rule, Decimal(per_choice))


TEMPLATES = {
    one.code: one
    for one in (
        Template(
            "law-wise",
            "法律明白人（40题，60分钟）",
            60 * 60,
            (
                _one_row("single", 20, "2"),
                _one_row("true_false", 10, "2"),
                _one_row("multiple", 10, "4", "option", "0.5"),
            ),
        ),
        Template(
            "cadre",
            "机关干部（50题，90分钟）",
            90 * 60,
            (
                _one_row("single", 20, "2"),
                _one_row("true_false", 20, "1"),
                _one_row("multiple", 10, "4"),
            ),
        ),
        Template(
            "enforcement",
            "行政执法人员（67题，120分钟）",
            120 * 60,
            (
                _one_row("single", 30, "1"),
                _one_row("true_false", 20, "1"),
                _one_row("multiple", 15, "2"),
                SectionSpec("case_group", Decimal(10), (RowSpec(2),)),
            ),
        ),
    )
}


# --- Writing -----------------------------------------------------------------------------------------


@transaction.atomic
def create_blueprint(
    *,
    unit: Unit,
    name: str,
    banks: Sequence[Bank],
    sections: Sequence[SectionSpec],
    duration_s: int,
    at: datetime,
    actor: User | None,
    total_points: Decimal = Decimal(100),
    most_exams: int | None = MOST_EXAMS,
) -> Blueprint:
    """A new blueprint. Raises Invalid, naming the place, for whatever does not hold together.

    Conflict when the unit has one of this name.
    """
    _check(unit, name, banks, sections, total_points, duration_s, None)
    _check_exposure(most_exams)
    blueprint = Blueprint.objects.create(
        unit=unit,
        name=name.strip(),
        total_points=total_points,
        duration_s=duration_s,
        most_exams=most_exams,
        created_at=at,
    )
    _write(blueprint, banks, sections)
    record(action="blueprint.create", target=blueprint, at=at, actor=actor, unit=unit, after=_shown(sections))
    return blueprint


@transaction.atomic
def change_blueprint(
    *,
    blueprint: Blueprint,
    name: str,
    banks: Sequence[Bank],
    sections: Sequence[SectionSpec],
    duration_s: int,
    at: datetime,
    actor: User | None,
    total_points: Decimal = Decimal(100),
    most_exams: int | None = MOST_EXAMS,
) -> Blueprint:
    """Replace what a blueprint says; forms built from it before stay as they are."""
    locked = Blueprint.objects.select_for_update(of=("self",)).select_related("unit").get(pk=blueprint.pk)
    _check(locked.unit, name, banks, sections, total_points, duration_s, locked)
    _check_exposure(most_exams)
    before = _shown(sections_of(locked))
    locked.name, locked.total_points, locked.duration_s = name.strip(), total_points, duration_s
    locked.most_exams = most_exams
    locked.save()
    locked.sections.all().delete()
    _write(locked, banks, sections)
    record(
        action="blueprint.change",
        target=locked,
        at=at,
        actor=actor,
        unit=locked.unit,
        before=before,
        after=_shown(sections),
    )
    return locked


def clone_blueprint(
    *, blueprint: Blueprint, name: str, at: datetime, actor: User | None, unit: Unit | None = None
) -> Blueprint:
    """A copy under a new name, for this year's use (or for another unit)."""
    return create_blueprint(
        unit=unit or blueprint.unit,
        name=name,
        banks=list(blueprint.banks.all()),
        sections=sections_of(blueprint),
        total_points=blueprint.total_points,
        duration_s=blueprint.duration_s,
        most_exams=blueprint.most_exams,
        at=at,
        actor=actor,
    )


@transaction.atomic
def delete_blueprint(*, blueprint: Blueprint, at: datetime, actor: User) -> None:
    """Remove a blueprint that no exam uses. Raises Conflict otherwise."""
    if blueprint.exams.exists():
        raise Conflict("in_use", f"有考试在用“{blueprint}”，不能删除。")
    record(action="blueprint.delete", target=blueprint, at=at, actor=actor, unit=blueprint.unit)
    blueprint.delete()


def sections_of(blueprint: Blueprint) -> list[SectionSpec]:
    """What the blueprint says, as it is given to create_blueprint."""
    return [
        SectionSpec(
            kind=section.kind,
            points=section.points,
            credit_rule=section.credit_rule,
            per_choice=section.per_choice,
            title=section.title,
            rows=tuple(
                RowSpec(row.count, row.law, row.topic, row.difficulty, row.audience)
                for row in section.rows.all()
            ),
        )
        for section in blueprint.sections.prefetch_related("rows__law")
    ]


def _write(blueprint: Blueprint, banks: Sequence[Bank], sections: Sequence[SectionSpec]) -> None:
    blueprint.banks.set(banks)
    for order, spec in enumerate(sections, 1):
        section = BlueprintSection.objects.create(
            blueprint=blueprint,
            order=order,
            title=spec.title.strip(),
            kind=spec.kind,
            points=spec.points,
            credit_rule=spec.credit_rule,
            per_choice=spec.per_choice,
        )
        BlueprintRow.objects.bulk_create(
            BlueprintRow(
                section=section,
                order=place,
                law=row.law,
                topic=row.topic.strip(),
                difficulty=row.difficulty,
                audience=row.audience.strip(),
                count=row.count,
            )
            for place, row in enumerate(spec.rows, 1)
        )


def _shown(sections: Iterable[SectionSpec]) -> dict[str, str]:
    return {
        f"{numeral(order)}、{section_title(spec.title, spec.kind)}": f"{spec.count}题×{plain(spec.points)}分"
        for order, spec in enumerate(sections, 1)
    }


# --- Checking ----------------------------------------------------------------------------------------


def _check(
    unit: Unit,
    name: str,
    banks: Sequence[Bank],
    sections: Sequence[SectionSpec],
    total_points: Decimal,
    duration_s: int,
    itself: Blueprint | None,
) -> None:
    name = name.strip()
    if not name:
        raise Invalid("no_name", "请填写组卷规则的名称。")
    same = Blueprint.objects.filter(unit=unit, name=name)
    if (same.exclude(pk=itself.pk) if itself else same).exists():
        raise Conflict("double", f"“{unit}”已有名为“{name}”的组卷规则，请换一个名称。")
    if not banks:
        raise Invalid("no_bank", "请至少选择一个题库。")
    if not 0 < duration_s <= MAX_DURATION_S:
        raise Invalid("duration", "作答时长要在 1 分钟到 8 小时之间。")
    check_sections(sections, total_points)


def _check_exposure(most_exams: int | None) -> None:
    if most_exams is not None and not 1 <= most_exams <= 100:
        raise Invalid("most_exams", "同一题两年内最多考几场，要写 1 到 100 的整数；不限就留空。")


def check_sections(sections: Sequence[SectionSpec], total_points: Decimal) -> None:
    """Raise Invalid unless the sections are sound and their points add up to `total_points`."""
    if not sections:
        raise Invalid("no_sections", "请至少设一个大题。")
    for order, section in enumerate(sections, 1):
        _check_section(f"第{numeral(order)}大题", section)
    total = sum((section.total for section in sections), Decimal(0))
    if total != total_points:
        sign = "多" if total > total_points else "少"
        raise Invalid(
            "total",
            f"各大题合计 {plain(total)} 分，比满分 {plain(total_points)} 分{sign} "
            f"{plain(abs(total - total_points))} 分，请改题数或每题分值。",
        )


def check_credit(where: str, kind: str, points: Decimal, credit_rule: str, per_choice: Decimal) -> None:
    """Raise Invalid unless items of this kind can be worth this much and be marked by this rule."""
    if points <= 0 or points != points.quantize(CENT):
        raise Invalid("points", f"{where}的每题分值要大于 0，最多两位小数。")
    if credit_rule not in allowed_rules(kind):
        raise Invalid("credit_rule", f"{where}：{KINDS[kind].label}不能用这种计分规则。")
    if RULES[credit_rule].uses_per_choice and not 0 < per_choice <= points:
        raise Invalid("per_choice", f"{where}要填每对一项得几分，大于 0，不超过每题 {plain(points)} 分。")


def _check_section(where: str, section: SectionSpec) -> None:
    if section.kind not in KINDS:
        raise Invalid("kind", f"{where}没有选题型。")
    check_credit(where, section.kind, section.points, section.credit_rule, section.per_choice)
    if not section.rows:
        raise Invalid("no_rows", f"{where}至少要有一行抽题规则。")
    for place, row in enumerate(section.rows, 1):
        if not 1 <= row.count <= 500:
            raise Invalid("count", f"{where}第{place}行的题数要在 1 到 500 之间。")
        if row.difficulty is not None and row.difficulty not in Difficulty.values:
            raise Invalid("difficulty", f"{where}第{place}行没有这种难度。")
