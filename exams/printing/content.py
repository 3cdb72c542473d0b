"""What goes onto paper, as plain data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

_BRACKETS = re.compile(r"[（(][\s　]*[)）]")
_LETTER_KINDS = ("single", "multiple", "uncertain", "true_false")


@dataclass(frozen=True, slots=True)
class PrintedQuestion:
    """One question. `material`: the shared text, with the first part of a case only.

    `key` and `rationale` are empty on what candidates get.
    """

    number: int
    kind: str
    stem: str
    points: str
    choices: tuple[tuple[str, str], ...] = ()
    blanks: int = 0
    material: str = ""
    key: str = ""
    rationale: str = ""
    basis: str = ""

    @property
    def brackets(self) -> str:
        """The brackets to be printed after the stem, where it has none of its own."""
        return "（　　）" if self.kind in _LETTER_KINDS and not _BRACKETS.search(self.stem) else ""


@dataclass(frozen=True, slots=True)
class PrintedSection:
    """A 大题: "一、单项选择题" with its instructions."""

    title: str
    instructions: str
    questions: tuple[PrintedQuestion, ...]


@dataclass(frozen=True, slots=True)
class PrintedPaper:
    """One form. `mark` is the beginning of its digest: it tells two printings apart."""

    title: str
    code: str
    total: str
    minutes: int
    open_book: bool
    mark: str
    sections: tuple[PrintedSection, ...]

    @property
    def questions(self) -> tuple[PrintedQuestion, ...]:
        return tuple(one for section in self.sections for one in section.questions)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One person in a sitting. `form`: the code of the form dealt to him."""

    name: str
    unit: str
    number: str
    room: str = ""
    seat: str = ""
    form: str = ""
    mode: str = ""


@dataclass(frozen=True, slots=True)
class Slip:
    """What a candidate is handed: `address` behind the QR code, `code` for typing ("" without)."""

    candidate: Candidate
    address: str
    code: str


@dataclass(frozen=True, slots=True)
class Occasion:
    """The sitting as paper names it; times are local."""

    exam: str
    sitting: str
    opens_at: datetime
    closes_at: datetime
    minutes: int
    place: str = ""
    help_line: str = ""
