"""Marking in the database: what a machine can decide, right after the close; safe to run twice.

Where marking failed, closing leaves `submitted`, which the sweeper picks up here. One attempt or a hundred
take the same number of statements.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from examsite.lib.errors import Invalid
from examsite.people.models import User

from ..engine import sheet as sheets
from ..engine.headings import plain
from ..engine.marking import SlotMark, Total, mark_slot, total_of
from ..engine.transitions import Action, State
from ..models import Attempt, Mark
from .attempts import lock_attempt, lock_attempts, move_attempt, move_attempts
from .keys import FormKeys, load_keys, resolve_answers
from .mark_rows import MarkRow, insert_marks
from .sheets import Log, load_sheets

MACHINE = None  # the marker of marks that no person gave
BATCH = 100  # attempts marked in one transaction


def answer_digest(value: Any) -> str:
    """Lower-hex SHA-256 of one answer on the wire."""
    return hashlib.sha256(json.dumps(value, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def newest_marks(
    attempt_ids: Sequence[UUID], slots: Collection[UUID] | None = None
) -> dict[UUID, dict[UUID, list[Mark]]]:
    """Attempt → slot id → its marks, the newest first; `slots` narrows them."""
    found: dict[UUID, dict[UUID, list[Mark]]] = defaultdict(lambda: defaultdict(list))
    marks = Mark.objects.filter(attempt__in=attempt_ids).order_by("-id")
    for mark in marks if slots is None else marks.filter(slot__in=slots):
        found[mark.attempt_id][mark.slot_id].append(mark)
    return found


def is_current(mark: Mark, digest: str, key_version: int) -> bool:
    """Whether a mark is of the sheet as it stands, by the key as it stands."""
    return mark.sheet_digest == digest and mark.key_version == key_version


def newest_points(attempt_id: UUID, digest: str) -> dict[UUID, Decimal]:
    """Slot id → points of its newest mark on the sheet with this digest, for an attempt that is marked.

    Marks of an earlier sheet (before a reopening, or before a late answer was accepted) count no more.
    """
    marks = Mark.objects.filter(attempt_id=attempt_id, sheet_digest=digest)
    return dict(marks.order_by("id").values_list("slot_id", "points"))


def mark_by_machine(*, attempt_id: UUID, at: datetime) -> Attempt:
    """Mark what a machine can mark of a submitted attempt; finish marking when every slot has a mark.

    Slots that have a mark on this sheet keep it, and so do answers that a person marked on an earlier sheet
    and that are still the same. Does nothing for an attempt in another state.
    """
    with transaction.atomic():
        attempt = lock_attempt(attempt_id)
        _mark([attempt], load_sheets([attempt_id]), at)
    return attempt


def mark_locked(*, attempt: Attempt, log: Log, at: datetime) -> Total | None:
    """Write the marks of a locked attempt that is about to be closed with this log, in the same transaction.

    Returns its total, None while a slot has no mark. Only an attempt that was closed before, and reopened
    under a new epoch, can have marks already.
    """
    earlier = newest_marks([attempt.pk])[attempt.pk] if attempt.epoch > 1 else {}
    marks, total = _work_out(attempt, load_keys(attempt.form_id), log.sheet, log.digest, earlier, at)
    insert_marks(marks)
    return total


def mark_many(*, attempt_ids: Iterable[UUID], at: datetime) -> int:
    """Mark submitted attempts, a batch in a transaction. Returns how many were there to mark."""
    ids, count = sorted(attempt_ids), 0
    for start in range(0, len(ids), BATCH):
        with transaction.atomic():
            some = ids[start : start + BATCH]
            attempts = lock_attempts(some)
            count += _mark(attempts, load_sheets(some), at)
    return count


@dataclass(frozen=True, slots=True)
class _Finished:
    attempt: Attempt
    total: Total


def _mark(attempts: Sequence[Attempt], answered: Mapping[UUID, sheets.Sheet], at: datetime) -> int:
    """Mark locked attempts with these sheets; those in another state are left alone."""
    waiting = [one for one in attempts if one.state == State.SUBMITTED.value]
    forms = {form_id: load_keys(form_id) for form_id in {one.form_id for one in waiting}}
    marked = newest_marks([one.pk for one in waiting])
    new: list[MarkRow] = []
    finished: list[_Finished] = []
    for attempt in waiting:
        keys, sheet = forms[attempt.form_id], answered[attempt.pk]
        marks, total = _work_out(attempt, keys, sheet, sheets.digest(sheet), marked.get(attempt.pk, {}), at)
        new += marks
        if total is not None:
            finished.append(_Finished(attempt, total))
    insert_marks(new)
    _finish(finished, at)
    return len(waiting)


def _work_out(
    attempt: Attempt,
    keys: FormKeys,
    sheet: sheets.Sheet,
    digest: str,
    earlier: Mapping[UUID, Sequence[Mark]],
    at: datetime,
) -> tuple[list[MarkRow], Total | None]:
    """The marks that a sheet lacks, and its total with them; `earlier` are those there are, newest first."""
    standing = _standing(keys, digest, earlier)
    values = {slot: one.value for slot, one in sheet.items()}
    marks = _missing_marks(attempt.pk, keys, values, digest, standing, earlier, at)
    return marks, _total(keys, standing | {mark.slot_id: mark.points for mark in marks})


def _standing(keys: FormKeys, digest: str, marked: Mapping[UUID, Sequence[Mark]]) -> dict[UUID, Decimal]:
    """Slot id → points, for the slots whose newest mark is of this sheet by the key as it stands."""
    if not marked:
        return {}
    by_id = keys.by_id
    return {
        slot_id: some[0].points
        for slot_id, some in marked.items()
        if some and is_current(some[0], digest, by_id[slot_id].key.version)
    }


def _missing_marks(
    attempt_id: UUID,
    keys: FormKeys,
    values: Mapping[str, Any],
    digest: str,
    standing: Mapping[UUID, Decimal],
    earlier: Mapping[UUID, Sequence[Mark]],
    at: datetime,
) -> list[MarkRow]:
    """Marks for the slots that have none on this sheet: the machine's, or a person's carried over."""
    answers = resolve_answers(keys, attempt_id, values)
    found = []
    for slot in keys.slots:
        slot_id = keys.slot_ids[slot.code]
        if slot_id in standing:
            continue
        mark = mark_slot(slot, answers.get(slot.code))
        if mark.points is not None:
            found.append(machine_mark(attempt_id, slot_id, mark, mark.points, digest, at))
        elif slot_id in earlier:
            same = answer_digest(values.get(slot.code))
            kept = next((one for one in earlier[slot_id] if one.answer_digest == same), None)
            if kept is not None and kept.key_version == slot.key.version:
                found.append(carried(kept, digest, kept.key_version, at))
    return found


def machine_mark(
    attempt_id: UUID, slot_id: UUID, mark: SlotMark, points: Decimal, digest: str, at: datetime
) -> MarkRow:
    """The machine's mark of a slot, on the sheet with this digest."""
    return MarkRow(
        attempt_id, slot_id, points, mark.possible, mark.rule, mark.key_version, digest, at, MACHINE
    )


