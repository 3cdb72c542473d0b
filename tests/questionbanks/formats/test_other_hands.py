"""Habits of other hands: the same few items written in many ways must come out the same."""

from __future__ import annotations

import io
import json
from typing import Any

import openpyxl
import pytest

from questionbanks.formats import registry
from questionbanks.formats.base import Parsed, Unreadable
from questionbanks.formats.check import broken_places
from questionbanks.formats.fields import default_kind, meaning_of
from questionbanks.kinds.base import Blanks, ModelAnswer

TWO = (("谁（ ）。", ("甲", "乙", "丙", "丁"), ("B",)), ("几个（ ）。", ("一", "二", "三", "四"), ("D",)))
SEVERAL = (
    ("谁（ ）。", ("甲", "乙", "丙", "丁"), ("A", "B")),
    ("几个（ ）。", ("一", "二", "三", "四"), ("A", "D")),
)
LETTERS = "ABCD"


def outline(parsed: Parsed) -> list[tuple[str, tuple[str, ...], Any]]:
    """(stem, texts of the options, key) of every item."""
    return [(one.stem, tuple(choice.text for choice in one.choices), one.key) for one in parsed.questions]


def text(body: str, name: str = "题库.txt") -> Parsed:
    return registry.parse(body.encode(), name=name)


def table(rows: list[list[Any]]) -> Parsed:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return registry.parse(buffer.getvalue(), name="题库.xlsx")


def data(value: Any) -> Parsed:
    return registry.parse(json.dumps(value, ensure_ascii=False).encode(), name="题库.json")


# -- running text -------------------------------------------------------------------------------------------

OPTIONS_IN_TEXT = {
    "glued, digits before the letter": "A.{0}B.{1}C.{2}D.{3}",
    "markdown": "A. {0}\nB. {1}\nC. {2}\nD. {3}",
    "small letters in brackets": "(a) {0}\n(b) {1}\n(c) {2}\n(d) {3}",
}


@pytest.mark.parametrize("options", OPTIONS_IN_TEXT.values(), ids=OPTIONS_IN_TEXT.keys())
@pytest.mark.parametrize("answer", ["答案：{}", "答案为{}", "**答案：{}**", "正确答案是 {}", "> 答案：{}"])
def test_options_and_answers_of_a_text(options: str, answer: str) -> None:
    items = (("哪年（ ）。", ("1954", "1975", "1978", "1982"), ("D",)), *TWO)
    body = "\n".join(
        f"{n}. {stem}\n{options.format(*texts)}\n{answer.format(key[0])}"
        for n, (stem, texts, key) in enumerate(items, 1)
    )
    assert outline(text(body)) == list(items)


def test_ticks_before_the_letters_are_the_key_and_no_part_of_a_stem() -> None:
    body = "1. 谁（ ）。\n√A. 甲\n√B. 乙\nC. 丙\nD. 丁\n2. 几个（ ）。\n√A. 一\nB. 二\nC. 三\n√D. 四\n"
    assert outline(text(body)) == list(SEVERAL)


def test_a_questionnaire_without_letters_says_which_lines_are_right() -> None:
    body = (
        "1. 谁（ ）。 [单选题] *\n甲\n乙(正确答案)\n丙\n丁\n\n"
        "2. 几个（ ）。 [单选题] *\n一\n二\n三\n四（正确答案）\n"
    )
    assert outline(text(body)) == list(TWO)


@pytest.mark.parametrize(
    "marks", ["①②③④", ["1) ", "2) ", "3) ", "4) "], ["（1）", "（2）", "（3）", "（4）"]]
)
def test_options_behind_numbers_that_the_answer_names(marks: Any) -> None:
    body = "\n".join(
        f"{n}. {stem}\n" + "\n".join(f"{mark}{one}" for mark, one in zip(marks, texts, strict=True))
        + f"\n答案：{marks[LETTERS.index(key[0])]}"
        for n, (stem, texts, key) in enumerate(TWO, 1)
    )  # fmt: skip
    parsed = text(body)
    assert outline(parsed) == list(TWO)
    assert [one.code for one in parsed.problems] == ["options_without_letters"] * 2


def test_items_without_number_and_label_are_parted_by_empty_lines() -> None:
    body = "谁（ ）。\nA. 甲\nB. 乙\nC. 丙\nD. 丁\nB\n\n几个（ ）。\nA. 一\nB. 二\nC. 三\nD. 四\nD\n"
    assert outline(text(body)) == list(TWO)


