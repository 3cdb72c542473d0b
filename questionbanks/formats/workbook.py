"""xlsx, xls and CSV files of questions: sheets → grids → questions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from examsite.lib.files.grids import (
    DELIMITERS,
    Grid,
    is_blank,
    read_delimited,
    read_text_table,
    read_workbook,
)
from examsite.lib.files.sniff import Probe

from ..kinds.base import Question, replace
from ..kinds.registry import KINDS
from . import own_layout
from .base import Emitted, Format, Parsed, Problem, Unreadable
from .check import complete
from .columns import find_columns, header_columns
from .lines import Line, tidied
from .normalise import letters, strip_invisible
from .table import read_tables, unread_cells
from .text import read_lines

MANY_ROWS = 3  # a sheet with so many rows may be questions that were not recognised
_GUIDE = re.compile(r"说明|须知|帮助|要求|字典|目录|备注|示例|模板|help|readme|guide", re.IGNORECASE)
_WORKBOOK_PARTS = ("xl/workbook.xml", "xl/workbook.bin")


class Workbook(Format):
    """What xlsx and xls share: calamine recognises which of them the bytes are."""

    def parse(self, data: bytes, *, name: str = "", mapping: Mapping[str, str] | None = None) -> Parsed:
        parsed = parse_grids(read_workbook(data), name=name, mapping=mapping)
        return Parsed(parsed.questions, parsed.problems, self.code, layout=parsed.layout)


class Xlsx(Workbook):
    """Excel workbooks since 2007; also xlsb and ods."""

    code = "xlsx"
    label = "Excel表格"
    extension = "xlsx"
    kinds_out = frozenset(KINDS)

    def claims(self, probe: Probe) -> int:
        if probe.container != "zip":
            return 0
        ods = b"opendocument.spreadsheet" in probe.data[:200]
        return 95 if ods or probe.members.intersection(_WORKBOOK_PARTS) else 0

    def emit(self, questions: Sequence[Question], *, title: str = "") -> Emitted:
        """The own layout (own_layout.py): every item comes back as it was."""
        plain, problems = own_layout.write(questions, frozenset(), title)
        left_out = {problem.where for problem in problems}
        kept = [
            n
            for n, one in enumerate(questions)
            if (one.where or one.number or f"第{n + 1}题") not in left_out
        ]
        parsed = complete(self.parse(plain)) if kept else Parsed()
        back = {_row(one): one for one in parsed.questions}
        disputed = {int(number) for one in parsed.problems for number in re.findall(r"第(\d+)行", one.where)}
        exact, row = set(), 2
        for n in kept:
            rows = range(row, row + max(len(questions[n].parts), 1))
            if without_places(back.get(row)) != without_places(questions[n]) or disputed.intersection(rows):
                exact.add(n)
            row = rows.stop
        data, problems = own_layout.write(questions, frozenset(exact), title)
        return Emitted(data, tuple(problems))


def _row(question: Question) -> int:
    """The row in which an item of the own layout begins."""
    return int(re.findall(r"第(\d+)行", question.where)[0])


def without_places(question: Question | None) -> Question | None:
    """A question without the places in its source, for comparing."""
    if question is None:
        return None
    return replace(question, where="", parts=tuple(replace(part, where="") for part in question.parts))


class Xls(Workbook):
    """Excel 97–2003 workbooks."""

    code = "xls"
    label = "Excel 97-2003表格"
    extension = "xls"

    def claims(self, probe: Probe) -> int:
        return 95 if probe.streams & {"Workbook", "Book"} else 0


class Csv(Format):
    """Tables as text: comma, TAB, semicolon or bar between the cells, whatever the file is called."""

    code = "csv"
    label = "CSV表格"
    extension = "csv"

    def claims(self, probe: Probe) -> int:
        if probe.container != "text" or probe.head[:1] in "<{[":
            return 0
        head = probe.text[:40_000]
        delimiter = _delimiter(head)
        if delimiter and _headed(head, delimiter):
            return 75
        return 40 if delimiter and _is_even(head, delimiter) else 0

    def parse(self, data: bytes, *, name: str = "", mapping: Mapping[str, str] | None = None) -> Parsed:
        text, encoding = read_text_table(data, damaged=True)
        delimiter = _delimiter(text[:40_000]) or ","
        parsed = parse_grids([read_delimited(text, delimiter)], name=name, mapping=mapping)
        return Parsed(parsed.questions, parsed.problems, self.code, encoding, parsed.layout)


def parse_grids(grids: Sequence[Grid], *, name: str = "", mapping: Mapping[str, str] | None = None) -> Parsed:
    """Questions of sheets: as tables; a workbook without any table is read as running text in cells."""
    name = name.rpartition(".")[0] or name
    try:
        parsed, skipped = read_tables(grids, name=name, mapping=mapping)
    except Unreadable as error:
        found = _as_text(grids, name) if error.code == "no_columns" and not mapping else None
        if found is None:
            raise
        return found
    for grid in skipped:
        parsed = _with_sheet(parsed, grid)
    return parsed


def _with_sheet(parsed: Parsed, grid: Grid) -> Parsed:
    """A sheet without a table beside others that have one: its text, or a note that it was left out."""
    if grid.name == own_layout.INSTRUCTIONS or all(is_blank(row) for row in grid.rows):
        return parsed
    found = _as_text([grid], grid.name)
    if found is None:
        where = f"工作表“{grid.name}”" if grid.name else "表格"
        rows = sum(not is_blank(row) for row in grid.rows)
        severity = "note" if rows < MANY_ROWS or _GUIDE.search(grid.name) else "doubtful"
        message = f"{where}里没有认出试题，{rows}行都跳过了"
        fix = "是试题就核对表头文字，再导入一遍"
        found = Parsed((), (Problem(where, "sheet_skipped", message, "", fix, severity),))
    questions, problems = (*parsed.questions, *found.questions), (*parsed.problems, *found.problems)
    return Parsed(questions, problems, layout=parsed.layout)


def _as_text(grids: Sequence[Grid], name: str) -> Parsed | None:
    """Running text that somebody pasted into cells, if items with answers come out of it."""
    lines = [
        Line(strip_invisible(text), grid.place(index) if part == 0 else f"{grid.place(index)}第{part + 1}段")
        for grid in grids
        for index, cell in enumerate(unread_cells(grid))
        for part, text in enumerate(cell.split("\n"))
    ]
    try:
        parsed = read_lines(tidied(lines), name=name)
    except Unreadable:
        return None
    sound = [one for one in parsed.questions if one.key is not None]
    if len(sound) * 2 < len(parsed.questions):
        return None
    message = "表格里没有表头，按连续的文字读取"
    note = Problem(parsed.questions[0].where, "read_as_text", message, severity="note")
    return Parsed(parsed.questions, (note, *parsed.problems))


def _delimiter(head: str) -> str:
    """The delimiter under which the first lines read best as a table of items; "" for none."""
    complete = head.rpartition("\n")[0] or head
    scores = {one: _score(complete, one) for one in DELIMITERS if one in complete}
    best = max(scores, key=lambda one: scores[one], default="")
    return best if best and scores[best] > 0 else ""


def _score(head: str, delimiter: str) -> int:
    grid = read_delimited(head, delimiter, 30)
    columns = find_columns(grid)
    if columns is None:
        return 1 if _is_even(head, delimiter) else 0
    return columns.score + 10 * (columns.header >= 0)


def _headed(head: str, delimiter: str) -> bool:
    """Whether one of the first rows is a header of at least two words that are short, as names are."""
    grid = read_delimited(head.rpartition("\n")[0] or head, delimiter, 20)
    return any(
        header_columns(row, 0).score >= 2 and all(len(cell) <= 60 for cell in row)
        for row in grid.rows
        if not is_blank(row)
    )


def _is_even(head: str, delimiter: str) -> bool:
    """Whether most lines have the same number of cells, at least four, and one column is answer letters."""
    rows = [
        row
        for row in read_delimited(head.rpartition("\n")[0] or head, delimiter, 60).rows
        if not is_blank(row)
    ]
    if len(rows) < 3:
        return False
    widths = [len(row) for row in rows]
    width = max(set(widths), key=widths.count)
    even = [row for row in rows if len(row) == width]
    if width < 2 or len(even) * 10 < len(rows) * 8:
        return False
    answers = [
        sum(letters(row[column]) is not None for row in even) * 5 >= len(even) * 4 for column in range(width)
    ]
    if width < 4:  # prose has commas too: the other columns must be long, and no key
        others = [len(row[column]) for column in range(width) if not answers[column] for row in even]
        return any(answers) and sum(others) >= 12 * len(others) and len(rows) >= 5
    return any(answers)
