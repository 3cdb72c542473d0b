"""Answer sheets: A4, one a person, with his name, number, form and QR code; boxes to tick.

The grid of a form is the same for all who have it: it is drawn once and reused, so a thousand sheets take
little more memory than one.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from .content import Candidate, Occasion, PrintedPaper, PrintedQuestion
from .layout import HEI, HEIGHT, SONG, WIDTH, draw_qr, drawable, load_fonts

MARGIN = 15 * mm
TOP = HEIGHT - 62 * mm  # below the head
COLUMNS = 3
ROW = 8.2 * mm
BOX = 5 * mm
FIRST_ROWS = int((TOP - 22 * mm) // ROW)
WRITTEN = ("fill_blank", "short_answer")
LINES_OF = {"fill_blank": 1, "short_answer": 8}


def answer_sheets(
    occasion: Occasion, papers: Mapping[str, PrintedPaper], candidates: Iterable[Candidate]
) -> bytes:
    """A sheet (two sides where needed) for every candidate; `papers` by form code."""
    load_fonts()
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, pageCompression=1, invariant=1)
    canvas.setTitle(f"{occasion.exam} 答题卡")
    drawn: dict[str, int] = {}
    for candidate in candidates:
        paper = papers[candidate.form]
        pages = drawn.get(paper.code)
        if pages is None:
            pages = drawn[paper.code] = _draw_grids(canvas, paper)
        for page in range(pages):
            canvas.doForm(f"grid-{paper.code}-{page}")
            _head(canvas, occasion, candidate, page, pages)
            canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _head(canvas: Canvas, occasion: Occasion, candidate: Candidate, page: int, pages: int) -> None:
    canvas.setFont(HEI, 16)
    canvas.drawCentredString(WIDTH / 2, HEIGHT - 20 * mm, drawable(occasion.exam))
    canvas.setFont(HEI, 13)
    canvas.drawCentredString(WIDTH / 2, HEIGHT - 28 * mm, "答 题 卡")
    canvas.setFont(SONG, 12)
    lines = (
        f"姓名：{candidate.name}　　单位：{candidate.unit}",
        f"准考证号：{candidate.number}　　卷号：{candidate.form}卷",
        f"场次：{occasion.sitting}　　考场：{candidate.room or '—'}　　座号：{candidate.seat or '—'}",
    )
    for number, line in enumerate(lines):
        canvas.drawString(MARGIN, HEIGHT - (38 + 6.5 * number) * mm, drawable(line))
    size = 28 * mm
    draw_qr(
        canvas,
        f"{candidate.number}/{candidate.form}/{page + 1}",
        WIDTH - MARGIN - size,
        HEIGHT - 46 * mm,
        size,
    )
    canvas.setFont(SONG, 9)
    canvas.drawCentredString(
        WIDTH / 2, 10 * mm, f"第 {page + 1} 面　共 {pages} 面　{drawable(candidate.number)}"
    )


def _draw_grids(canvas: Canvas, paper: PrintedPaper) -> int:
    """Define the form's grid pages as reusable drawings; returns how many there are."""
    boxes = [one for one in paper.questions if one.kind not in WRITTEN]
    written = [one for one in paper.questions if one.kind in WRITTEN]
    pages = 0
    per_page = FIRST_ROWS * COLUMNS
    rest: list[PrintedQuestion] = list(written)
    for start in range(0, len(boxes), per_page):
        chunk = boxes[start : start + per_page]
        canvas.beginForm(f"grid-{paper.code}-{pages}")
        bottom = _boxes(canvas, chunk)
        if start + per_page >= len(boxes):
            rest = _written(canvas, rest, bottom)
        canvas.endForm()
        pages += 1
    while rest or not pages:
        canvas.beginForm(f"grid-{paper.code}-{pages}")
        rest = _written(canvas, rest, TOP)
        canvas.endForm()
        pages += 1
    return pages


def _boxes(canvas: Canvas, questions: list[PrintedQuestion]) -> float:
    """Rows of boxes in columns; returns the height at which the next thing may begin."""
    canvas.setFont(SONG, 9)
    canvas.drawString(MARGIN, TOP + 3 * mm, "在选中的方格里打“√”，改动时把原来的涂满再另选；多选题可选多格。")
    rows = -(-len(questions) // COLUMNS)
    width = (WIDTH - 2 * MARGIN) / COLUMNS
    for place, question in enumerate(questions):
        column, row = divmod(place, rows)
        x, y = MARGIN + column * width, TOP - (row + 1) * ROW
        canvas.setFont(HEI, 11)
        canvas.drawRightString(x + 8 * mm, y + 1.4 * mm, f"{question.number}")
        labels = [label for label, _ in question.choices] or ["√", "×"]
        step = min(8.6 * mm, (width - 11 * mm) / len(labels))
        for number, label in enumerate(labels):
            left = x + 10.5 * mm + number * step
            canvas.rect(left, y, min(BOX, step * 0.85), BOX, stroke=1, fill=0)
            canvas.setFont(SONG, 8)
            canvas.setFillGray(0.45)
            canvas.drawCentredString(left + min(BOX, step * 0.85) / 2, y + 1.5 * mm, label)
            canvas.setFillGray(0)
        if row % 5 == 4 and row + 1 < rows:
            canvas.setLineWidth(0.3)
            canvas.line(x, y - 1.6 * mm, x + width - 3 * mm, y - 1.6 * mm)
            canvas.setLineWidth(1)
    return float(TOP - rows * ROW - 8 * mm)


def _written(canvas: Canvas, questions: list[PrintedQuestion], top: float) -> list[PrintedQuestion]:
    """Lines for answers in words, as many questions as fit; the others are returned."""
    y = top
    for place, question in enumerate(questions):
        lines = LINES_OF[question.kind] * max(question.blanks, 1)
        if y - (lines + 1) * 9 * mm < 18 * mm and (place or top < TOP):
            return questions[place:]
        canvas.setFont(HEI, 11)
        canvas.drawString(MARGIN, y - 6 * mm, f"{question.number}．（{question.points} 分）")
        canvas.setLineWidth(0.4)
        for line in range(lines):
            height = y - (line + 1) * 9 * mm - (0 if question.kind == "fill_blank" else 2 * mm)
            canvas.line(MARGIN + 24 * mm if line == 0 else MARGIN, height, WIDTH - MARGIN, height)
        canvas.setLineWidth(1)
        y -= (lines + 1) * 9 * mm
    return []
