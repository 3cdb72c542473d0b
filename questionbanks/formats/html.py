"""Saved web pages of questions, and pages that call themselves .xls or .doc: HTML → lines or tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from email import message_from_bytes, policy
from html.parser import HTMLParser
from typing import Any

from examsite.lib.files.encodings import decode
from examsite.lib.files.grids import Grid
from examsite.lib.files.sniff import Probe

from .base import Format, Parsed, Unreadable
from .columns import find_columns
from .lines import Line, tidied
from .normalise import clean, strip_invisible
from .table import read_tables
from .tables import PICTURE, as_html, as_lines
from .text import read_lines

_LAYOUT = "p div li ul ol tr table br h1 h2 h3 h4 h5 h6 section article dl dt dd hr pre blockquote form"
_BLOCKS = frozenset([*_LAYOUT.split(), "fieldset", "legend", "label", "header", "footer", "body"])
_HIDDEN = frozenset(
    ("script", "style", "head", "noscript", "template", "select", "textarea", "svg", "nav", "button")
)
_VOID = frozenset(
    ("br", "hr", "img", "input", "meta", "link", "col", "wbr", "area", "base", "embed", "source", "track")
)
_START = re.compile(
    r"<!doctype html|<html|<\?xml[^>]{0,200}\?>\s*(?:<!--.{0,2000}?-->\s*)?<html"
    r"|<table|<body|<div|<p[ >]|<ul|<ol|<head",
    re.IGNORECASE,
)


class Html(Format):
    """Web pages, also as single-file archives (MHTML)."""

    code = "html"
    label = "网页"
    extension = "html"

    def claims(self, probe: Probe) -> int:
        if probe.container != "text":
            return 0
        if _is_archive(probe.head):
            return 85
        return 80 if _START.match(probe.head[:3000]) or "<html" in probe.head[:3000].casefold() else 0

    def parse(self, data: bytes, *, name: str = "", mapping: Mapping[str, str] | None = None) -> Parsed:
        page, encoding = _read(data)
        grids = [Grid(f"表格{n}", rows, range(1, len(rows) + 1)) for n, rows in enumerate(page.tables, 1)]
        items = [grid for grid in grids if (found := find_columns(grid)) is not None and not found.guessed]
        if items:
            parsed = read_tables(items, name=name, mapping=mapping)[0]
            return Parsed(parsed.questions, parsed.problems, self.code, encoding, parsed.layout)
        parsed = read_lines(tidied(page.lines), name=name.rpartition(".")[0])
        return Parsed(parsed.questions, parsed.problems, self.code, encoding)


def plain_text(data: bytes) -> str:
    """The visible text of a page, a paragraph a line. Raises Unreadable."""
    page, _ = _read(data)
    return "\n".join(clean(line.text) for line in page.lines)


def _read(data: bytes) -> tuple[_Page, str]:
    """The page of a file, and its encoding."""
    text, encoding = _page(data)
    page = _Page()
    page.feed(text)
    page.close()
    page.end_line()
    return page, encoding


def _is_archive(head: str) -> bool:
    return (
        re.match(
            r"(?:From:|MIME-Version:|Date:|Subject:).{0,2000}multipart/related",
            head,
            re.DOTALL | re.IGNORECASE,
        )
        is not None
    )


def _page(data: bytes) -> tuple[str, str]:
    """The HTML of a page. The declared encoding is not asked: the bytes tell."""
    if _is_archive(data[:4096].decode("latin-1")):
        message = message_from_bytes(data, policy=policy.default)
        for part in message.walk():
            if part.get_content_type() == "text/html":
                payload = part.get_payload(decode=True)
                if isinstance(payload, bytes):
                    return decode(payload)
        raise Unreadable("empty", "网页文件里没有正文")
    return decode(data)


_NUMBERED = re.compile(r"\s*[（(\[【]?(?:[A-Za-z]|\d{1,4}|[一二三四五六七八九十]{1,3})\s?[.．、:：)）\]】]")


def _list_style(tag: str, values: Mapping[str, str], *, nested: bool) -> str:
    """ "A" or "1" for a list that numbers its points so; "" for bullets, and for numbers inside an item."""
    style = values.get("style", "").replace(" ", "").casefold()
    if tag == "ol" and (
        values.get("type", "") in {"A", "a"} or re.search(r"(?:upper|lower)-(?:alpha|latin)", style)
    ):
        return "A"
    return "1" if tag == "ol" and not nested else ""


def _start_of(values: Mapping[str, str]) -> int:
    start = values.get("start", "")
    return int(start) if start.isdecimal() and len(start) < 5 else 1


def _label_of(style: str, number: int) -> str:
    if style == "A":
        return f"{chr(64 + number)}. " if 1 <= number <= 26 else ""
    return f"{number}. " if style else ""


class _Page(HTMLParser):
    """The visible lines of a page in order, and its tables. Scripts, styles and hidden parts are left out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[Line] = []
        self.tables: list[list[list[str]]] = []
        self._text = ""
        self._strong: list[tuple[int, int]] = []
        self._pictures = 0
        self._open: list[tuple[str, bool, bool]] = []  # tag, hidden, strong
        self._tables: list[list[list[str]]] = []
        self._in_cell = 0
        self._lists: list[list[Any]] = []  # of each open list how it numbers, and the next number
        self._label = ""  # the number that the browser shows before the text to come

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {key: value or "" for key, value in attrs}
        style = values.get("style", "").replace(" ", "").casefold()
        hidden = (
            tag in _HIDDEN or "hidden" in values or "display:none" in style or "visibility:hidden" in style
        )
        strong = (
            tag in {"b", "strong", "mark"}
            or "color:red" in style
            or "color:#f" in style
            or "font-weight:bold" in style
        )
        if tag in {"ol", "ul"}:
            self._lists.append([_list_style(tag, values, nested=bool(self._lists)), _start_of(values)])
        elif tag == "li" and self._lists:
            self._label = _label_of(*self._lists[-1])
            self._lists[-1][1] += 1
        if tag == "table" and not self._is_hidden():
            self.end_line()
            self._tables.append([])
        elif tag == "tr" and self._tables:
            self._tables[-1].append([])
        elif tag in {"td", "th"} and self._tables:
            if not self._tables[-1]:
                self._tables[-1].append([])
            self._tables[-1][-1].append("")
            self._in_cell += 1
        elif tag == "img" and not self._is_hidden():
            if self._tables and self._in_cell and self._tables[-1] and self._tables[-1][-1]:
                self._tables[-1][-1][-1] += PICTURE
            else:
                self._pictures += 1
        if tag in _BLOCKS:
            self._break()
        if tag not in _VOID and len(self._open) < 500:
            self._open.append((tag, hidden, strong))

    def handle_endtag(self, tag: str) -> None:
        for at in range(len(self._open) - 1, max(-1, len(self._open) - 60), -1):
            if self._open[at][0] == tag:
                del self._open[at:]
                break
        if tag in {"ol", "ul"} and self._lists:
            self._lists.pop()
        if tag == "table" and self._tables:
            self._end_table(self._tables.pop())
        elif tag in {"td", "th"} and self._in_cell:
            self._in_cell -= 1
        if tag in _BLOCKS:
            self._break()

    def handle_data(self, data: str) -> None:
        if self._is_hidden():
            return
        if not any(tag == "pre" for tag, _, _ in self._open[-8:]):
            data = re.sub(r"[ \t\r\n]+", " ", data)
        if self._tables and self._in_cell and self._tables[-1] and self._tables[-1][-1]:
            self._tables[-1][-1][-1] += data
            return
        text = strip_invisible(data)
        if self._label and text.strip() and not self._text.strip():
            self._text = "" if _NUMBERED.match(text) else self._label
            self._label = ""
        if any(strong for _, _, strong in self._open) and text.strip():
            self._strong.append((len(self._text), len(self._text) + len(text)))
        self._text += text
        if "\n" in self._text:
            self.end_line()

    def _is_hidden(self) -> bool:
        return any(hidden for _, hidden, _ in self._open)

    def _break(self) -> None:
        if self._tables and self._in_cell and self._tables[-1] and self._tables[-1][-1]:
            if self._tables[-1][-1][-1].strip():
                self._tables[-1][-1][-1] = self._tables[-1][-1][-1].rstrip() + "\n"
        else:
            self.end_line()

    def end_line(self) -> None:
        """Close the line that is being written."""
        pieces, self._text = self._text.split("\n"), ""
        strong, self._strong = self._strong, []
        for number, piece in enumerate(pieces):
            if piece.strip() or (self._pictures and number == 0):
                where = f"第{len(self.lines) + 1}段"
                marked = tuple(strong) if len(pieces) == 1 else ()
                self.lines.append(Line(piece, where, strong=marked, pictures=self._pictures))
                self._pictures = 0

    def _end_table(self, rows: list[list[str]]) -> None:
        rows = [[clean(cell) for cell in row] for row in rows if any(clean(cell) for cell in row)]
        if not rows:
            return
        if self._tables:  # a table in a table is part of its cell
            if self._tables[-1] and self._tables[-1][-1]:
                self._tables[-1][-1][-1] += "\n".join("\n".join(row) for row in rows)
            return
        self.tables.append(rows)
        pictures = sum(cell.count(PICTURE) for row in rows for cell in row)
        bare = [[clean(cell.replace(PICTURE, "")) for cell in row] for row in rows]
        lines = as_lines(bare)
        if lines is None:
            line = Line("", f"第{len(self.lines) + 1}段", table=as_html(bare), pictures=pictures)
            self.lines.append(line)
        else:
            found = [Line(text, f"第{len(self.lines) + n}段") for n, text in enumerate(lines, 1)]
            self.lines += [replace(one, pictures=pictures if n == 0 else 0) for n, one in enumerate(found)]
