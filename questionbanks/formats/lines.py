"""The lines of a text bank, whatever file they come from: plain text, Word, a saved page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from .marks import heading_of, is_page_mark, is_separator, number_of, segments
from .normalise import half, judgement, letters, strip_invisible

_AMID = re.compile(r"\s*(?:[(（\[]?[B-HＢ-Ｈ]\s?[.．、:：)）]|[【\[]?(?:正确|参考)?答案)")


@dataclass(frozen=True, slots=True)
class Line:
    """One line or paragraph. `strong`: spans (start, end) of `text` in bold or colour; `underlined` likewise.

    `table`: HTML of a table that stands here; `pictures`: how many pictures; `formulas`: how many formulas.
    `listed`: the key of the automatic numbering ("" for typed numbers). `title`: a heading of Markdown.
    """

    text: str
    where: str
    strong: tuple[tuple[int, int], ...] = ()
    underlined: tuple[tuple[int, int], ...] = ()
    pictures: int = 0
    formulas: int = 0
    table: str = ""
    listed: str = ""
    title: bool = False


def lines_of(text: str, unit: str = "行") -> list[Line]:
    """The lines of a text, numbered from 1; page marks and running headers are left out."""
    lines = [
        _plain(Line(strip_invisible(line), f"第{n}{unit}")) for n, line in enumerate(text.split("\n"), 1)
    ]
    return tidied(lines)


_MARKDOWN = re.compile(
    r"^\s*(?:>\s?)?(?:#{1,6}\s+(?=\S)|[-*+]\s+(?=(?:\*\*)?[(（]?[A-HＡ-Ｈ]\s?[.．、:：)）])|(?<=>)\s?|(?<=>\s))"
)
_WRAPPER = re.compile(r"</?(?:details|summary)\b[^<>]{0,80}>|<br\s?/?>\s*$", re.IGNORECASE)
_NAMED_OPTION = re.compile(r"^\s*选项\s?(?=[A-HＡ-Ｈ]\s?[:：.．、])")


def _plain(line: Line) -> Line:
    """A line without the marks of Markdown and the name before an option; bold becomes marked spans."""
    text = _MARKDOWN.sub("", line.text)
    text = _WRAPPER.sub(" ", text) if "<" in text else text
    title = text != line.text and line.text.lstrip("> ").startswith("#")
    return _emphasised(replace(line, text=_NAMED_OPTION.sub("", text), title=title))


_EMPHASIS = re.compile(
    r"\*\*(?=[^\s*])(?P<stars>[^*\n]{1,2000})(?<=\S)\*\*"
    r"|<(?P<tag>b|strong|mark|u|font|span)\b(?P<how>[^<>]{0,120})>(?P<inside>[^<>\n]{1,2000})</(?P=tag)>",
    re.IGNORECASE,
)
_COLOURED = re.compile(r"color|background|highlight|bold", re.IGNORECASE)


def _emphasised(line: Line) -> Line:
    """A line with the bold of Markdown ("**答案：A**") or coloured HTML as marked spans instead of marks."""
    if not ("**" in line.text or "</" in line.text) or not (found := list(_EMPHASIS.finditer(line.text))):
        return line
    pieces, spans, last, at = [], [], 0, 0
    for match in found:
        tag = (match.group("tag") or "").casefold()
        before, inside = line.text[last : match.start()], match.group("stars") or match.group("inside")
        if tag not in {"font", "span"} or _COLOURED.search(match.group("how")):
            spans.append((at + len(before), at + len(before) + len(inside)))
        pieces += [before, inside]
        at, last = at + len(before) + len(inside), match.end()
    return replace(line, text="".join([*pieces, line.text[last:]]), strong=tuple(spans))


def tidied(lines: Sequence[Line]) -> list[Line]:
    """The lines of a bank: without page furniture, and with items parted that run on in one line."""
    return [part for line in _with_letters(without_page_furniture(lines)) for part in _parted(line)]


_LETTER = re.compile(r"\s*([A-HＡ-Ｈ])\s?[.．、:：]?\s*")
_GAP = 3  # lines of text that may stand below a letter


def _with_letters(lines: Sequence[Line]) -> list[Line]:
    """Letters alone in their lines above the options ("A", then "甲") are put before them."""
    found, at = list(lines), 0
    while at < len(found):
        places = _letters_from(found, at)
        for place in reversed(places):
            text = next(n for n in range(place + 1, len(found)) if found[n].text.strip())
            letter = found[place].text.strip(" .．、:：")
            found[place] = replace(
                found[text], text=f"{letter}. {found[text].text.strip()}", strong=(), underlined=()
            )
            del found[place + 1 : text + 1]
        at += 1
    return found


def _letters_from(lines: Sequence[Line], start: int) -> list[int]:
    """Where A, B, C … stand alone in their lines, each above a text of its own, from the line `start`."""
    places: list[int] = []
    at = start
    while at < len(lines):
        match = _LETTER.fullmatch(lines[at].text)
        if match is None or half(match.group(1)) != chr(65 + len(places)):
            break
        below = [n for n in range(at + 1, min(at + 2 * _GAP + 2, len(lines))) if lines[n].text.strip()][
            : _GAP + 1
        ]
        if not below or _LETTER.fullmatch(lines[below[0]].text) or segments(lines[below[0]].text)[0].label:
            break
        places.append(at)
        at = next((n for n in below[1:] if _LETTER.fullmatch(lines[n].text)), len(lines))
    return places if len(places) > 1 else []


_ANSWERED = re.compile(r"答案[】\]]?\s?[:：]?")
_NUMBERED = re.compile(r"(?<![\d.])(\d{1,5})\s?[.．、](?!\d)")
_BOXED_STEM = re.compile(r"【(?:题干|题目)\s?\d{0,4}】")
_INNER_HEADING = re.compile(
    r"(?:第?[一二三四五六七八九十]{1,3}(?:部分)?\s?[、.．])\s?(?:单项?选|多项?选|不定项|选择|判断|填空|简答|论述|案例|材料)\S{0,4}?题"
    r"(?:\s?[（(][^（()）]{0,80}[)）])?"
)


def _parted(line: Line) -> list[Line]:
    """A line in which several items run on ("…答案：D2.宪法…") as one line an item; any other as it is."""
    if len(line.text) < 40 or line.table or len(_ANSWERED.findall(line.text)) < 2:
        return [line]
    cuts = sorted(
        {*_cuts_at_numbers(line.text), *(match.start() for match in _BOXED_STEM.finditer(line.text))}
    )
    cuts = [cut for cut in cuts if 0 < cut < len(line.text)]
    if not cuts:
        return [line]
    parts = []
    for number, (start, end) in enumerate(pairwise([0, *cuts, len(line.text)])):
        strong, underlined = (
            tuple((max(a, start) - start, min(b, end) - start) for a, b in spans if a < end and b > start)
            for spans in (line.strong, line.underlined)
        )
        where = line.where if number == 0 else f"{line.where}第{number + 1}段"
        parts.append(
            replace(line, text=line.text[start:end], where=where, strong=strong, underlined=underlined)
        )
    return parts


def _cuts_at_numbers(text: str) -> list[int]:
    """Places before headings, and before numbers that go on by one behind an answer."""
    headings = [(match.start(), match.end()) for match in _INNER_HEADING.finditer(text)]
    cuts = [place for heading in headings for place in heading]
    answers = [match.end() for match in _ANSWERED.finditer(text)]
    after, expected = 0, 0
    for match in _NUMBERED.finditer(text):
        value = int(match.group(1))
        starts_section = value == 1 and any(0 <= match.start() - end <= 2 for _, end in headings)
        answered = any(after <= answer <= match.start() for answer in answers)
        if starts_section or (answered and value == expected) or (expected == 0 and match.start() == 0):
            cuts.append(match.start())
            after, expected = match.end(), value + 1
    return cuts


def without_page_furniture(lines: Sequence[Line]) -> list[Line]:
    """The lines without page numbers and headers that stand at the top of every page."""
    running = _running_headers(lines)
    pages = _page_numbers(lines)
    return [
        line
        for index, line in enumerate(lines)
        if not is_page_mark(line.text) and line.text.strip() not in running and index not in pages
    ]


def _page_numbers(lines: Sequence[Line]) -> frozenset[int]:
    """Indexes of bare numbers that count up by one, each at least 20 lines after the one before."""
    bare = [
        (index, int(text))
        for index, line in enumerate(lines)
        if (text := line.text.strip()).isdecimal() and len(text) < 4
    ]
    steps = [later[1] == before[1] + 1 and later[0] - before[0] >= 20 for before, later in pairwise(bare)]
    return frozenset(index for index, _ in bare) if len(bare) >= 3 and all(steps) else frozenset()


def _running_headers(lines: Sequence[Line]) -> frozenset[str]:
    """Texts that come back at least three times, far apart, and are no part of an item."""
    places: dict[str, list[int]] = {}
    for index, line in enumerate(lines):
        text = line.text.strip()
        if 6 <= len(text) <= 60:
            places.setdefault(text, []).append(index)
    return frozenset(
        text
        for text, found in places.items()
        if len(found) >= 3
        and min([later - before for before, later in pairwise(found)][:-1])
        >= 12  # the last page may be short
        and _is_furniture(text)
        and _interrupts(lines, found)
    )


def _is_furniture(text: str) -> bool:
    """Whether a text could be a header: no number, label, option, heading, judgement or end of a sentence."""
    return not (
        number_of(text)
        or heading_of(text)
        or is_separator(text)
        or any(one.label for one in segments(text))
        or re.match(r"[(（\[]?[A-ZＡ-Ｚ]\s?[.．、:：)）\]]", text)
        or judgement(text) is not None
        or letters(text)
        or re.search(r"[。？?！!；;，,]$|[（(]\s*[)）]|_{2}", text)
    )


def _interrupts(lines: Sequence[Line], places: Sequence[int]) -> bool:
    """Whether a text stands beside page numbers, or in the middle of items, as running headers do."""
    amid = 0
    for place in places:
        above = next((line.text for line in lines[max(place - 4, 0) : place][::-1] if line.text.strip()), "")
        near = [above, *(line.text for line in lines[place + 1 : place + 4] if line.text.strip())][:2]
        after = next((line.text for line in lines[place + 1 : place + 4] if line.text.strip()), "")
        amid += any(is_page_mark(text) for text in near) or _AMID.match(after) is not None
    return amid * 3 >= len(places)
