"""How far the banks can fill a blueprint: row by row, and all rows together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from questionbanks.models import Bank

from ..engine.assembly import CONDITIONS, Candidate, Clash, Request, Rule, admitted_by, find_clashes, without
from ..engine.headings import numeral, section_title
from .blueprints import SectionSpec
from .pool import Exposure, Pool, load_pool


@dataclass(frozen=True, slots=True)
class RowSupply:
    """How many items may fill a row. `reason` says, where they are too few, what is missing."""

    needed: int
    available: int
    reason: str = ""

    @property
    def is_short(self) -> bool:
        return self.available < self.needed


@dataclass(frozen=True, slots=True)
class Supply:
    """Row by row, in the order of sections and rows; `clashes` are rows that want the same items."""

    rows: tuple[tuple[RowSupply, ...], ...]
    clashes: tuple[Clash, ...] = ()

    @property
    def is_short(self) -> bool:
        return bool(self.clashes)


def rules_of(sections: Sequence[SectionSpec]) -> tuple[Rule, ...]:
    """The rows as the assembly reads them; sections are numbered from 0."""
    return tuple(
        Rule(
            name=_row_name(order, section, place),
            section=order,
            kind=section.kind,
            count=row.count,
            points=section.points,
            law=None if row.law is None else str(row.law.pk),
            topic=row.topic.strip(),
            level=row.difficulty,
            audience=row.audience.strip(),
        )
        for order, section in enumerate(sections)
        for place, row in enumerate(section.rows, 1)
    )


def _row_name(order: int, section: SectionSpec, place: int) -> str:
    title = f"{numeral(order + 1)}、{section_title(section.title, section.kind)}"
    return f"{title}第{place}行" if len(section.rows) > 1 else title


def supply_of(
    *,
    sections: Sequence[SectionSpec],
    banks: Iterable[Bank],
    at: datetime,
    forms: int = 1,
    exposure: Exposure | None = None,
) -> Supply:
    """What the banks can give for every row, and whether `forms` forms without shared items can be filled.

    `at`: items of a law that has ended by then do not count.
    """
    pool = load_pool(banks, at=at, exposure=exposure)
    rules = rules_of(sections)
    counts = [_count(rules, group) for group in (pool.usable, pool.waiting, pool.stale, pool.worn)]
    rows, number = [], 0
    for section in sections:
        supplies = []
        for _ in section.rows:
            supplies.append(_row_supply(rules[number], pool, *(count[number] for count in counts)))
            number += 1
        rows.append(tuple(supplies))
    clashes = find_clashes(Request(rules=rules, forms=forms, seed=0), pool.usable)
    return Supply(tuple(rows), clashes)


def _count(rules: Sequence[Rule], items: Sequence[Candidate]) -> list[int]:
    counts = [0] * len(rules)
    for signature in admitted_by(rules, items):
        for rule in signature:
            counts[rule] += 1
    return counts


def _row_supply(rule: Rule, pool: Pool, usable: int, waiting: int, stale: int, worn: int) -> RowSupply:
    if usable >= rule.count:
        return RowSupply(rule.count, usable)
    reasons = [f"可抽 {usable} 题，差 {rule.count - usable} 题"]
    if waiting:
        reasons.append(f"另有 {waiting} 题未审定")
    if stale:
        reasons.append(f"{stale} 题因法律修订待更新")
    if worn:
        reasons.append(f"{worn} 题两年内考过的场数已满")
    for name, words in CONDITIONS.items():
        wider = without(rule, [name])
        count = sum(wider.admits(item) for item in pool.usable) if wider != rule else 0
        if count > usable:
            reasons.append(f"不限{words}有 {count} 题")
    return RowSupply(rule.count, usable, "；".join(reasons))
