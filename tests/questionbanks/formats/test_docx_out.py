"""The printable bank: a Word document that is read again as it was."""

from __future__ import annotations

import io
import re
import zipfile

import docx
from docx.oxml.ns import qn

from questionbanks.formats import registry
from questionbanks.kinds.base import Blanks, ModelAnswer, Question
from tests.bank_files import ABCD

BANK = [
    Question("true_false", "宪法是根本法。", key=True),
    Question("single", "谁？", ABCD, ("B",), rationale="因为", difficulty=1),
    Question("multiple", "哪些？", ABCD, ("A", "C")),
    Question("fill_blank", "____和____", key=Blanks((("甲",), ("乙",)))),
    Question("short_answer", "简述。", key=ModelAnswer("一。\n二。")),
    Question(
        "case_group",
        "某村开会。",
        parts=(
            Question("single", "几人？", ABCD, ("D",)),
            Question("short_answer", "为什么？", key=ModelAnswer("因为。")),
        ),
    ),
]


def test_a_printed_bank_can_be_read_again() -> None:
    emitted = registry.format_by_code("docx").emit(BANK, title="某县题库")
    assert emitted.problems == ()
    parsed = registry.parse(emitted.data)
    assert [one.kind for one in parsed.questions] == [
        "single",
        "multiple",
        "true_false",
        "fill_blank",
        "short_answer",
        "case_group",
    ]
    assert [one.key for one in parsed.questions] == [
        ("B",),
        ("A", "C"),
        True,
        Blanks((("甲",), ("乙",))),
        ModelAnswer("一。\n二。"),
        None,
    ]
    assert [part.key for part in parsed.questions[5].parts] == [("D",), ModelAnswer("因为。")]
    assert parsed.problems == ()


def test_a_printed_bank_has_chinese_fonts_and_its_title() -> None:
    data = registry.format_by_code("docx").emit(BANK, title="某县题库").data
    styles = zipfile.ZipFile(io.BytesIO(data)).read("word/styles.xml").decode()
    assert re.search(r'<w:style [^>]*w:styleId="Normal".*?w:eastAsia="宋体"', styles, re.DOTALL) is not None
    assert "eastAsiaTheme" not in styles.split('w:styleId="Normal"')[1].split("</w:style>")[0]
    document = docx.Document(io.BytesIO(data))
    assert document.paragraphs[0].text == "某县题库"
    assert document.styles["Normal"].element.rPr.rFonts.get(qn("w:eastAsia")) == "宋体"
