"""A key behind several items that says no headings: "参考答案", then "1.起诉…", "2.要罚…".

Such a list may be the key of the items before it or the points of one answer, that of the last item. It is
the key where its numbers are exactly those of the items that wait for an answer, in their order, and each
answer fits its item; or some of them, if no list would count so. Where it may be either, nothing is handed
out: the items are broken, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ..kinds.written import numeral_value
from .keytable import ANSWER_LABEL, RATIONALE, KeySection, answer_and_rest, entries_of, split_in_line
from .line_facts import asks
from .marks import MAIN, Number, chapter_of, heading_of, is_key_heading, is_remark, number_of, segments
from .normalise import half, judgement, letters

REGION = 3000  # lines of a key at most
_PART = "(n)"
_SECTION_MARK = re.compile(
    r"\s*[（(]?[一二三四五六七八九十]{1,3}[)）]?\s?[、.．]?\s*(?=\d|第\s?\d|[（(]\s?\d|$)"
)
_NAME = "name"
_NAMED = re.compile(
    r"\s*(?:第\s?([一二三四五六七八九十]{1,3})\s?小?[题道]|第?\s?(\d{1,3})\s?小?[题道]|(?:参考|标准)?答案\s?(\d{1,3})"
    r"|(?:简答|论述|问答|填空|案例(?:分析)?|材料(?:分析)?|名词解释)题?\s?(\d{1,3}))\s?(?:[:：.．、]|\s)\s*"
)
_NOTE = re.compile(r"仅供参考|酌情|言之有理|给分|评卷|阅卷")
_PART_MARK = re.compile(r"[（(]\s?(\d{1,2})\s?[)）]")


@dataclass(frozen=True, slots=True)
class Waiting:
    """An item without an answer. `place`: among the blocks; `short`: a choice or a judgement, not written."""

    place: int
    number: int
    short: bool
    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a list is. `section`: the key, if it plainly is, and how many `lines` it takes.

    `numbers`: those of a list that may be the key and may not be; `rest`: how many lines it takes, questions
    apart.
    """

    section: KeySection | None = None
    lines: int = 0
    numbers: tuple[int, ...] = ()
    rest: int = 0


@dataclass(slots=True)
class _Entry:
    """One numbered answer with the lines that go on with it."""

    number: int
    texts: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of the list: entries such as 1-5 ABCDA, or text with the number before it, its sign ("、")."""

    text: str
    short: tuple[tuple[int, str], ...] = ()
    number: Number | None = None
    sign: str = ""


def read_bare_key(texts: Sequence[str], waiting: Sequence[Waiting], *, answered_below: bool) -> Found:
    """What the list that begins with texts[0] is for the items that wait.

    `answered_below`: written items before them have their answers below themselves, as the last may have.
    """
    texts = texts[:REGION]
    head = next((text for text in texts if text.strip() and not _is_note(text)), "")
    if _heads(head):
        return Found()
    regions = list(_regions(texts))
    first = _rows(regions[0])
    told = bool(first) and bool(first[0].short or first[0].number)
    for region in regions if told else ():
        rows = _rows(region)
        for counts, split in _ways(rows):
            entries = _entries(rows, counts, split=split)
            items = _items(entries, waiting)
            if items and not _perhaps_below(rows, waiting, answered_below=answered_below):
                section = _section(entries, items)
                if section is not None:
                    return Found(section, len(region))
    return _doubted(regions[0], waiting, answered_below=answered_below)


def _doubted(region: Sequence[str], waiting: Sequence[Waiting], *, answered_below: bool) -> Found:
    """Whether a list that is not plainly the key may be it: some of its numbers are those of the items."""
    rows = _rows(region)
    counted = [row.number.value for row in rows if row.number] or _circled(region)
    numbers, wanted = set(counted), {one.number for one in waiting}
    told = bool(rows and rows[0].number) and not (answered_below or _are_parts(rows, waiting))
    if not numbers & wanted or (not told and numbers != wanted):
        return Found()
    return Found(numbers=tuple(counted), rest=0 if any(asks(text) for text in region) else len(region))


# -- how far it goes ----------------------------------------------------------------------------------------


def _regions(texts: Sequence[str]) -> Iterator[list[str]]:
    """The lines that may be the key: up to the next heading; over headings too, if nothing there is asked."""
    head = next((n for n, text in enumerate(texts) if _heads(text)), len(texts))
    first = _next_answer(texts[:head])
    yield list(texts[:first])
    last = next((n for n, text in enumerate(texts) if is_key_heading(text)), len(texts))
    if first == head < last and not any(asks(text) for text in texts[first:last] if not _heads(text)):
        yield ["" if _heads(text) else text for text in texts[:last]]


def _heads(text: str) -> bool:
    """Whether a line is a heading of a section or a chapter, or begins another key."""
    if _NAMED.match(text):
        return False
    return heading_of(text) is not None or bool(chapter_of(text)) or is_key_heading(text)


def _next_answer(texts: Sequence[str]) -> int:
    """The first line that is an answer behind its label, but no number above it: an item's own answer."""
    filled = [(n, text) for n, text in enumerate(texts) if text.strip()]
    for (_, above), (n, text) in pairwise(filled):
        pieces = segments(text)
        number = _number(above)
        alone = number is not None and not above[number.end :].strip()
        if pieces and pieces[0].label == "answer" and _number(text) is None and not alone:
            return n
    return len(texts)


