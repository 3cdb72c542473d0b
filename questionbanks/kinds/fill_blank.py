"""填空题: several blanks, each with several accepted texts, in fixed or in any order."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal
from typing import Any

from .base import Answer, Blanks, Defect, Key, Kind, Question, Shape, WireError
from .credit import CENT, ZERO
from .written import check_text, fold


class FillBlank(Kind):
    """Marked per blank: possible × right blanks ÷ blanks, rounded down to 0.01.

    An answer that matches in every blank, or that is empty in every blank it does not match, is marked by
    machine. A non-empty blank that matches nothing goes to a person: it may be right in other words.
    """

    code = "fill_blank"
    label = "填空题"
    asks_people = True

    def defects(self, question: Question) -> list[Defect]:
        found = []
        if not question.stem.strip():
            found.append(Defect("no_stem", "没有题干", "补上题干"))
        key = question.key
        if not isinstance(key, Blanks) or not key.accepted:
            found.append(Defect("no_key", "没有答案", "补上每个空的答案"))
        elif any(not any(text.strip() for text in texts) for texts in key.accepted):
            found.append(Defect("empty_blank", "有的空没有答案", "补上每个空的答案"))
        return found

    def check_value(self, value: Any, shape: Shape) -> None:
        if not isinstance(value, list) or len(value) != shape.blanks:
            raise WireError(f"填空题的答案是{shape.blanks}段文字，一空一段")
        for text in value:
            check_text(text, "填空题")

    def resolve(self, value: Any, labels: Any) -> Answer:
        return None if value is None else tuple(value)

    def points(
        self, key: Key, answer: Answer, possible: Decimal, rule: str, per_choice: Decimal
    ) -> Decimal | None:
        blanks = _blanks(key)
        given = [fold(text) for text in answer] if isinstance(answer, tuple) else []
        right, unsure = match_blanks(blanks, given)
        if unsure:
            return None
        if right == len(blanks.accepted):
            return possible
        return (possible * right / len(blanks.accepted)).quantize(CENT, ROUND_DOWN) if right else ZERO

    def key_to_json(self, key: Key) -> Any:
        if key is None:
            return None
        blanks = _blanks(key)
        return {"accepted": [list(texts) for texts in blanks.accepted], "any_order": blanks.any_order}

    def key_from_json(self, data: Any) -> Key:
        if data is None:
            return None
        return Blanks(tuple(tuple(texts) for texts in data["accepted"]), bool(data["any_order"]))

    def describe_key(self, key: Key) -> str:
        return "" if key is None else "；".join(" 或 ".join(texts) for texts in _blanks(key).accepted)

    def describe_answer(self, answer: Answer) -> str:
        if not isinstance(answer, tuple) or not any(answer):
            return "（未答）"
        return "；".join(text or "（未答）" for text in answer)

    def blank_count(self, key: Key) -> int:
        return len(_blanks(key).accepted)


def match_blanks(blanks: Blanks, given: list[str]) -> tuple[int, bool]:
    """How many blanks are right, and whether a filled one matched nothing.

    `given` holds folded texts. With `any_order` the accepted sets are matched at most once each; the
    greatest matching is found by augmenting paths, so an early text cannot take another's only place.
    """
    accepted = [frozenset(fold(text) for text in texts) for texts in blanks.accepted]
    filled = [text for text in given if text]
    if not blanks.any_order:
        right = sum(text in texts for text, texts in zip(given, accepted, strict=False) if text)
        return right, right < len(filled)
    taken: dict[int, int] = {}

    def place(one: int, seen: set[int]) -> bool:
        for blank, texts in enumerate(accepted):
            if filled[one] in texts and blank not in seen:
                seen.add(blank)
                if blank not in taken or place(taken[blank], seen):
                    taken[blank] = one
                    return True
        return False

    right = sum(place(one, set()) for one in range(len(filled)))
    return right, right < len(filled)


def _blanks(key: Key) -> Blanks:
    if not isinstance(key, Blanks):
        raise TypeError(f"a 填空 key is Blanks, not {type(key).__name__}")
    return key
