"""The evidence of a sitting: every event, mark and receipt, for a checker that shares no code with us.

Line shapes: docs/exam-contract.md, A4. People appear under pseudonyms that are the same in every export.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from examsite.people.domain.audit import record
from examsite.people.models import User
from examsite.people.sealed import digest
from questionbanks.kinds.registry import kind

from ..engine.keys import SlotKey
from ..engine.release import released_since
from ..engine.shuffling import choice_ids
from ..engine.transitions import State
from ..engine.wiretime import rfc3339, rfc3339_or_none
from ..models import AnswerEvent, Attempt, AttemptEvent, Mark, Quarantine, Receipt, Sitting, Slot
from .keys import key_histories, question_id
from .papers import numbers_in, paper_of
from .releases import release_of

Line = dict[str, Any]
Histories = dict[UUID, dict[UUID, tuple[SlotKey, ...]]]  # form → slot → the keys it has had
CHUNK = 2000
# The names of the history's entries in the export; the others keep their own.
_EVENT_TYPES = {"extend": "extension"}


def export_evidence(*, sitting: Sitting, at: datetime, actor: User) -> Iterator[Line]:
    """The lines of the export, one by one. Keys are among them once the results are released.

    The export is noted in the audit log before the first line leaves. On PostgreSQL all lines show one moment
    of the database.
    """
    record(action="sitting.evidence", target=sitting, at=at, actor=actor, unit=sitting.exam.unit)
    return _lines(sitting, at)


def _lines(sitting: Sitting, at: datetime) -> Iterator[Line]:
    with _one_moment():
        released = _released(sitting, at)
        yield {
            "type": "sitting",
            "sitting": str(sitting.pk),
            "exam": str(sitting.exam_id),
            "duration_s": sitting.duration_s,
            "grace_s": sitting.grace_s,
            "opens_at": rfc3339(sitting.opens_at),
            "closes_at": rfc3339(sitting.closes_at),
            "released_at": rfc3339_or_none(released),
            "exported_at": rfc3339(at),
        }
        slots = _slots(sitting)
        keys = {form_id: key_histories(form_id) for form_id in slots}
        yield from _attempts(sitting, slots, keys)
        yield from _events(sitting)
        yield from _quarantine(sitting)
        yield from _receipts(sitting)
        yield from _marks(sitting)
        yield from _history(sitting)
        if released is not None:
            yield from _keys(slots, keys)


def _released(sitting: Sitting, at: datetime) -> datetime | None:
    """Since when its results are out: by hand, or by rule, but not while the exam can still be sat."""
    by_rule = release_of(sitting)
    whole = replace(by_rule, not_before=by_rule.windows_end)
    return released_since(whole, sitting.closes_at, at)


@contextmanager
def _one_moment() -> Iterator[None]:
    """One snapshot for all queries. On SQLite it would hold the only writer up, so there it is not taken."""
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def pseudonym(entry_id: UUID) -> str:
    """A candidate's name in every export."""
    return digest("evidence", str(entry_id))[:16]


def _slots(sitting: Sitting) -> dict[UUID, list[Slot]]:
    forms = Attempt.objects.filter(sitting=sitting).values("form")
    found: dict[UUID, list[Slot]] = {}
    for slot in Slot.objects.filter(form__in=forms).select_related("version", "section").order_by("order"):
        found.setdefault(slot.form_id, []).append(slot)
    return found


def _attempts(sitting: Sitting, slots: dict[UUID, list[Slot]], keys: Histories) -> Iterator[Line]:
    for attempt in Attempt.objects.filter(sitting=sitting).iterator(CHUNK):
        paper, numbers = paper_of(attempt.form_id), numbers_in(attempt)
        yield {
            "type": "attempt",
            "attempt": str(attempt.pk),
            "candidate": pseudonym(attempt.entry_id),
            "number": attempt.number,
            "mode": attempt.mode,
            "state": attempt.state,
            "started_at": rfc3339(attempt.started_at),
            "due_at": rfc3339(attempt.due_at),
            "submitted_at": rfc3339_or_none(attempt.submitted_at),
            "settled": attempt.settled,
            "epoch": attempt.epoch,
            "voided": attempt.voided_at is not None,
            "slots": [
                {
                    "slot": slot.code,
                    "number": numbers[slot.code],
                    "question": question_id(slot),
                    "kind": slot.kind,
                    "points": str(slot.points),
                    "section": slot.section.order,
                    "key_version": keys[slot.form_id][slot.pk][-1].version,
                    "choices": {
                        shown: label
                        for label, shown in choice_ids(
                            paper.salt, attempt.pk, slot.code, paper.slots[slot.code].labels
                        ).items()
                    },
                }
                for slot in slots[attempt.form_id]
            ],
        }


_EVENT = ("attempt_id", "epoch", "seq", "slot", "value", "received_at", "client_at", "device")


