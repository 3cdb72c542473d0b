"""Shared texts: how one begins, what says which items it is for, and what of it the candidate reads."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .lines import Line

_NAME = r"(?:材料|案例|背景资料|资料|情景|案情)"
_MATERIAL = re.compile(
    rf"\s*(?:[【\[（(]?\s?{_NAME}\s?[一二三四五六七八九十\d]{{0,3}}\s?[】\])）]?\s?[:：、.．]?|阅读(?:下列|以下|下面|上述|材料)"
    r"|(?:根据|依据|结合|分析)(?:下列|以下|下面|上述|所给)?[^。]{0,12}(?:材料|案例|资料|案情).{0,20}(?:回答|完成)"
    r"|[（(]?\s?\d{1,4}\s?[-—~～至]{1,2}\s?\d{1,4}\s?题?\s?.{0,6}(?:共用|基于|根据))"
)
_CASE = re.compile(
    r"\s*(?:[（(]\s?[一二三四五六七八九十]{1,3}\s?[)）]|(?:案例|材料|案情)\s?[一二三四五六七八九十\d]{1,3})"
)
_RANGE = re.compile(r"(\d{1,4})\s?题?\s?[-—–~～至到]{1,2}\s?(\d{1,4})\s?(?:小?题|[)）])")
_INSTRUCTION = re.compile(
    r"\s*[（(【\[]?\s?(?:请\s?)?(?:认真\s?)?(?:阅读|根据|依据|结合|分析)[^。]{0,20}(?:材料|案例|资料|案情|文字|信息)"
    r"[^。]{0,24}(?:回答|完成|作答)[^。]{0,24}[。：:）)】\]]{0,3}\s*"
)
_LABEL = re.compile(
    rf"\A\s*(?:[（(]\s?[一二三四五六七八九十]{{1,3}}\s?[)）]\s?[、.．]?|[【\[]\s?{_NAME}\s?[一二三四五六七八九十\d]{{0,3}}\s?[】\]]\s?[:：]?"
    rf"|(?:阅读(?:下列|以下|下面|上述)?)?{_NAME}\s?[一二三四五六七八九十\d]{{0,3}}\s?[:：、.．])\s*(?=\S)"
)
_SEVERAL = re.compile(rf"(?m)^\s*[【\[（(]?\s?{_NAME}\s?[一二三四五六七八九十\d]")


def names_material(text: str) -> bool:
    """Whether a line begins with the name of a shared text ("材料一：", "阅读下列材料")."""
    return _MATERIAL.match(text) is not None


def names_case(text: str) -> bool:
    """Whether a line begins a case below a heading 案例分析题 ("（一）", "案例2")."""
    return _CASE.match(text) is not None


def is_instruction(text: str) -> bool:
    """Whether a line only says what to do with the text: "根据以上材料，回答1—3题。" """
    return len(text) <= 120 and _INSTRUCTION.fullmatch(text) is not None


def range_of(text: str) -> int | None:
    """The last number of "回答1-3题"; None for a line that names no range."""
    found = _RANGE.search(text[:200])
    return int(found.group(2)) if found else None


def material_of(lines: Sequence[Line]) -> str:
    """The shared text as the candidate reads it.

    Without its label, and without the instruction whose numbers mean nothing in an exam of other items.
    """
    texts = [line.text.strip() for line in lines if line.text.strip()]
    return without_label("\n".join([text for text in texts if not is_instruction(text)] or texts))


def without_label(told: str) -> str:
    """A shared text without the words 材料： before it."""
    bare = _LABEL.sub("", told)
    return told if _SEVERAL.search(bare) else bare  # 材料一 keeps its name where there is a 材料二
