"""A paper sheet as it is keyed in: a cell a question, what may stand in it, where two readings differ.

Pure.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from questionbanks.kinds.base import Answer
from questionbanks.kinds.registry import kind

from .paper import Paper, PaperSlot

_TRUE = frozenset({"√", "✓", "V", "T", "Y", "1", "对", "正确", "A"})
_FALSE = frozenset({"×", "✗", "X", "F", "N", "0", "错", "错误", "B"})
_NOTHING = frozenset({"", "-", "—", "空"})


class CellError(ValueError):
    """A cell that cannot be read; says why in Chinese."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A question that two people read differently. Values as `cell_text` writes them."""

    slot: str
    number: int
    first: str
    second: str


def read_cell(slot: PaperSlot, cell: Any) -> Answer:
    """What was keyed in, as an answer in the letters of the printed paper; None for nothing.

    Letters in any order and with or without separators ("ca", "A、C"); √ × T F Y N 1 0 A B for 判断; a list
    of texts for blanks.
    """
    if isinstance(cell, bool) and slot.kind == "true_false":
        return cell
    if isinstance(cell, list):
        texts = tuple(str(one).strip() for one in cell)
        if slot.blanks and len(texts) != slot.blanks:
            raise CellError(f"这道题有{slot.blanks}个空")
        return texts if any(texts) else None
    text = unicodedata.normalize("NFKC", str(cell)).strip()
    if text in _NOTHING:
        return None
    if slot.kind == "true_false":
        return _read_judgement(text)
    if kind(slot.kind).has_choices:
        return _read_letters(slot, text)
    if slot.blanks:
        return read_cell(slot, text.replace(";", "；").split("；"))
    return str(cell).strip()


def _read_judgement(text: str) -> bool:
    word = text.upper()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise CellError("判断题填 √ 或 ×")


def _read_letters(slot: PaperSlot, text: str) -> tuple[str, ...]:
    letters = [one for one in text.upper() if one not in " ,、;；.,"]
    unknown = sorted({one for one in letters if one not in slot.labels})
    if unknown:
        raise CellError(f"没有选项{'、'.join(unknown)}")
    if slot.kind == "single" and len(set(letters)) > 1:
        raise CellError("单选题填了几个选项：涂改不清的按空白录入，并在扫描件上注明")
    return tuple(sorted(set(letters)))


def read_sheet(paper: Paper, cells: Mapping[str, Any]) -> tuple[dict[str, Answer], dict[int, str]]:
    """All cells by slot → answers (only those that say something), and what is wrong by question number."""
    answers: dict[str, Answer] = {}
    wrong: dict[int, str] = {}
    for number, slot in enumerate(paper.slots.values(), 1):
        try:
            answer = read_cell(slot, cells.get(slot.code, ""))
        except CellError as error:
            wrong[number] = str(error)
        else:
            if answer is not None:
                answers[slot.code] = answer
    unknown = set(cells) - set(paper.slots)
    if unknown:
        wrong[0] = "有不属于这份试卷的题"
    return answers, wrong


def to_data(paper: Paper, answers: Mapping[str, Answer]) -> dict[str, Any]:
    """Answers as JSON data: letters in a row, true or false, texts; `read_sheet` reads them again."""
    return {slot: _data(paper.slots[slot], answer) for slot, answer in answers.items()}


def _data(slot: PaperSlot, answer: Answer) -> Any:
    if isinstance(answer, tuple):
        return "".join(answer) if kind(slot.kind).has_choices else list(answer)
    return answer


def cell_text(slot: PaperSlot, answer: Answer) -> str:
    """An answer as the grid shows it: "AC", "√", "五；连任", "" for nothing."""
    if answer is None:
        return ""
    if isinstance(answer, bool):
        return "√" if answer else "×"
    if isinstance(answer, tuple):
        return "".join(answer) if kind(slot.kind).has_choices else "；".join(answer)
    return answer


def differences(paper: Paper, first: Mapping[str, Any], second: Mapping[str, Any]) -> list[Difference]:
    """The questions that two readings (as data) have differently, in the order of the paper."""
    one, _ = read_sheet(paper, first)
    other, _ = read_sheet(paper, second)
    found = []
    for number, slot in enumerate(paper.slots.values(), 1):
        if one.get(slot.code) != other.get(slot.code):
            texts = [cell_text(slot, some.get(slot.code)) for some in (one, other)]
            found.append(Difference(slot.code, number, *texts))
    return found
