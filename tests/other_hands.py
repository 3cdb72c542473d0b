"""The same few items, which other hands write in many ways."""

from __future__ import annotations

import json
from typing import Any

from questionbanks.formats import registry
from questionbanks.formats.base import Parsed
from tests.bank_files import Rows, read_table

TWO = (("谁（ ）。", ("甲", "乙", "丙", "丁"), ("B",)), ("几个（ ）。", ("一", "二", "三", "四"), ("D",)))
SEVERAL = (
    ("谁（ ）。", ("甲", "乙", "丙", "丁"), ("A", "B")),
    ("几个（ ）。", ("一", "二", "三", "四"), ("A", "D")),
)
LETTERS = "ABCD"


def outline(parsed: Parsed) -> list[tuple[str, tuple[str, ...], Any]]:
    """(stem, texts of the options, key) of every item."""
    return [(one.stem, tuple(choice.text for choice in one.choices), one.key) for one in parsed.questions]


def text(body: str, name: str = "题库.txt") -> Parsed:
    return registry.parse(body.encode(), name=name)


def table(rows: Rows) -> Parsed:
    return read_table(rows, "题库.xlsx")


def data(value: Any) -> Parsed:
    return registry.parse(json.dumps(value, ensure_ascii=False).encode(), name="题库.json")
