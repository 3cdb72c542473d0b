"""Saving answers: the hot path, the one place written for speed.

What it promises (docs/exam-contract.md): an acknowledgement after COMMIT only; one time stamp per request,
taken before waiting for a lock, which decides the deadline and is stored; the attempt's row locked while its
log grows; a repeat answers `duplicate` for ever; nothing that came late is dropped.

Why the SQL is as it is:

* One statement locks, checks and writes. The lock is `FOR NO KEY UPDATE`: without it an INSERT … SELECT may
  commit after the submit it raced; with it the save waits, PostgreSQL reads the row again and sees the closed
  attempt. `NO KEY`, because a foreign key's check takes `FOR KEY SHARE` and must not wait.
* `transaction_timestamp()` is taken when the statement arrives, before it waits for the lock, from the one
  clock that all app nodes share. Outside a transaction block the statement is the transaction.
* The conditions on the open attempt stand in a CASE: as plain ones they would let PostgreSQL, while it takes
  the table for small, read the index of all open attempts instead of the one row.
* `ON CONFLICT DO NOTHING` makes a repeat harmless; what was not inserted goes the slow path, which tells
  duplicate, conflict and late apart under the same lock and with the same stamp.
* Presence is touched at most every twenty seconds: a save counts as a heartbeat, but must not cost a second
  row version each time. The attempt's row itself is locked and never written.
* SQLite has one writer: BEGIN IMMEDIATE (transaction_mode) is the lock, the stamp is taken before it.
* No sign-in, no user row, no form row: the token names attempt and form, the form's shapes are in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from django.db import connection, transaction

from examsite.lib import clock
from examsite.lib.errors import NotFound
from examsite.people.ready_queries import prepared_cursor
from questionbanks.kinds.base import WireError

from ..engine.compact import compact
from ..engine.paper import Paper
from ..engine.sheet import same_value
from ..engine.tokens import Claims
from ..engine.transitions import State
from ..models import AnswerEvent, Attempt, Presence, Quarantine, QuarantineReason
from .attempts import blocked, is_open, lock_attempt, shown_to_candidate
from .closing import settle_if_overdue
from .papers import paper_of

MAX_VALUE_BYTES = 64 * 1024
PRESENCE_EVERY_S = 20


class Status(Enum):
    STORED = "stored"
    DUPLICATE = "duplicate"
    LATE = "late"
    CONFLICT = "conflict"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Item:
    """One answer as it came. `client_at` is the phone's own word; it decides nothing."""

    seq: int
    slot: str
    value: Any
    client_at: datetime | None


@dataclass(frozen=True, slots=True)
class Ack:
    """What became of an item; `received_at` is the stored event's, None for a rejected one."""

    seq: int
    status: Status
    received_at: datetime | None


@dataclass(frozen=True, slots=True)
class Saved:
    """The acknowledgements in the order of the items, and the attempt as it stood at `at`."""

    acks: list[Ack]
    at: datetime
    state: str
    epoch: int
    due_at: datetime


# --- Fast path -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Written:
    """What the fast statement did; `due_at` None: the attempt takes no answers, nothing was written."""

    at: datetime
    seqs: frozenset[int]
    epoch: int = 0
    due_at: datetime | None = None


_POSTGRESQL = """
WITH a AS (
    SELECT id, epoch, due_at FROM exams_attempt
    WHERE id = %s AND CASE WHEN state = 'in_progress' AND voided_at IS NULL AND NOT blocked
      THEN transaction_timestamp() <= due_at + grace_s * interval '1 second' END
    FOR NO KEY UPDATE
), stored AS (
    INSERT INTO exams_answerevent (attempt_id, epoch, seq, slot, value, client_at, received_at, device)
    SELECT a.id, %s, i.seq, i.slot, i.value, i.client_at, transaction_timestamp(), %s
    FROM a CROSS JOIN ITEMS AS i (seq, slot, value, client_at)
    ON CONFLICT DO NOTHING RETURNING seq
), seen AS (
    UPDATE exams_presence p SET seen_at = transaction_timestamp() FROM a
    WHERE p.attempt_id = a.id AND p.seen_at < transaction_timestamp() - %s * interval '1 second'
)
SELECT transaction_timestamp(), (SELECT array_agg(seq) FROM stored), a.epoch, a.due_at
FROM (SELECT 1) AS one LEFT JOIN a ON TRUE
"""
# What a phone sends nearly always, and what it sends after it was without a line.
_SAVE_ONE = _POSTGRESQL.replace("ITEMS", "(SELECT %s::bigint, %s::text, %s::jsonb, %s::timestamptz)")
_SAVE_MANY = _POSTGRESQL.replace("ITEMS", "unnest(%s::bigint[], %s::text[], %s::jsonb[], %s::timestamptz[])")


def _write_postgresql(claims: Claims, items: Sequence[Item]) -> _Written:
    rows = [(item.seq, item.slot, _json(item.value), item.client_at) for item in items]
    if len(rows) == 1:
        sql, given = _SAVE_ONE, rows[0]
    else:
        sql, given = _SAVE_MANY, tuple([row[place] for row in rows] for place in range(4))
    with prepared_cursor(binary=True) as cursor:
        cursor.execute(sql, (claims.attempt_id, claims.epoch, claims.device, *given, PRESENCE_EVERY_S))
        at, seqs, epoch, due_at = cursor.fetchone()
    return _Written(at, frozenset(seqs or ()), epoch or 0, due_at)


def _json(value: Any) -> str | None:
    return None if value is None else compact(value)


_SQLITE = """
INSERT INTO exams_answerevent (attempt_id, epoch, seq, slot, value, client_at, received_at, device)
VALUES PLACES ON CONFLICT DO NOTHING RETURNING seq
"""


