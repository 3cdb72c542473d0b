"""Tables inside a document: a frame around running text, a grid of items, or part of an item."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from examsite.lib.files.grids import Grid

PICTURE = "<img>"  # stands in a cell for a picture, so that the item of its row says that it has one
_RUNNING = re.compile(r"^\s*(?:\d{1,4}\s?[.．、]|[A-HＡ-Ｈ]\s?[.．、:：]|[【\[]?(?:正确|参考)?答案)")


def as_lines(rows: Sequence[Sequence[str]]) -> list[str] | None:
    """The lines of a table that only frames running text (one column, or options side by side); else None."""
    texts = [text for row in rows for text in row if text.strip()]
    if not texts:
        return []
    lines = [line for text in texts for line in text.split("\n")]
    if max(len(row) for row in rows) == 1:
        return lines
    counted = _counted_rows(rows)
    if counted:
        return counted
    beginnings = sum(_RUNNING.match(text) is not None for text in texts)
    return lines if beginnings * 10 >= len(texts) * 8 else None


_ITEM = re.compile(r"(?:^|[\n\s])[(（]?A\s?[.．、:：)）]|答案")


def _counted_rows(rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a table with a number in the first column and a whole item in the second; else []."""
    filled = [[text.strip() for text in row] for row in rows if any(text.strip() for text in row)]
    items = [row for row in filled if row[0].isdecimal() and len(row) > 1 and _ITEM.search(" ".join(row[1:]))]
    if len(items) * 10 < len(filled) * 8:
        return []
    lines: list[str] = []
    for row in filled:
        number = f"{row[0]}. " if row in items else f"{row[0]}\n"
        lines += (number + "\n".join(text for text in row[1:] if text)).split("\n")
    return lines


def as_html(rows: Sequence[Sequence[str]]) -> str:
    """The table as restricted HTML, text escaped."""
    cells = ("".join(f"<td>{html.escape(text.strip())}</td>" for text in row) for row in rows)
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>"


def turned(grid: Grid) -> Grid:
    """The table with rows and columns exchanged: cards with "题干", "选项A", "答案" below each other."""
    width = max((len(row) for row in grid.rows), default=0)
    if not 2 <= width <= 3:
        return Grid(grid.name, [], [])
    columns = [[row[at] if at < len(row) else "" for row in grid.rows] for at in range(width)]
    return Grid(grid.name, columns, range(1, width + 1))


def as_grid(rows: Sequence[Sequence[str]], name: str) -> Grid:
    """The table as a sheet."""
    return Grid(name, [list(row) for row in rows], range(1, len(rows) + 1))