def carried(mark: Mark, digest: str, key_version: int, at: datetime) -> MarkRow:
    """A person's mark that still holds: the sheet differs elsewhere, or the key only accepts more."""
    return MarkRow(
        attempt_id=mark.attempt_id,
        slot_id=mark.slot_id,
        points=mark.points,
        possible=mark.possible,
        rule=mark.rule,
        key_version=key_version,
        sheet_digest=digest,
        at=at,
        marker_id=mark.marker_id,
        comment=mark.comment,
        answer_digest=mark.answer_digest,
    )


def _total(keys: FormKeys, points: Mapping[UUID, Decimal]) -> Total | None:
    return total_of({code: points.get(slot_id) for code, slot_id in keys.slot_ids.items()}, keys.slots)


def _finish(finished: Sequence[_Finished], at: datetime) -> None:
    """Store the totals and move to `marked`, the attempts being locked and submitted."""
    move_attempts(
        [one.attempt for one in finished],
        Action.FINISH_MARKING,
        at=at,
        actor=None,
        totals=[one.total for one in finished],
    )


def require_points(points: Decimal, possible: Decimal) -> None:
    """Raise Invalid for points that nobody can give: below 0, above `possible`, with a third decimal."""
    if not points.is_finite() or not 0 <= points <= possible or points != round(points, 2):
        raise Invalid("points", f"得分在 0 到 {plain(possible)} 之间，最多两位小数。")


def append_mark(
    *,
    attempt: Attempt,
    sheet: sheets.Sheet,
    slot_id: UUID,
    points: Decimal,
    rule: str,
    answer: str,
    at: datetime,
    actor: User,
    comment: str = "",
) -> Mark | None:
    """A person's mark for one answer of a locked, closed attempt; finish marking where it was the last.

    `sheet` is the attempt's, read under its lock; `answer` is the digest of the answer that was judged. A
    mark that would repeat the newest one is not written (None). A marked attempt is remarked: its total
    follows. The caller has checked who may do this.
    """
    keys, digest = load_keys(attempt.form_id), sheets.digest(sheet)
    slot, marked = keys.by_id[slot_id], newest_marks([attempt.pk])[attempt.pk]
    newest = marked[slot_id][0] if marked[slot_id] else None
    if (
        newest is not None
        and is_current(newest, digest, slot.key.version)
        and (newest.points, newest.rule, newest.comment) == (points, rule, comment)
    ):
        return None
    mark = Mark.objects.create(
        attempt=attempt,
        slot_id=slot_id,
        points=points,
        possible=slot.possible,
        rule=rule,
        key_version=slot.key.version,
        marker=actor,
        comment=comment,
        sheet_digest=digest,
        answer_digest=answer,
        at=at,
    )
    marked[slot_id].insert(0, mark)
    total = _total(keys, _standing(keys, digest, marked))
    if attempt.state == State.MARKED.value:
        move_attempt(attempt, Action.REMARK, at=at, actor=actor)
    if total is not None:
        finish = Action.FINISH_MARKING
        move_attempt(attempt, finish, at=at, actor=None, points=total.points, possible=total.possible)
    return mark
