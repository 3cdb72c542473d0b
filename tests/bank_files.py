"""Files of questions built for tests of formats, and the short forms in which what was read is compared."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import openpyxl

from questionbanks.formats import registry
from questionbanks.formats.base import Parsed
from questionbanks.formats.check import complete
from questionbanks.formats.lines import lines_of
from questionbanks.formats.text import read_lines
from questionbanks.kinds.base import Blanks, Choice, ModelAnswer

Rows = list[list[Any]]

AB = (Choice("A", "甲"), Choice("B", "乙"))
ABCD = (*AB, Choice("C", "丙"), Choice("D", "丁"))
FOUR = "A.甲\nB.乙\nC.丙\nD.丁\n"
PLAIN = ["题干", "选项A", "选项B", "选项C", "选项D", "答案"]


def read_text(text: str, name: str = "") -> Parsed:
    return complete(read_lines(lines_of(text), name=name))


def read_table(rows: Rows, name: str = "") -> Parsed:
    return registry.parse(book(*rows), name=name)


def workbook(**sheets: Rows) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def book(*rows: list[Any]) -> bytes:
    """A workbook of one sheet."""
    return workbook(Sheet1=list(rows))


def with_parts(data: bytes, parts: dict[str, bytes]) -> bytes:
    """A package with some of its parts replaced or added."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if info.filename not in parts:
                new.writestr(info.filename, old.read(info))
        for name, content in parts.items():
            new.writestr(name, content)
    return buffer.getvalue()


def with_cell(cell: str, inner: str) -> bytes:
    """A table one cell of which is this XML. The row below the header asks, with four choices and a key."""
    data = workbook(Sheet1=[PLAIN, ["谁？", *"甲乙丙丁", "A"]])
    part = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        xml = package.read(part).decode()
    changed = re.sub(rf'<c r="{cell}".*?</c>', inner, xml)
    return with_parts(data, {part: changed.encode()})


def outline(parsed: Parsed) -> list[tuple[str, str, str, object]]:
    """(number, kind, stem, key) of every item, with texts for written keys."""
    return [(one.number, one.kind, one.stem, _plain(one.key)) for one in parsed.questions]


def keys(parsed: Parsed) -> list[object]:
    """The key of every item, with texts for written keys."""
    return [_plain(one.key) for one in parsed.questions]


def kinds(parsed: Parsed) -> list[str]:
    return [one.kind for one in parsed.questions]


def codes(parsed: Parsed) -> list[str]:
    return [problem.code for problem in parsed.problems]


def problems(parsed: Parsed) -> list[tuple[str, str, str]]:
    return [(one.where, one.code, one.severity) for one in parsed.problems]


def _plain(key: object) -> object:
    if isinstance(key, ModelAnswer):
        return key.text
    return [list(texts) for texts in key.accepted] if isinstance(key, Blanks) else key
