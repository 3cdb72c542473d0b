"""Workbooks of figures: what the page says, numbers as numbers, no name for those who may not see it."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from examsite.people.models import Role
from tests.exams.web.test_leaders import ninety_eight_of_104, page, signed_in
from tests.exams.web.test_records_pages import release, sat
from tests.figures_world import ExamWorld, Try, make_town

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_cache():
    cache.clear()


def book(client: Client, name: str, *args: object, **query: str) -> Workbook:
    reply = client.get(reverse(f"exams:{name}", args=args), query)
    assert reply.status_code == 200
    return load_workbook(io.BytesIO(reply.content))


def rows(found: Workbook, sheet: str) -> list[tuple[Any, ...]]:
    return list(found[sheet].iter_rows(min_row=2, values_only=True))


def test_the_headline_has_both_counts_of_every_rate():
    world = ninety_eight_of_104()
    found = book(signed_in(world.town.town), "rates_book", world.exam.pk)
    by_name = {row[0]: row[1:] for row in rows(found, "概况") if row[0]}
    assert by_name["应考人数"][:1] == (104,)
    assert by_name["参考率"] == (0.9423, 98, 104, "turnout_rate", 1)
    assert by_name["合格率"] == (0.9694, 95, 98, "pass_rate", 1)
    assert by_name["首考合格率"] == (0.9184, 90, 98, "first_pass_rate", 1)


def test_first_tries_makeups_and_final_results_stand_side_by_side():
    world = ninety_eight_of_104()
    client = signed_in(world.town.town)
    stages = rows(book(client, "rates_book", world.exam.pk), "首考补考最终")
    assert [row[:6] for row in stages] == [
        ("首考", 104, 98, 0.9423, 90, 0.9184),
        ("补考", 14, 5, 0.3571, 5, 1),
        ("最终", 104, 98, 0.9423, 95, 0.9694),
    ]
    text = page(client, "rates", world.exam.pk)
    for shown in ("首考、补考与最终", "35.71%", "91.84%"):
        assert shown in text


def test_the_groups_add_up_to_their_total():
    world = ninety_eight_of_104()
    found = rows(book(signed_in(world.town.town), "rates_book", world.exam.pk, level="village"), "按单位")
    groups = [row for row in found if row[0] and row[0] != "合计" and not row[0].startswith("注：")]
    total = next(row for row in found if row[0] == "合计")
    assert sorted(row[0] for row in groups) == ["东风村", "柳行村", "清水村", "石桥村"]
    for column in (2, 3, 5):
        assert sum(row[column] for row in groups) == total[column]


def test_small_groups_and_open_results_tell_no_rate():
    world = ExamWorld(make_town())
    world.people(3, 80, unit="东风村")
    world.people(9, 80, unit="石桥村")
    client = signed_in(world.town.town)
    found = rows(book(client, "rates_book", world.exam.pk, level="village"), "按单位")
    assert [row[4] for row in found[:2]] == ["·", "·"]
    world.person(Try(None))
    world.main.released_at = None
    world.main.save()
    cache.clear()
    headline = rows(book(client, "rates_book", world.exam.pk), "概况")
    assert [row[1:4] for row in headline if row[0] == "合格率"] == [("—", None, None)]


def test_without_a_frozen_roster_there_is_no_rate_in_it():
    world = ExamWorld(make_town(), roster_frozen_at=None)
    world.people(9, 80)
    headline = rows(book(signed_in(world.town.town), "rates_book", world.exam.pk), "概况")
    assert [row[1:4] for row in headline if row[0] == "参考率"] == [("—", None, None)]
    assert [row[1] for row in headline if row[0] == "参考人数"] == [9]


def test_the_definitions_are_in_the_last_sheet():
    world = ninety_eight_of_104()
    found = book(signed_in(world.town.town), "year_book", category=world.exam.category_id, year="2022")
    assert found.sheetnames[-1] == "口径说明"
    assert [row[3] for row in rows(found, "口径说明") if row[0] == "pass_rate"] == ["合格÷参考"]


def test_names_of_the_missing_are_for_the_units_own():
    world = ninety_eight_of_104()
    own = book(signed_in(world.town.town), "missing_book", world.exam.pk)
    assert own.sheetnames == ["人数", "名单"]
    assert len(rows(own, "名单")) == 9
    above = book(signed_in(world.town.county), "missing_book", world.exam.pk)
    assert above.sheetnames == ["人数"]
    assert rows(above, "人数") == [("柳行村", "不合格", 3), ("清水村", "缺考", 6)]


@pytest.mark.parametrize("name", ["rates_book", "missing_book"])
def test_another_towns_workbook_is_not_found(name):
    world = ninety_eight_of_104()
    other = signed_in(make_town("白水镇", county=world.town.county).town)
    assert other.get(reverse(f"exams:{name}", args=[world.exam.pk])).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_item_statistics_as_numbers():
    world = sat(6)
    client = signed_in(world.town, Role.OFFICER)
    assert client.get(reverse("exams:form_book", args=[world.form.pk])).status_code == 404  # nothing is out
    release(world)
    found = book(client, "form_book", world.form.pk)
    assert [row[4] for row in rows(found, "逐题")] == [1, 0, 0.5]
    assert dict(row[:2] for row in rows(found, "整卷") if row[0] != "说明")["人数"] == 6
