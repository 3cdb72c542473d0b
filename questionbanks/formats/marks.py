"""What a line of a text bank begins with: a heading, a number, an option letter, a label such as 答案.

Only patterns; what they mean at their place is decided in blocks.py. All patterns are bounded, so a line of a
megabyte is read in linear time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal

from ..kinds.written import numeral_value
from .normalise import CHOICE, half, has_no_place, kind_of, points_of

# -- labels -------------------------------------------------------------------------------------------------

_WORDS: dict[str, str] = {
    "mine": r"(?:我|你|您|学生|考生|用户)的?(?:答案|作答|回答)|作答",
    "rationale": r"(?:答案|试题|题目|参考|本题|详细|名师|专家|考点)?(?:解析|详解|解释)|解题思路"
    r"|答案(?:说明|依据)|分析|点评|解答|详细解答|解题过程",
    "answer": r"(?:正确|参考|标准|本题|试题|题目)?\s?答\s{0,2}案(?:是|为)?|正确选项|参考解答|答题要点"
    r"|(?:参考|标准)?答案?(?:要点|提示|示例|内容)|参考要点|评分(?:要点|标准)|要点|[Aa]nswer|ANSWER|答",
    "points": r"(?:本题)?(?:分值|分数|得分|满分)",
    "difficulty": r"难度(?:系数|等级)?|难易(?:程度|度)",
    "topic": r"知识点|考点|考查点|所属章节|章节|知识模块|考核点",
    "source": r"出处|来源|题目来源|(?:法律|政策|答题|命题|题目)?依据|法条|教材页码|出题依据",
    "kind": r"题型|试题类型|题目类型",
    "stem": r"(?:题目|题干|试题)(?:内容)?|问题|[Qq]uestion",
    "number": r"(?:试题|题目)(?:编号|序号)|题号",
    "choices": r"选项",
    "ignore": r"答题时间|正确率|是否正确|批注|易错项|全站正确率|作答时间|统计|本题用时",
}
_ANY = "|".join(f"(?P<{name}>{words})" for name, words in _WORDS.items())
_BRACKETED = re.compile(rf"[【\[〔［]\s?(?:{_ANY})\s?\d{{0,4}}\s?[】\]〕］]\s?[:：]?")
_AT_START = re.compile(rf"[\s*#>^~·•★☆◆●－-]{{0,12}}(?:{_ANY})\s?(?P<n>\d{{0,4}})\s?[:：]")
_SAID = re.compile(r"\s*(?:正确|参考|标准|本题)?答案(?:是|为)\s?(?=\S)")
_INSIDE = re.compile(
    r"(?:[（(【\[]\s?)?(?:(?P<mine>(?:我|你|您|学生)的答案)|(?P<rationale>(?:答案|试题|题目|详细)?解析)"
    r"|(?P<answer>(?:正确|参考|标准)?答案)(?:是|为)?"
    r"|(?<=[\s;；,，])(?:(?P<points>得分|分值)|(?P<difficulty>难度)|(?P<topic>知识点|考点)))(?:\s?[】\])）])?\s?[:：]"
)
_AT_END = re.compile(
    r"(?:(?<=\S)\s?(?P<answer>(?:正确|参考|标准)答案)\s{0,4}(?=(?:[A-Ha-hＡ-Ｈ]{1,8}|[√×对错])?\s*$)"
    r"|(?<=\s)答案\s{0,4}(?=[A-HＡ-Ｈ]{1,8}\s*$))"
)
_MARKED = re.compile("[:：【\\[〔［]")
_BARE_ANSWER = re.compile(
    r"\s*(?:正确|参考|标准)?答案\s?[;；.．、]?\s{0,4}"
    r"(?P<value>[A-Ha-hＡ-Ｈ](?:[\s,，、]{0,2}[A-Ha-hＡ-Ｈ]){0,9}|[√×✓✗✔✘对错]|正确|错误|)\s*[。.]?\s*"
)
_TRAILING_JUNK = " \t\n^*~|#@;；,，（(【["


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a line. `label`: "" for running text, else a key of _WORDS. `start`: offset in the line."""

    label: str
    text: str
    start: int


