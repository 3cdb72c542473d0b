"""Whether an exam's figures may have changed: asked in a few index steps, not by adding them up again."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Max, OuterRef, QuerySet, Subquery

from ...domain.standings import rule_of
from ...engine.release import Release, released_since
from ...engine.transitions import State
from ...models import Attempt, AttemptEvent, Exam, ExternalResult, RosterEvent, Sitting
from ..tally import PACKED

# What was written less long ago may have neighbours that are written but not yet committed.
MARGIN = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Stamp:
    """`value` changes with everything the figures rest on but answers that are being given just now.

    `is_settled`: nobody is answering, the roster is frozen, and the newest change is a while ago.
    """

    value: str
    is_settled: bool


def stamps_of(exams: Sequence[Exam], *, at: datetime) -> dict[UUID, Stamp]:
    """The stamps of these exams, in seven statements whatever their number.

    Every change of an attempt's fate and every change of a frozen roster leaves an event; releases and
    windows are in the sittings; the rule is in the exam.
    """
    keys = [exam.pk for exam in exams]
    attempts = _newest(AttemptEvent.objects.all(), keys)
    rosters = _newest(RosterEvent.objects.all(), keys)
    outside = _outside(keys)
    sittings: dict[UUID, list[Sitting]] = defaultdict(list)
    for sitting in Sitting.objects.filter(exam__in=keys).order_by("pk"):
        sittings[sitting.exam_id].append(sitting)
    running = _running([one for group in sittings.values() for one in group])
    stamps = {}
    for exam in exams:
        attempt, roster = attempts.get(exam.pk), rosters.get(exam.pk)
        newest = max((one[1] for one in (attempt, roster) if one), default=None)
        parts = (
            PACKED,
            rule_of(exam),
            exam.stat_year,
            exam.roster_digest,
            attempt and attempt[0],
            roster and roster[0],
            outside.get(exam.pk),
            [(one.pk, one.kind, _release(exam, one, sittings[exam.pk], at)) for one in sittings[exam.pk]],
        )
        stamps[exam.pk] = Stamp(
            hashlib.sha256(repr(parts).encode()).hexdigest(),
            exam.roster_frozen_at is not None
            and exam.pk not in running
            and (newest is None or newest < at - MARGIN),
        )
    return stamps


def _outside(exams: Sequence[UUID]) -> dict[UUID, tuple[int, datetime | None]]:
    """Exam → its newest result from elsewhere, and when one of them was last taken back."""
    rows = ExternalResult.objects.filter(exam__in=exams).values("exam").order_by()
    found = rows.annotate(newest=Max("pk"), ended=Max("ended_at")).values_list("exam", "newest", "ended")
    return {exam: (newest, ended) for exam, newest, ended in found}


def _running(sittings: Sequence[Sitting]) -> set[UUID]:
    """The exams in which somebody is answering: through the index (sitting, state)."""
    open_ones = Attempt.objects.filter(
        sitting__in=[one.pk for one in sittings], state=State.IN_PROGRESS.value, voided_at__isnull=True
    )
    return set(open_ones.values_list("exam_id", flat=True).distinct())


def _newest(events: QuerySet, exams: Sequence[UUID]) -> dict[UUID, tuple[int, datetime]]:
    """Exam → (id, time) of its newest event: one step in the index (exam, id) each."""
    own = events.filter(exam=OuterRef("pk")).order_by("-id")
    newest = Exam.objects.filter(pk__in=exams).annotate(newest=Subquery(own.values("pk")[:1]))
    ids = {exam: event for exam, event in newest.values_list("pk", "newest") if event is not None}
    times = dict(events.filter(pk__in=ids.values()).values_list("pk", "at"))
    return {exam: (event, times[event]) for exam, event in ids.items()}


def _release(exam: Exam, sitting: Sitting, sittings: Sequence[Sitting], at: datetime) -> str:
    """What is out of a sitting at `at`, by the exam's rule."""
    if exam.release_rule == "at_once":
        return "at_once"
    end = max(one.closes_at for one in sittings)
    release = Release(exam.release_rule, exam.release_at, sitting.released_at, end)
    return "out" if released_since(release, sitting.opens_at, at) is not None else "in"
