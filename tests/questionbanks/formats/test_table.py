"""Spreadsheets: the layouts that circulate, built here cell by cell."""

from __future__ import annotations

from decimal import Decimal

import openpyxl
import pytest

from questionbanks.formats import registry
from questionbanks.formats.base import Unreadable
from questionbanks.formats.check import tally
from questionbanks.kinds.base import Citation
from tests.bank_files import (
    AB,
    ABCD,
    PLAIN,
    keys,
    kinds,
    problems,
    read_table,
    saved,
    workbook,
)


def test_l1_kaoshibao() -> None:
    header = ["题干（必填）", "题型 （必填）", "选项 A", "选项 B", "选项 C", "选项 D", "选项E\n(勿删)"]
    header += ["正确答案\n（必填）", "解析\n（勿删）", "章节\n（勿删）", "难度"]
    parsed = registry.parse(
        workbook(
            试题内容=[
                header,
                ["谁？", "单选题", "甲", "乙", "丙", "丁", "", "B", "因为", "总则", "易"],
                ["谁？", "多选题", "甲", "乙", "丙", "丁", "戊", "ABE", "", "总则", "难"],
                ["对吗", "判断题", "正确", "错误", "", "", "", "B", "", "", "中"],
                ["____是根本法", "填空题", "", "", "", "", "", "宪法", "", "", ""],
                ["简述", "简答题", "", "", "", "", "", "甲。", "", "", ""],
                ["谁？", "不定项选择题", "甲", "乙", "", "", "", "A", "", "", ""],
            ]
        )
    )
    assert kinds(parsed) == ["single", "multiple", "true_false", "fill_blank", "short_answer", "uncertain"]
    assert keys(parsed) == [("B",), ("A", "B", "E"), False, [["宪法"]], "甲。", ("A",)]
    assert (parsed.questions[0].rationale, parsed.questions[0].topic, parsed.questions[0].difficulty) == (
        "因为",
        "总则",
        1,
    )
    assert [one.difficulty for one in parsed.questions[:3]] == [1, 3, 2]
    assert parsed.problems == ()
    assert parsed.layout["试题内容!A 题干（必填）"] == "stem"


def test_l2_header_on_row_four_and_several_answer_columns() -> None:
    parsed = read_table(
        [
            ["标题", "某县题库"],
            ["名称", "2024"],
            [],
            ["题干", "题型", "选择项1", "选择项2", "选择项3", "解析", "答案1", "答案2"],
            ["谁？", "单选题", "甲", "乙", "丙", "", "B", ""],
            ["____和____", "填空题", "", "", "", "", "选举权", "被选举权"],
        ]
    )
    assert keys(parsed) == [("B",), [["选举权"], ["被选举权"]]]
    assert [one.where for one in parsed.questions] == ["Sheet1 第5行", "Sheet1 第6行"]


def test_l3_one_sheet_for_each_kind() -> None:
    header = ["题干（必填）", "选项A（必填）", "选项B（必填）", "选项C", "正确答案（逗号分隔如 A,C）"]
    parsed = registry.parse(
        workbook(
            填写说明=[["请按格式填写"]],
            单选题=[header, ["谁？", "甲", "乙", "丙", "C"]],
            多选题=[header, ["谁？", "甲", "乙", "丙", "A,C"]],
            判断题=[["题干", "答案"], ["对吗", "错误"]],
            填空题=[["题干", "答案"], ["____", "宪法"]],
        )
    )
    assert kinds(parsed) == ["single", "multiple", "true_false", "fill_blank"]
    assert keys(parsed) == [("C",), ("A", "C"), False, [["宪法"]]]


ONE_CELL = {
    "A. kW$;$B. kVA$;$C. kWh": [("A", "kW"), ("B", "kVA"), ("C", "kWh")],
    "A-正当|B-不正当": [("A", "正当"), ("B", "不正当")],
    "A、甲\nB、乙": [("A", "甲"), ("B", "乙")],
    "A.甲 B.乙C.丙": [("A", "甲"), ("B", "乙"), ("C", "丙")],
    "甲|乙|丙": [("A", "甲"), ("B", "乙"), ("C", "丙")],
    '["甲", "乙"]': [("A", "甲"), ("B", "乙")],
    '{"A": "甲", "B": "乙"}': [("A", "甲"), ("B", "乙")],
    '[{"label": "A", "text": "甲"}, {"label": "B", "text": "乙"}]': [("A", "甲"), ("B", "乙")],
}


@pytest.mark.parametrize(("cell", "choices"), ONE_CELL.items())
def test_l4_options_in_one_cell(cell: str, choices: list[tuple[str, str]]) -> None:
    parsed = read_table(
        [
            ["一级纲要", "二级纲要", "题目分类", "题目", "选项", "答案", "题目依据", "试题分数", "试题编码"],
            ["安全", "用电", "单选题", "单位是", cell, "B", "\\", 2, "X-1"],
        ]
    )
    first = parsed.questions[0]
    assert [(choice.label, choice.text) for choice in first.choices] == choices
    assert (first.kind, first.key, first.points, first.number) == ("single", ("B",), Decimal(2), "X-1")
    assert (first.topic, first.source) == ("安全 / 用电", "")


