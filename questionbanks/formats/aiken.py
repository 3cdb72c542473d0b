"""Aiken: the stem in one line, options "A. …" or "A) …", and "ANSWER: B". Only 单选, and 判断 by its options.

Stems over several lines and several letters in ANSWER occur in the wild; the first is read, the second is
多选. A stem may hold anything, so what stands between two answers is one item, whatever it looks like.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from examsite.lib.files.encodings import decode
from examsite.lib.files.sniff import Probe

from ..kinds.base import Choice, Question
from .base import Emitted, Format, Parsed, Problem
from .incoming import Incoming, choice_kind, truth_of
from .normalise import half
from .outgoing import Outgoing
from .richtext import is_rich, to_plain

_OPTION = re.compile(r"\s*([A-Za-zＡ-Ｚａ-ｚ])[.)．）、](?:\s+(.*)|([^\s.)].*)|)$")
_ANSWER = re.compile(r"\s*ANSWER\s*[:：]\s*(.*?)\s*$", re.IGNORECASE)
_KEY = re.compile(r"[A-Z](?:[\s,，、;]*[A-Z])*[.)]?")
_NUMBERED = re.compile(r"\s*(\d{1,4})[.)、．:：][ \t]*(?=\D)")
_FEEDBACK = re.compile(r"\s*(?:FEEDBACK|EXPLANATION)\s*[:：]\s*(.*?)\s*$", re.IGNORECASE)


class Aiken(Format):
    code = "aiken"
    label = "Aiken"
    extension = "txt"
    kinds_out = frozenset({"single", "true_false"})

    def claims(self, probe: Probe) -> int:
        if probe.container != "text" or probe.head.startswith(("<", "{", "[")):
            return 0
        lines = probe.text[:200_000].split("\n")
        answers = sum(_ANSWER.match(line) is not None for line in lines)
        options = sum(_OPTION.match(line) is not None for line in lines)
        return 88 if answers and options >= 2 * answers else 0

    def parse(self, data: bytes, *, name: str = "", mapping: Mapping[str, str] | None = None) -> Parsed:
        text, encoding = decode(data, damaged=True)
        questions: list[Question] = []
        problems: list[Problem] = []
        for source in _sources(text.split("\n")):
            item = Incoming(f"第{source.line}行", "\n".join(source.lines))
            questions.append(_read(item, source))
            problems += item.problems
        return Parsed(tuple(questions), tuple(problems), self.code, encoding)

    def emit(self, questions: Sequence[Question], *, title: str = "") -> Emitted:
        outgoing = Outgoing(questions, label=self.label, kinds_out=self.kinds_out, carries=frozenset())
        pieces = []
        for where, question in outgoing.items():
            if truth_of(question).kind != question.kind:
                outgoing.changed(where, "kind_changed", "Aiken没有判断题，这道单选题再导入时会当作判断题")
            options, right = _as_options(question)
            texts = [question.stem, *options]
            if any(is_rich(text) or "\n" in text for text in texts):
                outgoing.changed(
                    where, "text_flattened", "Aiken只有单行文字：格式和换行没有带走", question.stem
                )
            stem, *options = (" ".join(to_plain(text).split()) for text in texts)
            if _looks_like_syntax(stem):
                message = "题干像一个选项或答案行，Aiken写不了，没有导出"
                outgoing.left_out(where, "stem_like_option", message, stem)
                continue
            if _NUMBERED.match(stem):
                outgoing.changed(where, "stem_changed", "题干开头的数字，再导入时会当作题号", stem)
            lines = [f"{chr(65 + n)}. {text}" for n, text in enumerate(options)]
            pieces.append("\n".join([stem, *lines, f"ANSWER: {chr(65 + right)}"]) + "\n")
        return Emitted("\n".join(pieces).encode(), tuple(outgoing.problems))


@dataclass(slots=True)
class _Source:
    """The lines of one item; `answer` is None where its ANSWER line is missing."""

    line: int
    lines: list[str]
    answer: str | None = None
    feedback: str = ""


def _as_options(question: Question) -> tuple[list[str], int]:
    """The texts of the options and the index of the right one."""
    if isinstance(question.key, bool):
        return ["正确", "错误"], 0 if question.key else 1
    assert isinstance(question.key, tuple)
    return [choice.text for choice in question.choices], question.labels.index(question.key[0])


def _looks_like_syntax(line: str) -> bool:
    return any(pattern.match(line) for pattern in (_OPTION, _ANSWER, _FEEDBACK))


def _sources(lines: Sequence[str]) -> list[_Source]:
    """An item ends with its ANSWER line; one without it ends at a blank line behind its options."""
    found: list[_Source] = []
    current: _Source | None = None
    blank = False
    for n, line in enumerate(lines, 1):
        answer, feedback = _ANSWER.match(line), _FEEDBACK.match(line)
        if not line.strip():
            blank = True
            continue
        if feedback and current is None and found:
            found[-1].feedback = feedback.group(1)
            found[-1].lines.append(line)
            blank = False
            continue
        option = _OPTION.match(line)
        begun = current is not None and any(_OPTION.match(one) for one in current.lines)
        if current is not None and blank and begun and option is None and answer is None:
            found.append(current)
            current = None
        blank = False
        if current is None:
            current = _Source(n, [])
        current.lines.append(line)
        if answer:
            current.answer = answer.group(1)
            found.append(current)
            current = None
    return [*found, *([current] if current else [])]


def _read(item: Incoming, source: _Source) -> Question:
    stem: list[str] = []
    choices: list[list[str]] = []
    for line in source.lines:
        option = _OPTION.match(line)
        letter = half(option.group(1)).upper() if option else ""
        # Options follow one another from A: "B. 张三" in the middle of a stem is no option.
        if option and letter == chr(65 + len(choices)) and (stem or choices):
            choices.append([option.group(2) or option.group(3) or ""])
        elif _ANSWER.match(line) or (source.feedback and _FEEDBACK.match(line)):
            continue
        elif choices:
            choices[-1].append(line)
        else:
            stem.append(line)
    numbered = _NUMBERED.match(stem[0]) if stem else None
    if numbered:  # Aiken has no numbers, but people write them
        item.names = (numbered.group(1),)
        stem[0] = stem[0][numbered.end() :]
    texts = [item.plain("\n".join(part)) for part in choices]
    options = tuple(Choice(chr(65 + n), text) for n, text in enumerate(texts))
    written = half(source.answer or "").upper().strip()
    key = tuple(dict.fromkeys(re.findall(r"[A-Z]", written))) if _KEY.fullmatch(written) else ()
    if source.answer is None:
        item.broken("no_key", "没有“ANSWER:”一行", "请在选项后补上“ANSWER: 字母”")
    elif not key:
        item.broken("bad_key", f"答案“{source.answer}”不是选项字母", "请把答案写成选项字母")
    elif len(key) > 1:
        item.doubtful("several_right", "Aiken只有单选题，这题写了几个答案，按多选题导入", "请核对答案")
    question = item.question(
        choice_kind(several=len(key) > 1, keys=len(key)),
        item.plain("\n".join(stem)),
        choices=options,
        key=tuple(sorted(key)) or None,
        rationale=item.plain(source.feedback),
    )
    return truth_of(question)
