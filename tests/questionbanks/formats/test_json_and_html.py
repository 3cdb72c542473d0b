"""JSON sets, saved pages and old Word files: shapes that people export."""

from __future__ import annotations

import json
import shutil
from typing import Any

import pytest

from questionbanks.formats import registry
from questionbanks.formats.base import Parsed, Unreadable
from questionbanks.formats.check import tally
from questionbanks.kinds.base import Blanks, Choice, ModelAnswer

AB = (Choice("A", "甲"), Choice("B", "乙"))


def read(data: Any, name: str = "x.json") -> Parsed:
    return registry.parse(json.dumps(data, ensure_ascii=False).encode(), name=name)


SHAPES: dict[str, dict[str, Any]] = {
    "labelled objects": {
        "question": "谁？",
        "options": [{"label": "A", "text": "甲"}, {"label": "B", "text": "乙"}],
        "answer": "B",
    },
    "key and value": {
        "stem": "谁？",
        "options": [{"key": "A", "value": "甲"}, {"key": "B", "value": "乙"}],
        "answer": "B",
    },
    "one key each": {"content": "谁？", "options": [{"A": "甲"}, {"B": "乙"}], "answer": ["B"]},
    "a list of texts": {"title": "谁？", "choices": ["甲", "乙"], "correctAnswer": "B"},
    "a list of lettered texts": {"question": "谁？", "options": ["A. 甲", "B. 乙"], "answer": "B"},
    "a map": {"题目": "谁？", "选项": {"A": "甲", "B": "乙"}, "答案": "B"},
    "keys of their own": {"question": "谁？", "A": "甲", "B": "乙", "answer": "B"},
    "option_a": {"question_text": "谁？", "option_a": "甲", "option_b": "乙", "correct_option": "b"},
    "the text of the option": {"question": "谁？", "options": ["甲", "乙"], "answer": "乙"},
    "flags": {
        "question": "谁？",
        "options": [{"text": "甲", "isCorrect": False}, {"text": "乙", "isCorrect": True}],
    },
    "options in the stem": {"input": "谁？\nA: 甲\nB: 乙", "answer": "B"},
    "options as text": {"question": "谁？", "options": "A.甲\nB.乙", "answer": "B"},
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_shapes_of_a_choice(shape: dict[str, Any]) -> None:
    parsed = read([shape])
    first = parsed.questions[0]
    assert (first.kind, first.stem, first.choices, first.key) == ("single", "谁？", AB, ("B",))
    assert parsed.problems == ()


PLACES = {
    "a 0 counts from 0": ([0, 1], [("A",), ("B",)], ["answer_by_index"] * 2),
    "the number of options counts from 1": ([1, 3], [("A",), ("C",)], ["answer_by_index"] * 2),
    "neither occurs": ([1, 2], [None, None], ["answer_place"] * 2),
    "both occur": ([0, 3], [None, None], ["answer_place"] * 2),
    "a list": ([[0, 2], 1], [("A", "C"), ("B",)], ["answer_by_index"] * 2),
}


@pytest.mark.parametrize(("answers", "keys", "codes"), PLACES.values(), ids=PLACES.keys())
def test_answers_by_place_are_read_only_where_the_file_tells_how(
    answers: list[Any], keys: list[Any], codes: list[str]
) -> None:
    items = [
        {"question": f"谁{n}？", "options": ["甲", "乙", "丙"], "answer": a} for n, a in enumerate(answers)
    ]
    parsed = read(items)
    assert [one.key for one in parsed.questions] == keys
    assert [one.code for one in parsed.problems if one.code != "no_key"] == codes


def test_options_are_never_items() -> None:
    parsed = read(
        [
            {
                "question": "谁？",
                "options": [
                    {"option": "A", "text": "甲", "answer": "x"},
                    {"option": "B", "text": "乙", "answer": "y"},
                ],
            }
        ]
    )
    assert tally(parsed).found == 1
    assert tally(parsed).broken == 1


def test_an_object_without_an_answer_among_items_is_found_and_broken() -> None:
    parsed = read([{"question": "谁？", "options": ["甲", "乙"], "answer": "A"}, {"question": "几个？"}])
    assert (tally(parsed).found, tally(parsed).broken) == (2, 1)


def test_other_kinds() -> None:
    parsed = read(
        [
            {"type": "判断题", "question": "对吗", "answer": True},
            {"type": "判断题", "question": "对吗", "answer": "错"},
            {"type": "填空题", "question": "____和____", "answer": ["甲", "乙"]},
            {"type": "简答题", "question": "简述", "answer": "一二三"},
            {"type": "multiple", "question": "谁", "options": ["甲", "乙"], "answer": ["A", "B"]},
            {"type": "排序题", "question": "排一排", "answer": "1,2"},
        ]
    )
    assert [one.kind for one in parsed.questions] == [
        "true_false",
        "true_false",
        "fill_blank",
        "short_answer",
        "multiple",
        "short_answer",
    ]
    assert [one.key for one in parsed.questions[:5]] == [
        True,
        False,
        Blanks((("甲",), ("乙",))),
        ModelAnswer("一二三"),
        ("A", "B"),
    ]
    assert [(one.where, one.code) for one in parsed.problems] == [("第6项", "unsupported_kind")]


def test_chapters_become_topics_and_names_of_kinds_kinds() -> None:
    items = [{"q": "谁？", "options": ["甲", "乙"], "answer": "AB"}]
    parsed = read(
        [
            {"chapter": "第一章", "sections": [{"type": "多选题", "questions": items}]},
            {"chapter": "第二章", "单选题": items},
        ]
    )
    assert [(one.topic, one.kind) for one in parsed.questions] == [
        ("第一章", "multiple"),
        ("第二章", "single"),
    ]
    assert len({one.where for one in parsed.questions}) == 2


def test_the_same_instruction_in_every_object_is_no_stem() -> None:
    parsed = read(
        [
            {"instruction": "请给出答案的序号，不要解释。", "input": f"谁{n}？\nA: 甲\nB: 乙", "answer": "A"}
            for n in range(6)
        ]
    )
    assert [one.stem for one in parsed.questions] == [f"谁{n}？" for n in range(6)]


def test_json_lines_and_scripts() -> None:
    line = json.dumps({"question": "谁？", "options": ["甲", "乙"], "answer": "A"}, ensure_ascii=False)
    assert len(registry.parse(f"{line}\n{line}\n".encode()).questions) == 2
    assert len(registry.parse(f"{line},\n{line},\n".encode()).questions) == 2
    assert len(registry.parse(f"const bank = [{line}];".encode()).questions) == 1
    assert registry.parse(f"[{line}]".encode("gb18030")).encoding == "gb18030"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('[{"question": "谁？",', "damaged_json"),
        ('{"a": 1}', "no_questions"),
        ("[" * 100_000 + "]" * 100_000, "json_depth"),
    ],
)
def test_json_that_is_no_bank(text: str, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        registry.parse(text.encode(), name="x.json")
    assert refused.value.code == code


# -- pages --------------------------------------------------------------------------------------------------

PAGE = """<!DOCTYPE html><html><head><title>题</title>
<style>p{}</style>
<script>var x="1.假题 A.甲 B.乙 答案：A"</script>
</head><body>
<nav>首页</nav><h2>一、单选题</h2><div class="q"><p>1.谁是<b>甲</b>？</p>
<ul><li>A.甲</li><li>B.乙</li></ul>
<span>正确答案：</span><span>B</span></div>
<div class="q"><p>2.谁&nbsp;&lt;甲&gt;？<br>A.甲<br>B.乙</p><p>答案：A</p>
<p style="display:none">答案：B</p></div></body></html>"""


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_saved_page(encoding: str) -> None:
    parsed = registry.parse(PAGE.encode(encoding), name="x.html")
    assert (parsed.format, parsed.encoding) == ("html", encoding)
    assert [(one.number, one.stem, one.choices, one.key) for one in parsed.questions] == [
        ("1", "谁是甲？", AB, ("B",)),
        ("2", "谁 <甲>？", AB, ("A",)),
    ]


def test_a_page_that_calls_itself_xls() -> None:
    rows = [("题干", "选项A", "选项B", "答案"), ("谁？", "甲", "乙", "B")]
    table = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    parsed = registry.parse(
        f'<html xmlns:x="urn:excel"><body><table>{table}</table></body></html>'.encode(),
        name="题.xls",
    )
    assert [(one.stem, one.choices, one.key) for one in parsed.questions] == [("谁？", AB, ("B",))]


def test_a_single_file_page() -> None:
    page = "<html><body><p>1.谁？</p><p>A.甲</p><p>B.乙</p><p>答案：B</p></body></html>"
    archive = 'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="x"\r\n\r\n'
    archive += "--x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    parsed = registry.parse(f"{archive}{page}\r\n--x--\r\n".encode(), name="题.mht")
    assert (parsed.format, [one.key for one in parsed.questions]) == ("html", [("B",)])


def test_pictures_on_a_page_are_reported() -> None:
    page = '<html><body><p>1.这是什么？<img src="http://127.0.0.1:9/x.png"></p><p>A.甲</p><p>B.乙</p><p>答案：B</p><p>2.谁？</p><p>A.甲</p><p>B.乙</p><p>答案：A</p></body></html>'
    parsed = registry.parse(page.encode())
    assert [(one.code, one.severity) for one in parsed.problems] == [("picture", "doubtful")]


# -- old Word -----------------------------------------------------------------------------------------------


def test_an_old_document_without_a_reader_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda program: None)
    data = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "WordDocument\x00".encode("utf-16-le") + bytes(600)
    )
    with pytest.raises(Unreadable) as refused:
        registry.parse(data, name="题.doc")
    assert refused.value.code == "doc"
    assert "docx" in refused.value.message


