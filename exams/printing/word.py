"""The question book as Word, to be edited: the words of the PDF, in the fonts of Chinese official papers."""

from __future__ import annotations

import io
from html.parser import HTMLParser
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from questionbanks.formats.richtext import to_html

from .content import PrintedPaper, PrintedQuestion

# The reader's computer supplies these; both are on every Chinese Windows, Kylin and UOS.
SONG, HEI = "宋体", "黑体"
_STYLES = {"b": "bold", "i": "italic", "u": "underline"}


def question_book_docx(paper: PrintedPaper, *, with_keys: bool = False) -> bytes:
    """The paper as docx; `with_keys` adds answer and rationale below each question."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(25), Mm(20)
    section.top_margin = section.bottom_margin = Mm(20)
    _fonts(document.styles["Normal"], SONG, 12)
    _paragraph(document, paper.title, HEI, 18, centre=True)
    _paragraph(document, f"（{paper.code}卷）", HEI, 14, centre=True)
    book = "开卷" if paper.open_book else "闭卷"
    facts = f"时间：{paper.minutes} 分钟　满分：{paper.total} 分　{book}　共 {len(paper.questions)} 题"
    _paragraph(document, facts, SONG, 12, centre=True)
    _paragraph(
        document, "单位：________________　姓名：____________　准考证号：______________________", SONG, 12
    )
    for one in paper.sections:
        heading = _paragraph(document, one.title, HEI, 13)
        heading.paragraph_format.keep_with_next = True
        heading.add_run(f"（{one.instructions.rstrip('。')}）").font.size = Pt(12)
        for question in one.questions:
            _question(document, question, with_keys)
    _page_number(section.footer.paragraphs[0], f"{paper.code}卷　第 ")
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _fonts(style: Any, name: str, size: float) -> None:
    """Set a font for Latin and for Chinese letters; Word keeps them apart."""
    style.font.name, style.font.size = name, Pt(size)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), name)


def _paragraph(document: Any, text: str, font: str, size: float, *, centre: bool = False) -> Paragraph:
    paragraph: Paragraph = document.add_paragraph()
    run = paragraph.add_run(text)
    run.font.name, run.font.size = font, Pt(size)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    run.bold = font == HEI
    if centre:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_after = Pt(4)
    return paragraph


def _question(document: Any, question: PrintedQuestion, with_keys: bool) -> None:
    if question.material:
        _text(document, question.material, indent=0)
    _text(document, question.stem, before=f"{question.number}．", after=question.brackets)
    for label, text in question.choices:
        _text(document, text, before=f"{label}．", indent=8)
    if with_keys:
        _text(document, question.key, before="答案：", indent=8)
        if question.basis:
            _text(document, question.basis, before="依据：", indent=8)
        if question.rationale:
            _text(document, question.rationale, before="解析：", indent=8)


def _text(document: Any, text: str, *, before: str = "", after: str = "", indent: float = 0) -> None:
    """A text of an item; its tables become Word tables."""
    writer = _Writer(document, before, indent)
    writer.feed(to_html(text))
    writer.close()
    if after:
        writer.paragraph.add_run(after)


class _Writer(HTMLParser):
    """The restricted HTML of items into paragraphs, runs and tables."""

    def __init__(self, document: Any, before: str, indent: float) -> None:
        super().__init__(convert_charrefs=True)
        self.document, self.indent = document, indent
        self.on: list[str] = []
        self.rows: list[list[str]] | None = None
        self.paragraph = self._new()
        if before:
            self.paragraph.add_run(before)

    def _new(self) -> Paragraph:
        paragraph: Paragraph = self.document.add_paragraph()
        paragraph.paragraph_format.left_indent = Mm(self.indent)
        paragraph.paragraph_format.space_after = Pt(2)
        return paragraph

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag == "br":
            self.paragraph.add_run().add_break()
        elif tag == "table":
            self.rows = []
        elif tag == "tr" and self.rows is not None:
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self.rows[-1].append("")
        else:
            self.on.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "table" and self.rows is not None:
            self._table(self.rows)
            self.rows = None
            self.paragraph = self._new()
        elif tag in self.on:
            self.on.remove(tag)

    def handle_data(self, data: str) -> None:
        if self.rows is not None:
            if self.rows and self.rows[-1]:
                self.rows[-1][-1] += data
            return
        run = self.paragraph.add_run(data)
        for tag in self.on:
            if tag in _STYLES:
                setattr(run, _STYLES[tag], True)
        run.font.superscript = True if "sup" in self.on else None
        run.font.subscript = True if "sub" in self.on else None
        run.font.strike = True if "s" in self.on else None

    def _table(self, rows: list[list[str]]) -> None:
        width = max((len(row) for row in rows), default=0)
        if not width:
            return
        table = self.document.add_table(rows=len(rows), cols=width, style="Table Grid")
        for line, row in enumerate(rows):
            for column, text in enumerate(row):
                table.cell(line, column).text = text


def _page_number(paragraph: Paragraph, before: str) -> None:
    """ "A卷　第 n 页" with Word's own page field."""
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.add_run(before)
    run = paragraph.add_run()
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        if kind:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        else:
            element = OxmlElement("w:instrText")
            element.text = text
        run._element.append(element)
    paragraph.add_run(" 页")
