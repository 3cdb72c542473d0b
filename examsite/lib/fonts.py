"""The Chinese fonts for charts and PDF: a subset of Noto Sans SC, its licence beside the files.

The files cover GB 2312 and the table of general standard Chinese characters (通用规范汉字表), so that rare
personal names print, too.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).resolve().parent.parent / "fonts"

REGULAR: Path = _FOLDER / "NotoSansSC-Subset-Regular.ttf"
BOLD: Path = _FOLDER / "NotoSansSC-Subset-Bold.ttf"
FAMILY = "Noto Sans SC"  # the family name inside both files, as matplotlib asks for it


def undrawable(text: str) -> str:
    """The characters of `text` that the fonts cannot draw, each once, in order; "" when all is well.

    Line breaks and other controls count as drawable: they are laid out, not drawn.
    """
    missing = (c for c in dict.fromkeys(text) if ord(c) not in _covered() and c.isprintable())
    return "".join(missing)


@cache
def _covered() -> frozenset[int]:
    # Both weights are cut from one list of characters, kept beside them; reading it needs no font parser.
    characters = (_FOLDER / "characters.txt").read_text(encoding="utf-8")
    return frozenset(map(ord, characters)) - {ord("\n")}
