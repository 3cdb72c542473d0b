"""Pictures and scans that come with a deed (a certificate for 免考): recognised by content, never by name.

Pictures are decoded and encoded anew, so nothing but the picture is kept; a PDF is kept as it is and only
ever sent back as a download. Stored names are made of the content's digest.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from .errors import Invalid

MAX_BYTES = 5 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_SIDE = 2400


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that may be stored: `name` is ours, not the sender's."""

    name: str
    data: bytes


def read_attachment(data: bytes, *, most: int = MAX_BYTES) -> Upload:
    """A PDF, JPEG or PNG file made safe to keep. Raises Invalid for anything else, or above `most` bytes."""
    if not data:
        raise Invalid("empty_file", "附件是空文件，请重新选择。")
    if len(data) > most:
        raise Invalid("large_file", f"附件不能超过 {most // 1024 // 1024} MB，请压缩或重新拍照。")
    if data.startswith(b"%PDF-"):
        return _named(data, "pdf")
    return _named(_encode_anew(data), "jpg")


def _named(data: bytes, extension: str) -> Upload:
    return Upload(f"{hashlib.sha256(data).hexdigest()[:32]}.{extension}", data)


def _encode_anew(data: bytes) -> bytes:
    try:
        picture: Image.Image = Image.open(io.BytesIO(data), formats=("JPEG", "PNG"))
        if picture.width * picture.height > MAX_PIXELS:
            raise Invalid("large_file", "图片尺寸太大，请缩小后再上传。")
        picture.load()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise Invalid("file_type", "附件只收 PDF、JPG 或 PNG 文件。") from error
    picture = ImageOps.exif_transpose(picture).convert("RGB")  # upright, as the telephone showed it
    picture.thumbnail((MAX_SIDE, MAX_SIDE))
    clean = Image.new("RGB", picture.size)
    clean.paste(picture)  # the points alone: comments and the like would be written again
    buffer = io.BytesIO()
    clean.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()
