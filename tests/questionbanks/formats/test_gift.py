"""GIFT: its whole syntax, and what becomes of each kind of item."""

from __future__ import annotations

from decimal import Decimal

import pytest

from examsite.lib.files.sniff import look
from questionbanks.formats.base import Parsed
from questionbanks.formats.check import complete, tally
from questionbanks.formats.gift import Gift
from questionbanks.formats.gift_text import topic_of
from questionbanks.kinds.base import Blanks, Choice, ModelAnswer, Question, RubricPoint


def read(text: str) -> Parsed:
    return complete(Gift().parse(text.encode()))


def one(text: str) -> Question:
    (question,) = read(text).questions
    return question


def codes(text: str) -> list[tuple[str, str]]:
    return [(problem.severity, problem.code) for problem in read(text).problems]


@pytest.mark.parametrize(
    ("text", "kind", "key"),
    [
        ("问？{~甲 =乙 ~丙}", "single", ("B",)),
        ("问？{=甲 ~乙}", "single", ("A",)),
        ("问？{~=甲 ~乙}", "single", ("A",)),
        ("问？{~%50%甲 ~%50%乙 ~丙}", "multiple", ("A", "B")),
        ("问？{~%33.333%甲 ~%33.333%乙 ~%33.333%丙 ~%-100%丁}", "multiple", ("A", "B", "C")),
        ("问？{~%100%甲 ~%-100%乙}", "uncertain", ("A",)),
        ("问？{T}", "true_false", True),
        ("问？{FALSE#反馈一#反馈二}", "true_false", False),
        ("问？{ true }", "true_false", True),
        ("问？{错}", "true_false", False),
        ("问？{=甲 =乙}", "fill_blank", Blanks((("甲", "乙"),))),
        ("问？{=%100%甲 =%50%乙 =%0%*}", "fill_blank", Blanks((("甲",),))),
        ("问？{#1822}", "fill_blank", Blanks((("1822",),))),
        ("问？{#1822:0}", "fill_blank", Blanks((("1822",),))),
        ("问？{#5..5}", "fill_blank", Blanks((("5",),))),
        ("问？{#=9:0#对 =%50%8:1#近}", "fill_blank", Blanks((("9",),))),
        ("问？{#-3.14}", "fill_blank", Blanks((("-3.14",),))),
        ("甲是{=一}，乙是{=二 =贰}。", "fill_blank", Blanks((("一",), ("二", "贰")))),
        ("问？{####答案要点}", "short_answer", ModelAnswer("答案要点")),
        ("问？{}", "short_answer", None),
        ("问？{~甲 ~乙}", "multiple", None),
        ("问？{#1822:1}", "fill_blank", None),
        ("问？{#1..5}", "fill_blank", None),
        ("连线{=甲->一 =乙->二}", "fill_blank", None),
        ("问？{~甲->一 =乙->二}", "single", ("B",)),
        ("问？{1:SHORTANSWER:=甲}", "fill_blank", None),
    ],
)
def test_kind_and_key(text: str, kind: str, key: object) -> None:
    question = one(text)
    assert question.kind == kind
    assert question.key == key


@pytest.mark.parametrize(
    ("text", "stem"),
    [
        ("问？{T}", "问？"),
        ("法律由{~甲 =乙}制定。", "法律由_____制定。"),
        ("Two plus two equals {=four =4}.", "Two plus two equals _____."),
        ("::Q1:: 问？{T}", "问？"),
        ("::标题\\:::问？{T}", "问？"),
        ("[html]<p>一<b>不</b></p><p>二</p>{T}", "<div>一<b>不</b><br>二</div>"),
        ("[plain]一<b>不</b>{T}", "一<b>不</b>"),
        ("[markdown]一\n二{T}", "一\n二"),
        ("一 &lt;刑法&gt; {T}", "一 <刑法>"),
        ("关于<刑法>的解释{T}", "关于<刑法>的解释"),
        ("one\ntwo{T}", "one two"),
        ("第一行\n第二行{T}", "第一行\n第二行"),
        ("一\\n二{T}", "一\n二"),
        (r"\~\=\#\{\}\:\\ \a{T}", "~=#{}:\\ \\a"),
        ("问？\n// 注释\n{T}", "问？"),
        ("3．下列说法正确的是（ B ）{~甲 =乙}", "下列说法正确的是（ ）"),
        ("本法自公布之日起施行。（√）{T}", "本法自公布之日起施行。（ ）"),
    ],
)
def test_stem(text: str, stem: str) -> None:
    assert one(text).stem == stem


def test_number_of_the_source_leaves_the_stem() -> None:
    assert one("3．下列正确的是{~甲 =乙}").number == "3"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("::Q12::问？{T}", "Q12"),
        ("::12::问？{T}", "12"),
        ("::国家机构::问？{T}", ""),
        ("::2020年问？::2020年问？什么{T}", ""),  # made from the stem by a tool
        ("// [id:A7]\n问？{T}", "A7"),
    ],
)
def test_number(text: str, number: str) -> None:
    assert one(text).number == number


def test_tags_category_and_comments() -> None:
    text = "$CATEGORY: $course$/top/民法/物权\n\n// [tag:必考] [tag:新\\]修]\n问？{T}\n\n"
    text += "$CATEGORY: 刑法\n二？{F}"
    first, second = read(text).questions
    assert (first.topic, first.tags) == ("民法/物权", ("必考", "新]修"))
    assert (second.topic, second.tags) == ("刑法", ())


