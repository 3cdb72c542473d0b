"""Question sets in JSON and JSON lines, whatever their keys are called.

Lists of objects with a stem and an answer are looked for at any depth; the names of the chapters on the way
become the topic, the name of a 题型 on the way the kind.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from examsite.lib.files.encodings import decode
from examsite.lib.files.sniff import Probe

from .base import Format, Parsed, Unreadable
from .drafts import Draft
from .fields import choices_of_data, draft_of, gather, meaning_of
from .normalise import kind_of
from .settle import group

MAX_DEPTH = 12
_ANSWERS = frozenset({"answer", "choices", "choice", "right"})
_NAMES = (
    "chapter",
    "section",
    "title",
    "name",
    "category",
    "章节",
    "名称",
    "标题",
    "type",
    "题型",
    "subject",
    "unit",
)


@dataclass(frozen=True, slots=True)
class _Found:
    """An object that is an item, and where it stands. `kind`, `topic`: from the objects around it."""

    data: Mapping[str, Any]
    where: str
    kind: str
    topic: str


class JsonSet(Format):
    """JSON and JSON lines."""

    code = "json"
    label = "JSON题库"
    extension = "json"

    def claims(self, probe: Probe) -> int:
        if probe.container != "text":
            return 0
        if re.match(r"\[\s*[\[{\]]|\{\s*[\"}]", probe.head):
            return 85
        return (
            85
            if re.match(r"(?:var|let|const|export default|module\.exports)\b[^{\[]{0,80}[\[{]", probe.head)
            else 0
        )

    def parse(self, data: bytes, *, name: str = "", mapping: Mapping[str, str] | None = None) -> Parsed:
        text, encoding = decode(data)
        found = list(_items(load(text)))
        if not found:
            raise Unreadable("no_questions", "JSON里没有认出试题：每道题要有题干（question）和答案（answer）")
        constant = _constant_keys(found)
        keys = dict.fromkeys(key for one in found for key in one.data)
        layout = {key: "" if key in constant else meaning_of(key) for key in keys} | dict(mapping or {})
        drafts = [_draft(one, layout) for one in found]
        questions, problems = group([draft for part in drafts for draft in part])
        return Parsed(tuple(questions), tuple(problems), self.code, encoding, layout)


def load(text: str) -> Any:
    """The decoded JSON; JSON lines become a list. Raises Unreadable with the line at fault."""
    body = text.strip()
    script = re.match(r"(?:var|let|const|export default|module\.exports)\b[^{\[]{0,80}", body)
    if script:
        body = body[script.end() :].rstrip().rstrip(";")
    try:
        return json.loads(body)
    except RecursionError as error:
        raise Unreadable("json_depth", "JSON嵌套太深，已拒绝导入") from error
    except ValueError as error:
        lines = _json_lines(body)
        if lines:
            return lines
        line = getattr(error, "lineno", 1)
        raise Unreadable(
            "damaged_json", f"JSON在第{line}行附近写错了，无法读取；请用原来的程序重新导出"
        ) from error


def _json_lines(text: str) -> list[Any]:
    """The objects of a text that has one a line (a comma behind it does no harm); [] where a line is none."""
    found = []
    for line in text.split("\n"):
        if line.strip():
            try:
                found.append(json.loads(line.strip().rstrip(",")))
            except (ValueError, RecursionError):
                return []
    return found


def _items(data: Any, where: str = "", kind: str = "", topic: str = "", depth: int = 0) -> Iterator[_Found]:
    if depth > MAX_DEPTH:
        return
    if isinstance(data, list):
        among_items = any(isinstance(one, dict) and _is_item(one) for one in data)
        for number, one in enumerate(data, 1):
            place = f"{where}·第{number}项" if where else f"第{number}项"
            if among_items and isinstance(one, dict) and _has_stem(one):
                yield _Found(one, place, kind, topic)  # without an answer too: it is found, and broken
            elif isinstance(one, dict | list):
                yield from _items(one, place, kind, topic, depth + 1)
    elif isinstance(data, dict):
        if _is_item(data):
            yield _Found(data, where or "第1项", kind, topic)
            return
        for key in _NAMES:
            value = data.get(key)
            if isinstance(value, str) and value.strip() and len(value) < 60:
                kind = kind_of(value) or kind
                topic = topic if kind_of(value) or value in topic else f"{topic} / {value}".strip(" /")
        for key, value in data.items():
            if isinstance(value, dict | list) and meaning_of(str(key)) != "choices":
                named = kind_of(str(key))
                yield from _items(
                    value, f"{where}·{key}" if where else str(key), named or kind, topic, depth + 1
                )


def _has_stem(data: Mapping[str, Any]) -> bool:
    return any(meaning_of(str(key)) == "stem" and isinstance(value, str) for key, value in data.items())


def _is_item(data: Mapping[str, Any]) -> bool:
    """Whether an object has a stem in words, and options or an answer."""
    meanings = {meaning_of(str(key)).partition(":")[0] for key in data}
    if not _has_stem(data) or not meanings & _ANSWERS:
        return False
    return not any(
        isinstance(value, list) and value and isinstance(value[0], dict) and _is_item(value[0])
        for key, value in data.items()
        if meaning_of(str(key)) not in {"choices", "answer"}
    )


def _constant_keys(found: list[_Found]) -> frozenset[str]:
    """Keys whose text is the same in most objects: an instruction or a system prompt, no part of an item."""
    if len(found) < 5:
        return frozenset()
    seen: dict[str, Counter[str]] = {}
    for one in found:
        for key, value in one.data.items():
            if isinstance(value, str) and len(value) > 12:
                seen.setdefault(key, Counter())[value] += 1
    return frozenset(
        key
        for key, counts in seen.items()
        if meaning_of(key) in {"", "stem", "material"} and counts.most_common(1)[0][1] * 10 > 9 * len(found)
    )


def _draft(found: _Found, layout: Mapping[str, str]) -> list[Draft]:
    pairs: list[tuple[str, str]] = []
    choices = []
    keys: tuple[str, ...] = ()
    best_stem = _best_stem(found.data, layout)
    for key, value in found.data.items():
        meaning = layout.get(key, "")
        if meaning == "stem" and key != best_stem:
            meaning = "topic" if isinstance(value, str) and len(value) < 60 else ""
        if meaning == "choices" and not isinstance(value, str):
            choices = choices_of_data(value)
            keys = _right_choices(value)
        elif meaning:
            pairs.append((meaning, _text(value, meaning)))
    fields = gather(pairs)
    answer = next((value for key, value in found.data.items() if layout.get(key) == "answer"), None)
    draft = draft_of(fields, found.where, {}, found.kind)
    draft.topic = draft.topic or found.topic
    draft.raw = json.dumps(found.data, ensure_ascii=False)[:4000]
    if choices:
        draft.choices = choices
        draft.keys = draft.keys or keys
        draft.answer = _answer_by_index(draft, answer, choices)
    return [draft]


def _best_stem(data: Mapping[str, Any], layout: Mapping[str, str]) -> str:
    """Of several keys that may hold the stem (title, content, question), the one with the longest text."""
    stems = {
        key: len(str(value))
        for key, value in data.items()
        if layout.get(key) == "stem" and isinstance(value, str)
    }
    return max(stems, key=lambda key: stems[key], default="")


def _right_choices(value: Any) -> tuple[str, ...]:
    """Labels of options that say themselves that they are right ({"text": …, "is_correct": true})."""
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        return ()
    labels = [choice.label for choice in choices_of_data(value)]
    right = []
    for label, one in zip(labels, value, strict=True):
        flags = [
            flag
            for key, flag in one.items()
            if meaning_of(str(key)) == "choice_right"
            or str(key).casefold() in {"correct", "right", "is_answer", "isanswer"}
        ]
        if any(flag in (True, 1, "1", "true", "True") for flag in flags):
            right.append(label)
    return tuple(right)


def _answer_by_index(draft: Draft, answer: Any, choices: list[Any]) -> str | None:
    """An answer given as place in the list of options. Whether 0 or 1 is the first cannot be known from one
    number, so only 0-based lists of places inside the options are read, and the item is marked."""
    places = answer if isinstance(answer, list) else [answer]
    if not places or not all(isinstance(one, int) and not isinstance(one, bool) for one in places):
        return draft.answer
    texts = {choice.text.strip() for choice in choices}
    if all(str(one) in texts for one in places):
        return draft.answer
    if all(0 <= one < len(choices) for one in places):
        labels = [choices[one].label for one in places]
        draft.doubt(
            "answer_by_index",
            f"答案是序号{'、'.join(map(str, places))}（从0数起），读作{'、'.join(labels)}",
            "核对答案",
        )
        return "".join(labels)
    return draft.answer


def _text(value: Any, meaning: str) -> str:
    """A JSON value as the text of a field."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, list):
        lettered = all(isinstance(one, str) and re.fullmatch(r"\s*[A-Za-z]\s*", one) for one in value)
        joiner = "；" if meaning != "answer" else "" if lettered else "|"
        return joiner.join(_text(one, meaning) for one in value)
    if isinstance(value, dict):
        texts = [
            str(value[key])
            for key in ("text", "content", "value", "answer", "title", "name")
            if isinstance(value.get(key), str | int)
        ]
        return texts[0] if texts else json.dumps(value, ensure_ascii=False)
    return str(value)
