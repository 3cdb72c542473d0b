"""Swaps after the building: single items exchanged with unused ones, or between forms, until none helps.

Only items that the same rules admit and that stand under the same law change places, so counts never move.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from .supply import Signature, admitted_by
from .targets import SectionTarget
from .types import Candidate, Request

# Deviations of a section's summed facility below this are equal enough.
GOOD_ENOUGH = 0.02
NEIGHBOURS = 6
ROUNDS = 40


@dataclass(frozen=True, slots=True)
class Placed:
    """An item in a row of a form. `fixed`: kept by hand, stays."""

    rule: int
    item: Candidate
    fixed: bool = False


Cell = tuple[Signature, str]
NearPairs = Callable[[Sequence[str]], Iterable[tuple[str, str]]]


def even_out(
    forms: list[list[Placed]],
    pool: Sequence[Candidate],
    targets: Sequence[SectionTarget],
    uses: dict[str, int],
    request: Request,
    near: NearPairs,
) -> int:
    """Improve `forms` in place (and `uses` with them); returns how many swaps were made."""
    limited = frozenset().union(*request.seen)
    cell_of: dict[str, Cell] = {}
    cells: dict[Cell, list[Candidate]] = {}
    for item, signature in zip(pool, admitted_by(request.rules, pool), strict=True):
        cell_of[item.id] = signature, item.stratum
        if item.id not in limited:
            cells.setdefault((signature, item.stratum), []).append(item)
    for members in cells.values():
        members.sort(key=lambda item: (item.facility, item.id))
    swaps = 0
    for _ in range(ROUNDS):
        before = swaps
        for form in forms:
            for target in targets:
                swaps += _improve(form, forms, target, cells, cell_of, uses, request, near)
        if swaps == before:
            break
    return swaps


def _deviation(form: Sequence[Placed], target: SectionTarget, request: Request) -> tuple[float, float]:
    inside = [one.item.facility for one in form if request.rules[one.rule].section == target.section]
    return sum(inside) - target.facility, sum(value**2 for value in inside) - target.facility_squared


def _cost(deviation: tuple[float, float]) -> float:
    return abs(deviation[0]) + abs(deviation[1])


def _improve(
    form: list[Placed],
    forms: list[list[Placed]],
    target: SectionTarget,
    cells: dict[Cell, list[Candidate]],
    cell_of: dict[str, Cell],
    uses: dict[str, int],
    request: Request,
    near: NearPairs,
) -> int:
    """The best single swap that brings this section of this form nearer to its target, if there is one."""
    now = _deviation(form, target, request)
    if _cost(now) <= GOOD_ENOUGH:
        return 0
    held = {one.item.id for one in form}
    standing = _standing(forms)
    best: tuple[float, int, Candidate, tuple[int, int] | None] | None = None
    for place, one in enumerate(form):
        if one.fixed or request.rules[one.rule].section != target.section:
            continue
        for other in _neighbours(cells.get(cell_of[one.item.id], ()), one.item.facility - now[0]):
            if other.id in held:
                continue
            gain = _cost(now) - _cost(_shift(now, one.item, other))
            where = None
            if uses.get(other.id, 0) >= uses[one.item.id]:  # it would be shared more than what it replaces
                if len(standing.get(other.id, ())) != 1:
                    continue  # kept by hand, in several forms, or in earlier ones alone
                (where,) = standing[other.id]
                theirs = _deviation(forms[where[0]], target, request)
                gain += _cost(theirs) - _cost(_shift(theirs, other, one.item))
            if gain > 1e-9 and (best is None or gain > best[0]):
                best = gain, place, other, where
    if best is None:
        return 0
    _, place, other, where = best
    return _exchange(form, place, other, where, forms, target, uses, request, near)


def _shift(deviation: tuple[float, float], out: Candidate, into: Candidate) -> tuple[float, float]:
    return (
        deviation[0] - out.facility + into.facility,
        deviation[1] - out.facility**2 + into.facility**2,
    )


def _neighbours(members: Sequence[Candidate], facility: float) -> Sequence[Candidate]:
    middle = bisect_left(members, facility, key=lambda item: item.facility)
    return members[max(middle - NEIGHBOURS, 0) : middle + NEIGHBOURS]


def _standing(forms: list[list[Placed]]) -> dict[str, list[tuple[int, int]]]:
    """Item → the forms and places where it stands and may be taken away."""
    found: dict[str, list[tuple[int, int]]] = {}
    for number, form in enumerate(forms):
        for place, one in enumerate(form):
            if not one.fixed:
                found.setdefault(one.item.id, []).append((number, place))
    return found


def _exchange(
    form: list[Placed],
    place: int,
    other: Candidate,
    where: tuple[int, int] | None,
    forms: list[list[Placed]],
    target: SectionTarget,
    uses: dict[str, int],
    request: Request,
    near: NearPairs,
) -> int:
    mine = form[place]
    changed = [(form, place, Placed(mine.rule, other))]
    if where is not None:
        there = forms[where[0]]
        rule = there[where[1]].rule
        if request.rules[rule].section != target.section or any(one.item.id == mine.item.id for one in there):
            return 0
        changed.append((there, where[1], Placed(rule, mine.item)))
    for form_, place_, into in changed:
        rest = [one.item for number, one in enumerate(form_) if number != place_]
        if any(one.enemies & into.item.enemies for one in rest):
            return 0
        if any(into.item.id in pair for pair in near([*(one.id for one in rest), into.item.id])):
            return 0
    for form_, place_, into in changed:
        form_[place_] = into
    if where is None:
        uses[mine.item.id] -= 1
        uses[other.id] = uses.get(other.id, 0) + 1
    return 1
