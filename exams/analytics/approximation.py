"""余, 近, 约 and 多: round words for activities, allowed only with an exact count behind them.

The bounds are a convention of the house and configurable; all comparisons are exact. Exam counts never
take such a word: nothing in the exam templates calls this module.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class Word(StrEnum):
    """The round words."""

    OVER = "余"
    MANY = "多"
    NEARLY = "近"
    ABOUT = "约"


@dataclass(frozen=True, slots=True)
class Convention:
    """When a round word may stand for a count n.

    "X余" and "X多": X < n < over_below·X. "近X": nearly_from·X ≤ n < X. "约X": |n − X| ≤ about_within·X.
    Below `smallest` a count is always printed as it is: 12次 is never "10余次".
    """

    over_below: Fraction = Fraction(11, 10)
    nearly_from: Fraction = Fraction(9, 10)
    about_within: Fraction = Fraction(1, 20)
    smallest: int = 100

    def allows(self, word: Word, x: int, n: int) -> bool:
        """Whether "x余", "近x" … may be said of n; x and n are positive counts."""
        if x <= 0:
            return False
        if word in (Word.OVER, Word.MANY):
            return x < n < self.over_below * x
        if word is Word.NEARLY:
            return self.nearly_from * x <= n < x
        return abs(n - x) <= self.about_within * x

    def approximate(self, n: int, words: Sequence[Word]) -> str:
        """n in round words: "100余", "近3万", "2.6万余"; the exact count where none of `words` fits."""
        if n >= self.smallest:
            for word in words:
                for x in _round_numbers(word, n):
                    if self.allows(word, x, n):
                        return _say(word, x)
        return say_number(n)


HOUSE = Convention()


def _round_numbers(word: Word, n: int) -> tuple[int, ...]:
    """The round numbers to try: for 近 one digit and zeros above n; else one digit, then two, below n."""
    one = 10 ** (len(str(n)) - 1)
    if word is Word.NEARLY:
        return ((n // one + 1) * one,)
    two = max(one // 10, 1)
    return (n // one * one, n // two * two)


def _say(word: Word, x: int) -> str:
    if word in (Word.OVER, Word.MANY):
        return f"{say_number(x)}{word.value}"
    return f"{word.value}{say_number(x)}"


def say_number(n: int) -> str:
    """n in digits; round ten-thousands with 万: 30000 is "3万", 26000 is "2.6万", 29640 stays "29640"."""
    if n < 10_000 or n % 1_000:
        return str(n)
    whole, thousands = divmod(n // 1_000, 10)
    return f"{whole}.{thousands}万" if thousands else f"{whole}万"
