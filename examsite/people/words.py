"""The words of the log: what each action is called on the page."""

from __future__ import annotations

from collections.abc import Mapping

from .models import Establishment, Role, Stage

_actions: dict[str, str] = {
    "sign_in": "登录",
    "sign_out": "退出",
    "sign_in.refuse": "登录被拒",
    "access.refuse": "越权访问被拒",
    "second_factor.on": "启用动态口令",
    "second_factor.off": "停用动态口令",
    "second_factor.codes": "生成备用码",
    "second_factor.recovery": "使用备用码",
    "person.create": "登记人员",
    "person.change": "修改人员信息",
    "person.password": "设置密码",
    "person.link": "发一次性登录链接",
    "person.bind": "绑定统一身份认证",
    "person.block": "停用账号",
    "person.unblock": "启用账号",
    "person.unlock": "解除登录锁定",
    "person.end_sign_ins": "结束全部登录",
    "person.merge": "合并重复账号",
    "person.export": "导出本人信息",
    "person.forget": "删除个人信息",
    "people.import": "导入名单",
    "people.undo": "撤销导入",
    "people.export": "导出名单",
    "membership.open": "增加任职",
    "membership.close": "截止任职",
    "unit.create": "增加单位",
    "unit.rename": "修改单位",
    "unit.move": "移动单位",
    "unit.end": "撤销单位",
    "role.grant": "授予角色",
    "role.end": "终止角色",
    "category.create": "增加人员类别",
    "category.change": "修改人员类别",
    "approval.propose": "提出审批",
    "approval.approve": "同意",
    "approval.refuse": "不同意",
    "correction.ask": "申请更正",
    "correction.answer": "答复更正申请",
    "feedback.answer": "答复投诉建议",
    "stage.change": "法律明白人状态变动",
    "retention.apply": "按期清理",
    "audit.seal": "日志封存",
}

# What stands beside a deed: the names of the details, and the values that are codes.
_details: dict[str, str] = {
    "added": "增加身份",
    "answer": "答复",
    "approver": "同意的人",
    "birth_year": "出生年份",
    "category": "人员类别",
    "certificate": "证书编号",
    "changed": "信息有变",
    "closed": "任职截止",
    "code": "代码",
    "count": "数量",
    "digest": "指纹",
    "establishment": "编制类型",
    "file": "文件",
    "held": "没有导入",
    "kind": "类型",
    "leavers": "不在名单里",
    "merged": "合并自",
    "moved": "调动",
    "name": "名称",
    "name_note": "同名区分",
    "new": "新增",
    "order": "排列顺序",
    "outcome": "结果",
    "parent": "上级",
    "people": "人数",
    "position": "职务",
    "provider": "认证平台",
    "purpose": "用途",
    "reason": "事由",
    "role": "角色",
    "route": "访问的地址",
    "rows": "行数",
    "sha256": "文件指纹",
    "since": "自哪天起",
    "stage": "状态",
    "status": "状态",
    "unchanged": "没有变化",
    "unit": "单位",
    "units": "单位",
    "user": "人员",
    "username": "用户名",
    "valid_from": "起",
    "valid_to": "止",
    "way": "方式",
}
_values: dict[tuple[str, str], str] = {
    ("way", "password"): "密码",
    ("way", "slip"): "姓名和6位数字",
    ("way", "ticket"): "二维码",
    ("way", "link"): "一次性登录链接",
    ("way", "oidc"): "统一身份认证",
    **{("role", one.value): one.label for one in Role},
    **{("stage", one.value): one.label for one in Stage},
    **{("establishment", one.value): one.label for one in Establishment},
}


def name_details(names: Mapping[str, str], values: Mapping[tuple[str, str], str]) -> None:
    """Add another app's names of details, and of the values (detail, code) that are codes."""
    _details.update(names)
    _values.update(values)


def detail_words(details: Mapping[str, object] | None) -> str:
    """What stands beside a deed, in Chinese words; what has none as it is."""
    return "；".join(
        f"{_details.get(key, key)}：{_value(key, value)}" for key, value in (details or {}).items()
    )


def _value(key: str, value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(_value(key, one) for one in value)
    if isinstance(value, dict):
        return f"（{detail_words(value)}）"
    return "—" if value in (None, "") else _values.get((key, str(value)), str(value))


def name_actions(names: Mapping[str, str]) -> None:
    """Add the words of another app's actions (from its apps.py)."""
    _actions.update(names)


def action_words(action: str) -> str:
    """The Chinese words of an action; its code where there are none."""
    return _actions.get(action, action)
