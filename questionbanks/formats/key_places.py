"""Where a key begins among the lines of a bank, and the items before it that wait for their answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from .answers import inline_choice, inline_judgement
from .bare_keys import REGION, Found, Waiting, read_bare_key
from .base import Problem
from .draft_keys import has_filled_brackets
from .drafts import Draft
from .item_text import drafts_of
from .keytable import KeySection, entries_of, entries_of_table, read_key
from .line_facts import Facts, cells_of
from .lines import Line
from .marks import is_key_heading, is_sample, number_of
from .normalise import kind_of
from .pieces import Block, Cut

_SHORT = {"single", "multiple", "uncertain", "true_false"}
_WRITTEN = {"fill_blank", "short_answer", "case_group", ""}
_TITLE = re.compile(  # of a place or a year: "某县2024年普法考试试卷"
    r"\s*(?![A-HＡ-Ｈ（(]\s?[.．、:：)）]|\d{1,3}\s?[.．、])(?=.{0,40}(?:\d{4}|年度|[省市县区镇乡]|普法|学法))[^。？！?!：:；;，,]{2,50}(?:试卷|试题|考试|测试|测试题|竞赛|题库|练习题?|卷)"
    r"(?:[（(][^（()）]{1,8}[)）])?\s*"
)
_NO_ITEM, _ANSWERED, _BELOW = "no item", "answered", "answered below"
FEW = 200  # items before a key, in which the habit of the author shows


@dataclass(slots=True)
class Key:
    """The sections of a key and how many lines it takes; `unclear` as in Cut."""

    sections: list[KeySection] = field(default_factory=list)
    lines: int = 0
    unclear: dict[int, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


class KeyReader:
    """Reads the keys of one bank as the walk over its lines comes to them."""

    def __init__(self, lines: Sequence[Line], facts: Sequence[Facts]) -> None:
        self.lines, self.facts = lines, facts
        self.known: dict[int, Waiting | str] = {}  # by the index of a closed block

    def read(self, index: int, cut: Cut, block: Block | None, *, untold: bool) -> Key:
        """The key that begins at line `index`, behind the blocks of `cut` and the open one without answer.

        `untold`: no heading says of what kind the items there are.
        """
        labelled = is_key_heading(self.lines[index].text)
        if labelled and block is None and not cut.blocks:
            return self._by_sections(index, written=False)
        waiting = self._run(cut, block) if labelled or self._begins_list(index) else []
        found = Found()
        if len(waiting) > 1 and not all(one.short for one in waiting):
            texts = self._texts(index + 1)
            texts = texts if labelled else [self.facts[index].answer or "", *texts]
            below = self._answered_below(cut, waiting[0].place)
            found = read_bare_key(texts, waiting, answered_below=below)
            if found.section is not None:
                return Key([found.section], found.lines + labelled)
        blocks = cut.blocks if block is None else [*cut.blocks, block]
        key = self._by_sections(index, written=untold or any(_is_written(one) for one in blocks))
        if found.numbers:
            self._doubt(key, found, waiting, index, index + labelled + found.rest)
        return key

    def _begins_list(self, index: int) -> bool:
        """Whether a line is "参考答案：1.…" or "参考答案：1-5 ABCDA": a list that begins behind the label."""
        text, answer = self.lines[index].text, self.facts[index].answer or ""
        if self.facts[index].labels[:1] != ("answer",) or number_of(text) is not None:
            return False
        return number_of(answer) is not None or bool(entries_of(answer))

    def _texts(self, start: int) -> list[str]:
        """The lines of a key from `start` on, tables of numbers and answers as entries: "1.A 2.B"."""
        return [_as_entries(line) if line.table else line.text for line in self.lines[start : start + REGION]]

    def _by_sections(self, index: int, *, written: bool) -> Key:
        """A key whose headings or short answers say what it is."""
        text, facts = self.lines[index].text, self.facts[index]
        labelled = is_key_heading(text)
        counted = text.strip()[:1].isdecimal() and not any(facts.labels)
        bare = entries_of(text) if counted and not labelled else []
        inline = facts.answer is not None and len(entries_of(facts.answer)) >= 2
        if not (labelled or inline or len(bare) >= 3):
            return Key()
        start = index + 1 if labelled else index
        sections, used = read_key(self._texts(start), written)
        return Key(sections, used + labelled if sections else 0)

    def _doubt(self, key: Key, found: Found, waiting: Sequence[Waiting], index: int, end: int) -> None:
        """Nothing of a list goes to the items that it may answer, or may not; what a key leaves over up to
        line `end` is said."""
        items = _counted([one.number for one in waiting])
        said = f"没有答案的题编号为{items}，答案编号为{_counted(found.numbers)}"
        key.unclear = {one.place: said for one in waiting}
        if not key.sections:
            return
        over = self.lines[index + key.lines : end]
        text = "\n".join(line.text for line in over if line.text.strip())
        if text:
            message = "答案表里这些答案的题号和题目对不上，没有分配"
            key.problems.append(
                Problem(over[0].where, "unclaimed_answers", message, text, "核对题号", "note")
            )
            key.lines += len(over)

    # -- the items that wait

    def _run(self, cut: Cut, block: Block | None) -> list[Waiting]:
        """The last items in a row that have no answer, since the last key; [] where one has no number."""
        since = max((before for before, _ in cut.keys if before <= len(cut.blocks)), default=0)
        since = max([since, *(place + 1 for place in cut.unclear)])
        found: list[Waiting] = []
        if block is not None:
            status = _status(block, len(cut.blocks))
            if not isinstance(status, Waiting) or is_sample(block.lines[0].text):
                return []
            found.append(status)
        for place in range(len(cut.blocks) - 1, since - 1, -1):
            status = self._known(cut, place)
            if isinstance(status, Waiting):
                found.append(status)
            elif status != _NO_ITEM:
                break
        return found[::-1]

    def _known(self, cut: Cut, place: int) -> Waiting | str:
        if place not in self.known:
            self.known[place] = _status(cut.blocks[place], place)
        return self.known[place]

    def _answered_below(self, cut: Cut, before: int) -> bool:
        """Whether a written item before these has its answer below itself."""
        return any(self._known(cut, place) == _BELOW for place in range(max(0, before - FEW), before))


def _as_entries(line: Line) -> str:
    entries = entries_of_table(cells_of(line.table))
    return " ".join(f"{number}.{answer}" for number, answer in entries) or line.text


def take_title(block: Block | None) -> list[Problem]:
    """Take the title of the page that a key begins ("某县普法考试试卷") off the item above it, and say so."""
    if block is None or len(block.lines) < 2 or not _TITLE.fullmatch(block.lines[-1].text):
        return []
    last = block.lines.pop()
    return [Problem(last.where, "title", "答案前的标题，没有导入", last.text.strip(), severity="note")]


def _counted(numbers: Sequence[int]) -> str:
    """Numbers for people, the first dozen."""
    return "、".join(str(number) for number in numbers[:12]) + ("……" if len(numbers) > 12 else "")


def _status(block: Block, place: int) -> Waiting | str:
    """An item that waits, or what a block is else."""
    drafts = drafts_of(block)
    if not drafts:
        return _NO_ITEM
    draft, kind = drafts[0], _kind(block, drafts[0])
    short = bool(draft.choices) or kind in _SHORT
    if len(drafts) > 1 or draft.answer:
        return _ANSWERED if short else _BELOW
    inside = draft.choices and inline_choice(draft.stem, [one.label for one in draft.choices])[1]
    judged = short and inline_judgement(draft.stem)[1] is not None
    filled = kind == "fill_blank" and (draft.marked or has_filled_brackets(draft.stem))
    if draft.keys or inside or judged or filled or not block.number:
        return _ANSWERED
    text = "\n".join(line.text for line in block.lines)
    return Waiting(place, block.value, short, text)


def _kind(block: Block, draft: Draft) -> str:
    heading = block.section.heading
    return kind_of(draft.kind_name) or (heading.kind if heading else "")


def _is_written(block: Block) -> bool:
    heading = block.section.heading
    return heading is not None and heading.kind in _WRITTEN
