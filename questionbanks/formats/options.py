"""Cutting options out of running text.

Labels are looked for in order (A, then B, then C …): first those that follow a line break or a gap, and
glued ones ("B.正规化C.专业化") only where a label would otherwise be missing. So "A类、B类" inside an
option stays text. One pass over the text, then a look-up per label: linear.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from ..kinds.base import Choice
from .normalise import half

MARKS = "√✓✔☑✅*＊★"
BULLETS = "○□◯☐◻●■◉"  # what questionnaires print before an option
MAX_STARTS = 40  # places where a run of options is tried to begin
_LABEL = re.compile(
    rf"(?P<gap>^|[\n \t;；。{BULLETS}]|(?<=[\n \t;；]))(?P<mark>[{MARKS}]?)[(（\[【]?"
    r"(?P<label>[A-ZＡ-Ｚ])\s{0,2}(?P<sep>[.．、:：)）\]】﹒·。])\s{0,9}"
)
_GLUED = re.compile(r"(?<![A-Za-z0-9])[(（\[【]?(?P<label>[A-ZＡ-Ｚ])(?P<sep>[.．、:：)）])\s{0,9}")
_PAIR = re.compile(r"\s*([A-Za-zＡ-Ｚ])\s{0,3}[-—]\s{0,3}(\S.*)", re.DOTALL)
_PREFIX = re.compile(r"[(（\[【]?([A-Za-zＡ-Ｚ])\s{0,2}[.．、:：)）\]】]\s{0,9}")
_SEPARATORS = ("$;$", "@@", "###", "|", "｜", "\n", "；", ";", "，", ",", "、", "/")


def label_of(char: str) -> str:
    """The label behind a letter of any width and case."""
    return half(char).upper()


class _Labels:
    """Every place of a text where a label may stand, by letter."""

    def __init__(self, text: str) -> None:
        self.gaps: dict[str, list[tuple[int, int]]] = {}
        self.glued: dict[str, list[tuple[int, int]]] = {}
        for match in _LABEL.finditer(text):
            start = match.start("label") - (
                text[match.start("label") - 1 : match.start("label")] in set("(（[【")
            )
            self.gaps.setdefault(label_of(match.group("label")), []).append((start, match.end()))
        for match in _GLUED.finditer(text):
            self.glued.setdefault(label_of(match.group("label")), []).append((match.start(), match.end()))

    def next(self, label: str, at: int) -> tuple[int, int] | None:
        """The first place of a label from `at`: after a gap if there is any, else a glued one."""
        for places in (self.gaps.get(label, []), self.glued.get(label, [])):
            index = bisect_left(places, (at, 0))
            if index < len(places):
                return places[index]
        return None

    def run(self, first: tuple[int, int]) -> list[tuple[int, int]]:
        """The places of A, B, C … from a place of A."""
        places = [first]
        for code in range(ord("B"), ord("Z") + 1):
            place = self.next(chr(code), places[-1][1])
            if place is None:
                break
            places.append(place)
        return places


def find_options(text: str) -> tuple[int, list[tuple[str, int, int]]]:
    """Where the options of a text begin, and for each its label, the place of the label and of its text.

    (0, []) where no run A, B … is found. A run that does not begin after a gap needs three letters:
    "甲公司（A）和乙公司（B）" has no options.
    """
    labels = _Labels(text)
    for places, shortest in ((labels.gaps.get("A", []), 2), (labels.glued.get("A", []), 3)):
        for first in places[:MAX_STARTS]:
            run = labels.run(first)
            if len(run) >= shortest and _has_texts(text, run):
                letters = letters_from_a(len(run))
                return first[0], [(label, *place) for label, place in zip(letters, run, strict=True)]
    return 0, []


def _has_texts(text: str, run: Sequence[tuple[int, int]]) -> bool:
    """Whether labels have texts: "股东为A、B、C、D" is no list; lines with pictures only may be."""
    ends = [*(start for start, _ in run[1:]), len(text)]
    empty = [not text[begin:end].strip() for (_, begin), end in zip(run, ends, strict=True)]
    return not any(empty) or all(text[:start].endswith("\n") for start, _ in run[1:])


def split_options(text: str) -> tuple[str, list[Choice]]:
    """The text before the options, and the options; the whole text and none where there are none."""
    start, run = find_options(text)
    if not run:
        return text, []
    return text[:start], _cut(text, [(begin, text_at) for _, begin, text_at in run])


def split_run(text: str) -> list[Choice]:
    """The options of a text that begins with label A."""
    match = _PREFIX.match(text)
    if match is None or label_of(match.group(1)) != "A":
        return []
    return _cut(text, _Labels(text).run((0, match.end())))


def split_glued(choice: Choice) -> list[Choice]:
    """An option whose text runs on into the next ones: "甲B.乙C.丙" of A is A, B and C."""
    labels = _Labels(choice.text)
    at, places, label = 0, [], choice.label
    while len(label) == 1 and label < "Z":
        label = chr(ord(label) + 1)
        place = labels.next(label, at)
        if place is None:
            break
        places.append(place)
        at = place[1]
    ends = [*(start for start, _ in places), len(choice.text)]
    texts = [choice.text[: ends[0]], *(choice.text[b:e] for (_, b), e in zip(places, ends[1:], strict=True))]
    if not all(text.strip() for text in texts):
        return [choice]
    first = ord(choice.label)
    return [Choice(chr(first + n), text.strip().rstrip("、;；")) for n, text in enumerate(texts)]


def _cut(text: str, run: Sequence[tuple[int, int]]) -> list[Choice]:
    ends = [start for start, _ in run[1:]] + [len(text)]
    return [
        Choice(label, text[begin:end].strip().rstrip(";；").strip())
        for label, (_, begin), end in zip(letters_from_a(len(run)), run, ends, strict=True)
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
            return with_labels(parts), separator
    return (with_labels([text]) if text else []), ""


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
