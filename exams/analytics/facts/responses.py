"""The answers to one form as arrays: first attempts only, results out, one row a person."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np
from django.core.cache import cache
from django.db.models import F, Window
from django.db.models.functions import RowNumber

from examsite.lib.percent import scaled_percent
from questionbanks.kinds.registry import KINDS

from ...domain.keys import FormKeys, load_keys
from ...domain.sheets import load_sheets
from ...engine.marking import MarkingSlot
from ...engine.shuffling import choice_ids
from ...models import ExamFigures, Form, Mark, Slot
from ..responses import Masks, ResponseMatrix
from ..stats import FormStats, analyze
from .answers import first_try
from .people import people_of
from .stamps import stamps_of

TRUE, FALSE = "对", "错"
KEPT_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class FormReport:
    """One form with its statistics; None while nobody's first attempt at it is out. `slots` in order."""

    form: Form
    slots: tuple[Slot, ...]
    stats: FormStats | None
    people: int


def form_report(form: Form, *, at: datetime) -> FormReport:
    """The statistics of a form, worked out once for a state of its exam's rows."""
    slots = tuple(form.slots.select_related("version__item", "section").order_by("order"))
    stamp = stamps_of([form.exam], at=at)[form.exam_id]
    key = f"form-stats-2-{form.pk.hex}-{stamp.value}"
    stats = cache.get(key)
    if stats is None:
        matrix = response_matrix(form, at=at)
        stats = (analyze(matrix, pass_percent=float(form.exam.pass_line)) if matrix else None,)
        if stamp.is_settled:
            cache.set(key, stats, KEPT_S)
    return FormReport(form, slots, stats[0], stats[0].n if stats[0] else 0)


def response_matrix(form: Form, *, at: datetime) -> ResponseMatrix | None:
    """Points and choices of everybody whose first attempt was at this form; None for nobody.

    Items are named by their number on the paper. Slots that a correction took out of the total are left out;
    what a blank answer earned is NaN.
    """
    tries = [first_try(person) for person in people_of(form.exam, at=at)]
    attempts = [UUID(one.attempt_id) for one in tries if one is not None and one.form_id == str(form.pk)]
    keys = load_keys(form.pk, at=at)
    slots = [slot for slot in keys.slots if not slot.key.out]
    if not attempts or not slots:
        return None
    points = _points(form, attempts, slots, keys, at)
    chosen, answered = _choices(attempts, slots, keys)
    points[~answered] = np.nan
    return ResponseMatrix(
        items=tuple(str(number) for number in _numbers(form, slots)),
        points=points,
        possible=np.array([float(slot.possible) for slot in slots]),
        chosen=chosen,
        keys=tuple(_key_mask(slot, keys) for slot in slots),
        options=tuple(_labels(slot, keys) for slot in slots),
    )


def _numbers(form: Form, slots: list[MarkingSlot]) -> list[int]:
    numbers = dict(form.slots.values_list("code", "order"))
    return [numbers[slot.code] for slot in slots]


def _points(
    form: Form, attempts: list[UUID], slots: list[MarkingSlot], keys: FormKeys, at: datetime
) -> np.ndarray[Any, np.dtype[np.float64]]:
    rows = {attempt: row for row, attempt in enumerate(attempts)}
    columns = {keys.slot_ids[slot.code]: column for column, slot in enumerate(slots)}
    points = np.zeros((len(attempts), len(slots)))
    newest = Window(RowNumber(), partition_by=[F("attempt_id"), F("slot_id")], order_by=F("id").desc())
    marks = Mark.objects.filter(attempt__form=form, at__lte=at).annotate(place=newest).filter(place=1)
    for attempt, slot, earned in marks.values_list("attempt_id", "slot_id", "points"):
        if attempt in rows and slot in columns:
            points[rows[attempt], columns[slot]] = float(earned)
    return points


def _labels(slot: MarkingSlot, keys: FormKeys) -> tuple[str, ...]:
    """The choices of a slot; () where people write."""
    if slot.kind == "true_false":
        return (TRUE, FALSE)
    return tuple(keys.questions[slot.code].labels) if KINDS[slot.kind].has_choices else ()


def _key_mask(slot: MarkingSlot, keys: FormKeys) -> int:
    labels = _labels(slot, keys)
    key = slot.key.keys[0] if slot.key.keys else None
    if slot.kind == "true_false":
        return 1 if key is True else 2
    return sum(1 << labels.index(label) for label in key) if labels and isinstance(key, tuple) else 0


def _choices(
    attempts: list[UUID], slots: list[MarkingSlot], keys: FormKeys
) -> tuple[Masks, np.ndarray[Any, np.dtype[np.bool_]]]:
    """Bit masks of what was chosen, and whether anything was answered at all."""
    chosen = np.zeros((len(attempts), len(slots)), dtype=np.int64)
    answered = np.zeros((len(attempts), len(slots)), dtype=bool)
    for start in range(0, len(attempts), 1000):
        part = attempts[start : start + 1000]
        sheets = load_sheets(part)
        for row, attempt in enumerate(part, start):
            sheet = sheets[attempt]
            for column, slot in enumerate(slots):
                value = sheet[slot.code].value if slot.code in sheet else None
                if value is None or value == [] or value == "":
                    continue
                answered[row, column] = True
                chosen[row, column] = _mask(value, slot, keys, attempt)
    return chosen, answered


def _mask(value: Any, slot: MarkingSlot, keys: FormKeys, attempt: UUID) -> int:
    if slot.kind == "true_false":
        return 1 if value is True else 2
    labels = _labels(slot, keys)
    if not labels:
        return 0
    ids = choice_ids(keys.salt, attempt, slot.code, labels)
    wanted = {value} if isinstance(value, str) else set(value)
    return sum(1 << place for place, label in enumerate(labels) if ids[label] in wanted)


def facilities_of(exam_ids: list[UUID]) -> dict[UUID, tuple[Decimal, int]]:
    """Item → (expected facility, people) from the stored first attempts of these exams, all forms together.

    A facility is a mean and may be pooled over forms; coefficients may not.
    """
    earned: dict[UUID, list[int]] = defaultdict(lambda: [0, 0, 0])
    items = dict(
        Slot.objects.filter(form__exam__in=exam_ids, part__isnull=True).values_list("pk", "version__item")
    )
    for slots in ExamFigures.objects.filter(exam__in=exam_ids).values_list("slots", flat=True):
        for slot, (answers, _, points, possible) in slots.items():
            item = items.get(UUID(slot))
            if item is not None:
                for place, amount in enumerate((points, possible, answers)):
                    earned[item][place] += amount
    return {
        item: (Decimal(scaled) / 10_000, answers)
        for item, (points, possible, answers) in earned.items()
        if (scaled := scaled_percent(points, possible, 2)) is not None
    }
