"""The leaders' figures of one exam, or of several that may be added up: for page, chart and API."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from examsite.lib.percent import format_rate
from examsite.people.models import Unit
from questionbanks.models import Law

from ...models import Exam, Sitting
from ..charts import BarChart, BarSeries, HeatMap, Histogram
from ..counts import LawCounts
from ..cuts import CUT_NAMES
from ..facts.stored import OWN, AnySums, RecountedSums, StoredSums, Sums
from ..law_map import LawMap, law_map
from ..measures import MEASURES, Figure, Shape, evaluate, roster_notes
from ..suppression import MINIMUM_GROUP, GuardedRow, Hidden, guard_levels, guard_table
from ..tally import BAND_NAMES, Tally, total
from .scope import UNIT_CUT, VILLAGE, Scope, different_rules

COLUMNS = (
    "required",
    "taken",
    "turnout_rate",
    "passed",
    "pass_rate",
    "first_pass_rate",
    "excellent_rate",
    "final_mean",
)
HEADLINE = (*COLUMNS, "absent", "roster", "added", "exempt", "removed", "pending", "makeup_turnout_rate",
            "makeup_pass_rate", "pass_rate_required", "first_mean")  # fmt: skip
# What says something about who passed: not before all results are out.
NEEDS_RESULTS = frozenset(
    {"pass_rate", "pass_rate_required", "first_pass_rate", "makeup_pass_rate", "excellent_rate", "final_mean",
     "first_mean"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One group of the table. `unit` where it is one; `is_own`: who belongs to the unit itself, not below."""

    key: str
    label: str
    counts: Tally
    cells: Mapping[str, Figure | Hidden]
    unit: Unit | None = None
    parent: str = ""
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class LawCell:
    """One law in one unit as the table shows it; `others` names whom it was put together with."""

    figure: Figure | None
    is_merged: bool
    people: int
    others: str


