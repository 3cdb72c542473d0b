"""单选, 多选 and 不定项: items whose key is a set of option labels."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from .base import Answer, Defect, Key, Kind, Question, Shape, WireError
from .credit import RULES, choice_points

MAX_CHOICES = 26  # labels are the letters A–Z


class ChoiceKind(Kind):
    """What the three choice kinds share; they differ in how many options may be right."""

    has_choices: ClassVar[bool] = True
    credit_rules: ClassVar[tuple[str, ...]] = tuple(RULES)
    fewest: ClassVar[int]
    most: ClassVar[int]
    count_message: ClassVar[str]

    def defects(self, question: Question) -> list[Defect]:
        found = []
        if not question.stem.strip():
            found.append(Defect("no_stem", "没有题干", "补上题干"))
        labels = question.labels
        if len(labels) < 2:
            found.append(Defect("few_choices", "选项少于两个", "补全选项"))
        if len(labels) > MAX_CHOICES:
            found.append(Defect("many_choices", "选项多于26个", "删减选项"))
        if len(set(labels)) != len(labels):
            found.append(Defect("repeated_label", "选项字母重复", "改正选项字母"))
        empty = [choice.label for choice in question.choices if not choice.text.strip()]
        if empty:
            found.append(Defect("empty_choice", f"选项{'、'.join(empty)}没有内容", "补全或删去空选项"))
        texts = [choice.text.strip() for choice in question.choices if choice.text.strip()]
        if len(set(texts)) != len(texts):
            found.append(Defect("repeated_choice", "有内容相同的选项", "改正重复的选项"))
        found += self._key_defects(question)
        return found

    def _key_defects(self, question: Question) -> list[Defect]:
        key = question.key
        if not isinstance(key, tuple) or not key:
            return [Defect("no_key", "没有答案", "补上答案")]
        unknown = sorted(set(key) - set(question.labels))
        if unknown:
            return [
                Defect("key_without_choice", f"答案{'、'.join(unknown)}没有对应选项", "改正答案或补上选项")
            ]
        if not self.fewest <= len(set(key)) <= self.most:
            return [Defect("key_count", self.count_message, "改正答案或改题型")]
        return []

    def key_to_json(self, key: Key) -> Any:
        return None if key is None else sorted(_labels(key))

    def key_from_json(self, data: Any) -> Key:
        return None if data is None else tuple(sorted(data))

    def describe_key(self, key: Key) -> str:
        return "" if key is None else "、".join(sorted(_labels(key)))

    def describe_answer(self, answer: Answer) -> str:
        return "、".join(sorted(answer)) if isinstance(answer, tuple) and answer else "（未答）"

    def points(
        self, key: Key, answer: Answer, possible: Decimal, rule: str, per_choice: Decimal
    ) -> Decimal | None:
        chosen = frozenset(answer) if isinstance(answer, tuple) else frozenset()
        return choice_points(frozenset(_labels(key)), chosen, possible, rule, per_choice)


def _labels(key: Key) -> tuple[str, ...]:
    if not isinstance(key, tuple):
        raise TypeError(f"a choice key is a tuple of labels, not {type(key).__name__}")
    return key


class Single(ChoiceKind):
    code = "single"
    label = "单选题"
    fewest, most = 1, 1
    credit_rules = ("all",)
    count_message = "单选题写了多个答案"

    def check_value(self, value: Any, shape: Shape) -> None:
        if not isinstance(value, str) or value not in shape.choice_ids:
            raise WireError("单选题的答案是一个选项")

    def resolve(self, value: Any, labels: Mapping[str, str]) -> Answer:
        return None if value is None else (labels[value],)


class Several(ChoiceKind):
    """The wire form of a set: a sorted list of distinct choice ids; the empty list means cleared."""

    def check_value(self, value: Any, shape: Shape) -> None:
        if (
            not isinstance(value, list)
            or not all(isinstance(one, str) for one in value)
            or value != sorted(set(value))
            or not shape.choice_ids.issuperset(value)
        ):
            raise WireError("多选题的答案是一组不重复的选项，按顺序排列")

    def resolve(self, value: Any, labels: Mapping[str, str]) -> Answer:
        return None if not value else tuple(sorted(labels[one] for one in value))


class Multiple(Several):
    code = "multiple"
    label = "多选题"
    fewest, most = 2, MAX_CHOICES
    count_message = "多选题只写了一个答案"


class Uncertain(Several):
    code = "uncertain"
    label = "不定项选择题"
    fewest, most = 1, MAX_CHOICES
    count_message = "没有答案"
