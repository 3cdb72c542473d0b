"""T-59: pictures are encoded anew, everything else that calls itself a picture is refused."""

from __future__ import annotations

import io

import pytest
from PIL import Image, PngImagePlugin

from examsite.lib.errors import Invalid
from examsite.lib.uploads import MAX_SIDE, read_attachment

CANARY = "canary-in-the-metadata"


def picture(format: str, size: tuple[int, int] = (60, 40)) -> bytes:
    """A picture that carries words beside its pixels."""
    buffer = io.BytesIO()
    made = Image.new("RGB", size, "teal")
    if format == "JPEG":
        exif = Image.Exif()
        exif[0x010E] = CANARY
        made.save(buffer, format, exif=exif, comment=CANARY.encode())
    else:
        words = PngImagePlugin.PngInfo()
        words.add_text("Comment", CANARY)
        made.save(buffer, format, pnginfo=words)
    return buffer.getvalue()


@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_t59_a_picture_keeps_its_pixels_and_nothing_else(format: str) -> None:
    data = picture(format)
    assert CANARY.encode() in data
    upload = read_attachment(data + b"<script>alert(1)</script>")
    assert CANARY.encode() not in upload.data
    assert b"<script>" not in upload.data
    kept = Image.open(io.BytesIO(upload.data))
    assert (kept.format, kept.size, dict(kept.getexif())) == ("JPEG", (60, 40), {})


def test_a_picture_taken_upright_stays_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the telephone was turned: rotate by 90°
    buffer = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(buffer, "JPEG", exif=exif)
    assert Image.open(io.BytesIO(read_attachment(buffer.getvalue()).data)).size == (40, 60)


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    "data",
    [
        SVG,
        b"<html><script>alert(1)</script></html>",
        b"GIF89a" + b"\x00" * 40,
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 40,
        b"\xff\xd8\xff\xe0" + b"<script>" * 10,
        b"MZ" + b"\x00" * 100,
        b"PK\x03\x04" + b"\x00" * 100,
    ],
    ids=["svg", "html", "gif", "broken png", "broken jpeg", "program", "archive"],
)
def test_t59_what_is_no_picture_is_refused_by_its_content(data: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        read_attachment(data)
    assert refused.value.code == "file_type"


def test_t59_a_picture_of_too_many_points_is_not_decoded() -> None:
    buffer = io.BytesIO()
    Image.new("1", (8000, 6000)).save(buffer, "PNG")
    assert len(buffer.getvalue()) < 100_000
    with pytest.raises(Invalid) as refused:
        read_attachment(buffer.getvalue())
    assert refused.value.code == "large_file"


def test_a_large_picture_becomes_one_for_a_screen() -> None:
    kept = Image.open(io.BytesIO(read_attachment(picture("JPEG", (4000, 100))).data))
    assert max(kept.size) == MAX_SIDE


def test_the_stored_name_is_ours() -> None:
    upload = read_attachment(picture("PNG"))
    stem, _, extension = upload.name.partition(".")
    assert (len(stem), extension) == (32, "jpg")


@pytest.mark.parametrize(("data", "code"), [(b"", "empty_file"), (b"%PDF-" + b"x" * 6_000_000, "large_file")])
def test_sizes(data: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_attachment(data)
    assert refused.value.code == code
