"""Handing in: the last unsent answers, the digest both sides must agree on, the receipt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from django.db import transaction

from examsite.lib.errors import Conflict

from ..engine.sheet import Sheet
from ..engine.tokens import Claims
from ..engine.transitions import State
from ..models import Receipt
from .attempts import blocked, is_overdue, lock_attempt
from .closing import close_and_mark, latest_receipt, settle_locked
from .saving import Ack, Item, save_answers
from .sheets import read_log
from .stamps import moment


class Outcome(Enum):
    HANDED_IN = "handed_in"
    NOT_HOLDER = "not_holder"
    DIGEST_MISMATCH = "digest_mismatch"


@dataclass(frozen=True, slots=True)
class Submission:
    """What came of it. `receipt` is there when it is handed in; `sheet` is the server's, for a mismatch."""

    outcome: Outcome
    acks: list[Ack]
    at: datetime
    epoch: int
    receipt: Receipt | None = None
    sheet: Sheet | None = None


def submit_attempt(
    *, claims: Claims, items: Sequence[Item], sheet_digest: str | None, note: str = ""
) -> Submission:
    """Store `items`, then close the attempt if its holder and the server see the same sheet.

    Any number of calls give the same receipt; a closed attempt answers with the one it has. The items are
    kept whatever the outcome. `note` goes into the history (a second mismatch handed in with the server's
    sheet). Raises NotFound, Forbidden for a blocked and Conflict for a void attempt.
    """
    acks: list[Ack] = []
    if items:
        saved = save_answers(claims=claims, items=items)
        acks, at = saved.acks, saved.at
    else:
        at = moment()
    with transaction.atomic():
        attempt = lock_attempt(claims.attempt_id)
        if is_overdue(attempt, at):
            receipt = settle_locked(attempt, at)
            return Submission(Outcome.HANDED_IN, acks, at, attempt.epoch, receipt=receipt)
        if attempt.state != State.IN_PROGRESS.value:
            latest = latest_receipt(attempt.pk)
            return Submission(Outcome.HANDED_IN, acks, at, attempt.epoch, receipt=latest)
        if attempt.voided_at is not None:
            raise Conflict("voided", "这次作答已作废，请找监考人员。")
        if attempt.blocked:
            raise blocked()
        if (attempt.epoch, attempt.device) != (claims.epoch, claims.device):
            return Submission(Outcome.NOT_HOLDER, acks, at, attempt.epoch)
        log = read_log(attempt.pk)
        if sheet_digest is not None and sheet_digest != log.digest:
            return Submission(Outcome.DIGEST_MISMATCH, acks, at, attempt.epoch, sheet=log.sheet)
        receipt = close_and_mark(attempt, at=at, submitted_at=at, log=log, settled=False, note=note)
    return Submission(Outcome.HANDED_IN, acks, at, attempt.epoch, receipt=receipt)