_BARE = "（1）谁（ ）。\nA.甲 B.乙 C.丙 D.丁\n（2）几个（ ）。\nA.一 B.二 C.三 D.四\n"
KEYS_AT_THE_END = {
    "other numbers than the items": "参考答案\n1. B\n2. D\n",
    "第几题": "答案：\n第1题：B\n第2题：D\n",
    "without numbers": "参考答案：\n单选题答案：BD\n",
    "without numbers, parted": "参考答案\n一、单选题：B、D\n",
}


@pytest.mark.parametrize("key", KEYS_AT_THE_END.values(), ids=KEYS_AT_THE_END.keys())
def test_keys_at_the_end(key: str) -> None:
    assert outline(text(f"一、单选题\n{_BARE}{key}")) == list(TWO)


def test_a_key_without_numbers_is_not_handed_out_when_the_count_differs() -> None:
    parsed = text(f"一、单选题\n{_BARE}参考答案：\n单选题答案：BDA\n")
    assert [one.key for one in parsed.questions] == [None, None]
    assert "unclaimed_answers" in {one.code for one in parsed.problems}


def test_what_describes_an_item_before_its_stem_belongs_to_it() -> None:
    item = "题型：{}\n难度：易\n题干：{}\n选项：\nA. 甲\nB. 乙\nC. 丙\n答案：{}\n\n"
    parsed = text(item.format("单选题", "谁？", "A") + item.format("多选题", "哪些？", "AB"))
    assert [(one.kind, one.stem, one.key) for one in parsed.questions] == [
        ("single", "谁？", ("A",)),
        ("multiple", "哪些？", ("A", "B")),
    ]


def test_boxed_labels_are_no_chapters() -> None:
    body = "【题干】谁（ ）。\n【选项】\nA. 甲\nB. 乙\nC. 丙\nD. 丁\n【答案】B\n【结束】\n"
    parsed = text(body * 2)
    assert outline(parsed) == [TWO[0], TWO[0]]
    assert [one.topic for one in parsed.questions] == ["", ""]


CASES = {
    "an instruction below the text": "材料一：张某占地建房。\n根据以上材料，回答1-2题。\n",
    "an instruction above the text": "阅读下列材料，回答1～2题。\n张某占地建房。\n",
    "a number in brackets": "（一）张某占地建房。\n",
    "a label": "案例1：张某占地建房。\n",
}


@pytest.mark.parametrize("material", CASES.values(), ids=CASES.keys())
def test_the_shared_text_comes_without_its_label_and_instruction(material: str) -> None:
    items = "1. 谁（ ）。\nA.甲 B.乙 C.丙 D.丁\n答案：B\n2. 几个（ ）。\nA.一 B.二 C.三 D.四\n答案：D\n"
    (case,) = text(f"四、案例分析题\n{material}{items}").questions
    assert (case.kind, case.stem) == ("case_group", "张某占地建房。")
    assert [one.key for one in case.parts] == [("B",), ("D",)]


def test_several_texts_keep_their_names() -> None:
    items = "1. 谁（ ）。\nA.甲 B.乙 C.丙 D.丁\n答案：B\n"
    (case,) = text(f"四、材料分析题\n材料一：张某占地建房。\n材料二：李某报警。\n{items}").questions
    assert case.stem == "材料一：张某占地建房。\n材料二：李某报警。"


def test_one_answer_below_all_parts_of_a_case_is_shared_out() -> None:
    body = (
        "五、案例分析题\n1. 张某占地建房。\n问题：\n（1）是否违法？\n（2）如何处理？\n"
        "答案：\n（1）违法。\n（2）责令改正。\n"
    )
    (case,) = text(body).questions
    assert case.stem == "张某占地建房。"
    assert [(one.stem, one.key) for one in case.parts] == [
        ("是否违法？", ModelAnswer("违法。")),
        ("如何处理？", ModelAnswer("责令改正。")),
    ]


@pytest.mark.parametrize("label", ["答案要点", "参考答案要点", "答题要点", "要点", "评分标准", "答案提示"])
def test_labels_of_a_model_answer(label: str) -> None:
    (one,) = text(f"简答题\n1. 简述原则。\n{label}：\n（1）公开；\n（2）公正。\n").questions
    assert one.key == ModelAnswer("（1）公开；\n（2）公正。")


def test_a_running_header_with_empty_lines_around_it_is_left_out() -> None:
    item = "{0}. 谁（ ）。\nA. 甲\nB. 乙\nC. 丙\nD. 丁\n答案：B\n"
    page = "\n普法考试题库 内部资料\n\n第 {0} 页 共 9 页\n\n"
    pages = "".join("".join(item.format(n * 4 + k) for k in range(1, 4)) + item.format(n * 4 + 4).replace(
        "C. 丙\n", page.format(n + 1) + "C. 丙\n") for n in range(4))  # fmt: skip
    parsed = text(pages)
    assert outline(parsed) == [TWO[0]] * 16


