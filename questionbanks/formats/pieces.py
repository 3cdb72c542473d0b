"""What a text bank is cut into: sections, items, keys that stand apart."""

from __future__ import annotations

from dataclasses import dataclass, field

from .base import Problem
from .keytable import KeySection
from .lines import Line
from .marks import Heading, Number


@dataclass(slots=True)
class Section:
    """What holds for the items below a heading."""

    heading: Heading | None = None
    chapter: str = ""
    index: int = 0


@dataclass(slots=True)
class Block:
    """The lines of one item. `text_from`: where the text begins in the first line, behind the number."""

    section: Section
    number: Number | None
    lines: list[Line] = field(default_factory=list)
    text_from: int = 0
    material: list[Line] = field(default_factory=list)
    numbered: bool = True

    @property
    def value(self) -> int:
        return self.number.value if self.number else 0


@dataclass(slots=True)
class Cut:
    """The whole text, cut: items in order, keys that stand apart, what was left out on purpose.

    `unclear`: for the blocks (by index) whose answers may stand in a list behind the last of them, which may
    be the answer of that last one alone, the list.
    """

    blocks: list[Block] = field(default_factory=list)
    keys: list[tuple[int, KeySection]] = field(default_factory=list)  # (blocks before the key, its answers)
    problems: list[Problem] = field(default_factory=list)
    unclear: dict[int, str] = field(default_factory=dict)
