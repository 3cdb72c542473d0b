"""Running text (plain files, Word, saved pages) → questions.

blocks.py has cut the lines into items; here each item is taken apart: stem, options, answer, rationale,
sub-questions; then the keys that stand apart are handed to the items they belong to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from examsite.lib.files.encodings import decode
from examsite.lib.files.sniff import Probe

from .answers import is_judgement_pair
from .base import Format, Parsed, Problem, Unreadable
from .blocks import cut
from .drafts import Draft
from .fields import default_kind
from .item_text import drafts_of, parts_of_case
from .keytable import KeySection
from .lines import Line, lines_of
from .marks import Heading, is_remark
from .normalise import CHOICE, judgement, letters
from .pieces import Block, Cut
from .settle import group

_Entry = tuple[Block, list[Draft]]

ALIKE = 3  # so many items whose key is marked make it a convention, by which an item may have all marked


def read_lines(lines: Sequence[Line], *, name: str = "") -> Parsed:
    """All items of a text. Raises Unreadable where there is none."""
    parts = cut(lines)
    told = _told_by_heading(parts)
    entries: list[_Entry] = [
        (block, drafts_of(block, told=index in told)) for index, block in enumerate(parts.blocks)
    ]
    entries = [(block, drafts) for block, drafts in entries if drafts]
    if not entries:
        raise Unreadable("no_questions", "没有认出试题：题目要有题号，选项要有A、B、C，答案要写明“答案：”")
    fallback = default_kind(name)
    for block, drafts in entries:
        for draft in drafts:
            _give_kind(draft, block.section.heading, fallback)
    problems = list(parts.problems)
    places = {id(block): index for index, block in enumerate(parts.blocks)}
    _take_back_unclear(parts, places, entries)
    problems += _hand_out_keys(parts, places, entries)
    entries = [(block, _parted(block, drafts, fallback)) for block, drafts in entries]
    _report_unclear(parts, places, entries)
    _settle_marks([draft for _, drafts in entries for draft in drafts])
    drafts = [draft for _, drafts in entries for draft in drafts]
    questions, found = _grouped(entries)
    del drafts
    return Parsed(tuple(questions), (*problems, *found))


def _told_by_heading(parts: Cut) -> set[int]:
    """Which blocks (by index) only their heading makes items: all that stands below 论述题, 案例分析题,
    without a number. Not those behind a key, where the like are model answers."""
    numbered = {block.section.index for block in parts.blocks if block.number}
    end = parts.keys[0][0] if parts.keys else len(parts.blocks)
    return {
        index
        for index, block in enumerate(parts.blocks[:end])
        if block.section.heading is not None
        and block.section.heading.kind in {"short_answer", "case_group"}
        and block.section.index not in numbered
        and not is_remark("".join(line.text for line in block.lines))
    }


def _grouped(entries: Iterable[_Entry]) -> tuple[list, list[Problem]]:  # type: ignore[type-arg]
    """Settle the drafts section by section, because each section may say what letters mean."""
    questions, problems = [], []
    run: list[Draft] = []
    judges: dict[str, bool] = {}

    def close() -> None:
        settled, found = group(run, judges)
        questions.extend(settled)
        problems.extend(found)
        run.clear()

    for block, drafts in entries:
        own = block.section.heading.judges if block.section.heading else {}
        if own != judges:
            close()
            judges = own
        run.extend(drafts)
    close()
    return questions, problems


# -- what the surroundings say ------------------------------------------------------------------------------


def _give_kind(draft: Draft, heading: Heading | None, fallback: str) -> None:
    """The kind of the section, unless the item says its own or plainly is of another."""
    if heading is not None and draft.points is None:
        draft.points = heading.points
    if draft.kind_name or draft.kind:
        return
    kind = heading.kind if heading else _fitting(fallback, draft)
    if heading is not None and not kind:
        draft.kind_name = heading.kind_name
        return
    if kind == "case_group":
        return
    answer = (draft.answer or "").strip("。. （）()")
    judged = judgement(answer) is not None and not (answer.isascii() and len(answer) == 1)
    if kind in {"single", "multiple", "uncertain", CHOICE} and not draft.choices and judged:
        draft.kind = "true_false"
        draft.doubt(
            "kind_by_content",
            f"在“{heading.kind_name if heading else '选择题'}”里，内容却是判断题",
            "核对题型",
        )
    elif kind == "true_false" and len(draft.choices) > 2 and not is_judgement_pair(draft.choices):
        draft.kind = CHOICE
        draft.doubt("kind_by_content", "在判断题里，却有几个选项，按选择题处理", "核对题型")
    elif kind in {"fill_blank", "short_answer"} and len(draft.choices) > 2 and letters(answer):
        draft.kind = CHOICE
        draft.doubt(
            "kind_by_content", f"在“{heading.kind_name if heading else ''}”里，内容却是选择题", "核对题型"
        )
    else:
        draft.kind = kind
        if kind in {"fill_blank", "short_answer"} and draft.choices and not letters(answer):
            _give_back_choices(draft)


def _parted(block: Block, drafts: list[Draft], fallback: str) -> list[Draft]:
    """A case that no key has answered, as its parts: each can be mended alone. Other items as they are."""
    one = drafts[0]
    if len(drafts) > 1 or one.answer or one.choices or one.keys:
        return drafts
    parts = parts_of_case(block) or drafts
    for draft in parts if parts is not drafts else ():
        _give_kind(draft, block.section.heading, fallback)
    return parts


def _fitting(fallback: str, draft: Draft) -> str:
    """The kind in the name of the file, unless the item plainly is of another."""
    if fallback in {"fill_blank", "short_answer"} and len(draft.choices) > 2:
        return CHOICE
    if fallback == "single" and len(letters(draft.answer or "") or draft.keys) > 1:
        return CHOICE
    return fallback


def _give_back_choices(draft: Draft) -> None:
    """Lettered points in a 简答 item are text, not options."""
    texts = "\n".join(f"{choice.label}. {choice.text}" for choice in draft.choices)
    draft.stem = f"{draft.stem}\n{texts}"
    draft.choices, draft.keys, draft.keys_by = [], (), ""


def _settle_marks(drafts: Sequence[Draft]) -> None:
    """Bold or colour answers only where nothing else does; a convention kept throughout is not doubted."""
    for draft in drafts:
        if draft.keys_by and draft.answer:
            draft.keys, draft.keys_by = (), ""
    if sum(bool(draft.keys_by) for draft in drafts) >= ALIKE:
        for draft in drafts:
            if draft.all_marked and not draft.answer and draft.kind in {"multiple", "uncertain", CHOICE, ""}:
                draft.keys, draft.keys_by = tuple(one.label for one in draft.choices), "加粗或标色"
    open_items = [draft for draft in drafts if draft.choices and not draft.answer]
    if len(open_items) >= 5 and all(draft.keys_by for draft in open_items):
        first = open_items[0]
        first.note(
            "answers_by_mark", f"全文{len(open_items)}道题的答案取自{first.keys_by}的选项", "抽查几题", "note"
        )
        for draft in open_items:
            draft.keys_by = ""


def _take_back_unclear(parts: Cut, places: Mapping[int, int], entries: Sequence[_Entry]) -> None:
    """What the last of several items was answered with, where it may be the key of all of them."""
    for block, drafts in entries:
        for draft in drafts if places[id(block)] in parts.unclear else ():
            draft.answer = None
            draft.problems = [one for one in draft.problems if one.code != "one_answer_for_parts"]


def _report_unclear(parts: Cut, places: Mapping[int, int], entries: Sequence[_Entry]) -> None:
    """Say of every item that no key has answered why the list behind it was not handed out."""
    for block, drafts in entries:
        said = parts.unclear.get(places[id(block)])
        for draft in drafts if said is not None else ():
            if not draft.answer:
                message = f"后面的答案分不清是各题的，还是最后一题的几个要点，没有分配：{said}"
                draft.note("key_unclear", message, "把答案写在各题下面，或在答案前写明是哪一大题、第几题")


def _hand_out_keys(parts: Cut, places: Mapping[int, int], entries: Sequence[_Entry]) -> list[Problem]:
    """Give the answers of keys that stand apart to the items they belong to."""
    problems: list[Problem] = []
    by_place = {places[id(block)]: drafts[0] for block, drafts in entries}
    for place, (before, section) in enumerate(parts.keys):
        if section.targets:
            for n, (target, (_, answer)) in enumerate(zip(section.targets, section.entries, strict=True)):
                by_place[target].answer = answer
                by_place[target].rationale = by_place[target].rationale or section.rationales.get(n, "")
            continue
        waiting = [
            (b, d[0]) for b, d in entries if places[id(b)] < before and len(d) == 1 and not d[0].answer
        ]
        own = _own_section(parts, place, [block for block, _ in waiting])
        problems += _hand_out(section, [(b, d) for b, d in waiting if own in (None, b.section.index)])
    return problems


def _own_section(parts: Cut, place: int, waiting: Sequence[Block]) -> int | None:
    """The section of a key whose heading comes back chapter by chapter: the n-th of its kind; else None."""
    heading = parts.keys[place][1].heading
    if heading is None:
        return None
    alike = [n for n, (_, one) in enumerate(parts.keys) if one.heading and one.heading.kind == heading.kind]
    later = [n for n in alike if n >= place]
    places = [
        b.section.index for b in waiting if b.section.heading and b.section.heading.kind == heading.kind
    ]
    sections = list(dict.fromkeys(places))
    return sections[0] if len(alike) > 1 and len(sections) == len(later) else None


def _hand_out(section: KeySection, waiting: Sequence[tuple[Block, Draft]]) -> list[Problem]:
    heading = section.heading
    candidates = [
        (block, draft)
        for block, draft in waiting
        if heading is None
        or (block.section.heading is not None and block.section.heading.kind == heading.kind)
    ]
    if section.in_order:
        return _hand_out_in_order(section, [draft for _, draft in candidates])
    by_number: dict[int, list[Draft]] = {}
    for block, draft in candidates:
        by_number.setdefault(block.value, []).append(draft)
    unclaimed = []
    for place, (number, answer) in enumerate(section.entries):
        fits = by_number.get(number, [])
        chosen = fits[0] if len(fits) == 1 else _by_shape(fits, answer)
        if chosen is None:
            unclaimed.append(f"{number}.{answer[:20]}")
            continue
        chosen.answer = answer
        chosen.rationale = chosen.rationale or section.rationales.get(place, "")
        if section.doubtful:
            chosen.doubt("key_cut", "答案表里的答案本身分条编号，可能切错了位置", "核对答案")
        by_number[number] = [draft for draft in fits if draft is not chosen]
    if not unclaimed:
        return []
    message = f"答案表里有{len(unclaimed)}个答案找不到对应的题：{'、'.join(unclaimed[:10])}"
    return [Problem("答案表", "unclaimed_answers", message, "、".join(unclaimed), "核对题号", "note")]


def _hand_out_in_order(section: KeySection, drafts: Sequence[Draft]) -> list[Problem]:
    """Answers without numbers go out one after the other, if there are as many as items."""
    name = section.heading.kind_name if section.heading else ""
    if len(drafts) != len(section.entries):
        message = f"“{name}”有{len(drafts)}道题，答案表里却有{len(section.entries)}个没有题号的答案，没有分配"
        said = " ".join(answer for _, answer in section.entries)
        return [Problem("答案表", "unclaimed_answers", message, said, "给答案写上题号", "note")]
    for draft, (_, answer) in zip(drafts, section.entries, strict=True):
        draft.answer = answer
    return []


def _by_shape(fits: Sequence[Draft], answer: str) -> Draft | None:
    """Of several items with the same number, the only one that an answer of this form can belong to."""
    judged = judgement(answer) is not None and letters(answer) is None
    several = len(letters(answer) or ()) > 1
    shaped = [
        draft
        for draft in fits
        if not draft.answer
        and (draft.kind == "true_false") == judged
        and (
            judged
            or draft.kind in ({"multiple", "uncertain"} if several else {"single", "uncertain"})
            or draft.kind in {"", CHOICE}
        )
    ]
    return shaped[0] if len(shaped) == 1 else None


# -- the format ---------------------------------------------------------------------------------------------


class Text(Format):
    """Plain text in UTF-8, UTF-16 or GB18030."""

    code = "text"
    label = "文本"
    extension = "txt"

    def claims(self, probe: Probe) -> int:
        return 30 if probe.container == "text" else 0

    def parse(self, data: bytes, *, name: str = "", mapping: object = None) -> Parsed:
        text, encoding = decode(data, damaged=True)
        parsed = read_lines(lines_of(text), name=name.rpartition(".")[0])
        return Parsed(parsed.questions, parsed.problems, self.code, encoding)
