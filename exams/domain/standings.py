"""What people's tries come to, as the office sees them now, or as somebody may be told at a moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Exists, OuterRef

from ..engine.release import released_since
from ..engine.results import (
    ExamRule,
    FinalRule,
    MakeupCap,
    Mode,
    PersonResult,
    RosterStatus,
    SittingKind,
    Standing,
    TryResult,
    flag_duplicates,
    percent_of,
    resolve,
)
from ..models import AnswerEvent, Attempt, Exam, RosterEntry
from .releases import release_of, windows_end


@dataclass(frozen=True, slots=True)
class EntryStanding:
    """One roster entry with its tries and what they come to."""

    entry: RosterEntry
    tries: tuple[TryResult, ...]
    standing: Standing


def rule_of(exam: Exam) -> ExamRule:
    """What the exam fixed before it opened."""
    return ExamRule(
        pass_line=exam.pass_line,
        excellent_line=exam.excellent_line,
        final_rule=FinalRule(exam.final_rule),
        makeup_cap=MakeupCap(exam.makeup_cap),
        makeup_excellent=exam.makeup_excellent,
        tries=exam.tries,
        rounding=exam.rounding,
    )


def tries_of(
    exam: Exam,
    *,
    entries: Collection[UUID] | None = None,
    told_at: datetime | None = None,
) -> dict[UUID, tuple[TryResult, ...]]:
    """Entry → its tries, duplicates flagged; three statements.

    `told_at`: results not released to the person by then are as if unmarked.
    """
    sittings = {one.pk: one for one in exam.sittings.all()}
    end = windows_end(exam)
    releases = {key: release_of(one, end) for key, one in sittings.items()}
    answered = Exists(AnswerEvent.objects.filter(attempt=OuterRef("pk")))
    rows = Attempt.objects.filter(exam=exam).annotate(answered=answered)
    if entries is not None:
        rows = rows.filter(entry__in=entries)
    if told_at is not None:
        rows = rows.select_related("entry")
    found: dict[UUID, list[TryResult]] = defaultdict(list)
    for one in rows.defer("choice_orders"):
        percent = None
        if one.points is not None and one.possible is not None:
            percent = percent_of(one.points, one.possible)
        if told_at is not None:
            release, held = releases[one.sitting_id], one.entry.withheld_at is not None
            if released_since(release, one.submitted_at, told_at, withheld=held) is None:
                percent = None
        found[one.entry_id].append(
            TryResult(
                attempt_id=str(one.pk),
                sitting=SittingKind(sittings[one.sitting_id].kind),
                number=one.number,
                percent=percent,
                at=one.submitted_at or one.started_at,
                mode=Mode(one.mode),
                # Having answered, or having handed in oneself: being collected at the end is neither.
                answered=one.answered or (one.submitted_at is not None and not one.settled),
                voided=one.voided_at is not None,
            )
        )
    return {entry: flag_duplicates(tries) for entry, tries in found.items()}


def standing_of(entry: RosterEntry, tries: tuple[TryResult, ...], rule: ExamRule) -> Standing:
    """What these tries come to for this entry."""
    return resolve(
        PersonResult(
            entry_id=str(entry.pk),
            person_id=str(entry.user_id),
            unit_id=str(entry.unit_id),
            unit_path=(),
            status=RosterStatus(entry.status),
            tries=tries,
        ),
        rule,
    )


def standings_of(
    exam: Exam,
    *,
    entries: Collection[UUID] | None = None,
    told_at: datetime | None = None,
) -> list[EntryStanding]:
    """The roster (or some of it) in its order, with everybody's tries and standing."""
    rule = rule_of(exam)
    tries = tries_of(exam, entries=entries, told_at=told_at)
    rows = exam.entries.select_related("unit", "user").order_by("admission_number")
    if entries is not None:
        rows = rows.filter(pk__in=entries)
    return [
        EntryStanding(one, some, standing_of(one, some, rule))
        for one in rows
        for some in (tries.get(one.pk, ()),)
    ]


def with_percents(
    found: EntryStanding, percents: Mapping[UUID, Decimal | None], rule: ExamRule
) -> EntryStanding:
    """The same person with other results in some of his attempts (for a preview)."""
    changed = {str(attempt): percent for attempt, percent in percents.items()}
    tries = tuple(
        replace(one, percent=changed[one.attempt_id]) if one.attempt_id in changed else one
        for one in found.tries
    )
    return EntryStanding(found.entry, tries, standing_of(found.entry, tries, rule))
