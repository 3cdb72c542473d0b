"""Answer keys that stand apart from the questions: "1-5 ABCDA", "1.A 2.B", tables, a list at the end."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from .marks import MAIN, Heading, chapter_of, heading_of, is_key_heading, number_of
from .normalise import clean, half

_TICKS = "√×✓✗✔✘对错"
_ONE = rf"[A-Z]{{1,10}}|[{_TICKS}TF]|正确|错误"
_RANGE = re.compile(
    rf"(\d{{1,4}})\s?(?:[-—–~～至]{{1,2}}|\.{{2,3}})\s?(\d{{1,4}})\s?[题]?\s?[.．、:：)）]?\s{{0,4}}((?:(?:{_ONE})[\s,，、;；|]{{0,4}})+)"
)
_PAIR = re.compile(
    rf"(\d{{1,4}})\s?[.．、:：)）（(\s-]{{0,3}}\s?((?:[A-Z][\s、,，]?){{1,10}}(?![A-Za-z])|[{_TICKS}TF]|正确|错误)[)）]?"
)
_POINTS = re.compile(r"[（(]\s?\d{1,3}(?:\.\d)?\s?分\s?[)）]")  # behind an answer: what it is worth
_COVERED = 0.7  # share of a line that must be entries for it to be a line of a key


@dataclass(slots=True)
class KeySection:
    """Answers under one heading of a key; `heading` None where there was none. (number, answer text).

    `rationales`: by the place of the entry. `doubtful`: an answer has a numbered list of its own, so entries
    may have been cut at the wrong number. `targets`: the blocks (by index) whose answers the entries are, one
    each, where that is known.
    """

    heading: Heading | None = None
    entries: list[tuple[int, str]] = field(default_factory=list)
    rationales: dict[int, str] = field(default_factory=dict)
    style: str = ""  # how written answers are numbered; other numbers are lists inside them
    doubtful: bool = False
    in_order: bool = False  # answers without numbers, for all items of the section one after the other
    targets: list[int] = field(default_factory=list)


def entries_of(line: str) -> list[tuple[int, str]]:
    """(number, answer) for each entry of a line of a key; [] for a line that is something else."""
    text = _POINTS.sub(" ", half(line)).strip() if len(line) <= 4000 else ""
    if not text:
        return []
    found: list[tuple[int, int, list[tuple[int, str]]]] = []
    for match in _RANGE.finditer(text):
        first, last = int(match.group(1)), int(match.group(2))
        spread = _spread(match.group(3), last - first + 1) if 0 < last - first < 200 else []
        if spread:
            found.append((match.start(), match.end(), list(zip(range(first, last + 1), spread, strict=True))))
    for match in _PAIR.finditer(text):
        if not any(begin < match.end() and match.start() < end for begin, end, _ in found):
            found.append((match.start(), match.end(), [(int(match.group(1)), match.group(2).strip())]))
    covered = sum(len(re.sub(r"\s", "", text[begin:end])) for begin, end, _ in found)
    if not found or covered < _COVERED * len(re.sub(r"[\s,，;；。.、|]", "", text)):
        return []
    return [entry for _, _, entries in sorted(found) for entry in entries]


def _spread(answers: str, count: int) -> list[str]:
    """ "ABCDA" or "AB CD A" over `count` numbers; [] where it does not come out even."""
    parts = re.findall(_ONE, answers) if re.search(r"[\s,，、;；|]", answers.strip()) else []
    if len(parts) == count:
        return parts
    single = re.findall(rf"正确|错误|[A-Z{_TICKS}]", answers)
    return single if len(single) == count else []


def entries_of_table(rows: Sequence[Sequence[str]]) -> list[tuple[int, str]]:
    """Entries of a table whose rows take turns: numbers, then answers below; or side by side."""
    cells = [[clean(_POINTS.sub("", half(cell))) for cell in row] for row in rows]
    found: list[tuple[int, str]] = []
    for upper, lower in pairwise(cells):
        numbers = [(int(cell), lower[i]) for i, cell in enumerate(upper) if cell.isdigit() and i < len(lower)]
        if (
            len(numbers) >= 2
            and sum(bool(re.fullmatch(_ONE, answer)) for _, answer in numbers) * 5 >= len(numbers) * 4
        ):
            found += [(number, answer) for number, answer in numbers if answer]
    if found:
        return found
    for row in cells:
        for left, right in pairwise(row):
            if left.isdigit() and re.fullmatch(_ONE, right):
                found.append((int(left), right))
    return found


def read_key(texts: Sequence[str], written: bool) -> tuple[list[KeySection], int]:
    """The key that begins at texts[0] and how many lines it takes; ([], 0) where no key begins here.

    `written`: sections of 填空 or 简答 items wait for answers, so numbered prose may be part of the key.
    """
    sections = [KeySection()]
    used = 0
    for index, text in enumerate(texts):
        if not text.strip() or is_key_heading(text) or chapter_of(text):
            continue
        heading, text = _heading_and_rest(text)
        if heading:
            if not text and _followed_by_questions(texts[index + 1 :]):
                break
            sections.append(KeySection(heading))
        if not text:
            continue
        if in_order := _answers_in_order(text):
            sections.append(in_order)
            used = index + 1
        elif entries := entries_of(text):
            sections[-1].entries += entries
            used = index + 1
        elif _explained(sections[-1], text) or (
            written
            and (sections[-1].heading is not None or sections[-1].entries)
            and _prose(sections[-1], text)
        ):
            used = index + 1
        else:
            break
    sections = [section for section in sections if section.entries]
    return sections, used if sections else 0


_IN_ORDER = re.compile(
    r"\s*((?:[一二三四五六七八九十]{1,3}\s?[、.．])?\s?(?:单项?选择?|多项?选择?|不定项选择|选择|判断)题?)(?:参考)?(?:答案)?\s{0,4}[:：]\s{0,4}"
    rf"((?:(?>(?:{_ONE})[\s,，、;；|]{{0,4}}))+)[。.]?\s*"  # atomic: letters could be parted in 2ⁿ ways
)


def _answers_in_order(text: str) -> KeySection | None:
    """ "单选题答案：DCBAC": one answer after the other for the items below that heading."""
    match = _IN_ORDER.fullmatch(half(text)) if len(text) < 4000 else None
    heading = heading_of(match.group(1)) if match else None
    if match is None or heading is None:
        return None
    answers = re.findall(_ONE, match.group(2))
    if len(answers) == 1:
        answers = re.findall(rf"正确|错误|[A-Z{_TICKS}]", match.group(2))
    if (
        heading.kind in {"multiple", "uncertain"}
        and len(answers) > 1
        and all(len(one) == 1 for one in answers)
    ):
        return None  # "ABCD" of 多选题: where one answer ends cannot be seen
    return KeySection(heading, list(enumerate(answers, 1)), in_order=True)


_HEADED = re.compile(
    r"\s*((?:[一二三四五六七八九十]{1,3}\s?[、.．])?\s?(?:单项?选择?|多项?选择?|不定项选择|选择|判断|填空|简答)题?)"
    r"(?:答案)?\s{0,4}[:：]?\s{0,4}(?=\d)"
)
_LABEL = re.compile(r"\s*[【\[]?(?:参考|标准|正确)?答案[】\]]?\s?[:：]?\s{0,4}(?=\d)")


def _heading_and_rest(text: str) -> tuple[Heading | None, str]:
    """A heading of the key, alone in its line or before the entries ("一、单选题：1-5 ABCDA")."""
    headed = _HEADED.match(text)
    if headed and entries_of(text[headed.end() :]):
        return heading_of(headed.group(1)), text[headed.end() :]
    label = _LABEL.match(text)
    if label and entries_of(text[label.end() :]):
        return None, text[label.end() :]
    if len(text) <= 60:
        heading = heading_of(re.sub(r"(?:参考|标准)?答案", "", text))
        if heading:
            return heading, ""
    return None, text


_EXPLAINED = re.compile(
    rf"\s{{0,3}}(?:[【\[（(]?\s?(?:正确|参考|标准)?答案\s?[】\]）)]?\s?[:：]?\s{{0,3}})?(?P<answer>{_ONE})\s?[】\]）)]?(?![A-Za-z])"
    r"\s{0,3}[。.，,;；]?\s{0,3}(?P<rest>$|(?:[【\[（(]?\s?(?:答案|试题)?解析\s?[】\]）)]?\s?[:：]?|[【\[（(]|\s).*)",
    re.DOTALL,
)
_JUDGED = re.compile(
    rf"\s{{0,3}}(?P<answer>[{_TICKS}]|正确|错误)\s?[,;:.。]\s{{0,3}}(?P<rest>\S.*)", re.DOTALL
)  # "×，应为…"
RATIONALE = re.compile(r"\s*[【\[（(]?\s?(?:答案|试题|题目)?解析\s?[】\]）)]?\s?[:：]?\s*")


def answer_and_rest(text: str) -> tuple[str, str] | None:
    """The short answer that a text begins with and the explanation behind it: "【答案】A【解析】…"."""
    text = half(text) if len(text) < 4000 else ""
    match = _EXPLAINED.fullmatch(text) or _JUDGED.fullmatch(text)
    return (match.group("answer"), RATIONALE.sub("", match.group("rest"), count=1).strip()) if match else None


def _explained(section: KeySection, text: str) -> bool:
    """Take "1.【答案】A【解析】…" and the lines of explanation below it."""
    number = number_of(text)
    parted = answer_and_rest(text[number.end :]) if number else None
    last = section.entries[-1][0] if section.entries else 0
    if number and parted and (number.value == last + 1 or not section.entries):
        section.entries.append((number.value, parted[0]))
        if parted[1]:
            section.rationales[len(section.entries) - 1] = parted[1]
        return True
    place = len(section.entries) - 1
    if place in section.rationales or (section.entries and RATIONALE.match(text)):
        if number is not None and number.value == last + 1:
            return False
        old = section.rationales.get(place, "")
        section.rationales[place] = f"{old}\n{RATIONALE.sub('', text, count=1)}".strip()
        return True
    return False


ANSWER_LABEL = re.compile(
    r"\s*(?:[【\[]\s?(?:参考)?答案(?:要点)?\s?[】\]]\s?[:：]?|(?:参考)?答案?(?:要点)?\s?[:：])\s*"
)


def _prose(section: KeySection, text: str) -> bool:
    """Take a written answer: a numbered line begins one, other lines go on with it."""
    if section.heading is not None and section.heading.kind in {
        "single",
        "multiple",
        "true_false",
        "uncertain",
    }:
        return False
    number = number_of(text)
    if number is not None and section.style not in {"", number.style}:
        number = None
    last = section.entries[-1][0] if section.entries else 0
    if number is not None and number.style == MAIN and number.value == 1 and section.entries:
        section.doubtful = True
    begins = not section.entries and section.heading is not None
    if number is not None and (number.value == last + 1 or begins):
        section.style = number.style
        rest = ANSWER_LABEL.sub("", text[number.end :], count=1)
        filled = section.heading is not None and section.heading.kind == "fill_blank"
        section.entries += split_in_line(number.value, rest) if filled else [(number.value, rest)]
        return True
    if section.entries and section.heading is not None:
        section.entries[-1] = (last, f"{section.entries[-1][1]}\n{text.strip()}")
        return True
    return False


def split_in_line(first: int, text: str) -> list[tuple[int, str]]:
    """The answers of a line "1.甲 2.乙 3.丙", of which the number of the first is taken off."""
    found, last, number = [], 0, first
    for match in re.finditer(r"\s(\d{1,3})\s?[.．、](?!\d)\s?|\s(\d{1,3})[.．、](?=\d)", text):
        if int(match.group(1) or match.group(2)) == number + 1:
            found.append((number, text[last : match.start()].strip()))
            last, number = match.end(), number + 1
    return [*found, (number, text[last:].strip())]


def _followed_by_questions(texts: Sequence[str]) -> bool:
    """Whether what follows a heading are questions again and not more of the key."""
    ahead = [text for text in texts if text.strip()][:8]
    options = sum(bool(re.match(r"\s*[(（]?[A-DＡ-Ｄ]\s?[.．、:：)）]", text)) for text in ahead)
    return options >= 2 or (
        bool(ahead) and not entries_of(ahead[0]) and bool(re.search(r"[（(]\s*[)）]", ahead[0]))
    )
