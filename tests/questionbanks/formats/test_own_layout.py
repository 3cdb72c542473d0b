"""The project's own xlsx layout: parse ∘ emit is the identity, edits win, nothing runs as a formula."""

from __future__ import annotations

import io
import re
import zipfile
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from questionbanks.formats import registry
from questionbanks.formats.normalise import clean
from questionbanks.formats.own_layout import EXACT, MAX_CELL
from questionbanks.formats.workbook import Xlsx, without_places
from questionbanks.kinds.base import Blanks, Choice, Citation, ModelAnswer, Question, RubricPoint
from questionbanks.kinds.registry import defects

ALPHABET = "宪法甲乙丙丁ABCDabc12 ,.;，。；、：（）()__|/或=+-@\n√×对错是否<>&\"'答案题"
texts = st.text(ALPHABET, min_size=1, max_size=24).map(clean).filter(lambda text: bool(text.strip()))
optional = st.one_of(st.just(""), texts)
words = st.lists(texts, max_size=3).map(tuple)
points = st.none() | st.decimals(Decimal("0.5"), 100, places=1)
citations = st.lists(st.builds(Citation, texts, optional, optional, optional), max_size=2).map(tuple)
META = {
    "rationale": optional,
    "points": points,
    "difficulty": st.sampled_from([None, 1, 2, 3]),
    "topic": optional,
    "audience": words,
    "tags": words,
    "citations": citations,
    "source": optional,
    "number": optional,
}


@st.composite
def choice_items(draw: st.DrawFn) -> Question:
    options = draw(st.lists(texts, min_size=2, max_size=8, unique_by=str.strip))
    choices = tuple(Choice(chr(65 + place), text) for place, text in enumerate(options))
    labels = [choice.label for choice in choices]
    kind = draw(st.sampled_from(["single", "multiple", "uncertain"]))
    fewest = 2 if kind == "multiple" else 1
    size = 1 if kind == "single" else len(labels)
    key = draw(st.lists(st.sampled_from(labels), min_size=fewest, max_size=size, unique=True))
    return Question(kind, draw(texts), choices, tuple(sorted(key)), pinned=draw(st.booleans()), **_meta(draw))


def _meta(draw: st.DrawFn) -> dict[str, object]:
    return {name: draw(strategy) for name, strategy in META.items()}


@st.composite
def other_items(draw: st.DrawFn) -> Question:
    kind = draw(st.sampled_from(["true_false", "fill_blank", "short_answer"]))
    key: object
    if kind == "true_false":
        key = draw(st.booleans())
    elif kind == "fill_blank":
        blanks = st.lists(st.lists(texts, min_size=1, max_size=3).map(tuple), min_size=1, max_size=3)
        key = Blanks(tuple(draw(blanks)), draw(st.booleans()))
    else:
        rubric = st.lists(st.builds(RubricPoint, texts, points), max_size=2).map(tuple)
        key = ModelAnswer(draw(texts), draw(rubric))
    return Question(kind, draw(texts), key=key, **_meta(draw))  # type: ignore[arg-type]


items = st.one_of(choice_items(), other_items())


@st.composite
def cases(draw: st.DrawFn) -> Question:
    parts = draw(st.lists(items, min_size=1, max_size=3))
    return Question("case_group", draw(texts), parts=tuple(parts), **_meta(draw))  # type: ignore[arg-type]


banks = st.lists(st.one_of(items, cases()), min_size=1, max_size=5).filter(
    lambda bank: not any(map(defects, bank))
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(banks)
def test_every_item_comes_back_as_it_was(bank: list[Question]) -> None:
    emitted = Xlsx().emit(bank)
    assert emitted.problems == ()
    parsed = registry.parse(emitted.data)
    assert [without_places(one) for one in parsed.questions] == bank
    assert parsed.problems == ()


CHOICES = (Choice("A", "甲"), Choice("B", "乙"))
PLAIN = [
    Question(
        "single", "谁？", CHOICES, ("A",), rationale="因为", points=Decimal("2.5"), difficulty=2, topic="宪法"
    ),
    Question("true_false", "对吗。", key=False, tags=("重点",)),
    Question("fill_blank", "____和____", key=Blanks((("甲",), ("乙",)))),
    Question("short_answer", "简述。", key=ModelAnswer("一。\n二。")),
    Question(
        "case_group",
        "某村开会。",
        parts=(Question("single", "几人？", CHOICES, ("B",)), Question("true_false", "对吗。", key=True)),
    ),
]


def table(data: bytes) -> list[dict[str, object]]:
    rows = list(openpyxl.load_workbook(io.BytesIO(data))["试题"].iter_rows(values_only=True))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]  # type: ignore[arg-type]


