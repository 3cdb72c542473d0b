"""What calamine does not tell of the cells of xls files: percentages, and errors such as #N/A."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class XlsCells:
    """Cells of one sheet, as (row number from 1, column index). `errors`: with what they show ("#REF!")."""

    percents: frozenset[tuple[int, int]] = frozenset()
    errors: Mapping[tuple[int, int], str] = field(default_factory=dict)


def special_cells(data: bytes) -> dict[str, XlsCells] | None:
    """Sheet name → its percentages and errors. None where the file cannot be read for them."""
    import xlrd

    try:
        book = xlrd.open_workbook(
            file_contents=data, formatting_info=True, on_demand=True, logfile=io.StringIO()
        )
        styles = {
            index
            for index, style in enumerate(book.xf_list)
            if not style.is_style and "%" in book.format_map[style.format_key].format_str
        }
        return {name: _cells_of(book.sheet_by_name(name), styles) for name in book.sheet_names()}
    except MemoryError:
        raise
    except Exception:  # a damaged record may lead to any: struct.error, IndexError, AssertionError …
        return None


def _cells_of(sheet: Any, styles: set[int]) -> XlsCells:
    import xlrd

    percents, errors = set(), {}
    for row in range(sheet.nrows):
        kinds = sheet.row_types(row)
        for column, kind in enumerate(kinds):
            if kind == xlrd.XL_CELL_ERROR:
                code = sheet.cell_value(row, column)
                errors[row + 1, column] = xlrd.error_text_from_code.get(code, "#ERROR!")
            elif styles and sheet.cell_xf_index(row, column) in styles:
                percents.add((row + 1, column))
    return XlsCells(frozenset(percents), errors)
