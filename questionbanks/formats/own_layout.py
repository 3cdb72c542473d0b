"""The project's own xlsx layout: one item a row, documented columns, nothing lost on the way back.

Every cell is what a person would write and may edit. An item that the plain cells cannot carry exactly gets
its data in the last column as well; on the way back that data counts only while the cells beside it are
still the ones that were written, so an edit in the spreadsheet always wins.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from examsite.lib.cells import add_sheet, book_bytes, new_book

from ..kinds import registry as kinds
from ..kinds.base import Blanks, ModelAnswer, Question, replace
from ..kinds.codec import question_to_json
from .base import Problem, Unreadable
from .native_json import NativeJson

SHEET = "试题"
INSTRUCTIONS = "填写说明"

EXACT = "原样数据（勿改）"
MAX_CELL = 32_767  # characters in one cell of a spreadsheet
_BEFORE = ("题号", "题型", "材料", "题干")
_AFTER = ("答案", "解析", "分值", "难度", "知识点", "法律", "法律版本", "条文", "条文原句")
_LAST = ("适用对象", "标签", "出处", "选项顺序固定", EXACT)
_DIFFICULTIES = {None: "", 1: "易", 2: "中", 3: "难"}
DESCRIPTIONS: Mapping[str, str] = {
    "题号": "可以不填；只用来和原来的文件对照",
    "题型": "单选题、多选题、不定项选择题、判断题、填空题、简答题；有材料的小题填自己的题型",
    "材料": "案例分析题、材料题的共用文字；同一份材料下的小题连续排列，每行都填同样的材料",
    "题干": "必填；填空题的空写成四个下划线“____”",
    "选项A …": "选择题的选项，一列一个，不写字母；不够用时可以在后面加“选项G”等列",
    "答案": "选择题写字母（ACD）；判断题写“正确”或“错误”；填空题各空用“；”隔开；简答题写参考答案",
    "解析": "可以不填",
    "分值": "数字，可以不填",
    "难度": "易、中、难，可以不填",
    "知识点": "可以不填",
    "法律": "题目依据的法律全称，不加书名号",
    "法律版本": "施行日期，如2021-01-01",
    "条文": "如“第十三条”",
    "条文原句": "答案所依据的原话",
    "适用对象": "几个对象用“；”隔开",
    "标签": "几个标签用“；”隔开",
    "出处": "可以不填",
    "选项顺序固定": "选项不能打乱时填“是”（如“以上都对”）",
    EXACT: "由系统填写，用来保证导出的题原样导入；改了别的格，这一格自动失效",
}


def header(questions: Sequence[Question]) -> list[str]:
    """The columns for these questions: at least six options, as many as there are otherwise."""
    widest = max(
        (len(one.choices) for question in questions for one in (question, *question.parts)), default=0
    )
    options = [f"选项{chr(65 + n)}" for n in range(max(6, min(widest, 26)))]
    return [*_BEFORE, *options, *_AFTER, *_LAST]


def rows_of(question: Question) -> list[dict[str, str]]:
    """The cells of a question by column name, without the last column; a row for each part of a case."""
    if question.kind != "case_group":
        return [_cells(question, "")]
    return [_cells(part, question.stem) for part in question.parts]


def _cells(question: Question, material: str) -> dict[str, str]:
    citation = question.citations[0] if question.citations else None
    cells = {
        "题号": question.number,
        "题型": kinds.kind(question.kind).label,
        "材料": material,
        "题干": question.stem,
        **{f"选项{choice.label}": choice.text for choice in question.choices},
        "答案": answer_text(question),
        "解析": question.rationale,
        "分值": "" if question.points is None else str(question.points),
        "难度": _DIFFICULTIES.get(question.difficulty, ""),
        "知识点": question.topic,
        "法律": citation.law if citation else "",
        "法律版本": citation.edition if citation else "",
        "条文": citation.article if citation else "",
        "条文原句": citation.quote if citation else "",
        "适用对象": "；".join(question.audience),
        "标签": "；".join(question.tags),
        "出处": question.source,
        "选项顺序固定": "是" if question.pinned else "",
    }
    return {name: text for name, text in cells.items() if text}


def answer_text(question: Question) -> str:
    """The key as the 答案 column has it."""
    key = question.key
    if key is None:
        return ""
    if isinstance(key, Blanks):
        return "；".join("或".join(texts) for texts in key.accepted)
    if isinstance(key, ModelAnswer):
        return key.text
    return "".join(key) if isinstance(key, tuple) else ("正确" if key else "错误")


# -- the exact data -----------------------------------------------------------------------------------------


def exact_cell(question: Question) -> str:
    """The data of a question for the last column of its (first) row."""
    return json.dumps(question_to_json(question), ensure_ascii=False, separators=(",", ":"))


def exact_items(rows: Sequence[tuple[str, Mapping[str, str]]]) -> list[tuple[Question, tuple[str, ...]]]:
    """Questions of the exact column that still stand as written, each with the places of all its rows.

    `rows`: (where, cells by column name, EXACT among them). Edited rows are left out.
    """
    found = []
    at = 0
    while at < len(rows):
        question = _question_of(rows[at][1].get(EXACT, ""))
        expected = rows_of(question) if question else []
        actual = rows[at : at + len(expected)]
        plain = [
            {name: text for name, text in cells.items() if name != EXACT and text} for _, cells in actual
        ]
        if question is not None and expected and plain == expected:
            found.append((question, tuple(where for where, _ in actual)))
            at += len(expected)
        else:
            at += 1
    return found


def _question_of(cell: str) -> Question | None:
    """The question of a cell, checked like any other file of the project's own JSON."""
    if not cell.startswith("{"):
        return None
    document = f'{{"format":"questionbank","schema":1,"title":"","questions":[{cell}]}}'
    try:
        parsed = NativeJson().parse(document.encode())
    except Unreadable:
        return None
    broken = any(problem.severity == "broken" for problem in parsed.problems)
    return None if broken or len(parsed.questions) != 1 else replace(parsed.questions[0], where="")


# -- writing ------------------------------------------------------------------------------------------------


def write(questions: Sequence[Question], exact: frozenset[int], title: str) -> tuple[bytes, list[Problem]]:
    """The workbook, and a problem for every question that no spreadsheet cell can hold (left out).

    `exact`: the places of the questions whose data goes into the last column too.
    """
    columns = header(questions)
    rows: list[list[str | None]] = []
    problems = []
    for place, question in enumerate(questions):
        cells = rows_of(question)
        if cells and place in exact:
            cells[0][EXACT] = exact_cell(question)
        fault = _fault(question, cells, columns)
        if fault:
            where = question.where or question.number or f"第{place + 1}题"
            problems.append(Problem(where, "cell_limit", fault, question.stem[:200]))
            continue
        rows += [[one.get(name) for name in columns] for one in cells]
    book = new_book()
    add_sheet(book, SHEET, columns, rows)
    add_sheet(book, INSTRUCTIONS, ["列", "怎么填"], [[title or "试题", ""], *DESCRIPTIONS.items()])
    return book_bytes(book), problems


def _fault(question: Question, cells: Sequence[Mapping[str, str]], columns: Sequence[str]) -> str:
    if not cells:
        return "材料题没有小题，没有导出"
    if any(len(text) > MAX_CELL for row in cells for text in row.values()):
        return f"有一格超过Excel的上限{MAX_CELL}字，没有导出"
    unknown = {name for row in cells for name in row} - set(columns)
    return f"选项标号{'、'.join(sorted(unknown))}不是字母，没有导出" if unknown else ""
