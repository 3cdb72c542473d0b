"""The question book: an official Chinese exam paper, in normal and in large print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, Table, TableStyle

from questionbanks.formats.richtext import is_rich

from .content import PrintedPaper, PrintedQuestion, PrintedSection
from .layout import (
    HEI,
    HEIGHT,
    SONG,
    WIDTH,
    build_pdf,
    centred,
    drawable,
    kept,
    page_foot,
    plain,
    ruled,
    space,
    style,
    text_flowables,
)
from .lines import ChineseParagraph

LEFT, RIGHT, TOP, BOTTOM = 30, 18, 18, 18  # mm; the left margin holds the seal line (密封线)
INNER = WIDTH - (LEFT + RIGHT) * mm - 12  # the frame keeps 6 points free on each side


@dataclass(frozen=True, slots=True)
class Size:
    """Point sizes of one edition: title, section heading, text, and the leading of the text."""

    title: float
    heading: float
    text: float
    leading: float


NORMAL = Size(18, 13, 12, 1.65)  # 小二, 小四
LARGE = Size(22, 18, 18, 1.6)  # 二号, 小二: for readers without glasses


def question_book(paper: PrintedPaper, *, large: bool = False) -> bytes:
    """The paper as PDF. Candidates write on the answer sheet, so that the book can be used again."""
    size = LARGE if large else NORMAL
    story: list[Flowable] = [*_head(paper, size)]
    for section in paper.sections:
        story += section_flowables(section, size)
    foot = page_foot(f"{paper.title}（{paper.code}卷）　{paper.mark}")

    def with_seal(canvas: Canvas, number: int, count: int) -> None:
        foot(canvas, number, count)
        _seal_line(canvas)

    return build_pdf(
        story, title=f"{paper.title}（{paper.code}卷）", foot=with_seal, margins=(LEFT, RIGHT, TOP, BOTTOM)
    )


def _head(paper: PrintedPaper, size: Size) -> list[Flowable]:
    book = "开卷" if paper.open_book else "闭卷"
    numerals = [section.title.split("、")[0] for section in paper.sections]
    scores = ruled(
        [["题号", *numerals, "总分"], ["得分", *[""] * (len(numerals) + 1)]],
        [18 * mm, *[(INNER - 18 * mm) / (len(numerals) + 1)] * (len(numerals) + 1)],
        heights=8 * mm,
    )
    notes = "答题前请核对姓名、单位和卷号；答案写在答题卡上，写在试卷上无效；考试结束后试卷和答题卡一并交回。"
    return [
        ChineseParagraph(plain(paper.title), centred(size.title, bold=True, leading=1.4)),
        ChineseParagraph(f"（{plain(paper.code)}卷）", centred(size.heading, bold=True)),
        ChineseParagraph(
            kept(
                f"时间：{paper.minutes} 分钟　　满分：{plain(paper.total)} 分　　{book}　　"
                f"共 {len(paper.questions)} 题"
            ),
            centred(size.text),
        ),
        space(2),
        scores,
        space(2),
        ChineseParagraph(f"<b>注意事项：</b>{notes}", style(size.text * 0.9, leading=size.leading)),
        space(2),
    ]


def section_flowables(section: PrintedSection, size: Size, *, answers: bool = False) -> list[Flowable]:
    """The heading and the questions of one section; a heading never stands alone at the foot of a page."""
    heading = f"<b>{plain(section.title)}</b>（{plain(section.instructions.rstrip('。'))}）"
    found: list[Flowable] = [
        CondPageBreak(45 * mm),
        ChineseParagraph(
            heading, style(size.heading, leading=1.5, spaceBefore=size.text * 0.6, spaceAfter=4)
        ),
    ]
    for question in section.questions:
        if question.material:
            material = style(size.text, leading=size.leading, firstLineIndent=size.text * 2, spaceBefore=4)
            found += text_flowables(question.material, material)
        found.append(KeepTogether(question_flowables(question, size)))
    return found


def question_flowables(question: PrintedQuestion, size: Size) -> list[Flowable]:
    """Stem and choices; answers in words are written on the answer sheet, too."""
    words = style(size.text, leading=size.leading, leftIndent=size.text * 2.2, spaceBefore=size.text * 0.3)
    found = text_flowables(question.stem, words, after=question.brackets, number=f"{question.number}．")
    if question.choices:
        found.append(_choices(question.choices, size))
    return found


def _choices(choices: Sequence[tuple[str, str]], size: Size) -> Table:
    """Four, two or one choice a line, as the longest of them allows."""
    load = [f"{label}．{text}" for label, text in choices]
    room = INNER - size.text * 2.2
    rich = any(is_rich(text) or "\n" in text for _, text in choices)
    longest = max(stringWidth(drawable(one), SONG, size.text) for one in load) + size.text
    columns = 1 if rich else next((n for n in (4, 2) if n <= len(choices) and longest <= room / n), 1)
    words = style(size.text, leading=size.leading, leftIndent=size.text * 1.7)
    cells = [text_flowables(text, words, number=f"{label}．") for label, text in choices]
    rows = [cells[start : start + columns] for start in range(0, len(cells), columns)]
    rows[-1] += [""] * (columns - len(rows[-1]))  # type: ignore[list-item]
    table = Table(rows, colWidths=[room / columns] * columns, hAlign="RIGHT")
    table.setStyle(
        TableStyle(
            [
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("RIGHTPADDING", (0, 0), (-1, -1), 2),
                ("TOPPADDING", (0, 0), (-1, -1), 0),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ]
        )
    )
    return table


def _seal_line(canvas: Canvas) -> None:
    """The seal line on the left: what is written outside it is covered while the paper is marked."""
    x = 17 * mm
    canvas.saveState()
    canvas.setDash(3, 3)
    canvas.line(x, 12 * mm, x, HEIGHT - 12 * mm)
    canvas.setDash()
    canvas.setFont(SONG, 9)
    canvas.translate(x, HEIGHT / 2)
    canvas.rotate(90)
    for offset, char in ((-70, "密"), (0, "封"), (70, "线")):
        canvas.setFillColorRGB(1, 1, 1)
        canvas.rect(offset * mm - 8, -6, 16, 12, stroke=0, fill=1)
        canvas.setFillColorRGB(0, 0, 0)
        canvas.setFont(HEI, 9)
        canvas.drawCentredString(offset * mm, -3, char)
    canvas.setFont(SONG, 10)
    blanks = "姓名：______________　　单位：____________________　　准考证号：______________________"
    canvas.drawCentredString(0, 6 * mm, blanks)
    canvas.restoreState()