def test_ordinary_items_need_no_exact_data() -> None:
    rows = table(Xlsx().emit(PLAIN, title="某县题库").data)
    assert [row[EXACT] for row in rows] == [None] * 6
    assert [row["答案"] for row in rows] == ["A", "错误", "甲；乙", "一。\n二。", "B", "正确"]
    assert [row["材料"] for row in rows] == [None, None, None, None, "某村开会。", "某村开会。"]


def test_every_column_is_described() -> None:
    book = openpyxl.load_workbook(io.BytesIO(Xlsx().emit(PLAIN).data))
    described = {row[0] for row in book["填写说明"].iter_rows(min_row=2, values_only=True)}
    columns = {cell.value for cell in book["试题"][1]}
    assert {name for name in columns if not re.fullmatch("选项[A-Z]", str(name))} - described == set()


def test_an_edit_in_the_spreadsheet_wins() -> None:
    bank = [
        Question("single", "甲公司（A）是谁（A）", CHOICES, ("B",)),
        Question("fill_blank", "____", key=Blanks((("甲；乙",),))),
    ]
    data = Xlsx().emit(bank).data
    assert [bool(row[EXACT]) for row in table(data)] == [True, True]
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book["试题"]
    header = [cell.value for cell in sheet[1]]
    sheet.cell(row=3, column=header.index("答案") + 1).value = "丙"
    buffer = io.BytesIO()
    book.save(buffer)
    parsed = registry.parse(buffer.getvalue())
    assert without_places(parsed.questions[0]) == bank[0]
    assert parsed.questions[1].key == Blanks((("丙",),))


def test_exact_data_that_somebody_forged_is_not_believed() -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["题型", "题干", "选项A", "选项B", "答案", EXACT])
    sheet.append(
        [
            "单选题",
            "谁？",
            "甲",
            "乙",
            "A",
            '{"content": {"schema": 1, "kind": "single", "stem": 5}, "key": {}}',
        ]
    )
    sheet.append(["单选题", "谁？", "甲", "乙", "B", "{"])
    buffer = io.BytesIO()
    book.save(buffer)
    assert [one.key for one in registry.parse(buffer.getvalue()).questions] == [("A",), ("B",)]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "＝1", "=cmd|' /C calc'!A0", "\t=1"])
def test_nothing_runs_as_a_formula(text: str) -> None:
    bank = [Question("short_answer", f"{text}甲", key=ModelAnswer(text.strip() or "x"))]
    for code in ("xlsx", "kaoshibao"):
        data = registry.format_by_code(code).emit(bank, title=text).data
        parts = zipfile.ZipFile(io.BytesIO(data))
        sheets = [parts.read(name) for name in parts.namelist() if name.startswith("xl/worksheets/")]
        assert not any(b"<f>" in sheet or b"<f " in sheet for sheet in sheets)


def test_what_no_cell_can_hold_is_reported() -> None:
    bank = [Question("true_false", "长" * (MAX_CELL + 1), key=True), Question("true_false", "短", key=True)]
    for code, reason in (("xlsx", "cell_limit"), ("kaoshibao", "too_long")):
        emitted = registry.format_by_code(code).emit(bank)
        assert [(one.where, one.code, one.severity) for one in emitted.problems] == [
            ("第1题", reason, "broken")
        ]
        assert [one.stem for one in registry.parse(emitted.data).questions] == ["短"]


# -- 考试宝 -------------------------------------------------------------------------------------------------


def test_kaoshibao_comes_back_and_says_what_it_left() -> None:
    emitted = registry.format_by_code("kaoshibao").emit(PLAIN)
    parsed = registry.parse(emitted.data)
    assert [(one.kind, one.stem, one.key) for one in parsed.questions] == [
        ("single", "谁？", ("A",)),
        ("true_false", "对吗。", False),
        ("fill_blank", "____和____", Blanks((("甲",), ("乙",)))),
        ("short_answer", "简述。", ModelAnswer("一。\n二。")),
        ("single", "某村开会。\n几人？", ("B",)),
        ("true_false", "某村开会。\n对吗。", True),
    ]
    assert [(one.where, one.code) for one in emitted.problems] == [
        ("第1题", "fields_not_carried"),
        ("第2题", "fields_not_carried"),
        ("第5题", "case_split"),
    ]


def test_kaoshibao_has_room_for_eight_options() -> None:
    wide = Question("single", "谁？", tuple(Choice(chr(65 + n), str(n)) for n in range(9)), ("A",))
    emitted = registry.format_by_code("kaoshibao").emit([wide])
    assert [one.code for one in emitted.problems] == ["many_choices"]
