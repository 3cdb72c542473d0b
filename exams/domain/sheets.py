"""Attempts' answer sheets: the fold of their logs and of the late answers that a person accepted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, Value

from examsite.people.ready_queries import Given, ReadyQuery

from ..engine.sheet import Event, Sheet, digest, fold
from ..models import AnswerEvent, Attempt, Quarantine

_EVENT = ("attempt_id", "slot", "value", "epoch", "seq")


@dataclass(frozen=True, slots=True)
class Log:
    """All that an attempt's candidate answered: his sheet, its digest, and how many lines his log has (the
    late answers that were accepted are on the sheet and not in the log)."""

    sheet: Sheet
    digest: str
    events: int


def read_log(attempt_id: UUID) -> Log:
    """The attempt's log as it stands; for who closes it under its lock."""
    rows = _LOG.all(attempt=attempt_id)
    sheet = fold(row[1:5] for row in rows)
    return Log(sheet, digest(sheet), sum(row[5] for row in rows))


def load_sheet(attempt_id: UUID) -> Sheet:
    """Slot → newest answer. The log itself never grows after the close; what was accepted later stands
    beside it and is folded in by the same order."""
    return load_sheets([attempt_id])[attempt_id]


def load_sheets(attempt_ids: Collection[UUID], slots: Collection[str] | None = None) -> dict[UUID, Sheet]:
    """The sheets of several attempts, in one statement; `slots` (codes) narrows them.

    Without `iterator`: its server-side cursor costs two statements more, and when the database goes away it
    fails by an error of the driver that nobody takes for trouble with the database.
    """
    logs: dict[UUID, list[Event]] = defaultdict(list)
    for attempt_id, slot, value, epoch, seq, _ in _lines(attempt_ids, slots):
        logs[attempt_id].append((slot, value, epoch, seq))
    return {attempt_id: fold(logs[attempt_id]) for attempt_id in attempt_ids}


def _lines(attempt_ids: Collection[UUID], slots: Collection[str] | None = None) -> QuerySet[Any, Any]:
    """What these attempts' candidates answered; `slots` (codes) narrows it."""
    events = AnswerEvent.objects.filter(attempt__in=attempt_ids)
    accepted = Quarantine.objects.filter(attempt__in=attempt_ids)
    if slots is not None:
        events, accepted = events.filter(slot__in=slots), accepted.filter(slot__in=slots)
    return _together(events, accepted)


def _together(
    events: QuerySet[AnswerEvent], late: QuerySet[Quarantine]
) -> QuerySet[Any, tuple[UUID, str, Any, int, int, bool]]:
    """Attempt, slot, value, epoch, seq of the logs' lines (then True) and accepted late answers (False)."""
    accepted = late.filter(accepted=True)
    return events.values_list(*_EVENT, Value(True)).union(
        accepted.values_list(*_EVENT, Value(False)), all=True
    )


_ATTEMPT = Given("attempt", Attempt._meta.pk)
_LOG = ReadyQuery(
    lambda: _together(
        AnswerEvent.objects.filter(attempt_id=_ATTEMPT), Quarantine.objects.filter(attempt_id=_ATTEMPT)
    )
)
