"""The keys of a form: as published, with the corrections made since. Never read on the exam path.

What was published is read once per process; which corrections there are is asked every time, so that a
correction made in one process is known to all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from examsite.people.ready_queries import Given, ReadyQuery
from questionbanks.kinds import codec
from questionbanks.kinds.base import Answer, Question
from questionbanks.kinds.registry import kind

from ..engine.keys import Method, SlotKey, corrected
from ..engine.marking import MarkingSlot
from ..engine.shuffling import choice_ids
from ..models import Form, KeyCorrection, Slot


@dataclass(frozen=True, slots=True)
class FormKeys:
    """All that marking needs of a form; the same for every attempt at it.

    `questions` are as published; what earns marks now stands in `slots`.
    """

    salt: str
    slots: tuple[MarkingSlot, ...]
    slot_ids: Mapping[str, UUID]
    questions: Mapping[str, Question]

    @property
    def by_id(self) -> dict[UUID, MarkingSlot]:
        return {self.slot_ids[slot.code]: slot for slot in self.slots}


def question_in_slot(slot: Slot) -> Question:
    """The question a slot asks, with its published key: of a case group the part."""
    question = codec.from_json(slot.version.content, slot.version.key)
    return question if slot.part is None else question.parts[slot.part]


def question_id(slot: Slot) -> str:
    """The question in a slot, the same in all forms: the item version, and of a case group which part."""
    return str(slot.version_id) if slot.part is None else f"{slot.version_id}.{slot.part}"


@lru_cache(maxsize=64)
def _published(form_id: UUID) -> FormKeys:
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
                key=SlotKey((questions[slot.code].key,)),
                possible=slot.points,
                rule=slot.section.credit_rule,
                per_choice=slot.section.per_choice,
            )
            for slot in rows
        ),
        slot_ids={slot.code: slot.pk for slot in rows},
        questions=questions,
    )


@lru_cache(maxsize=64)
def _corrected(form_id: UUID, corrections: tuple[UUID, ...]) -> FormKeys:
    keys, histories = _published(form_id), _histories(form_id, corrections)
    return replace(
        keys,
        slots=tuple(replace(slot, key=histories[keys.slot_ids[slot.code]][-1]) for slot in keys.slots),
    )


@lru_cache(maxsize=64)
def _histories(form_id: UUID, corrections: tuple[UUID, ...]) -> dict[UUID, tuple[SlotKey, ...]]:
    by_id = _published(form_id).by_id
    found: dict[UUID, tuple[SlotKey, ...]] = {slot_id: (slot.key,) for slot_id, slot in by_id.items()}
    made = KeyCorrection.objects.in_bulk(corrections)
    touched = KeyCorrection.slots.through.objects.filter(
        keycorrection__in=corrections, slot__form=form_id
    ).values_list("keycorrection_id", "slot_id")
    slots_of: dict[UUID, list[UUID]] = {}
    for correction_id, slot_id in touched:
        slots_of.setdefault(correction_id, []).append(slot_id)
    for correction_id in corrections:
        for slot_id in slots_of[correction_id]:
            key = apply_correction(found[slot_id][-1], made[correction_id], by_id[slot_id].kind)
            found[slot_id] = (*found[slot_id], key)
    return found


def apply_correction(key: SlotKey, correction: KeyCorrection, kind_code: str) -> SlotKey:
    """The slot's key after this correction."""
    its_kind = kind(kind_code)
    return corrected(
        key, Method(correction.method), tuple(its_kind.key_from_json(one) for one in correction.keys)
    )


def load_keys(form_id: UUID, *, at: datetime | None = None) -> FormKeys:
    """The keys of a published form as they stand now or stood at `at`; one statement once it is known.

    (Two where something of it was corrected.)
    """
    ids = _corrections_of(form_id, at)
    return _corrected(form_id, ids) if ids else _published(form_id)


def key_histories(form_id: UUID) -> dict[UUID, tuple[SlotKey, ...]]:
    """Slot → every key it has had, from the published one to the one in force."""
    return _histories(form_id, _corrections_of(form_id, None))


_TOUCHING = ReadyQuery(
    lambda: KeyCorrection.slots.through.objects.filter(
        slot__form_id=Given("form", Form._meta.pk)
    ).values_list("keycorrection_id", flat=True)
)


def _corrections_of(form_id: UUID, at: datetime | None) -> tuple[UUID, ...]:
    found = set(_TOUCHING.all(form=form_id))
    if not found:
        return ()
    corrections = KeyCorrection.objects.filter(pk__in=found).order_by("at", "pk")
    if at is not None:
        corrections = corrections.filter(at__lte=at)
    return tuple(corrections.values_list("pk", flat=True))


def labels_of(keys: FormKeys, attempt_id: UUID, slot: str) -> dict[str, str]:
    """This attempt's choice ids of a slot → the labels of the item."""
    ids = choice_ids(keys.salt, attempt_id, slot, keys.questions[slot].labels)
    return {one: label for label, one in ids.items()}


def resolve_answer(keys: FormKeys, attempt_id: UUID, slot: str, value: Any) -> Answer:
    """A wire value → the answer in labels; None for a cleared one."""
    question = keys.questions[slot]
    if value is None:
        return None
    labels = labels_of(keys, attempt_id, slot) if question.choices else {}
    return kind(question.kind).resolve(value, labels)


def resolve_answers(keys: FormKeys, attempt_id: UUID, values: Mapping[str, Any]) -> dict[str, Answer]:
    """Wire values by slot → answers in labels; cleared and unknown slots are left out."""
    return {
        slot: resolve_answer(keys, attempt_id, slot, value)
        for slot, value in values.items()
        if value is not None and slot in keys.questions
    }
