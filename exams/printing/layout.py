"""Fonts, styles, page frames and texts shared by everything that is printed."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import segno
from reportlab.lib.colors import black, grey
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, SimpleDocTemplate, Spacer, Table, TableStyle

from examsite.lib.fonts import BOLD, REGULAR, undrawable
from questionbanks.formats.richtext import to_html

from .lines import ChineseParagraph

SONG, HEI = "ExamRegular", "ExamBold"
GETA = "〓"  # what Chinese printers set where a character is missing
WIDTH, HEIGHT = A4

_TABLE = re.compile(r"<table>(.*?)</table>", re.DOTALL)
_ROW = re.compile(r"<tr>(.*?)</tr>", re.DOTALL)
_DARK = re.compile(b"\x01+")
_CELL = re.compile(r"<t[dh][^>]*>(.*?)</t[dh]>", re.DOTALL)
_TAGS = {"<sup>": "<super>", "</sup>": "</super>", "<s>": "<strike>", "</s>": "</strike>", "<br>": "<br/>"}


@cache
def load_fonts() -> None:
    """Register the two weights once; italics do not exist in Chinese print and fall back on the upright."""
    pdfmetrics.registerFont(TTFont(SONG, str(REGULAR)))
    pdfmetrics.registerFont(TTFont(HEI, str(BOLD)))
    pdfmetrics.registerFontFamily(SONG, normal=SONG, bold=HEI, italic=SONG, boldItalic=HEI)


def style(size: float, *, bold: bool = False, leading: float = 1.6, **options: Any) -> ParagraphStyle:
    """A paragraph style at `size` points that breaks Chinese lines; `leading` is a multiple of the size."""
    load_fonts()
    return ParagraphStyle(
        f"s{size}{bold}{leading}{sorted(options.items())}",
        fontName=HEI if bold else SONG,
        fontSize=size,
        bulletFontName=SONG,
        bulletFontSize=size,
        leading=size * leading,
        wordWrap="CJK",
        **options,
    )


def centred(size: float, **options: Any) -> ParagraphStyle:
    return style(size, alignment=TA_CENTER, **options)


def drawable(text: str) -> str:
    """The text with a geta mark for every character that the fonts do not have."""
    missing = undrawable(text)
    return text.translate({ord(char): GETA for char in missing}) if missing else text


def kept(markup: str) -> str:
    """The markup with spaces that stay: a paragraph would run them together."""
    return markup.replace("　", "\u00a0" * 4)


def plain(text: str) -> str:
    """A text of ours as paragraph markup."""
    return kept(html.escape(drawable(text), quote=False).replace("\n", "<br/>"))


def text_flowables(
    text: str, words: ParagraphStyle, *, before: str = "", after: str = "", number: str = ""
) -> list[Flowable]:
    """A text of an item: paragraphs, with real tables where it has some.

    `before`, `after`: markup; `number` hangs in the left indent of the first line.
    """
    markup = kept(drawable(to_html(text)))
    before, after = kept(before), kept(after)
    for tag, other in _TAGS.items():
        markup = markup.replace(tag, other)
    pieces = _TABLE.split(markup)
    flowables: list[Flowable] = []
    for place, piece in enumerate(pieces):
        if place % 2:
            flowables.append(_table(piece, words))
            continue
        piece = (before if place == 0 else "") + piece + (after if place == len(pieces) - 1 else "")
        if piece.strip():
            flowables.append(ChineseParagraph(piece, words, bulletText=number if not flowables else None))
    return flowables


def _table(rows: str, words: ParagraphStyle) -> Table:
    cells = [[ChineseParagraph(cell, words) for cell in _CELL.findall(row)] for row in _ROW.findall(rows)]
    width = max((len(row) for row in cells), default=1)
    table = Table([[*row, *[""] * (width - len(row))] for row in cells])
    table.setStyle(
        TableStyle([("GRID", (0, 0), (-1, -1), 0.5, black), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")])
    )
    return table


def ruled(
    rows: Sequence[Sequence[Any]],
    widths: Sequence[float],
    *more: Any,
    heights: float | list[float] | None = None,
) -> Table:
    """A table with thin lines and centred cells; `more` are further table-style commands."""
    load_fonts()
    table = Table([list(row) for row in rows], colWidths=list(widths), rowHeights=heights, repeatRows=1)
    table.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.5, black),
                ("FONT", (0, 0), (-1, -1), SONG, 10.5),
                ("FONT", (0, 0), (-1, 0), HEI, 10.5),
                ("ALIGN", (0, 0), (-1, -1), "CENTER"),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                *more,
            ]
        )
    )
    return table


def space(height_mm: float) -> Spacer:
    return Spacer(0, height_mm * mm)


class CountedCanvas(Canvas):  # type: ignore[misc]
    """A canvas that knows the number of pages when it writes the feet; pages are kept until the end."""

    def __init__(self, *args: Any, foot: Callable[[Canvas, int, int], None], **options: Any) -> None:
        super().__init__(*args, **options)
        self._foot = foot
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, page in enumerate(self._pages, 1):
            self.__dict__.update(page)
            self._foot(self, number, len(self._pages))
            Canvas.showPage(self)
        Canvas.save(self)


def build_pdf(
    story: list[Flowable],
    *,
    title: str,
    foot: Callable[[Canvas, int, int], None],
    margins: tuple[float, float, float, float] = (18, 18, 18, 18),
) -> bytes:
    """The story on A4; margins in mm: left, right, top, bottom. `foot` draws page n of m."""
    load_fonts()
    buffer = io.BytesIO()
    left, right, top, bottom = (one * mm for one in margins)
    document = SimpleDocTemplate(
        buffer,
        pagesize=A4,
        leftMargin=left,
        rightMargin=right,
        topMargin=top,
        bottomMargin=bottom,
        title=title,
        invariant=True,
    )
    document.build(story, canvasmaker=lambda *args, **options: CountedCanvas(*args, foot=foot, **options))
    return buffer.getvalue()


def page_foot(words: str) -> Callable[[Canvas, int, int], None]:
    """ "words　第 n 页　共 m 页" at the foot of every page."""

    def foot(canvas: Canvas, number: int, count: int) -> None:
        canvas.setFont(SONG, 9)
        canvas.setFillColor(grey)
        canvas.drawCentredString(WIDTH / 2, 9 * mm, drawable(f"{words}　第 {number} 页　共 {count} 页"))
        canvas.setFillColor(black)

    return foot


def draw_qr(canvas: Canvas, content: str, x: float, y: float, size: float) -> None:
    """A QR code of error level M in a square of `size` points with its lower left corner at x, y.

    The quiet zone of four modules is left white inside the square. Runs of dark modules are written as whole
    numbers in a scaled space: a few kilobytes a code, which counts on a thousand sheets.
    """
    matrix = [bytes(row) for row in segno.make(content, error="m", micro=False).matrix_iter(border=4)]
    side = len(matrix)
    runs = [
        f"{match.start()} {side - line - 1} {len(match.group())} 1 re"
        for line, row in enumerate(matrix)
        for match in _DARK.finditer(row)
    ]
    canvas.saveState()
    canvas.translate(x, y)
    canvas.scale(size / side, size / side)
    canvas._code.append("\n".join([*runs, "f"]))
    canvas.restoreState()
