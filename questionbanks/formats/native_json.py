"""The project's own exchange format: everything that an item has, as JSON.

    {"format": "questionbank", "schema": 1, "title": "…", "questions": [<question_to_json of kinds/codec>, …]}

Nothing is lost in either direction. The shape of every item is checked before it is believed: a value of the
wrong type (an answer "false" where a truth value belongs) breaks the item instead of becoming another answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from examsite.lib.files.encodings import decode
from examsite.lib.files.sniff import Probe

from ..kinds.base import Choice, ModelAnswer, Question, replace
from ..kinds.codec import SCHEMA, question_from_json, question_to_json
from ..kinds.registry import KINDS
from .base import Emitted, Format, Parsed, Problem, Unreadable
from .incoming import MAX_RAW, MAX_STEM
from .richtext import from_html, is_rich, to_html

MARK = "questionbank"
_MARKED = re.compile(r'"format"\s*:\s*"questionbank"')
_CHOICES = frozenset({"single", "multiple", "uncertain"})
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class NativeJson(Format):
    code = "native_json"
    label = "本平台题库（JSON）"
    extension = "json"
    kinds_out = frozenset(KINDS)

    def claims(self, probe: Probe) -> int:
        marked = probe.head.startswith("{") and _MARKED.search(probe.head[:2000])
        return 98 if probe.container == "text" and marked else 0

    def parse(self, data: bytes, *, name: str = "", mapping: Mapping[str, str] | None = None) -> Parsed:
        text, encoding = decode(data, damaged=True)
        try:
            envelope = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise Unreadable("bad_json", "JSON文件不完整或已损坏；请从原系统重新导出后再导入") from error
        if not isinstance(envelope, dict) or envelope.get("format") != MARK:
            raise Unreadable("not_native", "这不是本平台导出的题库；请改选别的格式，或让系统自动识别")
        if envelope.get("schema") != SCHEMA or not isinstance(envelope.get("questions"), list):
            raise Unreadable("schema", "这个题库文件的版本无法识别；请把平台升级后再导入，或从原平台重新导出")
        questions: list[Question] = []
        problems: list[Problem] = []
        for n, item in enumerate(envelope["questions"], 1):
            question, problem = read_item(item, f"第{n}题")
            questions.append(question)
            problems += [problem] if problem else []
        return Parsed(tuple(questions), tuple(problems), self.code, encoding)

    def emit(self, questions: Sequence[Question], *, title: str = "") -> Emitted:
        envelope = {
            "format": MARK,
            "schema": SCHEMA,
            "title": title,
            "questions": [question_to_json(question) for question in questions],
        }
        return Emitted(json.dumps(envelope, ensure_ascii=False, indent=1).encode("utf-8", "replace"))


def read_item(item: Any, where: str) -> tuple[Question, Problem | None]:
    """The question of one item as JSON, and why it cannot be used if its shape is wrong."""
    fault = _fault(item)
    if fault:
        raw = json.dumps(item, ensure_ascii=False)[:MAX_RAW]
        message = f"“{fault}”一栏缺少或写得不对，这道题读不出来"
        problem = Problem(where, "bad_item", message, raw, "请从原平台重新导出，不要手工改动文件")
        return _remains(item, where), problem
    question = _settled(question_from_json(item))
    parts = tuple(replace(part, where=f"{where}第{m}小题") for m, part in enumerate(question.parts, 1))
    return replace(question, where=where, parts=parts), None


def _remains(item: Any, where: str) -> Question:
    """Kind and stem of an item that is broken, as far as they can be told."""
    content = item.get("content") if isinstance(item, dict) else None
    content = content if isinstance(content, dict) else {}
    kind, stem = content.get("kind"), content.get("stem")
    known = kind if isinstance(kind, str) and kind in KINDS and kind != "case_group" else "short_answer"
    return Question(known, stem if isinstance(stem, str) and _text(stem) else "", where=where)


def _settled(question: Question) -> Question:
    """The same with rich texts cleaned: the file may have been edited by anybody."""
    key = question.key
    if isinstance(key, ModelAnswer):
        key = replace(key, text=_clean(key.text))
    return replace(
        question,
        stem=_clean(question.stem),
        choices=tuple(Choice(choice.label, _clean(choice.text)) for choice in question.choices),
        key=key,
        rationale=_clean(question.rationale),
        parts=tuple(_settled(part) for part in question.parts),
    )


def _clean(text: str) -> str:
    return from_html(to_html(text)).text if is_rich(text) else text


# -- the shape of an item: the name of the first field that is wrong, "" when all is well --------------------

_Check = Callable[[Any], bool]


def _text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= MAX_STEM and not _UNSTORABLE.search(value)


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(_text(one) for one in value)


def _number(value: Any) -> bool:
    if value is None:
        return True
    try:
        return isinstance(value, str) and 0 <= Decimal(value) <= 1000
    except InvalidOperation:
        return False


def _records(value: Any, fields: Mapping[str, _Check], optional: frozenset[str] = frozenset()) -> bool:
    return isinstance(value, list) and all(
        isinstance(one, dict)
        and all(check(one[field]) if field in one else field in optional for field, check in fields.items())
        for one in value
    )


def _fault(item: Any) -> str:
    if not isinstance(item, dict):
        return "content"
    content, key = item.get("content"), item.get("key")
    fault = _content_fault(content) or _key_fault(key, content or {}) or _metadata_fault(item)
    if fault or "parts" not in item:
        return fault
    parts = item["parts"]
    if not isinstance(parts, list) or len(parts) != len((content or {}).get("parts", ())):
        return "parts"
    return next(filter(None, (_metadata_fault(part) for part in parts)), "")


def _metadata_fault(item: Any) -> str:
    if not isinstance(item, dict):
        return "parts"
    checks: dict[str, _Check] = {
        "points": _number,
        "difficulty": lambda value: value is None or (type(value) is int and 1 <= value <= 3),
        "topic": _text,
        "audience": _texts,
        "tags": _texts,
        "citations": lambda value: _records(
            value,
            {"law": _text, "edition": _text, "article": _text, "quote": _text},
            frozenset({"edition", "article", "quote"}),
        ),
        "source": _text,
        "number": _text,
    }
    return next((field for field, check in checks.items() if field in item and not check(item[field])), "")


def _content_fault(content: Any, nested: bool = False) -> str:
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        return "content"
    if not isinstance(content.get("kind"), str) or content["kind"] not in KINDS:
        return "kind"
    checks: dict[str, _Check] = {
        "stem": _text,
        "choices": lambda value: _records(value, {"label": _text, "text": _text}),
        "pinned": lambda value: isinstance(value, bool),
        "points": _number,
        "parts": lambda value: isinstance(value, list) and not (nested and value),
    }
    optional = frozenset({"choices", "pinned", "points", "parts"})
    wrong = next(
        (
            field
            for field, check in checks.items()
            if not (check(content[field]) if field in content else field in optional)
        ),
        "",
    )
    return wrong or next(filter(None, (_content_fault(part, True) for part in content.get("parts", ()))), "")


def _key_fault(key: Any, content: Mapping[str, Any]) -> str:
    if not isinstance(key, dict) or key.get("schema") != SCHEMA or "answer" not in key:
        return "key"
    if not _text(key.get("rationale")):
        return "rationale"
    if key["answer"] is not None and not _is_answer(content["kind"], key["answer"]):
        return "answer"
    parts, part_keys = content.get("parts", []), key.get("parts", [])
    if not isinstance(part_keys, list) or len(part_keys) != len(parts):
        return "parts"
    pairs = zip(part_keys, parts, strict=True)
    return next(filter(None, (_key_fault(part_key, part) for part_key, part in pairs)), "")


def _is_answer(kind: str, answer: Any) -> bool:
    if kind in _CHOICES:
        return _texts(answer)
    if kind == "true_false":
        return isinstance(answer, bool)
    if kind == "fill_blank":
        accepted = answer.get("accepted") if isinstance(answer, dict) else None
        return (
            isinstance(accepted, list)
            and all(_texts(texts) for texts in accepted)
            and isinstance(answer.get("any_order"), bool)
        )
    if kind == "short_answer":
        return (
            isinstance(answer, dict)
            and _text(answer.get("text"))
            and _records(answer.get("rubric"), {"text": _text, "points": _number})
        )
    return False
