"""判断题: the key is True (正确) or False (错误); no choices on the wire or on paper."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from .base import Answer, Defect, Key, Kind, Question, Shape, WireError
from .credit import ZERO


class TrueFalse(Kind):
    """Rule "minus" takes `per_choice` off for a wrong answer (倒扣, off by default).

    It is the one rule whose points may be negative; a section's total is floored at 0 (engine/results).
    """

    code = "true_false"
    label = "判断题"
    credit_rules = ("all", "minus")

    def defects(self, question: Question) -> list[Defect]:
        found = []
        if not question.stem.strip():
            found.append(Defect("no_stem", "没有题干", "补上题干"))
        if not isinstance(question.key, bool):
            found.append(Defect("no_key", "没有答案", "补上“正确”或“错误”"))
        return found

    def check_value(self, value: Any, shape: Shape) -> None:
        if not isinstance(value, bool):
            raise WireError("判断题的答案是“正确”或“错误”")

    def points(
        self, key: Key, answer: Answer, possible: Decimal, rule: str, per_choice: Decimal
    ) -> Decimal | None:
        if answer is None:
            return ZERO
        if answer is key:
            return possible
        return -per_choice if rule == "minus" else ZERO

    def key_to_json(self, key: Key) -> Any:
        return key

    def key_from_json(self, data: Any) -> Key:
        return None if data is None else bool(data)

    def describe_key(self, key: Key) -> str:
        return "" if key is None else ("正确" if key else "错误")

    def describe_answer(self, answer: Answer) -> str:
        return "（未答）" if answer is None else ("正确" if answer else "错误")
