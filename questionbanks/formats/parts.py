"""The parts of a case: whether they ask, and one answer that is for all of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..kinds.written import numeral_value
from .drafts import Draft


def looks_asked(stem: str) -> bool:
    """Whether a stem ends with a question mark or leaves a place to fill in."""
    return bool(re.search(r"[？?]\s*$|[（(]\s*[)）]|_{2,}", stem))


def asks(draft: Draft) -> bool:
    """Whether an item plainly is a question."""
    return draft.stem.rstrip().endswith(("？", "?"))


_SHARE = re.compile(r"(?m)(?:^|(?<=[。；;！]))\s*[（(]\s?(\d{1,2})\s?[)）]\s?[.．、:：]?\s*")


def share_answer(drafts: Sequence[Draft]) -> None:
    """One answer below all parts of a case, counted as they are: each gets its own."""
    answer = drafts[-1].answer or ""
    marks = list(_SHARE.finditer(answer))
    counted = [int(match.group(1)) for match in marks] == list(range(1, len(drafts) + 1))
    if (
        not counted
        or any(draft.answer or draft.choices for draft in drafts[:-1])
        or answer[: marks[0].start()].strip()
    ):
        return
    ends = [*(match.start() for match in marks[1:]), len(answer)]
    for draft, match, end in zip(drafts, marks, ends, strict=True):
        draft.answer = answer[match.end() : end].strip()


def are_asked(drafts: Sequence[Draft]) -> bool:
    """Whether parts without options are questions, and not the points of a list."""
    return all(looks_asked(draft.stem) or len(draft.stem) < 80 for draft in drafts)


_PART = re.compile(r"[（(]\s?(\d{1,2})\s?[)）]")
_POINTS = (  # how an answer may count what it says to each part
    _PART,
    re.compile(r"(?:^|[\s。；;：:])(\d{1,2})\s?[.．、)）](?!\d)"),
    re.compile(r"([①-⑳])"),
    re.compile(r"第\s?([一二三四五六七八九十\d]{1,2})\s?(?:个?问题?|小?题)"),
    re.compile(r"(?:^|[\s。；;：:（(])([一二三四五六七八九十]{1,2})(?:[、.．)）]|是)"),
)


def doubt_one_answer(draft: Draft, *, case: bool) -> None:
    """One answer behind the last of several parts may be for all of them or for the last: say so, unless
    it counts at least as many points as there are parts. `case`: the heading says that these are cases."""
    count = _asked_parts(draft.stem, case=case)
    if count < 2 or not draft.answer or draft.choices or _counts_to(draft.answer, count):
        return
    message = f"有{count}个小问，却只在最后写了一个答案，看不出各问是否都答了"
    draft.doubt("one_answer_for_parts", message, "核对答案；只答了最后一问的，补上其他各问的答案")


def _asked_parts(stem: str, *, case: bool) -> int:
    """How many questions "（1）…？（2）…？" a stem ends with; 0 where the numbers are of a list."""
    marks = list(_PART.finditer(stem))
    if not marks or [int(match.group(1)) for match in marks] != list(range(1, len(marks) + 1)):
        return 0
    ends = [*(match.start() for match in marks[1:]), len(stem)]
    asked = [looks_asked(stem[match.end() : end]) for match, end in zip(marks, ends, strict=True)]
    return len(marks) if all(asked) or (case and any(asked)) else 0


def _counts_to(answer: str, count: int) -> bool:
    """Whether the points of an answer are numbered from 1 to `count` or further."""
    for pattern in _POINTS:
        found = [_value(match.group(1)) for match in pattern.finditer(answer)]
        if set(range(1, count + 1)) <= set(found):
            return True
    return False


def _value(sign: str) -> int:
    circled = ord(sign) - ord("①") + 1 if "①" <= sign <= "⑳" else 0
    return circled or numeral_value(sign) or (int(sign) if sign.isdecimal() else 0)
