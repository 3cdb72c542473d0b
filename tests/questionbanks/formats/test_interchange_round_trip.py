"""parse ∘ emit = identity, for every interchange format that goes both ways.

`as_carried` says what a format makes of a question: the fields that it has room for, and the few changes that
`Emitted.problems` reports. Everything else must come back exactly.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from questionbanks.formats.aiken import Aiken
from questionbanks.formats.base import Format
from questionbanks.formats.check import complete, tally
from questionbanks.formats.gift import Gift
from questionbanks.formats.incoming import designation, letters, tidied, truth_of
from questionbanks.formats.moodle_xml import MoodleXml
from questionbanks.formats.native_json import NativeJson
from questionbanks.formats.outgoing import answer_text
from questionbanks.formats.qti21 import Qti21
from questionbanks.formats.richtext import at_blanks, from_html, from_plain, to_plain, without_last_blanks
from questionbanks.kinds import registry
from questionbanks.kinds.base import Blanks, Choice, Citation, ModelAnswer, Question, RubricPoint, replace

NASTY = "~=#{}:\\<&>]%[/$*-_'\"`|;. \n一二法条甲　。？１２→㊀😀&lt;]]>"
PARTS = st.sampled_from(
    [
        "<b>重</b>",
        "<u>线</u>",
        "字",
        " ",
        "<br>",
        "&lt;",
        "~=#{}:",
        "<table><tr><td>1</td><td>2</td></tr></table>",
        "]]&gt;",
    ]
)
PLAIN = st.text(NASTY, min_size=1, max_size=25).map(from_plain).filter(bool)
RICH = st.lists(PARTS, min_size=1, max_size=5).map(lambda parts: from_html("".join(parts)).text).filter(bool)
STEM = st.one_of(PLAIN, PLAIN, RICH).filter(lambda text: bool(to_plain(text).strip()))
TEXT = st.one_of(st.text(NASTY + "abcABC", min_size=1, max_size=15).map(from_plain), RICH).filter(
    lambda text: bool(to_plain(text).strip())
)
WORD = (
    st.text(NASTY + "abc", min_size=1, max_size=12)
    .map(lambda text: from_plain(text.replace("\n", " ")))
    .filter(bool)
)
LABEL = st.text("甲乙丙abc/[]:~ ", max_size=8).map(lambda text: " ".join(text.split()))


@st.composite
def metadata(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "rationale": draw(st.one_of(st.just(""), TEXT)),
        "points": draw(st.one_of(st.none(), st.integers(1, 40).map(lambda n: Decimal(n) / 2))),
        "difficulty": draw(st.sampled_from([None, 1, 2, 3])),
        "topic": draw(st.sampled_from(["", "宪法", "民法典/物权编", "a: b {1}"])),
        "audience": draw(st.sampled_from([(), ("机关干部",)])),
        "tags": draw(st.sampled_from([(), ("必考",), ("甲", "乙 丙")])),
        "citations": draw(st.sampled_from([(), (Citation("宪法", "2018-03-11", "第一条", "原文"),)])),
        "source": draw(st.sampled_from(["", "2025年试卷"])),
        "number": draw(st.sampled_from(["", "7", "12", "Q003", "（一）"])),
    }


@st.composite
def choice_questions(draw: st.DrawFn) -> Question:
    kind = draw(st.sampled_from(["single", "multiple", "uncertain"]))
    texts = draw(st.lists(TEXT, min_size=2, max_size=6, unique_by=lambda text: text.strip()))
    labels = letters(len(texts))
    fewest, most = {"single": (1, 1), "multiple": (2, len(texts)), "uncertain": (1, len(texts))}[kind]
    key = draw(st.lists(st.sampled_from(labels), min_size=fewest, max_size=most, unique=True))
    choices = tuple(Choice(label, text) for label, text in zip(labels, texts, strict=True))
    pinned = draw(st.booleans())
    return Question(kind, draw(STEM), choices, tuple(sorted(key)), pinned=pinned, **draw(metadata()))


@st.composite
def other_questions(draw: st.DrawFn) -> Question:
    kind = draw(st.sampled_from(["true_false", "fill_blank", "short_answer"]))
    key: object = draw(st.booleans())
    stem = draw(STEM)
    if kind == "fill_blank":
        accepted = draw(
            st.lists(st.lists(WORD, min_size=1, max_size=3, unique=True).map(tuple), min_size=1, max_size=3)
        )
        key = Blanks(tuple(accepted), draw(st.booleans()))
        gaps = draw(st.sampled_from(["", "____", "（ ）", "＿＿＿"]))
        stem = draw(st.sampled_from([stem, gaps.join(["始", *(["中"] * (len(accepted) - 1)), "终"])]))
    elif kind == "short_answer":
        points = st.builds(RubricPoint, PLAIN, st.sampled_from([None, Decimal(2)]))
        key = ModelAnswer(draw(TEXT), tuple(draw(st.lists(points, max_size=2))))
    return Question(kind, stem, key=key, **draw(metadata()))


QUESTIONS = st.one_of(choice_questions(), other_questions())


@st.composite
def cases(draw: st.DrawFn) -> Question:
    parts = tuple(draw(st.lists(QUESTIONS, min_size=1, max_size=3)))
    return Question("case_group", draw(STEM), parts=parts, **draw(metadata()))


def has_nothing_to_tidy(question: Question) -> bool:
    """Numbers and answers inside a stem are taken out by every import; that is tested elsewhere."""
    number = question.number
    return (
        tidied(question) == question
        and (not number or designation(number, stem=question.stem) == number)
        and all(has_nothing_to_tidy(part) for part in question.parts)
        and not registry.defects(question)
    )


# -- what each format carries ------------------------------------------------------------------------------


def only(question: Question, *fields: str, **changes: object) -> Question:
    kept = {field: getattr(question, field) for field in ("kind", "stem", "choices", "key", *fields)}
    return Question(**{**kept, **changes})


def flat_key(question: Question) -> object:
    """Written keys without what no foreign format has: rubrics, free order of blanks."""
    key = question.key
    if isinstance(key, ModelAnswer):
        return key if not key.rubric else ModelAnswer(from_plain(answer_text(key)))
    return Blanks(key.accepted) if isinstance(key, Blanks) else key


def kind_without_uncertain(question: Question) -> str:
    several = isinstance(question.key, tuple) and len(question.key) > 1
    return "multiple" if question.kind == "uncertain" and several else question.kind


def as_gift(question: Question) -> Question | None:
    if isinstance(question.key, Blanks) and len(question.key.accepted) > 1:
        return None
    rationale = "" if question.kind == "short_answer" else question.rationale
    kind, key = kind_without_uncertain(question), flat_key(question)
    return only(question, "topic", "tags", "number", rationale=rationale, kind=kind, key=key)


def as_moodle(question: Question) -> Question | None:
    stem = placed(question, 2)
    kind, key = kind_without_uncertain(question), flat_key(question)
    fields = ("topic", "tags", "number", "rationale", "points", "pinned")
    return only(question, *fields, stem=stem, kind=kind, key=key)


def as_qti(question: Question) -> Question | None:
    if question.kind == "case_group":
        parts = tuple(part for one in question.parts if (part := as_qti(one)))
        return Question("case_group", question.stem, parts=parts)
    return only(
        question, "number", "rationale", "points", "pinned", stem=placed(question, 1), key=flat_key(question)
    )


def placed(question: Question, fewest: int) -> str:
    """A stem after its gaps have become fields and gaps again; untouched below `fewest` blanks."""
    key = question.key
    if not isinstance(key, Blanks) or len(key.accepted) < fewest:
        return question.stem
    pieces = at_blanks(question.stem, len(key.accepted))
    return question.stem if pieces is None else without_last_blanks(from_plain("_____".join(pieces)))


def as_aiken(question: Question) -> Question | None:
    line = " ".join(to_plain(question.stem).split())
    options = tuple(
        Choice(one.label, from_plain(" ".join(to_plain(one.text).split()))) for one in question.choices
    )
    return only(question, stem=from_plain(line), choices=options)


def as_itself(question: Question) -> Question | None:
    return question


Carried = Callable[[Question], Question | None]
FORMATS: list[tuple[Format, Carried]] = [
    (Gift(), as_gift),
    (MoodleXml(), as_moodle),
    (Qti21(), as_qti),
    (Aiken(), as_aiken),
    (NativeJson(), as_itself),
]


def comes_back(format: Format, as_carried: Carried, questions: Sequence[Question]) -> None:
    numbered = [replace(question, where=f"第{n}题") for n, question in enumerate(questions, 1)]
    emitted = format.emit(numbered, title="往返")
    parsed = complete(format.parse(emitted.data))
    left_out = {problem.where for problem in emitted.problems if problem.severity == "broken"}
    expected = [as_carried(question) for question in numbered]
    assert {one.where for one, carried in zip(numbered, expected, strict=True) if carried is None} == left_out
    assert [placeless(question) for question in parsed.questions] == [
        placeless(one) for one in expected if one
    ]
    assert tally(parsed).broken == 0


def placeless(question: Question) -> Question:
    return replace(question, where="", parts=tuple(placeless(part) for part in question.parts))


many = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@given(st.lists(QUESTIONS, min_size=1, max_size=3))
@many
def test_gift(questions: list[Question]) -> None:
    assume(all(map(has_nothing_to_tidy, questions)))
    comes_back(Gift(), as_gift, questions)


@given(st.lists(QUESTIONS, min_size=1, max_size=3))
@many
def test_moodle_xml(questions: list[Question]) -> None:
    assume(all(map(has_nothing_to_tidy, questions)))
    comes_back(MoodleXml(), as_moodle, questions)


@given(st.lists(st.one_of(QUESTIONS, cases()), min_size=1, max_size=3))
@many
def test_qti21(questions: list[Question]) -> None:
    assume(all(map(has_nothing_to_tidy, questions)))
    comes_back(Qti21(), as_qti, questions)


@given(st.lists(QUESTIONS.filter(lambda one: one.kind in ("single", "true_false")), min_size=1, max_size=3))
@many
def test_aiken(questions: list[Question]) -> None:
    flat = [one for question in questions if (one := as_aiken(question))]
    assume(all(map(has_nothing_to_tidy, flat)))
    assume(all(truth_of(question) == question for question in flat))
    assume(
        not any(re.match(r"\s*(?:[A-Za-z]|\d{1,4})\s*[.)．）、:：]|ANSWER", one.stem, re.I) for one in flat)
    )
    comes_back(Aiken(), as_aiken, questions)


@given(st.lists(st.one_of(QUESTIONS, cases()), min_size=0, max_size=3))
@many
def test_native_json(questions: list[Question]) -> None:
    comes_back(NativeJson(), as_itself, questions)


@pytest.mark.parametrize(("format", "as_carried"), FORMATS, ids=[format.code for format, _ in FORMATS])
def test_every_declared_kind_is_carried(format: Format, as_carried: Carried) -> None:
    choices = (Choice("A", "甲"), Choice("B", "乙"), Choice("C", "丙"))
    samples = [
        Question("single", "单选？", choices, ("B",)),
        Question("multiple", "多选？", choices, ("A", "C")),
        Question("uncertain", "不定项？", choices, ("C",)),
        Question("true_false", "判断。", key=False),
        Question("fill_blank", "填____。", key=Blanks((("空", "空格"),))),
        Question("short_answer", "简答？", key=ModelAnswer("答案")),
        Question("case_group", "材料。", parts=(Question("single", "小题？", choices, ("A",)),)),
    ]
    questions = [question for question in samples if question.kind in format.kinds_out]
    assert {question.kind for question in questions} == set(format.kinds_out)
    comes_back(format, as_carried, questions)
