"""The log as the auditor searches it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils.timezone import make_aware

from ..models import AuditRecord


def search_log(
    records: QuerySet[AuditRecord],
    *,
    q: str = "",
    actor: str = "",
    action: str = "",
    first: date | None = None,
    last: date | None = None,
) -> QuerySet[AuditRecord]:
    """Those that fit. `q`: in the object's words or the reason, or the object's id; `action`: its beginning.
    `first` and `last` are days of the site's time zone, both included."""
    if q:
        records = records.filter(Q(label__icontains=q) | Q(reason__icontains=q) | Q(object_id=q))
    if actor:
        records = records.filter(Q(actor__name__icontains=actor) | Q(actor__username=actor.lower()))
    if action:
        records = records.filter(action__startswith=action)
    if first:
        records = records.filter(at__gte=make_aware(datetime.combine(first, time())))
    if last:
        records = records.filter(at__lt=make_aware(datetime.combine(last + timedelta(days=1), time())))
    return records
