"""What the site knows of one person, shown to him and exported; and how it is forgotten.

Each app says for itself what it holds (`add_source`, from its apps.py): people cannot ask exams.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from examsite.lib.errors import Conflict
from examsite.lib.ids import random_code

from ..models import Approval, CorrectionRequest, SecondFactor, SignInLink, Unit, User
from ..sealed import read_phone
from .approvals import on_approval, propose
from .audit import record

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Source:
    """One kind of data about a person.

    `show(user)` gives rows of plain values under Chinese keys. `forget(user, pseudonym, at)` replaces what
    names the person and returns how many rows it changed; figures stay as they are.
    """

    title: str
    why: str
    kept: str
    show: Callable[[User], Rows]
    forget: Callable[[User, str, datetime], int] | None = None


_added: list[Source] = []


def add_source(source: Source) -> None:
    """Tell what an app holds about a person; once, however often the app is loaded."""
    if source.title not in [one.title for one in _added]:
        _added.append(source)


def sources() -> list[Source]:
    """All kinds, this app's first."""
    return [*_OWN, *_added]


def personal_data(user: User) -> list[tuple[Source, Rows]]:
    """Everything held about the person, kind by kind."""
    return [(source, source.show(user)) for source in sources()]


@transaction.atomic
def record_export(*, user: User, at: datetime, actor: User) -> None:
    """The log's line for a person's export of his own data."""
    record(action="person.export", target=user, at=at, actor=actor)


@transaction.atomic
def propose_forgetting(*, user: User, unit: Unit, at: datetime, actor: User, reason: str) -> Approval:
    """Ask a second officer to agree that the person's data are deleted; done in the moment he does."""
    _refuse_present(user)
    return propose(
        action="person.forget",
        target=user,
        content={
            "人员": str(user),
            "理由": reason,
            "后果": "姓名、手机号等改为代号，不能恢复；成绩和统计数字不变。",
        },
        summary=f"删除“{user}”的个人信息",
        unit=unit,
        at=at,
        actor=actor,
    )


@on_approval("person.forget")
def _forget_approved(approval: Approval, at: datetime) -> None:
    user = User.objects.get(pk=approval.object_id)
    forget_person(user=user, at=at, actor=approval.proposer, unit=approval.unit)


@transaction.atomic
def forget_person(*, user: User, at: datetime, actor: User | None, unit: Unit | None = None) -> User:
    """Replace everything that names the person by a pseudonym; attempts, marks and figures stay.

    The audit log keeps its words for its three years. Raises Conflict for somebody who still belongs here.
    """
    _refuse_present(user)
    pseudonym = f"已删除{random_code(6)}"
    changed = {
        source.title: source.forget(user, pseudonym, at) for source in sources() if source.forget is not None
    }
    user.name, user.name_note, user.username = pseudonym, "", None
    user.phone_sealed = user.phone_index = ""
    user.birth_year = None
    user.is_active = False
    user.sign_in_epoch += 1
    user.forgotten_at = at
    user.set_unusable_password()
    user.save()
    record(action="person.forget", target=user, at=at, actor=actor, unit=unit, after=changed)
    return user


def _refuse_present(user: User) -> None:
    if user.forgotten_at:
        raise Conflict("forgotten", "这个人的个人信息已经删除。")
    if user.memberships.filter(valid_to__isnull=True).exists():
        raise Conflict("present", f"“{user}”还在册，请先截止其任职。")
    if user.grants.filter(ended_at__isnull=True).exists():
        raise Conflict("has_roles", f"“{user}”还有角色，请先终止。")


# --- What this app holds -----------------------------------------------------------------------------------


def _show_basics(user: User) -> Rows:
    return [
        {
            "姓名": user.name,
            "同名区分": user.name_note or "—",
            "手机号": read_phone(user) or "未登记",
            "出生年份": user.birth_year or "未登记",
            "用户名": user.username or "无",
        }
    ]


def _show_memberships(user: User) -> Rows:
    return [
        {
            "单位": str(row.unit),
            "类别": str(row.category),
            "编制": row.get_establishment_display(),
            "职务": row.position or "—",
            "起": row.valid_from,
            "止": row.valid_to or "现在",
        }
        for row in user.memberships.select_related("unit", "category").order_by("valid_from")
    ]


def _show_stages(user: User) -> Rows:
    return [
        {
            "状态": row.get_stage_display(),
            "村（社区）": str(row.unit),
            "选任来源": row.get_source_display(),
            "证书编号": row.certificate or "—",
            "起": row.valid_from,
            "止": row.valid_to or "现在",
        }
        for row in user.stages.select_related("unit")
    ]


def _show_roles(user: User) -> Rows:
    return [
        {
            "角色": grant.get_role_display(),
            "范围": str(grant.unit),
            "授予": grant.granted_at,
            "终止": grant.ended_at or "—",
        }
        for grant in user.grants.select_related("unit").order_by("granted_at")
    ]


def _show_requests(user: User) -> Rows:
    return [
        {"提出": row.asked_at, "内容": row.text, "答复": row.answer or "办理中"}
        for row in CorrectionRequest.objects.filter(user=user)
    ]


def _show_messages(user: User) -> Rows:
    return [
        {"时间": row.sent_at, "内容": row.text, "状态": "已读" if row.seen_at else "未读"}
        for row in user.site_messages.all()
    ]


def _forget_messages(user: User, pseudonym: str, at: datetime) -> int:
    return user.site_messages.all().delete()[0]


def _forget_requests(user: User, pseudonym: str, at: datetime) -> int:
    return CorrectionRequest.objects.filter(user=user).update(text="（已删除）", answer="（已删除）")


def _forget_ways_in(user: User, pseudonym: str, at: datetime) -> int:
    links, _ = SignInLink.objects.filter(user=user).delete()
    factors, _ = SecondFactor.objects.filter(user=user).delete()
    codes, _ = user.recovery_codes.all().delete()
    identities, _ = user.identities.all().delete()
    return links + factors + codes + identities


def _show_ways_in(user: User) -> Rows:
    return [
        {
            "密码": "已设置" if user.has_usable_password() else "无",
            "动态口令": "已启用" if SecondFactor.objects.filter(user=user).exists() else "未启用",
            "统一身份认证": "已绑定" if user.identities.exists() else "未绑定",
            "最近登录": user.last_login or "从未",
        }
    ]


LEFT = "在册期间和离开后5年（一个普法规划期），然后姓名改为代号"
_OWN = [
    Source("基本信息", "认出应考的人、发考试通知", f"{LEFT}；手机号离开后12个月删除", _show_basics),
    Source("任职经历", "确定应考范围，按单位和类别统计", LEFT, _show_memberships),
    Source("法律明白人状态", "计算各村法律明白人覆盖", LEFT, _show_stages),
    Source("工作角色", "决定能看什么、能做什么", LEFT, _show_roles),
    Source("登录方式", "只让本人登录", "在册期间", _show_ways_in, _forget_ways_in),
    Source("站内消息", "考试提醒和通知", "1年", _show_messages, _forget_messages),
    Source("更正申请", "办理您的申请", LEFT, _show_requests, _forget_requests),
]
