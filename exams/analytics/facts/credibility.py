"""How the attempts of an exam came about: times, devices, and whole sheets where they are few.

Looked at after the close alone: while somebody can still answer, nothing is compared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.core.cache import cache
from django.db.models import Q, QuerySet

from ...domain.keys import load_keys, resolve_answers
from ...domain.sheets import load_sheets
from ...engine.marking import mark_slot
from ...models import Attempt, AttemptEvent, Exam, Mode, Presence, Receipt, Slot
from ..credibility import Limits, Note, Trace, notes_by_attempt
from ..credibility import credibility_notes as notes_of
from .stamps import stamps_of

MOST_SHEETS = 1000  # sheets are compared up to so many; reading more of them would keep a page waiting
KEPT_S = 24 * 3600


def credibility_notes(exam: Exam, *, under: str, at: datetime, limits: Limits) -> list[str]:
    """The notes beside an exam's rates, for the people under a path; made once for a state of the rows."""
    key = _key(exam, f"credibility-{under[-33:-1]}", at, limits)
    found = cache.get(key)
    if found is None:
        found = notes_of(_traces(exam, _closed(exam, at).filter(entry__unit_path__startswith=under)), limits)
        cache.set(key, found, KEPT_S)
    return list(found)


def notes_in(exam: Exam, *, at: datetime, limits: Limits) -> dict[UUID, tuple[Note, ...]]:
    """Attempt → what stands out in it, over the whole exam; made once for a state of the rows."""
    key = _key(exam, "notes", at, limits)
    found: dict[UUID, tuple[Note, ...]] | None = cache.get(key)
    if found is None:
        notes = notes_by_attempt(_traces(exam, _closed(exam, at)), limits)
        found = {UUID(attempt): its for attempt, its in notes.items()}
        cache.set(key, found, KEPT_S)
    return found


def notes_beside(
    attempts: Sequence[Attempt], *, at: datetime, limits: Limits
) -> dict[UUID, tuple[Note, ...]]:
    """The notes of some attempts of one exam, however many people sat it: of the others' sheets only those
    are read that came to as many answers and points."""
    if not attempts:
        return {}
    closed = _closed(attempts[0].exam, at)
    wanted = [one.pk for one in attempts]
    answered = dict(
        Receipt.objects.filter(attempt__in=wanted).order_by("id").values_list("attempt", "answered")
    )
    alike = Q(pk__in=wanted)
    for one in attempts:
        if one.points is not None:
            alike |= Q(form=one.form_id, points=one.points, receipts__answered=answered.get(one.pk))
    peers = set(closed.filter(alike).values_list("pk", flat=True).distinct())
    notes = notes_by_attempt(_traces(attempts[0].exam, closed, sheets_of=peers), limits)
    return {pk: notes[str(pk)] for pk in wanted if str(pk) in notes}


def too_many_sheets(exam: Exam, *, at: datetime) -> bool:
    """Whether the sheets of the whole exam are not compared, because there are too many."""
    return _closed(exam, at).count() > MOST_SHEETS


def _key(exam: Exam, what: str, at: datetime, limits: Limits) -> str:
    over = [str(one.pk) for one in exam.sittings.order_by("pk") if one.closes_at <= at]
    stamp = stamps_of([exam], at=at)[exam.pk].value
    parts = sha256(repr((stamp, over, limits)).encode()).hexdigest()
    return f"{what}-{exam.pk.hex}-{parts}"


def _closed(exam: Exam, at: datetime) -> QuerySet[Attempt]:
    """Valid attempts handed in, of sittings that are over."""
    return Attempt.objects.filter(
        exam=exam,
        submitted_at__lte=at,
        voided_at__isnull=True,
        sitting__closes_at__lte=at,
    ).exclude(mode=Mode.EXTERNAL)


def _traces(
    exam: Exam, attempts: QuerySet[Attempt], sheets_of: Collection[UUID] | None = None
) -> list[Trace]:
    """`sheets_of`: the attempts whose sheets are read; all by default."""
    rows = list(
        attempts.only("pk", "entry_id", "form_id", "started_at", "submitted_at", "device", "mode", "settled")
    )
    questions: dict[UUID, int] = defaultdict(int)
    for form in Slot.objects.filter(form__exam=exam).values_list("form_id", flat=True):
        questions[form] += 1
    compared = [one for one in rows if sheets_of is None or one.pk in sheets_of]
    sheets = _sheets(compared) if len(compared) <= MOST_SHEETS else {}
    devices = _devices(exam, rows)
    return [
        Trace(
            attempt=str(one.pk),
            person=str(one.entry_id),
            form_id=str(one.form_id),
            started_at=one.started_at,
            submitted_at=one.submitted_at,
            devices=devices[one.pk],
            questions=questions[one.form_id],
            is_own=one.mode == Mode.ONLINE and not one.settled,
            sheet=sheets.get(one.pk, ("", 0))[0],
            wrong=sheets.get(one.pk, ("", 0))[1],
        )
        for one in rows
    ]


def _devices(exam: Exam, attempts: Sequence[Attempt]) -> dict[UUID, frozenset[str]]:
    """Attempt → the tabs and browsers that held it, of attempts on a screen without help."""
    own = {one.pk: one.device for one in attempts if one.mode == Mode.ONLINE}
    found: dict[UUID, set[str]] = {one.pk: {own.get(one.pk, "")} for one in attempts}
    started = Presence.objects.filter(attempt__exam=exam).values_list("attempt_id", "browser")
    claims = AttemptEvent.objects.filter(exam=exam, action="claim").values_list("attempt_id", "data")
    for attempt, browser in started:
        if attempt in own:
            found[attempt].add(browser)
    for attempt, data in claims:
        if attempt in own:
            found[attempt] |= {data.get(name, "") for name in ("device", "previous", "browser")}
    return {attempt: frozenset(names - {""}) for attempt, names in found.items()}


def _sheets(attempts: Sequence[Attempt]) -> dict[UUID, tuple[str, int]]:
    """Attempt → its answers in the letters of the paper as one text, and how many of them are wrong."""
    logs = load_sheets([one.pk for one in attempts])
    keys = {form: load_keys(form) for form in {one.form_id for one in attempts}}
    found = {}
    for one in attempts:
        of_form = keys[one.form_id]
        values = {slot: answer.value for slot, answer in logs[one.pk].items()}
        answers = resolve_answers(of_form, one.pk, values)
        marks = [
            mark_slot(slot, answers[slot.code])
            for slot in of_form.slots
            if not slot.key.out and answers.get(slot.code) is not None
        ]
        wrong = sum(mark.points is not None and mark.points < mark.possible for mark in marks)
        found[one.pk] = (repr(sorted(answers.items())) if answers else "", wrong)
    return found
