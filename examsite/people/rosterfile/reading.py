"""A file → its people. Swallows title rows, spaces in names, merged cells, totals, several sheets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from examsite.lib.files.grids import (
    DELIMITERS,
    Grid,
    cell_text,
    read_delimited,
    read_text_table,
    read_workbook,
)
from examsite.lib.files.sniff import look
from examsite.lib.files.unreadable import Unreadable
from examsite.lib.names import name_fault, tidy_name
from examsite.lib.phones import phone_fault, tidy_phone
from examsite.lib.texts import clean, half

from .columns import find_header, meaning, read_header
from .rows import IGNORED, Column, Problem, Roster, Row, Sheet

MAX_PEOPLE = 50_000
_EMPTY = frozenset({"", "-", "—", "/", "无", "空", "null", "none", "nan", "#n/a"})
_SAME = frozenset({"同上", "〃", "″", '"', "..", "，，", "同左"})
_TOTAL = re.compile(r"(?:合|总|小|共)\s*计|总人数|总数")
_REMARK = re.compile(
    r"(?:注|备注|说明|填表人|填报人|审核人|制表人?|负责人|联系人|填报时间|填报单位|单位盖章)\s*[:：（(]"
)
_NUMBER = re.compile(r"\d{1,5}")  # a line numbered in advance and left empty
_YEAR = re.compile(r"(?:19|20)\d\d")
_ESTABLISHMENTS = (
    ("非编", "none"), ("编外", "contract"), ("聘", "contract"), ("合同", "contract"), ("劳务", "contract"),
    ("公务员", "civil"), ("行政", "civil"), ("参公", "civil"), ("事业", "public"), ("无", "none"),
)  # fmt: skip

Choices = Mapping[str, Mapping[int, str]]  # sheet name → column index → field


def read_roster(data: bytes, *, name: str = "", columns: Choices | None = None) -> Roster:
    """The people of an xlsx, xls, ods, csv or tsv file, recognised by its content.

    `columns`: what a person decided about the columns of a sheet. Raises Unreadable for a file without a
    list of people.
    """
    sheets: list[Sheet] = []
    rows: list[Row] = []
    problems: list[Problem] = []
    for grid in _grids(data, name):
        sheet = _read_sheet(grid, (columns or {}).get(grid.name), rows, problems)
        if sheet:
            sheets.append(sheet)
    if not sheets:
        raise Unreadable(
            "no_header", "没有找到名单：表里须有一行表头，其中有“姓名”和至少一个别的列（如单位、村、手机号）"
        )
    if len(rows) > MAX_PEOPLE:
        raise Unreadable("too_many", f"一次最多导入{MAX_PEOPLE}人，请拆成几个文件")
    return Roster(tuple(sheets), tuple(rows), tuple(problems))


def _grids(data: bytes, name: str) -> list[Grid]:
    probe = look(data, name)
    if probe.container == "text":
        text, _ = read_text_table(data)
        return [read_delimited(text, _delimiter(text))]
    if probe.container == "zip" and not any(
        part.startswith(("xl/", "content.xml")) for part in probe.members
    ):
        raise Unreadable("no_table", "这不是表格文件；请导入xlsx、xls或csv格式的名单")
    if probe.container == "ole" and not probe.streams & {"Workbook", "Book"}:
        raise Unreadable("no_table", "这不是Excel表格；请把名单另存为xlsx再导入")
    return read_workbook(data)


def _delimiter(text: str) -> str:
    """The delimiter that the first lines have most of."""
    head = text[:5000].splitlines()[:20]
    return max(DELIMITERS, key=lambda one: sum(line.count(one) for line in head))


def _read_sheet(
    grid: Grid, chosen: Mapping[int, str] | None, rows: list[Row], problems: list[Problem]
) -> Sheet | None:
    """Append the people of one sheet; None for a sheet without a list."""
    if grid.hidden:
        problems.append(Problem(grid.name, "hidden", f"工作表“{grid.name}”是隐藏的，未读入", "note"))
        return None
    at = find_header(grid.rows)
    if at is None:
        if any(str(value).strip() for row in grid.rows for value in row):
            words = f"工作表“{grid.name}”没有“姓名”表头，未读入"
            problems.append(Problem(grid.name, "no_header", words, "note"))
        return None
    columns = read_header(grid.rows[at], chosen)
    if not any(column.field == "name" for column in columns):
        problems.append(Problem(grid.name, "no_name_column", f"工作表“{grid.name}”没有选定姓名列", "note"))
        return None
    reader = _SheetReader(grid, at, columns)
    before = len(rows)
    rows.extend(reader.people())
    problems.extend(reader.problems)
    above = [cell_text(value).text for row in grid.rows[:at] for value in row if value not in ("", None)]
    title = clean(" ".join([grid.name, *above]))
    return Sheet(grid.name, grid.numbers[at], columns, len(rows) - before, title)


class _SheetReader:
    """Reads the rows below the header of one sheet."""

    def __init__(self, grid: Grid, header: int, columns: Sequence[Column]) -> None:
        self.grid, self.header, self.columns = grid, header, columns
        self.problems: list[Problem] = []
        self.single = {c.field: c for c in columns if c.field not in ("place", IGNORED)}
        self.places = [column for column in columns if column.field == "place"]
        self.header_words = [column.header for column in columns]
        self.merged = self._merged_values()

    def _merged_values(self) -> dict[tuple[int, int], Any]:
        """(row, column) inside a merged block → the block's value, for places and categories only."""
        wanted = {column.index for column in self.columns if column.field in ("place", "category")}
        values: dict[tuple[int, int], Any] = {}
        for (top, left), (bottom, right) in self.grid.merged:
            if top <= self.header or bottom == top or right - left > 20 or bottom - top > 5000:
                continue
            value = self.grid.rows[top][left] if top < len(self.grid.rows) else ""
            for row in range(top + 1, bottom + 1):
                for column in range(left, right + 1):
                    if column in wanted:
                        values[row, column] = value
        return values

    def people(self) -> Iterator[Row]:
        last: dict[int, str] = {}
        for index in range(self.header + 1, len(self.grid.rows)):
            values = self.grid.rows[index]
            if not any(value not in ("", None) for value in values):
                continue
            row = self._row(index, values, last)
            if row is not None:
                yield row

    def _text(self, index: int, values: Sequence[Any], column: Column, last: dict[int, str]) -> str:
        value = values[column.index] if column.index < len(values) else ""
        if value in ("", None):
            value = self.merged.get((index, column.index), "")
        text = clean(value if isinstance(value, str) else cell_text(value).text)
        if text in _SAME:
            text = last.get(column.index, "")
        elif text.casefold() in _EMPTY:
            text = ""
        last[column.index] = text
        return text

    def _row(self, index: int, values: Sequence[Any], last: dict[int, str]) -> Row | None:
        number = self.grid.numbers[index]
        key = f"{self.grid.name}!{number}"
        text = {name: self._text(index, values, column, last) for name, column in self.single.items()}
        name = tidy_name(text["name"])
        if (fault := name_fault(name)) or _TOTAL.fullmatch(name):
            self._no_person(key, values, name, fault or "")
            return None
        if name == tidy_name(self.header_words[0]) or meaning(name) == "name":
            return None  # the header again, on the next printed page
        place = tuple(
            step for column in self.places for step in _steps(self._text(index, values, column, last))
        )
        return Row(
            key=key,
            name=name,
            place=place,
            category=text.get("category", ""),
            note=text.get("note", ""),
            establishment=self._establishment(key, text.get("establishment", "")),
            position=text.get("position", "")[:64],
            phone=self._phone(key, text.get("phone", "")),
            birth=self._birth(key, values, text.get("birth", "")),
            username=text.get("username", "").lower(),
        )

    def _no_person(self, key: str, values: Sequence[Any], name: str, fault: str) -> None:
        """A row without a name: totals and remarks are passed over, anything else is a problem."""
        filled = [text for value in values if (text := clean(cell_text(value).text))]
        if any(_TOTAL.match(text) for text in filled[:3]) or any(_REMARK.match(text) for text in filled):
            self.problems.append(
                Problem(key, "not_a_person", "合计或说明行，未读入", "note", text=filled[0][:40])
            )
        elif name or len(filled) > 1 or not _NUMBER.fullmatch(filled[0] if filled else "0"):
            cell = self._cell("name", key)
            fix = "" if name else "；请补上姓名，或删去这一行"
            self.problems.append(Problem(key, "name", f"{fault}{fix}", cell=cell, text=" ".join(filled)[:60]))

    def _cell(self, field: str, key: str) -> str:
        column = self.single.get(field)
        return f"{column.letter}{key.rpartition('!')[2]}" if column else ""

    def _phone(self, key: str, text: str) -> str:
        number = tidy_phone(text)
        fault = phone_fault(text)
        if fault is None and number.endswith("000000"):
            fault = f"手机号“{number}”末尾全是0，像是科学计数法丢了位数；请重新填写"
        if fault is None:
            return number
        self.problems.append(Problem(key, "phone", fault, cell=self._cell("phone", key), text=text[:40]))
        return ""

    def _birth(self, key: str, values: Sequence[Any], text: str) -> int | None:
        column = self.single.get("birth")
        value = values[column.index] if column and column.index < len(values) else None
        if isinstance(value, datetime | date):
            return value.year
        found = _YEAR.match(half(text))
        if text and not found:
            words = f"出生年份“{text[:20]}”看不懂，未读入；请写四位年份"
            self.problems.append(
                Problem(key, "birth", words, "doubtful", self._cell("birth", key), text[:40])
            )
        return int(found.group()) if found else None

    def _establishment(self, key: str, text: str) -> str:
        if not text:
            return ""
        for word, value in _ESTABLISHMENTS:
            if word in text:
                return value
        words = f"编制类型“{text[:20]}”不认识，按“非编”处理；可写行政编、事业编、聘用、非编"
        cell = self._cell("establishment", key)
        self.problems.append(Problem(key, "establishment", words, "doubtful", cell, text[:40]))
        return ""


_CHAIN = re.compile(r"\s*[›>＞/／\\—]+\s*|(?<=\S)\s*-\s*(?=\S)")


def _steps(text: str) -> tuple[str, ...]:
    """ "青城镇-城关管区-东风村" is three steps, "东风村" one."""
    return tuple(part for part in _CHAIN.split(text) if part) if text else ()