# -- the kind in a name -------------------------------------------------------------------------------------

NAMES = {
    "单选题": "single",
    "判断": "true_false",
    "judge": "true_false",
    "multiple choice": "",
    "单选多选判断题": "",
    "bank_text_2": "",
    "w07_radio": "",
    "法治题库": "",
}


@pytest.mark.parametrize(("name", "kind"), NAMES.items())
def test_the_kind_in_the_name_of_a_sheet_or_file(name: str, kind: str) -> None:
    assert default_kind(name) == kind


def test_a_name_decides_nothing_against_the_content() -> None:
    parsed = text("1. 谁？\nA. 甲\nB. 乙\nC. 丙\n答案：甲\n", name="简答题库.txt")
    assert outline(parsed) == [("谁？", ("甲", "乙", "丙"), ("A",))]


# -- encodings ----------------------------------------------------------------------------------------------

_ITEM = "1. 谁（ ）。\r\nA. 甲\r\nB. 乙\r\nC. 丙\r\nD. 丁\r\n答案：B\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings_with_and_without_a_mark(encoding: str) -> None:
    assert outline(registry.parse(_ITEM.encode(encoding))) == [TWO[0]]


def test_a_damaged_byte_breaks_its_item_and_no_other() -> None:
    body = (_ITEM + "2. 几个村（ ）。\r\nA. 一\r\nB. 二\r\nC. 三\r\nD. 四\r\n答案：D\r\n") * 30
    raw = body.encode().replace("几个村".encode(), "几个".encode() + b"\xe6\x9d", 1)
    parsed = registry.parse(raw)
    assert len(parsed.questions) == 60
    assert broken_places(parsed) == {parsed.questions[1].where}
    assert "damaged_text" in {one.code for one in parsed.problems}


def test_bytes_of_another_kind_are_still_refused() -> None:
    with pytest.raises(Unreadable):
        registry.parse(bytes(range(128, 256)) * 40)


# -- tables -------------------------------------------------------------------------------------------------

HEADERS = {
    "考题": "stem",
    "试题内容": "stem",
    "题库内容": "stem",
    "知识题": "stem",
    "statement": "stem",
    "答案要点": "answer",
    "答案选项": "answer",
    "对应答案": "answer",
    "正确的答案": "answer",
    "评分要点": "answer",
    "答案A": "choice:A",
    "选择B": "choice:B",
    "C答案": "choice:C",
    "选项(D)": "choice:D",
    "（E）": "choice:E",
    "选项3": "choice:C",
    "incorrect_answers": "distractors",
    "option_list": "choices",
}


@pytest.mark.parametrize(("header", "meaning"), HEADERS.items())
def test_names_of_columns(header: str, meaning: str) -> None:
    assert meaning_of(header) == meaning


ONE_CELL = {
    "||": "甲||乙||丙||丁",
    "&&": "甲&&乙&&丙&&丁",
    "$$": "甲$$乙$$丙$$丁",
    "~": "甲~乙~丙~丁",
    "#": "甲#乙#丙#丁",
    "^": "甲^乙^丙^丁",
    "<br>": "甲<br>乙<br/>丙<br />丁",
    "TAB": "甲\t乙\t丙\t丁",
    "letters alone": "A 甲\nB 乙\nC 丙\nD 丁",
    "letters glued": "A甲\nB乙\nC丙\nD丁",
    "rings": "①甲\n②乙\n③丙\n④丁",
    "numbers": "1、甲\n2、乙\n3、丙\n4、丁",
    "stops": "甲；\n乙；\n丙；\n丁。",
}


@pytest.mark.parametrize("cell", ONE_CELL.values(), ids=ONE_CELL.keys())
def test_options_in_one_cell(cell: str) -> None:
    parsed = table([["题型", "题干", "选项", "答案"], ["单选题", "谁（ ）。", cell, "B"]])
    stem, texts, key = outline(parsed)[0]
    assert (stem, tuple(one.rstrip("；。") for one in texts), key) == TWO[0]


def test_letters_that_are_words_stay() -> None:
    parsed = table([["题型", "题干", "选项", "答案"], ["单选题", "哪些股（ ）。", "A股\nB股", "B"]])
    assert outline(parsed) == [("哪些股（ ）。", ("A股", "B股"), ("B",))]


