"""Forms changed by hand: items replaced, picked, locked, moved."""

from __future__ import annotations

from datetime import timedelta

import pytest

from exams.domain import form_editing as editing
from exams.domain.form_writing import slots_of
from exams.domain.forms import (
    rebuild_form,
)
from exams.models import Slot
from examsite.lib.errors import Conflict, DomainError, Invalid
from examsite.people.models import AuditRecord
from questionbanks.domain.items import create_items
from questionbanks.models import Item
from tests.factories import AT, cite_ended_law, make_questions
from tests.papers_world import LATER, Office, items_of

pytestmark = pytest.mark.django_db


def test_an_item_is_replaced_by_its_like(office: Office) -> None:
    form = office.build()[0]
    slot = slots_of(form)[0]
    old, code = slot.version.item, slot.code
    new = editing.replace_item(slot=slot, at=LATER, actor=office.officer)
    assert new.version.item != old
    assert (new.version.item.kind, new.version.item.difficulty) == (old.kind, old.difficulty)
    assert (new.order, new.code, new.points) == (1, code, slot.points)
    others = Slot.objects.exclude(form=form).filter(form__exam=office.exam)
    assert new.version.item_id not in set(others.values_list("version__item", flat=True))


def test_where_nothing_is_alike_the_office_is_told(office: Office) -> None:
    form = office.build(forms=5, reserves=0)[0]  # takes every multiple-choice item
    slot = next(one for one in slots_of(form) if one.kind == "multiple")
    with pytest.raises(Conflict) as refusal:
        editing.replace_item(slot=slot, at=LATER, actor=office.officer)
    assert refusal.value.code == "no_equivalent"


def test_an_item_picked_by_hand_must_fit(office: Office) -> None:
    form = office.build()[0]
    first, second = slots_of(form)[:2]
    picked = editing.pickable(form, first, at=LATER)[0]
    assert (
        editing.replace_item(slot=first, item=picked, at=LATER, actor=office.officer).version.item == picked
    )
    other_kind = Item.objects.filter(bank=office.bank, kind="multiple").first()
    draft = create_items(
        bank=office.bank, questions=make_questions("single", 1, source="新"), at=AT, actor=None
    )[0]
    for item, sentence in (
        (other_kind, "替换的题要与原题题型相同。"),
        (draft, "只能选已审定、未过时的题。"),
        (picked, "这道题已在本卷上。"),
    ):
        with pytest.raises(DomainError) as refusal:
            editing.replace_item(slot=second, item=item, at=LATER, actor=office.officer)
        assert refusal.value.message == sentence


def test_locked_items_stay_when_the_rest_is_drawn_anew(office: Office) -> None:
    form = office.build()[0]
    first = slots_of(form)[0]
    editing.lock_item(slot=first, locked=True, at=LATER, actor=office.officer)
    before = items_of(form)
    rebuilt = rebuild_form(form=form, seed=99, at=LATER, actor=office.officer)
    assert first.version.item_id in items_of(rebuilt)
    assert items_of(rebuilt) != before
    assert rebuilt.slots.filter(locked=True).count() == 1
    assert rebuilt.slots.count() == 20
    others = Slot.objects.exclude(form=form).filter(form__exam=office.exam)
    assert items_of(rebuilt) & set(others.values_list("version__item", flat=True)) == set()


def test_items_move_within_their_section_only(office: Office) -> None:
    form = office.build()[0]
    slots = slots_of(form)
    editing.move_item(slot=slots[0], steps=1, at=LATER, actor=office.officer)
    moved = slots_of(form)
    assert [one.pk for one in moved[:3]] == [slots[1].pk, slots[0].pk, slots[2].pk]
    assert [one.order for one in moved] == list(range(1, 21))
    editing.move_item(slot=moved[4], steps=5, at=LATER, actor=office.officer)
    assert [one.pk for one in slots_of(form)] == [one.pk for one in moved]


def test_every_deed_by_hand_is_logged_with_the_question(office: Office) -> None:
    form = office.build()[0]
    editing.lock_item(slot=slots_of(form)[2], locked=True, at=LATER, actor=office.officer)
    entry = AuditRecord.objects.get(action="form.lock")
    assert entry.after == {"question": 3}
    assert entry.actor == office.officer


def test_an_item_of_ended_law_is_neither_offered_nor_taken_by_hand(office: Office) -> None:
    form = office.build()[0]
    slot = slots_of(form)[0]
    item = editing.pickable(form, slot, at=AT)[0]
    cite_ended_law(item, ended_on=AT.date())
    assert item not in editing.pickable(form, slot, at=AT, limit=1000)
    assert item in editing.pickable(form, slot, at=AT - timedelta(days=1), limit=1000)
    with pytest.raises(Invalid) as refusal:
        editing.replace_item(slot=slot, item=item, at=AT, actor=office.officer)
    assert refusal.value.code == "not_approved"
