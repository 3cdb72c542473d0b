"""Tables that somebody else kept (an activity register, a score list) → rows with their places. Pure.

Recognised by content, never by name: xlsx, xls, ods, csv, tsv. The header is the first row that has the
columns one cannot do without; what a cell means is decided by the words of its header.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from examsite.lib.files.grids import Grid, cell_text, is_blank, read_delimited, read_text_table, read_workbook
from examsite.lib.files.sniff import look
from examsite.lib.files.unreadable import Unreadable
from examsite.lib.texts import clean

MOST_ROWS = 20_000
_HEADER_WITHIN = 20
_DELIMITERS = (",", "\t", ";")

# Field → words by which a header is known, squeezed (no blanks, brackets or what stands in them).
ACTIVITY_COLUMNS: dict[str, tuple[str, ...]] = {
    "date": ("日期", "时间", "活动日期", "活动时间", "开展时间", "开展日期"),
    "kind": ("类别", "类型", "活动类别", "活动类型", "形式", "活动形式", "种类"),
    "place": ("地点", "活动地点", "地址", "村", "开展地点"),
    "topic": ("主题", "内容", "活动主题", "活动内容", "名称", "活动名称"),
    "theme": ("专题", "系列"),
    "audience": ("受众", "人数", "人次", "受众人数", "受众人次", "参加人数", "参与人数", "受教育人数"),
    "note": ("备注", "说明"),
}
RESULT_COLUMNS: dict[str, tuple[str, ...]] = {
    "name": ("姓名", "考生姓名", "人员姓名", "学员姓名", "用户姓名", "真实姓名"),
    "unit": ("单位", "工作单位", "所在单位", "部门", "所属单位", "单位名称", "村", "村社区", "所属部门"),
    "points": ("成绩", "得分", "分数", "考试成绩", "最终成绩", "总分", "最高分"),
    "possible": ("满分", "试卷总分", "卷面总分"),
    "taken": ("考试时间", "交卷时间", "提交时间", "完成时间", "日期", "考试日期", "时间"),
    "number": ("工号", "准考证号", "编号", "用户名", "账号"),
}
KIND_WORDS: dict[str, tuple[str, ...]] = {
    "campaign": ("集中普法宣传", "集中宣传", "普法宣传", "法治宣传", "宣传活动", "宣传"),
    "lecture": ("专题讲座", "讲座", "宣讲"),
    "home_visit": ("送法入户", "入户", "送法", "入户宣传"),
    "study_group": ("党委理论学习中心组学法", "党委理论中心组学法", "中心组学法", "中心组学习", "中心组"),
    "training": ("机关干部法治培训", "机关干部法治教育培训", "法治培训", "培训"),
    "other": ("其他普法活动", "其他"),
}


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row: where it stands, its cells as text by field, and what is wrong with them."""

    where: str
    cells: Mapping[str, str]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListTable:
    """The rows of a file and the headers that nobody knew what to do with."""

    rows: tuple[ListRow, ...]
    ignored: tuple[str, ...]


def read_list(
    data: bytes, name: str, columns: Mapping[str, tuple[str, ...]], needed: Sequence[str]
) -> ListTable:
    """The rows of all sheets that have the `needed` columns.

    Raises Unreadable, with a sentence for the office, for what is no table or has no such header.
    """
    rows: list[ListRow] = []
    ignored: list[str] = []
    found = False
    for grid in _grids(data, name):
        header = None if grid.hidden else _find_header(grid, columns, needed)
        if header is None:
            continue
        found = True
        at, places, unknown = header
        ignored += [one for one in unknown if one not in ignored]
        rows += list(_rows(grid, at, places))
        if len(rows) > MOST_ROWS:
            raise Unreadable("too_many", f"一次最多导入{MOST_ROWS}行，请拆成几个文件")
    if not found:
        words = "”“".join(columns[field][0] for field in needed)
        raise Unreadable("no_header", f"没有找到表头：表里须有一行，其中有“{words}”这几列")
    if not rows:
        raise Unreadable("no_rows", "表头下面没有内容")
    return ListTable(tuple(rows), tuple(ignored))


