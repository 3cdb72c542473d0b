"""Requests to correct one's data; complaints and suggestions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from examsite.lib.errors import Conflict, Invalid, NotFound
from examsite.lib.ids import random_code

from ..models import CorrectionRequest, Feedback, FeedbackKind, SiteMessage, Unit, User
from ..sealed import seal
from .audit import record

OPEN_CORRECTIONS = 5  # of one person
FEEDBACK_AN_HOUR = 30  # from one address: a whole office may share it


@transaction.atomic
def ask_correction(*, user: User, text: str, at: datetime) -> CorrectionRequest:
    """Something in my data is wrong. Goes to the officer of my unit; Conflict when many are open."""
    text = text.strip()
    if not text:
        raise Invalid("empty", "请写明哪一项不对、应该是什么。")
    if CorrectionRequest.objects.filter(user=user, answered_at__isnull=True).count() >= OPEN_CORRECTIONS:
        raise Conflict("many", "您已有几条更正申请在办理中，请等答复后再提。")
    row = user.memberships.filter(valid_to__isnull=True).select_related("unit").first()
    unit = row.unit if row else None
    request = CorrectionRequest.objects.create(user=user, unit=unit, text=text[:1000], asked_at=at)
    record(action="correction.ask", target=request, at=at, actor=user, unit=unit)
    return request


@transaction.atomic
def answer_correction(
    *, request: CorrectionRequest, answer: str, at: datetime, actor: User
) -> CorrectionRequest:
    """The officer says what was done. Answered once."""
    if not answer.strip():
        raise Invalid("empty", "请填写答复。")
    if request.answered_at:
        raise Conflict("answered", "这条申请已经答复。")
    request.answer, request.answered_at, request.answered_by = answer.strip()[:1000], at, actor
    request.save(update_fields=["answer", "answered_at", "answered_by"])
    record(action="correction.answer", target=request, at=at, actor=actor, unit=request.unit)
    return request


@transaction.atomic
def send_feedback(
    *, kind: str, text: str, at: datetime, address: str, contact: str = "", unit: Unit | None = None
) -> Feedback:
    """A new line of the register; its code is told once. Conflict when an address sends too many."""
    if kind not in FeedbackKind.values:
        raise Invalid("kind", "请选择类型。")
    if not text.strip():
        raise Invalid("empty", "请填写内容。")
    recent = Feedback.objects.filter(address=address, sent_at__gt=at - timedelta(hours=1))
    if recent.count() >= FEEDBACK_AN_HOUR:
        raise Conflict("many", "提交太频繁，请一小时后再试，或直接打电话给考务。")
    return Feedback.objects.create(
        code=random_code(8),
        kind=kind,
        unit=unit,
        text=text.strip()[:2000],
        contact_sealed=seal(contact.strip()[:64]),
        address=address,
        sent_at=at,
    )


def find_feedback(code: str) -> Feedback:
    """The entry that a code stands for, as people type codes. Raises NotFound."""
    found = Feedback.objects.filter(code=code.strip().upper()).first()
    if found is None:
        raise NotFound("no_code", "没有这个查询码，请核对8位字母和数字。")
    return found


@transaction.atomic
def answer_feedback(*, feedback: Feedback, answer: str, at: datetime, actor: User) -> Feedback:
    """What was done about it. It may be added to until the matter is closed, each time logged."""
    if not answer.strip():
        raise Invalid("empty", "请填写处理情况。")
    before = {"answer": feedback.answer}
    feedback.answer, feedback.answered_at, feedback.answered_by = answer.strip()[:2000], at, actor
    feedback.save(update_fields=["answer", "answered_at", "answered_by"])
    record(
        action="feedback.answer",
        target=feedback,
        at=at,
        actor=actor,
        unit=feedback.unit,
        before=before,
        after={"answer": feedback.answer},
    )
    return feedback


def open_first(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Requests or entries in the order of work: those without an answer, then what was answered last."""
    return rows.order_by(F("answered_at").desc(nulls_first=True), "-pk")


def send_messages(*, users: Iterable[User], text: str, at: datetime) -> int:
    """The same message to many; each finds it on his own pages until he has seen it."""
    rows = [SiteMessage(user=user, text=text[:500], sent_at=at) for user in users]
    SiteMessage.objects.bulk_create(rows, batch_size=500)
    return len(rows)


def unseen_messages(*, user: User) -> list[SiteMessage]:
    """What the person has not yet put away, newest first."""
    return list(SiteMessage.objects.filter(user=user, seen_at__isnull=True)[:20])


def put_away(*, user: User, at: datetime) -> int:
    """The person has seen his messages."""
    return SiteMessage.objects.filter(user=user, seen_at__isnull=True).update(seen_at=at)
