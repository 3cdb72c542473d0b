"""Slips (准考小条): eight on a page to cut apart, with the QR code and the six digits for typing."""

from __future__ import annotations

import io
from collections.abc import Sequence

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from .content import Occasion, Slip
from .layout import HEI, HEIGHT, SONG, WIDTH, draw_qr, drawable, load_fonts
from .lists import when

COLUMNS, ROWS = 2, 4
QR = 34 * mm


def slips(occasion: Occasion, people: Sequence[Slip]) -> bytes:
    """A PDF of slips; cut along the dashed lines."""
    load_fonts()
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, pageCompression=1, invariant=1)
    canvas.setTitle(f"{occasion.exam} 准考小条")
    width, height = WIDTH / COLUMNS, HEIGHT / ROWS
    for place, slip in enumerate(people):
        spot = place % (COLUMNS * ROWS)
        if spot == 0:
            if place:
                canvas.showPage()
            _cuts(canvas, width, height)
        _slip(canvas, occasion, slip, (spot % COLUMNS) * width, HEIGHT - (spot // COLUMNS + 1) * height)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _cuts(canvas: Canvas, width: float, height: float) -> None:
    canvas.setDash(2, 3)
    canvas.setLineWidth(0.4)
    for column in range(1, COLUMNS):
        canvas.line(column * width, 0, column * width, HEIGHT)
    for row in range(1, ROWS):
        canvas.line(0, row * height, WIDTH, row * height)
    canvas.setDash()
    canvas.setLineWidth(1)


def _fitting(canvas: Canvas, font: str, size: float, text: str, x: float, y: float, width: float) -> None:
    """One line of text, smaller where it would not fit."""
    text = drawable(text)
    while size > 6 and canvas.stringWidth(text, font, size) > width:
        size -= 0.5
    canvas.setFont(font, size)
    canvas.drawString(x, y, text)


def _slip(canvas: Canvas, occasion: Occasion, slip: Slip, x: float, y: float) -> None:
    who, height = slip.candidate, HEIGHT / ROWS
    left, inner = x + 7 * mm, WIDTH / COLUMNS - 14 * mm
    top = y + height
    words = inner - QR - 2 * mm
    _fitting(canvas, HEI, 11, occasion.exam, left, top - 10 * mm, inner)
    _fitting(canvas, HEI, 17, who.name, left, top - 20 * mm, words)
    _fitting(canvas, SONG, 11, who.unit, left, top - 27 * mm, words)
    _fitting(canvas, SONG, 9, f"准考证号 {who.number}", left, top - 33.5 * mm, words)
    place = "　".join(one for one in (occasion.place or who.room, who.seat and f"座号 {who.seat}") if one)
    _fitting(canvas, SONG, 9, place, left, top - 39 * mm, words)
    _fitting(canvas, SONG, 8.5, when(occasion), left, top - 44.5 * mm, words)
    draw_qr(canvas, slip.address, x + 7 * mm + inner - QR, top - 14 * mm - QR, QR)
    canvas.setFont(SONG, 8)
    canvas.drawString(left, y + 16 * mm, "微信扫码进入；扫不了就输入姓名和右下角的6位数字。")
    canvas.drawString(left, y + 11.5 * mm, "忘带也能考：说姓名和村名（单位）。")
    if occasion.help_line:
        _fitting(canvas, SONG, 8, f"求助：{occasion.help_line}", left, y + 7 * mm, inner - 34 * mm)
    if slip.code:
        canvas.setFont(HEI, 18)
        canvas.drawRightString(x + 7 * mm + inner, y + 7 * mm, f"{slip.code[:3]} {slip.code[3:]}")
