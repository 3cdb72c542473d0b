"""Writing GIFT.

What it has no room for is reported item by item: several blanks, the difference between 多选 and 不定项,
and the fields that are not in `_CARRIES`.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..kinds.base import Blanks, ModelAnswer, Question
from .base import Emitted
from .gift_text import escape, style_of, topic_of, write_text
from .incoming import designation, share
from .outgoing import Outgoing, answer_text

KINDS = frozenset({"single", "multiple", "uncertain", "true_false", "fill_blank", "short_answer"})
_CARRIES = frozenset({"rationale", "topic", "tags", "number"})


def write(questions: Sequence[Question], label: str) -> Emitted:
    """The file as UTF-8, with the problems of what it could not carry."""
    outgoing = Outgoing(questions, label=label, kinds_out=KINDS, carries=_CARRIES)
    pieces, topic = [], ""
    for where, question in outgoing.items():
        answers = _answers(outgoing, where, question)
        if answers is None:
            continue
        wanted = " ".join(question.topic.split("\n"))
        if wanted != topic:
            topic = wanted
            path = f"$course$/top/{topic}" if topic else "$course$/top"
            if topic_of(path) != topic:
                outgoing.changed(where, "topic_changed", f"知识点在{label}里写成“{topic_of(path)}”")
            pieces.append(f"$CATEGORY: {path}\n")
        pieces.append(_head(outgoing, where, question) + write_text(question.stem) + answers + "\n")
    return Emitted("\n".join(pieces).encode(), tuple(outgoing.problems))


def _head(outgoing: Outgoing, where: str, question: Question) -> str:
    """Tags in a comment, the number as the title."""
    tags = "".join(f"[tag:{_tag(tag)}] " for tag in question.tags)
    if any("\n" in tag or "[" in tag for tag in question.tags):
        outgoing.changed(where, "tags_changed", "标签里的方括号和换行在GIFT里写不了，已换成圆括号和空格")
    comment = f"// {tags.rstrip()}\n" if tags else ""
    if question.number and designation(question.number) != question.number:
        outgoing.changed(
            where, "number_changed", f"题号“{question.number}”在GIFT里只是题目名称，再导入时不当题号"
        )
    return comment + (f"::{escape(question.number)}::" if question.number else "")


def _tag(tag: str) -> str:
    return " ".join(tag.replace("[", "（").split()).replace("]", "\\]")


def _answers(outgoing: Outgoing, where: str, question: Question) -> str | None:
    """What stands in braces; None when the item cannot be written at all."""
    key, style = question.key, style_of(question.stem)
    lines: list[str]
    general = question.rationale
    if isinstance(key, bool):
        lines = ["TRUE" if key else "FALSE"]
    elif isinstance(key, Blanks):
        if len(key.accepted) > 1:
            outgoing.left_out(where, "several_blanks", "GIFT装不下有几个空的填空题，没有导出", question.stem)
            return None
        lines = [f"={write_text(text, style)}" for text in key.accepted[0] if text.strip()]
    elif isinstance(key, ModelAnswer):
        if question.rationale:
            outgoing.changed(
                where, "rationale_dropped", "GIFT里简答题只能写一段反馈：写了参考答案，解析没有带走"
            )
        if key.rubric:
            outgoing.changed(where, "rubric_flattened", "采分点并入了参考答案的文字")
        lines, general = [], answer_text(key)
    else:
        lines = _options(question, frozenset(key or ()), style)
        if question.kind == "uncertain" and len(key or ()) > 1:
            outgoing.changed(where, "kind_changed", "GIFT分不清不定项与多选，再导入时是多选题")
    if general:
        lines.append(f"####{write_text(general, style)}")
    return "{" + (lines[0] if len(lines) == 1 else "".join(f"\n\t{line}" for line in lines) + "\n") + "}"


def _options(question: Question, right: frozenset[str], style: str) -> list[str]:
    if question.kind == "single":
        marks = {choice.label: "=" if choice.label in right else "~" for choice in question.choices}
    else:
        worth = f"~%{share(len(right))}%"
        marks = {choice.label: worth if choice.label in right else "~%-100%" for choice in question.choices}
    return [f"{marks[choice.label]}{write_text(choice.text, style)}" for choice in question.choices]
