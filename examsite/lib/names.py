"""Names of people as they are written in lists."""

from __future__ import annotations

import re

# Chinese names with the dot of minority names, or Latin ones; nothing a page could stumble over.
_HAN = r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff〇]"
_NAME = re.compile(rf"{_HAN}(?:·?{_HAN}){{0,29}}|[A-Za-z](?:[A-Za-z .'’\-]{{0,61}}[A-Za-z.])?")
_HAS_HAN = re.compile(_HAN)
_DOTS = str.maketrans("•・．‧", "····")
_WIDE = {code: code - 0xFEE0 for code in (*range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}


def tidy_name(text: str) -> str:
    """The name without stray spaces ("谢 英", "邓　文"), with one kind of dot and half-width letters."""
    name = " ".join(text.split()).translate(_WIDE)
    return name.replace(" ", "").translate(_DOTS) if _HAS_HAN.search(name) else name


def name_fault(name: str) -> str | None:
    """Why a tidied text is no name, in words; None when it may be one."""
    if not name:
        return "没有姓名"
    if not _NAME.fullmatch(name):
        return f"“{name[:20]}”不像姓名：只能是汉字（可含间隔号“·”）或拉丁字母"
    return None
