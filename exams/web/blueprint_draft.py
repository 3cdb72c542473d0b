"""The blueprint editor's sheet: kept as it was typed, and read into sections where it is sound.

Names of the fields: s0-kind, s0-points, …, s0-r0-law, s0-r0-count; the order on the page is the order of the
numbers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from uuid import UUID

from questionbanks.kinds.registry import KINDS
from questionbanks.models import Law

from ..domain.blueprints import RowSpec, SectionSpec
from ..engine.headings import allowed_rules, numeral

SECTION_FIELDS = ("title", "kind", "points", "credit_rule", "per_choice")
UNASKED = {
    "credit_rule": "all",
    "per_choice": "0",
}  # the page asks only for kinds that can be counted otherwise
ROW_FIELDS = ("law", "topic", "difficulty", "audience", "count")
_SECTION_KEY = re.compile(r"s(\d{1,3})-kind")
MAX_SECTIONS, MAX_ROWS = 20, 60


@dataclass
class DraftRow:
    """One row as typed."""

    law: str = ""
    topic: str = ""
    difficulty: str = ""
    audience: str = ""
    count: str = "1"
    # What the page says beside it, once counted.
    available: int | None = None
    reason: str = ""
    error: str = ""


@dataclass
class DraftSection:
    """One section as typed."""

    title: str = ""
    kind: str = "single"
    points: str = "2"
    credit_rule: str = "all"
    per_choice: str = "0"
    rows: list[DraftRow] = field(default_factory=lambda: [DraftRow()])
    error: str = ""

    @property
    def rules(self) -> tuple[str, ...]:
        return allowed_rules(self.kind) if self.kind in KINDS else ("all",)

    @property
    def count(self) -> int:
        return sum(int(row.count) for row in self.rows if row.count.isdecimal())

    @property
    def total(self) -> Decimal | None:
        points = read_decimal(self.points)
        return None if points is None else points * self.count


def read_decimal(text: str) -> Decimal | None:
    """The number typed, None when it is none."""
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def draft_from_specs(sections: list[SectionSpec] | tuple[SectionSpec, ...]) -> list[DraftSection]:
    """The sheet of a stored blueprint or of a template."""
    return [
        DraftSection(
            title=spec.title,
            kind=spec.kind,
            points=f"{spec.points:f}".rstrip("0").rstrip(".")
            if "." in f"{spec.points:f}"
            else f"{spec.points:f}",
            credit_rule=spec.credit_rule,
            per_choice=f"{spec.per_choice.normalize():f}",
            rows=[
                DraftRow(
                    law=str(row.law.pk) if row.law else "",
                    topic=row.topic,
                    difficulty=str(row.difficulty or ""),
                    audience=row.audience,
                    count=str(row.count),
                )
                for row in spec.rows
            ],
        )
        for spec in sections
    ]


def draft_from_post(data: Mapping[str, str]) -> list[DraftSection]:
    """The sheet as it was sent, in its order; more than MAX_SECTIONS or MAX_ROWS are cut off."""
    numbers = sorted(int(match[1]) for key in data if (match := _SECTION_KEY.fullmatch(key)))
    sections = []
    for number in numbers[:MAX_SECTIONS]:
        prefix = f"s{number}-"
        values = {
            name: str(data.get(prefix + name, UNASKED.get(name, ""))).strip()[:100] for name in SECTION_FIELDS
        }
        row_key = re.compile(rf"s{number}-r(\d{{1,3}})-count")
        places = sorted(int(match[1]) for key in data if (match := row_key.fullmatch(key)))
        rows = [
            DraftRow(
                **{name: str(data.get(f"{prefix}r{place}-{name}", "")).strip()[:100] for name in ROW_FIELDS}
            )
            for place in places[:MAX_ROWS]
        ]
        sections.append(DraftSection(**values, rows=rows or [DraftRow()]))
    return sections


def apply_command(draft: list[DraftSection], command: str) -> None:
    """Add or remove a section or a row: add-section, drop-section:0, add-row:0, drop-row:0:1, up:1."""
    verb, *places = command.split(":")
    numbers = [int(one) for one in places if one.isdecimal()]
    if verb == "add-section":
        draft.append(DraftSection())
    elif numbers and numbers[0] < len(draft):
        section = draft[numbers[0]]
        if verb == "drop-section":
            draft.pop(numbers[0])
        elif verb == "add-row":
            section.rows.append(DraftRow())
        elif verb == "up" and numbers[0] > 0:
            draft.insert(numbers[0] - 1, draft.pop(numbers[0]))
        elif verb == "drop-row" and len(numbers) == 2 and numbers[1] < len(section.rows) > 1:
            section.rows.pop(numbers[1])


def read_draft(draft: list[DraftSection], laws: Mapping[str, Law]) -> tuple[list[SectionSpec], list[str]]:
    """Sections, and a sentence for everything that cannot be read; each also stands beside its field."""
    specs, errors = [], []
    for order, section in enumerate(draft, 1):
        where = f"第{numeral(order)}大题"
        points, per_choice = read_decimal(section.points), read_decimal(section.per_choice or "0")
        if section.kind not in KINDS:
            section.error = "请选择题型。"
        elif points is None or per_choice is None:
            section.error = "分值要写成数字，如 2 或 0.5。"
        if section.error:
            errors.append(f"{where}：{section.error}")
        rows = []
        for place, row in enumerate(section.rows, 1):
            read = _read_row(row, laws)
            if read is None:
                errors.append(f"{where}第{place}行：{row.error}")
            else:
                rows.append(read)
        if not section.error and len(rows) == len(section.rows):
            rule = section.credit_rule if section.credit_rule in section.rules else "all"
            specs.append(
                SectionSpec(section.kind, points, tuple(rows), rule, per_choice, section.title)  # type: ignore[arg-type]
            )
    return specs, errors


def _read_row(row: DraftRow, laws: Mapping[str, Law]) -> RowSpec | None:
    if not row.count.isdecimal() or not 1 <= int(row.count) <= 500:
        row.error = "题数要写 1 到 500 的整数。"
    elif row.law and row.law not in laws:
        row.error = "题库里没有这部法律的题。"
    elif row.difficulty not in ("", "1", "2", "3"):
        row.error = "没有这种难度。"
    if row.error:
        return None
    return RowSpec(
        int(row.count),
        laws[row.law] if row.law else None,
        row.topic,
        int(row.difficulty) if row.difficulty else None,
        row.audience,
    )


def as_uuid(text: str) -> UUID | None:
    """The id typed or chosen, None when it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None
