"""Answer sheets on paper: entered whole, then attempts like any other.

The same log, the same marking, the same receipt; only `mode` tells how it was made. Somebody who also sat on
a screen has two attempts then: the first valid submission stands, the other one is listed as a duplicate
(engine/results).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from examsite.lib.errors import Conflict, Invalid
from examsite.lib.ids import uuid7
from examsite.people.models import User
from questionbanks.kinds.base import Answer, WireError
from questionbanks.kinds.registry import KINDS

from ..engine.paper import Paper
from ..engine.shuffling import choice_ids
from ..engine.transitions import State
from ..models import AnswerEvent, Attempt, RosterStatus, Seat
from .attempts import TIMED_MODES, lock_attempt
from .closing import close_attempt, mark_closed, settle_if_overdue
from .papers import paper_of
from .sheets import read_log

CLERK = "clerk"  # the device of events that were keyed in


def wire_value(paper: Paper, attempt: Attempt, slot: str, answer: Answer) -> Any:
    """The value on the wire for an answer in the paper's own letters (those of the printed paper)."""
    if answer is None or isinstance(answer, bool | str):
        return answer
    kind = paper.slots[slot].kind
    if not KINDS[kind].has_choices:
        return list(answer)
    ids = choice_ids(paper.salt, attempt.pk, slot, paper.slots[slot].labels)
    unknown = [label for label in answer if label not in ids]
    if unknown:
        raise WireError(f"没有选项{'、'.join(unknown)}")
    chosen = sorted(ids[label] for label in answer)
    return chosen[0] if kind == "single" and len(chosen) == 1 else chosen


@dataclass(frozen=True, slots=True)
class FilledSheet:
    """A sheet as it was handed in: `answers` by slot code, in the letters of the printed paper (choices keep
    the form's order there)."""

    seat: Seat
    mode: str
    answers: Mapping[str, Answer]
    started_at: datetime
    submitted_at: datetime


def enter_sheet(*, sheet: FilledSheet, at: datetime, actor: User | None) -> Attempt:
    """One paper sheet as an attempt: its answers as events, closed when it was handed in, marked.

    Raises Conflict for a person who is excused, has no form, is answering on a screen just now, or whose
    sheet in this sitting is entered already; Invalid for an answer the paper does not have, naming its
    number, for impossible times, and for a mode whose attempts are made on a screen.
    """
    attempt = write_sheet(sheet=sheet, at=at, actor=actor)
    mark_closed(attempt_id=attempt.pk, at=at)
    attempt.refresh_from_db()
    return attempt


@transaction.atomic
def write_sheet(*, sheet: FilledSheet, at: datetime, actor: User | None) -> Attempt:
    """As `enter_sheet`, without the marking, which is a transaction of its own here."""
    if sheet.mode in TIMED_MODES:
        raise Invalid("mode", "线上和协助作答在考试页面上完成，不从答卷录入。")
    require_enterable(seat=sheet.seat, mode=sheet.mode, at=at)
    require_times(started_at=sheet.started_at, submitted_at=sheet.submitted_at, at=at)
    paper = paper_of(sheet.seat.form_id)
    attempt = _open_entered(sheet, paper)
    AnswerEvent.objects.bulk_create(_events(attempt, paper, sheet))
    close_attempt(
        attempt,
        at=at,
        submitted_at=sheet.submitted_at,
        log=read_log(attempt.pk),
        settled=False,
        actor=actor,
        note=f"录入{attempt.get_mode_display()}答卷",
    )
    return attempt


def require_times(*, started_at: datetime, submitted_at: datetime, at: datetime) -> None:
    """Raise Invalid for a sheet handed in before its start or after now."""
    if not started_at < submitted_at <= at:
        raise Invalid("times", "开考时间应早于交卷时间，交卷时间不能晚于现在。")


def require_enterable(*, seat: Seat, mode: str, at: datetime) -> None:
    """Raise Conflict when no sheet can be entered for this seat."""
    entry = seat.entry
    if entry.status in (RosterStatus.EXEMPT, RosterStatus.REMOVED):
        raise Conflict("excused", f"{entry}在名册中是“{entry.get_status_display()}”，不能录入。")
    if seat.form_id is None:
        raise Conflict("no_form", f"{entry}还没有分到试卷，请先发卷。")
    own = Attempt.objects.filter(entry=entry, voided_at__isnull=True)
    running = own.filter(state=State.IN_PROGRESS.value).first()
    if running is not None and settle_if_overdue(running, at).state == State.IN_PROGRESS.value:
        raise Conflict("running", f"{entry}正在线上作答，收卷以后才能录入。")
    if own.filter(sitting=seat.sitting, mode=mode).exists():
        raise Conflict("has_attempt", f"{entry}在本场的答卷已经录入过。录错了请先作废原来的一份。")


def _open_entered(sheet: FilledSheet, paper: Paper) -> Attempt:
    seat = sheet.seat
    attempt_id = uuid7()
    while not paper.fits(attempt_id):
        attempt_id = uuid7()
    # A printed paper is the same for all: choices stand in the form's order.
    orders = {code: "".join(labels) for code, labels in paper.choice_labels.items()}
    numbers = Attempt.objects.filter(entry=seat.entry, sitting=seat.sitting).values_list("number", flat=True)
    attempt = Attempt(
        id=attempt_id,
        exam_id=seat.sitting.exam_id,
        entry=seat.entry,
        sitting=seat.sitting,
        form_id=seat.form_id,
        number=max(numbers, default=0) + 1,
        mode=sheet.mode,
        device=CLERK,
        started_at=sheet.started_at,
        due_at=max(sheet.submitted_at, sheet.started_at + timedelta(seconds=seat.sitting.duration_s)),
        grace_s=seat.sitting.grace_s,
        choice_orders=orders,
    )
    attempt.save(force_insert=True)
    return lock_attempt(attempt.pk)


def _events(attempt: Attempt, paper: Paper, sheet: FilledSheet) -> list[AnswerEvent]:
    events = []
    for seq, (slot, answer) in enumerate(sheet.answers.items(), 1):
        if answer is None:
            continue
        try:
            if slot not in paper.slots:
                raise WireError("没有这道题")
            value = wire_value(paper, attempt, slot, answer)
            paper.check_value(attempt.pk, slot, value)
        except WireError as error:
            number = list(paper.slots).index(slot) + 1 if slot in paper.slots else slot
            raise Invalid("answer", f"第{number}题：{error}") from error
        events.append(
            AnswerEvent(
                attempt=attempt,
                epoch=attempt.epoch,
                seq=seq,
                slot=slot,
                value=value,
                client_at=None,
                received_at=sheet.submitted_at,
                device=CLERK,
            )
        )
    return events