def _write_sqlite(claims: Claims, items: Sequence[Item]) -> _Written:
    at = clock.now()
    with transaction.atomic():
        attempt = Attempt.objects.defer("choice_orders").order_by("pk").filter(pk=claims.attempt_id).first()
        if attempt is None or attempt.blocked or not is_open(attempt, at):
            return _Written(at, frozenset())
        seqs = _insert_sqlite(claims, items, at)
        _touch_presence(attempt, at)
    return _Written(at, seqs, attempt.epoch, attempt.due_at)


def _insert_sqlite(claims: Claims, items: Sequence[Item], at: datetime) -> frozenset[int]:
    if not items:
        return frozenset()
    time = connection.ops.adapt_datetimefield_value
    rows = [
        (
            claims.attempt_id.hex,
            claims.epoch,
            item.seq,
            item.slot,
            _json(item.value),
            time(item.client_at),
            time(at),
            claims.device,
        )
        for item in items
    ]
    places = ", ".join(["(%s, %s, %s, %s, %s, %s, %s, %s)"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(_SQLITE.replace("PLACES", places), [value for row in rows for value in row])
        return frozenset(seq for (seq,) in cursor.fetchall())


def _touch_presence(attempt: Attempt, at: datetime) -> None:
    Presence.objects.filter(attempt=attempt, seen_at__lt=at - timedelta(seconds=PRESENCE_EVERY_S)).update(
        seen_at=at
    )


_FAST = {"postgresql": _write_postgresql, "sqlite": _write_sqlite}


# --- The whole -------------------------------------------------------------------------------------------


def save_answers(*, claims: Claims, items: Sequence[Item]) -> Saved:
    """Store what counts, keep what came late, and say for each item what became of it.

    Raises NotFound for an attempt that does not exist, Forbidden for one that is blocked (then the phone
    keeps its answers and may send them again).
    """
    paper = paper_of(claims.form_id)
    acks: dict[int, Ack] = {}
    first: dict[int, int] = {}  # seq → place of the first well-formed item that carries it
    for place, item in enumerate(items):
        if not _is_well_formed(paper, claims, item):
            acks[place] = Ack(item.seq, Status.REJECTED, None)
        else:
            first.setdefault(item.seq, place)
    written = _FAST[connection.vendor](claims, [items[place] for place in first.values()])
    for seq in written.seqs:
        acks[first[seq]] = Ack(seq, Status.STORED, written.at)
    left = [place for place in range(len(items)) if place not in acks]
    if written.due_at is not None and not left:
        saved = Saved([], written.at, State.IN_PROGRESS.value, written.epoch, written.due_at)
    else:
        saved = _save_slowly(claims, [items[place] for place in left], written.at)
        acks |= dict(zip(left, saved.acks, strict=True))
    return replace(saved, acks=[acks[place] for place in range(len(items))])


def _is_well_formed(paper: Paper, claims: Claims, item: Item) -> bool:
    try:
        paper.check_value(claims.attempt_id, item.slot, item.value)
    except WireError:
        return False
    text = _json(item.value)
    return text is None or len(text.encode()) <= MAX_VALUE_BYTES


def _save_slowly(claims: Claims, items: Sequence[Item], at: datetime) -> Saved:
    """What the fast statement did not insert, under the same stamp: duplicate, conflict, late."""
    attempt = Attempt.objects.filter(pk=claims.attempt_id).order_by("pk").first()
    if attempt is None:
        raise NotFound("not_found", "没有找到这次作答。")
    settle_if_overdue(attempt, at)
    with transaction.atomic():
        attempt = lock_attempt(claims.attempt_id)
        taking = is_open(attempt, at)
        if taking and attempt.blocked:
            raise blocked()
        known = _known(claims, items)
        acks = []
        for item in items:
            if item.seq not in known:
                known[item.seq] = _keep(attempt, claims, item, at, taking)
                acks.append(Ack(item.seq, Status.STORED if taking else Status.LATE, at))
            else:
                acks.append(_ack_known(known[item.seq], item))
    return Saved(acks, at, shown_to_candidate(attempt), attempt.epoch, attempt.due_at)


def _known(claims: Claims, items: Iterable[Item]) -> dict[int, AnswerEvent | Quarantine]:
    """What is on disk under the numbers of these items."""
    key = {
        "attempt_id": claims.attempt_id,
        "epoch": claims.epoch,
        "seq__in": [item.seq for item in items],
    }
    late = {one.seq: one for one in Quarantine.objects.filter(**key)}
    return late | {one.seq: one for one in AnswerEvent.objects.filter(**key)}


def _ack_known(kept: AnswerEvent | Quarantine, item: Item) -> Ack:
    if kept.slot != item.slot or not same_value(kept.value, item.value):
        return Ack(item.seq, Status.CONFLICT, kept.received_at)
    status = Status.LATE if isinstance(kept, Quarantine) else Status.DUPLICATE
    return Ack(item.seq, status, kept.received_at)


def _keep(
    attempt: Attempt, claims: Claims, item: Item, at: datetime, taking: bool
) -> AnswerEvent | Quarantine:
    row: dict[str, Any] = {
        "attempt": attempt,
        "epoch": claims.epoch,
        "seq": item.seq,
        "slot": item.slot,
        "value": item.value,
        "client_at": item.client_at,
        "received_at": at,
        "device": claims.device,
    }
    if taking:
        return AnswerEvent.objects.create(**row)
    return Quarantine.objects.create(**row, reason=_late_reason(attempt))


def _late_reason(attempt: Attempt) -> QuarantineReason:
    if attempt.voided_at is not None:
        return QuarantineReason.VOIDED
    if attempt.blocked:
        return QuarantineReason.BLOCKED
    return QuarantineReason.LATE if attempt.settled else QuarantineReason.CLOSED
