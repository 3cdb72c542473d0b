"""Moodle XML: question types, weights, texts, and what has no place here."""

from __future__ import annotations

from decimal import Decimal

import pytest

from questionbanks.formats.base import Parsed, Unreadable
from questionbanks.formats.check import complete, tally
from questionbanks.formats.moodle_xml import MoodleXml
from questionbanks.formats.registry import parse
from questionbanks.kinds.base import Blanks, Choice, ModelAnswer, Question


def read(questions: str) -> Parsed:
    return complete(MoodleXml().parse(f'<?xml version="1.0"?><quiz>{questions}</quiz>'.encode()))


def question(kind: str, inner: str = "", stem: str = "问？") -> str:
    text = f'<questiontext format="html"><text><![CDATA[{stem}]]></text></questiontext>'
    return f'<question type="{kind}"><name><text>名</text></name>{text}{inner}</question>'


def answer(text: str, fraction: float, more: str = "") -> str:
    return f'<answer fraction="{fraction}" format="html"><text>{text}</text>{more}</answer>'


def one(source: str) -> Question:
    (found,) = read(source).questions
    return found


SINGLE, MULTI = "<single>true</single>", "<single>false</single>"


@pytest.mark.parametrize(
    ("source", "kind", "key"),
    [
        (question("multichoice", SINGLE + answer("甲", 0) + answer("乙", 100)), "single", ("B",)),
        (question("multichoice", answer("甲", 100) + answer("乙", 0)), "single", ("A",)),
        (
            question("multichoice", MULTI + answer("甲", 50) + answer("乙", 50) + answer("丙", -50)),
            "multiple",
            ("A", "B"),
        ),
        (question("multichoice", MULTI + answer("甲", 100) + answer("乙", -100)), "uncertain", ("A",)),
        (
            question("multichoiceset", answer("甲", 100) + answer("乙", 100) + answer("丙", 0)),
            "multiple",
            ("A", "B"),
        ),
        (question("truefalse", answer("true", 0) + answer("false", 100)), "true_false", False),
        (question("truefalse", answer("对", 100) + answer("错", 0)), "true_false", True),
        (
            question("shortanswer", answer("甲", 100) + answer("乙", 100)),
            "fill_blank",
            Blanks((("甲", "乙"),)),
        ),
        (
            question("numerical", answer("42", 100, "<tolerance>0</tolerance>")),
            "fill_blank",
            Blanks((("42",),)),
        ),
        (
            question("essay", '<graderinfo format="html"><text>要点</text></graderinfo>'),
            "short_answer",
            ModelAnswer("要点"),
        ),
        (
            question("cloze", stem="甲{1:SHORTANSWER:=一~=壹#好}乙{2:SA:%100%二~%50%两}。"),
            "fill_blank",
            Blanks((("一", "壹"), ("二",))),
        ),
        (question("cloze", stem="甲{1:NM:=3:0}"), "fill_blank", Blanks((("3",),))),
        (question("cloze", stem="{1:MULTICHOICE:甲~=乙}"), "single", ("B",)),
    ],
)
def test_kind_and_key(source: str, kind: str, key: object) -> None:
    found = one(source)
    assert (found.kind, found.key) == (kind, key)


@pytest.mark.parametrize(
    ("source", "kind", "message"),
    [
        (question("matching"), "fill_blank", "匹配题不能导入"),
        (
            question("numerical", answer("42", 100, "<tolerance>1</tolerance>")),
            "fill_blank",
            "数值题（有误差范围）不能导入",
        ),
        (question("cloze", stem="{1:MC:=甲~乙}{1:MCV:=甲~乙}"), "fill_blank", "下拉选择填空题不能导入"),
        (question("ddwtos"), "fill_blank", "拖拽题不能导入"),
        (question("ordering"), "fill_blank", "排序题不能导入"),
        (question("calculated"), "fill_blank", "参数计算题不能导入"),
        (question("stack"), "short_answer", "本平台没有的题型（stack）不能导入"),
        (
            question("essay", "<responseformat>noinline</responseformat>"),
            "short_answer",
            "上传文件题不能导入",
        ),
    ],
)
def test_kinds_without_a_place_are_found_and_broken_by_name(source: str, kind: str, message: str) -> None:
    parsed = read(source)
    assert (tally(parsed).found, tally(parsed).broken) == (1, 1)
    assert parsed.questions[0].kind == kind
    assert [problem.message for problem in parsed.problems] == [message]


