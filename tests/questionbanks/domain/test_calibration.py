"""Observed facilities reach the items: enough answers only, nothing else of the item changes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest

from examsite.lib import clock
from examsite.people.models import AuditRecord
from questionbanks.domain.calibration import ENOUGH, Finding, calibrate_items, record_findings
from questionbanks.domain.queries import findings_about
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


def finding(item: Item, *, place: int = 1, facility: str = "0.5000") -> Finding:
    return Finding(
        version_id=item.current_id,
        place=place,
        title="2022年考试 A卷",
        year=2022,
        people=40,
        full_marks=20,
        facility=Decimal(facility),
        discrimination=Decimal("0.3100"),
        item_rest=None,
        why="其余题目总分没有差异，无法计算",
        options=[],
        flags=["有无效选项"],
        is_suspect=False,
    )


def test_a_form_told_again_takes_the_place_of_what_it_told():
    world = make_world(questions=MACHINE)
    one, two, _ = Item.objects.order_by("pk")
    form, other = uuid4(), uuid4()
    first = [finding(one), finding(two, place=2)]
    assert record_findings(form=form, findings=first, at=clock.now(), actor=world.officer) == 2
    record_findings(form=other, findings=[finding(one)], at=clock.now(), actor=world.officer)
    again = [replace(finding(one), facility=Decimal("0.7000"))]
    assert record_findings(form=form, findings=again, at=clock.now(), actor=world.officer) == 1
    assert sorted(str(told.facility) for told in findings_about(one)) == ["0.5000", "0.7000"]
    assert findings_about(two) == []
    assert AuditRecord.objects.filter(action="bank.findings").count() == 3


def test_the_right_answers_are_a_pair_of_counts():
    world = make_world(questions=MACHINE)
    item = Item.objects.first()
    record_findings(form=uuid4(), findings=[finding(item)], at=clock.now(), actor=world.officer)
    assert str(findings_about(item)[0].right) == "50.00%"
