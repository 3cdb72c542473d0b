"""What first attempts earned by slot, law and unit: as an independent sum over the marks says."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from exams.analytics.facts.answers import first_answers, laws_of_slots
from exams.analytics.facts.people import people_of
from exams.analytics.facts.stored import StoredSums
from exams.domain.closing import settle_attempt
from exams.domain.releases import release_sitting
from exams.domain.saving import Item, save_answers
from exams.domain.submitting import submit_attempt
from exams.models import Mark
from examsite.lib import clock
from questionbanks.models import Edition, ItemCitation, Law
from tests.exam_world import MACHINE, World, claims_of, make_world

pytestmark = pytest.mark.django_db(transaction=True)


def sat(people: int = 3) -> World:
    """Everybody answers the first question right, the second wrong, and the third right if even."""
    world = make_world(people=people, questions=MACHINE)
    for number, seat in enumerate(world.seats):
        attempt = world.start(seat).attempt
        rights = (True, False, number % 2 == 0)
        items = [
            Item(
                seq=place + 1,
                slot=world.slots[place],
                value=world.value(attempt.pk, place, right),
                client_at=None,
            )
            for place, right in enumerate(rights)
        ]
        save_answers(claims=claims_of(attempt), items=items)
        submit_attempt(claims=claims_of(attempt), items=[], sheet_digest=None)
    return world


def released(world: World) -> None:
    world.sitting.closes_at = clock.now() - timedelta(seconds=1)
    world.sitting.save()
    release_sitting(sitting=world.sitting, at=clock.now(), actor=world.officer)


def cite(world: World, *names: str) -> list[Law]:
    """The first slot cites the first law twice (two articles), every slot the second law."""
    laws = []
    for name in names:
        law = Law.objects.create(title=name, short=name)
        laws.append(law)
        edition = Edition.objects.create(law=law, adopted_on="2020-01-01")
        for slot in world.form.slots.all():
            if len(laws) == 1 and slot.order > 1:
                continue
            for article in ("第一条", "第二条"):
                ItemCitation.objects.create(version=slot.version, edition=edition, article=article)
    return laws


def test_nothing_is_known_before_the_release():
    world = sat()
    people = people_of(world.exam, at=clock.now())
    assert first_answers(people, at=clock.now()).sums == {}


def test_sums_by_slot_are_those_of_the_marks():
    world = sat()
    released(world)
    found = first_answers(people_of(world.exam, at=clock.now()), at=clock.now())
    by_slot = {slot: earned.packed() for (slot, _), earned in found.sums.items()}
    expected = {}
    for slot in world.form.slots.all():
        marks = list(Mark.objects.filter(slot=slot))
        expected[slot.pk] = [
            len(marks),
            sum(one.points == one.possible for one in marks),
            int(100 * sum((one.points for one in marks), Decimal(0))),
            int(100 * sum((one.possible for one in marks), Decimal(0))),
        ]
    assert by_slot == expected
    assert [by_slot[slot.pk][:2] for slot in world.form.slots.order_by("order")] == [[3, 3], [3, 0], [3, 2]]


def test_a_corrected_mark_counts_once_with_its_newest_points():
    world = sat()
    released(world)
    old = Mark.objects.filter(slot__order=2).first()
    before = clock.now()
    Mark.objects.create(
        attempt=old.attempt, slot=old.slot, points=old.possible, possible=old.possible, rule=old.rule,
        key_version=2, sheet_digest=old.sheet_digest, at=clock.now(),
    )  # fmt: skip
    people = people_of(world.exam, at=clock.now())
    now = first_answers(people, at=clock.now())
    assert now.sums[old.slot_id, UUID(people[0].unit_id)].packed()[:2] == [3, 1]
    then = first_answers(people, at=before)
    assert then.sums[old.slot_id, UUID(people[0].unit_id)].packed()[:2] == [3, 0]


def test_what_a_correction_took_out_of_the_total_is_no_answer_any_more():
    world = sat()
    released(world)
    for old in Mark.objects.filter(slot__order=2):
        Mark.objects.create(
            attempt=old.attempt, slot=old.slot, points=0, possible=old.possible, rule="out",
            key_version=2, sheet_digest=old.sheet_digest, at=clock.now(),
        )  # fmt: skip
    found = first_answers(people_of(world.exam, at=clock.now()), at=clock.now())
    assert world.form.slots.get(order=2).pk not in {slot for slot, _ in found.sums}


def test_a_law_counts_each_of_its_slots_once_and_everybody_once():
    world = sat(people=4)
    first, every = cite(world, "村民委员会组织法", "宪法")
    released(world)
    laws = StoredSums([world.exam], at=clock.now()).of_unit(world.town.pk)[world.exam.pk].laws
    assert (laws[first.pk.hex].answers, laws[first.pk.hex].people) == (4, 4)
    assert (laws[first.pk.hex].earned, laws[first.pk.hex].possible) == (Decimal(8), Decimal(8))
    assert (laws[every.pk.hex].answers, laws[every.pk.hex].people) == (12, 4)
    assert (laws[every.pk.hex].earned, laws[every.pk.hex].possible) == (Decimal(10), Decimal(20))


def test_the_laws_of_a_slot_are_named_once():
    world = sat(people=1)
    law, _ = cite(world, "村民委员会组织法", "宪法")
    assert law.pk.hex in laws_of_slots(world.exam.pk)[world.form.slots.get(order=1).pk]
    assert len(laws_of_slots(world.exam.pk)[world.form.slots.get(order=2).pk]) == 1


def test_a_try_that_was_collected_empty_is_no_first_attempt():
    world = make_world(people=1, questions=MACHINE, duration_s=60, grace_s=0)
    attempt = world.start().attempt
    settle_attempt(attempt_id=attempt.pk, at=clock.now() + timedelta(hours=1))
    released(world)
    people = people_of(world.exam, at=clock.now())
    assert first_answers(people, at=clock.now()).sums == {}
