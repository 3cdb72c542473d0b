"""Which edition a citation means, and when it is stale."""

from __future__ import annotations

from datetime import date

import pytest

from questionbanks.domain.checks import check_question, letters_in_rationale
from questionbanks.domain.citations import LawBook
from questionbanks.kinds.base import Choice, Citation, Question
from questionbanks.models import Edition

DAY = date(2026, 3, 2)
ABCD = tuple(Choice(label, text) for label, text in zip("ABCD", "甲乙丙丁", strict=True))


@pytest.mark.parametrize(
    ("cited", "day", "adopted"),
    [
        (Citation("行政复议法"), DAY, "2023-09-01"),
        (Citation("行政复议法"), date(2022, 1, 1), "2017-09-01"),
        (Citation("行政复议法"), date(2010, 1, 1), "2023-09-01"),
        (Citation("行政复议法", "2017-09-01"), DAY, "2017-09-01"),
        (Citation("中华人民共和国行政复议法", "2017"), DAY, "2017-09-01"),
        (Citation("《行政复议法》", "1999"), DAY, None),
        (Citation("渔业法"), DAY, None),
    ],
)
def test_the_edition_that_is_meant(
    laws: dict[str, Edition], cited: Citation, day: date, adopted: str | None
) -> None:
    edition = LawBook().edition(cited, day)
    assert (edition.adopted_on.isoformat() if edition else None) == adopted


@pytest.mark.parametrize(
    ("cited", "reason"),
    [
        (Citation("民法典", "", "第三条"), ""),
        (Citation("合同法", "", "第三条"), "《合同法》已于2021-01-01废止（民法典）"),
        (Citation("行政复议法", "2017", "第三条"), "《行政复议法》（2017年版）2024-01-01起失效"),
        (Citation("行政复议法", "", "第三条"), ""),
        (Citation("渔业法"), ""),
    ],
)
def test_stale_reasons(laws: dict[str, Edition], cited: Citation, reason: str) -> None:
    assert LawBook().stale_reason(cited, DAY) == reason


@pytest.mark.parametrize(
    ("cited", "day", "warns"),
    [
        (Citation("村民委员会组织法", "", "第五条"), DAY, True),
        (Citation("村民委员会组织法", "", ""), DAY, False),
        (Citation("村民委员会组织法", "2025", "第五条"), DAY, False),
        (Citation("村民委员会组织法", "", "第五条"), date(2029, 1, 1), False),
        (Citation("民法典", "", "第五条"), date(2021, 2, 1), False),
    ],
)
def test_a_law_renewed_lately_makes_articles_doubtful(
    laws: dict[str, Edition], cited: Citation, day: date, warns: bool
) -> None:
    assert bool(LawBook().renewed(cited, day)) is warns


def test_an_item_gets_the_basis_its_rationale_names(laws: dict[str, Edition]) -> None:
    question = Question(
        "single", "题", ABCD, ("A",), rationale="见《民法典》第三条、《渔业法》第一条。", where="第2行"
    )
    checked, problems = check_question(question, book=LawBook(), day=DAY)
    assert checked.citations == (Citation("民法典", "", "第三条"),)
    assert problems == []


def test_its_own_basis_is_not_touched(laws: dict[str, Edition]) -> None:
    own = (Citation("行政复议法", "2023-09-01", "第一条"),)
    question = Question("single", "题", ABCD, ("A",), rationale="见《民法典》第三条。", citations=own)
    assert check_question(question, book=LawBook(), day=DAY)[0].citations == own


def test_a_repealed_law_in_the_stem_is_doubtful(laws: dict[str, Edition]) -> None:
    question = Question("true_false", "《合同法》第五条规定公平原则。", key=True, where="第88行")
    _, problems = check_question(question, book=LawBook(), day=DAY)
    assert [(one.where, one.code, one.severity) for one in problems] == [("第88行", "stale_law", "doubtful")]
    assert problems[0].message == "《合同法》已于2021-01-01废止（民法典）"
    assert problems[0].raw == "《合同法》第五条"


@pytest.mark.parametrize(
    ("rationale", "letters"),
    [
        ("A项错误，应当是乙。", ["A"]),
        ("A、C正确，故选AC。", ["A", "C"]),
        ("选B，因为……", ["B"]),
        ("排除D。", ["D"]),
        ("A. 甲说法不对；B. 乙说法正确", ["A", "B"]),
        ("答案：C", ["C"]),
        ("AB选项均符合", ["A", "B"]),
        ("E项不存在", []),
        ("参见《民法典》第三条。", []),
        ("WTO规则不适用", []),
        ("A股市场", []),
        ("", []),
    ],
)
def test_letters_in_the_rationale(rationale: str, letters: list[str]) -> None:
    question = Question("single", "题", ABCD, ("A",), rationale=rationale)
    assert list(letters_in_rationale(question)) == letters


def test_letters_in_the_rationale_pin_the_choices(laws: dict[str, Edition]) -> None:
    question = Question("single", "题", ABCD, ("A",), rationale="选A。", where="第3行")
    checked, problems = check_question(question, book=LawBook(), day=DAY)
    assert checked.pinned is True
    assert [(one.code, one.severity) for one in problems] == [("letters_in_rationale", "note")]


def test_a_judgement_has_no_letters_to_pin(laws: dict[str, Edition]) -> None:
    question = Question("true_false", "题", key=True, rationale="选A。")
    assert check_question(question, book=LawBook(), day=DAY)[0].pinned is False
