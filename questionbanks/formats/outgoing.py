"""What every interchange format does before it writes an item, and the sentences for what it cannot carry.

Severity of an `Emitted.problems` entry: "broken", the item is not in the file; "doubtful", it is there in
another form; "note", it is there without some of its fields.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..kinds import registry as kinds
from ..kinds.base import ModelAnswer, Question, replace
from .base import Problem
from .incoming import designation, tidied
from .richtext import CLOSE, OPEN, is_rich, to_html, to_plain

_FIELDS = {
    "rationale": "解析",
    "pinned": "选项不打乱",
    "points": "分值",
    "difficulty": "难度",
    "topic": "知识点",
    "audience": "适用对象",
    "tags": "标签",
    "citations": "法条依据",
    "source": "出处",
    "number": "题号",
}


class Outgoing:
    """The items of one export in order, each with a place; collects the problems."""

    def __init__(
        self, questions: Sequence[Question], *, label: str, kinds_out: frozenset[str], carries: frozenset[str]
    ) -> None:
        """`carries`: the fields of Question besides stem, choices and key that the format has room for."""
        self._questions = questions
        self._label = label
        self._kinds = kinds_out
        self._carries = carries
        self.problems: list[Problem] = []

    def items(self) -> Iterator[tuple[str, Question]]:
        """Place and question of everything to be written.

        A case is split where the format has none: its text is put before each of its parts.
        """
        for n, question in enumerate(self._questions, 1):
            where = question.where or question.number or f"第{n}题"
            if question.kind != "case_group" or "case_group" in self._kinds:
                yield from self._checked(where, question)
                continue
            if question.parts:
                self.changed(where, "case_split", f"{self._label}没有材料题，已把材料写在每道小题的前面")
            for m, part in enumerate(question.parts, 1):
                stem = joined(question.stem, part.stem)
                topic = part.topic or question.topic
                yield from self._checked(
                    part.where or f"{where}（{m}）", replace(part, stem=stem, topic=topic)
                )

    def _checked(self, where: str, question: Question) -> Iterator[tuple[str, Question]]:
        defects = kinds.defects(question)
        if defects:
            self.left_out(where, defects[0].code, f"{defects[0].message}，没有导出", question.stem)
            return
        if question.kind not in self._kinds:
            label = kinds.kind(question.kind).label
            self.left_out(where, "kind_not_carried", f"{self._label}装不下{label}，没有导出", question.stem)
            return
        if tidied(question).stem != question.stem:
            self.changed(where, "stem_changed", "题干里的题号或答案，再导入时会被拿出来", question.stem)
        self.report_lost(where, question)
        yield where, question

    def report_lost(self, where: str, question: Question) -> None:
        """Note the filled fields of an item that the format has no room for."""
        carries = frozenset[str]() if question.kind == "case_group" else self._carries
        lost = [name for field, name in _FIELDS.items() if field not in carries and getattr(question, field)]
        if lost:
            message = f"{self._label}装不下{'、'.join(lost)}，这些内容没有带走"
            self.problems.append(
                Problem(where, "fields_not_carried", message, question.stem, severity="note")
            )

    def left_out(self, where: str, code: str, message: str, raw: str = "") -> None:
        self.problems.append(Problem(where, code, message, raw))

    def changed(self, where: str, code: str, message: str, raw: str = "") -> None:
        self.problems.append(Problem(where, code, message, raw, severity="doubtful"))


def title_of(question: Question) -> str:
    """A name for formats that want one: the number, else the beginning of the stem if that is no number."""
    begin = " ".join(to_plain(question.stem).split())[:40]
    return question.number or (begin if not designation(begin) else "试题")


def joined(first: str, second: str) -> str:
    """Two texts, one below the other."""
    if is_rich(first) or is_rich(second):
        return f"{OPEN}{to_html(first)}<br>{to_html(second)}{CLOSE}"
    return f"{first}\n{second}"


def answer_text(answer: ModelAnswer) -> str:
    """A model answer as one text; scoring points follow it, one a line."""
    if not answer.rubric:
        return answer.text
    points = [
        f"（{point.points}分）{point.text}" if point.points is not None else point.text
        for point in answer.rubric
    ]
    return "\n".join(line for line in (to_plain(answer.text), *points) if line)
