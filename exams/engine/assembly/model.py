"""One form as a mixed-integer program, solved by HiGHS. docs/assembly.md writes the model down.

Binary z[i,g]: item i stands in section g. Continuous y[r,s]: how many items of class s fill rule r; with z
integral the y form a transportation problem, so whole numbers exist. w[r,s]: the same for all forms still to
come, so that this form leaves enough for them. u, d, e: deviations from the targets, paid in the objective.
One thread and a fixed seed: the same request gives the same forms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import highspy
import numpy as np

from .supply import Signature
from .targets import SectionTarget
from .types import Candidate, Rule

INFINITY = highspy.kHighsInf
# What a deviation costs: an item too many or too few under a law 20, a summed facility that is 0.1 off 10.
COST_STRATUM = 20.0
COST_FACILITY = 100.0
COST_SPREAD = 100.0
COST_REUSE = 500.0
COST_SEEN = 5.0
COST_EARLIER_USE = 0.3
COST_SHORT = 1e5
# Where there are plenty of items, swaps even out difficulty much faster than the solver. So in a program of
# more than FINE_SIZE items a deviation of a section's summed facility costs nothing up to 0.2, and the solver
# may stop 10 above the best (half of what a law too many costs).
FINE_SIZE = 400
FREE_DEVIATION = {True: 0.05, False: 0.2}  # in a fine program, in a coarse one
STOP_GAP = {True: 1.0, False: 10.0}
NODE_LIMIT = 2000


@dataclass(slots=True)
class FormProblem:
    """What one form is chosen from. `counts` are what the rules still need beside the kept items.

    `items` with their `signatures` and `sections` are the usable ones; `reuse[i]` counts forms that
    have the item already, of this request or before it. `kept_*` are the sums over the items kept by hand.
    `future[r]` is the demand of the forms to come, `capacity[s]` how often items of class s may be used from
    now on.
    `exclusive`: sets of item positions of which at most one may stand. `limits`: (positions, at most).
    """

    rules: Sequence[Rule]
    counts: Sequence[int]
    items: Sequence[Candidate]
    signatures: Sequence[Signature]
    reuse: Sequence[int]
    targets: Sequence[SectionTarget]
    future: Sequence[int]
    capacity: dict[Signature, int]
    exclusive: list[frozenset[int]] = field(default_factory=list)
    limits: list[tuple[frozenset[int], int]] = field(default_factory=list)
    kept: Sequence[tuple[int, Candidate]] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """Positions of the chosen items with their sections; `short[r]` is what rule r lacks (elastic only)."""

    chosen: tuple[tuple[int, int], ...]
    short: dict[int, int]
    over_limit: dict[int, int]


class _Rows:
    """A linear program under construction, kept row by row."""

    def __init__(self) -> None:
        self.cost: list[float] = []
        self.upper: list[float] = []
        self.integral: list[bool] = []
        self.starts: list[int] = [0]
        self.index: list[int] = []
        self.value: list[float] = []
        self.low: list[float] = []
        self.high: list[float] = []

    def variable(self, cost: float = 0.0, upper: float = INFINITY, integral: bool = False) -> int:
        self.cost.append(cost)
        self.upper.append(upper)
        self.integral.append(integral)
        return len(self.cost) - 1

    def row(self, terms: Sequence[tuple[int, float]], low: float, high: float) -> None:
        for index, value in terms:
            self.index.append(index)
            self.value.append(value)
        self.starts.append(len(self.index))
        self.low.append(low)
        self.high.append(high)

    def solve(self, seed: int, gap: float) -> np.ndarray | None:
        """The values of the variables, None when there is no solution."""
        solver = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, value in (
            ("output_flag", False),
            ("threads", 1),
            ("random_seed", seed % 2**31),
            ("mip_rel_gap", 0.01),
            ("mip_abs_gap", gap),
            ("mip_max_nodes", NODE_LIMIT),
        ):
            solver.setOptionValue(option, value)
        solver.passModel(self._program())
        solver.run()
        solution = np.asarray(solver.getSolution().col_value)
        if solver.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None
        return solution

    def _program(self) -> highspy.HighsLp:
        program = highspy.HighsLp()
        columns, rows = len(self.cost), len(self.low)
        program.num_col_, program.num_row_ = columns, rows
        program.col_cost_ = np.array(self.cost)
        program.col_lower_ = np.zeros(columns)
        program.col_upper_ = np.array(self.upper)
        program.row_lower_, program.row_upper_ = np.array(self.low), np.array(self.high)
        matrix = program.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kRowwise
        matrix.num_col_, matrix.num_row_ = columns, rows
        matrix.start_ = np.array(self.starts, dtype=np.int32)
        matrix.index_ = np.array(self.index, dtype=np.int32)
        matrix.value_ = np.array(self.value)
        kinds = highspy.HighsVarType
        program.integrality_ = [kinds.kInteger if one else kinds.kContinuous for one in self.integral]
        return program


def choose(problem: FormProblem, *, seed: int, elastic: bool = False) -> Choice | None:
    """The items of one form; None when the rules cannot all be kept.

    `elastic` allows rules to go short and limits to be passed, at a high price: it tells what is wrong.
    """
    rows = _Rows()
    places = _item_variables(rows, problem)
    short = {
        rule: rows.variable(COST_SHORT, count)
        for rule, count in enumerate(problem.counts)
        if elastic and count
    }
    _fill_rules(rows, problem, places, short)
    _leave_enough(rows, problem, places)
    over = _keep_apart(rows, problem, places, elastic)
    fine = len(places) <= FINE_SIZE
    for target in problem.targets:
        _meet_target(rows, problem, places, target, FREE_DEVIATION[fine])
    values = rows.solve(seed, STOP_GAP[fine])
    if values is None:
        return None
    chosen = tuple(sorted(place for place, variable in places.items() if values[variable] > 0.5))
    return Choice(
        chosen,
        {rule: round(values[variable]) for rule, variable in short.items() if values[variable] > 0.5},
        {limit: round(values[variable]) for limit, variable in over.items() if values[variable] > 0.5},
    )


Places = dict[tuple[int, int], int]  # (position of the item, section) → its variable


def _item_variables(rows: _Rows, problem: FormProblem) -> Places:
    limited = frozenset().union(*(positions for positions, _ in problem.limits))
    places: Places = {}
    for position, (item, signature) in enumerate(zip(problem.items, problem.signatures, strict=True)):
        cost = (
            COST_REUSE * problem.reuse[position]
            + COST_EARLIER_USE * min(item.used, 10)
            + (COST_SEEN if position in limited else 0.0)
        )
        sections = sorted({problem.rules[rule].section for rule in signature})
        for section in sections:
            places[position, section] = rows.variable(cost, 1.0, integral=True)
        if len(sections) > 1:
            rows.row([(places[position, section], 1.0) for section in sections], 0, 1)
    return places


def _fill_rules(rows: _Rows, problem: FormProblem, places: Places, short: dict[int, int]) -> None:
    members: dict[tuple[Signature, int], list[int]] = {}
    for (position, section), variable in places.items():
        members.setdefault((problem.signatures[position], section), []).append(variable)
    fills: dict[int, list[tuple[int, float]]] = {rule: [] for rule in range(len(problem.rules))}
    for (signature, section), variables in members.items():
        serving = [rule for rule in signature if problem.rules[rule].section == section]
        terms = [(variable, 1.0) for variable in variables]
        for rule in serving:
            share = rows.variable(upper=problem.counts[rule])
            fills[rule].append((share, 1.0))
            terms.append((share, -1.0))
        rows.row(terms, 0, 0)
    for rule, terms in fills.items():
        count = problem.counts[rule]
        if rule in short:
            terms = [*terms, (short[rule], 1.0)]
        if terms or count:
            rows.row(terms, count, count)


def _leave_enough(rows: _Rows, problem: FormProblem, places: Places) -> None:
    """The forms to come must still find enough in every class."""
    if not any(problem.future):
        return
    use: dict[Signature, list[tuple[int, float]]] = {signature: [] for signature in problem.capacity}
    for (position, _), variable in places.items():
        use[problem.signatures[position]].append((variable, 1.0))
    later: dict[int, list[tuple[int, float]]] = {rule: [] for rule in range(len(problem.rules))}
    for signature, terms in use.items():
        for rule in signature:
            share = rows.variable()
            later[rule].append((share, 1.0))
            terms.append((share, 1.0))
        rows.row(terms, 0, problem.capacity[signature])
    for rule, terms in later.items():
        if problem.future[rule]:
            rows.row(terms, problem.future[rule], INFINITY)


def _keep_apart(rows: _Rows, problem: FormProblem, places: Places, elastic: bool) -> dict[int, int]:
    variables: dict[int, list[int]] = {}
    for (position, _), variable in places.items():
        variables.setdefault(position, []).append(variable)
    for group in problem.exclusive:
        terms = [(one, 1.0) for position in sorted(group) for one in variables.get(position, ())]
        if len(terms) > 1:
            rows.row(terms, 0, 1)
    over: dict[int, int] = {}
    for number, (positions, most) in enumerate(problem.limits):
        terms = [(one, 1.0) for position in sorted(positions) for one in variables.get(position, ())]
        if elastic:
            over[number] = rows.variable(COST_SHORT)
            terms.append((over[number], -1.0))
        rows.row(terms, -INFINITY, most)
    return over


def _meet_target(
    rows: _Rows, problem: FormProblem, places: Places, target: SectionTarget, free: float
) -> None:
    """Deviations of the section's sums from the targets, beyond what is free, are paid for."""
    inside = [(position, variable) for (position, section), variable in places.items()
              if section == target.section]  # fmt: skip
    kept = [item for section, item in problem.kept if section == target.section]
    for wanted, power, cost in (
        (target.facility, 1, COST_FACILITY),
        (target.facility_squared, 2, COST_SPREAD),
    ):
        wanted -= sum(item.facility**power for item in kept)
        terms = [(variable, problem.items[position].facility ** power) for position, variable in inside]
        _deviation(rows, terms, wanted, cost, free)
    under: dict[str, list[tuple[int, float]]] = {}
    for position, variable in inside:
        under.setdefault(problem.items[position].stratum, []).append((variable, 1.0))
    for stratum, terms in under.items():
        count = target.strata.get(stratum, 0) - sum(item.stratum == stratum for item in kept)
        _deviation(rows, terms, max(count, 0), COST_STRATUM, 0.0)


def _deviation(rows: _Rows, terms: list[tuple[int, float]], wanted: float, cost: float, free: float) -> None:
    below, above = rows.variable(cost), rows.variable(cost)
    rows.row([*terms, (below, 1.0), (above, -1.0)], wanted - free, wanted + free)
