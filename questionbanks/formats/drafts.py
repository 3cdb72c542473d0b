"""An item as a source has it → a Question with its problems. What tables, text and JSON share.

A parser only cuts: it says which words are the stem, an option, the answer. Deciding the kind, reading the
answer and saying what is wrong or doubtful happens here, once, for every source.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from ..kinds.base import Blanks, Choice, Citation, Key, ModelAnswer, Question, RubricPoint
from .answers import (
    blanks_key,
    choice_key,
    inline_choice,
    inline_judgement,
    is_judgement_pair,
    is_nothing,
    judgement_key,
)
from .base import Problem
from .normalise import CHOICE, blank_spans, clean, has_no_place, judgement, kind_of, letters, squeeze
from .options import split_glued, split_options
from .richtext import from_html, from_plain, has_markup, to_html

_PINNED = re.compile(
    r"(以上|上述|前述|以下).{0,4}(都|均|全|皆|是|不)|都不|都对|都是|全部|[A-H][和与、及或][A-H]|[①-⑳]"
)
_FILLED_BRACKET = re.compile(
    r"[（(]\s{0,3}(?!以下简称|简称|如|即|注|不|含|包括)([^（()）\n]{1,20}?)\s{0,3}[)）]"
)
_RATIONALE = re.compile(r"\s*[【\[]?(?:答案|试题|题目)?解析[】\]]?\s?[:：]?")
_ENTITY = re.compile(r"&(?:nbsp|lt|gt|amp|quot|[lr][ds]quo|#\d{2,6});")
_RUBRIC = re.compile(r"[（(]\s?(\d{1,2}(?:\.\d)?)\s?分\s?[)）]")
_QUOTED_STAR = re.compile(r"^[\s*＊#@★☆●◆■▲]+(?=\S)")


@dataclass(slots=True)
class Draft:
    """One item as it was cut out of a source.

    `kind`: a code of kinds, CHOICE, or "" to infer it; `kind_name`: the source's own word. `answer` is None
    where the source has no place for one, "" where the place is empty. `keys`: labels that the source marks
    otherwise (a column 是否正确, bold, a tick before the option); `keys_by` says how. `marked`: words of the
    stem that are underlined or coloured. `material`: the shared text of a group; equal texts in a row are
    one group.
    """

    where: str
    number: str = ""
    kind: str = ""
    kind_name: str = ""
    stem: str = ""
    choices: list[Choice] = field(default_factory=list)
    answer: str | None = None
    keys: tuple[str, ...] = ()
    keys_by: str = ""
    marked: tuple[str, ...] = ()
    rationale: str = ""
    points: Decimal | None = None
    difficulty: int | None = None
    topic: str = ""
    audience: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    source: str = ""
    pinned: bool = False
    material: str = ""
    markup: bool = False  # texts may be HTML (tables and JSON that other systems exported)
    raw: str = ""
    tables: list[str] = field(default_factory=list)  # HTML of tables that belong to the stem
    exact: Question | None = None  # the finished question, where a source carries one
    problems: list[Problem] = field(default_factory=list)

    def note(self, code: str, message: str, fix: str = "", severity: str = "broken") -> None:
        """Report something about this item."""
        self.problems.append(Problem(self.where, code, message, self.raw or self.stem, fix, severity))

    def doubt(self, code: str, message: str, fix: str = "") -> None:
        """Report something that wants a look but does not keep the item out."""
        self.note(code, message, fix, "doubtful")


def settle(draft: Draft, judges: Mapping[str, bool] | None = None) -> Question:
    """The question of a draft; what is wrong with it is added to `draft.problems`.

    `judges`: what single letters or digits mean as answers of 判断 items without options, where the source
    explains it ("A为正确，B为错误").
    """
    stem = _text(draft, draft.stem)
    draft.stem = _QUOTED_STAR.sub("", stem) or stem
    draft.choices = [Choice(choice.label, _text(draft, choice.text)) for choice in draft.choices]
    draft.rationale = _text(draft, draft.rationale)
    if draft.answer is not None:
        draft.answer = _text(draft, draft.answer)
    _take_options_from_stem(draft)
    draft.choices = _unglued(draft)
    kind = _decide_kind(draft)
    key = _READERS[kind](draft, kind, judges or {})
    open_kind = (draft.kind or kind_of(draft.kind_name)) in {"", CHOICE, "case_group"}
    if kind == "single" and open_kind and isinstance(key, tuple) and len(key) > 1:
        kind = "multiple"
    if kind in {"true_false", "fill_blank", "short_answer"}:
        draft.choices = []
    _check_choices(draft)
    _add_tables(draft)
    return Question(
        kind=kind,
        stem=draft.stem,
        choices=tuple(draft.choices),
        key=key,
        rationale="" if is_nothing(draft.rationale) else draft.rationale,
        pinned=draft.pinned or any(_PINNED.search(choice.text[:40]) for choice in draft.choices),
        points=draft.points,
        difficulty=draft.difficulty,
        topic=clean(draft.topic),
        audience=draft.audience,
        tags=draft.tags,
        citations=draft.citations,
        source=clean(draft.source),
        number=draft.number,
        where=draft.where,
    )


def _text(draft: Draft, text: str) -> str:
    """A text of the source in the bank's form: mark-up counts only where the source may have any."""
    if not draft.markup:
        return from_plain(text)
    if not (has_markup(text) or _ENTITY.search(text)):
        return clean(text)
    found = from_html(text)
    if found.media and not any(problem.code == "picture" for problem in draft.problems):
        severity = "doubtful" if clean(found.text) else "broken"
        draft.note("picture", "这道题带有图片或附件，没有导入", "导入后补上图片，或改成文字", severity)
    return found.text


