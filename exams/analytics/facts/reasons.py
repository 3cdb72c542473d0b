"""Why people were exempt, deferred, removed or absent: coarse codes, counted, never beside a name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from ...domain.roster_changes import CHANGES
from ...engine.results import PersonResult, RosterStatus
from ...models import Exam, RosterEvent

UNSTATED = "未登记事由"
OTHER = "其他"


def absence_reasons(
    exam: Exam, people: Sequence[PersonResult], *, at: datetime, smallest: int
) -> dict[str, int]:
    """Reason → people who must sit and have not; reasons of fewer than `smallest` people become 其他.

    Illness and maternity are sensitive, and a reason of one person in a small unit would name him.
    """
    newest = {
        str(entry): CHANGES["defer"].reason_label(code)
        for entry, code in RosterEvent.objects.filter(exam=exam, action="defer", at__lte=at)
        .order_by("id")
        .values_list("entry_id", "reason_code")
    }
    absent = [
        person
        for person in people
        if person.status in (RosterStatus.REQUIRED, RosterStatus.DEFERRED)
        and not any(one.counts for one in person.tries)
    ]
    counts = Counter(newest.get(person.entry_id, UNSTATED) for person in absent)
    merged: Counter[str] = Counter()
    for reason, count in counts.items():
        merged[OTHER if count < smallest and reason != UNSTATED else reason] += count
    return dict(merged.most_common())