def _grids(data: bytes, name: str) -> list[Grid]:
    probe = look(data, name)
    if probe.container == "text":
        text, _ = read_text_table(data)
        head = text[:5000]
        return [read_delimited(text, max(_DELIMITERS, key=head.count))]
    is_book = probe.container == "zip" and any(
        part.startswith(("xl/", "content.xml")) for part in probe.members
    )
    if not is_book and not (probe.container == "ole" and probe.streams & {"Workbook", "Book"}):
        raise Unreadable("no_table", "这不是表格文件；请导入xlsx、xls或csv文件")
    return read_workbook(data)


def squeezed(header: str) -> str:
    """A header without blanks, brackets and what stands in them: "得 分（百分制）" is "得分"."""
    return re.sub(r"[\s（(【\[].*?[）)】\]]|\s|[：:*＊]", "", header)


def _find_header(
    grid: Grid, columns: Mapping[str, tuple[str, ...]], needed: Sequence[str]
) -> tuple[int, dict[str, int], list[str]] | None:
    meanings = {word: field for field, words in columns.items() for word in words}
    for at, row in enumerate(grid.rows[:_HEADER_WITHIN]):
        places: dict[str, int] = {}
        unknown = []
        for column, value in enumerate(row):
            text = clean(cell_text(value).text)
            field = meanings.get(squeezed(text))
            if field is not None and field not in places:
                places[field] = column
            elif text:
                unknown.append(text)
        if all(field in places for field in needed):
            return at, places, unknown
    return None


def _rows(grid: Grid, at: int, places: Mapping[str, int]) -> Iterator[ListRow]:
    for index in range(at + 1, len(grid.rows)):
        row = grid.rows[index]
        if is_blank(row):
            continue
        cells = {field: _text(row[place]) if place < len(row) else "" for field, place in places.items()}
        if any(cells.values()) and not _is_sum(cells):
            yield ListRow(grid.place(index), cells)


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    return clean(cell_text(value).text)


def _is_sum(cells: Mapping[str, str]) -> bool:
    """A line 合计 below the table is no row."""
    return any(value in ("合计", "总计", "小计") for value in cells.values())


_DATE = re.compile(
    r"^(\d{4})\D{1,2}(\d{1,2})\D{1,2}(\d{1,2})(?:日|号)?(?:[T\s]+(\d{1,2}):(\d{2})(?::\d{2})?)?"
)


def read_moment(text: str) -> tuple[date, tuple[int, int] | None] | None:
    """The day, and the time of day if it is there, of "2022-11-03", "2022年11月3日 9:00"; None otherwise."""
    match = _DATE.match(text.strip())
    if match is None:
        return None
    year, month, day, hour, minute = match.groups()
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    if hour is None:
        return found, None
    return (found, (int(hour), int(minute))) if int(hour) < 24 and int(minute) < 60 else None


def read_count(text: str) -> int | None:
    """A count of people: "1,200", "1200人次"; None for what is none, or is vague (近, 余, 约)."""
    plain = re.sub(r"[,，\s]|人次|人", "", text)
    plain = plain.removesuffix(".0")
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= 9 else None


def read_points(text: str) -> Decimal | None:
    """Points with up to two decimals: "85", "85.5分"; None for what is none."""
    try:
        points = Decimal(text.strip().removesuffix("分"))
    except InvalidOperation:
        return None
    if not points.is_finite() or points < 0 or points > 10_000:
        return None
    return points if points == points.quantize(Decimal("0.01")) else None


def kind_of(text: str) -> str | None:
    """The kind of activity that a word names; None for an unknown one."""
    squeezed_text = squeezed(text)
    for kind, words in KIND_WORDS.items():
        if squeezed_text == kind or squeezed_text in words:
            return kind
    return None
