"""One item of a running text taken apart: stem, options, answer, rationale, sub-questions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..kinds.base import Choice
from .bare_options import RIGHT_BEHIND, Run, bare_options, bulleted_options, counted_options, weak_options
from .base import Problem
from .drafts import Draft
from .line_facts import LONE
from .lines import Line
from .marks import Segment, segments, take_tags
from .materials import material_of, names_case, names_material, without_label
from .normalise import blank_spans, clean, difficulty_of, points_of
from .options import BULLETS, MARKS, find_options
from .parts import are_asked, asks, doubt_one_answer, looks_asked, share_answer
from .pieces import Block

_FIELD = re.compile(r"\n[_＿]{10,}\s*$")
_TRUE_FALSE_LINE = re.compile(
    r"\s*(?:true|false|T|F|对|错|√|×|正确|错误)\s?[.、:：]\s?(?:正确|错误|对|错|√|×)\s*", re.IGNORECASE
)
_GLUED_ANSWER = re.compile(r"(?:[（(]\s?([A-HＡ-Ｈ]{1,8})\s?[)）]|[ \t]{2,}([A-HＡ-Ｈ]{1,8}))\s*[。.]?\s*$")
_NEXT_GLUED = re.compile(r"\s*([A-HＡ-Ｈ]{1,8})\s{0,3}(\d{1,4}[、.．].{4,})", re.DOTALL)
_SUB = re.compile(r"\s*[（(]\s?(\d{1,2})\s?[)）]\s?[.．、]?\s*")
_ENUMERATED = re.compile(
    r"\s*(?:[（(]\s?[\d一二三四五六七八九十]{1,3}\s?[)）]|[①-⑳]|\d{1,2}\s?[.．、)）]|第?[一二三四五六七八九十]{1,2}[、.，是：:]|[-•·])"
)
_SENTENCE_END = tuple('。？！?!；;：:”"）)…，,、')


@dataclass(slots=True)
class _Parts:
    """The texts of one item, by label, as they are collected line by line."""

    body: list[tuple[str, Line, int]] = field(default_factory=list)  # (text, its line, offset in the line)
    by_label: dict[str, list[str]] = field(default_factory=dict)


def drafts_of(block: Block, *, told: bool = False) -> list[Draft]:
    """The drafts of a block: one, or the parts of a case. [] for text that is no item (titles, notes).

    `told`: something else than its own words says that it is one.
    """
    subs = _sub_blocks(block, told=told)
    if subs is not None:
        return subs
    draft = _draft_of(block.lines, block.text_from, block.number.prefix if block.number else "")
    answered = bool(draft.choices or draft.answer or draft.keys)
    if block.number is None and not (answered or told) and (block.numbered or not looks_asked(draft.stem)):
        return []
    if block.number is None and block.numbered:
        draft.doubt("no_number", "没有题号，按独立的一题处理", "核对是否和上一题是同一题")
    draft.number = str(block.number.value) if block.number else draft.number
    draft.topic = draft.topic or block.section.chapter
    draft.material = material_of(block.material)
    doubt_one_answer(draft, case=_below_cases(block))
    return [draft]


def _below_cases(block: Block) -> bool:
    return block.section.heading is not None and block.section.heading.kind == "case_group"


def parts_of_case(block: Block) -> list[Draft] | None:
    """The parts of a case that nothing answers; None for an item that is one, with a list in its stem.

    A case is below a heading 案例分析题, begins as one does, or asks in each of its parts.
    """
    parts = _sub_blocks(block, told=True)
    first = block.lines[0].text[block.text_from :]
    if parts is None or any(draft.choices or draft.answer for draft in parts):
        return None
    named = names_material(first) or names_case(first)
    return parts if named or _below_cases(block) or all(looks_asked(draft.stem) for draft in parts) else None


def _draft_of(lines: Sequence[Line], text_from: int, prefix: str = "") -> Draft:
    parts = _collect(lines, text_from)
    draft = Draft(
        where=lines[0].where, raw="\n".join(line.text.strip() for line in lines if line.text.strip())[:20_000]
    )
    _read_body(draft, parts, prefix)
    labels = parts.by_label
    answers = [text.strip() for text in labels.get("answer", [])]
    if answers:
        _set_answer(draft, list(dict.fromkeys(text for text in answers if text)), parts)
    _split_next_question(draft)
    draft.rationale = _joined(labels.get("rationale", []))
    draft.points = draft.points or points_of(" ".join(labels.get("points", [])))
    draft.difficulty = difficulty_of(" ".join(labels.get("difficulty", [])))
    draft.topic = clean(" ".join(labels.get("topic", [])))
    draft.source = _joined(labels.get("source", []))
    if labels.get("number"):
        draft.number = clean(labels["number"][0])
    if labels.get("kind"):
        draft.kind_name = clean(labels["kind"][0])
    _report_objects(draft, lines)
    return draft


def _set_answer(draft: Draft, answers: Sequence[str], parts: _Parts) -> None:
    """One answer; what follows a short one belongs to the rationale; two different short ones are a fault."""
    short = [text for text in answers if LONE.fullmatch(text)]
    if len({clean(text).strip("。. ") for text in short}) > 1:
        draft.note("several_answers", f"写了几个不同的答案：{'；'.join(answers)}", "只留一个答案")
    if answers and answers[0] in short:
        draft.answer = answers[0]
        parts.by_label.setdefault("rationale", [])[:0] = [text for text in answers[1:] if text not in short]
    else:
        draft.answer = _joined(answers)


def _collect(lines: Sequence[Line], text_from: int) -> _Parts:
    """Sort the pieces of the lines by label. A line without label goes on with the last one."""
    parts = _Parts()
    label = ""
    for index, line in enumerate(lines):
        start = text_from if index == 0 else 0
        text = line.text[start:]
        if line.table:
            parts.body.append((line.table, line, -1))
            continue
        if (
            label in {"answer", "mine", "points", "difficulty", "rationale", "ignore", "kind"}
            and _begins_option(text)
            and not (_is_open(parts, label) and _repeats(text, parts.body))
        ):
            label = ""
        for piece in segments(text):
            if piece.label:
                label = piece.label
            elif label in {"points", "difficulty", "kind", "number", "mine", "ignore"}:
                label = "" if label != "mine" else "ignore"
            if label in {"", "stem", "choices"}:
                parts.body.append((piece.text, line, start + piece.start))
            else:
                _add(parts.by_label.setdefault(label, []), piece)
    return parts


def _is_open(parts: _Parts, label: str) -> bool:
    """Whether a label of an answer stands above what it names, in a line of its own."""
    return label in {"answer", "mine"} and not parts.by_label[label][-1].strip()


def _repeats(text: str, body: Sequence[tuple[str, Line, int]]) -> bool:
    """Whether a line is an option of the body once more: "正确答案：" with "A: 甲;" in the next line."""
    bare = re.sub(r"[.．、:：;；\s]", "", text)
    return any(re.sub(r"[.．、:：;；\s]", "", before) == bare for before, _, _ in body)


def _add(texts: list[str], piece: Segment) -> None:
    """A piece behind a label of its own begins a text; any other goes on with the last one."""
    if piece.label or not texts:
        texts.append(piece.text)
    else:
        texts[-1] = f"{texts[-1].rstrip()}\n{piece.text}".lstrip("\n")


def _begins_option(text: str) -> bool:
    return re.match(rf"\s*[{MARKS}]?[(（\[]?[AＡ]\s?[.．、:：)）]", text) is not None


def _read_body(draft: Draft, parts: _Parts, prefix: str) -> None:
    """Stem and options out of the running text of an item, with what is marked in them."""
    pieces, spans, at = [], [], 0
    underlined: list[tuple[int, int]] = []
    tables: list[str] = []
    for text, line, offset in parts.body:
        if offset < 0:
            tables.append(text)
            continue
        if _TRUE_FALSE_LINE.fullmatch(text):
            draft.kind = "true_false"
            continue
        spans += [(at + a - offset, at + b - offset) for a, b in line.strong if b > offset]
        underlined += [(at + a - offset, at + b - offset) for a, b in line.underlined if b > offset]
        pieces.append(text)
        at += len(text) + 1
    body = "\n".join(pieces)
    start, run = find_options(body)
    if not run:
        start, run = _unlettered(draft, parts, body) or (0, [])
    stem = body[: start - _marks_next(body, start)] if run else body
    _read_options(draft, parts, body, run)
    _take_marked(draft, body, run, spans, underlined)
    if not run:
        stem = _take_lone_answer(draft, stem)
    stem, kind, points = take_tags(stem.rstrip(f" \t\n{BULLETS}"))
    if _FIELD.search(stem) and blank_spans(_FIELD.sub("", stem)):
        stem = _FIELD.sub("", stem)  # the line to write on, below a stem with a blank of its own
        stem, kind, points = take_tags(stem) if not kind else (stem, kind, points)
    stem = _unwrapped(stem)
    draft.kind_name, draft.points = kind, points
    draft.marked = tuple(
        (clean(body[max(a - 6, 0) : a]), clean(body[a:b]))
        for a, b in underlined or spans
        if b <= len(stem) + 400 and clean(body[a:b]).strip("_ ")
    )
    draft.stem = f"{prefix}{stem}" if prefix.strip("（）() ") else stem
    draft.tables = tables


def _read_options(draft: Draft, parts: _Parts, body: str, run: Sequence[tuple[str, int, int]]) -> None:
    """The options of a run, with the ticks and words that say which are right."""
    ends = [*(begin for _, begin, _ in run[1:]), len(body)][: len(run)]
    for (label, begin, text_at), end in zip(run, ends, strict=True):
        text = body[text_at : end - (_marks_next(body, end) if end < len(body) else 0)]
        if end == len(body):
            _check_two_sets(draft, text)
            text = _take_lone_answer(draft, text)
            text = _take_glued_answer(draft, parts, text)
        text = text.rstrip(f" \t\n{BULLETS}")
        behind = RIGHT_BEHIND.search(text[-20:])
        if behind:
            text = text.rstrip()[: -len(behind.group().strip())]
        if behind or _marks_next(body, begin):
            draft.keys = (*draft.keys, label)
        draft.choices.append(Choice(label, _unwrapped(text.strip(f" \t\n;；{BULLETS}"))))


def _take_marked(
    draft: Draft,
    body: str,
    run: Sequence[tuple[str, int, int]],
    strong: Sequence[tuple[int, int]],
    underlined: Sequence[tuple[int, int]],
) -> None:
    """Options in bold or colour, else underlined, as the key that `text` may fall back on."""
    ends = [*(begin for _, begin, _ in run[1:]), len(body)][: len(run)]
    for spans, name in ((strong, "加粗或标色"), (underlined, "加了下划线")):
        labels = [
            label
            for (label, _, text_at), end in zip(run, ends, strict=True)
            if _covered(spans, text_at, text_at + len(body[text_at:end].rstrip())) > 0.6
        ]
        if labels and not draft.keys:
            draft.all_marked = len(labels) == len(run)
            if not draft.all_marked:
                draft.keys, draft.keys_by = tuple(labels), name


def _unlettered(draft: Draft, parts: _Parts, body: str) -> Run | None:
    """Options that are written in another way than "A."."""
    answer = " ".join(parts.by_label.get("answer", []))
    lines = [line for _, line, offset in parts.body if offset >= 0]
    found = weak_options(body) or bulleted_options(body)
    if found is None and (found := counted_options(draft, body, answer)):
        parts.by_label["answer"] = [draft.answer or ""]
    return found or bare_options(draft, body, lines, answer)


def _take_lone_answer(draft: Draft, text: str) -> str:
    """An answer that stands alone in the last line, without a label."""
    head, separator, last = text.rstrip().rpartition("\n")
    if separator and head.strip() and LONE.fullmatch(last) and draft.answer is None:
        draft.answer = last.strip()
        return head
    return text


def _take_glued_answer(draft: Draft, parts: _Parts, text: str) -> str:
    """An answer glued to the last option ("D.丁（B）", "D.丁   AC"), where nothing else answers."""
    match = _GLUED_ANSWER.search(text[-40:])
    if match is None or draft.answer is not None or "answer" in parts.by_label or draft.keys:
        return text
    draft.answer = match.group(1) or match.group(2)
    draft.doubt("answer_glued", f"答案“{draft.answer}”粘在最后一个选项后面", "核对答案和最后一个选项")
    return text[: max(0, len(text) - 40) + match.start()]


def _marks_next(body: str, begin: int) -> bool:
    """Whether a tick or star stands directly before the label at `begin`, apart from the text before it."""
    return begin > 0 and body[begin - 1] in MARKS and (begin == 1 or body[begin - 2] in " \t\n")


_SECOND_SET = re.compile(
    r"(?:^|[\n \t])[(（]?[AＡ]\s?[.．、:：)）].{1,2000}?[\n \t][(（]?[BＢ]\s?[.．、:：)）]", re.DOTALL
)


def _check_two_sets(draft: Draft, last: str) -> None:
    """A second A, B … behind the last option: two items that were pushed into one."""
    if _SECOND_SET.search(last[:4000]):
        draft.note("two_option_sets", "一道题里有两组选项，可能是两道题粘在了一起", "拆成两题，补上题号")


def _covered(spans: Sequence[tuple[int, int]], start: int, end: int) -> float:
    inside = sum(max(0, min(b, end) - max(a, start)) for a, b in spans)
    return inside / max(end - start, 1)


def _unwrapped(text: str) -> str:
    """Lines that were wrapped by hand become one line; list items and sentences keep theirs."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    joined, last = lines[:1], "".join(lines[:1])
    for line in lines[1:]:
        before = joined[-1]
        short_point = _ENUMERATED.match(last) and len(last) < 20
        if before.endswith(_SENTENCE_END) or _ENUMERATED.match(line) or short_point:
            joined.append(line)
        else:
            space = " " if before[-1:].isascii() and line[:1].isascii() and before[-1:].isalnum() else ""
            joined[-1] = f"{before}{space}{line}"
        last = line
    return "\n".join(joined)


