"""The audit log's one writer: called inside the transaction of the deed it tells of."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Model

from ..models import AuditRecord, Unit, User


def record(
    *,
    action: str,
    target: Model,
    at: datetime,
    actor: User | None,
    unit: Unit | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
    address: str = "",
) -> AuditRecord:
    """Append one record. `action` is "noun.verb"; `before` and `after` hold what changed, no secrets."""
    return AuditRecord.objects.create(
        at=at,
        actor=actor,
        action=action,
        object_type=target._meta.label_lower,
        object_id=str(target.pk),
        label=str(target)[:200],
        unit=unit,
        before=before,
        after=after,
        reason=reason,
        address=address,
    )
