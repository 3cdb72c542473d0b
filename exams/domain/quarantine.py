"""Answers that came too late: kept beside the log until a person decides."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from examsite.lib.errors import Conflict, Invalid
from examsite.people.domain.audit import record
from examsite.people.models import User

from ..engine.transitions import Action, State
from ..models import Quarantine
from .attempts import lock_attempt, move_attempt, record_event
from .closing import mark_closed, write_receipt
from .sheets import read_log


def decide_quarantine(
    *, quarantine: Quarantine, accept: bool, reason: str, at: datetime, actor: User
) -> Quarantine:
    """Accept a late answer into the sheet, or refuse it; once, with a reason.

    Accepting folds the answer in by its own `(epoch, seq)`: an answer that a newer one has replaced stays
    replaced. A closed attempt gets a new receipt and is marked again; the log itself does not change. Raises
    Conflict for a decided one and for an answer of a void attempt, Invalid without a reason.
    """
    if not reason.strip():
        raise Invalid("no_reason", "请写明采纳或不采纳的理由。")
    with transaction.atomic():
        attempt = lock_attempt(quarantine.attempt_id)
        locked = Quarantine.objects.get(pk=quarantine.pk)
        if locked.accepted is not None:
            raise Conflict("decided", "这条迟到的答案已经裁定过了。")
        if accept and attempt.voided_at is not None:
            raise Conflict("voided", "作答已作废，不能再采纳答案。")
        locked.accepted, locked.decided_by, locked.decided_at = accept, actor, at
        locked.decision_reason = reason.strip()[:500]
        locked.save()
        data = {"epoch": locked.epoch, "seq": locked.seq, "slot": locked.slot}
        action = "accept_late" if accept else "refuse_late"
        record_event(attempt, action, at=at, actor=actor, reason=locked.decision_reason, data=data)
        record(
            action=f"quarantine.{action}",
            target=attempt,
            at=at,
            actor=actor,
            unit=attempt.exam.unit,
            after=data,
            reason=locked.decision_reason,
        )
        closed = accept and attempt.submitted_at is not None
        if closed:
            if attempt.state == State.MARKED.value:
                move_attempt(attempt, Action.REMARK, at=at, actor=actor, reason="采纳迟到的答案", points=None)
            write_receipt(attempt, submitted_at=attempt.submitted_at, log=read_log(attempt.pk))
    if closed:
        mark_closed(attempt_id=attempt.pk, at=at)
    return locked
