"""The only writer of spreadsheet cells: text stays text, numbers stay numbers, nothing is a formula.

A text that a spreadsheet program would run (= + - @, TAB, CR, and their full-width forms) is written as an
inline string in xlsx, and with a leading apostrophe in CSV (OWASP: formula injection).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Cell = str | int | float | Decimal | date | datetime | None

_RISKY = tuple("=+-@\t\r＝＋－＠")
_ILLEGAL = {code: None for code in range(32) if code not in (9, 10, 13)}


def is_risky(text: str) -> bool:
    """Whether a spreadsheet program might take the text for a formula."""
    return text.startswith(_RISKY)


def plain_text(text: str) -> str:
    """The text without control characters, which no spreadsheet can hold."""
    return text.translate(_ILLEGAL)


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A CSV file in UTF-8 with byte-order mark, as Chinese Excel expects it."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([_csv_cell(cell) for cell in header])
    for row in rows:
        writer.writerow([_csv_cell(cell) for cell in row])
    return buffer.getvalue().encode("utf-8-sig")


def _csv_cell(value: Cell) -> Any:
    if isinstance(value, str):
        text = plain_text(value)
        return f"'{text}" if is_risky(text) else text
    return "" if value is None else value


def write_row(sheet: Worksheet, row: int, values: Sequence[Cell]) -> None:
    """Write one row of cells; strings are always of the string type, never formulas."""
    for column, value in enumerate(values, 1):
        if value is None:
            continue
        cell = sheet.cell(row=row, column=column)
        if isinstance(value, str):
            cell.value = plain_text(value)
            cell.data_type = "s"
            if is_risky(value):
                cell.quotePrefix = True
        else:
            cell.value = value


def add_sheet(book: Workbook, title: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Worksheet:
    """A sheet with a bold, frozen header and columns as wide as their content (10 to 60)."""
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    sheet: Worksheet = book.create_sheet(title)
    write_row(sheet, 1, header)
    widths = [_width(name) for name in header]
    for number, row in enumerate(rows, 2):
        write_row(sheet, number, row)
        for column, value in enumerate(row):
            if column < len(widths):
                widths[column] = max(widths[column], _width(value))
    for column, width in enumerate(widths, 1):
        cell = sheet.cell(row=1, column=column)
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        sheet.column_dimensions[get_column_letter(column)].width = min(max(width + 2, 10), 60)
    sheet.freeze_panes = "A2"
    return sheet


def _width(value: Cell) -> int:
    text = "" if value is None else str(value)
    return max((sum(2 if ord(char) > 0x2E7F else 1 for char in line) for line in text.split("\n")), default=0)


def new_book() -> Workbook:
    """An empty workbook without the default sheet."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    return book


def book_bytes(book: Workbook) -> bytes:
    """The workbook as an xlsx file."""
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
