"""The JSON report of an import: its exact shape."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from questionbanks.formats import registry
from questionbanks.formats.base import Parsed, Problem, Unreadable
from questionbanks.formats.check import complete
from questionbanks.formats.report import report_of, report_of_unreadable
from questionbanks.kinds.base import Blanks, Choice, ModelAnswer, Question

AB = (Choice("A", "甲"), Choice("B", "<div><b>乙</b></div>"))
PARSED = complete(
    Parsed(
        (
            Question("single", "甲题", AB, ("B",), number="1", where="第1行"),
            Question("multiple", "乙题", AB, None, number="2", where="第2行"),
            Question("true_false", "丙题", key=False, where="第3行"),
            Question("fill_blank", "丁____题", key=Blanks((("三年", "3年"),)), where="第4行"),
            Question(
                "case_group",
                "材料",
                parts=(
                    Question("short_answer", "问一", key=ModelAnswer("答一"), number="1", where="第6行"),
                    Question("short_answer", "问二", number="2", where="第7行"),
                ),
                where="第5行",
            ),
        ),
        (Problem("第9行", "note_row", "说明行", "说明", severity="note"),),
        "xlsx",
        "",
        {},
    )
)


def test_the_shape() -> None:
    report = report_of("题.xlsx", PARSED, imported=4)
    assert list(report) == [
        "file",
        "format",
        "encoding",
        "found",
        "importable",
        "broken",
        "imported",
        "by_kind",
        "problems",
        "questions",
    ]
    assert report["file"] == "题.xlsx"
    assert report["format"] == "xlsx"
    assert report["imported"] == 4
    assert (report["found"], report["importable"], report["broken"]) == (6, 4, 2)
    assert report["by_kind"] == {
        "single": 1,
        "multiple": 1,
        "uncertain": 0,
        "true_false": 1,
        "fill_blank": 1,
        "short_answer": 2,
        "case_group": 1,
    }


def test_every_item_is_listed_with_its_answer() -> None:
    rows = report_of("题.xlsx", PARSED)["questions"]
    assert [row["where"] for row in rows] == ["第1行", "第2行", "第3行", "第4行", "第6行", "第7行"]
    assert [row["answer"] for row in rows] == [["B"], None, False, [["三年", "3年"]], "答一", None]
    assert [row["importable"] for row in rows] == [True, False, True, True, True, False]
    assert [row["material"] for row in rows] == [None, None, None, None, "材料", "材料"]
    assert rows[0] == {
        "number": "1",
        "kind": "single",
        "stem": "甲题",
        "choices": [{"label": "A", "text": "甲"}, {"label": "B", "text": "乙"}],
        "answer": ["B"],
        "material": None,
        "where": "第1行",
        "importable": True,
    }


def test_every_broken_item_has_a_problem_at_its_place() -> None:
    report = report_of("题.xlsx", PARSED)
    places = {one["where"] for one in report["problems"] if one["severity"] == "broken"}
    assert places == {row["where"] for row in report["questions"] if not row["importable"]}
    assert set(report["problems"][0]) == {"where", "code", "message", "raw", "fix", "severity"}


def test_a_file_that_cannot_be_read() -> None:
    report = report_of_unreadable("题.pdf", Unreadable("pdf", "这是PDF文件"))
    assert list(report) == list(report_of("题.xlsx", PARSED))
    (problem,) = report["problems"]
    assert problem == {
        "where": "",
        "code": "pdf",
        "message": "这是PDF文件",
        "raw": "",
        "fix": "",
        "severity": "broken",
    }
    assert report["found"] == 0
    assert report["questions"] == []


MIXED = """一、单选题
1. 谁（ ）。
A. 甲
B. 乙
答案：B
2. 谁（ ）。
A. 甲
B. 乙
答案：E
二、判断题
1. 对吗。
答案：√
2. 错吗。
三、填空题
1. 由____至____人组成。
答案：三；七
四、简答题
1. 简述原则。
答案：公开、公正。
五、案例分析题
材料一：张某占地建房。
1. 张某违反了（ ）。
A. 甲法
B. 乙法
答案：A
2. 如何处理？
答案：责令改正。
"""
ANSWERS: dict[str, Callable[[Any], bool]] = {
    **dict.fromkeys(
        ("single", "multiple", "uncertain"), lambda key: all(isinstance(one, str) for one in key)
    ),
    "true_false": lambda key: isinstance(key, bool),
    "fill_blank": lambda key: all(isinstance(one, str) for accepted in key for one in accepted),
    "short_answer": lambda key: isinstance(key, str),
}


def require_sound(report: dict[str, Any]) -> None:
    """Fail unless a report keeps every promise of docs/import-report.md."""
    by_kind, rows = report["by_kind"], report["questions"]
    assert list(by_kind) == [*ANSWERS, "case_group"]
    assert report["found"] == sum(by_kind.values()) - by_kind["case_group"]
    assert report["found"] == report["importable"] + report["broken"]
    assert report["found"] == len(rows)
    assert report["importable"] == sum(row["importable"] for row in rows)
    assert len({row["where"] for row in rows}) == len(rows)
    broken = {one["where"] for one in report["problems"] if one["severity"] == "broken"}
    for row in rows:
        assert list(row) == ["number", "kind", "stem", "choices", "answer", "material", "where", "importable"]
        assert {type(row[name]) for name in ("number", "kind", "stem", "where")} == {str}
        assert row["answer"] is None or ANSWERS[row["kind"]](row["answer"])
        assert row["importable"] or row["where"] in broken
        assert [list(choice) for choice in row["choices"]] == [["label", "text"]] * len(row["choices"])
    for problem in report["problems"]:
        assert list(problem) == ["where", "code", "message", "raw", "fix", "severity"]
        assert {type(value) for value in problem.values()} == {str}
    assert json.loads(json.dumps(report)) == report


def test_reports_keep_their_promises() -> None:
    read = report_of("题.txt", registry.parse(MIXED.encode(), name="题.txt"))
    require_sound(read)
    assert (read["format"], read["encoding"]) == ("text", "utf-8")
    assert (read["found"], read["importable"], read["broken"]) == (8, 6, 2)
    assert read["by_kind"] == {
        "single": 3,
        "multiple": 0,
        "uncertain": 0,
        "true_false": 2,
        "fill_blank": 1,
        "short_answer": 2,
        "case_group": 1,
    }
    assert [row["material"] for row in read["questions"]][-2:] == ["张某占地建房。"] * 2
    require_sound(report_of("题.xlsx", PARSED))
    require_sound(report_of_unreadable("题.doc", Unreadable("doc", "读不出来")))