def segments(text: str) -> list[Segment]:
    """The pieces of a line, cut at its labels: "1. … 我的答案:C正确答案:D" → running text, mine, answer."""
    if "答" not in text and not _MARKED.search(text):
        return [Segment("", text, 0)] if text.strip(_TRAILING_JUNK) else []
    bare = _BARE_ANSWER.fullmatch(text)
    if bare:
        return [Segment("answer", bare.group("value"), bare.start("value"))]
    places: list[tuple[int, int, str]] = []
    first = _AT_START.match(text)
    said = _SAID.match(text) if first is None else None
    if said:
        places.append((said.start(), said.end(), "answer"))
    if first and not (first.lastgroup == "stem" and not first.group("stem")):
        places.append((first.start(), first.end(), _name(first)))
    bare_end = _AT_END.search(text, max(0, len(text) - 40))
    if bare_end:
        places.append((bare_end.start(), bare_end.end(), "answer"))
    for pattern in (_BRACKETED, _INSIDE):
        places += [(match.start(), match.end(), _name(match)) for match in pattern.finditer(text)]
    cuts: list[tuple[int, int, str]] = []
    for place in sorted(places, key=lambda place: (place[0], -place[1])):
        if not cuts or place[0] >= cuts[-1][1]:
            cuts.append(place)
    found, last, label, opened = [], 0, "", False
    for begin, end, name in cuts:
        found.append(_segment(text, label, last, begin, opened))
        last, label, opened = end, name, text[begin] in "（(【[" and text[end - 1] not in "）)】]"
    found.append(_segment(text, label, last, len(text), opened))
    return [
        Segment(one.label, one.text.rstrip(_TRAILING_JUNK) if index + 1 < len(found) else one.text, one.start)
        for index, one in enumerate(found)
        if one.label or one.text.strip(_TRAILING_JUNK)
    ]


def _segment(text: str, label: str, begin: int, end: int, opened: bool) -> Segment:
    """The piece of text[begin:end]; the bracket that closes "(答案：B)" is no part of it."""
    piece = text[begin:end]
    bare = piece.rstrip()
    return Segment(label, bare[:-1] if opened and bare[-1:] in tuple("）)】]") else piece, begin)


def _name(match: re.Match[str]) -> str:
    return next((name for name in _WORDS if name in match.groupdict() and match.group(name)), "")


# -- numbers ------------------------------------------------------------------------------------------------

MAIN = "main"  # "1." "1、" "第1题" "1/20" "题目1：" and the like; files mix them
CHINESE = "一"  # "一、": of items only where nothing else numbers them
_SPACE = r"[\s　]"
_NUMBER_STYLES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (MAIN, re.compile(r"第\s?(\d{1,5})\s?[题道]\s{0,3}[:：.．、]?\s*")),
    (MAIN, re.compile(r"(?:(?:典型|经典)?例题?|题目?|试题|问题"
        r"|[Qq](?:uestion)?)\s?(\d{1,5})\s?[:：.．、]\s*")),
    (MAIN, re.compile(r"[Qq](?:uestion)?\s?(\d{1,5})\s*$")),
    ("n$", re.compile(r"(\d{1,5})\s*$")),
    (MAIN, re.compile(r"(\d{1,5})\s?[/／]\s?\d{1,4}\s?(?:[.．、:：]\s*|(?=\s*[单多判填简不选]|\s*$))")),
    (MAIN, re.compile(r"(\d{1,5})\s{0,2}[.．。](?!\d)\s?[、.．]?\s*")),
    (MAIN, re.compile(r"(\d{1,5})\s{0,2}[.．](?=\d{4}\s?[年-]|\d{1,2}月)")),
    (MAIN, re.compile(r"(\d{1,5})\s{0,2}[、，,](?!\d)\s?[.．、]?\s*")),
    (MAIN, re.compile(r"(\d{1,5})\s{0,2}[:：](?!\d)\s*")),
    ("[n]", re.compile(r"[\[【]\s?(\d{1,5})\s?[\]】]\s?[.．、]?\s*")),
    ("(n)", re.compile(r"[（(]\s?(\d{1,3})\s?[)）]\s?[.．、]?\s*")),
    ("n)", re.compile(r"(\d{1,5})\s?[)）]\s?[.．、]?\s*")),
    ("n ", re.compile(r"(\d{1,5})[\s　]+(?=[^\d\s.,%年月日A-Za-z])")),
    ("n", re.compile(r"(\d{1,5})(?=[一-鿿“《（(【\"])")),
)  # fmt: skip
_PREFIXED = re.compile(
    r"([（(]\s{0,4}(?:[A-HＡ-Ｈ]{1,6}|[√×✓✗✔✘对错]|正确|错误|)\s{0,4}[)）])\s?(\d{1,5})\s?[.．、]\s*"
)
_CHINESE = re.compile(r"([一二三四五六七八九十]{1,3})\s?[、.．]\s*")


