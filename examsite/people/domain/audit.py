"""The audit log's one writer: called inside the transaction of the deed it tells of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from django.db.models import Model

from ..models import AuditRecord, Unit, User
from ..ready_queries import insert

# Where the present request comes from. Set once by whoever receives it, so that no domain function in
# between has to carry an address about.
_origin: ContextVar[str] = ContextVar("origin", default="")


@contextmanager
def coming_from(address: str) -> Iterator[None]:
    """Deeds recorded inside the block carry this address ("203.0.113.7", "manage.py retention")."""
    token = _origin.set(address[:64])
    try:
        yield
    finally:
        _origin.reset(token)


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
    """Append one record. `action` is "noun.verb"; `before` and `after` hold what changed, no secrets.

    `address` is taken from `coming_from` when it is not given.
    """
    line = AuditRecord(
        at=at,
        actor=actor,
        action=action,
        object_type=target._meta.label_lower,
        object_id="" if target.pk is None else str(target.pk),
        label=str(target)[:200],
        unit=unit,
        before=before,
        after=after,
        reason=reason[:500],
        address=address or _origin.get(),
    )
    insert(line)
    return line
