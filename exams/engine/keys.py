"""What earns full marks in a slot: the published key, or what a correction put in its place. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from questionbanks.kinds.base import Blanks, Key


class Method(StrEnum):
    """How a key is corrected after an exam."""

    KEY = "key"
    ACCEPT = "accept"
    FULL = "full"
    OUT = "out"


METHOD_LABELS = {
    Method.KEY: "更换答案",
    Method.ACCEPT: "增加可接受的答案",
    Method.FULL: "全体给满分",
    Method.OUT: "不计入总分",
}

# Kinds whose answers people mark have no key that could simply be another one.
METHODS_OF_KIND = {
    "single": tuple(Method),
    "multiple": tuple(Method),
    "uncertain": tuple(Method),
    "true_false": tuple(Method),
    "fill_blank": tuple(Method),
    "short_answer": (Method.FULL, Method.OUT),
}


@dataclass(frozen=True, slots=True)
class SlotKey:
    """The key of a slot. `keys` are alternatives, any of which earns full marks.

    `full`: everybody who had the item gets full marks; `out`: it is not part of the total. `version` is 1
    as published and rises with each correction.
    """

    keys: tuple[Key, ...]
    full: bool = False
    out: bool = False
    version: int = 1


def corrected(key: SlotKey, method: Method, keys: tuple[Key, ...] = ()) -> SlotKey:
    """The slot's key after a correction; `keys` are the new one, or those accepted besides.

    To accept another text in a blank is one key with more texts, not two keys: each blank counts by itself.
    Full marks and taking out leave the keys as they stand, so that a page can still show them.
    """
    version = key.version + 1
    if method is Method.FULL:
        return replace(key, full=True, out=False, version=version)
    if method is Method.OUT:
        return replace(key, full=False, out=True, version=version)
    if method is Method.KEY:
        return SlotKey(keys, version=version)
    return SlotKey(_with_more(key.keys, keys), version=version)


def _with_more(keys: tuple[Key, ...], more: tuple[Key, ...]) -> tuple[Key, ...]:
    if keys and isinstance(keys[0], Blanks):
        merged = keys[0]
        for one in more:
            if not isinstance(one, Blanks) or len(one.accepted) != len(merged.accepted):
                raise ValueError("a correction must name as many blanks as the item has")
            texts = tuple(
                (*have, *(text for text in new if text not in have))
                for have, new in zip(merged.accepted, one.accepted, strict=True)
            )
            merged = replace(merged, accepted=texts)
        return (merged,)
    return (*keys, *(one for one in more if one not in keys))
