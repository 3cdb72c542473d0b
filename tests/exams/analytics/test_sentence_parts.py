"""The small parts of sentences: segments, quotes, places, who is watched."""

from __future__ import annotations

import pytest

from exams.analytics.claims import Pointer, Words, quote, say, where_to_look
from exams.analytics.sentence_facts import count_helped_older, watch_list
from tests.paragraph_facts import RULE


def test_neighbouring_words_become_one():
    assert say("t", "甲", ["乙", "丙"], "", "丁").segments == (Words("甲乙丙丁"),)


def test_quotes_inside_quotes_are_single():
    assert quote("“法律明白人”考试") == "“‘法律明白人’考试”"


def test_many_units_are_counted():
    who = [Pointer("e", f"第{number}村", "缺考") for number in range(7)]
    assert where_to_look(who) == (
        "涉及：第0村1人（缺考）、第1村1人（缺考）、第2村1人（缺考）、第3村1人（缺考）、第4村1人（缺考）等7个单位。"
    )
    assert where_to_look([]) == ""


def test_who_is_watched(people):
    roster = [
        people.person(80),
        people.person(50),
        people.person(),
        people.person(status="deferred"),
        people.person(status="exempt"),
        people.person(status="removed"),
        people.person(None),
        people.person(40, status="removed"),
    ]
    assert [one.reason for one in watch_list(roster, RULE)] == [
        "不合格",
        "缺考",
        "缓考",
        "免考",
        "未出成绩",
        "不合格",
    ]


@pytest.mark.parametrize(
    ("bands", "expected"),
    [([], 0), (["60岁及以上", "45岁以下"], 1), (["60岁及以上", "未登记"], None), ([""], None)],
)
def test_how_many_of_the_helped_are_older(people, bands, expected):
    helped = [people.person(people.try_(70, mode="paper"), age_band=band) for band in bands]
    assert count_helped_older([*helped, people.person(70, age_band="")]) == expected
