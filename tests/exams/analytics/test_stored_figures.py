"""Stored sums equal what the rows say, for every unit and cut; they are made again when rows change."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exams.analytics.cuts import CUTS
from exams.analytics.facts.people import people_of
from exams.analytics.facts.stored import RecountedSums, StoredSums
from exams.analytics.tally import Tally, pack, tally, tally_by, total, unpack
from exams.domain.standings import rule_of
from exams.models import Attempt, ExamFigures, RosterEntry, Sitting, UnitFigures
from tests.figures_world import LATER, NOVEMBER, ExamWorld, Try, make_town

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _no_cache():
    cache.clear()


def mixed() -> ExamWorld:
    world = ExamWorld(make_town(), full=120)
    world.people(3, 71, unit="东风村", birth_year=1950)
    world.people(2, 100, unit="柳行村", establishment="civil")
    world.person(40, Try(90, makeup=True), unit="柳行村", birth_year=1990)
    world.person(Try(60, mode="paper"), unit="石桥村", status="deferred")
    world.person(unit="清水村", status="exempt")
    world.person(Try(0, answered=False, settled=True), unit=world.town.office)
    world.person(99, unit=world.town.town)  # belongs to the town itself
    return world


def test_every_stored_sum_equals_what_the_people_say():
    world = mixed()
    people, rule = people_of(world.exam, at=LATER), rule_of(world.exam)
    StoredSums([world.exam], at=LATER).of_unit(world.town.town.pk)
    rows = {row.unit_id: row for row in UnitFigures.objects.all()}
    units = {UUID(unit) for person in people for unit in person.unit_ids}
    assert set(rows) == units
    for unit, row in rows.items():
        inside = [person for person in people if unit.hex in person.unit_ids]
        assert unpack(row.counts["all"][""]) == tally(inside, rule)
        for cut in set(row.counts) & set(CUTS):
            expected = tally_by(inside, rule, CUTS[cut].key)
            assert {key: unpack(one) for key, one in row.counts[cut].items()} == expected


def test_the_groups_of_every_cut_add_up_to_the_total():
    world = mixed()
    row = StoredSums([world.exam], at=LATER).of_unit(world.town.town.pk)[world.exam.pk]
    assert sorted(row.counts) == ["age", "all", "category", "establishment", "mode", "own", "sitting"]
    for cut in ("age", "category", "establishment", "mode", "sitting"):
        assert total(row.by(cut).values()) == row.total


def test_the_units_below_and_those_of_the_unit_itself_add_up_to_the_total():
    world = mixed()
    row = StoredSums([world.exam], at=LATER).of_unit(world.town.town.pk)[world.exam.pk]
    below = StoredSums([world.exam], at=LATER).below([world.town.town.pk])
    assert total([*(one.total for one in below), *row.by("own").values()]) == row.total


def test_what_is_stored_and_what_is_recounted_of_the_same_moment_are_the_same():
    world = mixed()
    stored, rows = StoredSums([world.exam], at=LATER), RecountedSums([world.exam], at=LATER)
    for unit in (world.town.county, world.town.town, world.town.north, world.town.villages["东风村"]):
        assert stored.of_unit(unit.pk) == rows.of_unit(unit.pk)
        assert stored.below([unit.pk]) == rows.below([unit.pk])


def test_packing_loses_nothing():
    counts = tally(people_of((world := mixed()).exam, at=LATER), rule_of(world.exam))
    assert unpack(pack(counts)) == counts
    assert unpack(pack(Tally())) == Tally()


def total_of(world: ExamWorld, at=LATER) -> Tally:
    return StoredSums([world.exam], at=at).of_unit(world.town.county.pk)[world.exam.pk].total


def moments() -> set:
    return set(ExamFigures.objects.values_list("computed_at", flat=True))


def test_settled_sums_are_not_made_again():
    world = mixed()
    total_of(world)
    total_of(world, LATER + 999 * SECOND)
    assert moments() == {LATER}


def new_points(world: ExamWorld) -> None:
    attempt = Attempt.objects.filter(points=71).first()
    world.event(attempt, "remark", "marked", "submitted", LATER)
    Attempt.objects.filter(pk=attempt.pk).update(points=120)
    world.event(attempt, "finish_marking", "submitted", "marked", LATER)


def void(world: ExamWorld) -> None:
    attempt = Attempt.objects.filter(points=71).first()
    Attempt.objects.filter(pk=attempt.pk).update(voided_at=LATER)
    world.event(attempt, "void", "marked", "marked", LATER)


def withdraw_release(world: ExamWorld) -> None:
    Sitting.objects.filter(pk=world.main.pk).update(released_at=None)


def change_rule(world: ExamWorld) -> None:
    world.exam.pass_line = Decimal(90)
    world.exam.save()


def exempt(world: ExamWorld) -> None:
    entry = RosterEntry.objects.filter(attempts__isnull=True, status="exempt").get()
    entry.events.create(
        action="restore",
        before="exempt",
        after="required",
        reason_code="returned",
        actor=entry.user,
        at=LATER,
    )
    RosterEntry.objects.filter(pk=entry.pk).update(status="required")


@pytest.mark.parametrize("change", [new_points, void, withdraw_release, change_rule, exempt])
def test_a_change_of_the_rows_makes_them_again(change):
    world = mixed()
    before = total_of(world)
    change(world)
    at = LATER + 120 * SECOND
    after = total_of(world, at)
    assert after != before
    assert after == tally(people_of(world.exam, at=at), rule_of(world.exam))


def test_while_somebody_answers_they_hold_for_seconds_only():
    world = ExamWorld(make_town())
    world.person(Try(None))
    at = NOVEMBER + 600 * SECOND
    assert total_of(world, at).taken == 1
    world.person(Try(None))
    assert total_of(world, at + 14 * SECOND).taken == 1
    assert total_of(world, at + 16 * SECOND).taken == 2


def test_a_change_just_now_is_looked_at_again_because_its_neighbours_may_not_be_committed():
    world = ExamWorld(make_town())
    entry = world.person(80)
    at = NOVEMBER + timedelta(hours=30)
    world.event(Attempt.objects.get(entry=entry), "claim", "marked", "marked", at - 5 * SECOND)
    total_of(world, at)
    assert ExamFigures.objects.get().is_settled is False
    total_of(world, at + 100 * SECOND)
    assert ExamFigures.objects.get().is_settled is True


def test_one_process_adds_up_and_the_others_show_what_there_is():
    world = mixed()
    total_of(world)
    new_points(world)
    cache.add(f"adding-up-{world.exam.pk.hex}", 1, 60)
    assert total_of(world, LATER + 120 * SECOND).highest != Decimal(100)
    assert moments() == {LATER}


@pytest.mark.parametrize("villages", [1, 4])
def test_the_number_of_statements_does_not_depend_on_the_number_of_units(villages):
    world = ExamWorld(make_town())
    for name in list(world.town.villages)[:villages]:
        world.people(2, 80, unit=name)
    total_of(world)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        StoredSums([world.exam], at=LATER + SECOND).below([world.town.town.pk])
    assert len(seen) == 8
