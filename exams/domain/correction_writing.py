"""Writing down what a correction changes: marks, totals, the history of attempts, words to people."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import F

from examsite.people.models import Approval

from ..engine.headings import plain
from ..engine.release import released_since
from ..engine.transitions import Action
from ..models import Attempt, AttemptEvent, KeyCorrection, MarkingTask, ResultNote, Slot
from .attempts import move_attempts
from .mark_rows import MarkRow, insert_marks
from .marking import carried, machine_mark
from .papers import numbers_in
from .releases import release_of, windows_end
from .remarking import Change, ExamEffect

BATCH = 500
ROWS = 5000  # marks written in one statement
_FLIPPED = {1: "，由不合格变为合格。", 0: "。", -1: "，由合格变为不合格。"}


def write_marks(changes: Sequence[Change], at: datetime) -> None:
    """The new marks, beside the old ones."""
    rows = [row for one in changes if (row := _mark_row(one, at))]
    for start in range(0, len(rows), ROWS):
        insert_marks(rows[start : start + ROWS])


def _mark_row(change: Change, at: datetime) -> MarkRow | None:
    if change.after is None or change.after.points is None:
        return None
    if change.stays and change.had is not None:
        return carried(change.had, change.digest, change.after.key_version, at)
    attempt, after = change.attempt.pk, change.after
    return machine_mark(attempt, change.slot_id, after, change.after.points, change.digest, at)


def write_totals(changes: Sequence[Change]) -> None:
    """Totals move by few different steps: one statement a step and batch, whatever the attempts are."""
    steps: dict[tuple[Decimal, Decimal], list[UUID]] = defaultdict(list)
    for one in changes:
        if one.changes_total:
            steps[one.points, one.possible].append(one.attempt.pk)
    for (points, possible), ids in steps.items():
        for start in range(0, len(ids), BATCH):
            Attempt.objects.filter(pk__in=ids[start : start + BATCH]).update(
                points=F("points") + points, possible=F("possible") + possible
            )


def write_events(
    changes: Sequence[Change], correction: KeyCorrection, approval: Approval, at: datetime
) -> None:
    """The history of every attempt whose total moved; it was remarked without ever being unmarked."""
    AttemptEvent.objects.bulk_create(
        [
            AttemptEvent(
                attempt=one.attempt,
                action=Action.REMARK.value,
                before=one.attempt.state,
                after=one.attempt.state,
                actor=approval.approver,
                at=at,
                reason=f"答案更正：{correction.reason}",
                data={
                    "correction": str(correction.pk),
                    "points": [str(one.attempt.points), str((one.attempt.points or 0) + one.points)],
                },
            )
            for one in changes
            if one.changes_total
        ],
        batch_size=1000,
    )


def send_back(changes: Sequence[Change], approval: Approval, at: datetime) -> None:
    """Answers that a person judged by the old key lose their mark and go to people again."""
    again = [one for one in changes if one.after is None]
    if not again:
        return
    ids = [one.attempt.pk for one in again]
    slots = {one.slot_id for one in again}
    MarkingTask.objects.filter(attempt__in=ids, slot__in=slots, closed_at=None).update(closed_at=at)
    unmarked = [one.attempt for one in again if one.reopens]
    Attempt.objects.filter(pk__in=[one.pk for one in unmarked]).update(points=None, possible=None)
    move_attempts(unmarked, Action.REMARK, at=at, actor=approval.approver, reason="答案更正，重新评阅")


def write_notes(effect: ExamEffect, correction: KeyCorrection, at: datetime) -> None:
    """A word to everybody whose released result moved."""
    exam = effect.exam
    end = windows_end(exam)
    sittings = {one.pk: release_of(one, end) for one in exam.sittings.all()}
    codes = dict(Slot.objects.filter(corrections=correction, form__exam=exam).values_list("pk", "code"))
    flipped = Counter({one.after.entry.pk: 1 if one.passes else -1 for one in effect.flips})
    notes = []
    for one in effect.changes:
        attempt = one.attempt
        if not one.changes_total or attempt.points is None:
            continue
        if released_since(sittings[attempt.sitting_id], attempt.submitted_at, at) is None:
            continue
        number = numbers_in(attempt)[codes[one.slot_id]]
        words = [
            f"“{exam.title}”第{number}题{correction.get_method_display()}：{correction.reason}。",
            f"您的得分由 {plain(attempt.points)} 分改为 {plain(attempt.points + one.points)} 分",
        ]
        if one.possible:
            words.append(f"，满分改为 {plain((attempt.possible or Decimal(0)) + one.possible)} 分")
        words.append(_FLIPPED[flipped[attempt.entry_id]])
        notes.append(ResultNote(entry_id=attempt.entry_id, attempt=attempt, text="".join(words), at=at))
    ResultNote.objects.bulk_create(notes, batch_size=1000)
