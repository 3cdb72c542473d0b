"""Entering an attempt: the start, which happens once, and the device that holds it."""

from __future__ import annotations

import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from examsite.lib.errors import Conflict, Forbidden
from examsite.lib.ids import uuid7
from examsite.people.models import User
from examsite.people.ready_queries import Given, ReadyQuery, insert

from ..engine import timing
from ..engine.access import used_attempts
from ..engine.timing import Refusal, Window
from ..engine.transitions import State
from ..models import Attempt, Form, FormRole, Presence, RosterEntry, RosterStatus, Seat, Sitting, SittingKind
from .attempts import TIMED_MODES, blocked, facts_of, is_open, lock_attempt, record_event
from .closing import settle_if_overdue
from .papers import paper_of


def allowed_attempts(seat: Seat) -> int:
    """How many times one may try: the exam's tries in a main sitting, once in a makeup."""
    return seat.sitting.exam.tries if seat.sitting.kind == SittingKind.MAIN else 1


def window_of(seat: Seat) -> Window:
    """The seat's sitting as the rules of time see it."""
    sitting = seat.sitting
    return Window(sitting.opens_at, sitting.closes_at, sitting.duration_s, sitting.late_entry_s)


@dataclass(frozen=True, slots=True)
class Started:
    """The attempt; whether this call made it; whether another device holds it (then no token is given)."""

    attempt: Attempt
    created: bool
    held_elsewhere: bool


_TRIES = ReadyQuery(
    lambda: Attempt.objects.filter(
        entry_id=Given("entry", RosterEntry._meta.pk), sitting_id=Given("sitting", Sitting._meta.pk)
    ).order_by("number")
)


def start_attempt(*, seat: Seat, number: int, device: str, at: datetime, browser: str = "") -> Started:
    """Get or create the attempt `number` (from 1) of a seat; the clock starts once, whoever asks how often.

    A closed attempt is returned as it is. Raises Forbidden for a blocked, excused or paper candidate,
    Conflict before the opening, after the last entry, without attempts left, or while another attempt runs.
    """
    have = [settle_if_overdue(one, at) for one in _TRIES.all(entry=seat.entry_id, sitting=seat.sitting_id)]
    attempt = next((one for one in have if one.number == number), None)
    created = False
    if attempt is None:
        _require_start(seat, number, have, at)
        attempt, created = _create_attempt(seat, number, device, browser, at)
    if is_open(attempt, at):
        if attempt.blocked or seat.blocked_at is not None:
            raise blocked()
        if attempt.device == "":
            attempt = _hold_free_attempt(attempt.pk, device)
    return Started(attempt, created, is_open(attempt, at) and attempt.device != device)


_START_REFUSALS = {
    Refusal.NOT_OPEN: ("not_open", "考试还没有开始，请到时间再进入。"),
    Refusal.TOO_LATE: ("too_late", "已过入场时间，不能再进入。请找监考人员。"),
    Refusal.CLOSED: ("closed", "考试已经结束。"),
}


def _require_start(seat: Seat, number: int, have: Sequence[Attempt], at: datetime) -> None:
    """Refuse a first call for `number`; `have` are the attempts there were when it was not among them.

    They are read once: a parallel call may make the attempt meanwhile, and must not be counted against this
    one, which then finds it.
    """
    if seat.sitting.exam.published_at is None:
        raise Conflict("not_published", "考试还没有发布，请稍后再来。")
    if seat.entry.status in (RosterStatus.EXEMPT, RosterStatus.REMOVED):
        status = seat.entry.get_status_display()
        raise Forbidden("excused", f"您在名册中是“{status}”，不用参加。有疑问请找考务。")
    if seat.entry.mode not in TIMED_MODES:
        raise Forbidden("on_paper", f"您登记的是“{seat.entry.get_mode_display()}”作答，请找监考人员。")
    if seat.blocked_at is not None:
        raise blocked()
    refusal = timing.start_refusal(at, window_of(seat))
    if refusal is not None:
        raise Conflict(*_START_REFUSALS[refusal])
    facts = [facts_of(one) for one in have]
    allowed = allowed_attempts(seat)
    if used_attempts(facts) >= allowed:
        raise Conflict("no_attempt_left", f"可考{allowed}次，已经用完。", allowed=allowed)
    if number != len(facts) + 1:
        raise Conflict("wrong_number", f"现在应是第{len(facts) + 1}次作答，请刷新页面。", next=len(facts) + 1)


