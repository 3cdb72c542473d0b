"""The contract of a file format: bytes in, questions and problems out; and the other way round.

Pure: no Django, no network, no writing to disk. A parser never raises for what stands in a file: every
broken item is a Problem with its place. Only a file that cannot be read at all raises Unreadable, with a
sentence for the office.
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from examsite.lib.files.unreadable import Unreadable as Unreadable

from ..kinds.base import Question

if TYPE_CHECKING:
    from examsite.lib.files.sniff import Probe


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong or doubtful, tied to a place in the source.

    `where` equals the `where` of the question it concerns, or names a place of its own. `severity`:
    "broken" keeps the item out, "doubtful" wants a look, "note" only informs. `raw` is the source text.
    """

    where: str
    code: str
    message: str
    raw: str = ""
    fix: str = ""
    severity: str = "broken"


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a parser found: every item, broken ones too, in the order of the source."""

    questions: tuple[Question, ...] = ()
    problems: tuple[Problem, ...] = ()
    format: str = ""
    encoding: str = ""
    layout: dict[str, str] = field(default_factory=dict)  # recognised column → meaning, for the review page


@dataclass(frozen=True, slots=True)
class Emitted:
    """A written file, and the items that the format could not carry in full."""

    data: bytes
    problems: tuple[Problem, ...] = ()


class Format(ABC):
    """One file format. Stateless; found through `registry`. `kinds_out` lists what it can carry."""

    code: ClassVar[str]
    label: ClassVar[str]
    extension: ClassVar[str]
    kinds_out: ClassVar[frozenset[str]] = frozenset()

    def claims(self, probe: Probe) -> int:
        """How surely the file is of this format: 0 not at all, 100 certainly. Cheap: no parsing."""
        return 0

    def parse(self, data: bytes, *, name: str = "", mapping: Mapping[str, str] | None = None) -> Parsed:
        """Every item of the file. `name` is the file's name, for hints only.

        `mapping`: columns → meanings as a person corrected them, in the form of `Parsed.layout`; formats
        without columns ignore it.
        """
        raise Unreadable("no_import", f"暂不支持导入{self.label}格式")

    def emit(self, questions: Sequence[Question], *, title: str = "") -> Emitted:
        """The questions as a file of this format."""
        raise Unreadable("no_export", f"暂不支持导出{self.label}格式")
