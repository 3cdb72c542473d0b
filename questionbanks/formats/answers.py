"""The answer as it is written → the key of its kind. Nothing is guessed: what does not parse is None."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..kinds.base import Blanks, Choice
from ..kinds.written import fold
from .normalise import blank_spans, clean, half, judgement, leading_letters, letters, squeeze

_OPEN, _CLOSE = "（(【[", "）)】]"
_BRACKET = re.compile(
    r"[（(【\[]([^（(【\[）)】\]\n]{1,24})[）)】\]]|(?<![_＿])[_＿]++([^_＿\n]{1,24})[_＿]+"
)
_TAIL = re.compile(
    r"[。？！?!.，,：:\s）)]\s{0,9}([√×✓✗✔✘❌✅☑☒对错]|[A-HＡ-Ｈ](?:[、,，\s]?[A-HＡ-Ｈ]){0,7})[。.]?\s{0,9}$"
)
_TICK = re.compile(r"([√×✓✗✔✘❌✅])[。.]?\s{0,9}$")
_NOTHING = frozenset(
    {
        "",
        "略",
        "无",
        "暂无",
        "见解析",
        "见教材",
        "答案略",
        "略。",
        "没有",
        "暂无答案",
        "未知",
        "待补充",
        "参见教材",
    }
)
_FIRST_WORD = re.compile(
    r"[\[(（【]?\s{0,9}(不?正确|错误?|对|[√×✓✗✔✘❌✅])\s{0,9}[\])）】]?(?=[\s。.，,；;：:（(]|$)"
)
_ONLY_LETTERS = re.compile(r"[\sA-Za-zＡ-Ｚａ-ｚ、,，;；.．/|]+")
_NAMED = "公司方厂行省市县人某甲乙丙丁点线角面图表区组类型级"
_NUMBERED = re.compile(
    r"[①-⑳]\s*|第[一二三四五六七八九十\d]{1,2}空\s?[:：]?\s*|[（(]\d{1,2}[)）]\s*"
    r"|(?:^|(?<=[\s；;，,、。]))\d{1,2}[.、．)）](?!\d)\s*"
)
_BLANK_SEPARATORS = ("|", "｜", "；", ";", "\n", "\t", "、", "，", ",", "/", " ")
_ALTERNATIVE = re.compile(r"\s*(?:\bor\b|或者|或|/)\s*")


def is_nothing(answer: str) -> bool:
    """Whether an answer says that there is none ("略", "无")."""
    return clean(answer).strip("()（）【】.。 ") in _NOTHING


def choice_key(answer: str, choices: Sequence[Choice]) -> tuple[tuple[str, ...], str] | None:
    """The labels of a choice answer, repeats included, and what else was written behind them.

    Reads letters ("A、C"), the text of an option, several texts, "A. 文字" and "C（教材第3页）"; None where
    none of these fits.
    """
    found = letters(answer)
    if found is not None and len(found) == 1 and found[0] in {choice.label for choice in choices}:
        return found, ""
    by_text = {squeeze(choice.text): choice.label for choice in choices if choice.text.strip()}
    whole = by_text.get(squeeze(answer))
    if whole is not None and (found is None or (len(by_text) == len(choices) and len(found) > 1)):
        return (whole,), ""
    if found is not None:
        return found, ""
    for separator in ("\n", "；", ";", "|", "&", "#", "、", "，", ","):
        parts = [by_text.get(squeeze(part)) for part in answer.split(separator) if part.strip()]
        if len(parts) > 1 and all(parts):
            return tuple(part for part in parts if part), ""
    listed = _listed_options(answer, choices)
    if listed:
        return listed, ""
    leading = leading_letters(answer)
    if leading is None:
        return None
    labels, rest = leading
    text = next((choice.text for choice in choices if [choice.label] == list(labels)), "")
    if text and squeeze(text) == squeeze(rest):
        return labels, ""
    return labels, rest


def _listed_options(answer: str, choices: Sequence[Choice]) -> tuple[str, ...]:
    """Labels of "A. 文字 C. 文字" where every label stands before its own text; else ()."""
    rest, found = squeeze(answer), []
    for choice in choices:
        text, label = squeeze(choice.text), choice.label.casefold()
        match = re.match(re.escape(label) + r"[.、:,;)]{0,2}" + re.escape(text) + r"[.、:,;]{0,2}", rest)
        if match:
            found.append(choice.label)
            rest = rest[match.end() :]
    return tuple(found) if found and not rest else ()


def judgement_key(answer: str, choices: Sequence[Choice]) -> tuple[bool | None, str]:
    """True or False, and what else was written behind it ("错误。应为三年").

    A letter is resolved through the item's own options, in whatever order they stand.
    """
    found = letters(answer)
    if choices and found and len(set(found)) == 1:
        text = next((choice.text for choice in choices if choice.label == found[0]), None)
        return (None if text is None else judgement(text)), ""
    value = judgement(answer)
    first = _FIRST_WORD.match(answer.strip()) if value is None else None
    if first is None:
        return value, ""
    return judgement(first.group(1)), answer.strip()[first.end() :].lstrip("。.，,；;：: ")


def is_judgement_pair(choices: Sequence[Choice]) -> bool:
    """Whether the options are 正确 / 错误 in some words and order."""
    return len(choices) == 2 and {judgement(choice.text) for choice in choices} == {True, False}


def blanks_key(answer: str, stem: str) -> tuple[Blanks, str]:
    """The accepted texts of each blank, and a code for what is doubtful or wrong ("" when nothing is).

    "blank_count": the answers cannot be told apart into as many blanks as the stem has. "one_of": one
    blank, several texts, kept as one.
    """
    wanted = len(blank_spans(stem))
    text = clean(answer).strip()
    numbered = [part.strip(" ；;，,、。\n") for part in _NUMBERED.split(text)]
    if len(numbered) > 1 and not numbered[0] and all(numbered[1:]):
        parts = numbered[1:]
        if wanted in (0, len(parts)):
            return _blanks(parts), ""
    if wanted == 1:
        several = any(mark in text.strip("；;|｜") for mark in "；;|｜")
        return _blanks([text]), "one_of" if several else ""
    for separator in _BLANK_SEPARATORS:
        parts = [part.strip() for part in text.split(separator) if part.strip()]
        if len(parts) > 1 and (len(parts) == wanted or (wanted == 0 and separator in "|｜；;")):
            return _blanks(parts), ""
    return _blanks([text]), "blank_count" if wanted > 1 else ""


def _blanks(parts: Sequence[str]) -> Blanks:
    return Blanks(tuple(alternatives(part) for part in parts))


def alternatives(text: str) -> tuple[str, ...]:
    """ "4或四" → ("4", "四"): two ways to write one thing. "单位或者个人" is one text, not two answers."""
    text = text.strip().strip("。；;")
    parts = [part.strip() for part in _ALTERNATIVE.split(text)]
    if len(parts) > 1 and all(parts) and len({fold(part) for part in parts}) == 1:
        return tuple(dict.fromkeys(parts))
    return (text,) if text else ()


def inline_choice(stem: str, labels: Sequence[str]) -> tuple[str, tuple[str, ...], bool]:
    """Answer letters inside the stem: "（ B ）", "__ACD__", split over two blanks, or at its very end.

    Returns the stem with empty brackets instead, the letters, and whether they stood in brackets or on a
    line (at the end of the stem a letter may be part of the text). Letters count only where they are labels.
    """
    known, found, spans = set(labels), [], []
    for match in _BRACKET.finditer(stem):
        content = match.group(1) or match.group(2)
        inside = letters(content) if _ONLY_LETTERS.fullmatch(content) else None
        if inside and known.issuperset(inside) and not _is_name(stem, match):
            found += [one for one in inside if one not in found]
            spans.append(match.span())
    if spans:
        return _emptied(stem, spans), tuple(found), True
    end = _TAIL.search(stem[-40:])
    tail = letters(end.group(1)) if end else None
    if end and tail and known.issuperset(tail):
        return _before(stem, end), tail, False
    return stem, (), False


def _before(stem: str, match: re.Match[str]) -> str:
    """The stem before the answer that `match` found among its last 40 characters."""
    return stem[: max(0, len(stem) - 40) + match.start(1)].rstrip()


def _is_name(stem: str, match: re.Match[str]) -> bool:
    """Whether a letter in brackets names a thing ("甲公司(A)与乙公司(B)签订") instead of filling a blank."""
    before, after = stem[: match.start()][-3:].rstrip()[-1:], stem[match.end() :][:3].lstrip()[:1]
    return bool(before and after) and before in _NAMED and after not in "。？！?!.，,；;：:"


def inline_judgement(stem: str) -> tuple[str, bool | None, bool]:
    """A judgement in brackets or at the end of the stem: the emptied stem, the judgement, in brackets?"""
    found = []
    for match in _BRACKET.finditer(stem):
        content = (match.group(1) or match.group(2)).strip()
        value = (
            judgement(content) if len(content) <= 4 and content not in {"1", "0", "〇", "非", "真"} else None
        )
        if value is not None:
            found.append((match.span(), value))
    if len(found) == 1:
        span, value = found[0]
        return _emptied(stem, [span]), value, True
    tail = None if found else _TAIL.search(stem[-40:]) or _TICK.search(stem[-40:])
    value = judgement(tail.group(1)) if tail and not half(tail.group(1)).isascii() else None
    if tail and value is not None:
        return _before(stem, tail), value, False
    return stem, None, False


def _emptied(stem: str, spans: Sequence[tuple[int, int]]) -> str:
    pieces, last = [], 0
    for start, end in spans:
        pieces += [stem[last:start], "（ ）"]
        last = end
    return "".join([*pieces, stem[last:]])