def test_an_encrypted_old_document() -> None:
    head = b"\xec\xa5" + bytes(8) + (0x0100).to_bytes(2, "little")
    data = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(504)
        + head
        + bytes(500)
        + "WordDocument\x00".encode("utf-16-le")
        + bytes(600)
    )
    with pytest.raises(Unreadable) as refused:
        registry.parse(data, name="题.doc")
    assert refused.value.code == "password"


@pytest.mark.skipif(shutil.which("antiword") is None, reason="antiword is not installed")
def test_a_damaged_old_document() -> None:
    data = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "WordDocument\x00".encode("utf-16-le") + bytes(600)
    )
    with pytest.raises(Unreadable) as refused:
        registry.parse(data, name="题.doc")
    assert refused.value.code == "damaged_doc"


def test_the_text_of_a_page_is_read_for_statutes() -> None:
    page = "<html><body><h1>某法</h1><p>第一条　为了<b>保护</b>权利。</p><script>x()</script></body></html>"
    assert registry.text_of(page.encode(), "某法.doc").split("\n") == ["某法", "第一条 为了保护权利。"]


def test_a_workbook_is_no_text() -> None:
    with pytest.raises(Unreadable) as refused:
        registry.text_of(b'{"question": "x"}', "x.json")
    assert refused.value.code == "no_text"


def test_a_picture_in_the_row_of_an_item_is_told() -> None:
    rows = (
        "<tr><th>题干</th><th>A</th><th>B</th><th>答案</th></tr>"
        "<tr><td>看图<img src='a.png'>（ ）。</td><td>甲</td><td>乙</td><td>A</td></tr>"
        "<tr><td>谁（ ）。</td><td>甲</td><td>乙</td><td>B</td></tr>"
    )
    parsed = registry.parse(f"<html><body><table>{rows}</table></body></html>".encode())
    assert [one.stem for one in parsed.questions] == ["看图（ ）。", "谁（ ）。"]
    assert [(one.where, one.code) for one in parsed.problems] == [(parsed.questions[0].where, "picture")]
