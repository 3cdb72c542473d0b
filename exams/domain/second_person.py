"""Deeds that need two people: the first call proposes, the same call by somebody else agrees and does it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Model

from examsite.lib.errors import Forbidden
from examsite.people.domain.approvals import decide, propose
from examsite.people.models import Approval, Unit, User


def ask_second_person(
    *,
    action: str,
    target: Model,
    content: dict[str, Any],
    summary: str,
    unit: Unit,
    at: datetime,
    actor: User,
) -> Approval:
    """Agree to somebody else's open proposal of the same deed, which carries it out; else propose it.

    Two proposals are the same when all but their `reason` is equal. Raises Forbidden("needs_second") after
    proposing; its `approval` is the id to decide on. Call outside a transaction, or the proposal is lost.
    """
    for waiting in Approval.objects.filter(
        action=action,
        object_type=target._meta.label_lower,
        object_id=str(target.pk),
        decided_at__isnull=True,
        expires_at__gt=at,
    ).exclude(proposer=actor):
        if _deed(waiting.content) == _deed(content):
            return decide(approval=waiting, approve=True, at=at, actor=actor)
    approval = propose(
        action=action, target=target, content=content, summary=summary, unit=unit, at=at, actor=actor
    )
    raise Forbidden(
        "needs_second",
        "已提出，这一步需要两个人：请另一位考务在“待审批”里同意，同意后立即生效。",
        approval=str(approval.pk),
    )


def _deed(content: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if name not in ("reason", "理由")}