def _joined(texts: Sequence[str]) -> str:
    return "\n".join(text.strip() for text in texts if text.strip())


def _split_next_question(draft: Draft) -> None:
    """ "【答案】D2、某设区的市…": the answer is glued to the next item, which is reported, not swallowed."""
    match = _NEXT_GLUED.fullmatch(draft.answer or "")
    if match:
        draft.answer = match.group(1)
        draft.doubt("glued_next", f"答案后面粘着下一题：{match.group(2)[:40]}…", "在两题之间换行")


def _report_objects(draft: Draft, lines: Sequence[Line]) -> None:
    if any(line.pictures for line in lines):
        alone = not clean(draft.stem)
        severity = (
            "broken" if alone or any(not choice.text.strip() for choice in draft.choices) else "doubtful"
        )
        draft.note("picture", "这道题带有图片，图片没有导入", "导入后补上图片，或改成文字", severity)
    if any(line.formulas for line in lines):
        draft.doubt("formula", "这道题带有公式，只导入了其中的文字", "核对公式")


# -- sub-questions ------------------------------------------------------------------------------------------


def _sub_blocks(block: Block, *, told: bool) -> list[Draft] | None:
    """The parts of a case: "（1）", "（2）" … below a text, each with options or an answer of its own.

    `told`: none of them needs an answer to be seen as one. Where one before the last is answered the others
    need only ask: an answer for all of them would stand behind the last.
    """
    marks = [
        (i, int(match.group(1)))
        for i, line in enumerate(block.lines)
        if (match := _SUB.match(line.text[block.text_from if i == 0 else 0 :]))
    ]
    run = [(i, n) for i, n in marks if i > 0]
    while run and run[0][1] != 1:
        run = run[1:]
    expected, starts = 1, []
    for i, n in run:
        if n == expected:
            starts.append(i)
            expected += 1
        elif n == 1 and len(starts) <= 1:
            expected, starts = 2, [i]
    if len(starts) < (1 if _below_cases(block) else 2):
        return None
    ends = [*starts[1:], len(block.lines)]
    drafts: list[Draft] = []
    for i, end in zip(starts, ends, strict=True):
        match = _SUB.match(block.lines[i].text)
        draft = _draft_of(block.lines[i:end], match.end() if match else 0)
        draft.number = f"{block.value or ''}（{len(drafts) + 1}）"
        drafts.append(draft)
    if _below_cases(block):
        share_answer(drafts)
    own = [bool(draft.choices) or bool(draft.answer) for draft in drafts]
    asked = any(own[:-1]) and all(done or asks(draft) for done, draft in zip(own, drafts, strict=True))
    missing = any(own) if told else True
    if (missing and not all(own) and not asked) or (
        not any(draft.choices for draft in drafts) and not are_asked(drafts)
    ):
        return None
    head = _draft_of(block.lines[: starts[0]], block.text_from)
    if head.choices or head.answer:
        return None
    material = without_label(re.sub(r"\s*(?:问题|请问|请回答|提问)\s?[:：]\s*$", "", head.stem))
    for draft in drafts:
        draft.material = material
        draft.topic = draft.topic or block.section.chapter
        draft.problems[:0] = [
            Problem(draft.where, p.code, p.message, p.raw, p.fix, p.severity) for p in head.problems
        ]
    return drafts
