"""GIFT, Moodle's text format for questions: all of its kinds are recognised.

What becomes of them here: `{~a =b}` 单选, weights instead of `=` 多选 or 不定项, `{T}` 判断, `{=a =b}` 填空
with one blank and two accepted texts, an exact number 填空, `{}` 简答 (with the general feedback as its model
answer, which wants a look), a text without braces a note. Matching and numbers with a tolerance are found and
broken.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from examsite.lib.files.encodings import decode
from examsite.lib.files.sniff import Probe

from ..kinds.base import Blanks, Question, replace
from . import gift_out
from .base import Emitted, Format, Parsed, Problem
from .gift_text import Block, blocks, find, find_pair, read_format, read_text, unescape
from .incoming import (
    FULL,
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
from .richtext import BLANK

_WEIGHT = re.compile(r"\s*%(-?\d+(?:[.,]\d*)?)%")
_CLOZE = re.compile(r"\s*\d*:[A-Z_]{2,}:")
_TRUE = frozenset({"t", "true", "对", "正确", "√"})
_FALSE = frozenset({"f", "false", "错", "错误", "×"})
_RANGE = re.compile(r"(-?[\d.,]+(?:[eE][-+]?\d+)?)\s*\.\.\s*(-?[\d.,]+(?:[eE][-+]?\d+)?)")
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?")


class Gift(Format):
    code = "gift"
    label = "GIFT"
    extension = "gift"
    kinds_out = gift_out.KINDS

    def claims(self, probe: Probe) -> int:
        if probe.container != "text" or probe.head.startswith("<"):
            return 0
        text = probe.text[:200_000]
        if re.search(r"^\s*\$CATEGORY:", text, re.MULTILINE) or re.search(
            r"^\s*::[^:\n]+::", text, re.MULTILINE
        ):
            return 90
        if probe.head.startswith(("{", "[{", "[\n")):
            return 0
        if re.search(r"(?<!\\)\{\s*(?:[=~#][^{}]*|T|F|TRUE|FALSE|####[^{}]*)(?:#[^{}]*)?(?<!\\)\}", text):
            return 85
        if re.search(r"(?<!\\)\{\s*\}|^\s*\[(?:html|moodle|plain|markdown)\]", text, re.MULTILINE):
            return 60
        return 30 if probe.name.lower().endswith(".gift") else 0

    def parse(self, data: bytes, *, name: str = "", mapping: Mapping[str, str] | None = None) -> Parsed:
        text, encoding = decode(data, damaged=True)
        questions: list[Question] = []
        problems: list[Problem] = []
        for block in blocks(text):
            item = Incoming(f"第{block.line}行", block.text)
            question = _read(item, block)
            if question is not None:
                questions.append(replace(question, topic=block.topic, tags=block.tags))
            problems += item.problems
        return Parsed(tuple(questions), tuple(problems), self.code, encoding)

    def emit(self, questions: Sequence[Question], *, title: str = "") -> Emitted:
        return gift_out.write(questions, self.label)


@dataclass(frozen=True, slots=True)
class _Answer:
    """One answer of an item. `weight` in percent, None where none is written."""

    right: bool
    weight: Decimal | None
    source: str
    feedback: str

    @property
    def worth(self) -> Decimal:
        if self.weight is not None:
            return self.weight
        return Decimal(100) if self.right else Decimal(0)


def _read(item: Incoming, block: Block) -> Question | None:
    """The item of a block; None for a description, which is noted."""
    text, title = block.text.strip(), ""
    if text.startswith("::"):
        end = find_pair(text[2:], "::")
        if end >= 0:
            title, text = unescape(text[2 : 2 + end]), text[end + 4 :].strip()
    opened = find(text, "{")
    closed = find(text, "}", max(opened, 0))
    if opened < 0 and closed < 0:
        read_text(item, text, "moodle")
        item.note("description", "这是说明文字，不是试题，没有导入", "如果是下面几题的材料，请补到题目里")
        return None
    item.names = (title, block.number)
    return _with_answers(item, text, opened, closed)


def _with_answers(item: Incoming, text: str, opened: int, closed: int) -> Question:
    """`opened`, `closed`: where the first braces stand in `text`, -1 for none."""
    if opened < 0 or closed < 0:
        stem = read_text(item, text[: opened if opened >= 0 else closed], "moodle")
        item.broken("brace", "花括号没有配对，分不清答案", "请补上缺少的“{”或“}”；文字里的花括号前要加“\\”")
        return item.question("short_answer", stem)
    answers, tail = text[opened + 1 : closed], text[closed + 1 :]
    if find(tail, "{") >= 0:
        return _several_blanks(item, text)
    source = text[:opened] + (BLANK + tail if tail.strip() else "")
    style = read_format(source, "moodle")[0]
    stem = read_text(item, source, "moodle")
    return _read_answers(item, stem, answers, style)


def _read_answers(item: Incoming, stem: str, answers: str, style: str) -> Question:
    at = find_pair(answers, "####", last=True)
    general = read_text(item, answers[at + 4 :], style) if at >= 0 else ""
    answers = (answers[:at] if at >= 0 else answers).strip()
    if not answers:
        key = model_answer(item, "", general)
        return item.question("short_answer", stem, key=key, rationale="")
    if answers.startswith("#"):
        return _number(item, stem, answers[1:], general, style)
    if _CLOZE.match(answers):
        return item.foreign("cloze", stem, rationale=general)
    first = find(answers, "#")
    token = answers[: first if first > 0 else len(answers)].strip().casefold()
    if token in _TRUE | _FALSE:
        lines = [("", read_text(item, one, style)) for one in _parted(answers)[1:]]
        return item.question("true_false", stem, key=token in _TRUE, rationale=feedback_lines(general, lines))
    given = _answers(answers)
    if given is None:
        item.broken("answer_syntax", "答案前缺少“=”或“~”", "请按GIFT格式在每个答案前写“=”（对）或“~”（错）")
        return item.question("short_answer", stem, rationale=general)
    if find(answers, "~") >= 0:
        return _choice(item, stem, given, general, style)
    if len(given) > 1 and all("->" in one.source for one in given):
        return item.foreign("matching", stem, rationale=general)
    return _short(item, stem, given, general, style)


def _answers(source: str) -> list[_Answer] | None:
    """The answers behind "=" and "~"; None when something stands before the first of them."""
    starts: list[int] = []
    for match in re.finditer(r"\\.|([~=])", source, re.DOTALL):
        # "~=text" is one answer with two marks, as some tools write a right option
        if match.group(1) == "=" and starts and not source[starts[-1] + 1 : match.start()].strip():
            starts[-1] = match.start()
        elif match.group(1):
            starts.append(match.start())
    if not starts or source[: starts[0]].strip(" \t\n~"):
        return None
    found = []
    for start, end in zip(starts, [*starts[1:], len(source)], strict=True):
        text, weight = source[start + 1 : end], None
        written = _WEIGHT.match(text)
        if written:
            weight, text = percent(written.group(1)), text[written.end() :]
        parts = _parted(text)
        found.append(_Answer(source[start] == "=", weight, parts[0].strip(), "#".join(parts[1:]).strip()))
    return found


def _parted(text: str) -> list[str]:
    """A text at its unescaped "#"."""
    pieces, last = [], 0
    for match in re.finditer(r"\\.|(#)", text, re.DOTALL):
        if match.group(1):
            pieces.append(text[last : match.start()])
            last = match.end()
    return [*pieces, text[last:]]


def _choice(item: Incoming, stem: str, given: list[_Answer], general: str, style: str) -> Question:
    """One "=" means that one option may be chosen; without any, every positive weight is right."""
    texts = [read_text(item, one.source, style) for one in given]
    weights = [one.worth for one in given]
    several = not any(one.right for one in given)
    right = right_options(item, weights, several=several)
    if not several and len(right) > 1:
        item.doubtful("several_right", "有几个选项都标了“=”，按多选题导入", "如果选对其中一个就算对，请改题")
        several = True
    labels = letters(len(given))
    lines = [(text, read_text(item, one.feedback, style)) for text, one in zip(texts, given, strict=True)]
    return item.question(
        choice_kind(several=several, keys=len(right)),
        stem,
        choices=lettered(texts),
        key=tuple(labels[n] for n in right) or None,
        rationale=feedback_lines(general, lines),
    )


def _short(item: Incoming, stem: str, given: list[_Answer], general: str, style: str) -> Question:
    texts = [read_text(item, one.source, style) for one in given]
    accepted = accepted_texts(item, texts, [one.worth for one in given])
    lines = [(text, read_text(item, one.feedback, style)) for text, one in zip(texts, given, strict=True)]
    return item.question(
        "fill_blank",
        stem,
        key=Blanks((accepted,)) if accepted else None,
        rationale=feedback_lines(general, [line for line in lines if line[0] != "*"]),
    )


def _number(item: Incoming, stem: str, source: str, general: str, style: str) -> Question:
    """A number without tolerance can be compared as text; a range cannot."""
    given = _answers(source) if find(source, "=") >= 0 else None
    if given is None:
        parts = _parted(source)
        given = [_Answer(True, None, parts[0].strip(), "#".join(parts[1:]).strip())]
    lines = [("", read_text(item, one.feedback, style)) for one in given]
    rationale = feedback_lines(general, lines)
    full = [one.source for one in given if one.worth >= FULL and one.source]
    exact = [_exact(one) for one in full]
    if any(number is None for number in exact):
        return item.foreign("numerical", stem, rationale=rationale)
    if any(0 < one.worth < FULL for one in given):
        item.doubtful("partial_credit", "有的答案原来只得部分分，这里没有算作正确答案", "请核对各个答案")
    item.note("number_as_text", "数值题按填空题导入，答案按文字比对", "如有别的写法也算对，请补进答案")
    accepted = tuple(dict.fromkeys(number for number in exact if number))
    key = Blanks((accepted,)) if accepted else None
    return item.question("fill_blank", stem, key=key, rationale=rationale)


def _exact(source: str) -> str | None:
    """The number of "1822", "1822:0" or "5..5"; None when other numbers are right too."""
    between = _RANGE.fullmatch(source)
    if between:
        return between.group(1) if between.group(1) == between.group(2) else None
    number, _, tolerance = source.partition(":")
    if tolerance.strip() and percent(tolerance) != 0:
        return None
    return number.strip() if _NUMBER.fullmatch(number.strip()) else None


def _several_blanks(item: Incoming, text: str) -> Question:
    """Several answers in one item: a 填空 with several blanks, if each of them is a short answer."""
    pieces, accepted, rest = [], [], text
    while (opened := find(rest, "{")) >= 0 and (closed := find(rest, "}", opened)) >= 0:
        given = _answers(rest[opened + 1 : closed].strip())
        pieces.append(rest[:opened])
        right = [
            read_text(item, one.source, "moodle") for one in given or () if one.right and one.worth >= FULL
        ]
        accepted.append(tuple(dict.fromkeys(filter(None, right))))
        if given is None or not all(one.right for one in given):
            accepted[-1] = ()
        rest = rest[closed + 1 :]
    stem = read_text(item, BLANK.join([*pieces, rest]), "moodle")
    if not all(accepted):
        return item.foreign("cloze", stem)
    item.doubtful("several_blanks", "一题里有几处答案，按有几个空的填空题导入", "请核对每个空的答案")
    return item.question("fill_blank", stem, key=Blanks(tuple(accepted)))
