"""Which row is the header, and what each of its words means."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from examsite.lib.files.grids import cell_text, column_letter
from examsite.lib.texts import half

from .rows import IGNORED, Column

HEADER_WITHIN = 25  # rows
_WORDS = {
    "name": "姓名 名字 真实姓名 人员姓名 学员姓名 考生姓名 干部姓名 用户姓名 name",
    "note": "同名区分 同名备注 父名 父亲姓名",
    "place": (
        "单位 单位名称 所属单位 所在单位 工作单位 上级单位 单位或村 "
        "部门 所属部门 所在部门 部门名称 部门或村 科室 办公室 内设机构 "
        "镇 乡镇 镇街 乡镇街道 街道 管区 片区 工作片 "
        "村 村居 村社区 社区 村名 所在村 所属村 行政村 村或社区"
    ),
    "category": "人员类别 类别 人员类型 人员分类 身份 人员身份 考生类别 类型",
    "establishment": "编制类型 编制 编制性质 人员编制 编制类别",
    "position": "职务 岗位 职位 现任职务 职务职级 担任职务 村内职务",
    "phone": "手机号 手机 手机号码 电话 电话号码 联系电话 联系方式 移动电话 本人手机",
    "birth": "出生年份 出生年 出生年月 出生日期 生日 出生年月日",
    "username": "用户名 账号 帐号 登录名 登录账号 工号 用户账号",
}
# How an unknown word may end, where no column has the exact one ("法律明白人姓名", "本人联系电话").
_ENDINGS = {
    "姓名": "name", "手机号": "phone", "手机号码": "phone", "电话": "phone", "手机": "phone",
    "单位": "place", "部门": "place", "村": "place", "社区": "place", "管区": "place",
    "职务": "position", "类别": "category",
}  # fmt: skip
_MEANING = {word: field for field, words in _WORDS.items() for word in words.split()}
_NOT_COLLECTED = (
    "身份证 身份证号 身份证号码 公民身份号码 证件号码 证件号 密码 初始密码 照片 银行卡号 "
    "家庭住址 住址 民族 政治面貌"
)
_NOT_NEEDED = "序号 编号 性别 年龄 学历 备注 邮箱 电子邮箱 角色 起 说明 签名 签字"
_SKIPPED = {
    **dict.fromkeys(_NOT_COLLECTED.split(), "本系统不收集，未读入"),
    **dict.fromkeys(_NOT_NEEDED.split(), "用不到，未读入"),
}
_BRACKETS = re.compile(r"[(\[【〔].*?[)\]】〕]")
_MARKS = re.compile(r"[\s*※★:：、/\\]+")


def header_word(text: str) -> str:
    """ "*姓  名：" → "姓名"; "村（社区）" → "村"; "手机号码(必填)" → "手机号码"."""
    return _BRACKETS.sub("", _MARKS.sub("", half(text))).casefold()


def meaning(text: str) -> str | None:
    """The field a header word stands for, IGNORED, or None for an unknown word."""
    word = header_word(text)
    if word in _MEANING:
        return _MEANING[word]
    return IGNORED if word in _SKIPPED else None


def guess(text: str) -> str | None:
    """The field an unknown word ends like; None where nothing fits."""
    word = header_word(text)
    return next((field for ending, field in _ENDINGS.items() if word.endswith(ending)), None)


def find_header(rows: Sequence[Sequence[Any]]) -> int | None:
    """Index of the first row that names a person's column and at least one more; None without one."""
    for known in (meaning, lambda text: meaning(text) or guess(text)):
        for index, row in enumerate(rows[:HEADER_WITHIN]):
            found = [known(value) for value in row if isinstance(value, str) and 0 < len(value) <= 30]
            if "name" in found and sum(one is not None for one in found) >= 2:
                return index
    return None


def read_header(row: Sequence[Any], chosen: Mapping[int, str] | None = None) -> tuple[Column, ...]:
    """The columns of a header row. `chosen` (index → field or IGNORED) is what a person decided.

    Every field but "place" counts once: in the first column that has the exact word, else in one that ends
    like it.
    """
    headers = {index: " ".join(cell_text(value).text.split()) for index, value in enumerate(row)}
    fields: dict[int, str] = dict(chosen or {})
    for understood in (meaning, guess):
        for index, header in headers.items():
            if index in fields or not header:
                continue
            field = understood(header)
            if field and (field in ("place", IGNORED) or field not in fields.values()):
                fields[index] = field
    return tuple(
        Column(index, column_letter(index), header, field, _reason(header) if field == IGNORED else "")
        for index, header in headers.items()
        if (field := fields.get(index, IGNORED)) != IGNORED or header
    )


def _reason(header: str) -> str:
    """Why a column was passed over."""
    word = header_word(header)
    if word in _MEANING:
        return "前面已有同样的列，未读入"
    return _SKIPPED.get(word, "不认识的列，未读入")
