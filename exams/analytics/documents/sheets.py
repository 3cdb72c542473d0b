"""Workbooks: numbers as numbers, text safe from formulas, a sheet of definitions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from openpyxl import Workbook

from examsite.lib.cells import Cell, add_sheet, book_bytes, new_book
from examsite.lib.percent import EMPTY, Rate, scaled_percent

from ...models import Activity, ActivityKind, PlanItem
from ..facts.activities import KindMonths
from ..reports.document import ReportDocument, Value
from ..reports.tables import PLAN_HEADER

MONTHS = tuple(f"{month}月" for month in range(1, 13))


def report_book(document: ReportDocument, *, status: Sequence[str] = ()) -> bytes:
    """The report's tables, a sheet each, with the sentences first and the definitions last."""
    book = new_book()
    lines = [
        ("标题", document.title),
        *(("状态", line) for line in status),
        ("正文", document.paragraph.text),
    ]
    lines += [(one.title, sentence.text) for one in document.sections for sentence in one.sentences]
    lines += [("说明", note) for note in document.notes]
    add_sheet(book, "正文", ("项目", "内容"), lines)
    for table in document.tables:
        name = f"附表{table.id}" if table.id != "8" else "附表8 口径说明"
        add_table(book, name, table.header, table.rows, [table.title, *table.notes])
    return book_bytes(book)


def add_table(
    book: Workbook,
    title: str,
    header: Sequence[str],
    rows: Iterable[Sequence[Value]],
    notes: Sequence[str] = (),
) -> None:
    """A sheet of numbers: rates as percentages that a spreadsheet can compute with, rounded by our rule."""
    given = [list(row) for row in rows]
    plain: list[list[Cell]] = [[_cell(value) for value in row] for row in given]
    noted: list[list[Cell]] = [[f"注：{note}"] for note in notes]
    sheet = add_sheet(book, title, header, [*plain, *noted])
    for number, row in enumerate(given, 2):
        for column, value in enumerate(row, 1):
            if isinstance(value, Rate) and value.whole:
                sheet.cell(row=number, column=column).number_format = "0.00%"


def _cell(value: Value) -> Cell:
    if not isinstance(value, Rate):
        return value
    scaled = scaled_percent(value.part, value.whole, 2)
    return EMPTY if scaled is None else Decimal(scaled) / 10_000


def register_book(kinds: Sequence[KindMonths], entries: Sequence[Activity]) -> bytes:
    """The activity register: by month, and entry by entry."""
    book = new_book()
    add_sheet(book, "按月汇总", ("类别", "数目", *MONTHS, "合计", "佐证份数"), month_rows(kinds))
    add_sheet(
        book,
        "活动明细",
        ("日期", "单位", "类别", "地点", "主题", "专题", "受众（人次）", "受众为估算", "备注"),
        [
            (
                one.date, str(one.unit), one.get_kind_display(), one.place, one.topic, one.theme,
                one.audience, "是" if one.is_estimated else "", one.note,
            )
            for one in entries
        ],
    )  # fmt: skip
    return book_bytes(book)


def plan_rows(items: Sequence[PlanItem]) -> list[tuple[Cell, ...]]:
    """The plan, a line a row."""
    return [(one.law, one.places, one.talks, one.due, one.basis) for one in items]


def plan_book(items: Sequence[PlanItem]) -> bytes:
    """Next year's plan as a workbook."""
    book = new_book()
    add_sheet(book, "普法计划", PLAN_HEADER, plan_rows(items))
    return book_bytes(book)


def month_rows(kinds: Sequence[KindMonths]) -> list[tuple[Cell, ...]]:
    """Two lines a kind: how many, and their audience; the sums below."""
    rows: list[tuple[Cell, ...]] = []
    for one in kinds:
        label = ActivityKind(one.kind).label
        rows.append((label, "次数", *(c.activities for c in one.counts), one.total.activities, one.files))
        rows.append((label, "受众（人次）", *(c.audience for c in one.counts), one.total.audience, None))
    for name, field in (("次数", "activities"), ("受众（人次）", "audience")):
        sums = [sum(getattr(one.counts[month], field) for one in kinds) for month in range(12)]
        files = sum(one.files for one in kinds) if field == "activities" else None
        rows.append(("合计", name, *sums, sum(sums), files))
    return rows
