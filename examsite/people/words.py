"""The words of the log: what each action is called on the page."""

from __future__ import annotations

from collections.abc import Mapping

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


def name_actions(names: Mapping[str, str]) -> None:
    """Add the words of another app's actions (from its apps.py)."""
    _actions.update(names)


def action_words(action: str) -> str:
    """The Chinese words of an action; its code where there are none."""
    return _actions.get(action, action)
