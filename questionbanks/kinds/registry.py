"""The kinds there are. To add one: its module, its line here (see CONTRIBUTING)."""

from __future__ import annotations

from .base import Defect, Kind, Question
from .case_group import CaseGroup
from .choice import Multiple, Single, Uncertain
from .fill_blank import FillBlank
from .short_answer import ShortAnswer
from .true_false import TrueFalse

KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (Single(), Multiple(), Uncertain(), TrueFalse(), FillBlank(), ShortAnswer(), CaseGroup())
}


def kind(code: str) -> Kind:
    """The kind with this code; KeyError for an unknown one."""
    return KINDS[code]


def defects(question: Question) -> list[Defect]:
    """Everything wrong with a question, its parts included."""
    found = kind(question.kind).defects(question)
    for part in question.parts:
        if part.kind != "case_group":
            found += defects(part)
    return found
