"""Reminding those who have not sat yet: twice an exam at most, never between 21:00 and 08:00.

A channel is a function; a county adds its own with `add_channel` (a text-message gateway, say). The list for
a mass-message tool carries names and telephone numbers, so a second officer agrees to it first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.timezone import localtime

from examsite.lib.cells import csv_bytes
from examsite.lib.errors import Conflict, Invalid
from examsite.people.domain.approvals import propose, use_approval
from examsite.people.domain.audit import record
from examsite.people.domain.voice import send_messages
from examsite.people.models import Approval, User
from examsite.people.sealed import read_phone

from ..models import Attempt, Exam, Reminder, ReminderChannel, RosterEntry, RosterStatus

LIMIT = 2
QUIET_FROM, QUIET_TO = time(21), time(8)
ACTION = "reminder.file"


@dataclass(frozen=True)
class Message:
    """What is sent, to whom: the entries that are still missing. `address`: of the liaisons, for e-mail."""

    exam: Exam
    text: str
    entries: Sequence[RosterEntry]
    at: datetime
    address: str = ""


@dataclass(frozen=True)
class Sent:
    """The reminder on record; `file` is the list for another tool, where the channel makes one."""

    reminder: Reminder
    file: bytes | None


Channel = Callable[[Message], bytes | None]


def absent(exam: Exam) -> QuerySet[RosterEntry]:
    """Those who must sit the exam and have no attempt that counts, by village and name."""
    sat = Attempt.objects.filter(entry=OuterRef("pk"), voided_at__isnull=True)
    return (
        RosterEntry.objects.filter(exam=exam, status__in=(RosterStatus.REQUIRED, RosterStatus.DEFERRED))
        .filter(~Exists(sat))
        .select_related("user", "unit")
        .order_by("unit_path", "name", "pk")
    )


def is_quiet(at: datetime) -> bool:
    """Whether nobody is to be disturbed, by the clock of the site's time zone."""
    now = localtime(at).time()
    return now >= QUIET_FROM or now < QUIET_TO


@transaction.atomic
def send_reminder(
    *, exam: Exam, channel: str, text: str, at: datetime, actor: User, address: str = ""
) -> Sent:
    """Remind whoever has not sat yet.

    Raises Conflict by night, after the second reminder, when no sitting is open or to come, when nobody is
    missing; Forbidden("needs_second") for the list with telephone numbers (`propose_list`).
    """
    exam = Exam.objects.select_for_update(of=("self",)).select_related("unit").get(pk=exam.pk)
    number = exam.reminders.count() + 1
    if number > LIMIT:
        raise Conflict("enough", "这场考试已提醒过两次，不能再提醒。还没考的人，请村里当面联系。")
    if is_quiet(at):
        raise Conflict("quiet", "晚上9点到早上8点不发提醒，请在白天发送。")
    if not exam.sittings.filter(closes_at__gt=at).exists():
        raise Conflict("over", "这场考试没有正在进行或将要进行的场次，不用提醒。")
    if not text.strip():
        raise Invalid("empty", "请填写提醒内容。")
    entries = list(absent(exam))
    if not entries:
        raise Conflict("nobody", "应考的人都已参加，没有要提醒的人。")
    if channel not in _channels:
        raise Invalid("channel", "没有这种提醒方式。")
    if channel == ReminderChannel.FILE:
        use_approval(action=ACTION, target=exam, content=_content(exam), at=at)
    file = _channels[channel](Message(exam, text.strip()[:300], entries, at, address.strip()))
    reminder = Reminder.objects.create(
        exam=exam,
        number=number,
        channel=channel,
        text=text.strip()[:300],
        recipients=len(entries),
        sent_at=at,
        sent_by=actor,
    )
    after = {"channel": channel, "recipients": len(entries), "number": number}
    record(action="exam.remind", target=exam, at=at, actor=actor, unit=exam.unit, after=after)
    return Sent(reminder, file)


def propose_list(*, exam: Exam, at: datetime, actor: User) -> Approval:
    """Ask a second officer to agree to the list of names and numbers."""
    return propose(
        action=ACTION,
        target=exam,
        content=_content(exam),
        summary=f"导出“{exam}”未考人员的姓名和手机号，用于发提醒",
        unit=exam.unit,
        at=at,
        actor=actor,
    )


def _content(exam: Exam) -> dict[str, str]:
    return {"考试": str(exam), "内容": "还没有参加考试的人的姓名、单位和手机号", "用途": "提醒参加考试"}


def may_list(exam: Exam, at: datetime) -> bool:
    """Whether a second officer has agreed and the list has not been made yet."""
    return Approval.objects.filter(
        action=ACTION, object_id=str(exam.pk), approved=True, used_at__isnull=True, expires_at__gt=at
    ).exists()


# --- Channels ----------------------------------------------------------------------------------------------


def _by_site(message: Message) -> None:
    send_messages(users=[entry.user for entry in message.entries], text=message.text, at=message.at)


def _by_file(message: Message) -> bytes:
    """name, unit, number, text: what the tools for text messages and group chats take."""
    return csv_bytes(
        ("姓名", "单位", "手机号", "内容"),
        ((one.name, str(one.unit), read_phone(one.user), message.text) for one in message.entries),
    )


def _by_mail(message: Message) -> None:
    """To the liaisons of the villages: how many are missing where. No names leave the site this way."""
    if "@" not in message.address:
        raise Invalid("address", "请填写联络员的电子邮件地址。")
    counts = Counter(str(one.unit) for one in message.entries)
    lines = [f"{unit}：{number}人" for unit, number in counts.items()]
    body = "\n".join([message.text, "", f"“{message.exam}”还没有参加考试的人数：", *lines])
    mail = EmailMessage(subject=f"{message.exam}：考试提醒", body=body, to=[message.address])
    if not mail.send(fail_silently=False):
        raise Conflict("mail", "邮件没有发出，请检查地址。")


_channels: dict[str, Channel] = {
    ReminderChannel.SITE: _by_site,
    ReminderChannel.FILE: _by_file,
    ReminderChannel.MAIL: _by_mail,
}


def add_channel(name: str, channel: Channel) -> None:
    """Another way to reach people."""
    _channels[name] = channel
