"""Definitions: computed by what they say, complete, and printed for people."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal

import pytest

from exams.analytics.counts import ActivityCounts, ItemCounts, TopicCounts, UnitCounts, VillageCounts
from exams.analytics.measures import (
    DEFINITION_HEADER,
    MEASURES,
    Scope,
    Shape,
    definition_rows,
    describe,
    evaluate,
    format_mean,
    roster_notes,
)
from exams.analytics.tally import Tally, Turnout

COUNTS: dict[Scope, object] = {
    Scope.EXAM: Tally(),
    Scope.ITEM: ItemCounts(0, 0),
    Scope.TOPIC: TopicCounts(Decimal(0), Decimal(0), 0),
    Scope.VILLAGES: VillageCounts(0, 0, 0),
    Scope.ACTIVITIES: ActivityCounts(0, 0),
    Scope.YEAR: Turnout(0, 0, 0),
    Scope.UNITS: UnitCounts(0, 0),
}


@pytest.mark.parametrize("measure", MEASURES)
def test_every_measure_finds_its_counts(measure):
    figure = evaluate(measure, COUNTS[MEASURES[measure].scope])
    assert figure.text() == ("0" if MEASURES[measure].shape is Shape.COUNT else "—")


@pytest.mark.parametrize("measure", MEASURES)
def test_every_denominator_and_numerator_is_a_measure_or_a_field(measure):
    definition = MEASURES[measure]
    counts = COUNTS[definition.scope]
    known = {one.name for one in fields(counts)} | {
        one for one in dir(type(counts)) if not one.startswith("_")
    }
    assert {definition.part, definition.whole} - {None} <= known


def test_ids_and_names_are_unique():
    assert len({one.name for one in MEASURES.values()}) == len(MEASURES)


def test_the_definitions_are_a_table_of_texts():
    rows = definition_rows()
    assert [row[0] for row in rows] == list(MEASURES)
    assert {len(row) for row in rows} == {len(DEFINITION_HEADER)}


@pytest.mark.parametrize(
    ("measure", "text"),
    [
        (
            "required",
            "应考人数：名册人数＋冻结后新增－免考－移出（缓考仍算应考，到补考结束仍未参加即为缺考）",
        ),
        ("pass_rate", "合格率＝合格÷参考（参考口径，默认）"),
        ("pass_rate_required", "通过率＝合格÷应考（应考口径）"),
        ("first_pass_rate", "首考合格率＝首考合格÷正考参考"),
    ],
)
def test_definitions_in_words(measure, text):
    assert describe(MEASURES[measure]) == text


def test_mastery_is_a_rate_of_points():
    figure = evaluate("mastery", TopicCounts(Decimal("23.5"), Decimal("40"), 20))
    assert figure.text() == "58.75%"


def test_mastery_of_all_points_but_a_hundredth_is_not_100():
    figure = evaluate("mastery", TopicCounts(Decimal("9999.99"), Decimal("10000"), 5000))
    assert figure.text() == "99.99%"


def test_item_rate_and_coverage():
    assert evaluate("item_full_rate", ItemCounts(answered=40, full_marks=30)).text() == "75.00%"
    assert evaluate("village_coverage", VillageCounts(villages=18, covered=18, people=60)).text() == "100%"


def test_means_round_half_up():
    assert format_mean(Decimal("170.05"), 2) == "85.03"
    assert format_mean(Decimal(0), 0) == "—"


def test_notes_name_what_is_not_zero():
    counts = Tally(roster=10, added=1, exempt=2, removed=1, deferred=1)
    assert roster_notes(counts) == ("冻结后新增1人", "免考2人", "冻结后移出1人", "缓考未考1人")
