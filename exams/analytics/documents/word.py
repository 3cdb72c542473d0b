"""The annual report as a Word file in the layout of official documents (公文): sizes, fonts by name, tables.

The fonts are named, not embedded: 方正小标宋, 仿宋, 黑体 and 楷体 are on every office computer and may not be
passed on.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.document import Document as Doc
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from examsite.lib.cells import plain_text

from ..charts import draw, is_empty, png, size
from ..reports.document import ReportDocument, Table, Value

TITLE, BODY, HEADING, SUBHEADING = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"
LATIN = "Times New Roman"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
WIDE = 10  # tables with more columns stand on a page turned sideways
THEME = ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme")


def report_docx(document: ReportDocument, *, status: Sequence[str] = ()) -> bytes:
    """The whole report: title, paragraph, headings, notes, tables 附表1–8 with their charts.

    `status`: lines under the title (草稿, 已冻结, 已过期 …), so that no print passes for another.
    """
    made = Document()
    _styles(made)
    _page(made.sections[0])
    _title(made, document.title)
    for line in status:
        _line(made, line, SUBHEADING, 14, align=WD_ALIGN_PARAGRAPH.CENTER)
    made.add_heading("学法普法情况", 1)
    _body(made, document.paragraph.text)
    for section in document.sections:
        if section.sentences:
            made.add_heading(section.title, 1)
            for sentence in section.sentences:
                _body(made, sentence.text)
    if document.notes:
        made.add_heading("说明", 2)
        for note in document.notes:
            _body(made, f"{note}。")
    _tables(made, document)
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


# --- Layout ------------------------------------------------------------------------------------------


def _styles(made: Doc) -> None:
    normal = made.styles["Normal"]
    _font(normal, BODY, 16)
    normal.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    normal.paragraph_format.line_spacing = Pt(28)
    normal.paragraph_format.space_after = Pt(0)
    for level, name in ((1, HEADING), (2, SUBHEADING)):
        style = made.styles[f"Heading {level}"]
        _font(style, name, 16)
        style.font.bold = False
        style.font.color.rgb = None
        style.paragraph_format.space_before = Pt(0)
        style.paragraph_format.space_after = Pt(0)
        style.paragraph_format.first_line_indent = Pt(32)
        style.paragraph_format.keep_with_next = True


def _font(style: Any, name: str, points: float) -> None:
    """Latin letters in one font, Chinese in the other; a theme's fonts would win over both."""
    style.font.name, style.font.size = LATIN, Pt(points)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), name)
    for theme in THEME:
        fonts.attrib.pop(qn(f"w:{theme}"), None)


def _page(section: Any, *, sideways: bool = False) -> None:
    width, height = Cm(21), Cm(29.7)
    if sideways:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = height, width
        section.left_margin = section.right_margin = Cm(2)
        section.top_margin = section.bottom_margin = Cm(2.6)
    else:
        section.orientation = WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = width, height
        section.top_margin, section.bottom_margin = Cm(3.7), Cm(3.5)
        section.left_margin, section.right_margin = Cm(2.8), Cm(2.6)
    _page_number(section)


def _page_number(section: Any) -> None:
    """ "— 1 —" below, as official documents have it."""
    section.footer.is_linked_to_previous = False
    paragraph = section.footer.paragraphs[0]
    for old in list(paragraph.runs):
        old._element.getparent().remove(old._element)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(paragraph, "— ", "宋体", 14)
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)
    _run(paragraph, " —", "宋体", 14)


def _run(paragraph: Any, text: str, name: str, points: float) -> None:
    run = paragraph.add_run(plain_text(text))
    run.font.name, run.font.size = LATIN, Pt(points)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)


def _title(made: Doc, text: str) -> None:
    paragraph = _line(made, text, TITLE, 22, align=WD_ALIGN_PARAGRAPH.CENTER)
    paragraph.paragraph_format.line_spacing = Pt(34)
    paragraph.paragraph_format.space_after = Pt(14)


def _line(made: Doc, text: str, name: str, points: float, *, align: Any = None) -> Any:
    paragraph = made.add_paragraph()
    paragraph.alignment = align
    _run(paragraph, text, name, points)
    return paragraph


def _body(made: Doc, text: str) -> None:
    paragraph = made.add_paragraph(plain_text(text))
    paragraph.paragraph_format.first_line_indent = Pt(32)


# --- Tables and charts -------------------------------------------------------------------------------


def _tables(made: Doc, document: ReportDocument) -> None:
    sideways = False
    for number, table in enumerate(document.tables):
        wide = len(table.header) > WIDE
        if number == 0 or wide is not sideways:
            section = made.add_section()
            _page(section, sideways=wide)
            sideways = wide
        _table(made, table, sideways)
        for picture in document.pictures:
            if picture.table == table.id and not is_empty(picture.chart):
                _picture(made, picture.chart, sideways)


def _table(made: Doc, table: Table, sideways: bool) -> None:
    title = made.add_heading(plain_text(table.title), 1)
    title.paragraph_format.first_line_indent = Pt(0)
    title.paragraph_format.space_before = Pt(12)
    rows = table.rows or (("（无）", *[""] * (len(table.header) - 1)),)
    grid = made.add_table(rows=len(rows) + 1, cols=len(table.header))
    grid.style = "Table Grid"
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    points = 8 if sideways else 10.5
    cells = iter(grid._cells)  # all of them once: asking row by row costs the square
    for number, row in enumerate((table.header, *rows)):
        for value in row:
            _fill(next(cells), value, points, bold=number == 0)
    for number, element in enumerate(grid._tbl.tr_lst):
        properties = element.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        if number == 0:
            _repeat(properties)
    for note in table.notes:
        paragraph = _line(made, f"注：{note}", BODY, 10.5)
        paragraph.paragraph_format.line_spacing = Pt(16)


def _fill(cell: Any, value: Value, points: float, *, bold: bool) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.line_spacing = Pt(points + 5)
    if not isinstance(value, str) and value is not None:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _run(paragraph, as_text(value), HEADING if bold else BODY, points)


def as_text(value: Value) -> str:
    """A cell as it is printed."""
    return "—" if value is None else str(value)


def _repeat(properties: Any) -> None:
    """The header stands on every page that the table reaches."""
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    properties.append(mark)


def _picture(made: Doc, chart: Any, sideways: bool) -> None:
    width, height = size(chart)
    room = 23.0 if sideways else 15.0
    centimetres = min(room, width * 2.2)
    tallest = 14.0 if sideways else 20.0
    if centimetres * height / width > tallest:
        centimetres = tallest * width / height
    paragraph = made.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    paragraph.add_run().add_picture(io.BytesIO(png(draw(chart))), width=Cm(centimetres))