def test_one_heading_over_several_option_columns() -> None:
    parsed = read_table(
        [
            ["题号", "题目", "选项", "", "", "", "答案"],
            [1, "谁？", *"甲乙丙丁", "B"],
            [2, "几个？", "甲", "乙", "", "", "A"],
        ]
    )
    assert parsed.questions[0].choices == ABCD
    assert parsed.questions[1].choices == AB
    assert keys(parsed) == [("B",), ("A",)]


def test_options_parted_by_commas_are_doubtful() -> None:
    parsed = read_table([["问题内容*", "题目所有答案", "答案*"], ["目标是", "甲,乙,丙", "c"]])
    assert parsed.questions[0].key == ("C",)
    assert problems(parsed) == [("Sheet1 第2行", "choices_split", "doubtful")]


def test_l5_national_competition() -> None:
    header = [
        "试题GUID",
        "题型(必填）",
        "题干（必填）",
        "答案",
        "选项A",
        "选项B",
        "知识点一级",
        "知识点二级",
        "难度",
        "一致性",
        "分数",
        "解析",
        "出处",
    ]
    parsed = read_table(
        [
            header,
            ["8f0e-11", "判断题", "对吗", "正确", "", "", "法律", "宪法", "中等", "0.9", 1.5, "是", "教材"],
        ]
    )
    first = parsed.questions[0]
    assert (first.kind, first.key, first.topic, first.points, first.source) == (
        "true_false",
        True,
        "法律 / 宪法",
        Decimal("1.5"),
        "教材",
    )
    assert first.number == ""


def test_l6_coded_kinds_explained_in_the_header() -> None:
    header = [
        "题型（0单选，1判断，2多选）",
        "题干",
        "选项A",
        "选项B",
        "选项C",
        "答案（多选用英文逗号分隔，如：A,B）",
    ]
    parsed = read_table(
        [
            header,
            [0, "谁", "甲", "乙", "丙", "A"],
            [1, "对吗", "对", "错", "", "B"],
            [2, "谁", "甲", "乙", "丙", "A,B"],
        ]
    )
    assert kinds(parsed) == ["single", "true_false", "multiple"]
    assert keys(parsed) == [("A",), False, ("A", "B")]


def test_coded_kinds_that_nothing_explains_follow_their_rows() -> None:
    header = ["类型", "题目", "A", "B", "C", "答案"]
    parsed = read_table(
        [
            header,
            [1, "谁", "甲", "乙", "丙", "A"],
            [2, "谁", "甲", "乙", "丙", "AB"],
            [3, "对吗", "对", "错", "", "B"],
        ]
    )
    assert kinds(parsed) == ["single", "multiple", "true_false"]


def test_l7_english_keys() -> None:
    header = [
        "title",
        "type",
        "option1",
        "isCorrect1",
        "option2",
        "isCorrect2",
        "option3",
        "isCorrect3",
        "explanation",
    ]
    parsed = read_table(
        [
            header,
            ["who", "single", "x", 0, "y", 1, "z", 0, "because"],
            ["who", "multiple", "x", 1, "y", 1, "z", 0, ""],
            ["true?", "tf", "对", 0, "错", 1, "", "", ""],
        ]
    )
    assert kinds(parsed) == ["single", "multiple", "true_false"]
    assert keys(parsed) == [("B",), ("A", "B"), False]


def test_a_row_for_each_option() -> None:
    header = ["题目序号", "题目类型", "题目内容", "整体解析", "是否正确项", "选项内容"]
    parsed = read_table(
        [
            ["试题"],
            header,
            [1, 1, "谁", "因为", 0, "甲"],
            [1, "", "", "", 1, "乙"],
            [2, 2, "哪些", "", 1, "甲"],
            [2, "", "", "", 1, "乙"],
            [2, "", "", "", 0, "丙"],
        ]
    )
    assert kinds(parsed) == ["single", "multiple"]
    assert keys(parsed) == [("B",), ("A", "B")]
    assert parsed.questions[0].choices == AB


def test_columns_that_do_not_fit_their_header_break_every_row() -> None:
    header = ["题干", "选项一内容", "选项二内容", "选项一是否正确", "选项二是否正确"]
    parsed = read_table([header, ["谁", "甲", 0, "乙", 1], ["谁", "甲", 1, "乙", 0]])
    assert tally(parsed).importable == 0
    assert {one.code for one in parsed.problems} >= {"unreadable_right", "columns_shifted"}


def test_a_table_without_header_is_read_by_its_values() -> None:
    rows = [[n, f"第{n}个问题的题干是什么？", "甲", "乙", "丙", "丁", "ABCD"[n % 4]] for n in range(1, 9)]
    parsed = read_table(rows)
    assert tally(parsed).importable == 8
    assert parsed.questions[0].choices == ABCD
    assert problems(parsed) == [("Sheet1 第1行", "no_header", "doubtful")]


