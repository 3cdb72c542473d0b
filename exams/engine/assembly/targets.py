"""The common targets of parallel forms: what every form should look like, taken from the pool itself.

For each section: the sum of expected facilities f over its items, the sum of f², and how many items stand
under each law or topic. Matching the first two equalises mean and spread of difficulty, and with them the
expected points, because points are equal within a section.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from .types import Candidate, Request


@dataclass(frozen=True, slots=True)
class SectionTarget:
    """`size` items; sums over them; `strata` holds wanted counts (those left out are 0)."""

    section: int
    size: int
    facility: float
    facility_squared: float
    strata: dict[str, int]


def sections_of(request: Request) -> list[int]:
    """The section numbers, ascending."""
    return sorted({rule.section for rule in request.rules})


def section_targets(
    request: Request, items: Sequence[Candidate], signatures: Sequence[tuple[int, ...]]
) -> list[SectionTarget]:
    """Targets for every section; `signatures` are the rules that admit each item (supply.admitted_by).

    A rule wants the average of the items it admits. Counts under laws are apportioned by their share of the
    pool; the remainders are drawn with the request's seed, and only where all forms can be served.
    """
    pools: list[list[Candidate]] = [[] for _ in request.rules]
    for item, signature in zip(items, signatures, strict=True):
        for rule in signature:
            pools[rule].append(item)
    random = Random(request.seed)
    found = []
    for section in sections_of(request):
        rules = [number for number, rule in enumerate(request.rules) if rule.section == section]
        mean = squared = 0.0
        wanted: dict[str, float] = {}
        room: Counter[str] = Counter()
        for number in rules:
            count, pool = request.rules[number].count, pools[number]
            if not pool:
                continue
            mean += count * sum(one.facility for one in pool) / len(pool)
            squared += count * sum(one.facility**2 for one in pool) / len(pool)
            for stratum, size in sorted(Counter(one.stratum for one in pool).items()):
                wanted[stratum] = wanted.get(stratum, 0.0) + count * size / len(pool)
        for item in {one.id: one for number in rules for one in pools[number]}.values():
            room[item.stratum] += request.uses_left(item.id)
        size = sum(request.rules[number].count for number in rules)
        strata = _apportion(wanted, room, request.forms, size, random)
        found.append(SectionTarget(section, size, mean, squared, strata))
    return found


def _apportion(
    wanted: dict[str, float], uses: Counter[str], forms: int, size: int, random: Random
) -> dict[str, int]:
    """Integers near `wanted` that sum to `size`; `uses` is how often items of each may be used in all forms.

    First only as many as every form can have. Where that is not enough the forms cannot agree fully; then
    those come first of which the fewest forms must go without.
    """
    counts = {name: min(math.floor(share + 1e-9), uses[name] // forms) for name, share in wanted.items()}
    while sum(counts.values()) < size:
        rest = {name: wanted[name] - counts[name] for name in sorted(wanted)}
        names = [name for name in rest if counts[name] < uses[name] // forms]
        if not names:
            without = {name: forms - (uses[name] - forms * counts[name]) for name in rest}
            fewest = min((number for number in without.values() if number < forms), default=None)
            names = [name for name in rest if without[name] == fewest]
        if not names:
            break
        (name,) = random.choices(names, [max(rest[name], 1e-6) for name in names])
        counts[name] += 1
    return counts
