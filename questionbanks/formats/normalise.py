"""Pure text: what different hands write for the same thing.

Cleaning of characters that nobody sees, answer letters, judgement tokens, kind names, blanks. Every function
is linear in the length of its input.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from examsite.lib.texts import clean as clean
from examsite.lib.texts import half as half
from examsite.lib.texts import number_text as number_text
from examsite.lib.texts import squeeze as squeeze
from examsite.lib.texts import strip_invisible as strip_invisible

EMPTY_CELLS = frozenset({"", "\\", "/", "-", "—", "——", "--", "null", "nan", "none", "n/a", "#n/a"})

# -- answers ------------------------------------------------------------------------------------------------

_TRUE_WORDS = "对 正确 √ ✓ ✔ ☑ ✅ ⭕ ○ 〇 是 真 同意 对的 正确的 说法正确 t true y yes 1 right correct r v o"
_FALSE_WORDS = (
    "错 错误 × ✗ ✘ ❌ ✖ ☒ ╳ 否 非 假 不同意 不对 不正确 错的 错误的 说法错误 "
    "f false n no 0 wrong incorrect w x"
)
_TRUE, _FALSE = frozenset(_TRUE_WORDS.split()), frozenset(_FALSE_WORDS.split())
_EDGE = " \t\n()[]{}【】〔〕「」“”\"'‘’.,;:。，；：、!！_-"
_PREFIX = re.compile(
    r"^(?:(?:正确|参考|标准)?答案?|(?:正确)?选项?|应?选|answer|ans|the answer is)\s*[是为]?\s*[:：]?\s*",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[A-Z](?:[\s,、;|/&+.。，；:\-_()\[\]#\"'和与及项]*[A-Z])*")
_LETTER = re.compile(r"[A-Z]")
_RINGED = re.compile("[①-⑳]")
_REPEAT = re.compile(r"[\s()\[\]]+")


def judgement(text: str) -> bool | None:
    """True or False for a judgement token ("√", "错误", "T", "A-正确", "正确。"); None for anything else."""
    if _RINGED.search(text):  # ① is the first of something, not 1 for true
        return None
    token = half(text).strip(_EDGE).casefold()
    if token in _TRUE:
        return True
    if token in _FALSE:
        return False
    token = _PREFIX.sub("", token)
    label, _, rest = token.partition("-") if "-" in token else (token[:1], "", token[1:].lstrip(" .、:-"))
    if len(label) == 1 and "a" <= label <= "h" and rest and not rest.isascii():
        token = rest
    token = token.strip(_EDGE)
    return True if token in _TRUE else False if token in _FALSE else None


def letters(text: str) -> tuple[str, ...] | None:
    """The answer letters of "ACD", "A、C、D", "a,c", "Ａ Ｃ", "（A）", "选A项" in the order written, repeats
    included; None when the text is anything more than letters."""
    token = _PREFIX.sub("", half(text).strip(_EDGE).upper()).strip(_EDGE)
    token = token.removesuffix("项").strip(_EDGE)
    if len(token) > 120 or not _LETTERS.fullmatch(token):
        return None
    return tuple(_LETTER.findall(token))


def leading_letters(text: str) -> tuple[tuple[str, ...], str] | None:
    """Letters at the beginning and the rest behind a clear border: "C（教材第3页）", "A. 文字".

    None when the text does not begin so.
    """
    token = half(text).strip()
    match = re.match(r"[\[(【]?\s*([A-Z](?:[\s,、;|/]{0,3}[A-Z])*)\s*[\])】]?(?![A-Za-z0-9])", token)
    if match is None:
        return None
    rest = token[match.end() :]
    if rest and not re.match(r"[\s.,、;:。，；：(（\[【\-]", rest):
        return None
    return tuple(_LETTER.findall(match.group(1))), rest.strip(" .,、;:。，；：\n\t-")


# -- kinds --------------------------------------------------------------------------------------------------

CHOICE = "choice"  # a heading that says 选择题 and no more: single or multiple by the answer
_KIND_WORDS: tuple[tuple[str, str], ...] = (
    (r"multiple.?choice|multichoice", CHOICE),  # in English data often a single choice
    (r"单项?[、和及/]?多项?选|单选.{0,3}多选|单项.{0,4}多项", CHOICE),
    (r"不定项|任选|uncertain|indefinite", "uncertain"),
    (r"单[项个]?选|单选|最佳选择|A[12]型|\bsingle|\bsc\b|radio|mcq_single|one_choice|单项", "single"),
    (r"多[项个]?选|多选|multi|\bmc\b|checkbox|复选|多项|双选", "multiple"),
    (r"判断|是非|对错|true.?false|judg|\btf\b|\bboolean|正误", "true_false"),
    (r"填空|完形|fill|blank|cloze|completion|补充句子", "fill_blank"),
    (r"案例|材料|阅读理解|case.?(?:group|study)|共用题干|综合分析|情景分析|情境", "case_group"),
    (
        r"简答|论述|问答|名词解释|主观|辨析|论文|计算|改错|解答|short.?answer|essay|\bqa\b|subjective|开放|"
        r"应用题|写作|作文|分析题|简述|申论|述评|公文|实务|实操|简析|思考题|翻译|解释题|综合题|text",
        "short_answer",
    ),
    (r"选择|choice|select|\bmcq\b", CHOICE),
)
_KINDS = tuple((re.compile(pattern, re.IGNORECASE), code) for pattern, code in _KIND_WORDS)
_NO_PLACE = re.compile(
    r"连线|匹配|配对|配伍|排序|画图|作图|绘图|matching|\bmatch\b|ordering|drawing|听力|拖拽|热点|投票|打分|量表|下拉",
    re.IGNORECASE,
)


def kind_of(name: str) -> str:
    """The kind behind a name of a 题型: a code of `kinds`, `CHOICE` for a bare 选择题, "" if unknown.

    Kinds that have no place here (连线, 排序 …) are "" too: see `has_no_place`.
    """
    token = half(name).strip()
    if len(token) > 60 or has_no_place(token):
        return ""
    return next((code for pattern, code in _KINDS if pattern.search(token)), "")


def has_no_place(name: str) -> bool:
    """Whether the name is of a kind that this product cannot ask: matching, ordering, drawing …"""
    return len(name) <= 60 and _NO_PLACE.search(half(name)) is not None


# -- options ------------------------------------------------------------------------------------------------

_KEEPS_ORDER = re.compile(
    r"(以上|上述|前述|以下).{0,4}(都|均|全|皆|是|不)|都不|都对|都是|全部|[A-H][和与、及或][A-H]|[①-⑳]"
    r"|\b(?:all|none|both|neither|any) of the (?:above|others)\b|\b[A-H] and [A-H]\b",
    re.IGNORECASE,
)


def keeps_order(option: str) -> bool:
    """Whether an option speaks of the others ("以上都对", "A和B"), so that their order must stay."""
    return _KEEPS_ORDER.search(option[:40]) is not None


# -- blanks and numbers -------------------------------------------------------------------------------------

_BLANK = re.compile(
    r"[_＿﹍﹎]{2,}(?:[ \t]*[_＿﹍﹎]+)*|[（(\[【][ \t\xa0_＿\u3000]*[）)\]】]|[＿_](?![A-Za-z0-9_])|\{\}"
)


def blank_spans(stem: str) -> list[tuple[int, int]]:
    """Where the blanks of a stem stand: runs of underscores, empty brackets."""
    return [match.span() for match in _BLANK.finditer(stem)]


_POINTS = re.compile(r"(\d+(?:\.\d+)?)")


def points_of(text: str) -> Decimal | None:
    """The points of "2分", "每题 0.5 分", "2.0"; None without a sensible number."""
    match = _POINTS.search(half(text))
    if match is None:
        return None
    try:
        value = Decimal(match.group(1))
    except InvalidOperation:
        return None
    return value.normalize() + 0 if 0 < value <= 1000 else None


_DIFFICULTY = {
    **dict.fromkeys(("1", "易", "容易", "简单", "较易", "低", "初级", "easy", "基础", "入门", "普通"), 1),
    **dict.fromkeys(("2", "中", "中等", "适中", "一般", "中级", "medium", "normal", "较难"), 2),
    **dict.fromkeys(("3", "难", "困难", "高", "高级", "hard", "difficult", "很难"), 3),
}


def difficulty_of(text: str) -> int | None:
    """1 易, 2 中, 3 难; None for what is not one of the usual words."""
    return _DIFFICULTY.get(half(text).strip().casefold().removesuffix("题"))
