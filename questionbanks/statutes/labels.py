"""Labels of articles: "第一百二十条之一" ⇄ (120, 1)."""

from __future__ import annotations

import re

from ..kinds.written import numeral_value

_NUMERAL = "零〇○一二两三四五六七八九十百千0-9０-９"
# 笫 is a slip for 第 that official texts have, too.
LABEL = rf"[第笫]\s*([{_NUMERAL}]{{1,12}})\s*条(?:\s*之\s*([一二三四五六七八九十0-9]{{1,3}}))?"
_LABEL = re.compile(LABEL)
_DIGITS = "零一二三四五六七八九"


def number_of(label: str) -> tuple[int, int] | None:
    """(120, 1) for "第一百二十条之一", "第120条之1"; (13, 0) for "第十三条"; None for anything else."""
    match = _LABEL.fullmatch(label.strip())
    return None if match is None else number_of_match(match)


def number_of_match(match: re.Match[str]) -> tuple[int, int] | None:
    """The same for a match of LABEL."""
    main, inserted = _value(match.group(1)), _value(match.group(2) or "0")
    return None if not main or inserted is None else (main, inserted)


def label_of(main: int, inserted: int = 0) -> str:
    """The usual label of an article; 1 ≤ main ≤ 9999."""
    return f"第{numeral(main)}条" + (f"之{numeral(inserted)}" if inserted else "")


def numeral(value: int) -> str:
    """1260 → "一千二百六十"; 1 ≤ value ≤ 9999."""
    text, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // unit % 10
        if digit:
            text += ("零" if gap and text else "") + _DIGITS[digit] + name
            gap = False
        else:
            gap = True
    return text.removeprefix("一") if 10 <= value < 20 else text


def _value(text: str) -> int | None:
    half = text.translate(str.maketrans("０１２３４５６７８９○", "0123456789〇"))
    if half.isascii():
        return int(half) if half.isdigit() and len(half) <= 4 else None
    value = None if any(char.isascii() for char in half) else numeral_value(half)
    return value if value is not None and value <= 9999 else None
