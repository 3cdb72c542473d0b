"""What changed between two texts, two items, as pieces to show. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from .formats.outgoing import answer_text
from .formats.richtext import to_plain
from .kinds.base import ModelAnswer, Question
from .kinds.registry import kind

SAME, GONE, NEW = "same", "gone", "new"
_BY_CHARACTER = 1_500  # longer texts are compared sentence by sentence
_SENTENCE = re.compile(r"[^。；！？\n]*[。；！？\n]?")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text: `op` is "same", "gone" (only in the older) or "new" (only in the newer)."""

    op: str
    text: str


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of an item in both versions."""

    label: str
    pieces: tuple[Piece, ...]


def pieces(old: str, new: str) -> tuple[Piece, ...]:
    """The two texts as one line of pieces; both can be read out of it."""
    left, right = _tokens(old, new)
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    found: list[Piece] = []
    for op, a, b, c, d in matcher.get_opcodes():
        if op == "equal":
            found.append(Piece(SAME, "".join(left[a:b])))
            continue
        if b > a:
            found.append(Piece(GONE, "".join(left[a:b])))
        if d > c:
            found.append(Piece(NEW, "".join(right[c:d])))
    return tuple(found)


def _tokens(old: str, new: str) -> tuple[Sequence[str], Sequence[str]]:
    if len(old) <= _BY_CHARACTER and len(new) <= _BY_CHARACTER:
        return old, new
    return [one for one in _SENTENCE.findall(old) if one], [one for one in _SENTENCE.findall(new) if one]


def item_changes(old: Question, new: Question) -> list[FieldChange]:
    """The fields of an item that differ, in the order of the page."""
    before, after = dict(_fields(old)), dict(_fields(new))
    return [
        FieldChange(label, pieces(before.get(label, ""), after.get(label, "")))
        for label in dict.fromkeys([*before, *after])
        if before.get(label, "") != after.get(label, "")
    ]


def key_words(question: Question) -> str:
    """The key as people write it, scoring points included; "" for none."""
    if question.key is None:
        return ""
    if isinstance(question.key, ModelAnswer):
        return answer_text(question.key)
    return kind(question.kind).describe_key(question.key)


def _fields(question: Question, prefix: str = "") -> Iterator[tuple[str, str]]:
    yield f"{prefix}{'材料' if question.parts else '题干'}", to_plain(question.stem)
    for choice in question.choices:
        yield f"{prefix}选项{choice.label}", to_plain(choice.text)
    if question.key is not None:
        yield f"{prefix}答案", to_plain(key_words(question))
    yield f"{prefix}解析", to_plain(question.rationale)
    yield f"{prefix}选项顺序", "固定" if question.pinned else "可打乱"
    yield f"{prefix}分值", "" if question.points is None else str(question.points)
    for number, part in enumerate(question.parts, 1):
        yield from _fields(part, f"第{number}小题 ")
