"""Bytes → items with everything that can be said about them before a person looks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from examsite.lib.errors import Invalid

from ..formats.base import Parsed
from ..formats.registry import FORMATS
from ..formats.sandbox import parse_in_child
from .checks import check_parsed
from .citations import LawBook

MAX_BYTES = 20 * 1024 * 1024


def read_file(
    data: bytes, *, name: str, day: date, format: str = "auto", mapping: Mapping[str, str] | None = None
) -> Parsed:
    """Every item of a file, checked as far as that goes without a bank.

    Raises Unreadable, with a sentence for the office, for a file that cannot be read at all; Invalid for one
    that is too large or for a format that does not exist.
    """
    require_size(len(data), name)
    if format != "auto" and format not in {one.code for one in FORMATS}:
        raise Invalid("format", f"没有“{format}”这种格式。")
    parsed = parse_in_child(data, name=name, format=format, mapping=mapping)
    return check_parsed(parsed, book=LawBook(), day=day)


def require_size(size: int, name: str) -> None:
    """Raise Invalid for a file of more bytes than anything that a bank comes in. Ask before it is read."""
    if size > MAX_BYTES:
        raise Invalid(
            "too_large", f"“{name}”超过{MAX_BYTES // 1024 // 1024}MB；请拆成几个文件，或删去里面的图片。"
        )


def nothing_found(parsed: Parsed, name: str) -> str:
    """The sentence for a file without any item."""
    reason = parsed.problems[0].message if parsed.problems else "请检查是不是选错了文件"
    return f"“{name}”里没有找到试题：{reason}"
