"""The leaders' pages: true numbers, no rate without a frozen roster, nothing of other towns."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from examsite.people.domain.roles import grant_role
from examsite.people.models import Role, Unit, User
from tests.exam_world import make_user
from tests.figures_world import NOVEMBER, ExamWorld, Try, make_town

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_cache():
    cache.clear()


def signed_in(unit: Unit, role: Role = Role.LEADER) -> Client:
    """A client of whoever holds this role there; the same person every time."""
    username = f"{role}-{unit.pk.hex[-8:]}"
    if not User.objects.filter(username=username).exists():
        user = make_user("领导", username=username)
        grant_role(user=user, role=role, unit=unit, at=NOVEMBER, actor=None)
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


def page(client: Client, name: str, *args: object, **query: str) -> str:
    reply = client.get(reverse(f"exams:{name}", args=args), query)
    assert reply.status_code == 200
    return reply.content.decode()


def ninety_eight_of_104() -> ExamWorld:
    world = ExamWorld(make_town())
    world.people(60, 80, unit="东风村")
    world.people(30, 70, unit="石桥村")
    world.people(5, 50, Try(70, makeup=True), unit="柳行村")
    world.people(3, 50, unit="柳行村")
    world.people(6, unit="清水村")
    return world


def test_the_numbers_of_the_exam():
    world = ninety_eight_of_104()
    text = page(signed_in(world.town.town), "rates", world.exam.pk)
    for shown in ("104", "98", "94.23%", "95", "96.94%", "90", "91.84%", "6"):
        assert shown in text


def test_a_year_with_one_category_is_the_same_report():
    world = ninety_eight_of_104()
    client = signed_in(world.town.town)
    text = page(client, "figures", year="2022")
    assert "94.23%" in text
    assert "分数段" in text


@pytest.mark.parametrize("name", ["figures", "rates"])
def test_without_a_frozen_roster_there_are_counts_and_no_rate(name):
    world = ExamWorld(make_town(), roster_frozen_at=None)
    world.people(9, 80)
    text = page(signed_in(world.town.town), name, *([world.exam.pk] if name == "rates" else []))
    assert "名册" in text
    numbers = text.split("</h1>")[1].split("</section>")[0].replace("合格线 60%", "")
    assert "%" not in numbers


def test_without_a_frozen_roster_no_picture_tells_a_rate():
    world = ExamWorld(make_town(), roster_frozen_at=None)
    world.people(9, 80)
    reply = signed_in(world.town.town).get(reverse("exams:chart", args=[world.exam.pk, "rates", "svg"]))
    assert reply.status_code == 404


def test_before_the_release_nobody_sees_who_passed():
    world = ninety_eight_of_104()
    world.exam.sittings.update(released_at=None)
    text = page(signed_in(world.town.town), "rates", world.exam.pk)
    assert "94.23%" in text
    assert "96.94%" not in text
    assert "分数段" not in text


def test_two_exams_of_a_kind_are_listed_and_not_added():
    town = make_town()
    for title in ("第一次", "第二次"):
        ExamWorld(town, title=title).people(9, 80)
    text = page(signed_in(town.town), "figures", year="2022")
    assert "不能相加" in text
    assert "分数段" not in text


def test_a_county_adds_up_its_towns():
    first = make_town("青城镇")
    second = make_town("白水镇", county=first.county)
    ExamWorld(first).people(10, 80)
    ExamWorld(second).people(30, 40)
    text = page(signed_in(first.county), "figures", year="2022", category="law-wise")
    assert "25.00%" in text
    assert "白水镇" in text


def test_different_pass_lines_are_said_beside_the_sum():
    first = make_town("青城镇")
    second = make_town("白水镇", county=first.county)
    ExamWorld(first).people(10, 80)
    ExamWorld(second, pass_line=80).people(30, 80)
    text = page(signed_in(first.county), "figures", year="2022", category="law-wise")
    assert "各场考试合格线不同（60、80）" in text


def test_a_leader_sees_his_own_town_of_a_county_exam():
    first = make_town("青城镇")
    second = make_town("白水镇", county=first.county)
    world = ExamWorld(first, unit=first.county)
    world.people(10, 80, unit=first.villages["东风村"])
    world.people(30, 40, unit=second.villages["东风村"])
    text = page(signed_in(first.town), "rates", world.exam.pk)
    assert "100%" in text
    assert "白水镇" not in text
    reply = signed_in(second.town).get(
        reverse("exams:rates", args=[world.exam.pk]), {"unit": str(first.town.pk)}
    )
    assert reply.status_code == 404


@pytest.mark.parametrize("name", ["rates", "missing"])
def test_another_towns_exam_is_not_found(name):
    world = ninety_eight_of_104()
    other = make_town("白水镇", county=world.town.county)
    reply = signed_in(other.town).get(reverse(f"exams:{name}", args=[world.exam.pk]))
    assert reply.status_code == 404


def test_the_missing_by_village_with_names_for_the_towns_own_leader():
    world = ninety_eight_of_104()
    absent = world.exam.entries.filter(unit=world.town.villages["清水村"]).first()
    assert absent.name in page(signed_in(world.town.town), "missing", world.exam.pk)


def test_the_missing_are_numbers_for_leaders_above():
    world = ninety_eight_of_104()
    absent = world.exam.entries.filter(unit=world.town.villages["清水村"]).first()
    text = page(signed_in(world.town.county), "missing", world.exam.pk)
    assert "清水村" in text
    assert absent.name not in text


@pytest.mark.parametrize("name", ["rates", "bands", "years"])
@pytest.mark.parametrize(("format", "start"), [("png", b"\x89PNG"), ("svg", b"<?xml")])
def test_every_chart_as_png_and_svg(name, format, start):
    world = ninety_eight_of_104()
    client = signed_in(world.town.town)
    reply = client.get(reverse("exams:chart", args=[world.exam.pk, name, format]))
    assert reply.content.startswith(start)
    again = client.get(reverse("exams:chart", args=[world.exam.pk, name, format]))
    assert again.content == reply.content
    of_year = client.get(reverse("exams:year_chart", args=[name, format]), {"year": "2022"})
    assert of_year.content == reply.content


@pytest.mark.parametrize("cut", ["category", "establishment", "age", "mode", "sitting"])
def test_every_cut_has_its_groups(cut):
    world = ninety_eight_of_104()
    text = page(signed_in(world.town.town), "rates", world.exam.pk, cut=cut)
    assert {
        "category": "法律明白人",
        "establishment": "非编",
        "age": "未登记",
        "mode": "线上",
        "sitting": "正考（正考）",
    }[cut] in text


@pytest.mark.parametrize(
    "query", [{"year": "abcd"}, {"year": "1999"}, {"year": "²²²²"}, {"cut": "name"}, {"level": "x"}]
)
def test_a_strange_address_is_answered(query):
    world = ninety_eight_of_104()
    page(signed_in(world.town.town), "figures", **query)


def test_small_groups_are_numbers_only():
    world = ExamWorld(make_town())
    world.people(3, 80, unit="东风村")
    world.people(9, 80, unit="柳行村")
    text = page(signed_in(world.town.town), "rates", world.exam.pk, level="village")
    assert "人数不足（3人），只列人数" in text
    assert "为避免推算出人数过少的组，此格不显示" in text


def statements(villages: int) -> int:
    world = ExamWorld(make_town())
    for name in list(world.town.villages)[:villages]:
        world.people(6, 80, unit=name)
    client = signed_in(world.town.town)
    for _ in range(2):  # the first one adds up, the second one is what everybody sees
        with CaptureQueriesContext(connection) as seen:
            page(client, "figures", year="2022", level="village")
    return len(seen)


def test_the_number_of_statements_does_not_grow_with_the_units():
    assert statements(4) == statements(2)


def test_a_running_exam_says_so_and_refreshes():
    from examsite.lib import clock

    world = ExamWorld(make_town())
    now = clock.now()
    world.exam.sittings.filter(pk=world.main.pk).update(
        opens_at=now - timedelta(hours=1), closes_at=now + timedelta(hours=1), released_at=None
    )
    text = page(signed_in(world.town.town), "rates", world.exam.pk)
    assert 'data-live="15"' in text
    assert "正在进行" in text


def test_a_stranger_is_sent_to_sign_in():
    world = ninety_eight_of_104()
    assert Client().get(reverse("exams:rates", args=[world.exam.pk])).status_code == 302


def test_the_definitions_are_printed_from_the_measures():
    text = page(signed_in(make_town().town), "definitions")
    assert "名册人数＋冻结后新增－免考－移出" in text
