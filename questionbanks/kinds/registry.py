"""The kinds there are. To add one: its module, its line here (see CONTRIBUTING)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .base import Blanks, Defect, Kind, ModelAnswer, Question
from .case_group import CaseGroup
from .choice import Multiple, Single, Uncertain
from .fill_blank import FillBlank
from .short_answer import ShortAnswer
from .true_false import TrueFalse

KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (Single(), Multiple(), Uncertain(), TrueFalse(), FillBlank(), ShortAnswer(), CaseGroup())
}
MAX_TEXT = 20_000  # characters of one text; more is a whole document that lost its borders
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def kind(code: str) -> Kind:
    """The kind with this code; KeyError for an unknown one."""
    return KINDS[code]


def defects(question: Question) -> list[Defect]:
    """Everything wrong with a question, its parts included."""
    found = own_defects(question)
    for part in question.parts:
        if part.kind != "case_group":
            found += defects(part)
    return found


def own_defects(question: Question) -> list[Defect]:
    """Everything wrong with a question, its parts left out: what its kind asks for, and texts as such."""
    found = kind(question.kind).defects(question)
    if any(len(text) > MAX_TEXT for text in _texts(question)):
        found.append(Defect("too_long", f"有一段文字超过{MAX_TEXT}字，不像一道题", "检查这道题的起止"))
    if any(_UNSTORABLE.search(text) for text in _texts(question)):
        found.append(Defect("unstorable", "有无法保存的字符", "删去乱码"))
    return found


def _texts(question: Question) -> Iterator[str]:
    yield question.stem
    yield question.rationale
    yield from (choice.text for choice in question.choices)
    key = question.key
    if isinstance(key, Blanks):
        yield from (text for accepted in key.accepted for text in accepted)
    elif isinstance(key, ModelAnswer):
        yield key.text
        yield from (point.text for point in key.rubric)
