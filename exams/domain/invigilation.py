"""What invigilators may do to running attempts: give time, void, reopen, suspend, confirm a device, speak.

Each deed is one event in the attempt's history; what changes time or fate is in the audit log, too. None of
them shows an answer or a mark.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from examsite.lib.errors import Conflict, Invalid
from examsite.people.domain.accounts import on_block
from examsite.people.domain.approvals import on_approval
from examsite.people.domain.audit import record
from examsite.people.models import Approval, User

from ..engine import timing
from ..engine.release import released_since
from ..engine.transitions import Action, State
from ..models import Attempt, AttemptEvent, Notice, Room, Seat, Sitting
from .attempts import TIMED_MODES, lock_attempt, move_attempt, record_event
from .closing import settle_if_overdue
from .releases import release_of
from .second_person import ask_second_person

# More than this, all extensions of one attempt together, needs a second person.
ALONE_S = 30 * 60
MAX_EXTENSION_S = 4 * 3600


def _require_reason(reason: str) -> str:
    if not reason.strip():
        raise Invalid("no_reason", "请写明理由。")
    if len(reason) > 500:
        raise Invalid("long_reason", "理由请控制在500字以内。")
    return reason.strip()


def _require_seconds(seconds: int) -> None:
    if not 1 <= seconds <= MAX_EXTENSION_S:
        raise Invalid("seconds", f"加时请在1秒到{MAX_EXTENSION_S // 3600}小时之间。")


# --- More time -------------------------------------------------------------------------------------------


def extend_attempt(*, attempt: Attempt, seconds: int, reason: str, at: datetime, actor: User) -> Attempt:
    """Give one candidate more time; the page learns it with its next reply.

    Beyond half an hour in all a second person must agree. Raises Conflict for an attempt that is over.
    """
    _require_seconds(seconds)
    reason = _require_reason(reason)
    settle_if_overdue(attempt, at)
    given = sum(
        event.data["seconds"] for event in AttemptEvent.objects.filter(attempt=attempt, action="extend")
    )
    if given + seconds > ALONE_S:
        ask_second_person(
            action="attempt.extend",
            target=attempt,
            content={"seconds": seconds, "reason": reason, "加时": f"{seconds // 60}分钟", "理由": reason},
            summary=f"给{attempt.entry.name}加时{seconds // 60}分钟（此前已加{given // 60}分钟）",
            unit=attempt.exam.unit,
            at=at,
            actor=actor,
        )
    else:
        _extend_one(attempt, seconds=seconds, reason=reason, at=at, actor=actor)
    attempt.refresh_from_db()
    return attempt


def extend_sitting(
    *, sitting: Sitting, seconds: int, reason: str, at: datetime, actor: User, room: Room | None = None
) -> int:
    """Give everybody who is answering, in the sitting or in one room, more time. Returns how many."""
    _require_seconds(seconds)
    reason = _require_reason(reason)
    if seconds > ALONE_S:
        place = f"{sitting}{f'“{room}”' if room else ''}"
        ask_second_person(
            action="sitting.extend",
            target=sitting,
            content={
                "seconds": seconds,
                "room": str(room.pk) if room else None,
                "reason": reason,
                "加时": f"{seconds // 60}分钟",
                "理由": reason,
            },
            summary=f"给{place}全体加时{seconds // 60}分钟",
            unit=sitting.exam.unit,
            at=at,
            actor=actor,
        )
        return _running(sitting, room).count()
    return _extend_running(sitting, room, seconds=seconds, reason=reason, at=at, actor=actor)


def _running(sitting: Sitting, room: Room | None = None) -> QuerySet[Attempt]:
    attempts = Attempt.objects.filter(
        sitting=sitting, state=State.IN_PROGRESS.value, voided_at__isnull=True, mode__in=TIMED_MODES
    )
    return attempts.filter(entry__seats__room=room) if room else attempts


@transaction.atomic
def _extend_running(
    sitting: Sitting, room: Room | None, *, seconds: int, reason: str, at: datetime, actor: User
) -> int:
    ids = list(_running(sitting, room).values_list("pk", flat=True))
    count = _extend(ids, seconds=seconds, reason=reason, at=at, actor=actor)
    record(
        action="sitting.extend",
        target=sitting,
        at=at,
        actor=actor,
        unit=sitting.exam.unit,
        after={"seconds": seconds, "room": room.name if room else None, "attempts": count},
        reason=reason,
    )
    return count


@transaction.atomic
def _extend_one(attempt: Attempt, *, seconds: int, reason: str, at: datetime, actor: User) -> None:
    if not _extend([attempt.pk], seconds=seconds, reason=reason, at=at, actor=actor):
        raise Conflict("closed", "这次作答已经结束，不能加时。需要时请“恢复作答”。")
    record(
        action="attempt.extend",
        target=attempt,
        at=at,
        actor=actor,
        unit=attempt.exam.unit,
        after={"seconds": seconds},
        reason=reason,
    )


@transaction.atomic
def _extend(ids: list[UUID], *, seconds: int, reason: str, at: datetime, actor: User) -> int:
    """Lock in the order of the key (no two extensions can wait for each other), then two statements."""
    attempts = [
        one
        for one in Attempt.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
        if one.state == State.IN_PROGRESS.value
        and one.voided_at is None
        and timing.accepts_saves(at, one.due_at, one.grace_s)
    ]
    longer = timedelta(seconds=seconds)
    Attempt.objects.filter(pk__in=[one.pk for one in attempts]).update(due_at=F("due_at") + longer)
    AttemptEvent.objects.bulk_create(
        [
            AttemptEvent(
                attempt=one,
                action="extend",
                before=one.state,
                after=one.state,
                actor=actor,
                at=at,
                reason=reason,
                data={"seconds": seconds, "due_at": (one.due_at + longer).isoformat()},
            )
            for one in attempts
        ],
        batch_size=500,
    )
    return len(attempts)


@on_approval("attempt.extend")
def _extend_approved(approval: Approval, at: datetime) -> None:
    _extend_one(
        Attempt.objects.get(pk=approval.object_id),
        seconds=approval.content["seconds"],
        reason=approval.content["reason"],
        at=at,
        actor=approval.proposer,
    )


@on_approval("sitting.extend")
def _extend_sitting_approved(approval: Approval, at: datetime) -> None:
    room = approval.content["room"]
    _extend_running(
        Sitting.objects.get(pk=approval.object_id),
        Room.objects.get(pk=room) if room else None,
        seconds=approval.content["seconds"],
        reason=approval.content["reason"],
        at=at,
        actor=approval.proposer,
    )


# --- Void and reopen -------------------------------------------------------------------------------------


def void_attempt(*, attempt: Attempt, reason: str, at: datetime, actor: User) -> Attempt:
    """Void an attempt for good; two people. It counts for nothing and leaves the try free again.

    Nothing of it is deleted. Raises Conflict for one that is void already, Forbidden("needs_second") for the
    first of the two.
    """
    reason = _require_reason(reason)
    if attempt.voided_at is not None:
        raise Conflict("voided", "这次作答已经作废。")
    ask_second_person(
        action="attempt.void",
        target=attempt,
        content={"reason": reason, "理由": reason},
        summary=f"作废{attempt.entry.name}在“{attempt.sitting}”的第{attempt.number}次作答",
        unit=attempt.exam.unit,
        at=at,
        actor=actor,
    )
    attempt.refresh_from_db()
    return attempt


@on_approval("attempt.void")
def _void_approved(approval: Approval, at: datetime) -> None:
    with transaction.atomic():
        attempt = lock_attempt(UUID(approval.object_id))
        if attempt.voided_at is not None:
            raise Conflict("voided", "这次作答已经作废。")
        attempt.voided_at = at
        attempt.save(update_fields=["voided_at"])
        record_event(
            attempt,
            "void",
            at=at,
            actor=approval.proposer,
            reason=approval.content["reason"],
            data={"approver": str(approval.approver_id)},
        )
        record(
            action="attempt.void",
            target=attempt,
            at=at,
            actor=approval.proposer,
            unit=attempt.exam.unit,
            reason=approval.content["reason"],
        )


def reopen_attempt(*, attempt: Attempt, reason: str, at: datetime, actor: User, extra_s: int = 0) -> Attempt:
    """Let a closed attempt go on: a new epoch, no holder, the time it had left and `extra_s` more.

    The old receipt is kept; the next close writes another. Raises Conflict for one that is running, void or
    released, and while its candidate has another attempt open.
    """
    reason = _require_reason(reason)
    if extra_s:
        _require_seconds(extra_s)
    settle_if_overdue(attempt, at)
    with transaction.atomic():
        locked = lock_attempt(attempt.pk)
        if locked.voided_at is not None:
            raise Conflict("voided", "已作废的作答不能恢复。")
        if locked.submitted_at is None:
            raise Conflict("running", "这次作答还在进行，不用恢复。")
        if released_since(release_of(locked.sitting), locked.submitted_at, at) is not None:
            raise Conflict("released", "成绩已经公布，不能再恢复作答。")
        others = Attempt.objects.filter(
            entry=locked.entry, state=State.IN_PROGRESS.value, voided_at__isnull=True
        )
        if others.exists():
            raise Conflict("attempt_open", "这名考生还有一次作答没有交卷，不能再恢复这一次。")
        due = timing.reopened_due_at(at, locked.submitted_at, locked.due_at, extra_s)
        if due <= at:
            raise Conflict("no_time", "原来的时间已经用完，请写明再给多少分钟。")
        data = {"epoch": locked.epoch + 1, "due_at": due.isoformat(), "extra_s": extra_s}
        if locked.state == State.MARKED.value:
            move_attempt(locked, Action.REMARK, at=at, actor=actor, reason=reason)
        move_attempt(
            locked,
            Action.REOPEN,
            at=at,
            actor=actor,
            reason=reason,
            data=data,
            submitted_at=None,
            settled=False,
            points=None,
            device="",
            epoch=locked.epoch + 1,
            due_at=due,
        )
        record(
            action="attempt.reopen",
            target=locked,
            at=at,
            actor=actor,
            unit=locked.exam.unit,
            after=data,
            reason=reason,
        )
    return locked


# --- Suspending, devices, notices ------------------------------------------------------------------------


@transaction.atomic
def block_seat(*, seat: Seat, reason: str, at: datetime, actor: User) -> Seat:
    """Suspend a candidate: he can neither start nor save. His phone keeps its answers."""
    reason = _require_reason(reason)
    if seat.blocked_at is None:
        _set_block(seat, True, reason, at, actor)
        seat.blocked_at = at
        seat.save(update_fields=["blocked_at"])
    return seat


@transaction.atomic
def unblock_seat(*, seat: Seat, reason: str, at: datetime, actor: User) -> Seat:
    """Let a suspended candidate go on; lost time is given back by an extension, if at all."""
    reason = _require_reason(reason)
    if seat.blocked_at is not None:
        _set_block(seat, False, reason, at, actor)
        seat.blocked_at = None
        seat.save(update_fields=["blocked_at"])
    return seat


def _set_block(seat: Seat, blocked: bool, reason: str, at: datetime, actor: User) -> None:
    attempts = Attempt.objects.filter(sitting=seat.sitting, entry=seat.entry)
    stays = blocked or not seat.entry.user.is_active
    _flag_open_attempts(attempts, blocked=stays, reason=reason, at=at, actor=actor)
    record(
        action=f"seat.{'block' if blocked else 'unblock'}",
        target=seat,
        at=at,
        actor=actor,
        unit=seat.sitting.exam.unit,
        reason=reason,
    )


@on_block
def _block_attempts_of(*, user: User, blocked: bool, at: datetime, actor: User, reason: str) -> None:
    """A suspended account cannot go on with an attempt token either; the saving statement reads the flag."""
    attempts = Attempt.objects.filter(entry__user=user)
    if not blocked:
        suspended = Seat.objects.filter(
            sitting=OuterRef("sitting"), entry=OuterRef("entry"), blocked_at__isnull=False
        )
        attempts = attempts.filter(~Exists(suspended))
    _flag_open_attempts(attempts, blocked=blocked, reason=reason, at=at, actor=actor)


def _flag_open_attempts(
    attempts: QuerySet[Attempt], *, blocked: bool, reason: str, at: datetime, actor: User
) -> None:
    running = attempts.filter(state=State.IN_PROGRESS.value).exclude(blocked=blocked)
    for attempt_id in list(running.values_list("pk", flat=True)):
        attempt = lock_attempt(attempt_id)
        attempt.blocked = blocked
        attempt.save(update_fields=["blocked"])
        record_event(attempt, "block" if blocked else "unblock", at=at, actor=actor, reason=reason)


def decide_device(*, attempt: Attempt, allow: bool, at: datetime, actor: User) -> Attempt:
    """Say whether the device that waits is the candidate's; he then claims with it.

    Raises Conflict when no device waits.
    """
    with transaction.atomic():
        locked = lock_attempt(attempt.pk)
        if not locked.waiting_device:
            raise Conflict("no_device", "没有等待确认的设备，可能已经处理过了。")
        device, locked.waiting_device = locked.waiting_device, ""
        locked.save(update_fields=["waiting_device"])
        action = "confirm_device" if allow else "refuse_device"
        record_event(locked, action, at=at, actor=actor, data={"device": device})
    return locked


def send_notice(
    *, sitting: Sitting, text: str, at: datetime, actor: User, room: Room | None = None
) -> Notice:
    """A word to all running pages of a sitting or a room, shown with their next heartbeat."""
    text = " ".join(text.split())
    if not 1 <= len(text) <= 200:
        raise Invalid("text", "通知请写1到200个字。")
    return Notice.objects.create(sitting=sitting, room=room, text=text, at=at, actor=actor)
