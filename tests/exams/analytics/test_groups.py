"""The list behind a count has as many people as the count says."""

from __future__ import annotations

import pytest

from exams.analytics.groups import MEMBERS, members_of
from exams.analytics.measures import MEASURES, Scope, Shape, evaluate
from exams.analytics.tally import tally
from exams.engine.results import ExamRule, flag_duplicates

RULE = ExamRule(tries=3)
PEOPLE_COUNTS = [
    one.id
    for one in MEASURES.values()
    if one.scope is Scope.EXAM and one.shape is not Shape.MEAN and one.id not in ("attempts", "voided")
]


def everybody(people):
    paper = people.person(people.try_(80, mode="paper"))
    both = people.person(people.try_(55), people.try_(90, mode="paper"))
    return [
        people.person(95),
        people.person(85),
        people.person(72),
        people.person(61),
        people.person(20),
        people.person(50, 70),
        people.person(50, people.try_(70, makeup=True)),
        people.person(50, people.try_(40, makeup=True)),
        people.person(people.try_(66, makeup=True)),
        people.person(people.try_(None)),
        people.person(people.try_(0, answered=False)),
        people.person(people.try_(80, voided=True)),
        people.person(people.try_(80, mode="assisted")),
        people.person(people.try_(80, mode="external")),
        paper,
        people.person(*flag_duplicates(both.tries)),
        people.person(),
        people.person(status="deferred"),
        people.person(status="exempt"),
        people.person(status="removed"),
        people.person(80, status="removed"),
        people.person(80, added_after_freeze=True),
    ]


@pytest.mark.parametrize("measure", PEOPLE_COUNTS)
def test_as_many_as_the_count(people, measure):
    made = everybody(people)
    figure = evaluate(measure, tally(made, RULE))
    found = members_of(measure, made, RULE)
    assert sum(one.is_part for one in found) == figure.part
    assert len(found) == (figure.part if figure.whole is None else figure.whole)


def test_every_measure_of_an_exam_has_its_people():
    needed = {
        name for one in MEASURES.values() if one.scope is Scope.EXAM for name in (one.part, one.whole) if name
    }
    assert needed - set(MEMBERS) == set()


def test_those_to_look_at_come_first(people):
    found = members_of("pass_rate", [people.person(80), people.person(20)], RULE)
    assert [one.is_part for one in found] == [False, True]


def test_what_counts_no_people_has_no_list(people):
    with pytest.raises(KeyError):
        members_of("activity_count", [], RULE)
