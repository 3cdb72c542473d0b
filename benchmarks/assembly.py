"""Assembly: time, and how much more equal the forms are than random draws under the same blueprint."""

from __future__ import annotations

import time
from collections.abc import Sequence
from decimal import Decimal
from itertools import combinations
from math import exp, log
from random import Random

from benchmarks.rows import Row
from exams.engine.assembly import Assembly, Candidate, Request, Rule, assemble, level_of

KINDS = (("single", 2), ("true_false", 1), ("multiple", 2))
ABILITIES = (-1.0, 0.0, 1.0)


def synthetic_bank(count: int, *, laws: int, seed: int) -> list[Candidate]:
    """Items with known facilities around 0.65, a law and a topic each."""
    random = Random(seed)
    items = []
    for number in range(count):
        facility = min(0.97, max(0.08, random.gauss(0.65, 0.18)))
        items.append(
            Candidate(
                id=f"{number:06}",
                kind=random.choice([kind for kind, _ in KINDS]),
                facility=facility,
                level=level_of(facility, None),
                laws=(f"law{random.randrange(laws)}",),
                topics=(f"topic{random.randrange(40)}",),
            )
        )
    return items


def thirty_rules() -> tuple[Rule, ...]:
    """Fifty items: ten laws in three kinds, two, one and two of each."""
    return tuple(
        Rule(f"{kind}/{law}", section, kind, count, Decimal(2), law=f"law{law}")
        for section, (kind, count) in enumerate(KINDS)
        for law in range(10)
    )


def open_rules() -> tuple[Rule, ...]:
    """Fifty items in three rows that admit everything of their kind."""
    counts = (("single", 20), ("true_false", 10), ("multiple", 20))
    return tuple(Rule(kind, n, kind, count, Decimal(2)) for n, (kind, count) in enumerate(counts))


def mixed_rules() -> tuple[Rule, ...]:
    """Fifty-two items in thirty rows that want the same items: laws, levels, topics, and the rest."""
    rules: list[Rule] = []
    for section, (kind, count) in enumerate(KINDS):
        rules += [Rule(f"{kind}/{n}", section, kind, count, Decimal(2), law=f"law{n}") for n in range(5)]
        rules += [Rule(f"{kind}/难度{n}", section, kind, 1, Decimal(2), level=n) for n in (1, 2, 3)]
        rules += [Rule(f"{kind}/其他", section, kind, 5, Decimal(2))]
        rules += [Rule(f"{kind}/知识点", section, kind, 1, Decimal(2), topic="topic3")]
    return tuple(rules)


def random_draws(
    rules: Sequence[Rule], items: Sequence[Candidate], forms: int, seed: int
) -> list[list[Candidate]]:
    """Each form drawn by chance under the same rules, as peers draw when somebody presses start."""
    random = Random(seed)
    pools = [[item for item in items if rule.admits(item)] for rule in rules]
    drawn = []
    for _ in range(forms):
        form: dict[str, Candidate] = {}
        for rule, pool in zip(rules, pools, strict=True):
            free = [item for item in pool if item.id not in form]
            form |= {item.id: item for item in random.sample(free, rule.count)}
        drawn.append(list(form.values()))
    return drawn


def expected_score(form: Sequence[Candidate], ability: float) -> float:
    """Expected points (2 an item) under the Rasch model; an item's difficulty follows from its facility."""
    return sum(2 / (1 + exp(-(ability + log(one.facility / (1 - one.facility))))) for one in form)


def width(values: Sequence[float]) -> float:
    return max(values) - min(values)


def mean_difficulty(form: Sequence[Candidate]) -> float:
    return sum(one.facility for one in form) / len(form)


def overlap(forms: Sequence[Sequence[Candidate]]) -> int:
    sets = [{one.id for one in form} for form in forms]
    return sum(len(a & b) for a, b in combinations(sets, 2))


def forms_of(assembly: Assembly, items: Sequence[Candidate]) -> list[list[Candidate]]:
    by_id = {item.id: item for item in items}
    return [[by_id[one] for row in form.rows for one in row] for form in assembly.forms]


def timed(rules: tuple[Rule, ...], items: Sequence[Candidate], forms: int) -> tuple[Assembly, float]:
    start = time.perf_counter()
    assembly = assemble(Request(rules, forms=forms, seed=11), items)
    return assembly, time.perf_counter() - start


def run() -> list[Row]:
    """The rows of docs/benchmarks.md on assembly."""
    bank = synthetic_bank(5000, laws=10, seed=1)
    large = synthetic_bank(10_000, laws=10, seed=2)
    rows = []
    for name, rules in (("30 rules", thirty_rules()), ("30 overlapping rules", mixed_rules())):
        _, seconds = timed(rules, bank, 20)
        rows.append(Row(f"20 forms of 50 items, 5,000 items, {name}", seconds, "s", 15.0))
        _, seconds = timed(rules, large, 1)
        rows.append(Row(f"1 form, 10,000 items, {name}", seconds, "s", 1.0))
    for name, rules in (("30 rules", thirty_rules()), ("3 open rules", open_rules())):
        assembly, _ = timed(rules, bank, 20)
        ours, chance = forms_of(assembly, bank), random_draws(rules, bank, 20, seed=11)
        ratio = width([mean_difficulty(one) for one in ours]) / width(
            [mean_difficulty(one) for one in chance]
        )
        rows.append(Row(f"range of mean difficulty ÷ random draws, {name}", ratio, "", 0.2))
        for ability in ABILITIES:
            ratio = width([expected_score(one, ability) for one in ours]) / width(
                [expected_score(one, ability) for one in chance]
            )
            rows.append(
                Row(f"range of expected scores at ability {ability:+g} ÷ random, {name}", ratio, "", 0.2)
            )
        rows.append(
            Row(f"shared items less those of random draws, {name}", overlap(ours) - overlap(chance), "", 0)
        )
    return rows
