"""Forms from the solver: what every form must hold, and how equal they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from random import Random
from statistics import pstdev

import pytest

from exams.engine.assembly import (
    Assembly,
    Candidate,
    Infeasible,
    Request,
    Rule,
    assemble,
    find_clashes,
    level_of,
    widen,
)

TWO, FOUR = Decimal(2), Decimal(4)
USUAL = (
    Rule("一、单项选择题", 0, "single", 20, TWO),
    Rule("二、判断题", 1, "true_false", 10, TWO),
    Rule("三、多项选择题", 2, "multiple", 10, FOUR),
)


def synthetic_bank(count: int, *, laws: int = 8, seed: int = 1) -> list[Candidate]:
    """Items of three kinds with known facilities around 0.65."""
    random = Random(seed)
    items = []
    for number in range(count):
        facility = min(0.97, max(0.1, random.gauss(0.65, 0.18)))
        items.append(
            Candidate(
                id=f"{number:05}",
                kind=random.choice(["single", "single", "true_false", "multiple"]),
                facility=facility,
                level=level_of(facility, None),
                laws=(f"law{random.randrange(laws)}",),
                topics=(f"topic{random.randrange(20)}",),
            )
        )
    return items


def random_forms(
    rules: Sequence[Rule], items: Sequence[Candidate], forms: int, seed: int
) -> list[list[Candidate]]:
    """Drawn by chance under the same rules, without shared items: what peers do."""
    random = Random(seed)
    free = list(items)
    drawn = []
    for _ in range(forms):
        form: list[Candidate] = []
        for rule in rules:
            form += random.sample([one for one in free if rule.admits(one) and one not in form], rule.count)
        free = [one for one in free if one not in form]
        drawn.append(form)
    return drawn


def spread_of(values: Sequence[float]) -> float:
    return max(values) - min(values)


def chosen(assembly: Assembly, items: Sequence[Candidate]) -> list[list[Candidate]]:
    by_id = {item.id: item for item in items}
    return [[by_id[one] for row in form.rows for one in row] for form in assembly.forms]


@pytest.fixture(scope="module")
def bank() -> list[Candidate]:
    return synthetic_bank(1200)


@pytest.fixture(scope="module")
def assembly(bank: list[Candidate]) -> Assembly:
    return assemble(Request(USUAL, forms=6, seed=3), bank)


def test_every_rule_is_filled_by_items_it_admits(assembly: Assembly, bank: list[Candidate]) -> None:
    by_id = {item.id: item for item in bank}
    for form in assembly.forms:
        assert [len(row) for row in form.rows] == [20, 10, 10]
        for rule, row in zip(USUAL, form.rows, strict=True):
            assert [one for one in row if not rule.admits(by_id[one])] == []


def test_no_item_stands_in_two_forms(assembly: Assembly) -> None:
    assert [[n for b, n in enumerate(row) if b != a] for a, row in enumerate(assembly.overlap)] == [
        [0] * 5
    ] * 6


def test_all_forms_hold_as_many_items_of_every_law(assembly: Assembly) -> None:
    assert [form.strata for form in assembly.forms] == [assembly.forms[0].strata] * 6


def test_mean_difficulty_and_its_spread_are_much_more_equal_than_by_chance(
    assembly: Assembly, bank: list[Candidate]
) -> None:
    by_chance = random_forms(USUAL, bank, 6, seed=3)
    chance_means = [sum(one.facility for one in form) / 40 for form in by_chance]
    chance_spreads = [pstdev([one.facility for one in form]) for form in by_chance]
    assert spread_of([form.mean for form in assembly.forms]) <= 0.2 * spread_of(chance_means)
    assert spread_of([form.spread for form in assembly.forms]) <= 0.5 * spread_of(chance_spreads)


def test_expected_scores_of_equal_candidates_are_much_more_equal_than_by_chance(
    assembly: Assembly, bank: list[Candidate]
) -> None:
    """Candidates of three abilities under the Rasch model, whose difficulties follow from the facilities."""
    from math import exp, log

    def score(form: Sequence[Candidate], ability: float) -> float:
        points = {"single": 2, "true_false": 2, "multiple": 4}
        return sum(
            points[one.kind] / (1 + exp(-(ability + log(one.facility / (1 - one.facility))))) for one in form
        )

    by_chance = random_forms(USUAL, bank, 6, seed=3)
    for ability in (-1.0, 0.0, 1.0):
        equal = spread_of([score(form, ability) for form in chosen(assembly, bank)])
        chance = spread_of([score(form, ability) for form in by_chance])
        assert equal <= 0.2 * chance


def test_figures_of_a_form_are_those_of_its_items(assembly: Assembly, bank: list[Candidate]) -> None:
    for form, items in zip(assembly.forms, chosen(assembly, bank), strict=True):
        assert form.mean == pytest.approx(sum(one.facility for one in items) / 40)
        assert form.spread == pytest.approx(pstdev([one.facility for one in items]))
        assert form.strata == dict(sorted(Counter(one.stratum for one in items).items()))


def test_same_seed_same_forms_other_seed_other_forms(bank: list[Candidate], assembly: Assembly) -> None:
    again = assemble(Request(USUAL, forms=6, seed=3), bank)
    other = assemble(Request(USUAL, forms=6, seed=4), bank)
    assert [form.rows for form in again.forms] == [form.rows for form in assembly.forms]
    assert [form.rows for form in other.forms] != [form.rows for form in assembly.forms]


def test_enemies_never_meet(bank: list[Candidate]) -> None:
    from dataclasses import replace

    rules = (Rule("一", 0, "single", 10, TWO),)
    singles = [item for item in bank if item.kind == "single"][:24]
    # Twelve pairs of enemies: a form of ten must take one of each of ten pairs.
    items = [replace(item, enemies=frozenset({f"互斥:{place // 2}"})) for place, item in enumerate(singles)]
    group = {item.id: item.enemies for item in items}
    for form in assemble(Request(rules, forms=2, seed=1), items).forms:
        met = [name for one in form.items for name in group[one]]
        assert len(met) == len(set(met)) == 10


def test_near_duplicates_never_meet(bank: list[Candidate]) -> None:
    rules = (Rule("一", 0, "single", 10, TWO),)
    items = [item for item in bank if item.kind == "single"][:20]
    twin = {items[place].id: items[place + 1].id for place in range(0, 20, 2)}

    def near(ids: Sequence[str]) -> list[tuple[str, str]]:
        return [(one, twin[one]) for one in ids if twin.get(one) in ids]

    without = assemble(Request(rules, forms=1, seed=1), items)
    assert near(list(without.forms[0].items)) != []  # it would happen by itself
    for form in assemble(Request(rules, forms=2, seed=1), items, near=near).forms:
        assert near(list(form.items)) == []


def test_kept_items_stay_and_the_rest_is_drawn_around_them(bank: list[Candidate]) -> None:
    singles = [item.id for item in bank if item.kind == "single"]
    kept = {0: ((0, singles[5]), (0, singles[9]))}
    (form,) = assemble(Request(USUAL, forms=1, seed=1, kept=kept), bank).forms
    assert {singles[5], singles[9]} <= set(form.rows[0])
    assert [len(row) for row in form.rows] == [20, 10, 10]


def test_a_makeup_holds_at_most_three_tenths_of_what_was_seen(bank: list[Candidate]) -> None:
    rules = (Rule("一", 0, "single", 10, TWO),)
    items = [item for item in bank if item.kind == "single"][:18]
    seen = frozenset(item.id for item in items[:10])
    (form,) = assemble(Request(rules, forms=1, seed=1, seen=(seen,)), items).forms
    assert len(form.items & seen) == 2  # eight are new; two must be old, three may be
    with pytest.raises(Infeasible) as refusal:
        assemble(Request(rules, forms=1, seed=1, seen=(seen,)), items[:16])
    assert (
        refusal.value.clashes[0].text == "补考卷最多可含 3 道考过的题（30%），现有题库至少要用 4 道，多 1 道"
    )


def test_items_used_up_elsewhere_are_left_alone(bank: list[Candidate]) -> None:
    rules = (Rule("一", 0, "single", 10, TWO),)
    items = [item for item in bank if item.kind == "single"][:20]
    used = {item.id: 1 for item in items[:10]}
    (form,) = assemble(Request(rules, forms=1, seed=1, used=used), items).forms
    assert form.items == {item.id for item in items[10:]}


def test_overlap_is_minimal_where_it_cannot_be_zero(bank: list[Candidate]) -> None:
    rules = (Rule("一", 0, "single", 10, TWO),)
    items = [item for item in bank if item.kind == "single"][:15]
    assembly = assemble(Request(rules, forms=2, seed=1, cap=2), items)
    assert assembly.overlap[0][1] == 5


def test_narrow_rules_are_served_in_every_form_though_broad_ones_come_first() -> None:
    """Six items of the rare law for three forms of two: the broad rule must leave them alone."""
    random = Random(2)
    items = [
        Candidate(f"{n:03}", "single", random.random(), laws=("rare" if n < 6 else f"law{n % 3}",))
        for n in range(36)
    ]
    rules = (
        Rule("一、第1行", 0, "single", 10, TWO),
        Rule("一、第2行", 0, "single", 2, TWO, law="rare"),
    )
    assembly = assemble(Request(rules, forms=3, seed=1), items)
    rare = {item.id for item in items[:6]}
    assert [set(form.rows[1]) <= rare for form in assembly.forms] == [True] * 3
    assert [len(form.items) for form in assembly.forms] == [12] * 3


def test_one_kind_in_two_sections_shares_its_pool() -> None:
    items = [Candidate(f"{n:03}", "single", 0.3 + n / 100) for n in range(30)]
    rules = (Rule("一", 0, "single", 5, TWO), Rule("二", 1, "single", 10, FOUR))
    assembly = assemble(Request(rules, forms=2, seed=1), items)
    assert [[len(row) for row in form.rows] for form in assembly.forms] == [[5, 10]] * 2
    assert assembly.overlap[0][1] == 0


def test_every_offered_relaxation_that_needs_no_people_works(bank: list[Candidate]) -> None:
    rules = (
        Rule("一、第1行", 0, "single", 12, TWO, law="law1", level=1),
        Rule("一、第2行", 0, "single", 8, TWO, level=3),
    )
    items = bank[:400]
    request = Request(rules, forms=4, seed=1)
    with pytest.raises(Infeasible) as refusal:
        assemble(request, items)
    assert len(refusal.value.clashes) > 0
    for clash in refusal.value.clashes:
        tried = [one for one in clash.relaxations if one.code != "add"]
        assert tried != []
        for relaxation in tried:
            left = find_clashes(widen(request, relaxation), items)
            assert [one.rules for one in left if set(one.rules) & set(clash.rules)] == []
