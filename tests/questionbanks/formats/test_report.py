"""The JSON report of an import: its exact shape."""

from __future__ import annotations

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
    assert report["problems"] == [{"where": "", "code": "pdf", "message": "这是PDF文件", "raw": ""}]
    assert report["found"] == 0
    assert report["questions"] == []
