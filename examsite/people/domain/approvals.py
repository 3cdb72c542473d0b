"""Two people for what cannot be taken back: propose, decide, use — each once.

The digest binds an approval to exactly what was shown: whoever changes the object after the proposal has to
ask again. In an office of two the county's officer may be the second.

An action may be carried out at once when the second person agrees (`on_approval`), or later by the proposer,
who then takes the approval with `use_approval`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Model

from examsite.lib.errors import Conflict, Forbidden, Invalid

from ..models import Approval, Role, Unit, User
from ..rules import holds
from .audit import record

LIFETIME = timedelta(days=7)

Carry = Callable[[Approval, datetime], object]
_carried_out: dict[str, Carry] = {}


def on_approval(action: str) -> Callable[[Carry], Carry]:
    """Register what happens when the second person agrees to `action`, in the same transaction.

    The function is given the approval, already marked used, and the time. If it raises, nobody has agreed.
    """

    def register(function: Carry) -> Carry:
        _carried_out[action] = function
        return function

    return register


def canonical(content: Any) -> str:
    """JSON with sorted keys and no spaces; what JSON does not know is written as text."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def digest_of(content: Any) -> str:
    """Lower-hex SHA-256 of the canonical JSON of what is approved."""
    return hashlib.sha256(canonical(content).encode()).hexdigest()


@transaction.atomic
def propose(
    *, action: str, target: Model, content: Any, summary: str, unit: Unit, at: datetime, actor: User
) -> Approval:
    """Ask for a second person. An open proposal for the same content is returned as it is.

    `content` is what the second person will be shown, key by key; `summary` is the sentence above it.
    """
    digest = digest_of(content)
    same = Approval.objects.filter(
        action=action,
        object_type=target._meta.label_lower,
        object_id=str(target.pk),
        digest=digest,
        decided_at__isnull=True,
        expires_at__gt=at,
    ).first()
    if same:
        return same
    approval = Approval.objects.create(
        action=action,
        object_type=target._meta.label_lower,
        object_id=str(target.pk),
        content=json.loads(canonical(content)),
        digest=digest,
        summary=summary[:500],
        unit=unit,
        proposer=actor,
        proposed_at=at,
        expires_at=at + LIFETIME,
    )
    record(action="approval.propose", target=approval, at=at, actor=actor, unit=unit)
    return approval


@transaction.atomic
def decide(*, approval: Approval, approve: bool, at: datetime, actor: User, reason: str = "") -> Approval:
    """The second person says yes or no.

    Raises Forbidden for the proposer and for anybody without an officer's role over the unit; Conflict when
    it is decided already or expired, Invalid for a refusal without a reason.
    """
    locked = Approval.objects.select_for_update(of=("self",)).select_related("unit").get(pk=approval.pk)
    if actor.pk == locked.proposer_id:
        raise Forbidden("needs_second", "提出的人不能自己审批，请由另一位考务审批。")
    if not holds(actor, locked.unit, Role.OFFICER):
        raise Forbidden("forbidden", "只有本单位或上级的考务可以审批。")
    if locked.decided_at is not None:
        raise Conflict("decided", "这项审批已有结果。")
    if at >= locked.expires_at:
        raise Conflict("expired", "这项审批已过期，请重新提出。")
    if not approve and not reason.strip():
        raise Invalid("no_reason", "不同意时请写明理由。")
    locked.approver, locked.decided_at, locked.approved, locked.reason = actor, at, approve, reason
    locked.save(update_fields=["approver", "decided_at", "approved", "reason"])
    record(
        action="approval.approve" if approve else "approval.refuse",
        target=locked,
        at=at,
        actor=actor,
        unit=locked.unit,
        reason=reason,
    )
    if approve and locked.action in _carried_out:
        locked.used_at = at
        locked.save(update_fields=["used_at"])
        _carried_out[locked.action](locked, at)
    return locked


def use_approval(*, action: str, target: Model, content: Any, at: datetime) -> Approval:
    """Take the approval that allows `action` on `target` with exactly this content, and mark it used.

    Call inside the transaction of the action. Raises Forbidden("needs_second") when there is none.
    """
    approval = (
        Approval.objects.select_for_update()
        .filter(
            action=action,
            object_type=target._meta.label_lower,
            object_id=str(target.pk),
            digest=digest_of(content),
            approved=True,
            used_at__isnull=True,
            expires_at__gt=at,
        )
        .first()
    )
    if approval is None:
        raise Forbidden("needs_second", "这一步需要两个人：请先提出，再由另一位考务审批。")
    approval.used_at = at
    approval.save(update_fields=["used_at"])
    return approval
