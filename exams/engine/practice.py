"""Voluntary practice: one question, one answer, what is right. Nothing of it is stored or counted. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from questionbanks.kinds.base import Answer, Question, Shape, WireError
from questionbanks.kinds.registry import kind

from .marking import MarkingSlot, mark_slot


@dataclass(frozen=True, slots=True)
class Exercise:
    """A question to be tried. `question` is as shown; `letters` maps what is shown to the labels of the key
    in `slot`; `keys` are the right answers in words and in the letters shown.

    `code` names it in an address. `material`: the shared text of a case. `given`: what was answered in the
    exam, in words; "" where it was in none.
    """

    code: str
    question: Question
    letters: Mapping[str, str]
    slot: MarkingSlot
    keys: tuple[str, ...]
    material: str = ""
    given: str = ""

    @property
    def kind_label(self) -> str:
        return kind(self.question.kind).label

    @property
    def blanks(self) -> int:
        return kind(self.question.kind).blank_count(self.question.key)


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of an answer: `right` None where a machine cannot tell. `answer` in the letters shown."""

    answer: Answer
    right: bool | None


def try_answer(exercise: Exercise, value: Any) -> Tried:
    """Judge a value as it comes over the wire, choices by the letters shown.

    Raises WireError for one that does not have the shape of the kind, or answers nothing.
    """
    its_kind = kind(exercise.question.kind)
    its_kind.check_value(value, Shape(exercise.question.kind, frozenset(exercise.letters), exercise.blanks))
    shown = its_kind.resolve(value, {letter: letter for letter in exercise.letters})
    if shown in (None, "") or (isinstance(shown, tuple) and not any(shown)):
        raise WireError("没有作答")
    mark = mark_slot(exercise.slot, its_kind.resolve(value, exercise.letters))
    return Tried(shown, None if mark.points is None else mark.points == mark.possible)