def _create_attempt(seat: Seat, number: int, device: str, browser: str, at: datetime) -> tuple[Attempt, bool]:
    """One insert; of parallel calls one wins and the others find its row. Copies no question."""
    form_id = _form_for(seat, number)
    paper = paper_of(form_id)
    attempt_id = uuid7()
    while not paper.fits(attempt_id):
        attempt_id = uuid7()
    sitting = seat.sitting
    attempt = Attempt(
        id=attempt_id,
        exam_id=sitting.exam_id,
        entry=seat.entry,
        sitting=sitting,
        form_id=form_id,
        number=number,
        mode=seat.entry.mode,
        device=device,
        started_at=at,
        due_at=timing.due_at(
            started_at=at,
            duration_s=sitting.duration_s,
            allowance=seat.entry.allowance,
            closes_at=sitting.closes_at,
        ),
        grace_s=sitting.grace_s,
        choice_orders=paper.choice_orders(random.Random(secrets.token_bytes(32))),
    )
    try:
        with transaction.atomic():
            insert(attempt)
            insert(Presence(attempt=attempt, seen_at=at, browser=browser))
    except IntegrityError:
        own = Attempt.objects.filter(entry=seat.entry).order_by("pk")
        stored = own.filter(sitting=sitting, number=number).first()
        if stored is not None:
            return stored, False
        if own.filter(state=State.IN_PROGRESS.value, voided_at__isnull=True).exists():
            raise Conflict("attempt_open", "您还有一次作答没有交卷，请先完成那一次。") from None
        raise
    return attempt, True


def _form_for(seat: Seat, number: int) -> UUID:
    """The form dealt to the seat; for a further try one the person has not met yet, where there is one."""
    met: set[UUID] = set()
    if number > 1:
        met = set(Attempt.objects.filter(entry=seat.entry).values_list("form_id", flat=True))
    if seat.form_id is not None and seat.form_id not in met:
        return seat.form_id
    forms = Form.objects.filter(
        exam_id=seat.sitting.exam_id, role=FormRole.MAIN, published_at__isnull=False
    ).order_by("code")
    candidates = [form_id for form_id in forms.values_list("pk", flat=True) if form_id not in met]
    if candidates:
        return random.SystemRandom().choice(candidates)
    if seat.form_id is not None:
        return seat.form_id
    raise Conflict("no_form", "试卷还没有准备好，请找监考人员。")


# --- Devices ---------------------------------------------------------------------------------------------


def _hold_free_attempt(attempt_id: UUID, device: str) -> Attempt:
    """A reopened attempt has no holder: the first device that comes gets it."""
    with transaction.atomic():
        attempt = lock_attempt(attempt_id)
        if attempt.device == "":
            attempt.device = device
            attempt.save(update_fields=["device"])
    return attempt


def claim_attempt(
    *, attempt_id: UUID, device: str, epoch: int | None, at: datetime, actor: User, browser: str = ""
) -> Attempt:
    """Make `device` the holder and raise the epoch; nothing changes when it holds the attempt already.

    `epoch` is the one the device last heard of: an old claim that arrives late must not take the attempt
    back (Conflict "stale_claim"). Raises Conflict "closed" for an attempt that is over, and
    "needs_confirmation" where an invigilator must say yes first.
    """
    settle_if_overdue(Attempt.objects.get(pk=attempt_id), at)
    with transaction.atomic():
        attempt = lock_attempt(attempt_id)
        if not is_open(attempt, at):
            raise Conflict("closed", "这次作答已经结束。")
        if attempt.blocked:
            raise blocked()
        if attempt.device == device:
            return attempt
        if epoch is not None and epoch < attempt.epoch:
            raise Conflict("stale_claim", "这次作答已在别的设备上继续。", epoch=attempt.epoch)
        if _may_take(attempt, device):
            before = attempt.device
            attempt.device, attempt.waiting_device, attempt.epoch = device, "", attempt.epoch + 1
            attempt.save(update_fields=["device", "waiting_device", "epoch"])
            data = {"device": device, "previous": before, "epoch": attempt.epoch} | (
                {"browser": browser} if browser else {}
            )
            record_event(attempt, "claim", at=at, actor=actor, data=data)
            return attempt
        if attempt.waiting_device != device:
            attempt.waiting_device = device
            attempt.save(update_fields=["waiting_device"])
            record_event(attempt, "ask_device", at=at, actor=actor, data={"device": device})
    raise Conflict("needs_confirmation", "换设备要监考确认，请举手。确认以后再点一次“在这里继续”。")


def _may_take(attempt: Attempt, device: str) -> bool:
    """Whether a new device needs nobody's word, or has it already. The newest word counts."""
    if attempt.device == "" or not attempt.sitting.confirm_devices:
        return True
    words = attempt.events.filter(action__in=("confirm_device", "refuse_device"), data__device=device)
    newest = words.order_by("-id").first()
    return newest is not None and newest.action == "confirm_device"
