"""The points of a model answer (采分点) as a marker ticks them, scaled to what the slot gives. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from questionbanks.kinds.base import Answer, Blanks, ModelAnswer, Question
from questionbanks.kinds.fill_blank import match_blanks
from questionbanks.kinds.written import fold

from .headings import split_points

ZERO = Decimal(0)
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class RubricLine:
    """One thing to tick, and what it earns."""

    text: str
    points: Decimal


@dataclass(frozen=True, slots=True)
class Rubric:
    """What a marker ticks for one answer. No lines: he gives points outright.

    `proportional`: equal lines, rounded once over all that are ticked (blanks). `suggested`: lines that the
    machine found right.
    """

    possible: Decimal
    lines: tuple[RubricLine, ...]
    proportional: bool = False
    suggested: tuple[int, ...] = ()

    def points(self, ticks: Collection[int]) -> Decimal:
        """Points for the ticked lines: all of them are full marks, however they were rounded."""
        ticked = {one for one in ticks if 0 <= one < len(self.lines)}
        if self.lines and len(ticked) == len(self.lines):
            return self.possible
        if self.proportional:
            return _share(self.possible, len(ticked), len(self.lines))
        return sum((self.lines[one].points for one in ticked), ZERO)


def rubric_for(question: Question, possible: Decimal, answer: Answer) -> Rubric:
    """The rubric of a written question, `possible` being what its slot gives."""
    key = question.key
    if isinstance(key, Blanks):
        return _blanks(key, possible, answer)
    if isinstance(key, ModelAnswer) and key.rubric:
        given = [point.points for point in key.rubric]
        shares = _scaled(given, possible)
        return Rubric(
            possible,
            tuple(RubricLine(point.text, share) for point, share in zip(key.rubric, shares, strict=True)),
        )
    return Rubric(possible, ())


def _share(possible: Decimal, part: int, whole: int) -> Decimal:
    return (possible * part / whole).quantize(CENT, ROUND_DOWN)


def _scaled(given: list[Decimal | None], possible: Decimal) -> list[Decimal]:
    """Points a line that add up to `possible`; lines without points share equally what the others leave."""
    named = sum((one for one in given if one is not None), ZERO)
    unnamed = sum(one is None for one in given)
    if unnamed and named < possible:
        rest = iter(split_points(possible - named, unnamed))
        return [next(rest) if one is None else one for one in given]
    points = [one or ZERO for one in given]
    if named == possible:
        return points
    shares = [(possible * one / named).quantize(CENT, ROUND_DOWN) for one in points]
    shares[-1] += possible - sum(shares, ZERO)
    return shares


def _blanks(key: Blanks, possible: Decimal, answer: Answer) -> Rubric:
    given = list(answer) if isinstance(answer, tuple) else []
    given += [""] * (len(key.accepted) - len(given))
    lines = []
    for place, text in enumerate(given):
        wanted = " 或 ".join(key.accepted[place]) if not key.any_order else "任一未用的答案"
        lines.append(
            RubricLine(
                f"第{place + 1}空：{text.strip() or '（未填）'}（答案：{wanted}）",
                _share(possible, 1, len(given)),
            )
        )
    return Rubric(possible, tuple(lines), proportional=True, suggested=_matching(key, given))


def _matching(key: Blanks, given: list[str]) -> tuple[int, ...]:
    """The blanks that match an accepted text; in any order, each accepted set once."""
    folded = [fold(text) for text in given]
    if not key.any_order:
        return tuple(
            place
            for place, text in enumerate(folded)
            if text and text in {fold(one) for one in key.accepted[place]}
        )
    found: list[int] = []
    for place, text in enumerate(folded):
        if text and match_blanks(key, [folded[one] for one in [*found, place]])[0] == len(found) + 1:
            found.append(place)
    return tuple(found)


def answer_key(answer: Answer) -> str:
    """The same for answers that say the same: lower-hex SHA-256 of the folded words."""
    words = [fold(one) for one in answer] if isinstance(answer, tuple) else fold(str(answer))
    return hashlib.sha256(json.dumps(words, ensure_ascii=False).encode()).hexdigest()
