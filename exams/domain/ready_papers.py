"""A ready-made paper (Word, text): its items came through the bank's import, here they become a form.

Sections, order and points are those of the file. Nothing is built while one of its questions is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from examsite.lib.errors import Conflict, Invalid
from examsite.people.domain.audit import record
from examsite.people.models import User
from questionbanks.domain.import_rows import problems_of_row, question_of_row
from questionbanks.models import Decision, Double, ImportRow, ImportRun, ImportState, Item

from ..engine.headings import numeral, section_instructions, section_title
from ..models import Exam, Form, FormRole
from .blueprints import check_credit
from .form_writing import SectionPlan, write_form
from .forms import free_codes


@dataclass(frozen=True, slots=True)
class ReadySection:
    """Items of one kind in a row of the file. `points`: what the file says each is worth, None if nothing."""

    kind: str
    items: tuple[Item, ...]
    points: Decimal | None


@dataclass(frozen=True, slots=True)
class SectionTerms:
    """What the office fixes for a section: points each, and how partial answers count."""

    points: Decimal
    credit_rule: str = "all"
    per_choice: Decimal = Decimal(0)


def sections_in(run: ImportRun) -> list[ReadySection]:
    """The file's sections. Raises Conflict, naming the places, while a question of the file is missing."""
    if run.state != ImportState.STORED:
        raise Conflict("not_stored", "这份文件还没有入库，请先在题库里核对并入库。")
    found: list[tuple[Item, Decimal | None]] = []
    missing = []
    known = _doubles_in_bank(run)
    for row in run.rows.select_related("item__current").order_by("order"):
        item = row.item or known.get(row.order)
        if item is not None and not row.broken:
            found.append((item, _points(row)))
        elif not (row.decision == Decision.SKIP or row.double == Double.EXACT):
            missing.append(f"{row.where}（{_why(row)}）")
    if missing:
        more = f"等 {len(missing)} 处" if len(missing) > 5 else ""
        raise Conflict(
            "incomplete",
            f"试卷不完整，没有组卷：{'；'.join(missing[:5])}{more}没有入库。请补全后重新导入，或在核对页选“跳过”。",
        )
    if not found:
        raise Conflict("empty", "这份文件里没有可用的题。")
    return _grouped(found)


def _points(row: ImportRow) -> Decimal | None:
    """What the file says the question is worth; of a case the sum of its parts."""
    question = question_of_row(row)
    if question.points is not None or not question.parts:
        return question.points
    parts = [part.points for part in question.parts if part.points is not None]
    return sum(parts, Decimal(0)) if len(parts) == len(question.parts) else None


def _doubles_in_bank(run: ImportRun) -> dict[int, Item]:
    """For rows left out because the bank has the same item: that item."""
    keys = {
        row.order: UUID(match["item"])
        for row in run.rows.filter(item__isnull=True, double=Double.EXACT)
        for match in row.doubles[:1]
        if match.get("item")
    }
    items = Item.objects.select_related("current").in_bulk(list(keys.values()))
    return {order: items[key] for order, key in keys.items() if key in items}


def _why(row: ImportRow) -> str:
    problems = problems_of_row(row)
    return problems[0].message if problems else "没有选入库"


def _grouped(found: Sequence[tuple[Item, Decimal | None]]) -> list[ReadySection]:
    sections: list[ReadySection] = []
    for item, points in found:
        last = sections[-1] if sections else None
        if last and last.kind == item.kind and (points is None or last.points in (None, points)):
            sections[-1] = ReadySection(last.kind, (*last.items, item), last.points or points)
        else:
            sections.append(ReadySection(item.kind, (item,), points))
    return sections


@transaction.atomic
def compose_form(
    *, exam: Exam, run: ImportRun, terms: Sequence[SectionTerms], at: datetime, actor: User | None
) -> Form:
    """A draft from a ready-made paper; `terms` for its sections in order.

    Raises Conflict while the paper is incomplete or has an item twice, Invalid for points that cannot be.
    """
    locked = Exam.objects.select_for_update(of=("self",)).select_related("unit", "blueprint").get(pk=exam.pk)
    sections = sections_in(run)
    if len(terms) != len(sections):
        raise Invalid("terms", f"这份试卷有 {len(sections)} 个大题，请逐个填写分值。")
    items = [item.pk for section in sections for item in section.items]
    if len(set(items)) != len(items):
        raise Conflict("double", "这份试卷里有重复的题，请在核对页去掉一道。")
    plans = [
        _plan(f"第{numeral(order)}大题", section, term)
        for order, (section, term) in enumerate(zip(sections, terms, strict=True), 1)
    ]
    form = write_form(
        exam=locked, code=next(free_codes(locked)), role=FormRole.MAIN, sections=plans, at=at, actor=actor
    )
    record(
        action="form.compose",
        target=form,
        at=at,
        actor=actor,
        unit=locked.unit,
        after={"file": run.file_name, "items": len(items)},
    )
    return form


def _plan(where: str, section: ReadySection, terms: SectionTerms) -> SectionPlan:
    check_credit(where, section.kind, terms.points, terms.credit_rule, terms.per_choice)
    return SectionPlan(
        title=section_title("", section.kind),
        instructions=section_instructions(
            kind=section.kind,
            count=len(section.items),
            points=terms.points,
            credit_rule=terms.credit_rule,
            per_choice=terms.per_choice,
        ),
        kind=section.kind,
        credit_rule=terms.credit_rule,
        per_choice=terms.per_choice,
        entries=tuple((item.current, terms.points) for item in section.items),
    )
