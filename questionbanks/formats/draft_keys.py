"""The key of a draft: read by its kind from the answer, from marks, or from inside the stem."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from ..kinds.base import Blanks, Key, ModelAnswer, RubricPoint
from .answers import (
    blanks_key,
    choice_key,
    inline_choice,
    inline_judgement,
    is_judgement_pair,
    is_nothing,
    judgement_key,
)
from .drafts import Draft
from .normalise import blank_spans, letters

_FILLED_BRACKET = re.compile(
    r"[（(]\s{0,3}(?!以下简称|简称|如|即|注|不|含|包括)([^（()）\n]{1,20}?)\s{0,3}[)）]"
)
_RATIONALE = re.compile(r"\s*[【\[]?(?:答案|试题|题目)?解析[】\]]?\s?[:：]?")
_RUBRIC = re.compile(r"[（(]\s?(\d{1,2}(?:\.\d)?)\s?分\s?[)）]")


def _choice_key(draft: Draft, judges: Mapping[str, bool]) -> Key:
    labels = [choice.label for choice in draft.choices]
    if not labels and (draft.answer or draft.keys):
        draft.note("no_choices", "只有答案，没有选项", "补上选项")
    stem, inside, sure = inline_choice(draft.stem, labels)
    if draft.answer:
        key = _written_choice_key(draft)
        if inside and sure and key and set(inside) == set(key):
            draft.stem = stem
        elif inside and sure and key and not blank_spans(draft.stem):
            said = f"题干里写的是{'、'.join(inside)}，答案写的是{'、'.join(key)}"
            draft.note("answer_conflict", f"两处答案不一致：{said}", "核对后只留一处")
        return key
    if draft.keys:
        if draft.keys_by:
            draft.doubt("answer_by_mark", f"答案取自{draft.keys_by}的选项{'、'.join(draft.keys)}", "核对答案")
        if inside and sure and set(inside) == set(draft.keys):
            draft.stem = stem
        return tuple(sorted(set(draft.keys)))
    if inside:
        draft.stem = stem
        if not sure:
            draft.doubt("answer_at_end", f"答案{'、'.join(inside)}取自题干末尾", "核对答案")
        return tuple(sorted(inside))
    return None


def _written_choice_key(draft: Draft) -> tuple[str, ...] | None:
    answer = draft.answer or ""
    if is_nothing(answer):
        return None
    found = choice_key(answer, draft.choices)
    if found is None:
        found = _first_line_key(draft, answer)
    if found is None:
        draft.note("unreadable_answer", f"看不懂答案“{answer[:40]}”", "答案写成选项字母")
        return None
    labels, rest = found
    if len(set(labels)) != len(labels):
        draft.doubt("repeated_letter", f"答案“{answer[:40]}”里字母重复", "核对答案")
    if rest:
        draft.rationale = f"{rest}\n{draft.rationale}".strip()
    return tuple(sorted(set(labels)))


def _first_line_key(draft: Draft, answer: str) -> tuple[tuple[str, ...], str] | None:
    """Letters in the first line of an answer, the rest below a label such as 答案解析."""
    first, _, rest = answer.partition("\n")
    found = letters(first)
    label = _RATIONALE.match(rest)
    if found is None or label is None:
        return None
    _put_behind(draft, first, f"\n{rest}")
    return found, ""


def _put_behind(draft: Draft, answer: str, rest: str) -> None:
    """Text behind an answer goes into the rationale; on a line of its own it may be another item."""
    if rest.startswith("\n"):
        message = f"答案“{answer}”后面还有文字，已放进解析"
        draft.doubt("text_behind_answer", message, "核对解析，看是否粘着别的题")
    rest = rest.strip()
    label = _RATIONALE.match(rest)
    draft.rationale = f"{rest[label.end() :].strip() if label else rest}\n{draft.rationale}".strip()


def _judgement_key(draft: Draft, judges: Mapping[str, bool]) -> Key:
    if draft.choices and not is_judgement_pair(draft.choices):
        draft.note("kind_mismatch", "题型是判断题，选项却不是“正确”“错误”", "改题型或改选项")
        return None
    stem, inside, sure = inline_judgement(draft.stem)
    answer = draft.answer or "、".join(draft.keys)
    if not answer or is_nothing(answer):
        if inside is not None:
            draft.stem = stem
            if not sure:
                draft.doubt("answer_at_end", f"答案“{'正确' if inside else '错误'}”取自题干末尾", "核对答案")
        return inside
    value, rest = judges.get(answer.strip().upper()) if not draft.choices else None, ""
    if value is None:
        value, rest = judgement_key(answer, draft.choices)
    if rest:
        _put_behind(draft, "正确" if value else "错误", rest)
    if value is None:
        letter = letters(answer)
        said = "没有写明这个字母代表什么" if letter else "不是“正确”或“错误”"
        draft.note("unreadable_answer", f"判断题的答案“{answer[:40]}”{said}", "答案写成“正确”或“错误”")
    elif inside is not None and sure:
        if inside == value:
            draft.stem = stem
        else:
            draft.note("answer_conflict", "题干括号里的判断和答案不一致", "核对后只留一处")
    return value


def _blanks_key(draft: Draft, judges: Mapping[str, bool]) -> Key:
    answer = _option_texts(draft) or draft.answer or ""
    if is_nothing(answer):
        if draft.marked and not answer:
            return _marked_key(draft)
        return None if answer else _bracketed_key(draft)
    key, doubt = blanks_key(answer, draft.stem)
    if doubt == "blank_count":
        wanted = len(blank_spans(draft.stem))
        draft.note("blank_count", f"题干有{wanted}个空，答案分不成{wanted}个", "各空答案用“；”隔开")
    elif doubt == "one_of":
        draft.doubt(
            "one_of", "一个空写了几段答案，已当作一段", "几种写法都算对的，逐个列出；少了空的，补上空"
        )
    return key


def _marked_key(draft: Draft) -> Key:
    """Underlined or coloured words of a 填空 stem are its answers."""
    stem, last = draft.stem, 0
    words = [word for _, word in draft.marked]
    for before, word in draft.marked:
        at = stem.find(before + word, max(last - len(before), 0))
        at = stem.find(word, last) if at < 0 else at + len(before)
        if at < 0:
            return None
        stem = f"{stem[:at]}____{stem[at + len(word) :]}"
        last = at + 4
    draft.stem = stem
    draft.doubt("answer_by_mark", f"答案取自题干里作了标记的文字：{'；'.join(words)}", "核对答案")
    return blanks_key("|".join(words), stem)[0]


def has_filled_brackets(stem: str) -> bool:
    """Whether a stem without blanks has brackets that may hold its answers: "国家保障（人权）。"."""
    return _FILLED_BRACKET.search(stem) is not None and not blank_spans(stem)


def _bracketed_key(draft: Draft) -> Key:
    """A 填空 stem without blanks whose brackets hold the answers."""
    if not has_filled_brackets(draft.stem) or draft.kind != "fill_blank":
        return None
    found = list(_FILLED_BRACKET.finditer(draft.stem))
    words = [match.group(1).strip() for match in found]
    draft.stem = _FILLED_BRACKET.sub("（ ）", draft.stem)
    draft.doubt("answer_in_brackets", f"答案取自题干括号里的文字：{'；'.join(words)}", "核对答案")
    return Blanks(tuple((word,) for word in words))


def _model_answer(draft: Draft, judges: Mapping[str, bool]) -> Key:
    text = _option_texts(draft) or draft.answer or ""
    if is_nothing(text):
        return None
    return ModelAnswer(text, rubric_of(text))


def _option_texts(draft: Draft) -> str:
    """填空 and 简答 in a choice layout: the option columns hold the answer, the answer says which of them."""
    if not draft.choices:
        return ""
    found = letters(draft.answer or "") or draft.keys
    if set(found) == {choice.label for choice in draft.choices} or not draft.answer:
        return "|".join(choice.text for choice in draft.choices)
    if found:
        draft.note("kind_mismatch", "题型不是选择题，却有几个选项和选项字母", "核对题型")
    return ""


def rubric_of(text: str) -> tuple[RubricPoint, ...]:
    """The scoring points of a model answer that says how many points each is worth ("…（2分）")."""
    points, last = [], 0
    for match in _RUBRIC.finditer(text):
        part = text[last : match.start()].strip(" \n；;。")
        if part:
            points.append(RubricPoint(part, Decimal(match.group(1))))
        last = match.end()
    return tuple(points) if len(points) > 1 else ()


READERS: dict[str, Callable[[Draft, Mapping[str, bool]], Key]] = {
    "single": _choice_key,
    "multiple": _choice_key,
    "uncertain": _choice_key,
    "true_false": _judgement_key,
    "fill_blank": _blanks_key,
    "short_answer": _model_answer,
}
