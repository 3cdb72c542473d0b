"""Observed facilities reach the items: enough answers only, nothing else of the item changes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from examsite.lib import clock
from examsite.people.models import AuditRecord
from questionbanks.domain.calibration import ENOUGH, calibrate_items
from questionbanks.models import Item
from tests.exam_world import MACHINE, make_world

pytestmark = pytest.mark.django_db


def test_only_items_with_enough_answers_are_told():
    world = make_world(questions=MACHINE)
    one, two, three = Item.objects.order_by("pk")
    facilities = {
        one.pk: (Decimal("0.5000"), ENOUGH),
        two.pk: (Decimal("0.9000"), ENOUGH - 1),
        three.pk: (Decimal("1.0000"), 400),
    }
    versions = list(Item.objects.order_by("pk").values_list("current", flat=True))
    assert calibrate_items(facilities=facilities, at=clock.now(), actor=world.officer) == 2
    assert list(Item.objects.order_by("pk").values_list("facility", flat=True)) == [
        Decimal("0.5"), None, Decimal(1),
    ]  # fmt: skip
    assert list(Item.objects.order_by("pk").values_list("current", flat=True)) == versions
    assert AuditRecord.objects.filter(action="bank.calibrate").count() == 1


def test_told_twice_changes_nothing():
    world = make_world(questions=MACHINE)
    facilities = {Item.objects.first().pk: (Decimal("0.5000"), ENOUGH)}
    calibrate_items(facilities=facilities, at=clock.now(), actor=world.officer)
    assert calibrate_items(facilities=facilities, at=clock.now(), actor=world.officer) == 0
    assert AuditRecord.objects.filter(action="bank.calibrate").count() == 1


@pytest.mark.parametrize("facility", ["-0.0001", "1.0001"])
def test_what_is_no_share_is_left_out(facility):
    world = make_world(questions=MACHINE)
    facilities = {Item.objects.first().pk: (Decimal(facility), ENOUGH)}
    assert calibrate_items(facilities=facilities, at=clock.now(), actor=world.officer) == 0