TABLES: dict[str, list[list[Any]]] = {
    "answers as places of numbered options": [
        ["题干", "选项1", "选项2", "选项3", "选项4", "答案"],
        *([stem, *texts, LETTERS.index(key[0]) + 1] for stem, texts, key in TWO),
    ],
    "numbered answers beside a whole one are options": [
        ["题目", "答案1", "答案2", "答案3", "答案4", "正确答案"],
        *([stem, *texts, key[0]] for stem, texts, key in TWO),
    ],
    "options named as answers": [
        ["试题", "答案A", "答案B", "答案C", "答案D", "正确项"],
        *([stem, *texts, key[0]] for stem, texts, key in TWO),
    ],
    "numbers in the stems": [
        ["题目", "A", "B", "C", "D", "答案"],
        *([f"{n}、{stem}", *texts, key[0]] for n, (stem, texts, key) in enumerate(TWO, 1)),
    ],
    "a whole item in one cell": [
        ["题目", "答案"],
        *(
            [f"{n}. {stem}\n" + "\n".join(f"{a}. {b}" for a, b in zip(LETTERS, texts, strict=True)), key[0]]
            for n, (stem, texts, key) in enumerate(TWO, 1)
        ),
    ],
    "one option a row with its letter": [
        ["序号", "题目", "选项", "选项内容", "答案"],
        *(
            [n if k == 0 else "", stem if k == 0 else "", LETTERS[k], one, key[0] if k == 0 else ""]
            for n, (stem, texts, key) in enumerate(TWO, 1)
            for k, one in enumerate(texts)
        ),
    ],
    "one option a row, the stem again in each": [
        ["题目", "是否正确", "选项内容"],
        *(
            [stem, "是" if a == key[0] else "否", b]
            for stem, texts, key in TWO
            for a, b in zip(LETTERS, texts, strict=True)
        ),
    ],
    "an example first": [
        ["题目", "A", "B", "C", "D", "答案"],
        ["例：首都是（ ）。", "北京", "上海", "广州", "深圳", "A"],
        *([stem, *texts, key[0]] for stem, texts, key in TWO),
    ],
}


@pytest.mark.parametrize("rows", TABLES.values(), ids=TABLES.keys())
def test_layouts_of_tables(rows: list[list[Any]]) -> None:
    assert outline(table(rows)) == list(TWO)


def test_an_answer_as_a_list_in_a_cell() -> None:
    rows = [["题目", "A", "B", "C", "D", "答案"], *([s, *t, json.dumps(list(k))] for s, t, k in SEVERAL)]
    assert outline(table(rows)) == list(SEVERAL)


@pytest.mark.parametrize("token", ["①", "②"])
def test_a_ring_is_no_judgement(token: str) -> None:
    parsed = table(
        [["题型", "题干", "答案"], ["判断题", "天是蓝的。", token], ["判断题", "地是方的。", "错"]]
    )
    assert [one.key for one in parsed.questions] == [None, False]


# -- JSON ---------------------------------------------------------------------------------------------------

