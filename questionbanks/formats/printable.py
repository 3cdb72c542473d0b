"""A question bank as a Word document for reading and printing; the answers stand below each item."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any

from examsite.lib.cells import plain_text

from ..kinds import registry as kinds
from ..kinds.base import Blanks, ModelAnswer, Question
from .outgoing import Outgoing, answer_text
from .richtext import is_rich, to_plain

_NUMERALS = "一二三四五六七"
_DIFFICULTIES = {1: "易", 2: "中", 3: "难"}


def write(questions: Sequence[Question], outgoing: Outgoing, title: str) -> bytes:
    """The document: a section for each kind in the order of the kinds, items numbered from 1 in each."""
    import docx

    document = docx.Document()
    _set_fonts(document)
    document.add_heading(plain_text(title or "试题"), level=0)
    items = list(outgoing.items())
    sections = [(code, [one for one in items if one[1].kind == code]) for code in kinds.KINDS]
    for place, (code, found) in enumerate((code, found) for code, found in sections if found):
        label = kinds.kind(code).label
        count = sum(max(len(question.parts), 1) for _, question in found)
        document.add_heading(f"{_NUMERALS[place]}、{label}（共{count}题）", level=1)
        for number, (where, question) in enumerate(found, 1):
            if is_rich(question.stem) or any(is_rich(choice.text) for choice in question.choices):
                outgoing.changed(
                    where, "formatting_lost", "文字的格式（表格、下划线等）没有带走", question.stem
                )
            for line in _lines(question, f"{number}."):
                document.add_paragraph(plain_text(line))
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _lines(question: Question, number: str) -> Iterator[str]:
    yield f"{number}{to_plain(question.stem)}"
    for place, part in enumerate(question.parts, 1):
        yield from _lines(part, f"（{place}）")
    if question.kind == "case_group":
        return
    for choice in question.choices:
        yield f"{choice.label}.{to_plain(choice.text)}"
    yield f"答案：{_answer(question)}"
    if question.rationale:
        yield f"解析：{to_plain(question.rationale)}"
    for citation in question.citations:
        edition = f"（{citation.edition}）" if citation.edition else ""
        yield f"依据：《{citation.law}》{edition}{citation.article}"
    if question.difficulty in _DIFFICULTIES:
        yield f"难度：{_DIFFICULTIES[question.difficulty]}"
    if question.topic:
        yield f"知识点：{question.topic}"


def _answer(question: Question) -> str:
    key = question.key
    if isinstance(key, Blanks):
        return "；".join("或".join(texts) for texts in key.accepted)
    if isinstance(key, ModelAnswer):
        return answer_text(key)
    return kinds.kind(question.kind).describe_key(key)


def _set_fonts(document: Any) -> None:
    """Chinese text in 宋体: Word takes the East Asian font from an attribute of its own."""
    from docx.oxml.ns import qn
    from docx.shared import Pt

    for name in ("Normal", "Title", "Heading 1"):
        style = document.styles[name]
        style.font.name = "Times New Roman"
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        fonts.set(qn("w:eastAsia"), "宋体" if name == "Normal" else "黑体")
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
    document.styles["Normal"].font.size = Pt(12)