# -- kind ---------------------------------------------------------------------------------------------------


def _take_options_from_stem(draft: Draft) -> None:
    """A stem that carries its own options, as in one-column tables and JSON."""
    if draft.choices or draft.kind in {"fill_blank", "short_answer", "case_group"}:
        return
    stem, choices = split_options(draft.stem)
    if len(choices) >= 2 and stem.strip():
        draft.stem, draft.choices = clean(stem), [Choice(one.label, clean(one.text)) for one in choices]


def _unglued(draft: Draft) -> list[Choice]:
    """Options that run together in one ("回D.藏") are parted where the next label is missing."""
    found: list[Choice] = []
    labels = {choice.label for choice in draft.choices}
    for choice in draft.choices:
        following = chr(ord(choice.label[-1]) + 1)
        parts = split_glued(choice) if following not in labels and draft.answer is not None else [choice]
        if len(parts) > 1:
            draft.doubt(
                "glued_choices",
                f"选项{choice.label}里粘着{'、'.join(p.label for p in parts[1:])}",
                "核对选项",
            )
        found += parts
    return found


def _decide_kind(draft: Draft) -> str:
    if has_no_place(draft.kind_name):
        name = clean(draft.kind_name)
        draft.note("unsupported_kind", f"暂不支持“{name}”这种题型", "改写成选择题、判断题、填空题或简答题")
        return "short_answer"
    kind = draft.kind or kind_of(draft.kind_name)
    if draft.kind_name.strip() and not kind:
        draft.doubt("unknown_kind", f"不认识题型“{clean(draft.kind_name)}”，按内容判断", "核对题型")
    if kind == "case_group":
        kind = ""
    if kind and kind != CHOICE:
        return kind
    return _infer_kind(draft, choice_wanted=kind == CHOICE)


def _infer_kind(draft: Draft, *, choice_wanted: bool) -> str:
    answer = draft.answer or ""
    found = draft.keys or letters(answer)
    if draft.choices and is_judgement_pair(draft.choices) and not choice_wanted:
        return "true_false"
    if draft.choices or choice_wanted:
        return "multiple" if found and len(set(found)) > 1 else "single"
    value = judgement(answer)
    if value is not None and not (len(answer) == 1 and answer.isascii() and answer not in "TFYN"):
        return "true_false"
    if found and len(answer) <= 12 and len(set(found)) == len(found) and max(found) <= "H":
        return "multiple" if len(found) > 1 else "single"
    if not answer and inline_judgement(draft.stem)[1] is not None:
        return "true_false"
    return "fill_blank" if blank_spans(draft.stem) and len(answer) <= 120 else "short_answer"


