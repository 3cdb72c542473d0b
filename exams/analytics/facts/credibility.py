"""How the counting attempts of an exam came about: times, devices, and whole sheets where they are few."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.cache import cache

from ...domain.keys import load_keys, resolve_answers
from ...engine.marking import mark_sheet
from ...engine.sheet import fold
from ...models import AnswerEvent, Attempt, Exam, Mode, Slot
from ..credibility import Trace
from ..credibility import credibility_notes as notes_of
from .stamps import stamps_of

MOST_SHEETS = 1000  # sheets are compared up to so many; reading more of them would keep a page waiting
KEPT_S = 24 * 3600


def credibility_notes(exam: Exam, *, under: str, at: datetime) -> list[str]:
    """The notes beside an exam's rates, for the people under a path; made once for a state of the rows."""
    key = f"credibility-{exam.pk.hex}-{stamps_of([exam], at=at)[exam.pk].value}-{under[-33:-1]}"
    found = cache.get(key)
    if found is None:
        found = notes_of(_traces(exam, under, at))
        cache.set(key, found, KEPT_S)
    return list(found)


def _traces(exam: Exam, under: str, at: datetime) -> list[Trace]:
    attempts = list(
        Attempt.objects.filter(
            exam=exam, entry__unit_path__startswith=under, submitted_at__lte=at, voided_at__isnull=True
        ).only("pk", "form_id", "started_at", "submitted_at", "device", "mode", "settled")
    )
    questions: dict[UUID, int] = defaultdict(int)
    for form in Slot.objects.filter(form__exam=exam).values_list("form_id", flat=True):
        questions[form] += 1
    sheets = _sheets(attempts) if len(attempts) <= MOST_SHEETS else {}
    return [
        Trace(
            form_id=str(one.form_id),
            started_at=one.started_at,
            submitted_at=one.submitted_at,  # type: ignore[arg-type]
            device=one.device,
            questions=questions[one.form_id],
            is_own=one.mode == Mode.ONLINE and not one.settled,
            sheet=sheets.get(one.pk, ("", 0))[0],
            wrong=sheets.get(one.pk, ("", 0))[1],
        )
        for one in attempts
    ]


def _sheets(attempts: list[Attempt]) -> dict[UUID, tuple[str, int]]:
    """Attempt → its answers in the letters of the paper as one text, and how many of them are wrong."""
    events: dict[UUID, list[tuple[str, Any, int, int]]] = defaultdict(list)
    rows = AnswerEvent.objects.filter(attempt__in=attempts)
    for attempt, *event in rows.values_list("attempt_id", "slot", "value", "epoch", "seq"):
        events[attempt].append(tuple(event))  # type: ignore[arg-type]
    keys = {form: load_keys(form) for form in {one.form_id for one in attempts}}
    found = {}
    for one in attempts:
        of_form = keys[one.form_id]
        values = {slot: answer.value for slot, answer in fold(events[one.pk]).items()}
        answers = resolve_answers(of_form, one.pk, values)
        marks = mark_sheet(of_form.slots, answers)
        wrong = sum(mark.points is not None and mark.points < mark.possible for mark in marks)
        found[one.pk] = (repr(sorted(answers.items())), wrong)
    return found
