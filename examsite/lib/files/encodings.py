"""Bytes to text: strict, in a fixed order, without guessing.

UTF-8 (with or without byte-order mark), UTF-16 where a mark says so, then GB18030, which contains GBK and
GB2312. A file that fits none of them is refused rather than read with damage.
"""

from __future__ import annotations

import codecs

from .unreadable import Unreadable

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16", "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "utf-16"),
)
_TEXT_CONTROLS = "\t\n\r\x0b\x0c\x1a\x1f"


def decode(data: bytes) -> tuple[str, str]:
    """The text of a file and the name of its encoding ("utf-8", "utf-16", "gb18030").

    Line ends become "\\n". Raises Unreadable for what is not text in one of these encodings.
    """
    for mark, codec, name in _MARKS:
        if data.startswith(mark):
            return _clean(_strict(data, codec), name)
    try:
        return _clean(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return _clean(_strict(data, "gb18030"), "gb18030")


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
    head = text[:4096]
    strange = sum(char < " " and char not in _TEXT_CONTROLS for char in head)
    if "\x00" in text or strange * 50 > len(head):
        raise Unreadable("not_text", "文件内容不是文字，无法识别；请导入Word、Excel或文本文件")
    return text.replace("\r\n", "\n").replace("\r", "\n"), name
