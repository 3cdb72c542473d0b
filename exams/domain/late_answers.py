"""Late answers as the invigilator sees them: whose, which question, how late; never the value."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from ..engine.timing import last_save_at
from ..models import Attempt, Quarantine, Sitting
from .papers import paper_of

MOST = 500


@dataclass(frozen=True, slots=True)
class LateAnswer:
    """One answer in quarantine. `number`: the question's on the paper; `late_by_s` counts from the grace."""

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
    slots = list(paper_of(attempt.form_id).slots)
    over = row.received_at - last_save_at(attempt.due_at, attempt.grace_s)
    return LateAnswer(row, slots.index(row.slot) + 1, max(0, int(over.total_seconds())))
