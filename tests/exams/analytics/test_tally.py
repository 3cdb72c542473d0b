"""Counting: sums of units, identities that hold for any roster, contradictions that are refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.analytics.cuts import CUTS, age_band, unit_at
from exams.analytics.measures import MEASURES, Scope, Shape, evaluate
from exams.analytics.tally import Tally, band_of, tally, tally_by, total, year_turnout
from exams.engine.results import (
    ExamRule,
    FinalRule,
    MakeupCap,
    Mode,
    PersonResult,
    RosterStatus,
    SittingKind,
    TryResult,
    final_percent,
    flag_duplicates,
    resolve,
)

START = datetime(2022, 11, 1, tzinfo=UTC)

percents = st.none() | st.decimals(0, 100, places=1)


@st.composite
def tries(draw: st.DrawFn) -> tuple[TryResult, ...]:
    drawn = draw(
        st.lists(
            st.tuples(st.sampled_from(SittingKind), percents, st.sampled_from(Mode), st.integers(0, 9)),
            max_size=4,
        )
    )
    made = []
    for index, (sitting, percent, mode, fate) in enumerate(sorted(drawn, key=lambda one: one[0])):
        made.append(
            TryResult(
                attempt_id=str(index),
                sitting=sitting,
                number=index,
                percent=percent,
                at=START + timedelta(hours=index),
                mode=mode,
                answered=fate != 0,
                voided=fate == 1,
            )
        )
    return flag_duplicates(made)


people = st.builds(
    PersonResult,
    entry_id=st.just("e"),
    person_id=st.integers(0, 30).map(str),
    unit_id=st.just("u"),
    unit_path=st.sampled_from([("镇", "甲村"), ("镇", "乙村"), ("镇", "北管区", "丙村"), ("镇",)]),
    category=st.sampled_from(["", "法律明白人", "村干部"]),
    age_band=st.integers(20, 80).map(age_band),
    status=st.sampled_from(RosterStatus),
    added_after_freeze=st.booleans(),
    tries=tries(),
)
rules = st.builds(
    ExamRule,
    final_rule=st.sampled_from(FinalRule),
    makeup_cap=st.sampled_from(MakeupCap),
    makeup_excellent=st.booleans(),
    rounding=st.sampled_from([None, 0, 1]),
)


@given(st.lists(people, max_size=25), rules, st.sampled_from([*CUTS]))
def test_the_whole_is_the_sum_of_its_groups(roster, rule, cut):
    assert total(tally_by(roster, rule, CUTS[cut].key).values()) == tally(roster, rule)


@given(st.lists(people, max_size=25), rules)
def test_the_town_is_the_sum_of_its_units(roster, rule):
    assert total(tally_by(roster, rule, unit_at(1)).values()) == tally(roster, rule)


@given(st.lists(people, max_size=15), st.lists(people, max_size=15), rules)
def test_tallies_add(some, others, rule):
    assert tally(some, rule) + tally(others, rule) == tally(some + others, rule)


@given(st.lists(people, max_size=25), rules)
def test_everybody_is_accounted_for(roster, rule):
    counts = tally(roster, rule)
    assert counts.roster + counts.added == len(roster)
    assert counts.taken + counts.absent == counts.required
    assert counts.passed + counts.failed + counts.pending == counts.taken


@given(st.lists(people, max_size=25))
def test_passes_are_first_again_or_by_makeup_under_the_best_rule(roster):
    counts = tally(roster, ExamRule())
    assert counts.first_passed <= counts.main_passed
    assert counts.main_passed + counts.makeup_passed == counts.passed


@given(st.lists(people, max_size=25))
def test_passes_are_first_or_by_makeup_under_the_first_rule(roster):
    marked = [
        one for one in roster if all(each.percent is not None for each in one.tries)
    ]  # an unmarked first try leaves a passed makeup undecided
    counts = tally(marked, ExamRule(final_rule=FinalRule.FIRST))
    assert counts.first_passed == counts.main_passed
    assert counts.main_passed + counts.makeup_passed == counts.passed


RATES = [one.id for one in MEASURES.values() if one.shape is Shape.RATE and one.scope is Scope.EXAM]


@given(st.lists(people, max_size=25), rules)
def test_a_rate_is_100_only_of_all_and_0_only_of_none(roster, rule):
    counts = tally(roster, rule)
    for measure in RATES:
        figure = evaluate(measure, counts)
        for decimals in (0, 1, 2):
            text = figure.text(decimals)
            assert (text == "—") is (figure.whole == 0)
            assert text.startswith("100") is figure.is_full
            assert (text == "0%") is (figure.part == 0 and figure.whole != 0)


@given(st.lists(people, max_size=25), st.randoms())
def test_the_order_of_the_roster_does_not_matter(roster, random):
    shuffled = roster[:]
    random.shuffle(shuffled)
    assert tally(shuffled, ExamRule()) == tally(roster, ExamRule())


@pytest.mark.parametrize(
    ("rule", "tries_", "expected"),
    [
        (FinalRule.BEST, [55, 88, 62], 88),
        (FinalRule.LAST, [55, 88, 62], 62),
        (FinalRule.FIRST, [55, 88, 62], 55),
        (FinalRule.BEST, [], None),
        (FinalRule.BEST, [None], None),
        (FinalRule.BEST, [40, None], None),
        (FinalRule.BEST, [80, None], 80),
        (FinalRule.LAST, [80, None], None),
        (FinalRule.FIRST, [80, None], 80),
        (FinalRule.FIRST, [None, 80], None),
    ],
)
def test_final_percent_of_the_main_sitting(people, rule, tries_, expected):
    assert final_percent(people.person(*tries_).tries, ExamRule(final_rule=rule, tries=3)) == expected


@pytest.mark.parametrize(
    ("rule", "cap", "main", "makeup", "expected"),
    [
        (FinalRule.BEST, MakeupCap.NONE, 40, 95, 95),
        (FinalRule.BEST, MakeupCap.PASS_LINE, 40, 95, 60),
        (FinalRule.BEST, MakeupCap.PASS_LINE, 70, 95, 70),
        (FinalRule.BEST, MakeupCap.PASS_LINE, 40, 50, 50),
        (FinalRule.LAST, MakeupCap.NONE, 58, 40, 40),
        (FinalRule.FIRST, MakeupCap.NONE, 58, 40, 58),
        (FinalRule.FIRST, MakeupCap.NONE, 40, 70, 70),
        (FinalRule.FIRST, MakeupCap.NONE, 70, 95, 70),
    ],
)
def test_final_percent_with_a_makeup(people, rule, cap, main, makeup, expected):
    person = people.person(main, people.try_(makeup, makeup=True))
    assert final_percent(person.tries, ExamRule(final_rule=rule, makeup_cap=cap)) == expected


def test_a_voided_or_unanswered_try_gives_nothing(people):
    person = people.person(people.try_(95, voided=True), people.try_(0, answered=False), 61)
    standing = resolve(person, ExamRule())
    assert standing.attempts == 1
    assert standing.first.percent == 61


def test_a_makeup_may_count_as_excellent_where_the_exam_says_so(people):
    person = people.person(40, people.try_(95, makeup=True))
    assert resolve(person, ExamRule(makeup_excellent=True)).excellent is True


def test_two_tries_through_one_channel_are_no_duplicates(people):
    person = people.person(50, 70)
    assert [one.duplicate for one in flag_duplicates(person.tries)] == [False, False]


def test_a_voided_first_submission_does_not_stand(people):
    person = people.person(people.try_(50, voided=True), people.try_(70, mode="paper"))
    assert [one.duplicate for one in flag_duplicates(person.tries)] == [False, False]


@pytest.mark.parametrize(
    ("percent", "band"),
    [
        ("100", 0),
        ("90", 0),
        ("89.99", 1),
        ("80", 1),
        ("79.9", 2),
        ("70", 2),
        ("60", 3),
        ("59.99", 4),
        ("0", 4),
    ],
)
def test_bands_hold_their_lower_edge(percent, band):
    assert band_of(Decimal(percent)) == band


@pytest.mark.parametrize(
    ("age", "band"),
    [(44, "45岁以下"), (45, "45—59岁"), (59, "45—59岁"), (60, "60岁及以上"), (None, "未登记")],
)
def test_age_bands(age, band):
    assert age_band(age) == band


@pytest.mark.parametrize(
    "counts",
    [
        {"roster": 3, "taken": 4, "attempts": 4},
        {"roster": 3, "exempt": 4},
        {"roster": 3, "taken": 2, "attempts": 1},
        {"roster": 3, "taken": 2, "attempts": 2, "passed": 1},
        {"roster": 3, "taken": 2, "attempts": 2, "final_scored": 2},
        {"roster": -1},
    ],
)
def test_contradicting_counts_are_refused(counts):
    with pytest.raises(ValueError):
        Tally(**counts)


def test_extremes_and_means(people):
    counts = tally([people.person(60), people.person("99.5"), people.person()], ExamRule())
    assert (counts.lowest, counts.highest) == (60, Decimal("99.5"))
    assert evaluate("final_mean", counts).text() == "79.75"


def test_a_mean_is_full_only_when_all_have_full_marks(people):
    crowd = [*people.many(999, lambda: people.person(100)), people.person(99)]
    assert evaluate("final_mean", tally(crowd, ExamRule())).text() == "99.99"


def test_who_used_several_ways_is_one_group(people):
    person = people.person(people.try_(40, mode="paper"), people.try_(70, makeup=True))
    assert CUTS["mode"].key(person) == "多种方式"


def test_year_turnout_counts_exams_tries_and_people(people):
    first = [people.person(50, 70, person_id="甲"), people.person(person_id="乙")]
    second = [people.person(80, person_id="甲")]
    turnout = year_turnout([first, second])
    assert (turnout.exams, turnout.attempts, turnout.persons) == (2, 3, 1)
