"""The traps of tables: what Excel does to cells, rows that are no items, rows that are broken."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from typing import Any

import openpyxl
import pytest
import xlwt

from questionbanks.formats import registry
from questionbanks.formats.base import Unreadable
from questionbanks.formats.check import tally
from tests.bank_files import (
    AB,
    ABCD,
    PLAIN,
    keys,
    problems,
    read_table,
    saved,
    with_cell,
    workbook,
)


def test_sample_and_note_rows_are_left_out_and_said_so() -> None:
    parsed = read_table(
        [
            ["填写说明：请勿修改表头"],
            PLAIN,
            ["示例，请删除：谁？", *"甲乙丙丁", "A"],
            ["谁？", *"甲乙丙丁", "B"],
        ]
    )
    assert keys(parsed) == [("B",)]
    assert problems(parsed) == [("Sheet1 第3行", "sample_row", "note")]


def test_numbers_are_whole_again() -> None:
    parsed = read_table([["题号", *PLAIN], [260.0, "几年？", 1.0, 2.0, 3.5, 4, "B"]])
    assert parsed.questions[0].number == "260"
    assert [choice.text for choice in parsed.questions[0].choices] == ["1", "2", "3.5", "4"]


def test_percentages_are_as_the_sheet_shows_them() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(PLAIN)
    sheet.append(["须有多少人同意？", 0.5, 0.335, 0.5, "全体", "A"])
    sheet["B2"].number_format = "0%"
    sheet["C2"].number_format = "0.0%"
    parsed = registry.parse(saved(book), name="题库.xlsx")
    assert [choice.text for choice in parsed.questions[0].choices] == ["50%", "33.5%", "0.5", "全体"]


def test_percentages_of_an_xls_are_as_the_sheet_shows_them() -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("题")
    for column, name in enumerate(PLAIN):
        sheet.write(0, column, name)
    formats = {1: (0.5, "0%"), 2: (0.335, "0.0%"), 3: (0.5, "0.0"), 4: (1, "0%")}
    sheet.write(1, 0, "须有多少人同意？")
    for column, (value, shown) in formats.items():
        sheet.write(1, column, value, xlwt.easyxf(num_format_str=shown))
    sheet.write(1, 5, "A")
    buffer = io.BytesIO()
    book.save(buffer)
    parsed = registry.parse(buffer.getvalue(), name="题库.xls")
    assert parsed.format == "xls"
    assert [choice.text for choice in parsed.questions[0].choices] == ["50%", "33.5%", "0.5", "100%"]
    assert parsed.problems == ()


def opendocument(*rows: list[Any]) -> bytes:
    """A spreadsheet whose cell formats nothing here reads."""
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    names = "urn:oasis:names:tc:opendocument:xmlns"
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="percentage" office:value="{value}"/>'
            if isinstance(value, float)
            else f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
            for value in row
        )
        + "</table:table-row>"
        for row in rows
    )
    content = (
        f'<office:document-content xmlns:office="{names}:office:1.0" xmlns:table="{names}:table:1.0" '
        f'xmlns:text="{names}:text:1.0"><office:body><office:spreadsheet><table:table table:name="题">{cells}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        f'<m:manifest xmlns:m="{names}:manifest:1.0">'
        f'<m:file-entry m:full-path="/" m:media-type="{kind}"/></m:manifest>'
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("mimetype", kind)
        package.writestr("META-INF/manifest.xml", manifest)
        package.writestr("content.xml", content)
    return buffer.getvalue()


def test_a_share_is_doubtful_where_the_file_does_not_tell_how_it_is_shown() -> None:
    parsed = registry.parse(
        opendocument(
            PLAIN, ["多少人同意？", 0.5, "一半", "全体", "没有", "A"], ["谁？", 1.5, "乙", "丙", "丁", "B"]
        )
    )
    assert parsed.questions[0].choices[0].text == "0.5"
    assert [(p.where, p.code, p.message, p.severity) for p in parsed.problems] == [
        ("题 第2行", "perhaps_percent", "B2（0.5）可能是百分数，文件里看不出显示的样子", "doubtful")
    ]


def test_dates_that_may_have_been_fractions_break_the_item() -> None:
    parsed = read_table(
        [
            PLAIN,
            ["比例？", date(2024, 1, 3), "一半", "全部", "没有", "A"],
            ["哪天？", date(1949, 10, 1), "乙", "丙", "丁", "A"],
        ]
    )
    assert problems(parsed) == [
        ("Sheet1 第2行", "date_cell", "broken"),
        ("Sheet1 第3行", "date_cell", "doubtful"),
    ]


def test_digits_that_excel_has_lost_break_the_item() -> None:
    parsed = read_table([PLAIN, ["证号？", 123456789012345678, "乙", "丙", "丁", "A"]])
    assert problems(parsed) == [("Sheet1 第2行", "digits_lost", "broken")]


def test_formulas_give_their_last_value_and_are_doubtful() -> None:
    parsed = registry.parse(with_cell("F2", '<c r="F2" t="str"><f>UPPER("b")</f><v>B</v></c>'))
    assert keys(parsed) == [("B",)]
    assert [(p.where, p.code, p.message, p.severity) for p in parsed.problems] == [
        ("Sheet1 第2行", "formula", "F2是公式，取的是上次计算的结果", "doubtful")
    ]


NO_VALUE = "是公式，文件里没有存它的计算结果，读不到内容"
SAVE_AGAIN = "用Excel或WPS打开文件，保存一次后再导入"


@pytest.mark.parametrize(
    ("cell", "inner", "problem"),
    [
        ("D2", '<c r="D2"><f>A9</f></c>', ("formula_without_value", f"D2{NO_VALUE}", SAVE_AGAIN)),
        ("E2", '<c r="E2"><f>A9</f><v></v></c>', ("formula_without_value", f"E2{NO_VALUE}", SAVE_AGAIN)),
        ("F2", '<c r="F2" s="0"><f>A9</f><v/></c>', ("formula_without_value", f"F2{NO_VALUE}", SAVE_AGAIN)),
        ("A2", '<c r="A2" t="str"><f>A9</f></c>', ("formula_without_value", f"A2{NO_VALUE}", SAVE_AGAIN)),
        (
            "E2",
            '<c r="E2" t="e"><f>A9</f><v>#REF!</v></c>',
            ("formula_error", "E2（#REF!）是公式，计算结果是错误", "改正公式，或直接填写内容"),
        ),
    ],
    ids=["nothing stored", "an empty value", "the answer", "the stem", "an error"],
)
def test_an_item_with_a_formula_without_its_result_is_broken(
    cell: str, inner: str, problem: tuple[str, str, str]
) -> None:
    parsed = registry.parse(with_cell(cell, inner))
    counted = tally(parsed)
    assert (counted.found, counted.importable, counted.broken) == (1, 0, 1)
    assert [(p.code, p.message, p.fix) for p in parsed.problems if p.code.startswith("formula")] == [problem]


def test_a_number_that_was_never_calculated_keeps_no_item_out() -> None:
    parsed = registry.parse(workbook(Sheet1=[["题号", *PLAIN], ["=ROW()-1", "谁？", *"甲乙丙丁", "A"]]))
    assert keys(parsed) == [("A",)]
    assert problems(parsed) == [("Sheet1 第2行", "formula_without_value", "doubtful")]


def test_an_option_row_without_its_result_breaks_the_item_it_belongs_to() -> None:
    header = ["题干", "选项内容", "是否正确选项"]
    rows = [["谁？", "甲", 1], ["", "=Z9", 0], ["", "丙", 0], ["哪个？", "甲", 1], ["", "乙", 0]]
    parsed = registry.parse(workbook(Sheet1=[header, *rows]))
    assert [len(one.choices) for one in parsed.questions] == [3, 2]
    assert ("Sheet1 第2行", "formula_without_value", "broken") in problems(parsed)
    counted = tally(parsed)
    assert (counted.found, counted.importable, counted.broken) == (2, 1, 1)


def test_a_formula_whose_result_is_an_empty_text_is_an_empty_cell() -> None:
    parsed = registry.parse(with_cell("E2", '<c r="E2" t="str"><f>IF(1=1,"","")</f><v></v></c>'))
    assert len(parsed.questions[0].choices) == 3
    assert problems(parsed) == [("Sheet1 第2行", "formula", "doubtful")]


def test_rows_of_nothing_but_formulas_without_results_are_found() -> None:
    row = ["=Z1", "=Z2", "=Z3", "=Z4", "=Z5", "=Z6"]
    parsed = registry.parse(workbook(Sheet1=[PLAIN, ["谁？", *"甲乙丙丁", "A"], row]))
    counted = tally(parsed)
    assert (counted.found, counted.importable, counted.broken) == (2, 1, 1)
    assert ("Sheet1 第3行", "formula_without_value", "broken") in problems(parsed)


def test_hidden_rows_and_sheets_are_doubtful() -> None:
    book = openpyxl.Workbook()
    first = book.worksheets[0]
    for row in (PLAIN, ["谁？", *"甲乙丙丁", "A"], ["谁？", *"甲乙丙丁", "B"]):
        first.append(row)
    first.row_dimensions[3].hidden = True
    second = book.create_sheet("旧题")
    second.append(PLAIN)
    second.append(["谁？", *"甲乙丙丁", "C"])
    second.sheet_state = "hidden"
    parsed = registry.parse(saved(book))
    assert keys(parsed) == [("A",), ("B",), ("C",)]
    assert problems(parsed) == [
        ("旧题 第2行", "hidden_sheet", "doubtful"),
        ("Sheet 第3行", "hidden_row", "doubtful"),
    ]


def test_a_million_blank_rows_cost_nothing() -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(PLAIN)
    sheet.append(["谁？", *"甲乙丙丁", "A"])
    sheet.cell(row=1_048_576, column=30).value = " "
    parsed = registry.parse(saved(book))
    assert keys(parsed) == [("A",)]


BROKEN_ROWS: dict[str, tuple[list[Any], str]] = {
    "no options": (["谁？", "", "", "", "", "A"], "no_choices"),
    "no answer": (["谁？", *"甲乙丙丁", ""], "no_key"),
    "an answer without its option": (["谁？", "甲", "乙", "", "", "D"], "key_without_choice"),
    "no stem": (["", *"甲乙丙丁", "A"], "no_stem"),
    "the same option twice": (["谁？", "甲", "甲", "丙", "丁", "A"], "repeated_choice"),
    "an answer that is none": (["谁？", *"甲乙丙丁", "见教材第三页"], "unreadable_answer"),
}


@pytest.mark.parametrize(("row", "code"), BROKEN_ROWS.values(), ids=BROKEN_ROWS.keys())
def test_broken_rows_are_found_and_said_so(row: list[Any], code: str) -> None:
    parsed = read_table([PLAIN, ["谁？", *"甲乙丙丁", "A"], row])
    counted = tally(parsed)
    assert (counted.found, counted.importable, counted.broken) == (2, 1, 1)
    assert code in [one.code for one in parsed.problems if one.where == "Sheet1 第3行"]


def test_a_broken_item_shows_its_source_and_not_only_its_stem() -> None:
    parsed = read_table([PLAIN, ["", *"甲乙丙丁", "A"], ["谁？", *"甲乙丙丁", ""]])
    assert [(p.code, p.raw) for p in parsed.problems] == [
        ("no_stem", "甲 | 乙 | 丙 | 丁 | A"),
        ("no_key", "谁？ | 甲 | 乙 | 丙 | 丁"),
    ]


def test_a_single_with_two_answers_offers_a_way_out() -> None:
    parsed = read_table([["题型", *PLAIN], ["单选题", "谁？", *"甲乙丙丁", "AB"]])
    assert [(one.code, one.fix) for one in parsed.problems] == [("key_count", "改正答案或改题型")]


def test_letters_that_repeat_the_columns_are_taken_off_and_others_stay() -> None:
    parsed = read_table(
        [
            PLAIN,
            ["谁？", "A.甲", "B.乙", "C.丙", "D.丁", "A"],
            ["谁？", "U、Y类", "A类", "B、C类", "D、S类", "D"],
        ]
    )
    assert parsed.questions[0].choices == ABCD
    assert [choice.text for choice in parsed.questions[1].choices] == ["U、Y类", "A类", "B、C类", "D、S类"]


def test_words_behind_a_judgement_go_into_the_rationale() -> None:
    parsed = read_table(
        [["题型", "题干", "答案"], ["判断题", "对吗", "错误。应为三年"], ["判断题", "对吗", "对\n章节测验"]]
    )
    assert keys(parsed) == [False, True]
    assert [one.rationale for one in parsed.questions] == ["应为三年", "章节测验"]
    assert problems(parsed) == [("Sheet1 第3行", "text_behind_answer", "doubtful")]


def test_empty_marks_are_no_options() -> None:
    parsed = read_table([[*PLAIN[:4], "选项D", "答案"], ["谁？", "甲", "乙", "\\", "/", "A"]])
    assert parsed.questions[0].choices == AB


def test_invisible_characters_are_gone() -> None:
    parsed = read_table(
        [PLAIN, ["\u200b谁\xa0是\u3000甲_x000D_\n？\ufeff", "⼟地", "部⻔", "丙", "丁", "Ａ"]]
    )
    assert parsed.questions[0].stem == "谁 是 甲\n？"
    assert [choice.text for choice in parsed.questions[0].choices[:2]] == ["土地", "部门"]
    assert parsed.questions[0].key == ("A",)


def test_html_left_over_in_cells() -> None:
    parsed = read_table(
        [PLAIN, ["<p>谁&nbsp;是<br>甲？</p>", "<span>甲</span>", "乙&amp;丙", "<刑法>", "丁", "A"]]
    )
    assert parsed.questions[0].stem == "谁 是\n甲？"
    assert [choice.text for choice in parsed.questions[0].choices] == ["甲", "乙&丙", "<刑法>", "丁"]
    assert parsed.problems == ()


def test_pictures_in_html_cells_are_reported() -> None:
    parsed = read_table([PLAIN, ['<p>谁？<img src="http://127.0.0.1:9/x.png"></p>', *"甲乙丙丁", "A"]])
    assert problems(parsed) == [("Sheet1 第2行", "picture", "doubtful")]
    assert parsed.questions[0].stem == "谁？"


def test_the_column_of_the_judgement_answer_in_every_token() -> None:
    tokens = [
        "对",
        "错",
        "√",
        "×",
        "✓",
        "✗",
        "正确",
        "错误",
        "是",
        "否",
        "T",
        "F",
        "Y",
        "N",
        "1",
        "0",
        "A-正确",
        True,
        False,
        1,
        0,
    ]
    parsed = read_table(
        [["题型", "题干", "答案"], *([["判断题", f"第{n}句。", token] for n, token in enumerate(tokens)])]
    )
    assert keys(parsed) == [n % 2 == 0 for n in range(16)] + [True, True, False, True, False]


def test_a_kind_without_a_place_is_found_and_broken_by_name() -> None:
    parsed = read_table([["题型", "题干", "答案"], ["连线题", "连一连", "1-A"], ["判断题", "对吗", "对"]])
    assert tally(parsed).found == 2
    assert problems(parsed) == [("Sheet1 第2行", "unsupported_kind", "broken")]


def test_fill_in_answers_in_the_option_columns() -> None:
    header = ["题干", "A项", "B项", "答案", "类型"]
    parsed = read_table(
        [
            header,
            ["（）是界限。", "度", "", "A", "填空题"],
            ["简述。", "一、二。", "", "A", "简答题"],
            ["（）和（）", "甲", "乙", "AB", "填空题"],
        ]
    )
    assert keys(parsed) == [[["度"]], "一、二。", [["甲"], ["乙"]]]


def test_a_table_of_people_is_refused_in_words() -> None:
    with pytest.raises(Unreadable) as refused:
        read_table([["用户名", "真实姓名", "密码"], ["a", "张三", "1"]])
    assert refused.value.code == "no_columns"


@pytest.mark.parametrize(("name", "severity"), [("第二批", "doubtful"), ("导入须知", "note")])
def test_a_sheet_that_nobody_recognises_is_doubted_unless_it_explains(name: str, severity: str) -> None:
    items = [["题干", "A", "B", "答案"], ["谁？", "甲", "乙", "A"]]
    parsed = registry.parse(
        workbook(单选题=items, **{name: [["张三", "李四"], ["王五", "赵六"], ["周七", "吴八"]]})
    )
    skipped = [one for one in parsed.problems if one.code == "sheet_skipped"]
    assert [(one.where, one.severity) for one in skipped] == [(f"工作表“{name}”", severity)]
