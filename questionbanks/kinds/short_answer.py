"""简答题 and 论述题: a text marked by people along the points (采分点) of the model answer."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from .base import Answer, Defect, Key, Kind, ModelAnswer, Question, RubricPoint, Shape
from .credit import ZERO
from .written import check_text


class ShortAnswer(Kind):
    """A blank answer is 0 by itself; every other one goes to a person."""

    code = "short_answer"
    label = "简答题"
    asks_people = True
    machine_marked = False

    def defects(self, question: Question) -> list[Defect]:
        found = []
        if not question.stem.strip():
            found.append(Defect("no_stem", "没有题干", "补上题干"))
        key = question.key
        if not isinstance(key, ModelAnswer) or not (key.text.strip() or key.rubric):
            found.append(Defect("no_key", "没有参考答案", "补上参考答案"))
        return found

    def check_value(self, value: Any, shape: Shape) -> None:
        check_text(value, "简答题")

    def points(
        self, key: Key, answer: Answer, possible: Decimal, rule: str, per_choice: Decimal
    ) -> Decimal | None:
        return ZERO if not isinstance(answer, str) or not answer.strip() else None

    def key_to_json(self, key: Key) -> Any:
        if key is None:
            return None
        if not isinstance(key, ModelAnswer):
            raise TypeError(f"a 简答 key is a ModelAnswer, not {type(key).__name__}")
        return {
            "text": key.text,
            "rubric": [
                {"text": point.text, "points": None if point.points is None else str(point.points)}
                for point in key.rubric
            ],
        }

    def key_from_json(self, data: Any) -> Key:
        if data is None:
            return None
        return ModelAnswer(
            data["text"],
            tuple(
                RubricPoint(point["text"], None if point["points"] is None else Decimal(point["points"]))
                for point in data["rubric"]
            ),
        )

    def describe_key(self, key: Key) -> str:
        return key.text if isinstance(key, ModelAnswer) else ""
