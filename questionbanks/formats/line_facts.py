"""What a line shows by itself, before its place in the text is known."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .lines import Line
from .marks import Heading, Number, heading_of, number_of, segments
from .normalise import judgement, letters

_OPTION = re.compile(r"\s*[√✓✔☑✅*＊★]?\s?[(（\[【]?\s?([A-ZＡ-Ｚ])\s{0,2}[.．、:：)）\]】﹒]")


@dataclass(slots=True)
class Facts:
    """What a line shows by itself."""

    blank: bool = False
    number: Number | None = None
    heading: Heading | None = None
    option: str = ""
    labels: tuple[str, ...] = ()
    answer: str | None = None  # the text behind an answer label in this line


def facts_of(line: Line) -> Facts:
    text = line.text
    if not text.strip() and not line.table and not line.pictures:
        return Facts(blank=True)
    pieces = segments(text)
    option = _OPTION.match(text)
    answer = next((piece.text for piece in pieces if piece.label == "answer"), None)
    return Facts(
        number=number_of(text),
        heading=heading_of(text),
        option=option.group(1).translate({0xFF21 + n: 65 + n for n in range(26)}) if option else "",
        labels=tuple(piece.label for piece in pieces),
        answer=answer,
    )


def has_options(text: str) -> bool:
    """Whether options begin inside a line, behind the stem."""
    return (
        re.search(
            r"(?:^|[\s）)。？?：:])[(（]?[AＡ]\s?[.．、:：)）].{1,400}?[BＢ]\s?[.．、:：)）]", text[:3000]
        )
        is not None
    )


def is_short(answer: str) -> bool:
    """Whether an answer is letters or a judgement: what follows it is no part of it."""
    text = answer.strip().strip("。.；;")
    return (
        judgement(text) is not None
        or letters(text) is not None
        or re.match(r"[A-H]{1,8}(?![A-Za-z])", text) is not None
    )


def cells_of(table: str) -> list[list[str]]:
    """The cells of a table written as HTML by the reader of the document."""
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
    return [
        [re.sub(r"<[^>]*>", " ", cell) for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL)]
        for row in rows
    ]
