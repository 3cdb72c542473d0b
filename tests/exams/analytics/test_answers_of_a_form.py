"""The answers of a form as arrays: what people chose, what they earned; first attempts that are out."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from django.core.cache import cache

from exams.analytics.facts.responses import form_report, response_matrix
from exams.domain.releases import release_sitting
from exams.domain.saving import Item, save_answers
from exams.domain.submitting import submit_attempt
from exams.models import Attempt, AttemptEvent
from examsite.lib import clock
from tests.exam_world import MACHINE, World, claims_of, make_world

pytestmark = pytest.mark.django_db(transaction=True)

# Right, wrong, nothing: of the single choice, the multiple choice and the judgement.
ANSWERS = ((True, True, True), (False, True, False), (True, None, None))


def sat() -> World:
    cache.clear()
    world = make_world(people=3, questions=MACHINE)
    for seat, rights in zip(world.seats, ANSWERS, strict=True):
        attempt = world.start(seat).attempt
        items = [
            Item(place + 1, world.slots[place], world.value(attempt.pk, place, right), None)
            for place, right in enumerate(rights)
            if right is not None
        ]
        save_answers(claims=claims_of(attempt), items=items)
        submit_attempt(claims=claims_of(attempt), items=[], sheet_digest=None)
    world.exam.roster_frozen_at = clock.now()
    world.exam.save()
    world.sitting.closes_at = clock.now() - timedelta(seconds=1)
    world.sitting.save()
    release_sitting(sitting=world.sitting, at=clock.now(), actor=world.officer)
    return world


def by_person(world: World):
    """The rows of the matrix in the order of the seats."""
    matrix = response_matrix(world.form, at=clock.now())
    assert matrix is not None
    totals = np.nansum(matrix.points, axis=1)
    order = [int(np.flatnonzero(totals == points)[0]) for points in (5, 2, 2)]
    return matrix, order


def test_points_and_choices_are_what_was_answered():
    matrix, _ = by_person(sat())
    assert matrix.items == ("1", "2", "3")
    assert matrix.possible.tolist() == [2, 2, 1]
    assert matrix.keys == (2, 3, 1)
    assert matrix.options == (tuple("ABCD"), tuple("ABCD"), ("对", "错"))
    rows = {tuple(np.nan_to_num(row, nan=-1).tolist()) for row in matrix.points}
    assert rows == {(2.0, 2.0, 1.0), (0.0, 2.0, 0.0), (2.0, -1.0, -1.0)}
    assert {tuple(row) for row in matrix.chosen.tolist()} == {(2, 3, 1), (1, 3, 2), (2, 0, 0)}


def test_statistics_count_a_blank_as_nothing_earned():
    report = form_report(sat().form, at=clock.now())
    assert report.people == 3
    assert [round(item.facility, 4) for item in report.stats.items] == [0.6667, 0.6667, 0.3333]


def test_what_is_not_out_or_void_is_left_out():
    world = sat()
    attempt = Attempt.objects.order_by("pk").first()
    now = clock.now()
    Attempt.objects.filter(pk=attempt.pk).update(voided_at=now)
    AttemptEvent.objects.create(attempt=attempt, action="void", before="marked", after="marked", at=now)
    assert form_report(world.form, at=clock.now()).people == 2
    world.exam.sittings.update(released_at=None)
    assert form_report(world.form, at=clock.now()).stats is None
