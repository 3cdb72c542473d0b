"""What one item does not show and a run of them does: numbers that begin the stems, answers given as places.

For tables and JSON, whose rows are cut already; both change the drafts before they are settled.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .answers import is_judgement_pair
from .drafts import Draft
from .normalise import clean, half, squeeze
from .options import letters_from_a

MANY = 5  # so many items that agree are a convention, which is noted once and not doubted one by one
_NUMBER = re.compile(
    r"\s*(?:第\s?(\d{1,4})\s?[题道]\s?[、.．:：]?|[(（]?(\d{1,4})\s?[)）、.．:：](?!\d)|(\d{1,4})\s+(?=[一-鿿《“（]))\s*"
)
_PLACES = re.compile(r"\d{1,2}(?:\s{0,2}[,，、;；|/ ]\s{0,2}\d{1,2}){0,25}")
_CLOSED = frozenset({"true_false", "fill_blank", "short_answer", "case_group"})


def take_numbers(drafts: Sequence[Draft]) -> None:
    """Take numbers out of the stems that count on from one item to the next, or that a column repeats."""
    found = [_NUMBER.match(draft.stem) for draft in drafts]
    values = [int(next(filter(None, match.groups()))) if match else -1 for match in found]
    for at, (draft, match, value) in enumerate(zip(drafts, found, values, strict=True)):
        if match is None or not draft.stem[match.end() :].strip():
            continue
        before = values[at - 1] if at else 0
        after = values[at + 1] if at + 1 < len(values) else -1
        if value == before + 1 or after == value + 1 or draft.number == str(value):
            draft.stem = draft.stem[match.end() :]
            draft.number = draft.number or str(value)


def read_places(drafts: Sequence[Draft], first: int | None = None) -> None:
    """Turn answers that are places among the options ("3", "1,3") into letters.

    The answers of all items tell: a 0 counts from 0, the number of the options counts from 1. Where neither
    occurs, `first` is the place of the first option, as far as the names of the columns say it (选项1, 选项2
    …). Without it the items are broken: an answer would be invented.
    """
    by_place = [(draft, places) for draft in drafts if (places := _places_of(draft))]
    zero = any(0 in places for _, places in by_place)
    last = any(max(places) == len(draft.choices) for draft, places in by_place)
    if zero or last:
        first = None if zero == last else 0 if zero else 1
    for draft, places in by_place:
        if first is None:
            message = f"答案是序号{'、'.join(map(str, places))}，看不出是从0还是从1数起"
            draft.note("answer_place", message, "答案写成选项字母")
            draft.answer = ""
        elif all(first <= place < first + len(draft.choices) for place in places):
            draft.answer = "".join(draft.choices[place - first].label for place in places)
            said = f"答案是序号{'、'.join(map(str, places))}（从{first}数起），读作{draft.answer}"
            if len(by_place) < MANY:
                draft.doubt("answer_by_index", said, "核对答案")
    if first is not None and len(by_place) >= MANY:
        message = f"{len(by_place)}道题的答案是序号，从{first}数起读作选项字母"
        by_place[0][0].note("answers_by_index", message, "抽查几题", "note")


def _places_of(draft: Draft) -> list[int]:
    """The places that an answer names; [] for an answer that is something else."""
    text = half(clean(draft.answer or "")).strip("[]()。. ")
    count = len(draft.choices)
    if count < 2 or draft.kind in _CLOSED or is_judgement_pair(draft.choices) or not _PLACES.fullmatch(text):
        return []
    if not {squeeze(choice.text) for choice in draft.choices}.isdisjoint(re.findall(r"\d+", text)):
        return []  # "4" among the options 2, 3 and 4 is the text of one
    if [choice.label for choice in draft.choices] != letters_from_a(count):
        return []
    places = [int(part) for part in re.findall(r"\d+", text)]
    if len(places) == 1 and places[0] > count:  # "134"
        places = [int(digit) for digit in text] if list(text) == sorted(set(text)) else places
    return places
