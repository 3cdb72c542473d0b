"""How the invented candidates answer: at random, but to a chosen score."""

from __future__ import annotations

import random
from decimal import Decimal

from questionbanks.kinds.base import Answer, Question

from ..domain.keys import FormKeys


def answers_for(keys: FormKeys, target: Decimal, rng: random.Random) -> dict[str, Answer]:
    """An answer to every slot, in the item's own labels, worth `target` points or a little more.

    Which questions go wrong is drawn at random, harder ones more often. `target` is in points of the form;
    the result exceeds it by less than the smallest slot's points.
    """
    left = sum((slot.possible for slot in keys.slots), Decimal(0))
    by_luck = sorted(
        keys.slots, key=lambda slot: -rng.random() * (1 + (keys.questions[slot.code].difficulty or 2))
    )
    wrong = set()
    for slot in by_luck:
        if left - slot.possible >= target:
            wrong.add(slot.code)
            left -= slot.possible
    return {
        slot.code: wrong_answer(keys.questions[slot.code], rng)
        if slot.code in wrong
        else right_answer(keys.questions[slot.code])
        for slot in keys.slots
    }


def right_answer(question: Question) -> Answer:
    """The key as an answer."""
    if not isinstance(question.key, bool | tuple):
        raise TypeError("the demo's exams have items with choices and true-false items only")
    return question.key


def wrong_answer(question: Question, rng: random.Random) -> Answer:
    """An answer that earns nothing under every credit rule: it has a wrong option, or none."""
    if isinstance(question.key, bool):
        return not question.key
    key = right_answer(question)
    assert isinstance(key, tuple)
    others = [label for label in question.labels if label not in key]
    if question.kind == "single":
        return (rng.choice(others),)
    if not others:  # everything is right: only silence is worth nothing
        return None
    return tuple(sorted({rng.choice(others), *rng.sample(key, len(key) - 1)}))
