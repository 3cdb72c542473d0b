"""Round words (余, 近, 多, 约): only where the count allows them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.analytics.approximation import HOUSE, Convention, Word


@pytest.mark.parametrize(
    ("word", "x", "n", "allowed"),
    [
        (Word.OVER, 100, 100, False),
        (Word.OVER, 100, 101, True),
        (Word.OVER, 100, 109, True),
        (Word.OVER, 100, 110, False),
        (Word.MANY, 100, 106, True),
        (Word.NEARLY, 30000, 26999, False),
        (Word.NEARLY, 30000, 27000, True),
        (Word.NEARLY, 30000, 29999, True),
        (Word.NEARLY, 30000, 30000, False),
        (Word.ABOUT, 100, 95, True),
        (Word.ABOUT, 100, 94, False),
        (Word.ABOUT, 100, 105, True),
        (Word.ABOUT, 100, 106, False),
        (Word.OVER, 0, 5, False),
    ],
)
def test_when_a_round_word_may_stand(word, x, n, allowed):
    assert HOUSE.allows(word, x, n) is allowed


@pytest.mark.parametrize(
    ("n", "words", "text"),
    [
        (12, (Word.OVER,), "12"),
        (99, (Word.NEARLY,), "99"),
        (100, (Word.OVER,), "100"),
        (106, (Word.OVER,), "100余"),
        (110, (Word.OVER,), "110"),
        (115, (Word.OVER,), "110余"),
        (128, (Word.OVER,), "120余"),
        (29640, (Word.NEARLY, Word.OVER), "近3万"),
        (26900, (Word.NEARLY, Word.OVER), "2.6万余"),
        (30000, (Word.NEARLY, Word.OVER), "3万"),
        (30500, (Word.NEARLY, Word.OVER), "3万余"),
        (950, (Word.NEARLY,), "近1000"),
        (102, (Word.ABOUT,), "约100"),
    ],
)
def test_counts_in_round_words(n, words, text):
    assert HOUSE.approximate(n, words) == text


@given(st.integers(1, 10**7), st.lists(st.sampled_from(Word), max_size=4))
def test_a_round_word_is_never_said_of_a_count_it_does_not_fit(n, words):
    text = HOUSE.approximate(n, words)
    found = next((word for word in Word if word.value in text), None)
    number = text.replace("余", "").replace("多", "").replace("近", "").replace("约", "")
    x = round(float(number[:-1]) * 10000) if number.endswith("万") else int(number)
    assert x == n if found is None else HOUSE.allows(found, x, n)


def test_the_convention_is_the_house_s_own():
    assert Convention(smallest=10).approximate(12, (Word.OVER,)) == "12"
    assert Convention(smallest=10).approximate(102, (Word.MANY,)) == "100多"
