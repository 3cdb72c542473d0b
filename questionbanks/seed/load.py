"""Reads the data files beside this module: `questions/*.json` and `laws.json`.

Pure: no Django, no database. An office may replace `laws.json` by a newer one of the same schema.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from questionbanks.kinds.base import Choice, Citation, Key, Question

SCHEMA = 1
SOURCE = "本项目自编"
CURRENT = "现行有效"  # tag of the questions whose statute is known to stand unchanged today

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class EditionRecord:
    """One edition of a statute. `adopted` names it; None stands for "not known here", also of `ended`,
    where it means as well that the edition has not ended.

    `articles` is the number of the last article (inserted articles, 第…条之一, not counted).
    """

    adopted: date
    in_force: date | None
    ended: date | None
    articles: int | None

    def in_force_on(self, day: date) -> bool:
        """Whether the edition is known to have been in force on `day` (the day it ends excluded)."""
        return self.in_force is not None and self.in_force <= day and (self.ended is None or day < self.ended)


@dataclass(frozen=True, slots=True)
class LawRecord:
    """A statute with its editions, oldest first. `short` is the name that questions cite."""

    title: str
    short: str
    aliases: tuple[str, ...]
    type: str  # 宪法, 法律, 行政法规, 地方性法规, 党内法规, 司法解释, 部门规章
    editions: tuple[EditionRecord, ...]
    repealed: date | None
    repealed_by: str


def seed_questions() -> tuple[Question, ...]:
    """Every seed question, in the order of the file names; `number` is its stable id.

    Raises ValueError when a file has another schema.
    """
    questions = []
    for path in sorted((_HERE / "questions").glob("*.json")):
        bank = _read(path)
        questions += [_question(bank, data) for data in bank["questions"]]
    return tuple(questions)


def law_catalogue(path: Path = _HERE / "laws.json") -> tuple[LawRecord, ...]:
    """The catalogue of statutes in a file of this schema: the seed's, or an office's newer one.

    Raises ValueError when the file has another schema.
    """
    return tuple(_law(data) for data in _read(path)["laws"])


def _read(path: Path) -> dict[str, Any]:
    data: Any = json.loads(path.read_text(encoding="utf-8"))
    schema = data.get("schema") if isinstance(data, dict) else None
    if schema != SCHEMA:
        raise ValueError(f"{path.name}: unknown schema {schema!r}")
    return dict(data)


def _question(bank: dict[str, Any], data: dict[str, Any]) -> Question:
    answer = data["answer"]
    key: Key = answer if isinstance(answer, bool) else tuple(answer)
    return Question(
        kind=data["kind"],
        stem=data["stem"],
        choices=tuple(Choice(one["label"], one["text"]) for one in data.get("choices", ())),
        key=key,
        rationale=data["rationale"],
        pinned=data.get("pinned", False),
        difficulty=data["difficulty"],
        topic=data["topic"],
        audience=tuple(data["audience"]),
        tags=(CURRENT,) if bank["in_force_now"] else (),
        citations=(Citation(bank["law"], bank["edition"], data["article"], data["quote"]),),
        source=SOURCE,
        number=data["id"],
    )


def _law(data: dict[str, Any]) -> LawRecord:
    return LawRecord(
        title=data["title"],
        short=data["short"],
        aliases=tuple(data["aliases"]),
        type=data["type"],
        editions=tuple(
            EditionRecord(
                adopted=date.fromisoformat(one["adopted"]),
                in_force=_day(one["in_force"]),
                ended=_day(one["ended"]),
                articles=one["articles"],
            )
            for one in data["editions"]
        ),
        repealed=_day(data["repealed"]),
        repealed_by=data["repealed_by"],
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
