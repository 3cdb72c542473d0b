"""Small groups show counts only, and cannot be computed from the rest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.analytics.suppression import Hidden, guard_table, hidden_cells
from exams.analytics.tally import tally
from exams.engine.results import ExamRule

GROUPS = ["甲", "乙", "丙", "丁"]


@pytest.mark.parametrize(
    ("bases", "hidden"),
    [
        ([10, 20, 30], [False, False, False]),
        ([3, 20, 30], [True, True, False]),  # the next smallest too
        ([3, 30, 20], [True, False, True]),
        ([3, 4, 30], [True, True, False]),  # two already, seven people together
        ([1, 2, 30], [True, True, True]),  # two, but only three people together
        ([1, 2, 3, 30], [True, True, True, False]),
        ([0, 20, 30], [False, False, False]),  # nobody: nothing to hide
        ([0, 3, 30], [False, True, True]),
        ([3], [True]),
        ([5, 5], [False, False]),
        ([4, 5, 5], [True, True, False]),
        ([], []),
    ],
)
def test_which_cells_are_hidden(bases, hidden):
    assert list(hidden_cells(bases)) == hidden


def test_the_minimum_is_configurable():
    assert hidden_cells([9, 20, 30], 10) == (True, True, False)


@given(st.lists(st.integers(0, 40), max_size=12), st.integers(1, 12))
def test_what_is_hidden_cannot_be_derived(bases, minimum):
    hidden = hidden_cells(bases, minimum)
    assert all(is_hidden for base, is_hidden in zip(bases, hidden, strict=True) if 0 < base < minimum)
    shown = [base for base, is_hidden in zip(bases, hidden, strict=True) if base and not is_hidden]
    kept = [base for base, is_hidden in zip(bases, hidden, strict=True) if is_hidden]
    if kept and shown:
        assert len(kept) >= 2
        assert sum(kept) >= minimum


def test_a_table_guards_each_rate_by_its_own_base(people):
    rule = ExamRule()
    sizes = {"甲": (10, 3), "乙": (10, 8), "丙": (20, 20), "丁": (3, 3)}
    groups = {
        name: tally(
            people.many(sat, lambda: people.person(80))
            + people.many(required - sat, lambda: people.person()),
            rule,
        )
        for name, (required, sat) in sizes.items()
    }
    rows = {row.key: row.cells for row in guard_table(groups, ["required", "turnout_rate", "final_mean"])}
    assert [rows[name]["required"].text() for name in GROUPS] == ["10", "10", "20", "3"]
    assert [isinstance(rows[name]["turnout_rate"], Hidden) for name in GROUPS] == [True, False, False, True]
    assert [isinstance(rows[name]["final_mean"], Hidden) for name in GROUPS] == [True, False, False, True]
    assert rows["丁"]["turnout_rate"] == Hidden("turnout_rate", 3, complementary=False)
    assert rows["甲"]["turnout_rate"] == Hidden("turnout_rate", 10, complementary=True)
    assert rows["丁"]["turnout_rate"].reason == "人数不足（3人），只列人数"
    assert rows["甲"]["turnout_rate"].reason == "为避免推算出人数过少的组，此格不显示"
