"""The question everybody may try before the clock starts: it turns on nothing that an exam asks."""

from __future__ import annotations

from questionbanks.kinds.base import Choice, Question

PRACTICE_QUESTION = Question(
    "single",
    "国家宪法日是每年的哪一天？",
    (Choice("A", "3月15日"), Choice("B", "10月1日"), Choice("C", "12月4日"), Choice("D", "12月31日")),
    ("C",),
)


def verdict_on(label: str | None) -> str | None:
    """A sentence on the chosen label; None where nothing, or nothing known, was chosen."""
    if label not in PRACTICE_QUESTION.labels:
        return None
    if (label,) == PRACTICE_QUESTION.key:
        return "答对了，就是这样点选。"
    return "会点选了。正确答案是“12月4日”，这一题不计分。"
