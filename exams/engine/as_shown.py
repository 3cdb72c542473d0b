"""The item as one candidate saw it: choices in his order, lettered A, B, C …, key and answer likewise."""

from __future__ import annotations

from string import ascii_uppercase

from questionbanks.kinds.base import Answer, Choice, Question, replace


def letters_of(order: str) -> dict[str, str]:
    """Label of the item → letter on this candidate's screen. `order` holds the labels as shown."""
    return dict(zip(order, ascii_uppercase, strict=False))


def question_as_shown(question: Question, order: str) -> Question:
    """The question relabelled to the order shown; a question without choices is returned as it is."""
    if not question.choices or not order:
        return question
    letters = letters_of(order)
    texts = {choice.label: choice.text for choice in question.choices}
    key = question.key
    return replace(
        question,
        choices=tuple(Choice(letters[label], texts[label]) for label in order),
        key=answer_as_shown(key, order) if isinstance(key, tuple) else key,
    )


def answer_as_shown(answer: tuple[str, ...], order: str) -> tuple[str, ...]:
    """Labels → letters on this candidate's screen, in the order of the alphabet."""
    letters = letters_of(order)
    return tuple(sorted(letters[label] for label in answer))


def as_shown(question: Question, answer: Answer, order: str) -> tuple[Question, Answer]:
    """Question and answer together, both in the candidate's letters."""
    if question.choices and order and isinstance(answer, tuple):
        return question_as_shown(question, order), answer_as_shown(answer, order)
    return question_as_shown(question, order), answer
