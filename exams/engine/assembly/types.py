"""What assembly works on: candidates (items that may be asked), rules (rows of a blueprint), and forms built.

One scale for difficulty: the expected facility, 0 (nobody) to 1 (everybody gets it right). It is the
calibrated one where enough people answered, else the author's 易 0.85, 中 0.65, 难 0.45.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

EASY, MEDIUM, HARD = 1, 2, 3
FACILITY_OF_LEVEL = {EASY: 0.85, MEDIUM: 0.65, HARD: 0.45}
UNKNOWN_FACILITY = 0.65


def expected_facility(calibrated: float | None, level: int | None) -> float:
    """The calibrated facility, else the one the author's level stands for, else that of 中."""
    if calibrated is not None:
        return calibrated
    return UNKNOWN_FACILITY if level is None else FACILITY_OF_LEVEL[level]


def level_of(calibrated: float | None, level: int | None) -> int | None:
    """易, 中 or 难 on the one scale: a calibrated facility overrules the author's level.

    The borders are halfway between the facilities that the levels stand for.
    """
    if calibrated is None:
        return level
    if calibrated >= 0.75:
        return EASY
    return MEDIUM if calibrated >= 0.55 else HARD


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item that may be asked; a case group is one candidate.

    `laws` are the laws it cites, the first one is the one it is counted under. `topics` are the names of its
    topic and of all topics above, its own first. `enemies` names groups of which a form takes at most one
    member. `used` counts the earlier forms that it stood in.
    """

    id: str
    kind: str
    facility: float
    level: int | None = None
    laws: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    audience: frozenset[str] = frozenset()
    enemies: frozenset[str] = frozenset()
    used: int = 0

    @property
    def stratum(self) -> str:
        """What it is counted under where forms must agree in content: its law, else its topic."""
        if self.laws:
            return f"law:{self.laws[0]}"
        return f"topic:{self.topics[-1]}" if self.topics else ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of a blueprint: `count` items worth `points` each, for section number `section`.

    Empty fields admit anything. An item without audience suits everybody. `name` is the row's name for the
    office ("一、单项选择题第2行").
    """

    name: str
    section: int
    kind: str
    count: int
    points: Decimal
    law: str | None = None
    topic: str = ""
    level: int | None = None
    audience: str = ""

    def admits(self, item: Candidate) -> bool:
        """Whether the item may fill this row."""
        return (
            item.kind == self.kind
            and (self.law is None or self.law in item.laws)
            and (not self.topic or self.topic in item.topics)
            and (self.level is None or item.level == self.level)
            and (not self.audience or not item.audience or self.audience in item.audience)
        )


@dataclass(frozen=True, slots=True)
class Request:
    """What to build: `forms` parallel forms under `rules`.

    `cap`: in how many forms one item may stand; `used` are the forms outside this request that count, item by
    item, so that `used` and new ones together never pass the cap. `seen`: for each group of people the items
    they have met; a form takes at most `seen_share` of its items from each. `kept[f]`: (rule, item) pairs
    that form number f holds already (locked by hand).
    """

    rules: tuple[Rule, ...]
    forms: int
    seed: int
    cap: int = 1
    seen: tuple[frozenset[str], ...] = ()
    seen_share: float = 0.3
    kept: Mapping[int, tuple[tuple[int, str], ...]] = field(default_factory=dict)
    used: Mapping[str, int] = field(default_factory=dict)

    def uses_left(self, item: str) -> int:
        """In how many forms of this request the item may stand, those aside that keep it."""
        return max(min(self.cap - self.used.get(item, 0), self.forms), 0)

    @property
    def size(self) -> int:
        """Items a form."""
        return sum(rule.count for rule in self.rules)


@dataclass(frozen=True, slots=True)
class Built:
    """One form: for each rule, in order, the ids of its items; and the figures it is judged by.

    `mean` and `spread` (standard deviation) of expected facility over its items; `expected`: expected
    points of the average candidate; `strata`: items under each law or topic.
    """

    rows: tuple[tuple[str, ...], ...]
    mean: float
    spread: float
    expected: float
    strata: Mapping[str, int]

    @property
    def items(self) -> frozenset[str]:
        return frozenset(one for row in self.rows for one in row)


@dataclass(frozen=True, slots=True)
class Assembly:
    """The forms of one request, in order. `overlap[a][b]`: items that forms a and b share."""

    forms: tuple[Built, ...]
    overlap: tuple[tuple[int, ...], ...]
    target_mean: float
    target_spread: float


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A change that would make room: what to do, in words, and the forms or items it frees."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Clash:
    """Rules that cannot all be fulfilled: together they need `needed` items, `available` there are."""

    rules: tuple[int, ...]
    needed: int
    available: int
    text: str
    relaxations: tuple[Relaxation, ...] = ()

    @property
    def missing(self) -> int:
        return self.needed - self.available


class Infeasible(Exception):
    """No such forms exist. `clashes` name the rules that stand against each other."""

    def __init__(self, clashes: tuple[Clash, ...]) -> None:
        super().__init__("；".join(clash.text for clash in clashes))
        self.clashes = clashes
