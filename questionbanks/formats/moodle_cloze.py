"""Moodle's cloze text: "北京是{1:SHORTANSWER:=首都~=京城}".

Written gaps become a 填空, one menu alone a 单选; several menus, and menus beside gaps, have no place.
"""

from __future__ import annotations

import html
import re
from decimal import Decimal

from ..kinds.base import Blanks, Question
from .incoming import FULL, Incoming, accepted_texts, lettered, percent
from .richtext import BLANK, from_html, without_last_blanks

_FIELD = re.compile(r"\{(\d*):([A-Z_]+):((?:[^}\\]|\\.)*)\}", re.DOTALL)
_WRITTEN = frozenset({"SHORTANSWER", "SA", "MW", "SHORTANSWER_C", "SAC", "MWC"})
_NUMERIC = frozenset({"NUMERICAL", "NM"})
_MENUS = frozenset(
    f"{name}{way}" for name in ("MULTICHOICE_", "MC") for way in ("", "V", "H", "S", "VS", "HS")
)
_ANSWER = re.compile(
    r"(=|%-?\d+(?:[.,]\d*)?%)?((?:\\.|&#?\w+;|[^~\\#])*)(?:#(?:\\.|[^~\\])*)?(?:~|$)", re.DOTALL
)


def read(item: Incoming, markup: str, rationale: str) -> Question:
    """The item of a cloze text in HTML."""
    fields = list(_FIELD.finditer(markup))
    stem = without_last_blanks(item.html(_FIELD.sub(BLANK, markup)))
    kinds = {field.group(2) for field in fields}
    if len(fields) == 1 and kinds <= _MENUS | {"MULTICHOICE"}:
        return _choice(item, stem, fields[0].group(3), rationale)
    if not fields or not kinds <= _WRITTEN | _NUMERIC:
        return item.foreign(
            "cloze" if not fields or kinds & _WRITTEN else "select", stem, rationale=rationale
        )
    accepted = []
    for field in fields:
        texts, weights = _alternatives(field.group(3))
        if field.group(2) in _NUMERIC:
            exact = [text.partition(":") for text in texts]
            if any(tolerance and percent(tolerance) != 0 for _, _, tolerance in exact):
                return item.foreign("numerical", stem, rationale=rationale)
            texts = [number for number, _, _ in exact]
        accepted.append(accepted_texts(item, texts, weights))
    key = Blanks(tuple(accepted)) if all(accepted) else None
    return item.question("fill_blank", stem, key=key, rationale=rationale)


def _choice(item: Incoming, stem: str, source: str, rationale: str) -> Question:
    """The item of a text with one menu."""
    texts, weights = _alternatives(source)
    choices = lettered(texts)
    right = tuple(choice.label for choice, weight in zip(choices, weights, strict=True) if weight >= FULL)
    return item.question("single", stem, choices=choices, key=right or None, rationale=rationale)


def _alternatives(source: str) -> tuple[list[str], list[Decimal]]:
    """The texts of a gap and what each is worth, in percent."""
    texts, weights = [], []
    for match in _ANSWER.finditer(source):
        mark, text = match.group(1) or "", match.group(2)
        if not match.group():
            continue
        weight = Decimal(100) if mark == "=" else percent(mark.strip("%")) if mark else Decimal(0)
        texts.append(from_html(re.sub(r"\\([}#~/\"\\{=])", r"\1", text)).text)
        weights.append(weight or Decimal(0))
    return texts, weights


def field(accepted: tuple[str, ...]) -> str:
    """A gap with these accepted texts, as HTML text."""
    return "{1:SHORTANSWER:" + "~".join(f"={_escaped(text)}" for text in accepted if text.strip()) + "}"


def _escaped(text: str) -> str:
    return re.sub(r"([\\}#~])", r"\\\1", html.escape(" ".join(text.split("\n")), quote=False))
