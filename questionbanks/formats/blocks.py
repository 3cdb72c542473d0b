"""Where one item ends and the next begins, in a text that nobody wrote for a machine.

First pass over the lines of a bank: headings, material, keys and items are told apart. The signs: numbers
that go on from the last one, option letters, labelled answers. A numbered line inside a model answer or a
stem is a list, unless what follows it (options, an answer of its own) shows that it is an item.
"""

from __future__ import annotations

from collections.abc import Sequence

from .base import Problem
from .key_places import KeyReader, take_title
from .keytable import KeySection, entries_of_table
from .line_facts import (
    LONE,
    Facts,
    asks,
    cells_of,
    facts_of,
    has_options,
    is_short,
    main_style,
    without_item_headings,
)
from .lines import Line
from .marks import (
    RUNAWAY,
    Heading,
    Number,
    chapter_of,
    is_remark,
    is_sample,
    is_separator,
    number_of,
    segments,
)
from .materials import names_case, names_material, range_of
from .pieces import Block, Cut, Section

# Labels that may describe an item first.
_BEFORE_STEM = {"number", "kind", "topic", "difficulty", "points", "source"}
AHEAD = 1_000_000_000  # blocks "before" a key that stands above all items and is for all of them
LOOKAHEAD = 30  # lines in which an item's own options or answer must begin


def cut(lines: Sequence[Line]) -> Cut:
    """Cut the lines of a bank into items."""
    return _Cutter(lines).run()


