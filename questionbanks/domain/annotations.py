"""The copy of an imported file that says beside every item what is wrong with it: always an xlsx."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from examsite.lib.cells import Cell, add_sheet, book_bytes, new_book
from examsite.lib.files.grids import Grid, cell_text, read_delimited, read_text_table, read_workbook

from ..formats import own_layout
from ..formats.base import Problem, Unreadable
from ..formats.richtext import to_plain
from ..models import Decision, Double, ImportRow, ImportRun
from .import_rows import problems_of_row, question_of_row

NOTES = ("问题", "怎么改", "处理")
MAX_CELLS = 200_000  # larger originals are given as a list of their items
_DELIMITERS = ",\t;|"


def annotated_copy(run: ImportRun) -> tuple[str, bytes]:
    """(file name, xlsx) of a run under review or stored.

    Of a table all cells as they were, with three columns behind them; of any other file a list of its items
    in the project's own layout, which can be corrected and imported again, with place and notes beside.
    """
    rows = list(run.rows.order_by("order"))
    grids = _grids(run)
    book = new_book()
    if grids:
        for number, grid in enumerate(grids, 1):
            _add_grid(book, grid, rows, number)
    else:
        _add_list(book, rows)
    rest = [(one["where"], one["message"], one["fix"], "") for one in run.problems]
    if rest:
        add_sheet(book, "文件的其他问题", ("位置", *NOTES), rest)
    return f"{run.file_name.rpartition('.')[0] or run.file_name}-批注.xlsx", book_bytes(book)


def _grids(run: ImportRun) -> list[Grid]:
    """The sheets of a table; none for files of another kind and for those that are too large."""
    data = bytes(run.file.data)
    try:
        if run.format in ("xlsx", "xls"):
            grids = read_workbook(data)
        elif run.format == "csv":
            text, _ = read_text_table(data)
            delimiter = max(_DELIMITERS, key=text[:40_000].count)
            grids = [read_delimited(text, delimiter)]
        else:
            return []
    except Unreadable:
        return []
    cells = sum(len(grid.rows) * max((len(row) for row in grid.rows), default=0) for grid in grids)
    return grids if cells <= MAX_CELLS else []


def _add_grid(book: Any, grid: Grid, rows: Sequence[ImportRow], number: int) -> None:
    notes: dict[str, tuple[str, str, str]] = {}
    for row in rows:
        notes[row.where] = _notes(row)
        for where, part in _parts(row):
            notes.setdefault(where, part)
    width = max((len(row) for row in grid.rows), default=0)
    lines = []
    for index, values in enumerate(grid.rows):
        cells: list[Cell] = [cell_text(value).text for value in values]
        cells += [""] * (width - len(cells))
        lines.append([*cells, *notes.get(grid.place(index), ("", "", ""))])
    title = (grid.name or f"表{number}")[:31]
    header = [*(chr(65 + n) if n < 26 else "" for n in range(width)), *NOTES]
    add_sheet(book, title, header, lines)


def _add_list(book: Any, rows: Sequence[ImportRow]) -> None:
    questions = [question_of_row(row) for row in rows]
    columns = own_layout.header(questions)
    lines = []
    for row, question in zip(rows, questions, strict=True):
        parts = dict(_parts(row))
        cells = own_layout.rows_of(question) or [{"题干": to_plain(question.stem)}]
        places = [part.where for part in question.parts] or [question.where]
        for place, one in zip(places, cells, strict=False):
            note = parts.get(place) if question.parts else _notes(row)
            lines.append([place, *(one.get(name) for name in columns), *(note or _notes(row))])
    add_sheet(book, "试题", ("位置", *columns, *NOTES), lines)


def _notes(row: ImportRow) -> tuple[str, str, str]:
    problems = [one for one in problems_of_row(row) if one.where == row.where]
    return (*_words(problems, row.doubles), _decided(row))


def _parts(row: ImportRow) -> Iterable[tuple[str, tuple[str, str, str]]]:
    """What stands against each part of a case."""
    found: dict[str, list[Problem]] = {}
    for one in problems_of_row(row):
        if one.where != row.where:
            found.setdefault(one.where, []).append(one)
    return [(where, (*_words(problems, []), _decided(row))) for where, problems in found.items()]


def _words(problems: Sequence[Problem], doubles: Sequence[dict[str, Any]]) -> tuple[str, str]:
    said = [one.message for one in problems]
    for one in doubles[:1]:
        other = f"题库第{one['number']}题" if "number" in one else str(one["where"])
        said.append(f"和{other}{'相同' if one['score'] == 1.0 else '相似'}")
    return "；".join(said), "；".join(dict.fromkeys(one.fix for one in problems if one.fix))


def _decided(row: ImportRow) -> str:
    if row.item_id:
        return "已入库"
    if row.decision == Decision.SKIP:
        return "跳过"
    if row.broken >= max(row.found, 1):
        return "要修改"
    if row.double == Double.EXACT and row.decision != Decision.ACCEPT:
        return "重复，跳过"
    return "入库"