def _event_line(type_: str, row: tuple[Any, ...]) -> Line:
    attempt_id, epoch, seq, slot, value, received_at, client_at, device = row
    return {
        "type": type_,
        "attempt": str(attempt_id),
        "epoch": epoch,
        "seq": seq,
        "slot": slot,
        "value": value,
        "received_at": rfc3339(received_at),
        "client_at": rfc3339_or_none(client_at),
        "device": device,
    }


def _events(sitting: Sitting) -> Iterator[Line]:
    for row in AnswerEvent.objects.filter(attempt__sitting=sitting).values_list(*_EVENT).iterator(CHUNK):
        yield _event_line("event", row)


def _quarantine(sitting: Sitting) -> Iterator[Line]:
    decisions = {None: None, True: "accepted", False: "refused"}
    rows = Quarantine.objects.filter(attempt__sitting=sitting)
    for row in rows.values_list(*_EVENT, "reason", "accepted", "decided_by", "decided_at").iterator(CHUNK):
        reason, accepted, decided_by, decided_at = row[len(_EVENT) :]
        yield {
            **_event_line("quarantine", row[: len(_EVENT)]),
            "reason": reason,
            "decision": decisions[accepted],
            "decided_by": None if decided_by is None else str(decided_by),
            "decided_at": rfc3339_or_none(decided_at),
        }


def _receipts(sitting: Sitting) -> Iterator[Line]:
    for receipt in Receipt.objects.filter(attempt__sitting=sitting).iterator(CHUNK):
        yield {
            "type": "receipt",
            "attempt": str(receipt.attempt_id),
            "number": receipt.number,
            "submitted_at": rfc3339(receipt.submitted_at),
            "digest": receipt.digest,
            "answered": receipt.answered,
            "of": receipt.of,
            "events": receipt.events,
        }


def _marks(sitting: Sitting) -> Iterator[Line]:
    """Every mark, and for each marked attempt its total.

    Active: the newest of its slot, on the sheet that the newest receipt names, of a closed attempt.
    """
    receipts = Receipt.objects.filter(attempt__sitting=sitting).order_by("id")
    sheets = dict(receipts.values_list("attempt", "digest"))
    closed = Attempt.objects.filter(sitting=sitting).exclude(state=State.IN_PROGRESS.value)
    totals = {
        pk: (points, possible) for pk, points, possible in closed.values_list("pk", "points", "possible")
    }
    newer: dict[tuple[UUID, UUID], int] = {}
    marks = Mark.objects.filter(attempt__sitting=sitting).select_related("slot").order_by("-id")
    for mark in marks.iterator(CHUNK):
        key = (mark.attempt_id, mark.slot_id)
        superseded_by = newer.get(key)
        newer[key] = mark.pk
        on_this_sheet = mark.attempt_id in totals and sheets.get(mark.attempt_id) == mark.sheet_digest
        yield {
            "type": "mark",
            "id": mark.pk,
            "attempt": str(mark.attempt_id),
            "slot": mark.slot.code,
            "points": str(mark.points),
            "possible": str(mark.possible),
            "marker": "machine" if mark.marker_id is None else str(mark.marker_id),
            "rule": mark.rule,
            "key_version": mark.key_version,
            "active": superseded_by is None and on_this_sheet,
            "superseded_by": superseded_by,
            "sheet_digest": mark.sheet_digest,
            "at": rfc3339(mark.at),
        }
    for attempt_id, (points, possible) in totals.items():
        if points is not None:
            yield {
                "type": "mark",
                "attempt": str(attempt_id),
                "slot": None,
                "points": str(points),
                "possible": str(possible),
                "active": True,
                "sheet_digest": sheets.get(attempt_id),
            }


def _history(sitting: Sitting) -> Iterator[Line]:
    for event in AttemptEvent.objects.filter(attempt__sitting=sitting).iterator(CHUNK):
        yield {
            **event.data,
            "type": _EVENT_TYPES.get(event.action, event.action),
            "attempt": str(event.attempt_id),
            "by": None if event.actor_id is None else str(event.actor_id),
            "at": rfc3339(event.at),
            "reason": event.reason,
            "before": event.before,
            "after": event.after,
        }


def _keys(slots: dict[UUID, list[Slot]], keys: Histories) -> Iterator[Line]:
    """Each question once with the key in force; twice where a form was made after a correction of others."""
    told = set()
    for slot in (one for some in slots.values() for one in some):
        history = keys[slot.form_id][slot.pk]
        name = (question_id(slot), history[-1].version)
        if name in told:
            continue
        told.add(name)
        yield {
            "type": "key",
            "question": question_id(slot),
            "kind": slot.kind,
            "points": str(slot.points),
            "per_option": str(slot.section.per_choice),
            **_key(slot, history[-1]),
            "earlier": [_key(slot, one) for one in history[:-1]],
        }


def _key(slot: Slot, key: SlotKey) -> Line:
    """What earns marks: `key`, or any of `also`; a credit of `full` or `out` looks at no answer."""
    first, *others = (kind(slot.kind).key_to_json(one) for one in key.keys)
    return {
        "key_version": key.version,
        "key": first,
        "also": others,
        "credit": "full" if key.full else "out" if key.out else slot.section.credit_rule,
    }
