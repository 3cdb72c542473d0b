"""Writing Moodle XML. One blank is a short answer, several are a cloze text."""

from __future__ import annotations

import html
from collections.abc import Sequence

from ..kinds.base import Blanks, ModelAnswer, Question
from . import moodle_cloze
from .base import Emitted
from .gift_text import topic_of
from .incoming import designation, share
from .outgoing import Outgoing, answer_text, title_of
from .richtext import at_blanks, to_html
from .xml_writer import attribute, escape

KINDS = frozenset({"single", "multiple", "uncertain", "true_false", "fill_blank", "short_answer"})
_CARRIES = frozenset({"rationale", "topic", "tags", "number", "points", "pinned"})


def write(questions: Sequence[Question], label: str) -> Emitted:
    """The file as UTF-8, with the problems of what it could not carry."""
    outgoing = Outgoing(questions, label=label, kinds_out=KINDS, carries=_CARRIES)
    pieces, topic = ['<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n'], ""
    for where, question in outgoing.items():
        wanted = " ".join(question.topic.split("\n"))
        if wanted != topic:
            topic = wanted
            path = f"$course$/top/{topic}" if topic else "$course$/top"
            if topic_of(path) != topic:
                outgoing.changed(where, "topic_changed", f"知识点在{label}里写成“{topic_of(path)}”")
            category = f"<category><text>{escape(path)}</text></category>"
            pieces.append(f'<question type="category">{category}</question>\n')
        pieces.append(_question(outgoing, where, question))
    pieces.append("</quiz>\n")
    return Emitted("".join(pieces).encode(), tuple(outgoing.problems))


def _question(outgoing: Outgoing, where: str, question: Question) -> str:
    if question.number and designation(question.number, stem=question.stem) != question.number:
        message = f"题号“{question.number}”在Moodle里只是题目名称，再导入时不当题号"
        outgoing.changed(where, "number_changed", message)
    kind, stem, rest = _body(outgoing, where, question)
    general = question.rationale
    name = title_of(question)
    points = "" if question.points is None else f"<defaultgrade>{question.points}</defaultgrade>\n"
    number = f"<idnumber>{escape(question.number)}</idnumber>\n" if question.number else ""
    tags = "".join(f"<tag><text>{escape(' '.join(tag.split()))}</text></tag>" for tag in question.tags)
    return (
        f'<question type="{kind}">\n'
        f"<name><text>{escape(name)}</text></name>\n"
        f'<questiontext format="html"><text>{escape(stem)}</text></questiontext>\n'
        f'<generalfeedback format="html"><text>{escape(to_html(general))}</text></generalfeedback>\n'
        f"{points}{number}{rest}" + (f"<tags>{tags}</tags>\n" if tags else "") + "</question>\n"
    )


def _body(outgoing: Outgoing, where: str, question: Question) -> tuple[str, str, str]:
    """Moodle's question type, the stem as HTML and the elements that only this type has."""
    key, stem = question.key, to_html(question.stem)
    if isinstance(key, bool):
        return "truefalse", stem, _answer("true", 100 if key else 0) + _answer("false", 0 if key else 100)
    if isinstance(key, Blanks):
        if key.any_order and len(key.accepted) > 1:
            outgoing.changed(where, "order_fixed", "Moodle的填空不能颠倒各空的顺序，再导入时按固定顺序")
        if len(key.accepted) > 1:
            return "cloze", _cloze(question.stem, key), ""
        answers = "".join(_answer(text, 100) for text in key.accepted[0] if text.strip())
        return "shortanswer", stem, "<usecase>0</usecase>\n" + answers
    if isinstance(key, ModelAnswer):
        if key.rubric:
            outgoing.changed(where, "rubric_flattened", "采分点并入了参考答案的文字")
        told = escape(to_html(answer_text(key)))
        return (
            "essay",
            stem,
            (
                "<responseformat>editor</responseformat>\n"
                f'<graderinfo format="html"><text>{told}</text></graderinfo>\n'
            ),
        )
    right = frozenset(key or ())
    if question.kind == "uncertain" and len(right) > 1:
        outgoing.changed(where, "kind_changed", "Moodle分不清不定项与多选，再导入时是多选题")
    single = question.kind == "single"
    worth, wrong = ("100", "0") if single else (share(len(right)), "-100")
    answers = "".join(
        _answer(choice.text, worth if choice.label in right else wrong) for choice in question.choices
    )
    options = (
        f"<single>{'true' if single else 'false'}</single>\n"
        f"<shuffleanswers>{'false' if question.pinned else 'true'}</shuffleanswers>\n"
    )
    return "multichoice", stem, options + answers


def _cloze(stem: str, key: Blanks) -> str:
    """The stem with a field for each blank: in its gaps, or below it where they do not fit."""
    fields = [moodle_cloze.field(accepted) for accepted in key.accepted]
    pieces = at_blanks(stem, len(fields))
    if pieces is None:
        return f"{to_html(stem).replace('{', '&#123;')}<br>{' '.join(fields)}"
    shown = [html.escape(piece, quote=False).replace("\n", "<br>").replace("{", "&#123;") for piece in pieces]
    return shown[0] + "".join(field + piece for field, piece in zip(fields, shown[1:], strict=True))


def _answer(text: str, fraction: int | str) -> str:
    return (
        f'<answer fraction="{attribute(str(fraction))}" format="html"><text>{escape(to_html(text))}</text>'
        '<feedback format="html"><text></text></feedback></answer>\n'
    )
