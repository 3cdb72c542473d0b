"""The order in which one attempt shows items and their choices, and the opaque ids of the choices."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from uuid import UUID

from questionbanks.kinds.registry import KINDS

# Choices that speak of other choices, of their places or of a numbered list lose their sense elsewhere.
_PINNING = re.compile(
    r"(?:以上|上述|前述|前面)[^，。；]{0,6}(?:都|均|全|皆)"
    r"|(?:都|均|全|皆)(?:不|是|对|错|正确|错误)"
    r"|[A-HＡ-Ｈ]\s*(?:和|与|或|及|、|，|,|以及)\s*[A-HＡ-Ｈ](?![A-Za-z])"
    r"|[①-⑳]"
)
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_ITEM_ORDER = b"itemord"  # keeps these digests apart from those that make choice ids
_PAIRS = [one + other for one in _LETTERS for other in _LETTERS]  # ten bits of an id each


def is_pinned(texts: Sequence[str]) -> bool:
    """Whether the wording of the choices keeps them in their places ("以上都对", "A和B", "①②")."""
    return any(_PINNING.search(text) for text in texts)


def choice_order(kind: str, labels: Sequence[str], pinned: bool, rng: random.Random) -> str:
    """The labels in the order shown. Kinds without choices and pinned items keep theirs."""
    order = list(labels)
    if KINDS[kind].has_choices and not pinned:
        rng.shuffle(order)
    return "".join(order)


def item_order(salt: str, attempt_id: UUID, units: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The slot codes of one section in the order shown; `units` are the runs of codes that stay together.

    Sorted by a keyed BLAKE2s digest of the attempt and of each unit's first code (RFC 7693, 8 bytes), not by
    a generator of random numbers: nothing need be stored, and any version of Python, or any other language,
    finds the same order again. `salt` is the form's, at most 32 ASCII characters.
    """

    def place(unit: Sequence[str]) -> bytes:
        message = f"{attempt_id.hex}\x00{unit[0]}".encode()
        return hashlib.blake2s(message, key=salt.encode(), digest_size=8, person=_ITEM_ORDER).digest()

    return tuple(code for unit in sorted(units, key=place) for code in unit)


def choice_id(salt: str, attempt_id: UUID, slot: str, label: str) -> str:
    """The opaque id of a choice in one attempt: six characters a–z, 2–7.

    A keyed hash, so it tells nothing of the label and can be computed again for marking without being stored.
    `salt` is the form's, at most 32 ASCII characters.
    """
    return choice_ids(salt, attempt_id, slot, (label,))[label]


@lru_cache(maxsize=8192)  # asked for by the start, each save and the marking of an attempt that runs
def choice_ids(salt: str, attempt_id: UUID, slot: str, labels: tuple[str, ...]) -> Mapping[str, str]:
    """Label → id, for all choices of a slot."""
    start = hashlib.blake2s(f"{attempt_id.hex}\x00{slot}\x00".encode(), key=salt.encode(), digest_size=5)
    ids = {}
    for label in labels:
        keyed = start.copy()
        keyed.update(label.encode())
        bits = int.from_bytes(keyed.digest()[:4], "big") >> 2
        ids[label] = _PAIRS[bits >> 20] + _PAIRS[bits >> 10 & 1023] + _PAIRS[bits & 1023]
    return MappingProxyType(ids)


def ids_are_distinct(salt: str, attempt_id: UUID, labels: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether no two choices of one slot share an id in this attempt (about one attempt in three million)."""
    return all(
        len(set(choice_ids(salt, attempt_id, slot, some).values())) == len(some)
        for slot, some in labels.items()
    )
