"""What a second pair of eyes would notice about a paper before it is used. Pure; warnings, never refusals."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from questionbanks.kinds.base import Question

from .shuffling import is_pinned

RUN = 5
# Reading at 250 characters a minute (a slow adult reader), and the seconds a kind takes beside reading.
CHARACTERS_A_SECOND = 250 / 60
THINKING_S = {
    "single": 20, "multiple": 35, "uncertain": 35, "true_false": 12, "fill_blank": 30, "short_answer": 240,
}  # fmt: skip
_LETTERS = re.compile(r"(?:选|答案为|答案是|故)\s*[A-HＡ-Ｈ]|[A-HＡ-Ｈ]\s*(?:项|选项|错误|正确|不正确)")


@dataclass(frozen=True, slots=True)
class Asked:
    """One slot as the check sees it; `material` is the shared text of its case group, once per group."""

    number: int
    question: Question
    material: str = ""
    stale_reason: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` is stable, `numbers` the question numbers it speaks of, `text` for the office."""

    code: str
    text: str
    numbers: tuple[int, ...] = ()


def paper_warnings(asked: Sequence[Asked], duration_s: int) -> list[Finding]:
    """Everything worth a look: stale law, runs of answers, pinned choices, letters in rationales, length."""
    return [
        *_stale(asked),
        *_runs(asked),
        *_crowded_letters(asked),
        *_pinned(asked),
        *_letters_in_rationale(asked),
        *_too_long(asked, duration_s),
    ]


def working_seconds(asked: Sequence[Asked]) -> int:
    """What a slow reader needs for the whole paper."""
    characters = thinking = 0
    for one in asked:
        question = one.question
        characters += len(one.material) + len(question.stem) + sum(len(c.text) for c in question.choices)
        thinking += THINKING_S.get(question.kind, 30)
    return round(characters / CHARACTERS_A_SECOND + thinking)


def _listed(numbers: Sequence[int]) -> str:
    shown = "、".join(map(str, numbers[:8]))
    return f"第 {shown} 题" + (f"等 {len(numbers)} 题" if len(numbers) > 8 else "")


def _stale(asked: Sequence[Asked]) -> list[Finding]:
    numbers = tuple(one.number for one in asked if one.stale_reason)
    if not numbers:
        return []
    return [Finding("stale", f"{_listed(numbers)}引用的法律已修订或废止，须更换或改题后才能定卷", numbers)]


def _key(one: Asked) -> str:
    key = one.question.key
    if isinstance(key, bool):
        return "√" if key else "×"
    return key[0] if one.question.kind == "single" and isinstance(key, tuple) and key else ""


def _runs(asked: Sequence[Asked]) -> list[Finding]:
    """Runs of five or more equal answers: on a printed paper they make people doubt or guess."""
    found, start = [], 0
    keys = [_key(one) for one in asked]
    for place in range(1, len(keys) + 1):
        if place < len(keys) and keys[place] == keys[start] and keys[place]:
            continue
        if place - start >= RUN and keys[start]:
            numbers = tuple(one.number for one in asked[start:place])
            text = f"第 {numbers[0]}—{numbers[-1]} 题的答案都是“{keys[start]}”，纸质卷宜调换顺序"
            found.append(Finding("run", text, numbers))
        start = place
    return found


def _crowded_letters(asked: Sequence[Asked]) -> list[Finding]:
    keys = Counter(_key(one) for one in asked if one.question.kind == "single")
    total = sum(keys.values())
    if total < 10:
        return []
    letter, count = keys.most_common(1)[0]
    if count * 2 <= total:
        return []
    return [Finding("letters", f"单选题 {total} 道里有 {count} 道答案是“{letter}”，纸质卷宜调换选项顺序")]


def _pinned(asked: Sequence[Asked]) -> list[Finding]:
    numbers = tuple(
        one.number
        for one in asked
        if one.question.choices
        and (one.question.pinned or is_pinned([choice.text for choice in one.question.choices]))
    )
    if not numbers:
        return []
    return [Finding("pinned", f"{_listed(numbers)}的选项顺序固定，不会打乱", numbers)]


def _letters_in_rationale(asked: Sequence[Asked]) -> list[Finding]:
    numbers = tuple(
        one.number
        for one in asked
        if one.question.choices and not one.question.pinned and _LETTERS.search(one.question.rationale)
    )
    if not numbers:
        return []
    text = f"{_listed(numbers)}的解析提到选项字母；选项打乱后对不上，请改写解析或固定选项顺序"
    return [Finding("letters_in_rationale", text, numbers)]


def _too_long(asked: Sequence[Asked], duration_s: int) -> list[Finding]:
    needed = working_seconds(asked)
    if needed <= duration_s:
        return []
    text = f"读得慢的人约需 {-(-needed // 60)} 分钟，超过作答时长 {duration_s // 60} 分钟，宜加时或减题"
    return [Finding("too_long", text)]