@dataclass(frozen=True, slots=True)
class LawRow:
    """One law: its rate in all, and in each unit."""

    name: str
    total: Figure
    answers: int
    cells: tuple[LawCell, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """First tries, makeups or final results: who should, who did, who passed; turnout, pass rate, mean."""

    label: str
    required: int
    taken: int
    passed: int
    figures: tuple[Figure | Hidden, ...]


STAGES = (
    (
        "首考",
        "required",
        "main_taken",
        "first_passed",
        ("main_turnout_rate", "first_pass_rate", "first_mean"),
    ),
    ("补考", "owed", "makeup_taken", "makeup_passed", ("makeup_turnout_rate", "makeup_pass_rate")),
    ("最终", "required", "taken", "passed", ("turnout_rate", "pass_rate", "final_mean")),
)


@dataclass(frozen=True, slots=True)
class FiguresReport:
    """One exam, or several added up, from a unit's point of view.

    `as_of` is the moment the numbers are of. `is_frozen` False: there is no denominator, only counts hold.
    `is_complete` False: somebody who sat has no result yet, so that no rate of passing is true.
    """

    scope: Scope
    as_of: datetime
    total: Tally
    figures: Mapping[str, Figure]
    notes: tuple[str, ...]
    rows: tuple[Row, ...]
    laws: LawMap[str]
    law_names: Mapping[str, str]
    unit_names: Mapping[str, str]

    @property
    def exams(self) -> tuple[Exam, ...]:
        return self.scope.exams

    @property
    def is_frozen(self) -> bool:
        return self.scope.is_frozen

    @property
    def is_complete(self) -> bool:
        return self.total.pending == 0

    def shows(self, measure: str) -> bool:
        """Whether a figure of this measure is true of these counts."""
        if MEASURES[measure].shape is Shape.COUNT:
            return True
        return self.is_frozen and (self.is_complete or measure not in NEEDS_RESULTS)

    @property
    def stages(self) -> list[Stage]:
        """First tries, makeups, final results side by side; a rate of too few people is not told."""
        counts = self.total
        return [
            Stage(
                label,
                *(getattr(counts, name) for name in (required, taken, passed)),
                tuple(_guarded(name, counts) for name in measures),
            )
            for label, required, taken, passed, measures in STAGES
            if label != "补考" or counts.makeup_taken or counts.owed
        ]

    @property
    def weakest(self) -> tuple[str, Figure] | None:
        """The law of which least is known, and how much."""
        law = self.laws.weakest
        return None if law is None else (self.law_names[law], evaluate("mastery", self.laws.totals[law]))

    @property
    def rates(self) -> BarChart:
        """Turnout and passing by group, as a picture."""
        names = [name for name in ("turnout_rate", "pass_rate") if self.shows(name)]
        return BarChart(
            title=f"{self.cut_label}{'与'.join(MEASURES[name].name for name in names)}",
            groups=tuple(row.label for row in self.rows),
            notes=tuple(f"{row.counts.required}人" for row in self.rows),
            series=tuple(
                BarSeries(MEASURES[name].name, tuple(row.cells[name] for row in self.rows)) for name in names
            ),
        )

    @property
    def cut_label(self) -> str:
        return "各单位" if self.scope.cut == UNIT_CUT else "各组"

    @property
    def cut_name(self) -> str:
        return CUT_NAMES[self.scope.cut]

    @property
    def band_rows(self) -> list[tuple[str, int, str]]:
        """Band, people, share of those with a result; shares only of enough people, as in every table."""
        scored = self.total.final_scored
        small = scored < MINIMUM_GROUP or not self.is_frozen
        return [
            (name, count, "—" if small else format_rate(count, scored))
            for name, count in zip(BAND_NAMES, self.total.bands, strict=True)
        ]

    @property
    def law_rows(self) -> list[LawRow]:
        """The map as a table."""
        return [
            LawRow(
                self.law_names[law],
                evaluate("mastery", self.laws.totals[law]),
                self.laws.totals[law].answers,
                tuple(self._law_cell(law, unit) for unit in self.laws.units),
            )
            for law in self.laws.laws
        ]

    def _law_cell(self, law: str, unit: str) -> LawCell:
        cell = self.laws.cells[law, unit]
        others = "、".join(self.unit_names[one] for one in cell.members if one != unit)
        return LawCell(cell.figure, cell.is_merged, cell.counts.people, others)

    @property
    def bands(self) -> Histogram:
        """People by score band of the final result."""
        return Histogram("最终成绩分数段", BAND_NAMES, self.total.bands)

    @property
    def heat(self) -> HeatMap:
        """Law × unit as a picture."""
        return HeatMap(
            title="法律掌握率（首次作答）",
            rows=tuple(self.law_names[law] for law in self.laws.laws),
            columns=tuple(self.unit_names[unit] for unit in self.laws.units),
            cells=tuple(
                tuple(self.laws.cells[law, unit] for unit in self.laws.units) for law in self.laws.laws
            ),
        )


def _guarded(measure: str, counts: Tally) -> Figure | Hidden:
    figure = evaluate(measure, counts)
    base = int(figure.whole or 0)
    return Hidden(measure, base, complementary=False) if 0 < base < MINIMUM_GROUP else figure


def figures_report(scope: Scope, *, at: datetime, as_of: datetime | None = None) -> FiguresReport:
    """The report of a scope: now, or as the rows stood at `as_of`."""
    sums: AnySums = RecountedSums(scope.exams, at=as_of) if as_of else StoredSums(scope.exams, at=at)
    own = sums.of_unit(scope.unit.pk)
    return compose(scope, sums, list(own.values()))


def compose(scope: Scope, sums: AnySums, own: Sequence[Sums]) -> FiguresReport:
    """The report from sums that are at hand already; `own` are those of the scope's unit."""
    counts = total(one.total for one in own)
    tree = _Tree(scope, sums, own)
    laws = law_map(tree.laws())
    return FiguresReport(
        scope=scope,
        as_of=sums.as_of,
        total=counts,
        figures={name: evaluate(name, counts) for name in HEADLINE},
        notes=(*roster_notes(counts), *different_rules(scope.exams)),
        rows=tree.rows() if scope.cut == UNIT_CUT else _cut_rows(scope, own),
        laws=laws,
        law_names=_law_names(laws.laws),
        unit_names=tree.labels,
    )


def _law_names(laws: Iterable[str]) -> dict[str, str]:
    found = Law.objects.filter(pk__in=[UUID(law) for law in laws])
    return {law.pk.hex: f"《{law.short}》" for law in found}


# --- By unit -----------------------------------------------------------------------------------------


class _Tree:
    """The units below the scope's, summed over its exams: children, and below those with any, theirs."""

    def __init__(self, scope: Scope, sums: AnySums, own: Sequence[Sums]) -> None:
        self.scope = scope
        self.children = _by_unit(sums.below([scope.unit.pk]))
        inner = [unit for unit, found in self.children.items() if any(map(_has_cuts, found))]
        self.grandchildren = _by_unit(sums.below(inner)) if scope.level == VILLAGE and inner else {}
        self.own = own
        keys = {*self.children, *self.grandchildren}
        units = sorted(Unit.objects.filter(pk__in=keys), key=lambda unit: (unit.order, unit.name))
        self.units = {unit.pk: unit for unit in units}
        self.labels = {unit.pk.hex: unit.name for unit in units} | {
            self._own_key(scope.unit.pk): f"{scope.unit.name}（本级）"
        }
        for unit in inner:
            self.labels[self._own_key(unit)] = f"{self.units[unit].name}（本级）"

    @staticmethod
    def _own_key(unit: UUID) -> str:
        return f"own-{unit.hex}"

    def _below(self, parent: UUID) -> list[UUID]:
        """The grandchildren below a child, in order."""
        return [
            unit for unit in self.units
            if unit in self.grandchildren and self.grandchildren[unit][0].parent_id == parent
        ]  # fmt: skip

    def groups(self) -> dict[str, list[tuple[str, UUID | None, list[Sums]]]]:
        """Parent (hex) → its lines: (key, unit, sums); leaf children stand under the scope's own unit."""
        top = self.scope.unit.pk.hex
        groups: dict[str, list[tuple[str, UUID | None, list[Sums]]]] = {top: []}
        for unit in self.units:
            if unit not in self.children:
                continue
            below = self._below(unit)
            if not below:
                groups[top].append((unit.hex, unit, self.children[unit]))
                continue
            groups[unit.hex] = [(one.hex, one, self.grandchildren[one]) for one in below]
            if any(one.by(OWN) for one in self.children[unit]):
                groups[unit.hex].append((self._own_key(unit), None, self.children[unit]))
        if self.children and any(one.by(OWN) for one in self.own):
            groups[top].append((self._own_key(self.scope.unit.pk), None, list(self.own)))
        return {parent: lines for parent, lines in groups.items() if lines}

    def rows(self) -> tuple[Row, ...]:
        """The table: at the nearer level one line a child; at the further one the children's units."""
        top = self.scope.unit.pk.hex
        groups = self.groups()
        tallies = {
            parent: {key: self._tally(unit, sums) for key, unit, sums in lines}
            for parent, lines in groups.items()
        }
        parents = {parent: total(units.values()) for parent, units in tallies.items() if parent != top}
        guarded = guard_levels(
            {**parents, **tallies.get(top, {})},
            {parent: tallies[parent] for parent in parents},
            COLUMNS,
        )
        rows = []
        for parent, lines in groups.items():
            for key, unit, _ in lines:
                rows.append(
                    Row(
                        key=key,
                        label=self.labels[key],
                        counts=tallies[parent][key],
                        cells=guarded[key].cells,
                        unit=None if unit is None else self.units[unit],
                        parent="" if parent == top else self.labels[parent],
                        is_own=unit is None,
                    )
                )
        return tuple(rows)

    @staticmethod
    def _tally(unit: UUID | None, sums: Sequence[Sums]) -> Tally:
        if unit is None:
            return total(counts for one in sums for counts in one.by(OWN).values())
        return total(one.total for one in sums)

    def laws(self) -> dict[str, dict[str, dict[str, LawCounts]]]:
        """Parent → unit → law → counts, for the map."""
        top = self.scope.unit.pk.hex
        if not self.children:  # a village looks at itself
            self.labels[top] = self.scope.unit.name
            return {top: {top: _add_laws(self.own)}}
        found: dict[str, dict[str, dict[str, LawCounts]]] = {}
        for parent, lines in self.groups().items():
            found[parent] = {key: _add_laws(sums) for key, unit, sums in lines if unit is not None}
        return found


def _has_cuts(sums: Sums) -> bool:
    """Units with others below them keep their cuts; leaves do not."""
    return len(sums.counts) > 1


def _by_unit(sums: Iterable[Sums]) -> dict[UUID, list[Sums]]:
    found: dict[UUID, list[Sums]] = defaultdict(list)
    for one in sums:
        found[one.unit_id].append(one)
    return dict(found)


def _add_laws(sums: Iterable[Sums]) -> dict[str, LawCounts]:
    laws: dict[str, LawCounts] = {}
    for one in sums:
        for law, counts in one.laws.items():
            laws[law] = laws[law] + counts if law in laws else counts
    return laws


# --- By kind of person, way and place of sitting -------------------------------------------------------


def _cut_rows(scope: Scope, own: Sequence[Sums]) -> tuple[Row, ...]:
    groups: dict[str, Tally] = {}
    for one in own:
        for key, counts in one.by(scope.cut).items():
            groups[key] = groups[key] + counts if key in groups else counts
    names = _sitting_names(scope.exams) if scope.cut == "sitting" else {}
    guarded: list[GuardedRow[str]] = guard_table(dict(sorted(groups.items())), COLUMNS)
    return tuple(Row(row.key, names.get(row.key, row.key), groups[row.key], row.cells) for row in guarded)


def _sitting_names(exams: Sequence[Exam]) -> dict[str, str]:
    """Sitting id → its name; "" for those who have not sat."""
    several = len(exams) > 1
    names = {"": "未参考"}
    for one in Sitting.objects.filter(exam__in=exams).select_related("exam__unit"):
        place = f"{one.exam.unit}：" if several else ""
        names[str(one.pk)] = f"{place}{one.title}（{one.get_kind_display()}）"
    return names