_CHOICES = [{"text": one, "isCorrect": one == "乙"} for one in "甲乙丙丁"]
SHAPES: dict[str, Any] = {
    "options under answers": [{"text": "谁（ ）。", "answers": _CHOICES}],
    "right and wrong answers": [
        {
            "question": "谁（ ）。",
            "type": "multiple",
            "correct_answer": "乙",
            "incorrect_answers": ["甲", "丙", "丁"],
        }
    ],
    "texts and labels": [
        {
            "question": "谁（ ）。",
            "choices": {"text": list("甲乙丙丁"), "label": list("ABCD")},
            "answerKey": "B",
        }
    ],
    "label": [{"question": "谁（ ）。", "options": ["(A)甲", "(B)乙", "(C)丙", "(D)丁"], "label": "B"}],
    "short names": [{"q": "谁（ ）。", "o": list("甲乙丙丁"), "a": "B"}],
    "other names": [
        {"qName": "谁（ ）。", "optA": "甲", "optB": "乙", "optC": "丙", "optD": "丁", "rightKey": "B"}
    ],
    "a sentence": [{"question": "谁（ ）。", "options": list("甲乙丙丁"), "answer": "正确答案：B。"}],
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_shapes_of_json(shape: Any) -> None:
    (found,) = data(shape).questions
    key = found.key
    assert isinstance(key, tuple)
    assert (found.kind, found.stem, sorted(one.text for one in found.choices)) == (
        "single",
        "谁（ ）。",
        sorted("甲乙丙丁"),
    )
    assert {one.text for one in found.choices if one.label in key} == {"乙"}


_PART = {"stem": "谁（ ）。", "options": list("甲乙丙丁"), "answer": "B"}
MATERIALS: dict[str, Any] = {
    "around its items": [{"material": "张某占地建房的材料。", "questions": [_PART]}],
    "a stem with items of its own": [{"content": "张某占地建房的材料。", "children": [_PART]}],
    "lists beside each other": {
        "article": "张某占地建房的材料。",
        "questions": ["谁（ ）。"],
        "options": [list("甲乙丙丁")],
        "answers": ["B"],
    },
    "a text beside the question": [
        {
            "text": "张某占地建房的材料，很长的一段文字在这里。",
            "question": "谁（ ）。",
            "options": list("甲乙丙丁"),
            "answer": "B",
        }
    ],
}


@pytest.mark.parametrize("shape", MATERIALS.values(), ids=MATERIALS.keys())
def test_a_text_that_items_share(shape: Any) -> None:
    (case,) = data(shape).questions
    assert case.kind == "case_group"
    assert case.stem.startswith("张某占地建房的材料")
    assert [(one.stem, one.key) for one in case.parts] == [("谁（ ）。", ("B",))]


# -- pages --------------------------------------------------------------------------------------------------


def test_numbers_that_only_the_browser_shows() -> None:
    items = "".join(
        f"<li>{stem}<ol type='A'>"
        + "".join(f"<li>{one}</li>" for one in texts)
        + f"</ol><p>答案：{key[0]}</p></li>"
        for stem, texts, key in TWO
    )
    page = f"<html><body><ol>{items}</ol></body></html>"
    assert outline(registry.parse(page.encode(), name="题库.html")) == list(TWO)


def test_blanks_keep_their_answers() -> None:
    (one,) = table([["题型", "题干", "答案"], ["填空题", "由____至____人组成。", "三或3；七或7"]]).questions
    assert one.key == Blanks((("三", "3"), ("七", "7")))


# -- numbers, keys and headers once more --------------------------------------------------------------------

_PAIR = "谁（ ）。\nA.甲 B.乙 C.丙 D.丁\n"
_NEXT = "几个（ ）。\nA.一 B.二 C.三 D.四\n"
MORE_TEXTS = {
    "full-width digits": f"１．{_PAIR}答案：Ｂ\n２．{_NEXT}答案：Ｄ\n",
    "letters glued to words in one line": (
        "1 、谁（ ）。\nA甲 B乙 C丙 D丁\n答案：B\n2 、几个（ ）。\nA一 B二 C三 D四\n答案：D\n"
    ),
    "a star before what follows": f"1、{_PAIR}本题答案：B\n★考点：宪法\n2、{_NEXT}本题答案：D\n★考点：宪法\n",
    "a key by chapters": (
        f"第一章 甲\n一、单选题\n1.{_PAIR}第二章 乙\n一、单选题\n1.{_NEXT}"
        "参考答案\n第一章 甲\n一、单选题\n1.B\n第二章 乙\n一、单选题\n1.D\n"
    ),
}


@pytest.mark.parametrize("body", MORE_TEXTS.values(), ids=MORE_TEXTS.keys())
def test_more_texts(body: str) -> None:
    assert outline(text(body)) == list(TWO)


def test_a_key_of_ranges_without_a_heading() -> None:
    parsed = text(f"1、{_PAIR}2、{_NEXT}3、{_PAIR}\n1-3：BDA\n")
    assert [one.key for one in parsed.questions] == [("B",), ("D",), ("A",)]


def test_items_under_chinese_numbers() -> None:
    parsed = text("四、简答题\n一、简述原则。\n答：公开。\n二、什么是法治？\n答：依法治国。\n")
    assert outline(parsed) == [
        ("简述原则。", (), ModelAnswer("公开。")),
        ("什么是法治？", (), ModelAnswer("依法治国。")),
    ]


def test_written_answers_of_a_key_in_one_line() -> None:
    parsed = text("一、填空题\n1.权力属于____。\n2.保障____。\n参考答案\n一、填空题\n1.人民 2.人权\n")
    assert [one.key for one in parsed.questions] == [Blanks((("人民",),)), Blanks((("人权",),))]


def test_two_companies_of_a_stem_are_no_options() -> None:
    parsed = text("简答题\n1. 谁应当赔偿？\nA公司与 B公司签订了合同。\n答案：甲赔偿。\n")
    assert outline(parsed) == [("谁应当赔偿？\nA公司与 B公司签订了合同。", (), ModelAnswer("甲赔偿。"))]


def test_a_header_of_two_rows() -> None:
    rows = [["题干", "选项", "", "", "", "答案"], ["", *LETTERS, ""], *([s, *t, k[0]] for s, t, k in TWO)]
    assert outline(table(rows)) == list(TWO)
