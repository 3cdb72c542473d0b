"""The harness's own fold, digest and marking, written from the contract and from the exam conventions.

It shares no code with the product: a mistake would have to be made twice to go unseen.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

Answer = tuple[int, int, Any]  # epoch, seq, value
Sheet = dict[str, Answer]
CENT = Decimal("0.01")


def fold(events: Iterable[tuple[str, int, int, Any]]) -> Sheet:
    """Of `(slot, epoch, seq, value)` in any order: for each slot the one with the greatest (epoch, seq)."""
    sheet: Sheet = {}
    for slot, epoch, seq, value in sorted(events, key=lambda event: (event[1], event[2])):
        sheet[slot] = (epoch, seq, value)
    return sheet


def digest_of(sheet: Mapping[str, Answer]) -> str:
    """SHA-256 of the canonical JSON: pairs by slot, no nulls, no ASCII escaping, no spaces."""
    pairs = [[slot, answer[2]] for slot, answer in sorted(sheet.items()) if answer[2] is not None]
    return hashlib.sha256(json.dumps(pairs, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same JSON: true is not 1."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def points_for(slot: Mapping[str, Any], key: Mapping[str, Any], value: Any) -> Decimal:
    """What an answer is worth. `slot` and `key` are as in the evidence and in the keys file.

    Raises KeyError for a choice id that this attempt never showed.
    """
    possible = Decimal(slot["points"])
    if value is None:
        return Decimal(0)
    if slot["kind"] == "true_false":
        return possible if value is key["key"] else Decimal(0)
    ids = [value] if isinstance(value, str) else value
    chosen = {slot["choices"][one] for one in ids}
    right = {key["key"]} if isinstance(key["key"], str) else set(key["key"])
    if not chosen or chosen - right:
        return Decimal(0)
    return possible if chosen == right else _part(key, len(chosen), len(right), possible)


def _part(key: Mapping[str, Any], chosen: int, right: int, possible: Decimal) -> Decimal:
    """Some, but not all, of the right options and no wrong one."""
    rule = key["credit"]
    if rule == "all":
        return Decimal(0)
    if rule == "half":
        return (possible / 2).quantize(CENT, ROUND_HALF_UP)
    if rule == "ratio":
        return (possible * chosen / right).quantize(CENT, ROUND_FLOOR)
    if rule == "option":
        halves = int(possible * 2)  # the cap: the largest multiple of 0.5 strictly below the full points
        cap = Decimal(halves if Decimal(halves) / 2 < possible else halves - 1) / 2
        return min(Decimal(str(key["per_option"])) * chosen, max(cap, Decimal(0)))
    raise ValueError(f"no credit rule {rule!r}")
