"""Names of columns and keys → their meaning; a row of named values → a draft. For tables and JSON alike.

A meaning is a short word ("stem", "choice:B", "right:B"); MEANINGS has what the review page shows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TypeVar

from ..kinds.base import Choice, Citation
from .choice_data import choices_of
from .drafts import Draft
from .normalise import CHOICE, EMPTY_CELLS, clean, difficulty_of, half, judgement, kind_of, points_of
from .options import letters_from_a

MEANINGS: dict[str, str] = {
    "": "（忽略）",
    "number": "题号",
    "kind": "题型",
    "stem": "题干",
    "material": "材料（共用题干）",
    "choices": "选项（写在一格里）",
    "choice_text": "选项内容（一行一个选项）",
    "choice_right": "是否正确（一行一个选项）",
    "choice_label": "选项字母（一行一个选项）",
    "distractors": "错误的选项",
    "answer": "答案",
    "more_answer": "答案（续）",
    "several": "是否多选",
    "rationale": "解析",
    "points": "分值",
    "difficulty": "难度",
    "topic": "知识点、章节",
    "law": "法律",
    "article": "条文",
    "edition": "法律版本",
    "quote": "条文原句",
    "audience": "适用对象",
    "tags": "标签",
    "source": "出处",
    "pinned": "选项顺序固定",
    "picture": "图片",
    "exact": "原样数据",
    **{f"choice:{label}": f"选项{label}" for label in letters_from_a(26)},
    **{f"right:{label}": f"选项{label}是否正确" for label in letters_from_a(26)},
}

_NOISE = re.compile(
    r"[（(\[【][^（(\[【）)\]】]*[）)\]】]|必填项?|选填项?|非必填|勿删除?|[\s*:：,，、.．。_#/\\-]+|请勿修改"
)
_BRACKETED_LABEL = re.compile(r"[(\[【]\s*([a-z]|\d{1,2})\s*[)\]】]")  # 选项(A) is 选项A
_ORDINALS = {
    **{char: index for index, char in enumerate("一二三四五六七八九十", 1)},
    "①": 1,
    "②": 2,
    "③": 3,
    "④": 4,
}
_OPTION = re.compile(
    r"(?:(?:选择?项?|备选(?:答案|项)?|可选项?|答案选项|答案(?=[a-z]))?([a-z]|\d{1,2}|[一二三四五六七八九十①-④])"
    r"|(?:option|choice|opt|op|ans|answer|answeroption)([a-l]|\d{1,2}))"
    r"(?:项目?|选项?|选项内容|内容|答案|text|content)?"
)
_RIGHT = re.compile(
    r"(?:(?:选择?项|option|choice|答案)?([a-z]|\d{1,2}|[一二三四五六七八九十])(?:项|选项)?(?:是否正确|是否为?答案|iscorrect|isright|correct)"
    r"|(?:是否正确项?|iscorrect|isright|correct|right)([a-z]|\d{1,2}|[一二三四五六七八九十]))"
)
_MORE_ANSWER = re.compile(r"(?:正确|标准|参考)?(?:答案|answer)(\d{1,2}|[一二三四五六七八九十])")
_PATTERNS: tuple[tuple[str, str], ...] = (
    ("exact", r"原样数据"),
    ("picture", r".*(图片|视频|音频|附件|image|picture|img|video|audio|photo).*"),
    (
        "",
        r".*(guid|uuid|是否公开|状态|创建|更新时间|完成情况|一致性|选项数|选项个数|指令"
        r"|create|update|status|instruction).*",
    ),
    ("choice_right", r"是否正确项?|是否答案|是否正确答案|iscorrect|isright|正确与否|是否为?正确选项"),
    ("choice_text", r"选项内容|选项文本|optioncontent|optiontext"),
    ("distractors", r"(incorrect|wrong)(answer|option|choice)s?|distractors?|干扰项|错误(答案|选项)"),
    ("several", r"multichoice|ismultiple|是否多选|multiselect|ismulti"),
    ("pinned", r"选项顺序固定|固定选项|不乱序|fixed|pinned"),
    (
        "rationale",
        r".*(解析|详解|解题思路|解释|解答过程|explanation|explain|analysis|rationale|feedback|reason).*|分析|说明",
    ),
    (
        "kind",
        r"(试题|题目|问题|习题)?(题型|类型|题类)(名称|代码|编码)?|题目?题型"
        r"|(question)?(type|kind|category)?type(name)?|qtype|questionkind|kind",
    ),
    ("material", r".*(材料|案例|共用题干|阅读|passage|material|背景|资料|大题题干|公共题干|context).*"),
    (
        "answer",
        r"(正确|标准|参考|试题|题目|最终|问题|对应|本题)?的?(答案|选项答案)[a-z]?(内容|选项|项|要点|字母|序号|提示)?"
        r"|正确选项|正确项|(参考|答题|评分)要点"
        r"|(correct|right|standard|true|ref(erence)?|best)(answer|ans|option|key|choice)?(s|key|text|index|id)?"
        r"|(answer|ans)(s|key|text|index|idx|id|label)?|gold|output|target|daan|solution|response",
    ),
    (
        "choices",
        r"(试题|题目|答案|可选|全部|所有|备选)?(选择?项|选项)(列表|集合|s)?|备选答案|题目所有答案|所有答案"
        r"|options?(list|s|data|text|content)?|choices?(list)?|selections?|alternatives|answers?list|answeroptions?|items",
    ),
    ("points", r".*(分值|分数|得分|score|points?|marks?)|(每题)?分"),
    ("difficulty", r".*(难度|难易|difficulty).*|level"),
    ("edition", r"法律版本|版本|edition"),
    ("quote", r"条文原句|原文|quote"),
    ("article", r".*(条文|法条|条款|条号|article).*|条"),
    ("law", r"(所属|对应|适用)?(法律|法规|法律法规)(名称)?|law|lawname"),
    ("source", r".*(出处|来源|依据|出题|source|reference|教材|页码|origin).*"),
    ("audience", r".*(适用对象|适用人群|对象|人群|岗位|audience|适用范围).*"),
    ("tags", r".*(标签|关键词|关键字|tags?|keywords?).*"),
    (
        "number",
        r"(试题|题目|问题|习题)?(序号|题号|编号|编码|号|id|no|num)|序"
        r"|id|no|num|number|index|qid|questionid|order|seq",
    ),
    (
        "stem",
        r"(试题|题目|问题|习题|考题|试卷)?(题干|题目|试题|问题|题面|内容|描述|正文|名称|标题|文本|考题)(内容|描述|文本|正文|名称|信息)?"
        r"|(测试|考试|考核|知识|练习)题(目|干|内容)?|题库内容"
        r"|question(text|content|title|stem|body|name)?|qname|qtitle|stem|content|title|input|text|problem|query"
        r"|prompt|q|ask|topic?title|body|statement",
    ),
    (
        "topic",
        r".*(章节?|知识点|考点|目录|分类|纲要|科目|题库|模块|专业|单元|领域|课程|类别|科类|大类|小类|工种"
        r"|category|subject|chapter|topic|section|module|unit|domain).*",
    ),
)  # fmt: skip
_ROLES = tuple((role, re.compile(pattern)) for role, pattern in _PATTERNS)


@lru_cache(maxsize=4096)
def meaning_of(header: str) -> str:
    """The meaning of a column name or key; "" for one that says nothing we know."""
    text = half(header).casefold()
    if len(text) > 80:
        return ""
    text = _BRACKETED_LABEL.sub(r"\1", text)
    bare = _NOISE.sub("", text) or _NOISE.sub("", re.sub(r"[()（）\[\]【】]", "", text))
    match = _RIGHT.fullmatch(bare)
    if match:
        return f"right:{_letter(match.group(1) or match.group(2))}"
    match = _MORE_ANSWER.fullmatch(bare)
    if match:
        return "answer" if _index(match.group(1)) == 1 else "more_answer"
    match = _OPTION.fullmatch(bare)
    if match and bare != "q" and not bare.isdigit():
        return f"choice:{_letter(match.group(1) or match.group(2))}"
    return next((role for role, pattern in _ROLES if pattern.fullmatch(bare)), "")


_Key = TypeVar("_Key", int, str)
_WEAK_ANSWERS = frozenset({"label", "key", "labels", "rightkey", "correctkey", "answerlabel"})
_WEAK_CHOICES = frozenset({"o", "opts", "opt"})


def settle_names(meanings: dict[_Key, str], names: Mapping[_Key, str]) -> None:
    """Names whose meaning only shows beside the others, corrected in place.

    "label" is the answer where nothing else is; so is "a" beside "q". "答案1", "答案2" beside a "正确答案"
    are options.
    """
    bare = {key: _NOISE.sub("", half(name).casefold()) for key, name in names.items()}
    numbered = {key: match for key, name in bare.items() if (match := _MORE_ANSWER.fullmatch(name))}
    whole = [
        key
        for key, name in bare.items()
        if key not in numbered and meaning_of(names[key]) == "answer" and name
    ]
    if len(numbered) > 1 and len(whole) == 1 and "choice:A" not in meanings.values():
        for key, match in numbered.items():
            meanings[key] = f"choice:{_letter(match.group(1))}"
        meanings[whole[0]] = "answer"
    if "answer" in meanings.values():
        return
    lone = "choice:B" not in meanings.values()
    for key, name in bare.items():
        if name in _WEAK_ANSWERS or (name == "a" and lone):
            meanings[key] = "answer"
            break
    for key, name in bare.items():
        if name in _WEAK_CHOICES and lone and "choices" not in meanings.values():
            meanings[key] = "choices"


def _index(mark: str) -> int:
    return int(mark) if mark.isdigit() else _ORDINALS.get(mark, 0)


def _letter(mark: str) -> str:
    if mark.isascii() and mark.isalpha():
        return mark.upper()
    return letters_from_a(26)[min(max(_index(mark), 1), 26) - 1]


_LEGEND = re.compile(
    r"(?:(\d)\s*[:：=.、代表为是-]{0,3}\s*([一-鿿]{2,6}题?))|(?:([一-鿿]{2,6}题?)\s*[:：=为是-]{1,2}\s*(\d))"
)


def legend_of(text: str) -> dict[str, str]:
    """Codes that a header or a note explains: "0单选，1判断，2多选" → {"0": "single", …}."""
    found: dict[str, str] = {}
    for match in _LEGEND.finditer(half(text)):
        code, name = (match.group(1), match.group(2)) if match.group(1) else (match.group(4), match.group(3))
        kind = kind_of(name)
        if kind:
            found[code] = kind
    return found if len(found) > 1 else {}


def is_empty(text: str) -> bool:
    """Whether a cell says that it holds nothing ("\\", "/", "NULL")."""
    return len(text) < 12 and clean(text).casefold() in EMPTY_CELLS


# Meanings that several columns may share, and how their texts are put together.
_JOINED = {
    "topic": " / ",
    "rationale": "\n",
    "source": "；",
    "tags": "；",
    "more_answer": "|",
    "material": "\n",
}


def gather(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """(meaning, text) in the order of the source → one text a meaning; empty cells are left out."""
    fields: dict[str, str] = {}
    for meaning, text in pairs:
        if not meaning or is_empty(text):
            continue
        if meaning in fields:
            if meaning in _JOINED and clean(text) not in fields[meaning]:
                fields[meaning] += _JOINED[meaning] + text
        else:
            fields[meaning] = text
    return fields


def draft_of(fields: Mapping[str, str], where: str, kinds: Mapping[str, str], kind: str = "") -> Draft:
    """The draft of one row. `kinds`: what codes in the kind column mean; `kind`: where the row says none."""
    name = clean(fields.get("kind", ""))
    known = kinds.get(name.removesuffix(".0"), "")
    if name.isdigit() and not known:
        name = ""
    several = judgement(fields["several"]) if "several" in fields else None
    draft = Draft(
        where=where,
        number=clean(fields.get("number", "")),
        kind=known or ("" if name else kind),
        kind_name="" if known else name,
        stem=fields.get("stem", ""),
        answer=fields.get("answer", ""),
        rationale=fields.get("rationale", ""),
        points=points_of(fields.get("points", "")),
        difficulty=difficulty_of(fields.get("difficulty", "")),
        topic=fields.get("topic", ""),
        audience=_listed(fields.get("audience", "")),
        tags=_listed(fields.get("tags", "")),
        source=fields.get("source", ""),
        material=fields.get("material", ""),
        pinned=judgement(fields.get("pinned", "")) is True,
        markup=True,
        raw=" | ".join(clean(text) for text in fields.values()),
    )
    if several is not None and not draft.kind and not draft.kind_name:
        draft.kind = "multiple" if several else "single"
    if "more_answer" in fields:
        draft.answer = f"{draft.answer}|{fields['more_answer']}"
    if "law" in fields or "article" in fields:
        draft.citations = (
            Citation(*(clean(fields.get(name, "")) for name in ("law", "edition", "article", "quote"))),
        )
    _take_choices(draft, fields)
    return draft


def _listed(text: str) -> tuple[str, ...]:
    return (
        tuple(
            part
            for part in (
                clean(one)
                for one in re.split(
                    r"[;；,，、"
                    r"|]",
                    text,
                )
            )
            if part
        )
        if text
        else ()
    )


def _take_choices(draft: Draft, fields: Mapping[str, str]) -> None:
    columns = sorted((meaning[7:], text) for meaning, text in fields.items() if meaning.startswith("choice:"))
    bare = [_without_label(label, text) for label, text in columns]
    lettered = all(short != text for short, (_, text) in zip(bare, columns, strict=True))
    draft.choices = [
        Choice(label, short if lettered else text) for short, (label, text) in zip(bare, columns, strict=True)
    ]
    right = []
    for label, text in (
        (meaning[6:], text) for meaning, text in fields.items() if meaning.startswith("right:")
    ):
        value = judgement(text)
        if value is None:
            draft.note(
                "unreadable_right",
                f"“选项{label}是否正确”应填0或1，实际是“{clean(text)[:40]}”",
                "核对各列与表头是否对齐",
            )
        elif value:
            right.append(label)
    draft.keys = tuple(sorted(right))
    if "choices" in fields:
        found, by = choices_of(fields["choices"])
        if by in {"，", ",", "、", "/"} and draft.kind not in {"fill_blank", "short_answer"}:
            draft.doubt("choices_split", f"选项写在一格里，按“{by}”拆成{len(found)}个", "核对选项")
        draft.choices += [one for one in found if one.label not in {label for label, _ in columns}]


def _without_label(label: str, text: str) -> str:
    """The text of an option cell without the letter that repeats its column ("A.宪法" under 选项A)."""
    match = re.match(r"\s*[(（]?([A-Za-zＡ-Ｚ])\s?[.．、:：)）]\s?(?=\S)", text)
    return text[match.end() :] if match and half(match.group(1)).upper() == label else text


_ENGLISH_KIND = re.compile(
    r"(?:single|multi|judg|true|fill|blank|short|essay)[a-z _-]{0,16}|tf", re.IGNORECASE
)
_NAMED_KINDS = re.compile(r"单项?选|多项?选|不定项|判断|是非|填空|简答|论述|问答|名词解释|辨析|案例|材料")


def default_kind(name: str) -> str:
    """The kind that the name of a sheet or file gives to rows that say none; CHOICE and "" decide nothing.

    A foreign word among others ("bank_text_2") is not a kind, and a name that lists several says none.
    """
    kind = kind_of(name) if re.search("[一-鿿]", name) or _ENGLISH_KIND.fullmatch(name) else ""
    if len({kind_of(match) for match in _NAMED_KINDS.findall(name)}) > 1:
        return ""
    return "" if kind in {CHOICE, "case_group"} and "题" not in name else kind