class _Cutter:
    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.facts = [facts_of(line) for line in lines]
        without_item_headings(lines, self.facts)
        self.style = main_style(lines, self.facts)
        self.numbered = self._is_numbered()
        self.keys = KeyReader(lines, self.facts)
        self.cut = Cut()
        self.section = Section()
        self.block: Block | None = None
        self.material: list[Line] = []
        self.material_until = 0  # last number that the material is for; 0: to the next heading or material
        self.in_material = False
        self.inner = 0  # last number of a list inside the current item
        self.waiting = 0  # closed items without a labelled answer
        self.seen_option = self.seen_answer = self.free_answer = self.gap = False

    def _is_numbered(self) -> bool:
        numbers = sum(self._is_main(facts) for facts in self.facts)
        answers = sum("answer" in facts.labels for facts in self.facts)
        return numbers >= 2 and numbers * 3 >= answers

    def _is_main(self, facts: Facts) -> bool:
        return facts.number is not None and facts.number.style == self.style

    # -- the walk

    def run(self) -> Cut:
        index = 0
        while index < len(self.lines):
            index += self._step(index)
        self._close()
        return self.cut

    def _step(self, index: int) -> int:
        """Take the line at `index`, or a key that begins there; returns how many lines were taken."""
        line, facts = self.lines[index], self.facts[index]
        if facts.blank:
            self.gap = True
            return 1
        if line.table and not line.text and self._key_from_table(line):
            return 1
        taken = self._key(index)
        if taken:
            return taken
        if is_separator(line.text) or RUNAWAY.fullmatch(line.text):
            if is_separator(line.text) and (self.seen_answer or not self.numbered):
                self._close()
        elif facts.heading is not None:
            self._open_section(facts.heading)
        elif self._begins_chapter(index):
            self._open_chapter(chapter_of(line.text))
        elif line.title and self._names_what_follows(index):
            self._close()
        elif self._starts_material(index):
            self._open_material(line)
        elif self._starts_item(index):
            self._open(index)
        else:
            self._continue(index)
        self.gap = False
        return 1

    def _begins_chapter(self, index: int) -> bool:
        facts = self.facts[index]
        if not chapter_of(self.lines[index].text) or any(facts.labels):
            return False
        return not (facts.number and self._starts_item(index))

    def _names_what_follows(self, index: int) -> bool:
        """Whether a heading without number is the name of an item ("### G23【单选】") and not its stem."""
        if self.facts[index].number or any(self.facts[index].labels):
            return False
        below = next(
            (facts for facts in self.facts[index + 1 :][:LOOKAHEAD] if not facts.blank), Facts(blank=True)
        )
        return not (below.blank or below.option or below.answer is not None)

    def _open_section(self, heading: Heading) -> None:
        self._close()
        self.section = Section(heading, self.section.chapter, self.section.index + 1)
        self.material, self.in_material = [], False

    def _open_chapter(self, chapter: str) -> None:
        self._close()
        self.section = Section(self.section.heading, chapter, self.section.index + 1)
        self.material, self.in_material = [], False

    def _open_material(self, line: Line) -> None:
        """A shared text begins, or goes on (材料二, the instruction that says which items it is for)."""
        if not self.in_material:
            self._close()
            self.material, self.material_until = [], 0
        self.material, self.in_material = [*self.material, line], True
        self.material_until = range_of(line.text) or self.material_until

    def _open(self, index: int) -> None:
        self._close()
        number = self.facts[index].number
        counts = number is not None and (
            self._is_main(self.facts[index])
            or self._expected(number)
            or (number.style == "(n)" and self._in_case and bool(self.material))
        )
        own = number if counts else None
        self.block = Block(self.section, own, text_from=own.end if own else 0, numbered=self.numbered)
        if self.material and own and self.material_until and own.value > self.material_until:
            self.material = []
        self.block.material = list(self.material)
        self.in_material = False
        self._take(index)

    def _take(self, index: int) -> None:
        assert self.block is not None
        line, facts = self.lines[index], self.facts[index]
        self.block.lines.append(line)
        if facts.option or has_options(line.text):
            self.seen_option = True
        elif self.seen_option and not self.seen_answer and LONE.fullmatch(line.text):
            self.seen_answer, self.free_answer = True, False
        if facts.answer is not None:
            self.seen_answer = True
            self.free_answer = not is_short(facts.answer) or facts.answer.strip() == ""
            listed = number_of(facts.answer)
            if listed is not None and listed.style == self.style and listed.value == 1:
                self.inner = 1
        elif "rationale" in facts.labels or (
            self.seen_answer and not self.seen_option and not any(facts.labels)
        ):
            self.free_answer = True

    def _continue(self, index: int) -> None:
        if self.in_material:
            self.material.append(self.lines[index])
        elif self.block is not None:
            number = self.facts[index].number
            if number is not None and self._is_main(self.facts[index]):
                self.inner = number.value
            self._take(index)

    def _close(self) -> None:
        block, self.block = self.block, None
        answered, self.inner = self.seen_answer, 0
        self.seen_option = self.seen_answer = self.free_answer = False
        if block is None:
            return
        if is_sample(block.lines[0].text[block.text_from :]) or is_sample(block.lines[0].text):
            first = block.lines[0]
            note = Problem(first.where, "sample", "例题，没有导入", first.text.strip(), severity="note")
            self.cut.problems.append(note)
        else:
            self.cut.blocks.append(block)
            self.waiting += not answered

    # -- decisions

    @property
    def _in_case(self) -> bool:
        return self.section.heading is not None and self.section.heading.kind == "case_group"

    def _expected(self, number: Number) -> bool:
        return number.value == (self.cut.blocks[-1].value if self.cut.blocks else 0) + 1

    def _starts_item(self, index: int) -> bool:
        facts, block = self.facts[index], self.block
        if not facts.number and self._named_before_stem(index):
            return True
        if "stem" in facts.labels[:1] and not facts.number:
            if block is not None and all(self._describes(line) for line in block.lines):
                return False
            named = bool(segments(self.lines[index].text)[0].text.strip())
            return block is None or (named and not (self.numbered and block.number))
        number = facts.number
        if number is None:
            return self._starts_unnumbered(index)
        if number.style == "(n)" and self._in_case and (self.in_material or (block and block.material)):
            return True
        if number.style != self.style:
            return self._starts_with_odd_number(index, number)
        if block is None:
            return True
        if self.seen_answer and not self.free_answer:
            return self._goes_on(index, number) or not self.inner
        if self.seen_option and not self.seen_answer:
            return True
        return self._is_next_or_inner(index, number)

    @staticmethod
    def _describes(line: Line) -> bool:
        return any(label in _BEFORE_STEM for label in facts_of(line).labels[:1])

    def _named_before_stem(self, index: int) -> bool:
        """Whether a line is the first of those that describe an item before its label 题干: "题型：单选"."""
        if index and self._describes(self.lines[index - 1]):
            return False
        for facts in self.facts[index : index + 6]:
            label = facts.labels[0] if facts.labels else ""
            if label not in _BEFORE_STEM:
                return label == "stem" and facts is not self.facts[index]
        return False

    def _goes_on(self, index: int, number: Number) -> bool:
        assert self.block is not None
        return number.value == self.block.value + 1 or self._has_own_answer(index)

    def _is_next_or_inner(self, index: int, number: Number) -> bool:
        """In a stem or a written answer: the next item, or a list?"""
        assert self.block is not None
        expected = self.block.value + 1 if self.block.number else 0
        if number.value == expected and number.value != self.inner + 1:
            return True
        if (
            number.value == self.inner + 1
            and self.inner
            and (number.value != expected or not self.seen_answer)
        ):
            return False
        if number.value in (1, self.inner + 1):
            return self._has_own_answer(index) and not self._list_goes_on(index, number)
        return self._has_own_answer(index) or (
            number.value > self.block.value and not self.inner and asks(self.lines[index].text)
        )

    def _list_goes_on(self, index: int, number: Number) -> bool:
        """Whether the next numbered line carries the list on before anything is answered."""
        for at in range(index + 1, min(index + LOOKAHEAD, len(self.lines))):
            facts = self.facts[at]
            if facts.answer is not None or facts.option == "A" or facts.heading:
                return False
            if self._is_main(facts) and facts.number:
                return facts.number.value == number.value + 1
        return False

    def _has_own_answer(self, index: int) -> bool:
        """Whether options or an answer of its own follow a line before the next numbered line."""
        text = self.lines[index].text
        if self.facts[index].answer is not None or has_options(text):
            return True
        for at in range(index + 1, min(index + LOOKAHEAD, len(self.lines))):
            facts = self.facts[at]
            if facts.option == "A" or facts.answer is not None:
                return True
            if facts.heading or (self._is_main(facts) and facts.number):
                return False
        return False

    def _starts_unnumbered(self, index: int) -> bool:
        facts = self.facts[index]
        if facts.labels[:1] and facts.labels[0] not in {"", "stem"}:
            return False
        if facts.option and facts.option != "A":
            return False
        if self.block is None:
            return not self.in_material
        if not self.seen_answer or (self.gap and LONE.fullmatch(self.lines[index].text)):
            return False
        if self.numbered and self.block.number is not None:
            return self.gap and not self.free_answer and self._has_own_answer(index)
        return not self.free_answer or self.gap or self._has_own_answer(index)

    def _starts_with_odd_number(self, index: int, number: Number) -> bool:
        """A number in another style than the text's: "5在计算", "87（. ）", an item without its dot."""
        if self.block is None:
            return (
                self._expected(number) and number.style in {"n", "n ", "n)", "[n]"} and not self.in_material
            )
        done = self.seen_option or (self.seen_answer and not self.free_answer)
        fits = number.value == self.block.value + 1 and self.block.number is not None
        if number.style in {"n", "n "}:
            return fits and (done or (self.seen_answer and self._has_own_answer(index)))
        if number.style in {"n)", "[n]"}:
            return fits and done and self._has_own_answer(index)
        return self._starts_unnumbered(index) if not self.numbered and number.style != "(n)" else False

    def _starts_material(self, index: int) -> bool:
        text = self.lines[index].text
        facts = self.facts[index]
        if self._in_case and names_case(text) and (self.block is None or self.seen_answer):
            return not facts.option and facts.answer is None
        if self._in_case and self.style == "(n)" and self.block is None and self._parts_follow(index):
            return True
        if not names_material(text) or facts.option or facts.answer is not None:
            return False
        if self.block is not None and not self.seen_answer and not self.seen_option:
            return False
        ranged = range_of(text) is not None
        return (ranged or self._in_case or len(text) > 12) and self._numbered_item_follows(index)

    def _parts_follow(self, index: int) -> bool:
        """Whether a text without number or label stands above "（1）", the first of its questions."""
        for at in range(index, min(index + LOOKAHEAD, len(self.lines))):
            facts = self.facts[at]
            if facts.number is not None:
                return at > index and facts.number.style == "(n)" and facts.number.value == 1
            if any(facts.labels) or facts.option or facts.heading or is_remark(self.lines[at].text):
                return False
        return False

    def _numbered_item_follows(self, index: int) -> bool:
        for at in range(index + 1, min(index + LOOKAHEAD, len(self.lines))):
            facts = self.facts[at]
            if facts.answer is not None or facts.option or facts.heading:
                return False
            if self._is_main(facts):
                return self._has_own_answer(at) or asks(self.lines[at].text)
        return False

    # -- keys

    def _key(self, index: int) -> int:
        """Read a key that begins at this line; how many lines it takes, 0 for none."""
        if not self._may_have_key():
            return 0
        open_block = None if self.seen_answer else self.block
        found = self.keys.read(index, self.cut, open_block, untold=self.section.heading is None)
        if not found.sections and not found.unclear:
            return 0
        if found.sections:
            self.cut.problems += take_title(self.block)
            self._keep_keys(found.sections)
        self.cut.unclear |= found.unclear
        self.cut.problems += found.problems
        return found.lines

    def _key_from_table(self, line: Line) -> bool:
        entries = entries_of_table(cells_of(line.table))
        if found := len(entries) >= 2 and self._may_have_key():
            self._keep_keys([KeySection(None, entries)])
        return found

    def _may_have_key(self) -> bool:
        """Whether several items wait for one; or nothing was asked yet, and it stands above all items."""
        return self._waiting() >= 2 or (self.block is None and not self.cut.blocks)

    def _keep_keys(self, sections: Sequence[KeySection]) -> None:
        """They are for the items before them, or for all where there is none."""
        self._close()
        before = len(self.cut.blocks) or AHEAD
        self.cut.keys += [(before, section) for section in sections]

    def _waiting(self) -> int:
        """How many of the last items have no answer yet, the current one included."""
        return self.waiting + (self.block is not None and not self.seen_answer)