def test_headings_between_the_rows_set_the_kind() -> None:
    header = ["序号", "题目", "A", "B", "答案"]
    parsed = read_table(
        [
            header,
            ["一、单选题"],
            [1, "谁", "甲", "乙", "A"],
            ["二、判断题"],
            [1, "对吗", "", "", "√"],
            header,
            [2, "对吗", "", "", "×"],
        ]
    )
    assert kinds(parsed) == ["single", "true_false", "true_false"]
    assert keys(parsed) == [("A",), True, False]


def test_a_copy_of_a_sheet_is_read_once_and_said_so() -> None:
    rows = [PLAIN, ["谁？", *"甲乙丙丁", "A"]]
    parsed = registry.parse(workbook(题=rows, 副本=rows))
    assert [one.where for one in parsed.questions] == ["题 第2行"]
    assert problems(parsed) == [("工作表“副本”", "same_sheet", "note")]


def test_a_sheet_of_running_text_beside_a_table() -> None:
    text = [["1.谁？"], ["A.甲"], ["B.乙"], ["答案：B"]]
    parsed = registry.parse(
        workbook(题=[PLAIN, ["谁？", *"甲乙丙丁", "A"]], 文字=text, 备注=[["2024年整理"]])
    )
    assert [(one.where, one.key) for one in parsed.questions] == [
        ("题 第2行", ("A",)),
        ("文字 第1行", ("B",)),
    ]
    assert [(one.where, one.code) for one in parsed.problems] == [
        ("文字 第1行", "read_as_text"),
        ("工作表“备注”", "sheet_skipped"),
    ]


def test_a_header_without_rows_is_refused_in_words() -> None:
    with pytest.raises(Unreadable) as refused:
        read_table([PLAIN])
    assert refused.value.code == "no_rows"


def test_running_text_in_cells() -> None:
    lines = ["一、单选题", "1.谁？", "A.甲", "B.乙", "答案：A", "2.谁？", "A.甲", "B.乙", "答案：B"]
    parsed = read_table([[line] for line in lines])
    assert keys(parsed) == [("A",), ("B",)]
    assert parsed.questions[1].where == "Sheet1 第6行"


def test_the_same_material_makes_a_case() -> None:
    header = ["材料", *PLAIN]
    parsed = read_table(
        [
            header,
            ["某村开会。", "几人？", "甲", "乙", "丙", "丁", "A"],
            ["某村开会。", "何时？", "甲", "乙", "丙", "丁", "B"],
            ["", "谁？", "甲", "乙", "丙", "丁", "C"],
        ]
    )
    assert kinds(parsed) == ["case_group", "single"]
    assert [part.stem for part in parsed.questions[0].parts] == ["几人？", "何时？"]
    assert tally(parsed).found == 3


def test_material_in_a_merged_cell() -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (["材料", *PLAIN], ["某村", "几人？", *"甲乙丙丁", "A"], ["", "何时？", *"甲乙丙丁", "B"]):
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    parsed = registry.parse(saved(book))
    assert [(one.kind, len(one.parts)) for one in parsed.questions] == [("case_group", 2)]


def test_law_and_lists() -> None:
    header = [*PLAIN, "法律", "条文", "适用对象", "标签"]
    parsed = read_table(
        [header, ["谁", *"甲乙丙丁", "A", "宪法", "第一条", "村干部；法律明白人", "重点,必考"]]
    )
    first = parsed.questions[0]
    assert first.citations == (Citation("宪法", "", "第一条"),)
    assert (first.audience, first.tags) == (("村干部", "法律明白人"), ("重点", "必考"))


def test_a_corrected_mapping_is_followed() -> None:
    rows = [["甲列", "乙列", "丙列", "丁列"], ["谁？", "甲", "乙", "A"], ["谁？", "丙", "丁", "B"]]
    data = workbook(Sheet1=rows)
    with pytest.raises(Unreadable):
        registry.parse(data)
    mapping = {
        "Sheet1!表头": "1",
        "Sheet1!A 甲列": "stem",
        "Sheet1!B": "choice:A",
        "Sheet1!C": "choice:B",
        "Sheet1!D": "answer",
    }
    parsed = registry.parse(data, mapping=mapping)
    assert keys(parsed) == [("A",), ("B",)]
    assert parsed.layout == {
        "Sheet1!表头": "1",
        "Sheet1!A 甲列": "stem",
        "Sheet1!B 乙列": "choice:A",
        "Sheet1!C 丙列": "choice:B",
        "Sheet1!D 丁列": "answer",
    }
    again = registry.parse(data, mapping=parsed.layout)
    assert again == parsed


def test_one_corrected_column() -> None:
    data = workbook(Sheet1=[["题干", "A", "B", "答案", "备用"], ["谁", "甲", "乙", "A", "B"]])
    parsed = registry.parse(data, mapping={"Sheet1!D": "", "Sheet1!E": "answer"})
    assert keys(parsed) == [("B",)]
