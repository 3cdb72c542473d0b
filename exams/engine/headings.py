"""The words above a section (大题), as Chinese exam papers print them."""

from __future__ import annotations

from decimal import Decimal

from questionbanks.kinds.credit import RULES
from questionbanks.kinds.registry import kind as kind_of

_DIGITS = "零一二三四五六七八九"

TITLES = {
    "single": "单项选择题",
    "multiple": "多项选择题",
    "uncertain": "不定项选择题",
    "true_false": "判断题",
    "fill_blank": "填空题",
    "short_answer": "简答题",
    "case_group": "案例分析题",
}
_TASKS = {
    "single": "每题只有一个正确答案",
    "multiple": "每题有两个或两个以上正确答案",
    "uncertain": "每题有一个或一个以上正确答案",
    "true_false": "正确的选“正确”（打√），错误的选“错误”（打×）",
    "fill_blank": "把答案填在空白处",
    "short_answer": "按题目要求简要作答",
    "case_group": "阅读材料，逐一回答后面的小题",
}


def numeral(number: int) -> str:
    """1–99 as a Chinese numeral ("一", "十二", "二十")."""
    if not 1 <= number <= 99:
        raise ValueError(f"no section number {number}")
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else ("" if tens == 1 else _DIGITS[tens]) + "十"
    return head + (_DIGITS[ones] if ones else "")


def plain(points: Decimal) -> str:
    """Points without needless zeros: "2", "0.5"."""
    return f"{points.normalize():f}"


def section_title(title: str, kind: str) -> str:
    """The title as stored, or the usual one of the kind."""
    return title or TITLES[kind]


def section_instructions(
    *, kind: str, count: int, points: Decimal, credit_rule: str, per_choice: Decimal
) -> str:
    """The printed instructions: points each and together, the task, and always how partial answers count."""
    words = [f"每题{plain(points)}分，共{plain(points * count)}分", _TASKS[kind]]
    if kind in ("multiple", "uncertain"):
        words.append(RULES[credit_rule].heading.format(u=plain(per_choice)))
    elif kind == "true_false" and credit_rule == "minus":
        words.append(f"答错一题扣{plain(per_choice)}分，本大题扣完为止")
    elif kind == "case_group" and credit_rule != "all":
        words.append("多选小题" + RULES[credit_rule].heading.format(u=plain(per_choice)))
    return "。".join(words) + "。"


def allowed_rules(kind: str) -> tuple[str, ...]:
    """The credit rules that a section of this kind may have; a case group passes its rule to its parts."""
    if kind == "case_group":
        return tuple(RULES)
    return kind_of(kind).credit_rules


def split_points(points: Decimal, parts: int) -> list[Decimal]:
    """A case's points over its sub-questions: equal shares in steps of 0.5, the rest to the last ones.

    Where 0.5 is too coarse (more sub-questions than half points) the step is 0.01.
    """
    step = (
        Decimal("0.5")
        if points >= parts * Decimal("0.5") and points % Decimal("0.5") == 0
        else Decimal("0.01")
    )
    units = int(points / step)
    share, rest = divmod(units, parts)
    return [step * (share + (number >= parts - rest)) for number in range(parts)]
