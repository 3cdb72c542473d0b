"""In how many forms of an exam one item may stand: published ones and new ones together, whatever is done."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from random import Random
from uuid import UUID

import pytest

from exams.domain.blueprints import change_blueprint
from exams.domain.form_editing import pickable, replace_item
from exams.domain.forms import CannotAssemble, build_forms, rebuild_form
from exams.domain.pool import uses_in_exam
from exams.domain.publishing import publish_form, publish_forms
from exams.models import Form, FormRole, Slot
from examsite.lib.errors import Conflict, Invalid
from questionbanks.models import Item
from tests.factories import AT, make_bank
from tests.papers_world import Office, items_of, make_office, section

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    """Forms of six from twenty items."""
    office = make_office()
    furnish(office, single=12, true_false=8)
    return office


def furnish(office: Office, *, single: int, true_false: int) -> None:
    name = f"小题库{single}和{true_false}"
    office.bank = make_bank(office.tree.town, name, single=single, true_false=true_false)
    change_blueprint(
        blueprint=office.blueprint,
        name=office.blueprint.name,
        banks=[office.bank],
        sections=(section("single", 4, "15"), section("true_false", 2, "20")),
        duration_s=3600,
        most_exams=None,
        at=AT,
        actor=office.officer,
    )
    office.exam.refresh_from_db()


def uses(office: Office) -> Counter[UUID]:
    """Item → in how many forms of the exam, drafts and published ones; counted by hand."""
    pairs = Slot.objects.filter(form__exam=office.exam).values_list("form", "version__item")
    return Counter(item for _, item in set(pairs))


def publish(office: Office) -> list[Form]:
    return publish_forms(exam=office.exam, at=AT, actor=office.officer, second_person=False)


def tinker(office: Office, random: Random) -> None:
    """A draft is drawn anew, an item replaced by an equivalent, one replaced by any item of the bank."""
    drafts = list(Form.objects.filter(exam=office.exam, published_at=None).order_by("code"))
    form = random.choice(drafts)
    slot = random.choice(list(form.slots.order_by("order")))
    with suppress(CannotAssemble, Conflict):
        rebuild_form(form=random.choice(drafts), seed=random.randrange(99), at=AT, actor=office.officer)
    slot = form.slots.get(order=slot.order)
    with suppress(Conflict):
        slot = replace_item(slot=slot, at=AT, actor=office.officer)
    item = random.choice(list(office.bank.items.filter(kind=slot.kind).order_by("number")))
    with suppress(Invalid):
        replace_item(slot=slot, item=item, at=AT, actor=office.officer)


@pytest.mark.parametrize("cap", [1, 2, 3])
@pytest.mark.parametrize("seed", range(4))
def test_no_item_passes_the_cap_whatever_is_built_and_done_by_hand(
    office: Office, cap: int, seed: int
) -> None:
    """Forms are published, some as reserves or withdrawn since; then more, until the bank is empty."""
    random = Random(10 * cap + seed)
    furnish(office, single=random.randrange(7, 12), true_false=random.randrange(4, 8))
    for number in range(12):
        more = random.randint(0, 1) if number else 0
        try:
            office.build(forms=1 + more, reserves=more, cap=cap, seed=number)
        except CannotAssemble:
            break
        assert max(uses(office).values()) <= cap
        for _ in range(3):
            tinker(office, random)
            assert max(uses(office).values()) <= cap
        published = publish(office)
        Form.objects.filter(pk=random.choice(published).pk).update(role=random.choice(FormRole.values))
    else:
        pytest.fail("the bank never ran dry")
    assert number > 0


@pytest.mark.parametrize("cap", [2, 3])
def test_the_same_seed_gives_the_same_forms_beside_published_ones(office: Office, cap: int) -> None:
    office.build(forms=2, reserves=1, cap=cap, seed=1)
    publish(office)

    def drawn() -> list[list[UUID]]:
        made = office.build(forms=2, reserves=0, cap=cap, seed=5)
        return [list(form.slots.order_by("order").values_list("version__item", flat=True)) for form in made]

    assert drawn() == drawn()


def test_published_and_new_uses_are_counted_together(office: Office) -> None:
    """Three items, two in a form: with a cap of two they serve three forms, and not a fourth."""
    furnish(office, single=12, true_false=3)
    office.build(forms=1, reserves=0, cap=2)
    publish(office)
    office.build(forms=2, reserves=0, cap=2, seed=2)
    assert sorted(uses(office)[one.pk] for one in office.bank.items.filter(kind="true_false")) == [2, 2, 2]
    publish(office)
    with pytest.raises(CannotAssemble) as refused:
        office.build(forms=1, reserves=0, cap=2, seed=3)
    assert refused.value.message == (
        "题库不够，没有组卷：“二、判断题”要 2 道，符合条件的只够 0 道，差 2 道"
        "（另有 3 道在本场别的卷里已用满）。可以允许同一题用在 3 套卷里（连同本场别的卷）。"
    )
    office.build(forms=1, reserves=0, cap=3, seed=3)
    assert max(uses(office).values()) == 3


@pytest.mark.parametrize("role", FormRole.values)
def test_every_published_form_counts_and_a_draft_does_not(office: Office, role: str) -> None:
    (form,) = office.build(forms=1, reserves=0)
    assert uses_in_exam(office.exam) == {}
    publish(office)
    Form.objects.filter(pk=form.pk).update(role=role)
    assert uses_in_exam(office.exam) == {str(one): 1 for one in items_of(form)}


def test_beside_a_draft_the_other_drafts_count(office: Office) -> None:
    first, second, _ = office.build(forms=3, reserves=0)
    publish_form(form=first, at=AT, actor=office.officer, second_person=False)
    counted = uses_in_exam(office.exam, besides=second)
    assert set(counted.values()) == {1}
    assert set(map(UUID, counted)) == set(uses(office)) - items_of(second)


def test_an_item_at_the_cap_is_neither_offered_nor_taken_by_hand(office: Office) -> None:
    first, second = office.build(forms=2, reserves=0)
    publish_form(form=first, at=AT, actor=office.officer, second_person=False)
    slot = second.slots.get(order=1)
    taken = first.slots.get(order=1).version.item
    offered = {one.pk for one in pickable(second, slot, at=AT)}
    assert offered & items_of(first) == set()
    assert len(offered) == 12 - 4 - 4
    with pytest.raises(Invalid) as refused:
        replace_item(slot=slot, item=taken, at=AT, actor=office.officer)
    assert refused.value.message == ("这道题已在A卷上；组卷时定的是同一题最多用在 1 套卷里，请换一道。")
    assert taken.pk not in items_of(second)


def test_below_the_cap_a_hand_may_pick_it(office: Office) -> None:
    first, second = office.build(forms=2, reserves=0, cap=2)
    slot = second.slots.get(order=1)
    item = Item.objects.get(pk=min(items_of(first) & {one.pk for one in pickable(second, slot, at=AT)}))
    replace_item(slot=slot, item=item, at=AT, actor=office.officer)
    assert uses(office)[item.pk] == 2


def test_an_equivalent_comes_from_other_forms_only_when_no_free_one_is_left(office: Office) -> None:
    Item.objects.filter(bank=office.bank).update(difficulty=2)
    first, second = office.build(forms=2, reserves=0, cap=2)
    assert items_of(first) & items_of(second) == set()
    for _ in range(2):
        slot = replace_item(slot=second.slots.get(order=1), at=AT, actor=office.officer)
        assert slot.version.item_id not in items_of(first)
    spare = office.bank.items.filter(kind="single").exclude(pk__in=items_of(first) | items_of(second))
    spare.update(state="retired")
    slot = replace_item(slot=second.slots.get(order=1), at=AT, actor=office.officer)
    assert slot.version.item_id in items_of(first)


def test_without_a_cap_a_hand_picks_freely(office: Office) -> None:
    """Papers that were brought along, and makeups: nobody has said how often an item may stand."""
    first, second = office.build(forms=2, reserves=0)
    Form.objects.filter(pk=second.pk).update(cap=None)
    item = first.slots.get(order=1).version.item
    replace_item(slot=second.slots.get(order=1), item=item, at=AT, actor=office.officer)
    assert uses(office)[item.pk] == 2


def test_a_locked_item_stays_and_the_others_keep_to_the_cap(office: Office) -> None:
    first, second = office.build(forms=2, reserves=0, cap=2)
    slot = second.slots.get(order=1)
    item = Item.objects.get(pk=min(items_of(first) & {one.pk for one in pickable(second, slot, at=AT)}))
    slot = replace_item(slot=slot, item=item, at=AT, actor=office.officer)
    Slot.objects.filter(pk=slot.pk).update(locked=True)
    rebuild_form(form=second, seed=9, at=AT, actor=office.officer)
    assert items_of(first) & items_of(second) == {item.pk}


def test_the_cap_is_kept_with_the_forms_but_not_with_those_of_a_makeup(office: Office) -> None:
    people = office.freeze(people=2)
    assert [form.cap for form in office.build(cap=2)] == [2, 2, 2]
    publish(office)
    built = build_forms(
        exam=office.exam, forms=1, reserves=1, seed=1, seen_by=people, at=AT, actor=office.officer
    )
    assert [form.cap for form in built.forms] == [None, None]
