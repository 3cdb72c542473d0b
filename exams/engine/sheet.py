"""The answer sheet: the fold of the answer log in the order `(epoch, seq)`, and its digest.

Never the order of arrival, never a phone's clock. Phone, server and any auditor compute the same digest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .compact import compact

# One line of the log: slot, wire value (None = cleared), epoch, seq.
Event = tuple[str, Any, int, int]


@dataclass(frozen=True, slots=True)
class SheetAnswer:
    """The newest value of a slot and the event it comes from."""

    value: Any
    epoch: int
    seq: int


Sheet = dict[str, SheetAnswer]


def fold(events: Iterable[Event]) -> Sheet:
    """Slot → its answer with the greatest `(epoch, seq)`; cleared slots are there with value None."""
    sheet: Sheet = {}
    for slot, value, epoch, seq in events:
        have = sheet.get(slot)
        if have is None or (epoch, seq) > (have.epoch, have.seq):
            sheet[slot] = SheetAnswer(value, epoch, seq)
    return sheet


def canonical(sheet: Mapping[str, SheetAnswer]) -> str:
    """`[[slot, value], …]` by slot in code-point order, nulls left out, no ASCII escaping, no spaces."""
    rows = [[slot, sheet[slot].value] for slot in sorted(sheet) if sheet[slot].value is not None]
    return compact(rows)


def digest(sheet: Mapping[str, SheetAnswer]) -> str:
    """Lower-hex SHA-256 of the canonical JSON."""
    return hashlib.sha256(canonical(sheet).encode()).hexdigest()


def is_answered(value: Any) -> bool:
    """Whether a wire value says anything: no null, no empty list, no blank text."""
    if value is None:
        return False
    if isinstance(value, str):
        return bool(value.strip())
    if isinstance(value, list):
        return any(is_answered(one) for one in value)
    return True


def answered_count(sheet: Mapping[str, SheetAnswer]) -> int:
    """How many slots are answered."""
    return sum(is_answered(one.value) for one in sheet.values())


def same_value(one: Any, other: Any) -> bool:
    """Whether two wire values are the same JSON (in Python True == 1; on the wire it is not)."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
