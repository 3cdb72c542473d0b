"""The certificate: one layout, drawn as a PDF of A4 lying on its side and as a picture for a phone."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import segno
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas

from examsite.lib.fonts import BOLD, REGULAR

from .layout import HEI, SONG, draw_qr, drawable, load_fonts

WIDTH, HEIGHT = landscape(A4)  # points; the layout's origin is the upper left corner
RED, INK, SOFT = "#A8201A", "#1A1A1A", "#595959"
SCALE = 2  # pixels a point in the picture: 1684 by 1191


@dataclass(frozen=True, slots=True)
class CertificateText:
    """What stands on a certificate. `address` is behind the QR code; dates as printed."""

    title: str
    name: str
    unit: str
    exam: str
    number: str
    code: str
    issuer: str
    issued_on: str
    valid_until: str
    address: str


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of text: its baseline in points from the top, aligned at x (l, m, r)."""

    text: str
    x: float
    y: float
    size: float
    bold: bool = False
    colour: str = INK
    align: str = "m"
    width: float = WIDTH - 160


@dataclass(frozen=True, slots=True)
class _Square:
    """The QR code: its upper left corner and its side, in points."""

    content: str
    x: float
    y: float
    side: float


_FRAMES = ((24.0, 3.0), (34.0, 0.8))  # distance from the edge and thickness, in points


def _lines(text: CertificateText) -> Sequence[_Line]:
    middle, left = WIDTH / 2, 90
    right, room = WIDTH - left, WIDTH - 300
    return (
        _Line(text.title, middle, 130, 40, True, RED),
        _Line(f"编号：{text.number}", middle, 168, 13, colour=SOFT),
        _Line(text.name, middle, 238, 30, True),
        _Line(f"（{text.unit}）", middle, 270, 16),
        _Line(f"参加{_quoted(text.exam)}，成绩合格，", middle, 326, 18),
        _Line("特发此证。", middle, 358, 18),
        _Line(text.issuer, right, 430, 17, True, align="r", width=room),
        _Line(text.issued_on, right, 458, 15, align="r", width=room),
        _Line(f"有效期：{text.valid_until}", right, 486, 13, colour=SOFT, align="r", width=room),
        _Line(f"查验码 {text.code}", left, 528, 11, colour=SOFT, align="l", width=220),
        _Line("扫码查验真伪", left, 544, 11, colour=SOFT, align="l", width=220),
    )


def _quoted(title: str) -> str:
    """In quotation marks, unless it brings its own."""
    return title if "“" in title else f"“{title}”"


def _square(text: CertificateText) -> _Square:
    return _Square(text.address, 84, 412, 100)


def _size(line: _Line, width_at: Callable[[float], float]) -> float:
    """The size at which a line fits its width, not below 8; `width_at`: how wide it is drawn at a size."""
    size = line.size
    while size > 8 and width_at(size) > line.width:
        size -= 0.5
    return size


def certificate_pdf(texts: Sequence[CertificateText]) -> bytes:
    """One page a certificate."""
    load_fonts()
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(WIDTH, HEIGHT), pageCompression=1, invariant=1)
    canvas.setTitle("证书")
    for text in texts:
        canvas.setStrokeColor(HexColor(RED))
        for inset, thickness in _FRAMES:
            canvas.setLineWidth(thickness)
            canvas.rect(inset, inset, WIDTH - 2 * inset, HEIGHT - 2 * inset)
        for line in _lines(text):
            _write(canvas, line)
        square = _square(text)
        canvas.setFillColor(HexColor(INK))
        draw_qr(canvas, square.content, square.x, HEIGHT - square.y - square.side, square.side)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _write(canvas: Canvas, line: _Line) -> None:
    words, font = drawable(line.text), HEI if line.bold else SONG
    canvas.setFont(font, _size(line, lambda size: canvas.stringWidth(words, font, size)))
    canvas.setFillColor(HexColor(line.colour))
    draw = {"l": canvas.drawString, "m": canvas.drawCentredString, "r": canvas.drawRightString}[line.align]
    draw(line.x, HEIGHT - line.y, words)


@cache
def _font(bold: bool, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(BOLD if bold else REGULAR), size)


def certificate_png(text: CertificateText) -> bytes:
    """The same as a picture to keep on a phone."""
    picture = Image.new("RGB", (round(WIDTH * SCALE), round(HEIGHT * SCALE)), "white")
    draw = ImageDraw.Draw(picture)
    for inset, thickness in _FRAMES:
        box = [inset * SCALE, inset * SCALE, (WIDTH - inset) * SCALE, (HEIGHT - inset) * SCALE]
        draw.rectangle(box, outline=RED, width=max(1, round(thickness * SCALE)))
    for line in _lines(text):
        _paint(draw, line)
    _paste_qr(picture, _square(text))
    buffer = io.BytesIO()
    picture.quantize(64).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _paint(draw: ImageDraw.ImageDraw, line: _Line) -> None:
    def font(size: float) -> ImageFont.FreeTypeFont:
        return _font(line.bold, round(size * SCALE))

    words = drawable(line.text)
    size = _size(line, lambda size: draw.textlength(words, font(size)) / SCALE)
    draw.text((line.x * SCALE, line.y * SCALE), words, line.colour, font(size), anchor=f"{line.align}s")


def _paste_qr(picture: Image.Image, square: _Square) -> None:
    matrix = [list(row) for row in segno.make(square.content, error="m", micro=False).matrix_iter(border=4)]
    side = len(matrix)
    modules = Image.new("1", (side, side), 1)
    modules.putdata([0 if cell else 1 for row in matrix for cell in row])
    pixels = round(square.side * SCALE / side) * side  # whole pixels a module: no blurred edges
    picture.paste(
        modules.resize((pixels, pixels), Image.Resampling.NEAREST).convert("RGB"),
        (round(square.x * SCALE), round(square.y * SCALE)),
    )
