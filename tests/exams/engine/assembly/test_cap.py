"""The cap of an item: forms that are there already and new ones together, exactly."""

from __future__ import annotations

from collections import Counter
from contextlib import nullcontext
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exams.engine.assembly import Candidate, Infeasible, Request, Rule, assemble, find_clashes, widen

TWO = Decimal(2)
KINDS = ("single", "true_false")


@st.composite
def banks(draw: st.DrawFn) -> list[Candidate]:
    """Few items of two kinds, three levels, two laws."""
    return [
        Candidate(
            f"{number:02}",
            draw(st.sampled_from(KINDS)),
            draw(st.sampled_from([0.3, 0.45, 0.6, 0.65, 0.8, 0.9])),
            level=draw(st.integers(1, 3)),
            laws=(draw(st.sampled_from(["甲法", "乙法"])),),
        )
        for number in range(draw(st.integers(4, 16)))
    ]


@st.composite
def requests(draw: st.DrawFn, bank: list[Candidate], *, overlapping: bool) -> Request:
    """One to three forms with a cap of one to three, where items stand in up to three forms already."""
    rules = [Rule(kind, section, kind, draw(st.integers(1, 3)), TWO) for section, kind in enumerate(KINDS)]
    if overlapping:
        rules.append(Rule("第2行", 0, KINDS[0], 1, TWO, law="甲法"))
        rules.append(Rule("第3行", 1, KINDS[1], 1, TWO, level=2))
    used = {item.id: count for item in bank if (count := draw(st.integers(0, 3)))}
    forms, cap = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    return Request(tuple(rules), forms, draw(st.integers(0, 9)), cap=cap, used=used)


def supply_of(request: Request, bank: list[Candidate], kind: str) -> int:
    return sum(
        max(min(request.cap - request.used.get(item.id, 0), request.forms), 0)
        for item in bank
        if item.kind == kind
    )


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_item_passes_the_cap_and_the_same_seed_gives_the_same_forms(data: st.DataObject) -> None:
    bank = data.draw(banks())
    request = data.draw(requests(bank, overlapping=True))
    try:
        assembly = assemble(request, bank)
    except Infeasible:
        return
    uses = Counter(request.used)
    for form in assembly.forms:
        assert len(form.items) == request.size
        uses.update(form.items)
    drawn = frozenset().union(*(form.items for form in assembly.forms))
    assert {item: uses[item] for item in drawn if uses[item] > request.cap} == {}
    assert assemble(request, bank) == assembly


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_it_is_refused_exactly_when_the_uses_left_do_not_suffice(data: st.DataObject) -> None:
    """For rules that share no items the supply can be counted by hand."""
    bank = data.draw(banks())
    request = data.draw(requests(bank, overlapping=False))
    wanted = {
        number: (request.forms * rule.count, supply_of(request, bank, rule.kind))
        for number, rule in enumerate(request.rules)
    }
    short = {number: pair for number, pair in wanted.items() if pair[0] > pair[1]}
    clashes = find_clashes(request, bank)
    assert {one.rules[0]: (one.needed, one.available) for one in clashes} == short
    with pytest.raises(Infeasible) if short else nullcontext():
        assemble(request, bank)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_every_way_that_is_offered_works(data: st.DataObject) -> None:
    bank = data.draw(banks())
    request = data.draw(requests(bank, overlapping=True))
    for clash in find_clashes(request, bank):
        for way in clash.relaxations:
            if way.code != "add":
                left = find_clashes(widen(request, way), bank)
                assert [one for one in left if set(one.rules) & set(clash.rules)] == []


def items(count: int) -> list[Candidate]:
    return [Candidate(f"{number:02}", "single", 0.3 + number / 50) for number in range(count)]


RULES = (Rule("一", 0, "single", 4, TWO),)


@pytest.mark.parametrize(
    ("cap", "forms", "used", "text", "codes"),
    [
        (1, 1, 1, "“一”要 4 道，符合条件的只够 2 道，差 2 道", ["cap:2", "count:0:2", "add"]),
        (2, 1, 2, "“一”要 4 道，符合条件的只够 2 道，差 2 道", ["cap:3", "count:0:2", "add"]),
        (2, 2, 2, "“一”2套卷同一题最多用2次要 8 道，符合条件的只够 4 道，差 4 道",
         ["cap:3", "count:0:2", "add"]),
        (1, 2, 3, "“一”2套卷互不重题要 8 道，符合条件的只够 2 道，差 6 道", ["cap:4", "count:0:1", "add"]),
    ],
)  # fmt: skip
def test_the_refusal_tells_of_items_that_other_forms_have_used_up(
    cap: int, forms: int, used: int, text: str, codes: list[str]
) -> None:
    """Six items, of which four stand in so many forms already."""
    bank = items(6)
    taken = {item.id: used for item in bank[:4]}
    (clash,) = find_clashes(Request(RULES, forms, 0, cap=cap, used=taken), bank)
    assert clash.text == f"{text}（另有 4 道在本场别的卷里已用满）"
    assert [one.code for one in clash.relaxations] == codes
    assert clash.relaxations[0].text == f"允许同一题用在 {codes[0][-1]} 套卷里（连同本场别的卷）"


def test_items_no_other_form_has_come_first() -> None:
    bank = items(8)
    taken = {item.id: 1 for item in bank[:4]}
    (form,) = assemble(Request(RULES, 1, 0, cap=2, used=taken), bank).forms
    assert form.items == {item.id for item in bank[4:]}


def test_swaps_keep_to_what_is_left_of_the_cap() -> None:
    """The swaps would like the used-up items, which lie at the target: they are left alone."""
    middle = [Candidate(f"m{number}", "single", 0.6) for number in range(6)]
    outside = [Candidate(f"o{number}", "single", 0.2 + 0.1 * number) for number in range(9)]
    taken = {item.id: 2 for item in middle}
    first, second = assemble(Request(RULES, 2, 0, cap=2, used=taken), [*middle, *outside]).forms
    assert (first.items | second.items) & set(taken) == set()
    assert first.items & second.items == set()


def test_what_is_kept_by_hand_stays_though_others_have_used_it_up() -> None:
    bank = items(8)
    taken = {bank[0].id: 1, bank[1].id: 1}
    kept = {0: ((0, bank[0].id),)}
    (form,) = assemble(Request(RULES, 1, 0, used=taken, kept=kept), bank).forms
    assert form.items & set(taken) == {bank[0].id}
