"""The end of an attempt: one receipt under the lock, and the machine's marks in the same transaction.

Marking stands behind a savepoint: where it fails, the receipt is kept and the sweeper comes again. An attempt
whose time is over is settled by whoever touches it next and by the sweeper; both record the due time, never
their own. Closing and marking are safe to run twice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from examsite.lib.ids import random_code
from examsite.people.models import User
from examsite.people.ready_queries import insert
from questionbanks.kinds.registry import KINDS

from ..engine import timing
from ..engine.marking import Total
from ..engine.sheet import answered_count
from ..engine.transitions import Action, State
from ..models import Attempt, Mark, Receipt, Slot
from .attempts import TIMED_MODES, is_overdue, lock_attempt, move_attempt
from .marking import mark_by_machine, mark_locked
from .papers import paper_of
from .sheets import Log, read_log

logger = logging.getLogger(__name__)
_T = TypeVar("_T")

NO_PRIVILEGE = "42501"  # PostgreSQL's insufficient_privilege
_MACHINE_KINDS = [code for code, kind in KINDS.items() if kind.machine_marked]


def write_receipt(attempt: Attempt, *, submitted_at: datetime, log: Log) -> Receipt:
    """The receipt of this log. Call under the attempt's lock.

    A number that exists already (one in a million million) fails the transaction; the caller's repeat gets
    another one.
    """
    code = random_code(8)
    receipt = Receipt(
        attempt=attempt,
        number=f"{code[:4]}-{code[4:]}",
        submitted_at=submitted_at,
        answered=answered_count(log.sheet),
        of=len(paper_of(attempt.form_id).slots),
        digest=log.digest,
        events=log.events,
    )
    insert(receipt)
    return receipt


def close_attempt(
    attempt: Attempt,
    *,
    at: datetime,
    submitted_at: datetime,
    log: Log,
    settled: bool,
    actor: User | None,
    note: str = "",
    total: Total | None = None,
) -> Receipt:
    """Move a locked, running attempt to `submitted` and write its receipt, in the same transaction.

    With a total, whose marks are written already, it goes on to `marked` at once.
    """
    finished = {} if total is None else {"points": total.points, "possible": total.possible}
    move_attempt(
        attempt,
        Action.SUBMIT,
        *([Action.FINISH_MARKING] if finished else []),
        at=at,
        actor=actor,
        reason=note,
        data={"settled": settled},
        submitted_at=submitted_at,
        settled=settled,
        waiting_device="",
        **finished,
    )
    return write_receipt(attempt, submitted_at=submitted_at, log=log)


def close_and_mark(
    attempt: Attempt,
    *,
    at: datetime,
    submitted_at: datetime,
    log: Log,
    settled: bool,
    note: str = "",
) -> Receipt:
    """Close a locked, running attempt, by its candidate or by the clock, and mark what a machine can.

    The marks are written first, so that the attempt's row, which stands in a dozen indexes, is written once.
    """
    total = _costing_no_receipt(attempt.pk, lambda: mark_locked(attempt=attempt, log=log, at=at))
    return close_attempt(
        attempt,
        at=at,
        submitted_at=submitted_at,
        log=log,
        settled=settled,
        actor=None,
        note=note,
        total=total,
    )


def latest_receipt(attempt_id: UUID) -> Receipt | None:
    """The receipt that counts: of a reopened attempt the newest, the older ones are kept."""
    return Receipt.objects.filter(attempt_id=attempt_id).order_by("-id").first()


def settle_attempt(*, attempt_id: UUID, at: datetime) -> Attempt:
    """Close and mark the attempt if its time is over, as of its due time; else leave it."""
    with transaction.atomic():
        attempt = lock_attempt(attempt_id)
        if is_overdue(attempt, at):
            settle_locked(attempt, at)
    return attempt


def settle_locked(attempt: Attempt, at: datetime) -> Receipt:
    """The same for a locked attempt that is overdue."""
    return close_and_mark(
        attempt,
        at=at,
        submitted_at=attempt.due_at,
        log=read_log(attempt.pk),
        settled=True,
    )


def settle_if_overdue(attempt: Attempt, at: datetime) -> Attempt:
    """What every touch does first; costs nothing while the attempt has time."""
    return settle_attempt(attempt_id=attempt.pk, at=at) if is_overdue(attempt, at) else attempt


def mark_closed(*, attempt_id: UUID, at: datetime) -> None:
    """Machine marking of an attempt that was closed elsewhere; its failure is the sweeper's business."""
    _costing_no_receipt(attempt_id, lambda: mark_by_machine(attempt_id=attempt_id, at=at))


def _costing_no_receipt(attempt_id: UUID, mark: Callable[[], _T]) -> _T | None:
    """What `mark` gives, or None: its failure takes back the marks alone, and the sweeper comes again.

    Where it took the whole transaction with it (the database is gone), there is no receipt to be spared, and
    the caller must not believe in one.
    """
    try:
        with transaction.atomic():
            return mark()
    except Exception as error:
        if connection.in_atomic_block and (connection.needs_rollback or connection.closed_in_transaction):
            raise
        if getattr(error.__cause__, "sqlstate", "") == NO_PRIVILEGE:
            return None  # a process that may not read keys (exam_role) leaves marking to the sweeper
        logger.exception("marking attempt %s failed; the sweeper will try again", attempt_id)
        return None


def sweep(*, at: datetime) -> tuple[int, int]:
    """Settle the silent attempts and mark the closed ones that a crash left unmarked.

    Returns how many were settled and how many marked late. Each attempt is a transaction of its own.
    """
    silent = Attempt.objects.filter(
        state=State.IN_PROGRESS.value, mode__in=TIMED_MODES, due_at__lt=at - timing.SWEEP_AFTER
    ).values_list("pk", "due_at", "grace_s")
    settled = 0
    for attempt_id, due, grace_s in list(silent):
        if timing.is_sweepable(at, due, grace_s):
            settle_attempt(attempt_id=attempt_id, at=at)
            settled += 1
    unmarked = Attempt.objects.filter(
        ~Exists(Mark.objects.filter(attempt=OuterRef("pk"))),
        Exists(Slot.objects.filter(form=OuterRef("form"), kind__in=_MACHINE_KINDS)),
        state=State.SUBMITTED.value,
    ).values_list("pk", flat=True)
    marked = 0
    for attempt_id in list(unmarked):
        mark_closed(attempt_id=attempt_id, at=at)
        marked += 1
    return settled, marked
