"""An item as it was cut out of a source, before anything in it is read."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from ..kinds.base import Choice, Citation, Question
from .base import Problem


@dataclass(slots=True)
class Draft:
    """One item as it was cut out of a source.

    `kind`: a code of kinds, CHOICE, or "" to infer it; `kind_name`: the source's own word. `answer` is None
    where the source has no place for one, "" where the place is empty. `keys`: labels that the source marks
    otherwise (a column 是否正确, bold, a tick before the option); `keys_by` says how. `all_marked`: every
    option is marked so, which may mean that all are right. `marked`: words of the stem that are underlined or
    coloured, each with what stands before it. `material`: the shared text of a group; equal texts in a row
    are one group.
    """

    where: str
    number: str = ""
    kind: str = ""
    kind_name: str = ""
    stem: str = ""
    choices: list[Choice] = field(default_factory=list)
    answer: str | None = None
    keys: tuple[str, ...] = ()
    keys_by: str = ""
    all_marked: bool = False
    marked: tuple[tuple[str, str], ...] = ()
    rationale: str = ""
    points: Decimal | None = None
    difficulty: int | None = None
    topic: str = ""
    audience: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    source: str = ""
    pinned: bool = False
    material: str = ""
    markup: bool = False  # texts may be HTML (tables and JSON that other systems exported)
    raw: str = ""
    tables: list[str] = field(default_factory=list)  # HTML of tables that belong to the stem
    exact: Question | None = None  # the finished question, where a source carries one
    problems: list[Problem] = field(default_factory=list)

    def note(self, code: str, message: str, fix: str = "", severity: str = "broken") -> None:
        """Report something about this item."""
        self.problems.append(Problem(self.where, code, message, self.raw or self.stem, fix, severity))

    def doubt(self, code: str, message: str, fix: str = "") -> None:
        """Report something that wants a look but does not keep the item out."""
        self.note(code, message, fix, "doubtful")
