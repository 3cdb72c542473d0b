"""Question ⇄ JSON, in two halves: `content` may be shown to a candidate, `key` never before its release.

The only place that reads or writes the inside of an item as JSON. Both halves carry "schema": 1.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from .base import Choice, Citation, Question, replace
from .registry import kind

SCHEMA = 1


class SchemaError(ValueError):
    """JSON that this version of the code does not know how to read."""


def content_to_json(question: Question) -> dict[str, Any]:
    """Stem, choices and what the page needs to lay them out; no key, no rationale."""
    data: dict[str, Any] = {"schema": SCHEMA, "kind": question.kind, "stem": question.stem}
    if question.choices:
        data["choices"] = [{"label": choice.label, "text": choice.text} for choice in question.choices]
    if question.pinned:
        data["pinned"] = True
    if question.points is not None:
        data["points"] = str(question.points)
    blanks = 0 if question.key is None else kind(question.kind).blank_count(question.key)
    if blanks:
        data["blanks"] = blanks
    if question.parts:
        data["parts"] = [content_to_json(part) for part in question.parts]
    return data


def key_to_json(question: Question) -> dict[str, Any]:
    """Answer and rationale, for each part as well."""
    data: dict[str, Any] = {
        "schema": SCHEMA,
        "answer": kind(question.kind).key_to_json(question.key),
        "rationale": question.rationale,
    }
    if question.parts:
        data["parts"] = [key_to_json(part) for part in question.parts]
    return data


def from_json(content: dict[str, Any], key: dict[str, Any] | None) -> Question:
    """The question behind the two halves; `key` None gives a question without key (the exam path).

    Raises SchemaError for a schema or a kind that is not known.
    """
    for half in (content, key):
        if half is not None and half.get("schema") != SCHEMA:
            raise SchemaError(f"unknown schema {half.get('schema')!r}")
    try:
        its_kind = kind(content["kind"])
    except KeyError as error:
        raise SchemaError(f"unknown kind {content.get('kind')!r}") from error
    part_keys = [None] * len(content.get("parts", ())) if key is None else key.get("parts", ())
    return Question(
        kind=its_kind.code,
        stem=content["stem"],
        choices=tuple(Choice(one["label"], one["text"]) for one in content.get("choices", ())),
        pinned=bool(content.get("pinned", False)),
        points=None if content.get("points") is None else Decimal(content["points"]),
        key=None if key is None else its_kind.key_from_json(key["answer"]),
        rationale="" if key is None else key["rationale"],
        parts=tuple(
            from_json(part, part_key)
            for part, part_key in zip(content.get("parts", ()), part_keys, strict=True)
        ),
    )


def question_to_json(question: Question) -> dict[str, Any]:
    """The whole question with its metadata: the project's own exchange format (formats/native_json)."""
    data = {"content": content_to_json(question), "key": key_to_json(question), **_metadata_to_json(question)}
    if question.parts:
        data["parts"] = [_metadata_to_json(part) for part in question.parts]
    return data


def question_from_json(data: dict[str, Any]) -> Question:
    """Inverse of `question_to_json`."""
    question = _with_metadata(from_json(data["content"], data["key"]), data)
    if "parts" not in data:
        return question
    pairs = zip(question.parts, data["parts"], strict=True)
    return replace(question, parts=tuple(_with_metadata(part, metadata) for part, metadata in pairs))


def _metadata_to_json(question: Question) -> dict[str, Any]:
    return {
        "points": None if question.points is None else str(question.points),
        "difficulty": question.difficulty,
        "topic": question.topic,
        "audience": list(question.audience),
        "tags": list(question.tags),
        "citations": [
            {"law": one.law, "edition": one.edition, "article": one.article, "quote": one.quote}
            for one in question.citations
        ],
        "source": question.source,
        "number": question.number,
    }


def _with_metadata(question: Question, data: dict[str, Any]) -> Question:
    return replace(
        question,
        points=None if data.get("points") is None else Decimal(data["points"]),
        difficulty=data.get("difficulty"),
        topic=data.get("topic", ""),
        audience=tuple(data.get("audience", ())),
        tags=tuple(data.get("tags", ())),
        citations=tuple(
            Citation(one["law"], one.get("edition", ""), one.get("article", ""), one.get("quote", ""))
            for one in data.get("citations", ())
        ),
        source=data.get("source", ""),
        number=data.get("number", ""),
    )
