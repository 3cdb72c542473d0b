"""Text as different hands and programs write it: invisible characters, spaces, widths, numbers as floats.

Every function is linear in the length of its input.
"""

from __future__ import annotations

import re
import unicodedata

_CONTROLS = (*range(9), 11, *range(14, 32), 0x7F, 0xAD)
_ZERO_WIDTH = (0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF, 0xFFFC, 0xFE0E, 0xFE0F)
_INVISIBLE = dict.fromkeys((*_CONTROLS, *_ZERO_WIDTH))
# Radicals that PDF readers emit for the characters they look like; NFKC knows only the Kangxi block.
_RADICALS = str.maketrans(
    "⺟⺠⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻨⻩⻬⻮⻰⻳",
    "母民西见角贝车长门青韦页风飞食马骨鬼鱼鸟麦黄齐齿龙龟",
)
_KANGXI = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}
_SPACES = {0x0C: " ", 0xA0: " ", 0x3000: " ", **dict.fromkeys(range(8192, 8203), " "), 0x202F: " "}
_TABLE = {**_KANGXI, **_RADICALS, **_SPACES, **_INVISIBLE}
_ODD = re.compile("[\u2e80-\u2fd5\ufffc\ufe0e\ufe0f]")  # printable, but in the table
_RUN = re.compile(r"[ \t]{2,}|\t")
_NEWLINES = re.compile(r" *\n[ \n]*")
_EXCEL_ESCAPE = re.compile(r"_x000[DdAa9]_")


def clean(text: str) -> str:
    """The text without invisible characters; every kind of space is a space, runs of spaces one space."""
    if text.isprintable() and "  " not in text and "_x" not in text and not _ODD.search(text):
        return text.strip()  # most texts: nothing to do
    if "_x" in text:
        text = _EXCEL_ESCAPE.sub("\n", text)
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_TABLE)
    return _NEWLINES.sub("\n", _RUN.sub(" ", text)).strip()


def strip_invisible(text: str) -> str:
    """Like `clean`, but runs of spaces stay: they separate options and draw blanks."""
    return _EXCEL_ESCAPE.sub("\n", text).translate(_TABLE)


def half(text: str) -> str:
    """The NFKC form: full-width letters, digits and punctuation become half-width."""
    return unicodedata.normalize("NFKC", text)


def squeeze(text: str) -> str:
    """The form in which two texts are compared: half-width, lower case, no white space, no final stop."""
    return re.sub(r"\s+", "", half(text)).casefold().rstrip("。.;；，,、")


def number_text(value: float) -> str:
    """1.0 → "1": spreadsheets keep every number as a float."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
