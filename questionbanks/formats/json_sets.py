"""Question sets in JSON and JSON lines, whatever their keys are called.

Lists of objects with a stem and an answer are looked for at any depth; the names of the chapters on the way
become the topic, the name of a 题型 on the way the kind.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from examsite.lib.files.encodings import decode
from examsite.lib.files.sniff import Probe

from .base import Format, Parsed, Unreadable
from .choice_data import choices_of_data, is_pairs
from .drafts import Draft
from .fields import draft_of, gather, meaning_of, settle_names
from .normalise import kind_of
from .options import with_labels
from .runs import MANY, read_places, take_numbers
from .settle import group

MAX_DEPTH = 12
BRIEF = 20  # characters
SHORT = 60  # characters: a shorter text beside a stem is a name, a longer one says something
_MARK = "\x1e"  # stands between the texts of a list that no text contains
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
class _Around:
    """What the objects around an item say for all items inside."""

    kind: str = ""
    topic: str = ""
    material: str = ""


_NOTHING = _Around()


@dataclass(frozen=True, slots=True)
class _Found:
    """An object that is an item, and where it stands."""

    data: Mapping[str, Any]
    where: str
    around: _Around


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
        text, encoding = decode(data, damaged=True)
        loaded = load(text)
        found = list(_items(loaded)) or list(_answers_by_question(loaded))
        if not found:
            raise Unreadable("no_questions", "JSON里没有认出试题：每道题要有题干（question）和答案（answer）")
        constant = _constant_keys(found)
        keys = dict.fromkeys(key for one in found for key in one.data)
        layout = {key: "" if key in constant else meaning_of(key) for key in keys}
        settle_names(layout, {key: key for key in keys})
        layout |= dict(mapping or {})
        drafts = [_draft(one, layout) for one in found]
        run = [draft for part in drafts for draft in part]
        take_numbers(run)
        read_places(run)
        questions, problems = group(run)
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


def _items(data: Any, where: str = "", around: _Around = _NOTHING, depth: int = 0) -> Iterator[_Found]:
    if depth > MAX_DEPTH:
        return
    if isinstance(data, list):
        among_items = any(isinstance(one, dict) and _is_item(one) for one in data)
        for number, one in enumerate(data, 1):
            place = f"{where}·第{number}项" if where else f"第{number}项"
            if among_items and isinstance(one, dict) and _has_stem(one) and not _holds_items(one):
                yield _Found(one, place, around)  # without an answer too: it is found, and broken
            elif isinstance(one, dict | list):
                yield from _items(one, place, around, depth + 1)
    elif isinstance(data, dict):
        if _is_item(data):
            yield _Found(data, where or "第1项", around)
            return
        if beside := _side_by_side(data):
            yield from _items(beside, where, around, depth + 1)
            return
        around = _said_by(data, around)
        for key, value in data.items():
            if isinstance(value, dict | list) and meaning_of(str(key)) != "choices":
                inner = replace(around, kind=kind_of(str(key)) or around.kind)
                yield from _items(value, f"{where}·{key}" if where else str(key), inner, depth + 1)


def _answers_by_question(data: Any) -> Iterator[_Found]:
    """A dictionary from questions to answers: {"…|甲|乙": "甲"}."""
    if (
        not isinstance(data, dict)
        or len(data) < MANY
        or not all(isinstance(one, str) for one in data.values())
    ):
        return
    if sum(map(len, data)) < 8 * len(data):
        return
    for number, (question, answer) in enumerate(data.items(), 1):
        stem, *choices = question.split("|")
        listed = answer.strip() in {one.strip() for one in choices}
        item = {"question": stem if listed else question, "answer": answer} | (
            {"options": choices} if listed else {}
        )
        yield _Found(item, f"第{number}项", _NOTHING)


def _said_by(data: Mapping[str, Any], around: _Around) -> _Around:
    """What an object that holds items says for them: the kind and topic by its names, a shared text."""
    kind, topic, material = around.kind, around.topic, around.material
    for key in _NAMES:
        value = data.get(key)
        if isinstance(value, str) and value.strip() and len(value) < SHORT:
            kind = kind_of(value) or kind
            topic = topic if kind_of(value) or value in topic else f"{topic} / {value}".strip(" /")
    for key, value in data.items():
        long = isinstance(value, str) and value.strip() and (len(value) >= SHORT or key not in _NAMES)
        if long and meaning_of(str(key)) in {"material", "stem"} and _holds_items(data):
            material = value
    return _Around("" if kind == "case_group" else kind, topic, material)


def _holds_items(data: Mapping[str, Any]) -> bool:
    """Whether one of the values is a list of items: a shared text with its questions."""
    return any(
        isinstance(value, list) and any(isinstance(one, dict) and _is_item(one) for one in value[:3])
        for key, value in data.items()
        if meaning_of(str(key)) not in {"choices", "answer"}
    )


def _side_by_side(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The items of an object whose questions, options and answers are lists beside each other; else []."""
    lists = {
        _singular(str(key)): value
        for key, value in data.items()
        if isinstance(value, list) and meaning_of(_singular(str(key))) in {"stem", "choices", "answer"}
    }
    counts = {len(value) for value in lists.values()}
    stems = next((value for key, value in lists.items() if meaning_of(key) == "stem"), [])
    if len(lists) < 2 or len(counts) != 1 or not stems or not all(isinstance(one, str) for one in stems):
        return []
    shared = {
        "material" if meaning_of(str(key)) in {"stem", "article"} else str(key): value
        for key, value in data.items()
        if isinstance(value, str)
    }
    rows = zip(*lists.values(), strict=True)
    return [{**shared, **dict(zip(lists, row, strict=True))} for row in rows]


