"""Options that are not lettered "A." as options are: letters without a stop, bullets, numbers, plain lines.

Each function gets the running text of an item and returns where its options begin and, for each, label, the
place of the label and the place of its text; None where it finds none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate

from .drafts import Draft
from .lines import Line
from .normalise import letters
from .options import BULLETS, label_of, letters_from_a, place_of

Run = tuple[int, list[tuple[str, int, int]]]

RIGHT_BEHIND = re.compile(
    r"\s*(?:[（(\[【]\s?(?:正确(?:答案|选项)?|答案|√|✓|✔|对|right|correct)\s?[)）\]】]|[√✓✔☑✅])\s*$"
)
_WEAK_OPTION = re.compile(
    r"[ \t　]*(?P<begin>[(（]?)([A-Ha-hＡ-Ｈ])(?:[ \t　]+|[.．、:：)）][ \t　]*|(?=[一-鿿“《（\d]))",
    re.MULTILINE,
)
_BULLET = re.compile(rf"(?m)^[ \t]*[{BULLETS}][ \t]*")
_COMPLETE = re.compile(r"(?:[（(]\s*[)）]|_{2,}|[？?：:])\s*[。.]?\s*$")
_COUNTED = re.compile(
    r"(?:^|(?<=[\n \t]))(?:(?P<ring>[①-⑩])|[（(](?P<round>\d)[)）]|(?P<half>\d)[)）])[ \t]*(?=\S)"
)
_RINGS = re.compile(r"[①-⑩](?:[\s、,，;；和]*[①-⑩])*")
_DIGITS = re.compile(r"[（(]?\d[)）]?(?:[\s、,，;；和]+[（(]?\d[)）]?)*")
MAX_COUNTED = 8


def weak_options(body: str) -> Run | None:
    """Options whose letters have no dot ("A 甲", "A甲") or are small: at the beginning of a line, or spaced
    out in the line of the letter before."""
    run: list[tuple[str, int, int]] = []
    tight = False
    for match in re.finditer(r"(?m)^|(?<=[ \t])(?=[A-HＡ-Ｈ][ \t一-鿿“《（\d])", body):
        found = _WEAK_OPTION.match(body, match.start())
        if found and label_of(found.group(2)) == chr(65 + len(run)):
            inline = match.start() > 0 and body[match.start() - 1] != "\n"
            if not inline or (run and "\n" not in body[run[-1][1] : match.start()]):
                run.append((label_of(found.group(2)), found.start("begin"), found.end()))
                tight = tight or (inline and not found.group()[-1:].isspace())
    return (run[0][1], run) if len(run) >= (3 if tight else 2) else None  # "A公司与 B公司" are two of a stem


def bulleted_options(body: str) -> Run | None:
    """Options without letters behind the circles and boxes of a questionnaire."""
    places = [(match.start(), match.end()) for match in _BULLET.finditer(body)]
    if not 2 <= len(places) <= 26:
        return None
    run = [(label, *place) for label, place in zip(letters_from_a(len(places)), places, strict=True)]
    return places[0][0], run


def counted_options(draft: Draft, body: str, answer: str) -> Run | None:
    """Options behind ①, (1) or 1), where the answer names them by the same marks; it becomes letters."""
    text = answer.strip().strip("。. ")
    style = "ring" if _RINGS.fullmatch(text) else "" if not _DIGITS.fullmatch(text) else "half"
    if not style:
        return None
    places: list[tuple[int, int]] = []
    for match in _COUNTED.finditer(body):
        mark = match.group("ring") if style == "ring" else match.group("round") or match.group("half")
        if mark and place_of(mark) == len(places) + 1:
            places.append((match.start(), match.end()))
    named = [place_of(mark) for mark in re.findall(r"[①-⑩]|\d", text)]
    if not 2 <= len(places) <= MAX_COUNTED or not 1 <= max(named) <= len(places):
        return None
    run = [(label, *place) for label, place in zip(letters_from_a(len(places)), places, strict=True)]
    draft.answer = "".join(run[place - 1][0] for place in named)
    draft.doubt("options_without_letters", "选项用数字编号，按先后顺序当作A、B、C……", "核对选项和答案")
    return places[0][0], run


def bare_options(draft: Draft, body: str, lines: Sequence[Line], answers: str) -> Run | None:
    """Options without any mark: list paragraphs, lines of which some say that they are right, or the short
    lines below a stem that is complete, where the answer is letters that reach no further than they do."""
    answer = letters(answers)
    ends = list(accumulate(len(text) + 1 for text in body.split("\n")))
    if len(ends) != len(lines):
        return None
    first, listed = _first_bare(lines)
    rest = lines[first:]
    ticked = not answers.strip() and first > 0 and any(RIGHT_BEHIND.search(line.text) for line in rest)
    if not 2 <= len(rest) <= (12 if ticked else 8) or not (answer or ticked):
        return None
    if answer and ord(max(answer)) - 64 > len(rest):
        return None
    if not (listed or ticked) and any(
        len(line.text.strip()) > 60 or _COMPLETE.search(line.text) for line in rest
    ):
        return None
    draft.doubt("options_without_letters", "选项没有字母，按先后顺序当作A、B、C……", "核对选项")
    starts = [ends[at - 1] for at in range(first, len(lines))]
    return starts[0], [(label, at, at) for label, at in zip(letters_from_a(len(starts)), starts, strict=True)]


_TAGGED = re.compile(
    r"[（(\[【]\s?(?:单选|多选|不定项|单项选择|多项选择)题?[^）)\]】]{0,10}[)）\]】]\s?[*＊]?\s*$"
)


def _first_bare(lines: Sequence[Line]) -> tuple[int, bool]:
    """Where the lines of the options begin behind the stem; and whether they are the paragraphs of a list."""
    first = next((at for at, line in enumerate(lines) if at and line.listed), 0)
    if first and len({line.listed for line in lines[first:]}) == 1:
        return first, True
    for at, line in enumerate(lines, 1):
        if _COMPLETE.search(line.text) or _TAGGED.search(line.text):
            return at, False
    return len(lines), False
