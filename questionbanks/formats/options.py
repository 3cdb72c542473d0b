"""Cutting options out of running text.

Labels are looked for in order (A, then B, then C …): first those that follow a line break or a gap, and
glued ones ("B.正规化C.专业化") only where a label would otherwise be missing. So "A类、B类" inside an
option stays text. One pass over the text, then a look-up per label: linear.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from ..kinds.base import Choice
from .normalise import half

MARKS = "√✓✔☑✅*＊★"
BULLETS = "○□◯☐◻●■◉"  # what questionnaires print before an option
MAX_STARTS = 40  # places where a run of options is tried to begin
_LABEL = re.compile(
    rf"(?P<gap>^|[\n \t;；。{BULLETS}]|(?<=[\n \t;；]))(?P<mark>[{MARKS}]?)[(（\[【]?"
    r"(?P<label>[A-ZＡ-Ｚ])\s{0,2}(?P<sep>[.．、:：)）\]】﹒·。])\s{0,9}"
)
_GLUED = re.compile(r"(?<![A-Za-z])[(（\[【]?(?P<label>[A-ZＡ-Ｚ])\s{0,2}(?P<sep>[.．、:：)）])\s{0,9}")
_FILLED = re.compile(r"[（(【\[][\sA-ZＡ-Ｚ、,，;；.．/|]{1,24}[）)】\]]")
_CLOSING = tuple(")）]】")
_PAIR = re.compile(r"\s*([A-Za-zＡ-Ｚ])\s{0,3}[-—]\s{0,3}(\S.*)", re.DOTALL)
_PREFIX = re.compile(r"[(（\[【]?([A-Za-zＡ-Ｚ])\s{0,2}[.．、:：)）\]】]\s{0,9}")
_SEPARATORS = (
    *("$;$", "@@", "###", "||", "&&", "$$", "|", "｜", "\n", "\t", "；", ";", "#", "^", "~", "   "),
    *("，", ",", "、", "/"),
)
_WEAK_PREFIX = re.compile(
    r"[(（\[【]?(?:([A-Za-zＡ-Ｚ])(?![A-Za-z])|([①-⑳])|(\d{1,2})(?=[.．、:：)）\]】](?!\d)))[)）\]】]?[\s.．、:：-]{0,9}(?=\S)"
)


def label_of(char: str) -> str:
    """The label behind a letter of any width and case."""
    return half(char).upper()


@dataclass(frozen=True, slots=True, order=True)
class _Place:
    """Where a label stands: from `start` to `end`, where its text begins. `style`: how it is set off."""

    start: int
    end: int
    style: str = ""


class _Labels:
    """Every place of a text where a label may stand, by letter."""

    def __init__(self, text: str) -> None:
        self.gaps: dict[str, list[_Place]] = {}
        self.glued: dict[str, list[_Place]] = {}
        filled = _filled_blanks(text)
        for pattern, places in ((_LABEL, self.gaps), (_GLUED, self.glued)):
            for match in pattern.finditer(text):
                at = match.start("label")
                opened = text[max(at - 1, 0) : at] in tuple("(（[【")
                closing = match.group("sep") in _CLOSING
                if any(begin < at < end for begin, end in filled):
                    continue
                style = "()" if closing and opened else ")" if closing else "."
                place = _Place(at - opened, match.end(), style)
                places.setdefault(label_of(match.group("label")), []).append(place)

    def next(self, label: str, after: _Place) -> _Place | None:
        """The next place of a label: after a gap if there is any, else glued; in the same style first."""
        for places in (self.gaps.get(label, []), self.glued.get(label, [])):
            later = places[bisect_left(places, _Place(after.end, 0)) :][:MAX_STARTS]
            if later:
                return next((one for one in later if one.style == after.style), later[0])
        return None

    def run(self, first: _Place) -> list[_Place]:
        """The places of A, B, C … from a place of A."""
        places = [first]
        for code in range(ord("B"), ord("Z") + 1):
            place = self.next(chr(code), places[-1])
            if place is None:
                break
            places.append(place)
        return places


def _filled_blanks(text: str) -> list[tuple[int, int]]:
    """Brackets that hold an answer: "（ A ）", "（AB）", "（A、C）。" — their letters are no labels."""
    found = []
    for match in _FILLED.finditer(text):
        inside = match.group()[1:-1]
        behind = text[match.end() : match.end() + 1]
        alone = inside.strip() != inside or not behind or behind in tuple("。？！?!.，,；;：:\n")
        if sum(char.isalpha() for char in inside) > 1 or alone:
            found.append(match.span())
    return found[:MAX_STARTS]


def find_options(text: str) -> tuple[int, list[tuple[str, int, int]]]:
    """Where the options of a text begin, and for each its label, the place of the label and of its text.

    (0, []) where no run A, B … is found. A run that does not begin after a gap needs three letters:
    "甲公司（A）和乙公司（B）" has no options. A run whose first two labels look alike is preferred:
    "（A）" in a stem is no option where the options are written "A.".
    """
    labels = _Labels(text)
    found: list[_Place] = []
    for places, shortest in ((labels.gaps.get("A", []), 2), (labels.glued.get("A", []), 3)):
        for first in places[:MAX_STARTS]:
            run = labels.run(first)
            if len(run) >= shortest and _has_texts(text, run):
                if run[0].style == run[1].style:
                    return _result(run)
                found = found or run
    return _result(found) if found else (0, [])


def _result(run: Sequence[_Place]) -> tuple[int, list[tuple[str, int, int]]]:
    letters = letters_from_a(len(run))
    return run[0].start, [(label, one.start, one.end) for label, one in zip(letters, run, strict=True)]


def _has_texts(text: str, run: Sequence[_Place]) -> bool:
    """Whether labels have texts: "股东为A、B、C、D" is no list; lines with pictures only may be."""
    ends = [*(one.start for one in run[1:]), len(text)]
    empty = [not text[one.end : end].strip() for one, end in zip(run, ends, strict=True)]
    return not any(empty) or all(text[one.start - 1] == "\n" for one in run[1:])


def split_options(text: str) -> tuple[str, list[Choice]]:
    """The text before the options, and the options; the whole text and none where there are none."""
    start, run = find_options(text)
    if not run:
        return text, []
    return text[:start], _cut(text, [_Place(begin, text_at) for _, begin, text_at in run])


def options_by_answer(text: str, answer: str) -> tuple[str, list[Choice]]:
    """Options that follow the stem behind a separator, if the parts of the answer are among them.

    "谁（ ）&甲&乙" with the answer "乙". The whole text and none otherwise.
    """
    for separator in ("&", "|", "｜", "#", ";", "；", "\n"):
        stem, *texts = [part.strip() for part in text.split(separator)]
        said = {part.strip() for part in answer.split(separator) if part.strip()}
        if 2 <= len(texts) <= 10 and all(texts) and stem and said and said <= set(texts):
            return stem, with_labels(texts)
    return text, []


def split_run(text: str) -> list[Choice]:
    """The options of a text that begins with label A."""
    match = _PREFIX.match(text)
    if match is None or label_of(match.group(1)) != "A":
        return []
    style = "()" if text[0] in "(（[【" else "."
    return _cut(text, _Labels(text).run(_Place(0, match.end(), style)))


def split_glued(choice: Choice) -> list[Choice]:
    """An option whose text runs on into the next ones: "甲B.乙C.丙" of A is A, B and C."""
    labels = _Labels(choice.text)
    places: list[_Place] = []
    last, label = _Place(0, 0, "."), choice.label
    while len(label) == 1 and label < "Z":
        label = chr(ord(label) + 1)
        place = labels.next(label, last)
        if place is None:
            break
        places.append(place)
        last = place
    ends = [*(one.start for one in places), len(choice.text)]
    texts = [choice.text[: ends[0]]]
    texts += [choice.text[one.end : end] for one, end in zip(places, ends[1:], strict=True)]
    if not all(text.strip() for text in texts):
        return [choice]
    first = ord(choice.label)
    return [Choice(chr(first + n), text.strip().rstrip("、;；")) for n, text in enumerate(texts)]


def _cut(text: str, run: Sequence[_Place]) -> list[Choice]:
    ends = [*(one.start for one in run[1:]), len(text)]
    return [
        Choice(label, text[one.end : end].strip().rstrip(";；").strip())
        for label, one, end in zip(letters_from_a(len(run)), run, ends, strict=True)
    ]


def split_cell(cell: str) -> tuple[list[Choice], str]:
    """All options of one cell, and how they were told apart: "labels", a separator, or "" for none.

    Labels win; without them "$;$", "|", line breaks, semicolons, then commas part the options.
    """
    text = cell.strip()
    choices = split_run(text)
    if len(choices) >= 2:
        return [Choice(one.label, one.text.rstrip("$;；|").rstrip()) for one in choices], "labels"
    pairs = [_PAIR.fullmatch(part) for part in re.split(r"[|\n]|\$;\$", text)]
    found = [Choice(label_of(pair.group(1)), pair.group(2).strip()) for pair in pairs if pair]
    if len(pairs) >= 2 and [one.label for one in found] == letters_from_a(len(pairs)):
        return found, "labels"
    for separator in _SEPARATORS:
        parts = [part.strip() for part in text.split(separator)]
        while parts and not parts[-1]:
            parts.pop()
        if len(parts) >= 2 and all(parts):
            bare = _without_weak_labels(parts)
            return (with_labels(bare or parts), "labels" if bare else separator)
    return (with_labels([text]) if text else []), ""


def _without_weak_labels(parts: Sequence[str]) -> list[str]:
    """Options that count themselves without a stop ("A 甲", "①甲", "1、甲"); [] unless all of them do."""
    found = [_WEAK_PREFIX.match(part) for part in parts]
    bare = []
    for number, (match, part) in enumerate(zip(found, parts, strict=True), 1):
        if match is None or place_of(next(group for group in match.groups() if group)) != number:
            return []
        bare.append(part[match.end() :].rstrip("；;"))
    return bare if len(set(bare)) == len(bare) else []  # "A股", "B股" are no labels


def place_of(mark: str) -> int:
    """1 for A, ① and 1; 2 for B, ② and 2; and so on; 0 for anything else."""
    text = half(mark).strip().upper()
    if text.isdigit() and text.isascii():
        return int(text)
    return ord(text) - 64 if len(text) == 1 and "A" <= text <= "Z" else 0


def with_labels(texts: Sequence[str]) -> list[Choice]:
    """Options in order, lettered A, B, C …; the label that a text already begins with is taken off."""
    choices = []
    for label, text in zip(letters_from_a(len(texts)), texts, strict=True):
        match = _PREFIX.match(text)
        if match and label_of(match.group(1)) == label:
            text = text[match.end() :]
        choices.append(Choice(label, text.strip()))
    return choices


def letters_from_a(count: int) -> list[str]:
    """["A", "B", …]; beyond 26 letters are doubled ("AA"), which the kinds then refuse."""
    return [chr(65 + n) if n < 26 else chr(65 + n % 26) * 2 for n in range(count)]