@pytest.mark.parametrize(
    ("category", "topic"),
    [("$course$/top/A/B", "A/B"), ("$system$/A", "A"), ("A", "A"), ("$course$/top", ""), ("$course$", "")],
)
def test_topic_of(category: str, topic: str) -> None:
    assert topic_of(category) == topic


def test_feedback_becomes_the_rationale_named_by_the_text_of_the_option() -> None:
    question = one("问？{~甲#不对，因为 =乙#True ####总的说来}")
    assert question.rationale == "总的说来\n“甲”：不对，因为"


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("问？{T}", []),
        ("说明文字", [("note", "description")]),
        ("问？{~%50%甲 ~%50%乙}", [("note", "partial_credit")]),
        ("问？{~%60%甲 ~%40%乙}", [("doubtful", "uneven_credit")]),
        ("问？{=甲 ~%50%乙 ~丙}", [("doubtful", "partial_credit")]),
        ("问？{=甲 =乙 ~丙}", [("doubtful", "several_right")]),
        ("问？{=甲*}", [("doubtful", "wildcard")]),
        ("问？{####要点}", [("doubtful", "answer_from_feedback")]),
        ("问？{}", [("broken", "no_key")]),
        ("问？{#1:2}", [("broken", "foreign_kind")]),
        ("问？{#1}", [("note", "number_as_text")]),
        ("连{=a->b =c->d}", [("broken", "foreign_kind")]),
        ("问？{=甲", [("broken", "brace")]),
        ("问？=甲}", [("broken", "brace")]),
        ("问？{甲}", [("broken", "answer_syntax")]),
        ("[html]<img src=x>{T}", [("broken", "media_only")]),
        ("[html]看图<img src=x>{T}", [("doubtful", "media")]),
        ("下列正确的是（A）{~甲 =乙}", [("doubtful", "stem_answer_differs")]),
        ("求\\\\(x^2\\\\){=4}", [("doubtful", "latex")]),
        ("问" * 20_001 + "{T}", [("broken", "too_long")]),
    ],
)
def test_problems(text: str, problems: list[tuple[str, str]]) -> None:
    found = [problem for problem in codes(text) if problem != ("broken", "no_stem")]
    assert found == problems


def test_items_without_a_blank_line_between_them_are_still_several() -> None:
    parsed = read("一？{T}\n二？{F}\n::3::三？{~甲 =乙}")
    assert [question.stem for question in parsed.questions] == ["一？", "二？", "三？"]
    assert [question.where for question in parsed.questions] == ["第1行", "第2行", "第3行"]


def test_a_blank_line_inside_braces_belongs_to_the_answers() -> None:
    parsed = read("一？{\n~甲\n\n=乙\n}\n\n二？{T}")
    assert [question.kind for question in parsed.questions] == ["single", "true_false"]


def test_an_open_brace_does_not_swallow_the_next_item() -> None:
    parsed = read("一？{~甲 =乙\n\n二？{T}")
    assert [question.stem for question in parsed.questions] == ["一？", "二？"]
    assert tally(parsed).broken == 1


def test_every_problem_of_an_item_stands_at_its_place() -> None:
    parsed = read("一？{}\n\n二？{T}\n\n三？{#1:2}")
    assert {problem.where for problem in parsed.problems} == {"第1行", "第5行"}
    assert (tally(parsed).found, tally(parsed).importable, tally(parsed).broken) == (3, 1, 2)


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("$CATEGORY: a\n\n问？{T}", 90),
        ("::Q1::问？{T}", 90),
        ("问？{~甲 =乙}", 85),
        ("问？{}", 60),
        ("1. 问？\nA. 甲\n答案：A", 0),
        ('{"a": "{=b}"}', 0),
        ("<quiz>{=b}</quiz>", 0),
    ],
)
def test_claims(text: str, claims: int) -> None:
    assert Gift().claims(look(text.encode())) == claims


def test_what_gift_cannot_carry_is_reported() -> None:
    choices = (Choice("A", "甲"), Choice("B", "乙"))
    questions = [
        Question("fill_blank", "一__二__", key=Blanks((("a",), ("b",)))),
        Question("uncertain", "不定项", choices, ("A", "B")),
        Question("single", "带分值", choices, ("A",), points=Decimal(2), difficulty=1),
        Question(
            "short_answer", "简答", key=ModelAnswer("文", (RubricPoint("点", Decimal(2)),)), rationale="析"
        ),
        Question("case_group", "材料", parts=(Question("single", "小题", choices, ("B",)),)),
        Question("single", "没有答案", choices),
    ]
    emitted = Gift().emit(questions)
    assert [(problem.where, problem.severity, problem.code) for problem in emitted.problems] == [
        ("第1题", "broken", "several_blanks"),
        ("第2题", "doubtful", "kind_changed"),
        ("第3题", "note", "fields_not_carried"),
        ("第4题", "doubtful", "rationale_dropped"),
        ("第4题", "doubtful", "rubric_flattened"),
        ("第5题", "doubtful", "case_split"),
        ("第6题", "broken", "no_key"),
    ]
    parsed = complete(Gift().parse(emitted.data))
    assert [question.stem for question in parsed.questions] == ["不定项", "带分值", "简答", "材料\n小题"]


def test_template_code_stays_literal() -> None:
    question = one("\\{\\{7*7\\}\\} 与 \\{% if x %\\}{T}")
    assert question.stem == "{{7*7}} 与 {% if x %}"
