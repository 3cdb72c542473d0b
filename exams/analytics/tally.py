"""The counts of an exam: what every rate, average and sentence is made of.

A Tally is filled either person by person (`tally`) or from grouped SQL counts; both add, so that a town is
the sum of its units and a rate of the whole is never a mean of rates.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, TypeVar

from ..engine.results import ExamRule, Mode, PersonResult, RosterStatus, Standing, counting_tries, resolve

ZERO = Decimal(0)
BAND_FLOORS = (Decimal(90), Decimal(80), Decimal(70), Decimal(60), ZERO)
BAND_NAMES = ("90—100分", "80—89分", "70—79分", "60—69分", "60分以下")
NO_BANDS = (0, 0, 0, 0, 0)
# Sums are of percentages rounded to this, so that they come out the same in whatever order one adds.
SUMMED = Decimal("0.000001")

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of people unless said otherwise; `required` (应考) and its kin are derived.

    From `deferred` to `entered_unanswered` only required people count. `makeup_taken` and `makeup_passed`
    count those who owed a makeup. `online` … `external` count people with at least one valid try of that
    mode, `helped` on paper or assisted. `final_sum` over `final_scored` people and `first_sum` over
    `first_scored` give the averages. `bands` follow BAND_FLOORS: [90,100] [80,90) [70,80) [60,70) [0,60)
    by final result.
    """

    roster: int = 0  # N, as frozen
    added: int = 0  # A
    exempt: int = 0  # E
    removed: int = 0  # M
    deferred: int = 0  # 缓考 without a valid try
    taken: int = 0  # T
    attempts: int = 0  # Tn, valid tries
    passed: int = 0  # P
    main_taken: int = 0  # T1
    first_passed: int = 0  # P1
    main_passed: int = 0  # Pm
    makeup_taken: int = 0
    makeup_passed: int = 0
    excellent: int = 0  # X
    final_scored: int = 0
    final_sum: Decimal = ZERO
    first_scored: int = 0
    first_sum: Decimal = ZERO
    highest: Decimal | None = None
    lowest: Decimal | None = None
    bands: tuple[int, int, int, int, int] = NO_BANDS
    online: int = 0
    paper: int = 0
    assisted: int = 0
    external: int = 0
    helped: int = 0
    entered_unanswered: int = 0  # came in, answered nothing, left
    voided: int = 0  # tries declared void
    duplicates: int = 0  # tries that doubled another

    def __post_init__(self) -> None:
        for small, large in _ORDER:
            if not 0 <= getattr(self, small) <= getattr(self, large):
                raise ValueError(
                    f"counts contradict: {small}={getattr(self, small)} {large}={getattr(self, large)}"
                )
        if sum(self.bands) != self.final_scored:
            raise ValueError(f"bands hold {sum(self.bands)} people, scored are {self.final_scored}")

    @property
    def registered(self) -> int:
        """N + A: everybody who ever stood on the roster."""
        return self.roster + self.added

    @property
    def required(self) -> int:
        """D, 应考人数."""
        return self.registered - self.exempt - self.removed

    @property
    def absent(self) -> int:
        """缺考人数."""
        return self.required - self.taken

    @property
    def owed(self) -> int:
        """应补考人数: (D − T1) + (T1 − Pm)."""
        return self.required - self.main_passed

    @property
    def failed(self) -> int:
        """Sat, marked, and not passing."""
        return self.final_scored - self.passed

    @property
    def pending(self) -> int:
        """Sat, and waiting for a mark."""
        return self.taken - self.final_scored

    @property
    def band_90(self) -> int:
        return self.bands[0]

    @property
    def band_80(self) -> int:
        return self.bands[1]

    @property
    def band_70(self) -> int:
        return self.bands[2]

    @property
    def band_60(self) -> int:
        return self.bands[3]

    @property
    def band_0(self) -> int:
        return self.bands[4]

    @property
    def everyone_sat(self) -> bool:
        """T = D, and there is somebody."""
        return self.taken == self.required > 0

    @property
    def everyone_passed(self) -> bool:
        """P = T = D, and there is somebody."""
        return self.passed == self.taken == self.required > 0

    def __add__(self, other: Tally) -> Tally:
        merged: dict[str, Any] = {
            one.name: getattr(self, one.name) + getattr(other, one.name)
            for one in fields(self)
            if one.name not in ("highest", "lowest", "bands")
        }
        merged["highest"] = _extreme(max, self.highest, other.highest)
        merged["lowest"] = _extreme(min, self.lowest, other.lowest)
        merged["bands"] = tuple(a + b for a, b in zip(self.bands, other.bands, strict=True))
        return Tally(**merged)


