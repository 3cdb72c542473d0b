"""Late answers as the invigilator sees them: whose, which question, how late; never the value."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from ..engine.timing import last_save_at
from ..models import Attempt, Quarantine, Sitting
from .papers import numbers_in

MOST = 500


@dataclass(frozen=True, slots=True)
class LateAnswer:
    """One answer in quarantine. `number` is the candidate's own; `late_by_s` counts from the grace."""

    row: Quarantine
    number: int
    late_by_s: int


def late_answers(*, attempts: QuerySet[Attempt], sitting: Sitting) -> list[LateAnswer]:
    """At most 500 of a sitting's late answers among `attempts`, the undecided first."""
    rows = Quarantine.objects.filter(attempt__in=attempts.filter(sitting=sitting)).defer("value")
    found = rows.select_related("attempt__entry", "decided_by").order_by("decided_at", "received_at")
    return [_late_answer(row) for row in found[:MOST]]


def _late_answer(row: Quarantine) -> LateAnswer:
    attempt = row.attempt
    over = row.received_at - last_save_at(attempt.due_at, attempt.grace_s)
    return LateAnswer(row, numbers_in(attempt)[row.slot], max(0, int(over.total_seconds())))
