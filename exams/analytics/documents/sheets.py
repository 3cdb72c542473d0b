"""Workbooks: numbers as numbers, text safe from formulas, a sheet of definitions."""

from __future__ import annotations

from collections.abc import Sequence

from examsite.lib.cells import Cell, add_sheet, book_bytes, new_book

from ...models import Activity, ActivityKind
from ..facts.activities import KindMonths

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MONTHS = tuple(f"{month}月" for month in range(1, 13))


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
