"""Attempts' answer sheets: the fold of their logs and of the late answers that a person accepted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from ..engine.sheet import Event, Sheet, fold
from ..models import AnswerEvent, Quarantine

_EVENT = ("attempt_id", "slot", "value", "epoch", "seq")


def load_sheet(attempt_id: UUID) -> Sheet:
    """Slot → newest answer. The log itself never grows after the close; what was accepted later stands
    beside it and is folded in by the same order."""
    return load_sheets([attempt_id])[attempt_id]


def load_sheets(attempt_ids: Collection[UUID], slots: Collection[str] | None = None) -> dict[UUID, Sheet]:
    """The sheets of several attempts, in two statements; `slots` (codes) narrows them.

    Without `iterator`: its server-side cursor costs two statements more, and when the database goes away it
    fails by an error of the driver that nobody takes for trouble with the database.
    """
    logs: dict[UUID, list[Event]] = defaultdict(list)
    events = AnswerEvent.objects.filter(attempt__in=attempt_ids)
    accepted = Quarantine.objects.filter(attempt__in=attempt_ids, accepted=True)
    if slots is not None:
        events, accepted = events.filter(slot__in=slots), accepted.filter(slot__in=slots)
    for rows in (events, accepted):
        for attempt_id, slot, value, epoch, seq in rows.values_list(*_EVENT):
            logs[attempt_id].append((slot, value, epoch, seq))
    return {attempt_id: fold(logs[attempt_id]) for attempt_id in attempt_ids}