# -- key ----------------------------------------------------------------------------------------------------


def _choice_key(draft: Draft, kind: str, judges: Mapping[str, bool]) -> Key:
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
    draft.doubt("text_behind_answer", f"答案“{first}”后面还有文字，已放进解析", "核对解析，看是否粘着别的题")
    return found, rest[label.end() :].strip()


def _judgement_key(draft: Draft, kind: str, judges: Mapping[str, bool]) -> Key:
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
    value = judges.get(answer.strip().upper()) if not draft.choices else None
    if value is None:
        value = judgement_key(answer, draft.choices)
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


def _blanks_key(draft: Draft, kind: str, judges: Mapping[str, bool]) -> Key:
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
    for word in draft.marked:
        at = stem.find(word, last)
        if at < 0:
            return None
        stem = f"{stem[:at]}____{stem[at + len(word) :]}"
        last = at + 4
    draft.stem = stem
    draft.doubt("answer_by_mark", f"答案取自题干里作了标记的文字：{'；'.join(draft.marked)}", "核对答案")
    return blanks_key("|".join(draft.marked), stem)[0]


def _bracketed_key(draft: Draft) -> Key:
    """A 填空 stem without blanks whose brackets hold the answers: "国家保障（人权）。"."""
    found = list(_FILLED_BRACKET.finditer(draft.stem))
    if not found or blank_spans(draft.stem) or draft.kind != "fill_blank":
        return None
    words = [match.group(1).strip() for match in found]
    draft.stem = _FILLED_BRACKET.sub("（ ）", draft.stem)
    draft.doubt("answer_in_brackets", f"答案取自题干括号里的文字：{'；'.join(words)}", "核对答案")
    return Blanks(tuple((word,) for word in words))


def _model_answer(draft: Draft, kind: str, judges: Mapping[str, bool]) -> Key:
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


_READERS = {
    "single": _choice_key,
    "multiple": _choice_key,
    "uncertain": _choice_key,
    "true_false": _judgement_key,
    "fill_blank": _blanks_key,
    "short_answer": _model_answer,
}


# -- checks and groups --------------------------------------------------------------------------------------


def _check_choices(draft: Draft) -> None:
    labels = [choice.label for choice in draft.choices]
    if labels and labels == sorted(set(labels)):
        expected = [chr(code) for code in range(ord("A"), ord(labels[-1]) + 1)]
        missing = [label for label in expected if label not in labels]
        if missing and len(expected) <= 26:
            draft.doubt("choice_gap", f"选项缺{'、'.join(missing)}", "核对选项")


def _add_tables(draft: Draft) -> None:
    """Tables come along below the stem, as restricted HTML."""
    if draft.tables:
        draft.stem = from_html(to_html(draft.stem) + "".join(draft.tables)).text
        draft.doubt("table", "题目里有表格，已和题干一起导入", "核对表格")


def group(
    drafts: Sequence[Draft], judges: Mapping[str, bool] | None = None
) -> tuple[list[Question], list[Problem]]:
    """Settle drafts in order; neighbours with the same material become the parts of one case."""
    questions: list[Question] = []
    problems: list[Problem] = []
    material = ""
    parts: list[Question] = []

    def close() -> None:
        if parts:
            where = f"{parts[0].where}·材料"
            questions.append(
                Question("case_group", material, parts=tuple(parts), where=where, topic=parts[0].topic)
            )
            parts.clear()

    for draft in drafts:
        if draft.exact is not None:
            close()
            material = ""
            questions.append(draft.exact)
            continue
        question = settle(draft, judges)
        problems += draft.problems
        own = clean(draft.material)
        if own != material and squeeze(own) != squeeze(material):
            close()
            material = own
        if own:
            parts.append(question)
        else:
            questions.append(question)
    close()
    return questions, problems
