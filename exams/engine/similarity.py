"""Near duplicates: two items that must not stand in one form.

Two folded texts (questionbanks.likeness.folded: stem, choices, parts) are near when the Jaccard similarity
of their character pairs reaches 0.7, or when they are equal once words of affirmation and negation are taken
away (相反问法: "下列正确的是", "下列不正确的是").
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import combinations

NEAR = 0.7
_POLARITY = re.compile(
    r"不正确|不属于|不包括|不得|不能|不应|不可以|不是|错误|正确|属于|包括|应当|可以|不|是|对|错"
)


def grams(text: str) -> frozenset[str]:
    """The pairs of neighbouring characters of a text; a shorter text is its own.

    Pairs rather than trigrams: Chinese words have two characters, and stems are short.
    """
    if len(text) < 2:
        return frozenset({text})
    return frozenset(text[start : start + 2] for start in range(len(text) - 1))


def similarity(a: frozenset[str], b: frozenset[str]) -> float:
    """|a ∩ b| ÷ |a ∪ b|."""
    shared = len(a & b)
    return shared / (len(a) + len(b) - shared) if a or b else 1.0


def without_polarity(text: str) -> str:
    """The text without the words that turn a statement into its opposite."""
    return _POLARITY.sub("", text)


def near_pairs(texts: Mapping[str, str]) -> list[tuple[str, str]]:
    """The pairs of keys whose texts are near duplicates or ask the opposite, in the order given."""
    pairs = {key: grams(text) for key, text in texts.items()}
    neutral = {key: without_polarity(text) for key, text in texts.items()}
    found = []
    for a, b in combinations(texts, 2):
        # Two sets whose sizes differ too much cannot reach the threshold; this spares most comparisons.
        small, large = sorted((len(pairs[a]), len(pairs[b])))
        if neutral[a] == neutral[b] or (small >= NEAR * large and similarity(pairs[a], pairs[b]) >= NEAR):
            found.append((a, b))
    return found