@dataclass(frozen=True, slots=True)
class Number:
    """The number that a line begins with. `end`: where the text begins; `prefix`: "（√）" before it."""

    style: str
    value: int
    end: int
    prefix: str = ""


def number_of(text: str) -> Number | None:
    """The number at the beginning of a line; None where there is none."""
    lead = len(text) - len(text.lstrip(" \t　*#>·•-"))
    if lead >= len(text):
        return None
    match = _PREFIXED.match(text, lead)
    if match:
        return Number(MAIN, int(match.group(2)), match.end(), match.group(1))
    chinese = _CHINESE.match(text, lead)
    if chinese:
        return Number(CHINESE, numeral_value(chinese.group(1)) or 0, chinese.end())
    if not (text[lead].isdecimal() or text[lead] in "第题试问例典经Qq[【（("):
        return None
    for style, pattern in _NUMBER_STYLES:
        match = pattern.match(text, lead)
        if match:
            return Number(style, int(match.group(1)), match.end())
    return None


RUNAWAY = re.compile(r"\s*(?:\d{1,4}\s?[、.．,，…]\s?){3,}\s*")

# -- headings -----------------------------------------------------------------------------------------------

_KIND = (
    r"(?:单项?[、/和及]多项?|单选[、/和及]多选|单项|多项|单选|多选|不定项|任意项)?(?:选择|单选|多选|不定项)|不定项|单选|多选|判断(?:正误|改错|说理)?|是非|对错"
    r"|填空|简答|论述|问答|名词解释|案例(?:分析)?|材料(?:分析|解析)?|辨析|计算|综合(?:应用|分析)?|主观|客观|分析|公文改错|改错|连线|匹配|配对|配伍"
    r"|排序|画图|作图|实操|实务|写作|作文|翻译|阅读理解|情景(?:分析)?|应用|思考|申论|解答|解释|完形填空|听力"
)
_PREFIX_NUMBER = (
    r"(?:(?:第\s?)?[一二三四五六七八九十]{1,3}\s?(?:部分|大题|章|节|篇)?\s?[、.．:：)）]?\s*"
    r"|[（(][一二三四五六七八九十]{1,3}[)）]\s?、?\s*|\d{1,2}\s?[、.．]\s*|[IVXⅠ-Ⅹ]{1,4}\s?[、.．]\s*|附[:：]\s*)?"
)
_HEADING = re.compile(
    rf"[\s#*=＊－-]{{0,12}}{_PREFIX_NUMBER}[【\[（(《“]?\s?(?P<kind>{_KIND})\s?(?P<ti>题型?|部分)?(?:题库|部分|汇总|练习)?\s?[】\])）》”]?"
    r"\s{0,4}(?P<tail>.*?)[\s*＊=#－-]*"
)
_TAIL = re.compile(r"(?:[（(\[【:：,，。;；、—-]|共|每|本|总|计|\d|一共|合计|题|答题|请|$)")
_COLON_NOTE = re.compile(
    r"[:：]\s*(?:|(?:本|共|每|请|以下|下列|下面|在|从|答|将|判断|根据|[（(\[【]|\d{1,3}\s?[道题]).*)"
)
_POINTS_EACH = re.compile(
    r"每\s?(?:小?题|空|道|个)?(?:得|为|各)?\s?(\d{1,3}(?:\.\d)?)\s?分|各\s?(\d{1,3}(?:\.\d)?)\s?分"
)
_JUDGE_LETTER = re.compile(
    r"(?P<yes>正确|对|√)的?[^A-Z，,。；;]{0,8}?[“\"']?(?P<a>[A-Z])|(?P<no>错误|错|×)的?[^A-Z，,。；;]{0,8}?[“\"']?(?P<b>[A-Z])"
)
_LETTER_JUDGE = re.compile(r"(?P<letter>[A-Z])\s?[:：.、为是表示代表=-]{0,4}\s?(?P<word>正确|错误|对|错|√|×)")
_CHAPTER = re.compile(
    r"[\s#*【\[=]{0,8}(?:第\s?[一二三四五六七八九十百零\d]{1,4}\s?[章节讲篇课编]|第?[一二三四五六七八九十\d]{1,3}\s?(?:单元|专题|模块|部分)|专题[一二三四五六七八九十\d]"
    r"|模块[一二三四五六七八九十\d]|(?:导论|绪论|前言|附则|总则)\s*$)"
)
_BOXED = re.compile(r"\s*【[^【】]{2,20}】\s*")
_KEY_HEADING = re.compile(
    r"[\s#*=【\[（(]{0,8}(?:附[:：]?|附件\d?[:：]?|[一二三四五六七八九十]{1,2}、)?\s?(?:[^\s，。？]{0,12}?|[^，。？！：:]{0,40}?(?:试题|试卷|题库|考试|测试|竞赛|练习)[^\s，。？！：:]{0,12}?)"
    r"(?:参考|标准|正确|试题|习题|题目)?答案(?:及解析|与解析|和解析|部分|汇总|一览表?|区|速查表?|表|卡|页|及评分标准|与评分标准)?(?:[（(][^（()）]{1,12}[)）])?[\s】\])）:：=*]{0,8}"
)
_PAGE = re.compile(
    r"\s*(?:第\s?\d{1,4}\s?页.{0,12}|[-—–]\s?\d{1,4}\s?[-—–]|共\s?\d{1,4}\s?页|Page\s?\d{1,4}.{0,10}"
    r"|(?:点击)?(?:查看|显示|收起)(?:参考)?(?:答案|解析|答案解析)|纠错|收藏|加入错题本|分享|【(?:结束|完|END)】)\s*"
)
_SEPARATOR = re.compile(r"\s*(?:([-=*_~—–－＝＊#.·…])\1{4,}|-{3,4}|\*{3,4}|={3,4})\s*")
_SAMPLE = re.compile(r"\s*[【（(\[]?(?:例题?|示例|样题|样例|范例)[】）)\]]?\s?[:：.、]")

