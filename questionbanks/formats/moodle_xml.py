"""Moodle XML, the format in which Moodle exports a question bank.

单选, 多选 and 不定项 (multichoice and its all-or-nothing relatives), 判断, 填空 (shortanswer, exact numbers,
cloze texts that have nothing but written gaps) and 简答 (the key is the information for graders). Categories
become topics. The other question types of Moodle are found and broken under their names.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from decimal import Decimal
from xml.etree.ElementTree import Element

from examsite.lib.files.sniff import Probe

from ..kinds.base import Blanks, Question, replace
from . import moodle_cloze, moodle_out
from .base import Emitted, Format, Parsed, Problem, Unreadable
from .gift_text import topic_of
from .incoming import (
    FULL,
    TRUTHS,
    Incoming,
    accepted_texts,
    choice_kind,
    feedback_lines,
    lettered,
    letters,
    model_answer,
    percent,
    right_options,
)
from .normalise import points_of
from .richtext import has_markup, to_plain
from .xml_reader import attribute, child, children, encoding_of, inner_html, name_of, read_xml, text_at

_PLAIN = frozenset({"plain_text", "plain", "2"})
_HTML = frozenset({"html", "1"})
_ALL_OR_NOTHING = frozenset({"multichoiceset", "oumultiresponse"})
_FOREIGN = {
    "matching": "matching",
    "match": "matching",
    "ddmatch": "matching",
    "randomsamatch": "matching",
    "ordering": "ordering",
    "calculated": "calculated",
    "calculatedmulti": "calculated",
    "calculatedsimple": "calculated",
    "gapselect": "select",
    "ddwtos": "drag",
    "ddimageortext": "drag",
    "ddmarker": "drag",
    "random": "random",
    "kprime": "grid",
    "mtf": "grid",
    "recordrtc": "media",
}


class MoodleXml(Format):
    code = "moodle_xml"
    label = "Moodle XML"
    extension = "xml"
    kinds_out = moodle_out.KINDS

    def claims(self, probe: Probe) -> int:
        head = probe.text[:20_000]
        if probe.container != "text" or not probe.head.startswith("<") or "<quiz" not in head:
            return 0
        return 95 if "<question" in head else 60

    def parse(self, data: bytes, *, name: str = "", mapping: Mapping[str, str] | None = None) -> Parsed:
        root = read_xml(data)
        if name_of(root) != "quiz":
            raise Unreadable("not_moodle", "这不是Moodle导出的题库；请在Moodle里选“导出为Moodle XML”后再导入")
        questions: list[Question] = []
        problems: list[Problem] = []
        topic, n = "", 0
        for element in children(root, "question"):
            kind = attribute(element, "type").lower()
            if kind == "category":
                topic = topic_of(text_at(element, "category", "text") or text_at(element, "category"))
                continue
            n += 1
            item = Incoming(f"第{n}题", _raw(element))
            question = _read(item, element, kind)
            if question is not None:
                tags = (_line(tag) for tag in element.findall(".//{*}tags/{*}tag"))
                questions.append(
                    replace(
                        question,
                        topic=topic,
                        tags=tuple(dict.fromkeys(tag for tag in tags if tag)),
                        points=points_of(text_at(element, "defaultgrade")),
                    )
                )
            problems += item.problems
        return Parsed(tuple(questions), tuple(problems), self.code, encoding_of(data))

    def emit(self, questions: Sequence[Question], *, title: str = "") -> Emitted:
        return moodle_out.write(questions, self.label)


def _read(item: Incoming, element: Element, kind: str) -> Question | None:
    """The item of a <question>; None for a description, which is noted."""
    item.names = (text_at(element, "idnumber"), text_at(element, "name", "text"))
    source = child(element, "questiontext")
    if kind in ("cloze", "multianswer"):
        return moodle_cloze.read(item, _html(source), _rationale(item, element, ()))
    stem = _text(item, source)
    if kind == "description":
        item.problems.clear()
        item.note("description", "这是说明文字，不是试题，没有导入", "如果是下面几题的材料，请补到题目里")
        return None
    answers = children(element, "answer")
    if kind == "multichoice" or kind in _ALL_OR_NOTHING:
        return _choice(item, element, stem, answers, kind)
    if kind == "truefalse":
        return _true_false(item, element, stem, answers)
    if kind == "shortanswer":
        texts = [_text(item, answer) for answer in answers]
        accepted = accepted_texts(item, texts, [_fraction(answer) for answer in answers])
        key = Blanks((accepted,)) if accepted else None
        rationale = _rationale(
            item, element, [pair for pair in zip(texts, answers, strict=True) if pair[0] != "*"]
        )
        return item.question("fill_blank", stem, key=key, rationale=rationale)
    if kind == "numerical":
        return _number(item, element, stem, answers)
    if kind == "essay":
        return _essay(item, element, stem)
    return item.foreign(_FOREIGN.get(kind, "other"), stem, "" if kind in _FOREIGN else kind)


def _choice(item: Incoming, element: Element, stem: str, answers: list[Element], kind: str) -> Question:
    single = text_at(element, "single").lower() not in ("false", "0") and kind not in _ALL_OR_NOTHING
    texts = [_text(item, answer) for answer in answers]
    weights = [_fraction(answer) for answer in answers]
    if kind in _ALL_OR_NOTHING:
        right = [n for n, weight in enumerate(weights) if weight > 0]
    else:
        right = right_options(item, weights, several=not single)
    labels = letters(len(texts))
    return item.question(
        choice_kind(several=not single, keys=len(right)),
        stem,
        choices=lettered(texts),
        key=tuple(labels[n] for n in right) or None,
        rationale=_rationale(item, element, list(zip(texts, answers, strict=True))),
        pinned=text_at(element, "shuffleanswers").lower() in ("false", "0"),
    )


def _true_false(item: Incoming, element: Element, stem: str, answers: list[Element]) -> Question:
    full = [answer for answer in answers if _fraction(answer) >= FULL]
    values = {TRUTHS.get(to_plain(_text(item, answer)).casefold()) for answer in full}
    key = values.pop() if len(values) == 1 else None
    rationale = _rationale(item, element, [("", answer) for answer in answers])
    return item.question("true_false", stem, key=key, rationale=rationale)


def _number(item: Incoming, element: Element, stem: str, answers: list[Element]) -> Question:
    """A number without tolerance can be compared as text; a range or a unit cannot."""
    texts = [_text(item, answer) for answer in answers]
    weights = [_fraction(answer) for answer in answers]
    rationale = _rationale(item, element, [("", answer) for answer in answers])
    tolerances = [percent(text_at(answer, "tolerance") or "0") for answer in answers]
    pairs = zip(weights, tolerances, strict=True)
    if any(weight >= FULL and tolerance != 0 for weight, tolerance in pairs) or child(
        element, "units", "unit"
    ):
        return item.foreign("numerical", stem, rationale=rationale)
    accepted = accepted_texts(item, texts, weights)
    item.note("number_as_text", "数值题按填空题导入，答案按文字比对", "如有别的写法也算对，请补进答案")
    return item.question(
        "fill_blank", stem, key=Blanks((accepted,)) if accepted else None, rationale=rationale
    )


def _essay(item: Incoming, element: Element, stem: str) -> Question:
    if text_at(element, "responseformat") == "noinline":
        return item.foreign("upload", stem)
    graders, general = child(element, "graderinfo"), child(element, "generalfeedback")
    told = _text(item, graders)
    feedback = _feedback(item, general)
    key = model_answer(item, told, feedback)
    return item.question("short_answer", stem, key=key, rationale=feedback if told else "")


def _rationale(item: Incoming, element: Element, answers: Sequence[tuple[str, Element]]) -> str:
    """The general feedback and that of the answers; `answers`: the text that names an answer, and it."""
    lines = [(text, _feedback(item, child(answer, "feedback"))) for text, answer in answers]
    return feedback_lines(_feedback(item, child(element, "generalfeedback")), lines)


def _fraction(answer: Element) -> Decimal:
    return percent(attribute(answer, "fraction")) or Decimal(0)


def _html(element: Element | None) -> str:
    """A text with a format as HTML, whatever its format."""
    if element is None:
        return ""
    holder = child(element, "text")
    holder = element if holder is None else holder
    # Markup stands in the text as characters, as a rule; some tools write it as elements.
    skip = frozenset({"file", "feedback", "tolerance"})
    inner = inner_html(holder, skip) if any(name_of(one) not in skip for one in holder) else holder.text or ""
    style = attribute(element, "format").lower()
    if style in _PLAIN or (style not in _HTML and not has_markup(inner)):
        inner = inner if style in _PLAIN else html.unescape(inner)
        return html.escape(inner.strip(), quote=False).replace("\n", "<br>")
    return inner


def _text(item: Incoming, element: Element | None) -> str:
    if element is None:
        return ""
    markup = _html(element)
    if children(element, "file") and "<" not in markup:
        item.lose("file")
    return item.html(markup)


def _feedback(item: Incoming, element: Element | None) -> str:
    return item.feedback(_html(element))


def _line(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _raw(element: Element) -> str:
    """The texts of an item, without the files in it."""
    texts = (one.text or "" for one in element.iter() if name_of(one) == "text")
    return "\n".join(text.strip() for text in texts if text.strip())