def _singular(key: str) -> str:
    return key if meaning_of(key) in {"choices", "answer"} else key.removesuffix("s").removesuffix("列表")


def _has_stem(data: Mapping[str, Any]) -> bool:
    return any(meaning_of(str(key)) == "stem" and isinstance(value, str) for key, value in data.items())


def _is_item(data: Mapping[str, Any]) -> bool:
    """Whether an object has a stem in words, and options or an answer."""
    meanings = {meaning_of(str(key)).partition(":")[0] for key in data}
    return _has_stem(data) and bool(meanings & _ANSWERS) and not _holds_items(data)


_INSTRUCTS = re.compile(
    r"请|你是|以下|下列|下面|选出|选择正确|回答|答案|answer|choose|select|assistant|following|question",
    re.IGNORECASE,
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
        if meaning_of(key) in {"", "stem", "material"}
        and counts.most_common(1)[0][1] * 10 > 9 * len(found)
        and (not meaning_of(key) or _INSTRUCTS.search(counts.most_common(1)[0][0][:200]))
    )


def _draft(found: _Found, layout: Mapping[str, str]) -> list[Draft]:
    pairs: list[tuple[str, str]] = []
    choices = []
    keys: tuple[str, ...] = ()
    roles = _stem_roles(found.data, layout)
    for key, value in found.data.items():
        meaning = layout.get(key, "")
        if meaning == "stem":
            meaning = roles.get(key, "")
        listed = meaning == "answer" and "choices" not in layout.values() and _right_choices(value)
        if (meaning == "choices" and not isinstance(value, str)) or listed:
            choices = choices_of_data(value)
            keys = _right_choices(value)
        elif meaning:
            pairs.append((meaning, _text(value, meaning)))
    fields = gather(pairs)
    draft = draft_of(fields, found.where, {}, found.around.kind)
    draft.topic = draft.topic or found.around.topic
    draft.material = draft.material or found.around.material
    draft.raw = json.dumps(found.data, ensure_ascii=False)[:4000]
    wrong = fields.get("distractors")
    if wrong and draft.answer and not choices:
        choices, keys = with_labels([draft.answer, *wrong.split(_MARK)]), ("A",)
        draft.answer, draft.kind, draft.kind_name = "", "single", ""
    if choices:
        draft.choices = choices
        draft.keys = draft.keys or keys
    return [draft]


_ASKS = re.compile(r"question|query|problem|ask|statement|stem|题干|问题|题目|试题|^q", re.IGNORECASE)


def _stem_roles(data: Mapping[str, Any], layout: Mapping[str, str]) -> dict[str, str]:
    """Of several keys that may hold the stem, which does, and what the others are.

    The one that is named a question, else the longest; a text that contains it is the fuller stem. A long
    text beside it is the material, a short one the topic.
    """
    texts = {
        key: value.strip()
        for key, value in data.items()
        if layout.get(key) == "stem" and isinstance(value, str) and value.strip()
    }
    if len(texts) < 2:
        return dict.fromkeys(texts, "stem")
    asking = [key for key in texts if _ASKS.search(key) and "title" not in key.casefold()]
    best = max(asking or texts, key=lambda key: len(texts[key]))
    best = max((key for key in texts if texts[best] in texts[key]), key=lambda key: len(texts[key]))
    others = {key: "" if text in texts[best] else _beside(key, text) for key, text in texts.items()}
    return others | {best: "stem"}


def _beside(key: str, text: str) -> str:
    return "topic" if len(text) < (SHORT if key in _NAMES else BRIEF) else "material"


def _right_choices(value: Any) -> tuple[str, ...]:
    """Labels of options that say themselves that they are right ({"text": …, "is_correct": true})."""
    if is_pairs(value):
        return tuple(
            choice.label for choice, one in zip(choices_of_data(value), value, strict=True) if one[1]
        )
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
        joiner = {"answer": "" if lettered else "|", "distractors": _MARK}.get(meaning, "；")
        return joiner.join(_text(one, meaning) for one in value)
    if isinstance(value, dict):
        texts = [
            str(value[key])
            for key in ("text", "content", "value", "answer", "title", "name")
            if isinstance(value.get(key), str | int)
        ]
        return texts[0] if texts else json.dumps(value, ensure_ascii=False)
    return str(value)