_REMARK = re.compile(
    r"\s*(?:.{0,4}|[（(【\[][^）)】\]]{0,200}[）)】\]]"
    r"|(?:本大?题|每小?题|共\s?[\d一二三四五六七八九十]|合计|总计|说明\s?[:：]|注\s?[:：意]|备注|评分|满分|(?:考试)?时间\s?[:：]).{0,200}"
    r"|.{0,80}(?:答题[卡纸]|答在|写在).{0,80})\s*"
)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a section. `kind_name`: as written; `judges`: what letters mean in its 判断 items."""

    kind: str
    kind_name: str
    points: Decimal | None = None
    judges: dict[str, bool] = field(default_factory=dict)


def heading_of(text: str) -> Heading | None:
    """The section heading that a line is; None for other lines."""
    if len(text) > 160 or not text.strip():
        return None
    match = _HEADING.fullmatch(text)
    if match is None or not _TAIL.match(match.group("tail")):
        return None
    tail = match.group("tail")
    if not match.group("ti") and text.strip()[:1].isdigit():
        return None  # "1.改错" is an item
    if re.match(r"[:：]", tail) and not _COLON_NOTE.fullmatch(tail):
        return None  # "单选题：谁" is an item with its kind
    if not match.group("ti") and tail and not re.match(r"[（(\[【:：]|共|\d{1,3}\s?[道题]", tail):
        return None
    if re.search(r"[？?]|[（(][\s　]*[)）]|_{2,}", text) or (
        len(tail) > 4 and re.match(r"[,，。]|\d{3,}", tail)
    ):
        return None
    name = match.group("kind") + (match.group("ti") or "")
    kind = kind_of(match.group("kind"))
    if not kind and not has_no_place(match.group("kind")):
        kind = CHOICE if "客观" in name else ""
    each = _POINTS_EACH.search(half(tail))
    return Heading(
        kind, name, points_of(each.group(1) or each.group(2)) if each else None, judge_letters(tail)
    )


def judge_letters(text: str) -> dict[str, bool]:
    """What a note says about letters: "正确选A，错误选B" → {"A": True, "B": False}; {} unless both."""
    found: dict[str, bool] = {}
    for match in _LETTER_JUDGE.finditer(half(text)):
        found[match.group("letter")] = match.group("word") in {"正确", "对", "√"}
    if sorted(found.values()) != [False, True]:
        found = {}
        for match in _JUDGE_LETTER.finditer(half(text)):
            found[match.group("a") or match.group("b")] = bool(match.group("yes"))
    return found if sorted(found.values()) == [False, True] else {}


_KIND_ALONE = re.compile(
    rf"\s*\d{{1,4}}\s?[.．、]\s*[（(\[【]?\s?(?:{_KIND})题?\s?[，,]?\s?(?:[（(]?\s?[\d.]{{1,5}}\s?分\s?[)）]?)?\s?[)）\]】]?\s*"
)


def is_kind_alone(text: str) -> bool:
    """Whether a line holds a number and a kind and no more: "3.单选题 (1分)", a heading or an item below."""
    return len(text) <= 40 and _KIND_ALONE.fullmatch(text) is not None


def chapter_of(text: str) -> str:
    """The name of a chapter or part that a line is the heading of; "" for other lines."""
    bare = text.strip().strip("#*=【】[] ")
    if not 2 <= len(bare) <= 40 or bare[-1] in "。？！?；;：:）)" or "答案" in bare:
        return ""
    return bare if _CHAPTER.match(text) or _BOXED.fullmatch(text) else ""


def is_key_heading(text: str) -> bool:
    """Whether a line only says 参考答案 and the like."""
    return len(text) <= 60 and _KEY_HEADING.fullmatch(text) is not None


def is_page_mark(text: str) -> bool:
    """Whether a line is a page number."""
    return len(text) <= 40 and _PAGE.fullmatch(text) is not None


def is_separator(text: str) -> bool:
    """Whether a line is a rule: "-----"."""
    return _SEPARATOR.fullmatch(text[:400]) is not None and len(text) <= 400


def is_sample(text: str) -> bool:
    """Whether a line begins a worked example ("例：")."""
    return _SAMPLE.match(text) is not None


def is_remark(text: str) -> bool:
    """Whether a text below a heading only says how to answer, or nothing ("略")."""
    return len(text) <= 220 and _REMARK.fullmatch(text) is not None


# -- tags in a stem -----------------------------------------------------------------------------------------

_TAG_KIND = (
    r"(?:单项选择|多项选择|不定项选择|单选|多选|不定项|判断|填空|简答|论述|问答|名词解释"
    r"|案例分析|材料分析|选择|连线|排序|匹配)题?"
)
_TAG = re.compile(
    rf"\s*(?:[（(\[【〔]\s?(?P<kind>{_TAG_KIND})\s?[,，、；;]?\s?(?P<points>\d{{1,3}}(?:\.\d)?\s?分)?\s?[)）\]】〕]"
    rf"|(?P<bare>{_TAG_KIND[:-1].removesuffix('题')}题)\s?[:：.、]?(?=\s|[:：.、]|$)|[（(\[【]\s?(?P<only>\d{{1,3}}(?:\.\d)?)\s?分\s?[)）\]】])\s?[:：.、]?\s*"
)
_END_TAG = re.compile(
    rf"\s?[（(\[【]\s?(?:(?P<kind>{_TAG_KIND})|(?P<points>\d{{1,3}}(?:\.\d)?\s?分))\s?[)）\]】]\s?(?P<stop>[。.：:]?)\s{{0,3}}[*＊]?\s*$"
)


def take_tags(stem: str) -> tuple[str, str, Decimal | None]:
    """The stem without its tags ("（多选题，2分）"), the kind they name and the points."""
    kind, points = "", None
    for _ in range(3):
        match = _TAG.match(stem)
        if match is None or match.end() == 0:
            break
        kind = kind or match.group("kind") or match.group("bare") or ""
        said = match.group("points") or match.group("only")
        points = points or (points_of(said) if said else None)
        stem = stem[match.end() :]
    end = _END_TAG.search(stem[-60:])
    if end:
        kind = kind or end.group("kind") or ""
        points = points or (points_of(end.group("points")) if end.group("points") else None)
        stem = stem[: max(0, len(stem) - 60) + end.start()] + end.group("stop")
    return stem, kind, points
