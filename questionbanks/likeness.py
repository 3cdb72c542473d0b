"""How alike two items are, in words: folding, sketches that find the likely ones, and the exact measure.

Pure: no Django. An item is compared by all that a candidate reads (stem, choices, parts), without
punctuation, spaces and the order of the choices, so that "下列说法正确的是" with other choices is
another item.

Finding doubles among n new and N stored items costs about n + N, not n × N: a sketch of 24 numbers is kept
with each item; two items that share most of their character triples share at least one number with great
probability (MinHash with banding: Broder 1997; Leskovec, Rajaraman, Ullman, Mining of Massive Datasets,
ch. 3), and only those pairs are measured.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .formats.richtext import to_plain
from .kinds.base import Blanks, ModelAnswer, Question
from .kinds.written import fold

NEAR = 0.9  # from here on two items count as nearly the same
BANDS, ROWS = 24, 4  # a pair with Jaccard similarity s shares a band with probability 1 − (1 − s⁴)²⁴
SKETCH_BYTES = 4 * BANDS
_SKETCHED = 4_000  # characters of an item that the sketch looks at
_MEASURED = 2_000  # characters of an item that the measure looks at
_BUCKET = 8  # items looked at in one bucket; more means a phrase that half the bank shares
_CANDIDATES = 6  # pairs measured for one item

Sketches = NDArray[np.uint32]

_seeds = np.random.default_rng(20260101)
_FACTORS = _seeds.integers(1, 2**63, BANDS * ROWS, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
_SHIFTS = _seeds.integers(0, 2**63, BANDS * ROWS, dtype=np.uint64)
_MIX = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 1], dtype=np.uint64)


def bare(text: str) -> str:
    """A text as it is searched and compared: folded (kinds/written), letters and digits only."""
    return "".join(char for char in fold(to_plain(text)) if char.isalnum())


def folded(question: Question) -> str:
    """All that a candidate reads of an item, bare: the stem, then the choices sorted, then the parts."""
    lines = [bare(question.stem), *sorted(bare(choice.text) for choice in question.choices)]
    lines += [folded(part) for part in question.parts]
    return "\n".join(line for line in lines if line)


def double_key(text: str) -> str:
    """Sixteen hex digits that only items with the same `folded` text share."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def same_key(one: Question, other: Question) -> bool:
    """Whether two items with the same words have the same answer, whatever the order of their choices."""
    return _key(one) == _key(other) and [_key(part) for part in one.parts] == [
        _key(part) for part in other.parts
    ]


def _key(question: Question) -> object:
    key = question.key
    if isinstance(key, tuple):
        texts = {choice.label: bare(choice.text) for choice in question.choices}
        return frozenset(texts.get(label, label) for label in key)
    if isinstance(key, Blanks):
        return tuple(frozenset(map(bare, accepted)) for accepted in key.accepted)
    return bare(key.text) if isinstance(key, ModelAnswer) else key


def sketch(text: str) -> bytes:
    """The sketch of a `folded` text: 24 band numbers of 32 bits, little-endian."""
    codes = np.frombuffer(f"\x02{text[:_SKETCHED]}\x03\x03".encode("utf-32-le", "replace"), dtype="<u4")
    codes = codes.astype(np.uint64)
    triples = np.unique(codes[:-2] * _MIX[0] + codes[1:-1] * _MIX[1] + codes[2:] * _MIX[2])
    triples ^= triples >> np.uint64(29)
    lowest = ((triples[:, None] * _FACTORS + _SHIFTS) >> np.uint64(32)).min(axis=0).reshape(BANDS, ROWS)
    bands = (lowest * _MIX).sum(axis=1, dtype=np.uint64)
    bands ^= bands >> np.uint64(31)
    short: Sketches = ((bands * _MIX[0]) >> np.uint64(32)).astype("<u4")
    return short.tobytes()


def sketches(many: Sequence[bytes]) -> Sketches:
    """Sketches as an array, one a row. One of the wrong length (an item from before) resembles nothing."""
    whole = b"".join(one if len(one) == SKETCH_BYTES else b"\x00" * SKETCH_BYTES for one in many)
    return np.frombuffer(whole, dtype="<u4").reshape(len(many), BANDS)


def candidates(stored: Sketches, new: Sketches) -> list[list[int]]:
    """For each new item those that are likely to resemble it, likeliest first.

    Positions count through: the stored items first, then the new ones; an item is compared with what stands
    before it, so that a pair is found once.
    """
    everything = np.concatenate([stored, new])
    first = len(stored)
    shared: list[Counter[int]] = [Counter() for _ in range(len(new))]
    for band in range(BANDS):
        order = np.argsort(everything[:, band], kind="stable")
        values = everything[order, band]
        left = np.searchsorted(values, new[:, band], "left")
        right = np.searchsorted(values, new[:, band], "right")
        for index in np.nonzero((right - left > 1) & (new[:, band] != 0))[0]:
            place = first + int(index)
            bucket = order[left[index] : min(right[index], left[index] + _BUCKET)]
            shared[index].update(int(one) for one in bucket if one < place)
    return [[place for place, _ in counts.most_common(_CANDIDATES)] for counts in shared]


def similarity(one: str, other: str) -> float:
    """1 − edit distance ÷ length of the longer text, of two `folded` texts; 1.0 for the same.

    For texts that cannot be near, a value below NEAR that may be too high: characters that only one of them
    has must all be edited, and counting them is much quicker than the distance.
    """
    one, other = one[:_MEASURED], other[:_MEASURED]
    longer = max(len(one), len(other))
    if longer == 0 or one == other:
        return 1.0
    left, right = Counter(one), Counter(other)
    most = 1 - max((left - right).total(), (right - left).total()) / longer
    if most < NEAR:
        return most
    return 1 - _distance(one, other) / longer


def _distance(one: str, other: str) -> int:
    """Levenshtein distance, a row of the matrix in one whole number (Myers 1999; Hyyrö 2003)."""
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    one, other = one[start:], other[start:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    if not one or not other:
        return len(one) + len(other)
    places: dict[str, int] = {}
    for index, char in enumerate(one):
        places[char] = places.get(char, 0) | 1 << index
    full, last = (1 << len(one)) - 1, 1 << (len(one) - 1)
    rising, falling, score = full, 0, len(one)
    for char in other:
        equal = places.get(char, 0)
        vertical = equal | falling
        horizontal = (((equal & rising) + rising) ^ rising) | equal
        up = falling | (full & ~(horizontal | rising))
        down = rising & horizontal
        score += bool(up & last) - bool(down & last)
        up, down = (up << 1 | 1) & full, (down << 1) & full
        rising = down | (full & ~(vertical | up))
        falling = up & vertical
    return score
