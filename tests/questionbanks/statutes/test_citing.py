"""Labels of articles and citations in running text."""

from __future__ import annotations

import pytest

from questionbanks.kinds.base import Choice, Citation, Question
from questionbanks.statutes.citing import MOST, basis_of, cited_in, law_name
from questionbanks.statutes.labels import label_of, number_of, numeral

KNOWN = {"民法典", "村民委员会组织法", "刑法", "刑事诉讼法", "宪法"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "一"),
        (10, "十"),
        (15, "十五"),
        (20, "二十"),
        (101, "一百零一"),
        (110, "一百一十"),
        (1001, "一千零一"),
        (1010, "一千零一十"),
        (1260, "一千二百六十"),
    ],
)
def test_numerals(value: int, text: str) -> None:
    assert numeral(value) == text


def test_every_label_comes_back() -> None:
    assert [number_of(label_of(n)) for n in range(1, 2000)] == [(n, 0) for n in range(1, 2000)]
    assert [number_of(label_of(120, n)) for n in range(1, 12)] == [(120, n) for n in range(1, 12)]


@pytest.mark.parametrize(
    ("label", "number"),
    [
        ("第13条", (13, 0)),
        ("第 十三 条", (13, 0)),
        ("笫五十四条", (54, 0)),
        ("第一百二十条之一", (120, 1)),
        ("第133条之1", (133, 1)),
        ("第条", None),
        ("第十三", None),
        ("第零条", None),
        ("十三条", None),
    ],
)
def test_labels(label: str, number: tuple[int, int] | None) -> None:
    assert number_of(label) == number


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("《民法典》第一千零四十二条规定", [("民法典", "", "第一千零四十二条")]),
        ("《中华人民共和国民法典》第3条", [("民法典", "", "第三条")]),
        ("依据村民委员会组织法第13条", [("村民委员会组织法", "", "第十三条")]),
        ("根据刑事诉讼法第五条", [("刑事诉讼法", "", "第五条")]),
        ("《行政复议法》（2017年修正）第二条", [("行政复议法", "2017", "第二条")]),
        (
            "《民法典》第三条、第五条第二款",
            [("民法典", "", "第三条"), ("民法典", "", "第五条")],
        ),
        ("《合同法》已经废止", [("合同法", "", "")]),
        ("《民法典》……《民法典》第三条", [("民法典", "", "第三条")]),
        ("《论语》第三条", []),
        ("某法第三条", []),
        ("", []),
    ],
)
def test_citations(text: str, found: list[tuple[str, str, str]]) -> None:
    assert [(one.law, one.edition, one.article) for one in cited_in(text, KNOWN)] == found


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("《中华人民共和国 宪法》", "宪法"),
        ("信访工作条例", "信访工作条例"),
        ("中华人民共和国", "中华人民共和国"),
    ],
)
def test_names(name: str, short: str) -> None:
    assert law_name(name) == short


def test_an_item_rests_on_what_its_rationale_cites_not_on_its_choices() -> None:
    question = Question(
        "single",
        "根据《宪法》，下列说法正确的是",
        (Choice("A", "《刑法》第一条"), Choice("B", "乙")),
        ("A",),
        rationale="见《民法典》第三条。",
    )
    assert basis_of(question, KNOWN) == (Citation("民法典", "", "第三条"),)


def test_a_law_named_without_an_article_counts_where_no_article_is_named() -> None:
    question = Question("true_false", "《宪法》是国家的根本法。", key=True)
    assert basis_of(question, KNOWN) == (Citation("宪法"),)


def test_a_list_of_laws_is_cut() -> None:
    text = "".join(f"《宪法》第{number}条。" for number in range(1, 30))
    assert len(basis_of(Question("true_false", text, key=True), KNOWN)) == MOST
