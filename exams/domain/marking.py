"""Marking in the database: what a machine can decide, right after the close; safe to run twice.

Closing and marking are two transactions: a crash between them leaves `submitted`, which the next touch or
the sweeper picks up here. Keys are read in this module, in results and in corrections — never on the exam
path.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import transaction

from questionbanks.kinds import codec
from questionbanks.kinds.base import Answer, Question
from questionbanks.kinds.registry import kind

from ..engine import sheet as sheets
from ..engine.marking import MarkingSlot, mark_sheet, total_points
from ..engine.shuffling import choice_id
from ..engine.transitions import Action, State
from ..models import Attempt, Mark, Slot
from .attempts import lock_attempt, move_attempt
from .sheets import load_sheet

MACHINE = None  # the marker of marks that no person gave


@dataclass(frozen=True, slots=True)
class FormKeys:
    """All that marking needs of a form; the same for every attempt at it."""

    salt: str
    slots: tuple[MarkingSlot, ...]
    slot_ids: Mapping[str, UUID]
    sections: Mapping[str, int]
    questions: Mapping[str, Question]


def question_in_slot(slot: Slot) -> Question:
    """The question a slot asks, with its key: of a case group the part."""
    question = codec.from_json(slot.version.content, slot.version.key)
    return question if slot.part is None else question.parts[slot.part]


@lru_cache(maxsize=64)
def load_keys(form_id: UUID) -> FormKeys:
    """The keys of a published form, read once per process: a published form never changes."""
    rows = list(
        Slot.objects.filter(form_id=form_id).select_related("version", "section", "form").order_by("order")
    )
    questions = {slot.code: question_in_slot(slot) for slot in rows}
    return FormKeys(
        salt=rows[0].form.salt if rows else "",
        slots=tuple(
            MarkingSlot(
                code=slot.code,
                section=slot.section.order,
                kind=slot.kind,
                key=questions[slot.code].key,
                possible=slot.points,
                rule=slot.section.credit_rule,
                per_choice=slot.section.per_choice,
            )
            for slot in rows
        ),
        slot_ids={slot.code: slot.pk for slot in rows},
        sections={slot.code: slot.section.order for slot in rows},
        questions=questions,
    )


def labels_of(keys: FormKeys, attempt_id: UUID, slot: str) -> dict[str, str]:
    """This attempt's choice ids of a slot → the labels of the item."""
    return {choice_id(keys.salt, attempt_id, slot, label): label for label in keys.questions[slot].labels}


def resolve_answers(keys: FormKeys, attempt_id: UUID, values: Mapping[str, Any]) -> dict[str, Answer]:
    """Wire values by slot → answers in labels; cleared and unknown slots are left out."""
    return {
        slot: kind(keys.questions[slot].kind).resolve(value, labels_of(keys, attempt_id, slot))
        for slot, value in values.items()
        if value is not None and slot in keys.questions
    }


def newest_points(attempt_id: UUID, digest: str) -> dict[UUID, Decimal]:
    """Slot id → points of its newest mark on the sheet with this digest.

    Marks of an earlier sheet (before a reopening, or before a late answer was accepted) count no more.
    """
    marks = Mark.objects.filter(attempt_id=attempt_id, sheet_digest=digest)
    return dict(marks.order_by("id").values_list("slot_id", "points"))


@transaction.atomic
def mark_by_machine(*, attempt_id: UUID, at: datetime, keys: FormKeys | None = None) -> Attempt:
    """Mark what a machine can mark of a submitted attempt; finish marking when every slot has a mark.

    Slots that have a mark keep it. Does nothing for an attempt in another state. `keys` saves reading them
    again when many attempts at one form are marked.
    """
    attempt = lock_attempt(attempt_id)
    if attempt.state != State.SUBMITTED.value:
        return attempt
    keys = keys or load_keys(attempt.form_id)
    sheet = load_sheet(attempt.pk)
    answers = resolve_answers(keys, attempt.pk, {slot: one.value for slot, one in sheet.items()})
    digest = sheets.digest(sheet)
    have = newest_points(attempt.pk, digest)
    new = [
        Mark(
            attempt=attempt,
            slot_id=keys.slot_ids[one.code],
            points=one.points,
            possible=one.possible,
            rule=one.rule,
            marker=MACHINE,
            sheet_digest=digest,
            at=at,
        )
        for one in mark_sheet(keys.slots, answers)
        if one.points is not None and keys.slot_ids[one.code] not in have
    ]
    Mark.objects.bulk_create(new)
    have |= {mark.slot_id: mark.points for mark in new}
    finish_if_complete(attempt=attempt, points=have, keys=keys, at=at)
    return attempt


def finish_if_complete(
    *, attempt: Attempt, points: Mapping[UUID, Decimal], keys: FormKeys, at: datetime
) -> Decimal | None:
    """Store the total and move to `marked` once every slot has a mark; the total, or None while it is open.

    Call under the attempt's lock.
    """
    total = total_points(
        {code: points.get(slot_id) for code, slot_id in keys.slot_ids.items()}, keys.sections
    )
    if total is None:
        return None
    attempt.points = total
    attempt.save(update_fields=["points"])
    move_attempt(attempt, Action.FINISH_MARKING, at=at, actor=None, reason="")
    return total


def mark_many(*, attempt_ids: Iterable[UUID], at: datetime) -> int:
    """Mark submitted attempts one by one, each in its own transaction; keys are read once a form."""
    keys: dict[UUID, FormKeys] = {}
    count = 0
    forms = dict(Attempt.objects.filter(pk__in=list(attempt_ids)).values_list("pk", "form_id"))
    for attempt_id, form_id in forms.items():
        if form_id not in keys:
            keys[form_id] = load_keys(form_id)
        mark_by_machine(attempt_id=attempt_id, at=at, keys=keys[form_id])
        count += 1
    return count
