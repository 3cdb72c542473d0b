"""What a line shows by itself, before its place in the text is known."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from .lines import Line
from .marks import CHINESE, MAIN, Heading, Number, heading_of, is_kind_alone, number_of, segments
from .normalise import blank_spans, judgement, letters

LONE = re.compile(  # nothing is given back: a line may be a million spaces long
    r"\s*+[（(【\[]?\s?(?:[A-HＡ-Ｈ](?:[\s、,，]{0,2}[A-HＡ-Ｈ]){0,7}+|[√×✓✗✔✘❌✅对错]|正确|错误)\s?+[)）】\]]?\s*+[。.]?\s*+"
)
_KEY_LINE = re.compile(r"\s*\d{1,4}\s?[.．、:：-]?\s?(?:[A-H]{1,8}|[√×对错])[\s,，;；]{1,6}\d")
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


def without_item_headings(lines: Sequence[Line], facts: Sequence[Facts]) -> None:
    """Lines such as "3.单选题 (1分)" that count on from each other begin items: no headings, in place."""
    alone = [n for n, line in enumerate(lines) if facts[n].heading is not None and is_kind_alone(line.text)]
    values = [number.value if (number := number_of(lines[n].text)) else 0 for n in alone]
    steps = sum(later == before + 1 for before, later in pairwise(values))
    kinds = {heading.kind for n in alone if (heading := facts[n].heading)}
    if steps and (len(kinds) < len(alone) or len(alone) > 6):  # headings count on too, but of other kinds
        for n in alone:
            facts[n].heading = None


def main_style(lines: Sequence[Line], facts: Sequence[Facts]) -> str:
    """How the items of a text are numbered: "1." and its like unless another style is far more common."""
    counts: dict[str, int] = {}
    last: dict[str, int] = {}
    longest: dict[str, int] = {}
    first = ""
    for line, one in zip(lines, facts, strict=True):
        number = one.number
        if number is None or _is_key_line(line.text, number) or (number.style == CHINESE and one.heading):
            continue
        first = first or (number.style if one.heading is None else "")
        if number.value in (1, last.get(number.style, 0) + 1):
            counts[number.style] = counts.get(number.style, 0) + 1
            longest[number.style] = max(longest.get(number.style, 0), number.value)
        last[number.style] = number.value
    if counts.get(MAIN):
        counts.pop(CHINESE, None)
    best = max(counts, key=lambda style: counts[style], default=MAIN)
    reach = longest.get(best, 0)
    if longest.get(MAIN, 0) > reach or (first == MAIN and reach < 5):
        return MAIN  # "(1)", "(2)" again and again are lists in items
    return MAIN if counts.get(MAIN, 0) * 3 >= counts.get(best, 0) else best


def _is_key_line(text: str, number: Number) -> bool:
    """Whether a numbered line is one of a key: "1. D", "1-5 ABCDA"."""
    return _KEY_LINE.match(text) is not None or LONE.fullmatch(text[number.end :]) is not None


def asks(text: str) -> bool:
    """Whether a line reads like a question: a blank, a question mark, a verb of 简答."""
    return bool(
        blank_spans(text)
        or re.search(r"[？?]\s*$|[（(]\s?(?:[A-H]{1,8}|[√×✓✗对错])\s?[)）]", text[-200:])
        or re.search(r"(?:简述|论述|试述|什么是|如何|为什么|谈谈|简答|名词解释)", text[:60])
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
