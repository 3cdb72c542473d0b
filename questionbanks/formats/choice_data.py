"""Options as other programs store them: in one cell, as JSON, in lists of objects."""

from __future__ import annotations

import json
import re
from typing import Any, TypeGuard

from ..kinds.base import Choice
from .normalise import half
from .options import letters_from_a, split_cell, with_labels

_BREAK = re.compile(r"\s*<(?:br|/p|/li|/div)\s{0,3}/?>\s*", re.IGNORECASE)


def choices_of(cell: str) -> tuple[list[Choice], str]:
    """The options of one cell: JSON, lettered, or parted by a separator; and how they were told apart."""
    text = cell.strip()
    if text[:1] in "[{":
        try:
            data = json.loads(text)
        except ValueError:
            data = None
        found = choices_of_data(data)
        if found:
            return found, "json"
    return split_cell(_BREAK.sub("\n", text) if "<" in text else text)


def choices_of_data(data: object) -> list[Choice]:
    """Options from decoded JSON; [] for shapes that hold none.

    ["甲"], {"A": "甲"}, [{"label": "A", "text": "甲"}], {"text": ["甲"], "label": ["A"]}.
    """
    if isinstance(data, dict) and isinstance(data.get("text"), list):
        labels, texts = data.get("label"), [_scalar(one) for one in data["text"]]
        if not isinstance(labels, list) or len(labels) != len(texts):
            return with_labels(texts)
        return [Choice(half(str(one)).upper(), text) for one, text in zip(labels, texts, strict=True)]
    if isinstance(data, dict):
        items = [(half(str(key)).strip().upper(), value) for key, value in data.items()]
        lettered = all(re.fullmatch(r"[A-Z]", key) for key, _ in items)
        return [
            Choice(key if lettered else label, _scalar(value))
            for (key, value), label in zip(items, letters_from_a(len(items)), strict=True)
        ]
    if isinstance(data, list) and all(isinstance(one, str | int | float) for one in data):
        return with_labels([_scalar(one) for one in data])
    if is_pairs(data):
        return with_labels([_scalar(one[0]) for one in data])
    if isinstance(data, list) and all(isinstance(one, dict) for one in data):
        return [_choice_of(one, label) for one, label in zip(data, letters_from_a(len(data)), strict=True)]
    return []


_LABEL_KEYS = (
    "label",
    "key",
    "letter",
    "option",
    "prefix",
    "name",
    "id",
    "code",
    "index",
    "value",
    "no",
    "tag",
)
_TEXT_KEYS = (
    "text",
    "content",
    "title",
    "option_text",
    "optioncontent",
    "value",
    "desc",
    "description",
    "body",
    "name",
    "option",
)


def is_pairs(data: object) -> TypeGuard[list[list[Any]]]:
    """Whether options come as [text, right?] each."""
    return isinstance(data, list) and all(
        isinstance(one, list) and len(one) == 2 and isinstance(one[0], str) and isinstance(one[1], bool)
        for one in data
    )


def _choice_of(one: dict[str, object], label: str) -> Choice:
    lower = {str(key).casefold(): value for key, value in one.items()}
    if len(one) == 1:
        key, value = next(iter(one.items()))
        if re.fullmatch(r"[A-Za-z]", str(key)):
            return Choice(str(key).upper(), _scalar(value))
    own = next(
        (str(lower[key]) for key in _LABEL_KEYS if re.fullmatch(r"[A-Za-z]", str(lower.get(key, "")))), ""
    )
    text = next((_scalar(lower[key]) for key in _TEXT_KEYS if lower.get(key) not in (None, "", own)), "")
    return Choice(own.upper() or label, text)


def _scalar(value: object) -> str:
    return "" if value is None else str(value)
