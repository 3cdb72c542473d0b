"""What exams hold about one person: shown to him, replaced when he is forgotten, removed in its time.

Attempts, answers and marks stay under a pseudonym: no figure changes.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.timezone import localdate

from examsite.people.domain.personal import Rows, Source, add_source
from examsite.people.domain.retention import NAMES, Rule, add_need, add_rule
from examsite.people.models import User

from ..engine.headings import plain
from ..models import AnswerEvent, Attempt, Certificate, Presence, ReviewStep, RosterEntry, SheetScan, Ticket
from .results import person_outcome
from .stamps import moment

TICKETS = timedelta(days=30)  # after their window
PRESENCE = timedelta(days=30)
SCANS = timedelta(days=3 * 366)


def register() -> None:
    """Tell the app of people (called when this app is ready)."""
    for source in _SOURCES:
        add_source(source)
    for rule in _RULES:
        add_rule(rule)
    add_need(_still_listed)
    add_need(_still_certified)


# --- Shown ---------------------------------------------------------------------------------------------


def _entries(user: User) -> QuerySet[RosterEntry]:
    return user.entries.select_related("exam", "unit", "category").order_by("exam__stat_year", "exam__title")


def _show_entries(user: User) -> Rows:
    at = moment()
    rows = []
    for entry in _entries(user):
        final = person_outcome(entry=entry, at=at).final
        rows.append(
            {
                "考试": entry.exam.title,
                "单位（冻结时）": str(entry.unit),
                "准考证号": entry.admission_number,
                "应考状态": entry.get_status_display(),
                "最终成绩": "—" if final is None else f"{plain(final.percent)}%",
            }
        )
    return rows


def _show_attempts(user: User) -> Rows:
    attempts = Attempt.objects.filter(entry__user=user).select_related("sitting__exam")
    return [
        {
            "考试": attempt.sitting.exam.title,
            "场次": str(attempt.sitting),
            "第几次": attempt.number,
            "开始": attempt.started_at,
            "交卷": attempt.submitted_at or "—",
            "作答记录": f"{attempt.saved}条",
        }
        for attempt in attempts.annotate(saved=Count("answer_events")).order_by("started_at")
    ]


def _show_answers(user: User) -> Rows:
    events = AnswerEvent.objects.filter(attempt__entry__user=user).select_related("attempt__exam")
    return [
        {"考试": event.attempt.exam.title, "时间": event.received_at, "题位": event.slot, "作答": event.value}
        for event in events.order_by("received_at", "epoch", "seq")
    ]


def _show_certificates(user: User) -> Rows:
    return [
        {
            "证书": one.title,
            "编号": one.number,
            "发证": one.issued_on,
            "有效期至": one.valid_until or "长期",
            "状态": "已收回" if one.withdrawn_at else "在册",
        }
        for one in Certificate.objects.filter(entry__user=user).order_by("issued_on")
    ]


# --- Forgotten -------------------------------------------------------------------------------------------


def _forget_entries(user: User, pseudonym: str, at: datetime) -> int:
    Ticket.objects.filter(entry__user=user).delete()
    return RosterEntry.objects.filter(user=user).update(name=pseudonym, position="", birth_year=None)


def _forget_answers(user: User, pseudonym: str, at: datetime) -> int:
    """What he wrote to ask for a review; the answers themselves stay, under the pseudonym."""
    asked = ReviewStep.objects.filter(request__attempt__entry__user=user, actor=user)
    _remove_scans(SheetScan.objects.filter(seat__entry__user=user))
    return asked.update(text="（已删除）")


def _forget_certificates(user: User, pseudonym: str, at: datetime) -> int:
    return Certificate.objects.filter(entry__user=user).update(name=pseudonym)


def _remove_scans(scans: QuerySet[SheetScan]) -> int:
    """Rows and files: a scanned sheet has the name printed on it."""
    number = 0
    for scan in scans:
        scan.file.delete(save=False)
        scan.delete()
        number += 1
    return number


_KEPT = "在册期间和离开后5年（一个普法规划期），证书有效的随证书；然后姓名改为代号，分数和统计不变"
_SOURCES = [
    Source("应考与成绩", "认定应考、参考和合格", _KEPT, _show_entries, _forget_entries),
    Source("考试过程", "证明何时开始、何时交卷", _KEPT, _show_attempts),
    Source("答题内容", "评分、复核和题目质量分析", _KEPT, _show_answers, _forget_answers),
    Source("证书", "证明考试合格", "证书有效期内", _show_certificates, _forget_certificates),
]


# --- Over ------------------------------------------------------------------------------------------------


def _still_listed(at: datetime) -> QuerySet[RosterEntry, UUID]:
    """Who stands on a roster that is open or was frozen within the planning cycle."""
    recent = Q(exam__roster_frozen_at__isnull=True) | Q(exam__roster_frozen_at__gt=at - NAMES)
    return RosterEntry.objects.filter(recent).order_by().values_list("user", flat=True)


def _still_certified(at: datetime) -> QuerySet[Certificate, UUID]:
    """Who holds a certificate that is valid: it names him."""
    valid = Q(valid_until__isnull=True) | Q(valid_until__gt=localdate(at))
    rows = Certificate.objects.filter(valid, withdrawn_at__isnull=True)
    return rows.order_by().values_list("entry__user", flat=True)


def _tickets(at: datetime) -> QuerySet[Ticket]:
    return Ticket.objects.filter(expires_at__lt=at - TICKETS)


def _presence(at: datetime) -> QuerySet[Presence]:
    return Presence.objects.filter(seen_at__lt=at - PRESENCE)


def _scans(at: datetime) -> QuerySet[SheetScan]:
    return SheetScan.objects.filter(at__lt=at - SCANS)


_RULES = [
    Rule(
        "过期的准考凭证",
        "场次结束后30天",
        lambda at: _tickets(at).count(),
        lambda at: _tickets(at).delete()[0],
    ),
    Rule("在线状态", "30天", lambda at: _presence(at).count(), lambda at: _presence(at).delete()[0]),
    Rule("答题卡扫描件", "3年", lambda at: _scans(at).count(), lambda at: _remove_scans(_scans(at))),
]
