"""What came of reading a file, as JSON for programs. The shape is stable: docs/import-report.md."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ..kinds.base import Blanks, Key, ModelAnswer, Question
from ..kinds.registry import KINDS
from .base import Parsed, Problem, Unreadable
from .check import broken_places, tally
from .outgoing import answer_text
from .richtext import to_plain


def report_of(
    file: str, parsed: Parsed, *, imported: int = 0, extra: Sequence[Problem] = ()
) -> dict[str, Any]:
    """The report on one file that was read. `extra`: problems that are not the parser's (a double, …)."""
    counted = tally(parsed)
    broken = broken_places(parsed)
    return {
        "file": file,
        "format": parsed.format,
        "encoding": parsed.encoding,
        "found": counted.found,
        "importable": counted.importable,
        "broken": counted.broken,
        "imported": imported,
        "by_kind": counted.by_kind,
        "problems": [_problem(one) for one in (*parsed.problems, *extra)],
        "questions": [
            _question(one, material, importable=one.where not in broken)
            for one, material in _answerable(parsed.questions)
        ],
    }


def report_of_unreadable(file: str, error: Unreadable) -> dict[str, Any]:
    """The report on a file that could not be read at all."""
    return {
        "file": file,
        "format": "",
        "encoding": "",
        "found": 0,
        "importable": 0,
        "broken": 0,
        "imported": 0,
        "by_kind": dict.fromkeys(KINDS, 0),
        "problems": [_problem(Problem("", error.code, error.message))],
        "questions": [],
    }


def _problem(problem: Problem) -> dict[str, str]:
    return {
        "where": problem.where,
        "code": problem.code,
        "message": problem.message,
        "raw": problem.raw,
        "fix": problem.fix,
        "severity": problem.severity,
    }


def _answerable(questions: Sequence[Question]) -> Iterator[tuple[Question, str | None]]:
    """Every item that can be answered, with the shared text it belongs to."""
    for question in questions:
        if question.kind == "case_group":
            yield from ((part, to_plain(question.stem)) for part in question.parts)
        else:
            yield question, None


def _question(question: Question, material: str | None, *, importable: bool) -> dict[str, Any]:
    return {
        "number": question.number,
        "kind": question.kind,
        "stem": to_plain(question.stem),
        "choices": [{"label": one.label, "text": to_plain(one.text)} for one in question.choices],
        "answer": _answer(question.key),
        "material": material,
        "where": question.where,
        "importable": importable,
    }


def _answer(key: Key) -> Any:
    """Labels, a truth value, a list of lists of accepted texts, or a text; None where there is none."""
    if isinstance(key, tuple):
        return sorted(key) or None
    if isinstance(key, Blanks):
        return [[to_plain(text) for text in accepted] for accepted in key.accepted] or None
    if isinstance(key, ModelAnswer):
        return to_plain(key.text) or answer_text(key) or None
    return key
