"""Last step of every import: no item without a verdict.

found = importable + broken: an item is broken when a problem of severity "broken" stands at its `where`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from examsite.lib.files.encodings import DAMAGED

from ..kinds import registry as kinds
from ..kinds.base import Blanks, ModelAnswer, Question, replace
from .base import Parsed, Problem

_DAMAGED = "文件里这道题有几个字已经损坏，读不出来（显示为�）"
_RETYPE = "对照原件补上损坏的字"


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of answerable items (the parts of a case, not the case itself); `by_kind` has the cases too."""

    found: int
    importable: int
    broken: int
    by_kind: dict[str, int]


def complete(parsed: Parsed) -> Parsed:
    """The same items with unique places, and a problem for every defect that none was reported for."""
    questions = _with_unique_places(parsed.questions)
    reported = {(problem.where, problem.code) for problem in parsed.problems}
    broken = {problem.where for problem in parsed.problems if problem.severity == "broken"}
    added = []
    for question in _each(questions):
        if any(DAMAGED in text for text in _texts(question)):
            added.append(Problem(question.where, "damaged_text", _DAMAGED, question.stem, _RETYPE))
        for defect in kinds.own_defects(question):
            # A parser that has said why an item is broken need not be repeated in general words.
            if (question.where, defect.code) not in reported and question.where not in broken:
                added.append(Problem(question.where, defect.code, defect.message, question.stem, defect.fix))
    return Parsed(questions, (*parsed.problems, *added), parsed.format, parsed.encoding, parsed.layout)


def tally(parsed: Parsed) -> Tally:
    """Count what `complete` returned."""
    broken = broken_places(parsed)
    answerable = [one for one in _each(parsed.questions) if one.kind != "case_group"]
    lost = sum(one.where in broken for one in answerable)
    by_kind = Counter(one.kind for one in _each(parsed.questions))
    return Tally(
        found=len(answerable),
        importable=len(answerable) - lost,
        broken=lost,
        by_kind={code: by_kind[code] for code in kinds.KINDS},
    )


def broken_places(parsed: Parsed) -> frozenset[str]:
    """The `where` of every item that must not be imported.

    A broken case takes its parts along: they cannot be asked without their text.
    """
    broken = {problem.where for problem in parsed.problems if problem.severity == "broken"}
    for question in parsed.questions:
        if question.where in broken:
            broken.update(part.where for part in question.parts)
    return frozenset(broken)


def _each(questions: Sequence[Question]) -> Iterator[Question]:
    for question in questions:
        yield question
        yield from question.parts


def _texts(question: Question) -> Iterator[str]:
    """The texts of an item itself, not of its parts."""
    yield from (question.stem, question.rationale, *(choice.text for choice in question.choices))
    if isinstance(question.key, Blanks):
        yield from (text for accepted in question.key.accepted for text in accepted)
    elif isinstance(question.key, ModelAnswer):
        yield question.key.text


def _with_unique_places(questions: Sequence[Question]) -> tuple[Question, ...]:
    """Parsers name places uniquely; where one fails to, a later item gets a suffix."""
    seen: Counter[str] = Counter()

    def settle(question: Question, fallback: str) -> Question:
        where = question.where or fallback
        seen[where] += 1
        where = where if seen[where] == 1 else f"{where}#{seen[where]}"
        parts = tuple(settle(part, f"{where}（{n}）") for n, part in enumerate(question.parts, 1))
        if where == question.where and parts == question.parts:
            return question
        return replace(question, where=where, parts=parts)

    return tuple(settle(question, f"第{n}题") for n, question in enumerate(questions, 1))
