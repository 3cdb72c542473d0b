"""Bytes to text: strict, in a fixed order, without guessing.

UTF-8 (with or without byte-order mark), UTF-16 where a mark or its line ends say so, then GB18030, which
contains GBK and GB2312. A file that fits none of them is refused rather than read with damage, unless the
caller says that it reports damage.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from .unreadable import Unreadable

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16", "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "utf-16"),
)
_TEXT_CONTROLS = "\t\n\r\x0b\x0c\x1a\x1f"
DAMAGED = "\ufffd"  # stands where bytes could not be read
_WIDE_LINE_ENDS = ((b"\n\x00", "utf-16-le"), (b"\x00\n", "utf-16-be"))
_MAX_DAMAGE = 500  # characters of text for each damaged one: with less, the encoding is another


def decode(data: bytes, *, damaged: bool = False) -> tuple[str, str]:
    """The text of a file and the name of its encoding ("utf-8", "utf-16", "gb18030").

    Line ends become "\\n". `damaged`: a few bytes that cannot be read become U+FFFD, which the caller has to
    report; without it they refuse the file. Raises Unreadable for what is not text in one of these encodings.
    """
    for mark, codec, name in _MARKS:
        if data.startswith(mark):
            return _clean(_strict(data, codec), name)
    wide = _unmarked_utf16(data)
    if wide is not None:
        return _clean(wide, "utf-16")
    for codec in ("utf-8", "gb18030"):
        try:
            return _clean(data.decode(codec), codec)
        except UnicodeDecodeError:
            continue
    for codec in ("utf-8", "gb18030") if damaged else ():
        text = data.decode(codec, "replace")
        if text.count(DAMAGED) * _MAX_DAMAGE <= len(text) and not _is_binary(text):
            return _clean(text, codec)
    return _clean(_strict(data, "gb18030"), "gb18030")


def _unmarked_utf16(data: bytes) -> str | None:
    """The text of UTF-16 without a mark: only there do line ends of two bytes stand at even places."""
    if len(data) % 2 or b"\x00" not in data:
        return None
    for end, codec in _WIDE_LINE_ENDS:
        lines = sum(at % 2 == 0 for at in _places(data, end))
        if lines * 500 < len(data):
            continue
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        if not _is_binary(text):
            return text
    return None


def _places(data: bytes, piece: bytes) -> Iterator[int]:
    at = data.find(piece)
    while at >= 0:
        yield at
        at = data.find(piece, at + 1)


def _is_binary(text: str) -> bool:
    head = text.rstrip("\x00\x1a")[:4096]
    strange = sum(char < " " and char not in _TEXT_CONTROLS for char in head)
    return "\x00" in text.rstrip("\x00\x1a") or strange * 50 > len(head)


def _strict(data: bytes, codec: str) -> str:
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        raise Unreadable(
            "encoding",
            f"第{data[: error.start].count(10) + 1}行附近的文字编码无法识别；"
            "请用记事本打开原文件，另存为UTF-8编码后再导入",
        ) from error


def _clean(text: str, name: str) -> tuple[str, str]:
    text = text.rstrip("\x00\x1a")
    if _is_binary(text):
        raise Unreadable("not_text", "文件内容不是文字，无法识别；请导入Word、Excel或文本文件")
    return text.replace("\r\n", "\n").replace("\r", "\n"), name