@pytest.mark.parametrize(
    ("source", "problems"),
    [
        (question("description"), [("note", "description")]),
        (question("essay"), [("broken", "no_key")]),
        (
            question("essay", "<generalfeedback><text>答</text></generalfeedback>"),
            [("doubtful", "answer_from_feedback")],
        ),
        (question("multichoice", SINGLE + answer("甲", 100) + answer("乙", 100)), [("broken", "key_count")]),
        (
            question("multichoice", SINGLE + answer("甲", 100) + answer("乙", 50)),
            [("doubtful", "partial_credit")],
        ),
        (
            question("multichoice", MULTI + answer("甲", 60) + answer("乙", 40)),
            [("doubtful", "uneven_credit")],
        ),
        (question("shortanswer", answer("*甲*", 100)), [("doubtful", "wildcard")]),
        (
            question("truefalse", answer("true", 100), stem="看图<img src='@@PLUGINFILE@@/a.png'>"),
            [("doubtful", "media")],
        ),
        (question("truefalse", answer("true", 100), stem="<img src='a.png'>"), [("broken", "media_only")]),
    ],
)
def test_problems(source: str, problems: list[tuple[str, str]]) -> None:
    parsed = read(source)
    assert [(problem.severity, problem.code) for problem in parsed.problems] == problems


def test_everything_else_that_an_item_has() -> None:
    source = (
        '<question type="category"><category><text>$course$/top/民法</text></category></question>'
        + question(
            "multichoice",
            "<defaultgrade>2.0000000</defaultgrade><idnumber>M-7</idnumber><shuffleanswers>0</shuffleanswers>"
            "<generalfeedback format='html'><text><![CDATA[<p>解析</p>]]></text></generalfeedback>"
            "<tags><tag><text>必考</text></tag></tags>"
            + answer("甲", 100, "<feedback><text>对在此</text></feedback>")
            + answer("乙", 0),
        )
    )
    found = one(source)
    assert found.topic == "民法"
    assert found.points == Decimal(2)
    assert found.number == "M-7"
    assert found.pinned is True
    assert found.tags == ("必考",)
    assert found.rationale == "解析\n“甲”：对在此"


@pytest.mark.parametrize(
    ("format_", "text", "stem"),
    [
        ("html", "&lt;p&gt;一&lt;/p&gt;&lt;p&gt;二&lt;/p&gt;", "一\n二"),
        ("moodle_auto_format", "一\n二 &amp;lt;x&amp;gt;", "一\n二 <x>"),
        ("plain_text", "一 &lt;b&gt;不&lt;/b&gt;", "一 <b>不</b>"),
        ("html", "<p>一<b>不</b></p>", "<div>一<b>不</b></div>"),  # markup as elements
    ],
)
def test_text_formats(format_: str, text: str, stem: str) -> None:
    source = f'<question type="truefalse"><questiontext format="{format_}"><text>{text}</text></questiontext>'
    assert one(source + answer("true", 100) + "</question>").stem == stem


@pytest.mark.parametrize("data", [b"<html></html>", b"<quiz>", b"<quiz></quiz><x/>", b"", b"{}"])
def test_what_is_no_moodle_file_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable):
        MoodleXml().parse(data)


def test_what_moodle_cannot_carry_is_reported() -> None:
    choices = (Choice("A", "甲"), Choice("B", "乙"))
    questions = [
        Question("uncertain", "不定项", choices, ("A", "B")),
        Question("single", "难题", choices, ("A",), difficulty=3),
        Question("fill_blank", "一____二____", key=Blanks((("a",), ("b",)), any_order=True)),
    ]
    emitted = MoodleXml().emit(questions)
    assert [(problem.where, problem.severity, problem.code) for problem in emitted.problems] == [
        ("第1题", "doubtful", "kind_changed"),
        ("第2题", "note", "fields_not_carried"),
        ("第3题", "doubtful", "order_fixed"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gbk", "iso-8859-1"])
def test_the_declared_encoding_is_believed(encoding: str) -> None:
    stem = "Café" if encoding == "iso-8859-1" else "问题"
    source = question("truefalse", answer("true", 100), stem=stem).replace("名", "x")
    data = f'<?xml version="1.0" encoding="{encoding}"?><quiz>{source}</quiz>'.encode(encoding)
    assert [one.stem for one in parse(data).questions] == [stem]
