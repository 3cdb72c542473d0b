"""The number formats of xls files, which calamine does not tell."""

from __future__ import annotations

import io
from typing import Any


def percent_cells(data: bytes) -> dict[str, frozenset[tuple[int, int]]] | None:
    """Sheet name → the cells shown as a percentage, as (row number, column index).

    None where the formats cannot be read.
    """
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
        return {
            name: _cells_of(book.sheet_by_name(name), styles) if styles else frozenset()
            for name in book.sheet_names()
        }
    except MemoryError:
        raise
    except Exception:  # a damaged record may lead to any: struct.error, IndexError, AssertionError …
        return None


def _cells_of(sheet: Any, styles: set[int]) -> frozenset[tuple[int, int]]:
    return frozenset(
        (row + 1, column)
        for row in range(sheet.nrows)
        for column in range(sheet.row_len(row))
        if sheet.cell_xf_index(row, column) in styles
    )
