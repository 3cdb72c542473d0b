"""Parallel forms, one after the other against common targets, then evened out by swaps.

One model for all forms at once does not finish in useful time; a sequence does, because each form is told
what the later ones still need (model._leave_enough) and all of them aim at the same targets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import combinations
from math import floor, sqrt
from random import Random

from .model import Choice, FormProblem, choose
from .repair import Placed, even_out
from .supply import Signature, admitted_by, find_clashes, open_counts, without
from .targets import SectionTarget, section_targets
from .types import Assembly, Built, Candidate, Clash, Infeasible, Relaxation, Request

# Given ids of one form: the pairs among them that are near duplicates of each other.
NearPairs = Callable[[Sequence[str]], Iterable[tuple[str, str]]]

# From each class and law the solver is shown this many random items a wanted one, and at least so many. The
# sample is what makes the forms of two seeds different.
SAMPLE_RATIO, SAMPLE_FLOOR = 2, 4
NEAR_ROUNDS = 25


def no_pairs(ids: Sequence[str]) -> Iterable[tuple[str, str]]:
    """No near duplicates are known."""
    return ()


def assemble(request: Request, items: Sequence[Candidate], *, near: NearPairs = no_pairs) -> Assembly:
    """`request.forms` forms from `items`. Raises Infeasible, naming the rules that clash.

    Every form fills every rule, holds its kept items, and takes no two enemies and no two near duplicates.
    """
    clashes = find_clashes(request, items)
    if clashes:
        raise Infeasible(clashes)
    work = _Workshop(request, items, near)
    forms = [work.build(form) for form in range(request.forms)]
    even_out(forms, work.pool, work.targets, work.uses, request, near)
    built = tuple(_built(request, [(one.rule, one.item) for one in form]) for form in forms)
    overlap = tuple(tuple(len(a.items & b.items) for b in built) for a in built)
    size = request.size
    mean = sum(target.facility for target in work.targets) / size
    squared = sum(target.facility_squared for target in work.targets) / size
    return Assembly(built, overlap, mean, sqrt(max(squared - mean**2, 0.0)))


class _Workshop:
    """What is shared while the forms of one request are built.

    `uses[id]`: forms that have the item, those that were there before among them.
    """

    def __init__(self, request: Request, items: Sequence[Candidate], near: NearPairs) -> None:
        self.request, self.near = request, near
        self.by_id = {item.id: item for item in items}
        usable = [item for item in items if request.uses_left(item.id)]
        signatures = admitted_by(request.rules, usable)
        pairs = [(item, one) for item, one in zip(usable, signatures, strict=True) if one]
        self.pool = [item for item, _ in pairs]
        self.signature = {item.id: one for item, one in pairs}
        self.targets = section_targets(request, self.pool, [one for _, one in pairs])
        self.known_near: set[frozenset[str]] = set()
        self.uses: dict[str, int] = dict(request.used)
        for kept in request.kept.values():
            for _, item in kept:
                self.uses[item] = self.uses.get(item, 0) + 1

    def build(self, form: int) -> list[Placed]:
        kept = [(rule, self.by_id[item]) for rule, item in self.request.kept.get(form, ())]
        candidates = self._candidates(kept)
        sample = _thin(candidates, self.signature, self.targets, Random(f"{self.request.seed}/{form}"))
        problem = self._problem(form, kept, sample)
        choice = self._choose(problem, form)
        if choice is None and len(sample) < len(candidates):
            problem = self._problem(form, kept, candidates)
            choice = self._choose(problem, form)
        if choice is None and any(problem.future):
            problem.future = [0] * len(problem.rules)
            choice = self._choose(problem, form)
        if choice is None:
            raise Infeasible(self._explain(problem, form))
        placed = [Placed(rule, item, fixed=True) for rule, item in kept]
        placed += _assign(problem, choice)
        for one in placed:
            if not one.fixed:
                self.uses[one.item.id] = self.uses.get(one.item.id, 0) + 1
        return placed

    def _candidates(self, kept: list[tuple[int, Candidate]]) -> list[Candidate]:
        """Items that may still go into a form that holds `kept`."""
        held = {item.id for _, item in kept}
        enemies = frozenset().union(*(item.enemies for _, item in kept))
        near = {other for pair in self.known_near for other in pair if pair & held}
        return [
            item
            for item in self.pool
            if self.uses.get(item.id, 0) < self.request.cap
            and item.id not in held
            and item.id not in near
            and not item.enemies & enemies
        ]

    def _problem(
        self, form: int, kept: list[tuple[int, Candidate]], candidates: Sequence[Candidate]
    ) -> FormProblem:
        request = self.request
        position = {item.id: place for place, item in enumerate(candidates)}
        later = range(form + 1, request.forms)
        future = [sum(counts) for counts in zip(*(open_counts(request, one) for one in later), strict=True)]
        capacity: dict[Signature, int] = {}
        for item in self.pool:
            left = min(request.cap - self.uses.get(item.id, 0), request.forms - form)
            signature = self.signature[item.id]
            capacity[signature] = capacity.get(signature, 0) + max(left, 0)
        groups: dict[str, set[int]] = {}
        for place, item in enumerate(candidates):
            for enemy in item.enemies:
                groups.setdefault(enemy, set()).add(place)
        limits = []
        for seen in request.seen:
            most = floor(request.seen_share * request.size + 1e-9) - sum(item.id in seen for _, item in kept)
            limits.append((frozenset(position[one] for one in seen if one in position), most))
        return FormProblem(
            rules=request.rules,
            counts=open_counts(request, form),
            items=candidates,
            signatures=[self.signature[item.id] for item in candidates],
            reuse=[self.uses.get(item.id, 0) for item in candidates],
            targets=self.targets,
            future=future or [0] * len(request.rules),
            capacity=capacity,
            exclusive=[frozenset(groups[name]) for name in sorted(groups) if len(groups[name]) > 1],
            limits=limits,
            kept=[(request.rules[rule].section, item) for rule, item in kept],
        )

    def _choose(self, problem: FormProblem, form: int) -> Choice | None:
        """Solve, and again with every pair of near duplicates that the solution showed forbidden."""
        position = {item.id: place for place, item in enumerate(problem.items)}
        held = [item.id for _, item in problem.kept]
        self._forbid(problem, self.known_near, position)
        for _ in range(NEAR_ROUNDS):
            choice = choose(problem, seed=self.request.seed + form)
            if choice is None:
                return None
            ids = [problem.items[place].id for place, _ in choice.chosen]
            pairs = {frozenset(pair) for pair in self.near([*held, *ids])}
            pairs -= set(map(frozenset, combinations(held, 2)))
            if not pairs:
                return choice
            self.known_near |= pairs
            self._forbid(problem, pairs, position)
        return None

    @staticmethod
    def _forbid(problem: FormProblem, pairs: Iterable[frozenset[str]], position: dict[str, int]) -> None:
        held = {item.id for _, item in problem.kept}
        for pair in sorted(pairs, key=sorted):
            places = frozenset(position[one] for one in pair if one in position)
            if len(places) == 2:
                problem.exclusive.append(places)
            elif places and pair & held:
                problem.limits.append((places, 0))

    def _explain(self, problem: FormProblem, form: int) -> tuple[Clash, ...]:
        """Why one form cannot be filled though there are items enough: enemies, or items people have seen."""
        choice = choose(problem, seed=self.request.seed + form, elastic=True)
        clashes = []
        for rule, missing in sorted(choice.short.items()) if choice else ():
            count = self.request.rules[rule].count
            text = (
                f"“{self.request.rules[rule].name}”要 {count} 道，但互斥题、近似题不能同卷，"
                f"第 {form + 1} 套卷只能取 {count - missing} 道，差 {missing} 道"
            )
            help_ = (Relaxation("add", f"补充并审定 {missing} 道与现有题不相近的题"),)
            clashes.append(Clash((rule,), count, count - missing, text, help_))
        for limit, extra in sorted(choice.over_limit.items()) if choice else ():
            most = problem.limits[limit][1]
            text = (
                f"补考卷最多可含 {most} 道考过的题（{self.request.seen_share:.0%}），"
                f"现有题库至少要用 {most + extra} 道，多 {extra} 道"
            )
            help_ = (Relaxation("add", f"补充并审定 {extra} 道没有考过的题"),)
            clashes.append(Clash((), most + extra, most, text, help_))
        return tuple(clashes) or (Clash((), 1, 0, "各条规则合在一起没有可行的组卷方案"),)


def _thin(
    candidates: Sequence[Candidate],
    signature: dict[str, Signature],
    targets: Sequence[SectionTarget],
    random: Random,
) -> list[Candidate]:
    """A sample for the solver: from each class and law a few times what is wanted, the least used first."""
    wanted: dict[str, int] = {}
    for target in targets:
        for stratum, count in target.strata.items():
            wanted[stratum] = wanted.get(stratum, 0) + count
    cells: dict[tuple[Signature, str], list[Candidate]] = {}
    for item in candidates:
        cells.setdefault((signature[item.id], item.stratum), []).append(item)
    sample = []
    for (_, stratum), members in sorted(cells.items()):
        most = max(SAMPLE_FLOOR, SAMPLE_RATIO * wanted.get(stratum, 0))
        members = sorted(members, key=lambda item: (min(item.used, 3), random.random()))
        sample += members[:most]
    return sample


def _assign(problem: FormProblem, choice: Choice) -> list[Placed]:
    """Which chosen item fills which rule: a matching by augmenting paths within each section."""
    open_places = [rule for rule, count in enumerate(problem.counts) for _ in range(count)]
    holder: dict[int, int] = {}

    def settle(place: int, section: int, tried: set[int]) -> bool:
        for slot, rule in enumerate(open_places):
            fits = rule in problem.signatures[place] and problem.rules[rule].section == section
            if fits and slot not in tried:
                tried.add(slot)
                if slot not in holder or settle(holder[slot], section, tried):
                    holder[slot] = place
                    return True
        return False

    for place, section in choice.chosen:
        if not settle(place, section, set()):
            raise AssertionError("a chosen item fills no rule")
    return [Placed(open_places[slot], problem.items[place]) for slot, place in sorted(holder.items())]


def _built(request: Request, placed: Sequence[tuple[int, Candidate]]) -> Built:
    rows: list[list[str]] = [[] for _ in request.rules]
    strata: dict[str, int] = {}
    for rule, item in placed:
        rows[rule].append(item.id)
        if item.stratum:
            strata[item.stratum] = strata.get(item.stratum, 0) + 1
    facilities = [item.facility for _, item in placed]
    mean = sum(facilities) / len(facilities)
    return Built(
        rows=tuple(map(tuple, rows)),
        mean=mean,
        spread=sqrt(sum((one - mean) ** 2 for one in facilities) / len(facilities)),
        expected=sum(float(request.rules[rule].points) * item.facility for rule, item in placed),
        strata=dict(sorted(strata.items())),
    )


def widen(request: Request, relaxation: Relaxation) -> Request:
    """The request with a relaxation of supply.find_clashes applied; unchanged for those that need people."""
    code, *rest = relaxation.code.split(":")
    numbers = [int(one) for one in rest]
    if code in ("cap", "forms"):
        return replace(request, cap=numbers[0]) if code == "cap" else replace(request, forms=numbers[0])
    rules = list(request.rules)
    if code == "count":
        rules[numbers[0]] = replace(rules[numbers[0]], count=numbers[1])
    elif numbers:
        rules[numbers[0]] = without(rules[numbers[0]], code.split("+"))
    return replace(request, rules=tuple(rules))
