"""A form as rows and as a paper: the one writer of forms, sections and slots before publishing."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from examsite.lib.errors import Conflict
from examsite.lib.ids import random_code
from examsite.people.models import User
from questionbanks.kinds import codec
from questionbanks.kinds.base import Question
from questionbanks.models import ItemVersion

from ..engine.headings import numeral, plain, split_points
from ..engine.shuffling import is_pinned
from ..models import Exam, Form, Section, Slot

PAPER_SCHEMA = 1
SLOT_CODE_LENGTH = 8


@dataclass(frozen=True, slots=True)
class SectionPlan:
    """A 大题 to be written: item versions in their order, each with its points (of a case: the whole)."""

    title: str
    instructions: str
    kind: str
    entries: tuple[tuple[ItemVersion, Decimal], ...]
    credit_rule: str = "all"
    per_choice: Decimal = Decimal(0)


def write_form(
    *,
    exam: Exam,
    code: str,
    role: str,
    sections: Sequence[SectionPlan],
    at: datetime,
    actor: User | None,
    seed: int | None = None,
    cap: int | None = None,
    locked: frozenset[object] = frozenset(),
) -> Form:
    """Store a form as a draft. `locked`: ids of items whose slots stay when the rest is drawn anew.

    `cap`: in how many forms of the exam its items may stand, None where nobody has said.
    """
    total = sum((points for section in sections for _, points in section.entries), Decimal(0))
    form = Form.objects.create(
        exam=exam,
        code=code,
        role=role,
        title=exam.title,
        seed=seed,
        cap=cap,
        salt=secrets.token_hex(16),
        total_points=total,
        built_by=actor,
        built_at=at,
    )
    write_sections(form, sections, locked)
    return form


def write_sections(
    form: Form, sections: Sequence[SectionPlan], locked: frozenset[object] = frozenset()
) -> None:
    """Sections and slots of a form that has none; slots are numbered through."""
    slots: list[Slot] = []
    codes: set[str] = set()
    for order, plan in enumerate(sections, 1):
        section = Section.objects.create(
            form=form,
            order=order,
            title=plan.title,
            instructions=plan.instructions,
            kind=plan.kind,
            credit_rule=plan.credit_rule,
            per_choice=plan.per_choice,
        )
        for version, points in plan.entries:
            for part, kind, share in parts_of(version, points):
                slots.append(
                    Slot(
                        form=form,
                        section=section,
                        order=len(slots) + 1,
                        code=unused_code(codes),
                        version=version,
                        part=part,
                        kind=kind,
                        points=share,
                        locked=version.item_id in locked,
                    )
                )
    Slot.objects.bulk_create(slots)


def parts_of(version: ItemVersion, points: Decimal) -> list[tuple[int | None, str, Decimal]]:
    """(part, kind, points) of every slot an item fills: one, or one for each sub-question of a case."""
    kinds = [part["kind"] for part in version.content.get("parts", ())]
    if not kinds:
        return [(None, version.content["kind"], points)]
    shares = split_points(points, len(kinds))
    return [(number, kind, share) for number, (kind, share) in enumerate(zip(kinds, shares, strict=True))]


def unused_code(taken: set[str]) -> str:
    """A slot code that the form has not; it is added to `taken`."""
    code = random_code(SLOT_CODE_LENGTH).lower()
    while code in taken:
        code = random_code(SLOT_CODE_LENGTH).lower()
    taken.add(code)
    return code


def slots_of(form: Form) -> list[Slot]:
    """The slots in the order of the paper, with their sections, versions and items."""
    return list(form.slots.select_related("section", "version__item__topic").order_by("order"))


def compose_paper(form: Form) -> dict[str, Any]:
    """What a candidate may see of the form: no key, no rationale, nothing made of them.

    `shuffled` stands there where the exam has the order of items differ; a paper without it is as it stands.
    """
    sections: dict[Any, dict[str, Any]] = {}
    for slot in slots_of(form):
        section = sections.setdefault(
            slot.section_id,
            {
                "title": f"{numeral(slot.section.order)}、{slot.section.title}",
                "instructions": slot.section.instructions,
                "slots": [],
            },
        )
        section["slots"].append(_paper_slot(slot))
    paper = {
        "schema": PAPER_SCHEMA,
        "title": form.title,
        "total_points": plain(form.total_points),
        "sections": list(sections.values()),
    }
    return paper | {"shuffled": True} if form.exam.shuffle_items else paper


def _paper_slot(slot: Slot) -> dict[str, Any]:
    whole = codec.from_json(slot.version.content, None)
    content = slot.version.content
    question: Question = whole
    material = group = None
    if slot.part is not None:
        question, content = whole.parts[slot.part], content["parts"][slot.part]
        material, group = whole.stem, str(slot.version_id)[-8:]
    return {
        "slot": slot.code,
        "number": slot.order,
        "kind": slot.kind,
        "points": plain(slot.points),
        "stem": question.stem,
        "choices": [{"label": one.label, "text": one.text} for one in question.choices],
        "pinned": question.pinned or is_pinned([one.text for one in question.choices]),
        "blanks": content.get("blanks", 0),
        "material": material,
        "group": group,
    }


def require_draft(form: Form) -> None:
    """Raise Conflict for a published form: what was published is never edited."""
    if form.published_at is not None:
        raise Conflict("published", f"{form}已定卷，不能再改；发现错题请用答案更正或作废处理。")
