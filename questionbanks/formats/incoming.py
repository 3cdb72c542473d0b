"""One item of an interchange file on its way to a Question: its texts, its losses, its verdict.

GIFT, Aiken, Moodle XML and QTI all say the same things in different words; what this product makes of them is
decided here, once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from ..kinds.base import Choice, ModelAnswer, Question, replace
from .answers import inline_choice, inline_judgement
from .base import Problem
from .normalise import keeps_order
from .richtext import from_html, from_plain, to_plain

MAX_STEM = 20_000  # characters of one text; more is a whole document that lost its borders
MAX_RAW = 2_000  # characters of source that a problem quotes
FULL = Decimal("99.99")  # percent; some tools write 99.99999 for all
_TOLERANCE = Decimal("0.1")  # percent; 3 × 33.33 is all

# Names of what has no place here, and the kind under which such an item is counted.
FOREIGN: dict[str, tuple[str, str]] = {
    "matching": ("匹配题", "fill_blank"),
    "ordering": ("排序题", "fill_blank"),
    "cloze": ("完形填空（几种作答方式混在一题里）", "fill_blank"),
    "select": ("下拉选择填空题", "fill_blank"),
    "drag": ("拖拽题", "fill_blank"),
    "numerical": ("数值题（有误差范围）", "fill_blank"),
    "calculated": ("参数计算题", "fill_blank"),
    "hotspot": ("图上选点题", "short_answer"),
    "hottext": ("文中选词题", "multiple"),
    "drawing": ("画图题", "short_answer"),
    "upload": ("上传文件题", "short_answer"),
    "slider": ("滑块题", "fill_blank"),
    "media": ("录音录像题", "short_answer"),
    "survey": ("量表题（没有对错）", "short_answer"),
    "grid": ("逐项判断题", "multiple"),
    "random": ("随机抽题占位", "short_answer"),
    "other": ("本平台没有的题型", "short_answer"),
}
_MEDIA = {
    "picture": "图片",
    "formula": "公式",
    "sound": "录音",
    "video": "视频",
    "object": "嵌入的内容",
    "file": "附件",
}
TRUTHS = {
    **dict.fromkeys(("true", "t", "对", "正确", "√", "✓", "✔", "yes"), True),
    **dict.fromkeys(("false", "f", "错", "错误", "×", "✗", "✘", "no"), False),
}
_SAYS_NOTHING = frozenset(
    {*TRUTHS, "correct", "incorrect", "right", "wrong", "correct answer", "回答正确", "回答错误"}
)
_LEADING = re.compile(r"(\d{1,4})\s?[、．.:：)）]\s?(?=[\u4e00-\u9fff《“（])")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_NUMBER = re.compile(
    r"(?=.{1,30}$)"
    r"(?:\S*[0-9０-９一二三四五六七八九十]\S*(?<![?？。！])"
    r"|(?:Question|Item|Exercise|Problem|No\.?|Nr\.?) \d+)"
)
_LATEX = re.compile(r"\\[(\[]|\$\$|\\(?:begin|frac|left|sqrt|sum|int|ell|leq?|geq?|alpha|beta|times)\b")


@dataclass(slots=True)
class Incoming:
    """`where` names the item; `raw` is its source; `names` are what it is called there, see `designation`.

    Texts go through `html` or `plain`, which note what could not come along.
    """

    where: str
    raw: str = ""
    names: tuple[str, ...] = ()
    problems: list[Problem] = field(default_factory=list)
    _media: dict[str, None] = field(default_factory=dict)
    _texts: list[str] = field(default_factory=list)

    def html(self, markup: str) -> str:
        """A text of the source that is HTML, in the bank's form."""
        found = from_html(markup)
        self._media.update(dict.fromkeys(found.media))
        self._texts.append(found.text)
        return found.text

    def plain(self, text: str) -> str:
        """A text of the source that is plain, in the bank's form."""
        kept = from_plain(text)
        self._texts.append(kept)
        return kept

    def feedback(self, markup: str) -> str:
        """Like `html`, for what only explains the answer: the item can be asked without its pictures."""
        found = from_html(markup)
        if found.media and not any(problem.code == "media_in_feedback" for problem in self.problems):
            names = "、".join(_MEDIA[medium] for medium in found.media)
            self.note("media_in_feedback", f"解析里的{names}没有导入")
        self._texts.append(found.text)
        return found.text

    def lose(self, medium: str) -> None:
        """Note a medium that stands beside the texts: a key of the names of media."""
        self._media[medium] = None

    def broken(self, code: str, message: str, fix: str = "") -> None:
        self._add(code, message, fix, "broken")

    def doubtful(self, code: str, message: str, fix: str = "") -> None:
        self._add(code, message, fix, "doubtful")

    def note(self, code: str, message: str, fix: str = "") -> None:
        self._add(code, message, fix, "note")

    def _add(self, code: str, message: str, fix: str, severity: str) -> None:
        self.problems.append(Problem(self.where, code, message, self.raw[:MAX_RAW], fix, severity))

    def foreign(self, name: str, stem: str, detail: str = "", **fields: Any) -> Question:
        """An item of a kind that has no place here: found, and broken under its own name.

        `name`: a key of FOREIGN; `detail`: what the source calls it.
        """
        label, kind = FOREIGN[name]
        shown = f"{label}（{detail}）" if detail else label
        self.broken("foreign_kind", f"{shown}不能导入", "请改写成选择题、判断题、填空题或简答题后再导入")
        number = designation(*self.names, stem=stem)
        return Question(kind, stem, number=number, where=self.where, **fields)

    def question(self, kind: str, stem: str, **fields: Any) -> Question:
        """The finished item, with a problem for media left behind and for texts without an end.

        What Chinese authors write into the stem is taken out: its number, and an answer that equals the key.
        """
        number = designation(*self.names, stem=stem)
        whole = Question(kind, stem, number=number, where=self.where, **fields)
        question = tidied(whole)
        written = _labels_in_stem(question)
        if written and isinstance(question.key, tuple) and set(written) != set(question.key):
            self.doubtful("stem_answer_differs", f"题干里写着“{''.join(written)}”，与答案不同", "请核对答案")
        if self._media:
            names = "、".join(_MEDIA[medium] for medium in self._media)
            if not stem.strip() or any(not choice.text.strip() for choice in question.choices):
                self.broken(
                    "media_only", f"题干或选项里只有{names}，没有文字", "请补上文字，再把图片加到试题里"
                )
            else:
                self.doubtful(
                    "media", f"题里的{names}没有导入", "请看看缺了它能不能作答；能就采用，不能就补上"
                )
        if any(_LATEX.search(text) for text in self._texts):
            self.doubtful("latex", "题里的公式是LaTeX源码，照原样保留", "请改写成文字，或换成图片")
        if any(len(text) > MAX_STEM for text in self._texts):
            self.broken("too_long", f"有一段文字超过{MAX_STEM}字，不像一道题", "请检查文件里这道题的起止")
        return question


