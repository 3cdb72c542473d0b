"""案例分析 / 材料题: one shared text with sub-questions; one unit for shuffling, paging and assembly."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from .base import Answer, Defect, Key, Kind, Question, Shape, WireError


class CaseGroup(Kind):
    """It is never answered or marked itself: each of its parts is, under its own kind."""

    code = "case_group"
    label = "案例分析题"
    machine_marked = False
    credit_rules = ()

    def defects(self, question: Question) -> list[Defect]:
        found = []
        if not question.stem.strip():
            found.append(Defect("no_material", "没有材料", "补上材料"))
        if not question.parts:
            found.append(Defect("no_parts", "材料下没有小题", "补上小题"))
        if any(part.kind == self.code or part.parts for part in question.parts):
            found.append(Defect("nested_case", "材料题里不能再套材料题", "把内层材料题拆开"))
        return found

    def check_value(self, value: Any, shape: Shape) -> None:
        raise WireError("材料题要按小题作答")

    def points(
        self, key: Key, answer: Answer, possible: Decimal, rule: str, per_choice: Decimal
    ) -> Decimal | None:
        raise TypeError("a case group is marked part by part")

    def key_to_json(self, key: Key) -> Any:
        return None

    def key_from_json(self, data: Any) -> Key:
        return None

    def describe_key(self, key: Key) -> str:
        return ""