PACKED = 1  # the layout of `pack`; a new one makes older packed tallies void


def pack(counts: Tally) -> list[Any]:
    """The counts as JSON data, in the order of the fields; decimals as text."""
    values = [getattr(counts, one.name) for one in fields(Tally)]
    plain = [str(value) if isinstance(value, Decimal) else value for value in values]
    return [list(value) if isinstance(value, tuple) else value for value in plain]


def unpack(packed: Sequence[Any]) -> Tally:
    """The inverse of `pack`, after any trip through JSON."""
    values = dict(zip((one.name for one in fields(Tally)), packed, strict=True))
    values["bands"] = tuple(values["bands"])
    for name in ("final_sum", "first_sum", "highest", "lowest"):
        if values[name] is not None:
            values[name] = Decimal(values[name])
    return Tally(**values)


# What can never be larger than what; a sum of such counts keeps the order.
_ORDER = (
    ("exempt", "registered"),
    ("removed", "registered"),
    ("taken", "required"),
    ("deferred", "absent"),
    ("entered_unanswered", "absent"),
    ("taken", "attempts"),
    ("final_scored", "taken"),
    ("main_taken", "taken"),
    ("first_scored", "main_taken"),
    ("passed", "final_scored"),
    ("excellent", "passed"),
    ("first_passed", "first_scored"),
    ("main_passed", "main_taken"),
    ("makeup_taken", "owed"),
    ("makeup_passed", "makeup_taken"),
    ("online", "taken"),
    ("external", "taken"),
    ("paper", "helped"),
    ("assisted", "helped"),
    ("helped", "taken"),
)


def _extreme(
    pick: Callable[[Decimal, Decimal], Decimal], a: Decimal | None, b: Decimal | None
) -> Decimal | None:
    if a is None or b is None:
        return b if a is None else a
    return pick(a, b)


def band_of(percent: Decimal) -> int:
    """The index into `bands` of a final percentage."""
    for index, floor in enumerate(BAND_FLOORS):
        if percent >= floor:
            return index
    raise ValueError(f"no percentage: {percent}")


def tally(people: Iterable[PersonResult], rule: ExamRule) -> Tally:
    """The counts of these people."""
    counter = _Counter()
    for person in people:
        counter.add(_share(person, resolve(person, rule)))
    return counter.result()


def tally_by(
    people: Iterable[PersonResult], rule: ExamRule, key: Callable[[PersonResult], K]
) -> dict[K, Tally]:
    """The counts by `key`, in the order of first appearance. Every person is in exactly one group."""
    return tally_groups(people, rule, lambda person, standing: (key(person),))


def tally_groups(
    people: Iterable[PersonResult], rule: ExamRule, keys: Callable[[PersonResult, Standing], Iterable[K]]
) -> dict[K, Tally]:
    """The counts of overlapping groups (a village, its 管区, the town): a person is in each of his `keys`.

    People are added up once for each set of groups that somebody is in, and those sums into the groups: there
    are far fewer of them than of people.
    """
    cells: dict[tuple[K, ...], _Counter] = {}
    for person in people:
        standing = resolve(person, rule)
        groups = tuple(keys(person, standing))
        cell = cells.get(groups)
        if cell is None:
            cell = cells[groups] = _Counter()
        cell.add(_share(person, standing))
    counters: dict[K, _Counter] = {}
    for groups, cell in cells.items():
        for name in groups:
            if name not in counters:
                counters[name] = _Counter()
            counters[name].merge(cell)
    return {name: counter.result() for name, counter in counters.items()}


def total(tallies: Iterable[Tally]) -> Tally:
    """The sum; the empty sum has nobody in it."""
    return sum(tallies, Tally())