def tidied(question: Question) -> Question:
    """What Chinese authors write into a stem goes where it belongs.

    Its number, and an answer that equals the key: left in, it tells the candidate. Options that speak of the
    others keep their order.
    """
    match = _LEADING.match(question.stem)
    if match and question.number in ("", match.group(1)):
        question = replace(question, stem=question.stem[match.end() :], number=match.group(1))
    if any(keeps_order(choice.text) for choice in question.choices):
        question = replace(question, pinned=True)
    key, stem = question.key, question.stem
    if not _CHINESE.search(stem):  # "… is vitamin C" is no answer
        return question
    if isinstance(key, bool):
        emptied, said, _ = inline_judgement(stem)
        return replace(question, stem=emptied) if said is key else question
    if isinstance(key, tuple):
        emptied, labels, _ = inline_choice(stem, question.labels)
        return replace(question, stem=emptied) if set(labels) == set(key) else question
    return question


def _labels_in_stem(question: Question) -> tuple[str, ...]:
    """Letters of options that stand in brackets in a Chinese stem."""
    if not question.choices or not _CHINESE.search(question.stem):
        return ()
    _, labels, sure = inline_choice(question.stem, question.labels)
    return labels if sure else ()


def letters(count: int) -> list[str]:
    """Labels for so many options: A … Z, then AA, AB … (more than 26 are refused later, with a sentence)."""
    return [("" if n < 26 else chr(64 + n // 26)) + chr(65 + n % 26) for n in range(min(count, 26 * 27))]


def lettered(texts: Sequence[str]) -> tuple[Choice, ...]:
    """Options in their order, under the letters A, B, C …"""
    return tuple(Choice(label, text) for label, text in zip(letters(len(texts)), texts, strict=False))


def choice_kind(*, several: bool, keys: int) -> str:
    """A source that lets several options be ticked but counts one as right means 不定项."""
    if not several:
        return "single"
    return "uncertain" if keys == 1 else "multiple"


def truth_of(question: Question) -> Question:
    """A single choice between 正确 and 错误 as a 判断 item, for sources without such a kind of their own."""
    values = [TRUTHS.get(to_plain(choice.text).strip(" 。.").casefold()) for choice in question.choices]
    if question.kind != "single" or len(values) != 2 or set(values) != {True, False}:
        return question
    truth = {choice.label: value for choice, value in zip(question.choices, values, strict=True)}
    key = question.key if isinstance(question.key, tuple) else ()
    return Question(
        "true_false",
        question.stem,
        key=truth.get(key[0]) if len(key) == 1 else None,
        rationale=question.rationale,
        points=question.points,
        topic=question.topic,
        tags=question.tags,
        number=question.number,
        where=question.where,
    )


def designation(*names: str, stem: str = "") -> str:
    """The first name that can be an item's number ("12", "Q001").

    A title in words is none, nor is one that a tool has made from the beginning of the stem.
    """
    begin = to_plain(stem)
    for name in names:
        text = from_plain(name)
        made = begin.startswith(text.rstrip(".… "))
        if _NUMBER.fullmatch(text) and not made:
            return text
    return ""


def accepted_texts(item: Incoming, texts: Sequence[str], weights: Sequence[Decimal]) -> tuple[str, ...]:
    """The texts (in percent of the points) that count as right in a blank."""
    if any(0 < weight < FULL for weight in weights):
        item.doubtful("partial_credit", "有的答案原来只得部分分，这里没有算作正确答案", "请核对各个答案")
    pairs = zip(texts, weights, strict=True)
    accepted = tuple(dict.fromkeys(text for text, weight in pairs if weight >= FULL and text))
    if any("*" in text for text in accepted):
        item.doubtful("wildcard", "答案里的“*”原来代表任意文字，这里按字面比对", "请把可接受的答案逐个写出")
    return accepted


def model_answer(item: Incoming, answer: str, feedback: str) -> ModelAnswer | None:
    """The key of a written item: what graders are told; failing that the feedback, which wants a look."""
    if answer:
        return ModelAnswer(answer)
    if feedback:
        item.doubtful("answer_from_feedback", "参考答案取自“总体反馈”", "请看看这段文字是不是参考答案")
        return ModelAnswer(feedback)
    return None


def percent(text: str) -> Decimal | None:
    """The number in "33.33333", "-50", "33,3"; None for anything else."""
    try:
        value = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def right_options(item: Incoming, weights: Sequence[Decimal], *, several: bool) -> list[int]:
    """Which options (by index) are right, from the percentage each is worth.

    Where several may be ticked, every positive weight is right; where one may be, only full credit. Weights
    that say more than right or wrong are reported: credit rules belong to the section of a paper here.
    """
    positive = [n for n, weight in enumerate(weights) if weight > 0]
    if several:
        worth = [weights[n] for n in positive]
        even = not worth or max(worth) - min(worth) <= _TOLERANCE
        if not even or (worth and sum(worth) < FULL):
            item.doubtful("uneven_credit", "各正确选项的分值不等或合计不到100%", "请核对哪些选项算正确")
        elif len(worth) > 1 and min(worth) < FULL:
            item.note("partial_credit", "原题按选项给部分分；这里多选题的给分办法由试卷的大题规定")
        return positive
    partial = [n for n in positive if weights[n] < FULL]
    if partial and len(partial) < len(positive):
        item.doubtful("partial_credit", "有选项原来可得部分分，这里只认满分的选项", "请核对答案")
    return [n for n in positive if weights[n] >= FULL]


def share(count: int) -> str:
    """What each of so many right options is worth, in percent, as Moodle writes it: 3 → "33.33333"."""
    value = (Decimal(100) / count).quantize(Decimal("0.00001"), ROUND_HALF_UP)
    return f"{value.normalize():f}"


def feedback_lines(general: str, particular: Sequence[tuple[str, str]]) -> str:
    """One rationale from the general feedback and that of single options (text, feedback).

    Options are named by their text, not by a letter: letters would forbid shuffling.
    """
    lines = [general] if general else []
    for text, feedback in particular:
        if to_plain(feedback).strip(" .!。！").casefold() not in _SAYS_NOTHING | {""}:
            lines.append(f"“{to_plain(text)}”：{to_plain(feedback)}" if text else to_plain(feedback))
    if len(lines) == 1:
        return lines[0]
    return "\n".join(to_plain(line) for line in lines)
