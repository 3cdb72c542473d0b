"""Two editions, article by article."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from questionbanks.statutes.comparing import CHANGED, GONE, NEW, RENUMBERED, SAME, compare_articles
from questionbanks.statutes.reading import read_statute

OLD = [
    ("第一条", "为了保障村民自治，制定本法。"),
    ("第二条", "村民委员会每届任期三年。"),
    ("第三条", "村务公开每季度至少一次，接受村民监督。"),
    ("第四条", "村民小组会议由组长召集。"),
    ("第五条", "本条将被整个删去，没有后继。"),
]
NEW_TEXT = [
    ("第一条", "为了保障村民自治，制定本法。"),
    ("第二条", "全新的一条，讲党的领导。"),
    ("第三条", "村民委员会每届任期五年。"),
    ("第四条", "村务公开每季度至少一次，接受村民监督。"),
    ("第五条", "村民小组会议由组长召集。"),
]


def test_every_kind_of_change() -> None:
    found = [(one.kind, one.old_label, one.new_label) for one in compare_articles(OLD, NEW_TEXT)]
    assert found == [
        (SAME, "第一条", "第一条"),
        (NEW, "", "第二条"),
        (CHANGED, "第二条", "第三条"),
        (RENUMBERED, "第三条", "第四条"),
        (RENUMBERED, "第四条", "第五条"),
        (GONE, "第五条", ""),
    ]


def test_punctuation_is_no_change() -> None:
    assert compare_articles([("第一条", "甲，乙。")], [("第一条", "甲、乙；")])[0].kind == SAME


def test_the_same_words_twice_keep_their_places() -> None:
    rows = [("第一条", "同样的话。"), ("第二条", "同样的话。")]
    assert [(one.old_label, one.new_label) for one in compare_articles(rows, rows)] == [
        ("第一条", "第一条"),
        ("第二条", "第二条"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "kinds"), [([], NEW_TEXT[:1], [NEW]), (OLD[:1], [], [GONE]), ([], [], [])]
)
def test_empty_sides(old: list[tuple[str, str]], new: list[tuple[str, str]], kinds: list[str]) -> None:
    assert [one.kind for one in compare_articles(old, new)] == kinds


@pytest.mark.shared
@pytest.mark.parametrize(
    ("law", "old", "new"),
    [
        ("行政复议法", "2017-09-01", "2023-09-01"),
        ("保守国家秘密法", "2010-04-29", "2024-02-27"),
        ("妇女权益保障法", "2018-10-26", "2022-10-30"),
        ("立法法", "2015-03-15", "2023-03-13"),
        ("保守国家秘密法实施条例", "2014-01-17", "2024-07-10"),
    ],
)
def test_real_editions(shared_data: Path, law: str, old: str, new: str) -> None:
    """Every article of both is there exactly once; an edition compared with itself has not changed."""
    texts = []
    for day in (old, new):
        statute = read_statute((shared_data / "laws" / f"{law}({day}).md").read_text(encoding="utf-8"))
        texts.append([(one.label, one.text) for one in statute.articles])
    changes = compare_articles(*texts)
    assert [one.new_label for one in changes if one.new_label] == [label for label, _ in texts[1]]
    assert sorted(one.old_label for one in changes if one.old_label) == sorted(label for label, _ in texts[0])
    assert Counter(one.kind for one in compare_articles(texts[1], texts[1])) == {SAME: len(texts[1])}
