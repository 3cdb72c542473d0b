"""A draft → a Question with its problems. What tables, text and JSON share.

A parser only cuts: it says which words are the stem, an option, the answer. Deciding the kind, reading the
answer and saying what is wrong or doubtful happens here, once, for every source.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ..kinds.base import Choice, Question
from ..kinds.registry import own_defects
from .answers import inline_judgement, is_judgement_pair, is_nothing
from .base import Problem
from .draft_keys import READERS
from .drafts import Draft
from .normalise import CHOICE, blank_spans, clean, has_no_place, judgement, kind_of, letters, squeeze
from .options import options_by_answer, split_glued, split_options
from .richtext import from_html, from_plain, has_markup, to_html

_PINNED = re.compile(
    r"(以上|上述|前述|以下).{0,4}(都|均|全|皆|是|不)|都不|都对|都是|全部|[A-H][和与、及或][A-H]|[①-⑳]"
)
_ENTITY = re.compile(r"&(?:nbsp|lt|gt|amp|quot|[lr][ds]quo|#\d{2,6});")
_QUOTED_STAR = re.compile(r"^[\s*＊#@★☆●◆■▲]+(?=\S)")


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
    key = READERS[kind](draft, judges or {})
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
    if not choices:
        stem, choices = options_by_answer(draft.stem, draft.answer or "")
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


def _report_defects(draft: Draft, question: Question) -> None:
    """Say what the item lacks while its source text is at hand, unless the parser has said why already."""
    if not any(problem.severity == "broken" for problem in draft.problems):
        for defect in own_defects(question):
            draft.note(defect.code, defect.message, defect.fix)


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
        _report_defects(draft, question)
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
