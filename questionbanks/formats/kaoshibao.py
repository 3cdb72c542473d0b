"""The xlsx layout of 考试宝, which most circulating tables follow. Written here, read by table.py."""

from __future__ import annotations

from collections.abc import Sequence

from examsite.lib.cells import add_sheet, book_bytes, new_book

from ..kinds import registry as kinds
from ..kinds.base import Blanks, ModelAnswer, Question
from .base import Emitted, Format
from .outgoing import Outgoing, answer_text
from .own_layout import MAX_CELL
from .richtext import is_rich, to_plain

_SHEET = "试题内容"
_OPTIONS = "ABCDEFGH"
_HEADER = (
    "题干（必填）",
    "题型（必填）",
    *(f"选项{label}" if label < "E" else f"选项{label}\n(勿删)" for label in _OPTIONS),
    "正确答案\n（必填）",
    "解析\n（勿删）",
    "章节\n（勿删）",
    "难度",
)
_DIFFICULTIES = {None: "", 1: "易", 2: "中", 3: "难"}


class Kaoshibao(Format):
    """Without cases, points, laws, audience and tags: what is left out is reported."""

    code = "kaoshibao"
    label = "考试宝表格"
    extension = "xlsx"
    kinds_out = frozenset({"single", "multiple", "uncertain", "true_false", "fill_blank", "short_answer"})

    def emit(self, questions: Sequence[Question], *, title: str = "") -> Emitted:
        carries = frozenset({"rationale", "difficulty", "topic"})
        outgoing = Outgoing(questions, label=self.label, kinds_out=self.kinds_out, carries=carries)
        rows = []
        for where, question in outgoing.items():
            if len(question.choices) > len(_OPTIONS):
                outgoing.left_out(where, "many_choices", f"{self.label}最多8个选项，没有导出", question.stem)
                continue
            row = _row(question)
            if any(len(cell) > MAX_CELL for cell in row):
                outgoing.left_out(where, "cell_limit", f"有一格超过Excel的上限{MAX_CELL}字，没有导出")
                continue
            if is_rich(question.stem) or any(is_rich(choice.text) for choice in question.choices):
                outgoing.changed(
                    where, "formatting_lost", "文字的格式（表格、下划线等）没有带走", question.stem
                )
            rows.append(row)
        book = new_book()
        add_sheet(book, _SHEET, _HEADER, rows)
        return Emitted(book_bytes(book), tuple(outgoing.problems))


def _row(question: Question) -> list[str]:
    options = [""] * len(_OPTIONS)
    for place, choice in enumerate(question.choices):
        options[place] = to_plain(choice.text)
    if question.kind == "true_false":
        options[:2] = ["正确", "错误"]
    return [
        to_plain(question.stem),
        kinds.kind(question.kind).label,
        *options,
        _answer(question),
        to_plain(question.rationale),
        question.topic,
        _DIFFICULTIES.get(question.difficulty, ""),
    ]


def _answer(question: Question) -> str:
    """Letters by the place of the option; A and B for 正确 and 错误; blanks parted by "|"."""
    key = question.key
    if isinstance(key, bool):
        return "A" if key else "B"
    if isinstance(key, Blanks):
        return "|".join("/".join(texts) for texts in key.accepted)
    if isinstance(key, ModelAnswer):
        return answer_text(key)
    places = {choice.label: _OPTIONS[place] for place, choice in enumerate(question.choices)}
    return "".join(places[label] for label in key or ())