# -- what it counts -----------------------------------------------------------------------------------------


def _rows(texts: Sequence[str]) -> list[_Row]:
    found: list[_Row] = []
    for text in texts:
        mark = _SECTION_MARK.match(text)
        text = text[mark.end() :] if mark else text
        if not text.strip() or (not found and _is_note(text)):
            continue
        number = _number(text)
        short = tuple(entries_of(text))
        sign = half(re.sub(r"[\d\s]", "", text[: number.end])) if number else ""
        found.append(_Row(text, short, None if short else number, sign))
    return found


def _number(text: str) -> Number | None:
    """The number of an answer: as of items, or in words ("第一题", "答案1", "简答题1")."""
    match = _NAMED.match(text)
    if match is None:
        return number_of(text)
    said = next(group for group in match.groups() if group)
    return Number(_NAME, numeral_value(said) or int(said), match.end())


def _is_note(text: str) -> bool:
    """Whether a line above the answers only says how to take them."""
    return _number(text) is None and not _heads(text) and bool(is_remark(text) or _NOTE.search(text))


def _circled(texts: Sequence[str]) -> list[int]:
    """The numbers ①, ② … that lines begin with. They number points more often than items."""
    firsts = [text.strip()[:1] for text in texts]
    return [ord(one) - ord("①") + 1 for one in firsts if one and "①" <= one <= "⑳"]


_Counts = Callable[[_Row], bool]


def _ways(rows: Sequence[_Row]) -> list[tuple[_Counts, bool]]:
    """Which numbers may count: all of the style of the first; those with its sign alone, "1、" but not "1.",
    the others being lists inside an answer; and all of them where several stand in a line."""
    first = next((row for row in rows if row.number), None)
    if first is None or first.number is None:
        return []
    style, sign = first.number.style, first.sign
    return [
        (lambda row: row.number is not None and row.number.style == style, False),
        (lambda row: row.number is not None and (row.number.style, row.sign) == (style, sign), False),
        (lambda row: row.number is not None and row.number.style == style == MAIN, True),
    ]


def _entries(rows: Sequence[_Row], counts: _Counts, *, split: bool) -> list[_Entry]:
    found: list[_Entry] = []
    for row in rows:
        if row.short:
            found += [_Entry(number, [answer]) for number, answer in row.short]
        elif row.number and counts(row):
            text, value = row.text[row.number.end :], row.number.value
            pieces = split_in_line(value, text) if split else [(value, text)]
            found += [_Entry(number, [piece]) for number, piece in pieces]
        elif found:
            found[-1].texts.append(row.text)
    return found


def _items(entries: Sequence[_Entry], waiting: Sequence[Waiting]) -> Sequence[Waiting]:
    """The items that the entries are for: all, or some where the entries count as no list does."""
    numbers, wanted = [one.number for one in entries], [one.number for one in waiting]
    if numbers == wanted:
        return waiting
    rising = all(before < after for before, after in pairwise(numbers))
    by_number = {one.number: one for one in waiting}
    if rising and len(by_number) == len(waiting) and numbers != list(range(1, len(numbers) + 1)):
        found = [by_number[number] for number in numbers if number in by_number]
        return found if len(found) == len(numbers) else ()
    return ()


def _are_parts(rows: Sequence[_Row], waiting: Sequence[Waiting]) -> bool:
    """Whether "（1）", "（2）" … are the numbers of the parts of the last item, a case."""
    counted = [row.number.value for row in rows if row.number and row.number.style == _PART]
    asked = [int(match.group(1)) for match in _PART_MARK.finditer(waiting[-1].text)]
    first = next((row.number.style for row in rows if row.number), "")
    return first == _PART and counted == asked


def _perhaps_below(rows: Sequence[_Row], waiting: Sequence[Waiting], *, answered_below: bool) -> bool:
    """Whether a list that counts as the items do may be the answer of the last item all the same."""
    return _are_parts(rows, waiting) or (answered_below and waiting[0].number == 1)


# -- what it answers ----------------------------------------------------------------------------------------


def _section(entries: Sequence[_Entry], waiting: Sequence[Waiting]) -> KeySection | None:
    """The key of the items; None where an answer cannot be that of its item."""
    section = KeySection(targets=[one.place for one in waiting])
    for place, (entry, item) in enumerate(zip(entries, waiting, strict=True)):
        answer, rationale = _answer(entry.texts)
        if item.short:
            parted = answer_and_rest(answer) or (answer, "")
            answer, rationale = parted[0], "\n".join(text for text in (parted[1], rationale) if text)
            if letters(answer) is None and judgement(answer) is None:
                return None
        section.entries.append((entry.number, answer))
        if rationale:
            section.rationales[place] = rationale
    return section


def _answer(texts: Sequence[str]) -> tuple[str, str]:
    """The answer of an entry and, from a line with the label 解析 on, its explanation."""
    cut = next((n for n, text in enumerate(texts) if n and RATIONALE.match(text)), len(texts))
    answer = "\n".join(text.strip() for text in texts[:cut]).strip()
    rationale = "\n".join(text.strip() for text in texts[cut:])
    return ANSWER_LABEL.sub("", answer, count=1).strip(), RATIONALE.sub("", rationale, count=1).strip()
