"""What is too little, by how much, and what would help."""

from __future__ import annotations

from decimal import Decimal

import pytest

from exams.engine.assembly import Candidate, Request, Rule, admitted_by, find_clashes

TWO = Decimal(2)


def items(count: int, **facets: object) -> list[Candidate]:
    tag = "-".join(map(str, facets.values()))
    made = {"kind": "single", "facility": 0.6} | facets
    return [Candidate(id=f"{tag}{number}", **made) for number in range(count)]  # type: ignore[arg-type]


ITEM = Candidate(
    "1", "single", 0.6, level=2, laws=("civil", "land"), topics=("承包", "土地"), audience=frozenset({"村民"})
)


@pytest.mark.parametrize(
    ("facets", "admits"),
    [
        ({}, True),
        ({"kind": "multiple"}, False),
        ({"law": "land"}, True),
        ({"law": "labour"}, False),
        ({"topic": "土地"}, True),
        ({"topic": "承包"}, True),
        ({"topic": "婚姻"}, False),
        ({"level": 2}, True),
        ({"level": 3}, False),
        ({"audience": "村民"}, True),
        ({"audience": "干部"}, False),
    ],
)
def test_a_rule_admits_what_fits_all_its_fields(facets: dict[str, object], admits: bool) -> None:
    rule = Rule(**({"name": "一", "section": 0, "kind": "single", "count": 1, "points": TWO} | facets))  # type: ignore[arg-type]
    assert rule.admits(ITEM) is admits


def test_an_item_for_no_special_audience_suits_all() -> None:
    rule = Rule("一", 0, "single", 1, TWO, audience="干部")
    assert rule.admits(items(1)[0]) is True


def test_each_item_knows_its_rules() -> None:
    rules = [Rule("一", 0, "single", 1, TWO), Rule("二", 0, "single", 1, TWO, law="a")]
    assert admitted_by(rules, [*items(1), *items(1, laws=("a",)), *items(1, kind="multiple")]) == [
        (0,),
        (0, 1),
        (),
    ]


def test_enough_is_enough() -> None:
    assert find_clashes(Request((Rule("一", 0, "single", 5, TWO),), 2, 0), items(10)) == ()


def test_a_single_rule_that_is_short() -> None:
    (clash,) = find_clashes(Request((Rule("一", 0, "single", 5, TWO),), 1, 0), items(3))
    assert (clash.rules, clash.needed, clash.available, clash.missing) == ((0,), 5, 3, 2)
    assert clash.text == "“一”要 5 道，符合条件的只够 3 道，差 2 道"
    assert [one.text for one in clash.relaxations] == ["“一”由 5 题减为 3 题", "补充并审定 2 道符合条件的题"]


def test_rules_that_want_the_same_items_are_named_together() -> None:
    """Each alone would do; the hall set leaves out the third rule, which has plenty."""
    rules = (
        Rule("甲", 0, "single", 4, TWO, law="a"),
        Rule("乙", 0, "single", 4, TWO, law="a", level=1),
        Rule("丙", 1, "multiple", 2, TWO),
    )
    bank = [*items(6, laws=("a",), level=1), *items(5, kind="multiple")]
    (clash,) = find_clashes(Request(rules, 1, 0), bank)
    assert clash.rules == (0, 1)
    assert clash.text == "“甲”和“乙”合计要 8 道，符合条件的只够 6 道，差 2 道"


def test_forms_without_shared_items_need_more_and_sharing_is_offered() -> None:
    rules = (Rule("一", 0, "single", 5, TWO),)
    (clash,) = find_clashes(Request(rules, 3, 0), items(10))
    assert clash.text == "“一”3套卷互不重题要 15 道，符合条件的只够 10 道，差 5 道"
    assert [one.code for one in clash.relaxations] == ["cap:2", "forms:2", "count:0:3", "add"]


def test_dropping_a_condition_is_offered_where_it_helps() -> None:
    rules = (Rule("一", 0, "single", 5, TWO, law="a", level=3),)
    bank = [*items(4, laws=("a",), level=1), *items(2, laws=("a",), level=3)]
    (clash,) = find_clashes(Request(rules, 1, 0), bank)
    assert clash.relaxations[0].text == "“一”不限难度"


def test_kept_items_count_as_given() -> None:
    rules = (Rule("一", 0, "single", 5, TWO),)
    bank = items(5)
    kept = {0: ((0, bank[0].id),)}
    assert find_clashes(Request(rules, 1, 0, kept=kept), bank) == ()
    (clash,) = find_clashes(Request(rules, 1, 0, kept=kept), bank[:4])
    assert clash.missing == 1
