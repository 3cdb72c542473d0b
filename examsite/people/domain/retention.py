"""What is kept how long, and what goes when its time is over. A dry run says the same numbers first.

Each app adds rules for what it keeps (`add_rule`) and says whose name it still needs (`add_need`), from its
apps.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from ..models import (
    Feedback,
    ImportState,
    Membership,
    PeopleImport,
    RoleGrant,
    SignInFailure,
    SignInLink,
    SiteMessage,
    Unit,
    User,
)
from .audit import record
from .personal import forget_person
from .sealing import expire_records, expiring

PHONES = timedelta(days=365)  # after leaving
NAMES = timedelta(days=5 * 366)  # after leaving: a planning cycle
DRAFTS = timedelta(hours=24)
FAILURES = timedelta(hours=24)
LINKS = timedelta(days=30)
CONTACTS = timedelta(days=3 * 365)
MESSAGES = timedelta(days=365)


@dataclass(frozen=True)
class Rule:
    """One kind of data. `due(at)` counts what is over; `apply(at)` removes it and returns how much it was."""

    name: str
    kept: str
    due: Callable[[datetime], int]
    apply: Callable[[datetime], int]


# `need(at)` gives the ids of people who must stay named for now.
Need = Callable[[datetime], QuerySet[Any, UUID]]
_added: list[Rule] = []
_needs: list[Need] = []


def add_need(need: Need) -> None:
    """Another app's reason to keep people's names; once, however often it is loaded."""
    if need not in _needs:
        _needs.append(need)


def add_rule(rule: Rule) -> None:
    """A rule of another app; once, however often it is loaded."""
    if rule.name not in [one.name for one in _added]:
        _added.append(rule)


def rules() -> list[Rule]:
    return [*_OWN, *_added]


def due(*, at: datetime) -> list[tuple[Rule, int]]:
    """What the job would remove, rule by rule; nothing is changed."""
    return [(rule, rule.due(at)) for rule in rules()]


def apply_rules(*, at: datetime) -> list[tuple[Rule, int]]:
    """Remove what is over, each rule in a transaction of its own, and log the numbers."""
    done = []
    for rule in rules():
        with transaction.atomic():
            number = rule.apply(at)
            if number:
                _record(rule, number, at)
        done.append((rule, number))
    return done


def _record(rule: Rule, number: int, at: datetime) -> None:
    """The log's line; it is about the site, whose first unit stands for it."""
    target = Unit.objects.order_by("path").first() or Unit(name="本站")
    record(action="retention.apply", target=target, at=at, actor=None, after={rule.name: number})


# --- What this app keeps -----------------------------------------------------------------------------------


def _gone(at: datetime, after: timedelta) -> QuerySet[User]:
    """People who left long ago: no open membership or role, the last one over for `after`."""
    rows = Membership.objects.filter(user=OuterRef("pk"))
    recent = rows.filter(valid_to__gt=(at - after).date()) | rows.filter(valid_to__isnull=True)
    grants = RoleGrant.objects.filter(user=OuterRef("pk"), ended_at__isnull=True)
    ended = RoleGrant.objects.filter(user=OuterRef("pk"), ended_at__gt=at - after)
    return User.objects.filter(~Exists(recent), ~Exists(grants), ~Exists(ended), created_at__lt=at - after)


def _left_people(at: datetime) -> QuerySet[User]:
    return _gone(at, PHONES).filter(phone_sealed__gt="")


def _nameless(at: datetime) -> QuerySet[User]:
    """Who left a planning cycle ago and nobody needs to name any more."""
    users = _gone(at, NAMES).filter(forgotten_at__isnull=True, is_superuser=False)
    for need in _needs:
        users = users.exclude(pk__in=need(at))
    return users


def _forget_all(users: QuerySet[User], at: datetime) -> int:
    found = list(users)
    for user in found:
        forget_person(user=user, at=at, actor=None)
    return len(found)


def _drafts(at: datetime) -> QuerySet[PeopleImport]:
    return PeopleImport.objects.filter(state=ImportState.DRAFT, made_at__lt=at - DRAFTS)


def _failures(at: datetime) -> QuerySet[SignInFailure]:
    return SignInFailure.objects.filter(last_at__lt=at - FAILURES).exclude(locked_until__gt=at)


def _links(at: datetime) -> QuerySet[SignInLink]:
    return SignInLink.objects.filter(expires_at__lt=at - LINKS)


def _contacts(at: datetime) -> QuerySet[Feedback]:
    return Feedback.objects.filter(sent_at__lt=at - CONTACTS, contact_sealed__gt="")


def _messages(at: datetime) -> QuerySet[SiteMessage]:
    return SiteMessage.objects.filter(sent_at__lt=at - MESSAGES)


def _sessions(at: datetime) -> QuerySet[Session]:
    return Session.objects.filter(expire_date__lt=at)


def _deleting(rows: Callable[[datetime], QuerySet[User]]) -> Callable[[datetime], int]:
    return lambda at: rows(at).delete()[0]


_OWN = [
    Rule(
        "离开人员的手机号",
        "离开后12个月",
        lambda at: _left_people(at).count(),
        lambda at: _left_people(at).update(phone_sealed="", phone_index=""),
    ),
    Rule(
        "离开人员的姓名等个人信息（成绩和统计留在代号下）",
        "离开后5年",
        lambda at: _nameless(at).count(),
        lambda at: _forget_all(_nameless(at), at),
    ),
    Rule(
        "没有确认的名单文件",
        "24小时",
        lambda at: _drafts(at).count(),
        lambda at: _drafts(at).update(state=ImportState.DROPPED, file_sealed=None, options={}),
    ),
    Rule("登录失败记录", "24小时", lambda at: _failures(at).count(), _deleting(_failures)),
    Rule("一次性登录链接", "失效后30天", lambda at: _links(at).count(), _deleting(_links)),
    Rule("站内消息", "1年", lambda at: _messages(at).count(), _deleting(_messages)),
    Rule("过期的登录会话", "到期即清", lambda at: _sessions(at).count(), _deleting(_sessions)),
    Rule(
        "投诉建议的联系方式",
        "3年",
        lambda at: _contacts(at).count(),
        lambda at: _contacts(at).update(contact_sealed="", address=""),
    ),
    Rule("操作日志", "3年", lambda at: expiring(at=at), lambda at: expire_records(at=at)),
]
