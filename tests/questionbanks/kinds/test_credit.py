"""Credit rules: every rule on the same sets, the cap, and what no rule may ever do."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questionbanks.kinds.credit import RULES, choice_points, partial_cap

D = Decimal
KEY = frozenset("ABC")

# chosen: points under each rule, key ABC, 4 points possible, 0.5 per right option
TABLE = [
    ("", {"all": "0", "half": "0", "option": "0", "ratio": "0", "minus": "0"}),
    ("A", {"all": "0", "half": "2.00", "option": "0.5", "ratio": "1.33", "minus": "0.5"}),
    ("AB", {"all": "0", "half": "2.00", "option": "1.0", "ratio": "2.66", "minus": "1.0"}),
    ("ABC", {"all": "4", "half": "4", "option": "4", "ratio": "4", "minus": "1.5"}),
    ("ABD", {"all": "0", "half": "0", "option": "0", "ratio": "0", "minus": "0.5"}),
    ("ABCD", {"all": "0", "half": "0", "option": "0", "ratio": "0", "minus": "1.0"}),
    ("D", {"all": "0", "half": "0", "option": "0", "ratio": "0", "minus": "0"}),
]


@pytest.mark.parametrize(
    ("chosen", "rule", "points"),
    [(chosen, rule, points) for chosen, row in TABLE for rule, points in row.items()],
)
def test_every_rule_on_every_kind_of_set(chosen: str, rule: str, points: str) -> None:
    assert choice_points(KEY, frozenset(chosen), D(4), rule, D("0.5")) == D(points)


@pytest.mark.parametrize(
    ("possible", "cap"),
    [("4", "3.5"), ("2", "1.5"), ("1", "0.5"), ("0.5", "0"), ("0.4", "0"), ("1.2", "1.0"), ("0", "0")],
)
def test_the_cap_is_the_largest_half_point_below_full_marks(possible: str, cap: str) -> None:
    assert partial_cap(D(possible)) == D(cap)


def test_an_incomplete_answer_never_earns_full_marks_by_option() -> None:
    assert choice_points(frozenset("ABCD"), frozenset("ABC"), D(2), "option", D(1)) == D("1.5")


def test_half_is_rounded_half_up_to_a_cent() -> None:
    assert choice_points(KEY, frozenset("A"), D("0.33"), "half", D(0)) == D("0.17")


def test_deduction_with_full_share_reaches_full_marks() -> None:
    assert choice_points(KEY, KEY, D(3), "minus", D(1)) == D(3)


def test_an_unknown_rule_is_an_error() -> None:
    with pytest.raises(KeyError):
        choice_points(KEY, KEY, D(4), "generous", D(0))


sets = st.frozensets(st.sampled_from("ABCDEFG"))
points = st.decimals(min_value="0.5", max_value="20", places=1)


@given(sets.filter(bool), sets, points, st.sampled_from(sorted(RULES)), points)
def test_points_stay_between_nothing_and_full_marks(
    key: frozenset[str], chosen: frozenset[str], possible: Decimal, rule: str, per_choice: Decimal
) -> None:
    assert 0 <= choice_points(key, chosen, possible, rule, per_choice) <= possible


@given(sets.filter(lambda key: len(key) > 1), points, st.sampled_from(["half", "option", "ratio"]), points)
def test_an_incomplete_answer_is_always_strictly_below_full_marks(
    key: frozenset[str], possible: Decimal, rule: str, per_choice: Decimal
) -> None:
    for missing in key:
        assert choice_points(key, key - {missing}, possible, rule, per_choice) < possible


@given(sets.filter(bool), sets, points, st.sampled_from(sorted(RULES)), points)
def test_one_more_right_option_never_costs(
    key: frozenset[str], chosen: frozenset[str], possible: Decimal, rule: str, per_choice: Decimal
) -> None:
    before = choice_points(key, chosen, possible, rule, per_choice)
    for extra in key - chosen:
        assert choice_points(key, chosen | {extra}, possible, rule, per_choice) >= before


@given(sets.filter(bool), sets, points, st.sampled_from(sorted(RULES)), points)
def test_one_more_wrong_option_never_helps(
    key: frozenset[str], chosen: frozenset[str], possible: Decimal, rule: str, per_choice: Decimal
) -> None:
    before = choice_points(key, chosen, possible, rule, per_choice)
    for extra in frozenset("ABCDEFG") - key - chosen:
        assert choice_points(key, chosen | {extra}, possible, rule, per_choice) <= before