@dataclass(frozen=True, slots=True)
class Turnout:
    """A year over all its exams: exams held, valid tries (人次), different people (人数，去重)."""

    exams: int
    attempts: int
    persons: int


def year_turnout(exams: Iterable[Iterable[PersonResult]]) -> Turnout:
    """Who sat anything that year. Rates of different exams are never added: there is none here."""
    count = attempts = 0
    persons: set[str] = set()
    for people in exams:
        count += 1
        for person in people:
            valid = len(counting_tries(person.tries))
            attempts += valid
            if valid:
                persons.add(person.person_id)
    return Turnout(count, attempts, len(persons))


@dataclass(frozen=True, slots=True)
class _Share:
    """What one person adds: the counts that rise by one, those that rise by more, and his percentages."""

    names: tuple[str, ...]
    several: tuple[tuple[str, int], ...]
    first: Decimal | None
    final: Decimal | None


def _share(person: PersonResult, standing: Standing) -> _Share:
    """What a person adds to every group he is in."""
    several = (
        ("voided", sum(one.voided for one in person.tries)),
        ("duplicates", sum(one.duplicate and not one.voided for one in person.tries)),
        ("attempts", standing.attempts if standing.is_required else 0),
    )
    some = tuple(pair for pair in several if pair[1])
    listed = "added" if person.added_after_freeze else "roster"
    if not standing.is_required:
        left = "exempt" if person.status is RosterStatus.EXEMPT else "removed"
        return _Share((listed, left), some, None, None)
    if not standing.taken:
        names = [listed]
        if person.status is RosterStatus.DEFERRED:
            names.append("deferred")
        if standing.entered_unanswered:
            names.append("entered_unanswered")
        return _Share(tuple(names), some, None, None)
    holds = (
        ("main_taken", standing.took_main),
        ("first_passed", standing.first_passed),
        ("main_passed", standing.main_passed),
        ("makeup_taken", standing.owes_makeup and standing.took_makeup),
        ("makeup_passed", standing.owes_makeup and standing.makeup_passed),
        ("passed", standing.passed),
        ("excellent", standing.excellent),
        ("first_scored", standing.first is not None),
        ("final_scored", standing.final is not None),
    )
    modes = {one.mode for one in person.tries if one.counts}
    names = [listed, "taken", *(name for name, true in holds if true), *(mode.value for mode in modes)]
    if modes & {Mode.PAPER, Mode.ASSISTED}:
        names.append("helped")
    return _Share(
        tuple(names),
        some,
        None if standing.first is None else standing.first.percent,
        None if standing.final is None else standing.final.percent,
    )


class _Counter:
    """Adds up people one by one; a frozen Tally a person would cost ten times as much."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.bands = [0] * len(BAND_FLOORS)
        self.final_sum = self.first_sum = ZERO
        self.highest: Decimal | None = None
        self.lowest: Decimal | None = None

    def add(self, share: _Share) -> None:
        counts = self.counts
        for name in share.names:
            counts[name] = counts.get(name, 0) + 1
        for name, number in share.several:
            counts[name] = counts.get(name, 0) + number
        if share.first is not None:
            self.first_sum += share.first.quantize(SUMMED).normalize()
        if share.final is not None:
            self.final_sum += share.final.quantize(SUMMED).normalize()
            self.bands[band_of(share.final)] += 1
            if self.highest is None or share.final > self.highest:
                self.highest = share.final
            if self.lowest is None or share.final < self.lowest:
                self.lowest = share.final

    def merge(self, other: _Counter) -> None:
        counts = self.counts
        for name, number in other.counts.items():
            counts[name] = counts.get(name, 0) + number
        self.bands = [a + b for a, b in zip(self.bands, other.bands, strict=True)]
        self.final_sum += other.final_sum
        self.first_sum += other.first_sum
        self.highest = _extreme(max, self.highest, other.highest)
        self.lowest = _extreme(min, self.lowest, other.lowest)

    def result(self) -> Tally:
        bands = self.bands
        return Tally(
            **self.counts,
            final_sum=self.final_sum,
            first_sum=self.first_sum,
            highest=self.highest,
            lowest=self.lowest,
            bands=(bands[0], bands[1], bands[2], bands[3], bands[4]),
        )
