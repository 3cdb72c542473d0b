"""The annual report's pages: gaps, two people, and every digit three clicks from an answer."""

from __future__ import annotations

import html
import io
import re
import zipfile
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from docx import Document
from openpyxl import load_workbook

from exams.analytics.snapshots.freezing import kept_figure
from exams.analytics.snapshots.report_states import open_report
from exams.domain.annual import register_activity
from exams.domain.releases import release_sitting
from exams.domain.saving import Item, save_answers
from exams.domain.submitting import submit_attempt
from exams.models import AnnualReport, Attempt, ReportState, Snapshot
from examsite.lib import clock
from examsite.people.domain.approvals import decide
from examsite.people.domain.roles import grant_role
from examsite.people.models import Approval, Role
from tests.exam_world import MACHINE, World, claims_of, make_user, make_world
from tests.exams.web.test_leaders import page, signed_in
from tests.figures_world import LATER, ExamWorld, Town, Try, make_town

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_cache():
    cache.clear()


def year_of(town: Town) -> ExamWorld:
    """104 cadres and villagers, all passed in the end; one campaign."""
    world = ExamWorld(town)
    world.people(12, Try(80, mode="paper"), birth_year=1950)
    world.people(85, 80, unit="柳行村")
    world.people(7, 50, Try(70, makeup=True), unit="石桥村")
    register_activity(
        unit=town.town, kind="campaign", day=date(2022, 5, 1), place="广场", topic="宣传", audience=300,
        at=datetime(2022, 6, 1, tzinfo=UTC), today=date(2022, 6, 1), actor=None,
    )  # fmt: skip
    return world


def report_of(world: ExamWorld) -> AnnualReport:
    return open_report(unit=world.town.town, year=2022, at=LATER, actor=make_user("拟稿人"))


def links(text: str) -> list[str]:
    """Addresses of a page, as a browser would follow them."""
    return [html.unescape(one) for one in re.findall(r'href="([^"]+)"', text)]


# --- Opening and freezing ------------------------------------------------------------------------------


def test_an_officer_opens_a_report_and_sees_its_sentences():
    town = make_town()
    year_of(town)
    client = signed_in(town.town, Role.OFFICER)
    reply = client.post(reverse("exams:reports"), {"unit": str(town.town.pk), "year": "2022"})
    report = AnnualReport.objects.get()
    assert reply.url == reverse("exams:report", args=[report.pk])
    text = page(client, "report", report.pk)
    for shown in ("104", "300", "100%"):
        assert f">{shown}</a>" in text


def test_a_leader_reads_and_does_not_write():
    world = year_of(make_town())
    report = report_of(world)
    client = signed_in(world.town.town)
    assert "提交" not in page(client, "report", report.pk).split("</h1>")[1]
    deed = client.post(reverse("exams:report_deed", args=[report.pk]), {"deed": "submit"})
    assert deed.status_code == 403
    assert AnnualReport.objects.get().state == ReportState.DRAFT
    opened = client.post(reverse("exams:reports"), {"unit": str(world.town.town.pk), "year": "2021"})
    assert opened.status_code == 403
    assert AnnualReport.objects.count() == 1


@pytest.mark.parametrize("name", ["report", "report_word", "report_workbook", "report_pack"])
def test_another_towns_report_is_not_found(name):
    world = year_of(make_town())
    report = report_of(world)
    other = make_town("白水镇", county=world.town.county)
    reply = signed_in(other.town, Role.OFFICER).get(reverse(f"exams:{name}", args=[report.pk]))
    assert reply.status_code == 404


@pytest.mark.parametrize("year", ["", "1066", "abc"])
def test_a_year_that_is_none_is_refused(year):
    town = make_town().town
    reply = signed_in(town, Role.OFFICER).post(reverse("exams:reports"), {"unit": str(town.pk), "year": year})
    assert reply.status_code == 400
    assert AnnualReport.objects.count() == 0


def frozen(world: ExamWorld, client: Client) -> AnnualReport:
    """Submitted by the client, agreed to by a second officer."""
    report = report_of(world)
    client.post(reverse("exams:report_deed", args=[report.pk]), {"deed": "submit"})
    second = make_user("复核人")
    grant_role(user=second, role=Role.OFFICER, unit=world.town.town, at=LATER, actor=None)
    decide(approval=Approval.objects.get(), approve=True, at=clock.now(), actor=second)
    return AnnualReport.objects.get()


def test_two_people_freeze_it_and_a_change_is_said_on_its_page():
    world = year_of(make_town())
    client = signed_in(world.town.town, Role.OFFICER)
    report = frozen(world, client)
    assert report.state == ReportState.FROZEN
    assert "已冻结" in page(client, "report", report.pk)

    attempt = Attempt.objects.filter(points=80).first()
    now = clock.now()
    Attempt.objects.filter(pk=attempt.pk).update(voided_at=now)
    world.event(attempt, "void", "marked", "marked", now)
    text = page(client, "report", report.pk)
    assert "作废1份作答" in text
    assert ">104</a>" in text  # it says what it said
    assert "作废1份作答" in page(client, "snapshot", Snapshot.objects.get().pk)


def test_writing_it_anew_is_asked_first():
    world = year_of(make_town())
    client = signed_in(world.town.town, Role.OFFICER)
    report = frozen(world, client)
    assert "重新起草" in page(client, "report_take_back", report.pk)
    client.post(reverse("exams:report_take_back", args=[report.pk]))
    assert AnnualReport.objects.get().state == ReportState.DRAFT
    assert Snapshot.objects.count() == 1


def second_officer(world: ExamWorld) -> Client:
    """Another officer of the town, signed in."""
    second = make_user("复核人")
    grant_role(user=second, role=Role.OFFICER, unit=world.town.town, at=LATER, actor=None)
    client = Client()
    client.force_login(second)
    return client


def freeze(client: Client, world: ExamWorld, **data: str) -> str:
    """Where the card's button leads."""
    return client.post(reverse("exams:exam_card_freeze", args=[world.exam.pk, "pass_rate"]), data).url


def test_a_figure_is_frozen_on_its_card_by_two_people():
    world = year_of(make_town())
    client = signed_in(world.town.town, Role.OFFICER)
    second = second_officer(world)
    assert "提出冻结这个数字" in page(client, "exam_card", world.exam.pk, "pass_rate")
    card = client.get(freeze(client, world)).content.decode()
    assert "待第二人批准" in card
    assert "提出冻结这个数字" not in card
    assert Snapshot.objects.count() == 0
    approval = Approval.objects.get()
    shown = second.get(reverse("people:approval", args=[approval.pk])).content.decode()
    for words in ("合格率", "100%（104 ÷ 104）", "104 名应考人，111 份作答", approval.content["数字指纹"]):
        assert words in shown
    (look,) = [one for one in links(shown) if "/cards/" in one]
    assert "待第二人批准" in second.get(look).content.decode()
    assert approval.summary in page(client, "snapshots")
    second.post(reverse("people:approval", args=[approval.pk]), {"approve": "1"})
    snapshot = Snapshot.objects.get()
    assert "，复核人 核准" in page(client, "snapshot", snapshot.pk)
    assert "100%" in page(client, "snapshot", snapshot.pk)
    assert "合格率" in page(client, "snapshots")
    assert "待第二人批准" not in page(client, "exam_card", world.exam.pk, "pass_rate")


def test_what_has_changed_is_proposed_anew_on_the_card():
    world = year_of(make_town())
    client = signed_in(world.town.town, Role.OFFICER)
    second = second_officer(world)
    freeze(client, world)
    attempt = Attempt.objects.filter(points=80).first()
    Attempt.objects.filter(pk=attempt.pk).update(voided_at=clock.now())
    world.event(attempt, "void", "marked", "marked", clock.now())
    card = page(client, "exam_card", world.exam.pk, "pass_rate")
    assert "提出以后数字或其依据有变化" in card
    assert "提出冻结这个数字" in card
    first = Approval.objects.get()
    refused = second.post(reverse("people:approval", args=[first.pk]), {"approve": "1"})
    assert refused.status_code == 409
    assert "提出以后数字或其依据有变化" in refused.content.decode()
    freeze(client, world)
    again = Approval.objects.exclude(pk=first.pk).get()
    assert again.content["数值"] == "100%（103 ÷ 103）"
    second.post(reverse("people:approval", args=[again.pk]), {"approve": "1"})
    assert kept_figure(Snapshot.objects.get()).whole == 103


def test_a_card_that_looks_back_freezes_what_it_shows():
    world = year_of(make_town())
    client = signed_in(world.town.town, Role.OFFICER)
    november = datetime(2022, 12, 1, tzinfo=UTC).isoformat()
    assert f'value="{november}"' in page(client, "exam_card", world.exam.pk, "pass_rate", as_of=november)
    card = client.get(freeze(client, world, as_of=november)).content.decode()
    assert "待第二人批准" in card
    assert "提出冻结这个数字" not in card
    assert "提出冻结这个数字" in page(client, "exam_card", world.exam.pk, "pass_rate")
    assert Approval.objects.get().content["数值"] == "93.27%（97 ÷ 104）"


def test_no_rate_is_frozen_without_its_roster():
    world = ExamWorld(make_town(), roster_frozen_at=None)
    world.people(9, 80)
    client = signed_in(world.town.town, Role.OFFICER)
    assert "提出冻结这个数字" not in page(client, "exam_card", world.exam.pk, "pass_rate")
    assert "提出冻结这个数字" in page(client, "exam_card", world.exam.pk, "passed")


@pytest.mark.usefixtures("alone")
def test_alone_a_figure_is_frozen_on_its_card():
    world = year_of(make_town())
    client = signed_in(world.town.town, Role.OFFICER)
    assert "提出" not in page(client, "exam_card", world.exam.pk, "pass_rate")
    assert freeze(client, world) == reverse("exams:snapshot", args=[Snapshot.objects.get().pk])
    assert Approval.objects.count() == 0


def test_a_leader_sees_that_a_figure_waits_and_freezes_nothing():
    world = year_of(make_town())
    freeze(signed_in(world.town.town, Role.OFFICER), world)
    card = page(signed_in(world.town.town), "exam_card", world.exam.pk, "pass_rate")
    assert "待第二人批准" in card
    assert "冻结这个数字" not in card
    assert "/approvals/" not in card
    refused = signed_in(world.town.town).post(
        reverse("exams:exam_card_freeze", args=[world.exam.pk, "pass_rate"])
    )
    assert refused.status_code == 403
    assert Approval.objects.count() == 1
    assert Snapshot.objects.count() == 0


# --- Three clicks ----------------------------------------------------------------------------------------


def test_every_digit_of_the_report_leads_to_its_card():
    world = year_of(make_town())
    client = signed_in(world.town.town, Role.OFFICER)
    text = page(client, "report", report_of(world).pk)
    cards = sorted({one for one in links(text) if "/card?" in one})
    assert len(cards) > 5
    for card in cards:
        assert client.get(card).status_code == 200, card


def sat() -> World:
    """Two people answer three questions each; the results are out."""
    world = make_world(people=2, questions=MACHINE, unit=make_town().town)
    for seat in world.seats:
        attempt = world.start(seat).attempt
        items = [
            Item(place + 1, world.slots[place], world.value(attempt.pk, place, place != 1), None)
            for place in range(3)
        ]
        save_answers(claims=claims_of(attempt), items=items)
        submit_attempt(claims=claims_of(attempt), items=[], sheet_digest=None)
    world.exam.roster_frozen_at = clock.now()
    world.exam.save()
    world.sitting.closes_at = clock.now() - timedelta(seconds=1)
    world.sitting.save()
    release_sitting(sitting=world.sitting, at=clock.now(), actor=world.officer)
    return world


@pytest.mark.django_db(transaction=True)
def test_from_a_digit_to_an_answer_are_three_clicks():
    world = sat()
    client = signed_in(world.town)
    report = open_report(unit=world.town, year=world.exam.stat_year, at=clock.now(), actor=world.officer)
    first = [one for one in links(page(client, "report", report.pk)) if "/card?" in one and "exam%3A" in one]
    card = client.get(first[0]).content.decode()
    second = [one for one in links(card) if "/figures/attempts/" in one]
    text = client.get(second[0]).content.decode()
    assert world.user.name in text
    assert "村民会议由本村几周岁" in text
    assert "与回执一致" in text
    assert "3 / 5 分" in text


@pytest.mark.django_db(transaction=True)
def test_before_the_release_there_is_no_attempt_to_look_at():
    world = sat()
    address = reverse("exams:figure_attempt", args=[Attempt.objects.first().pk])
    assert signed_in(world.town).get(address).status_code == 200
    world.exam.sittings.update(released_at=None)
    assert signed_in(world.town).get(address).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_leaders_above_see_no_names_and_other_towns_nothing():
    world = sat()
    attempt = Attempt.objects.first()
    above = signed_in(world.town.parent)
    assert world.user.name not in page(above, "exam_card", world.exam.pk, "passed")
    assert world.user.name not in page(above, "figure_attempt", attempt.pk)
    other = signed_in(make_town("白水镇", county=world.town.parent).town)
    assert other.get(reverse("exams:figure_attempt", args=[attempt.pk])).status_code == 404
    assert other.get(reverse("exams:exam_card", args=[world.exam.pk, "passed"])).status_code == 404


def test_a_card_looks_back():
    world = year_of(make_town())
    client = signed_in(world.town.town)
    assert "：104" in page(client, "exam_card", world.exam.pk, "passed")
    november = datetime(2022, 12, 1, tzinfo=UTC).isoformat()
    assert "：97" in page(client, "exam_card", world.exam.pk, "passed", as_of=november)


@pytest.mark.parametrize("as_of", ["tomorrow", "2022-12-01T00:00:00", "2999-01-01T00:00:00+08:00", "²"])
def test_a_moment_that_is_none_is_now(as_of):
    world = year_of(make_town())
    assert "：104" in page(signed_in(world.town.town), "exam_card", world.exam.pk, "passed", as_of=as_of)


def test_no_card_tells_a_rate_without_a_frozen_roster():
    world = ExamWorld(make_town(), roster_frozen_at=None)
    world.people(9, 80)
    assert "名册未冻结，不列比率" in page(
        signed_in(world.town.town), "exam_card", world.exam.pk, "turnout_rate"
    )


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"measure": "x", "subject": "exam:1"},
        {"measure": "pass_rate", "subject": "exam:1"},
        {"measure": "activities", "subject": "activities:x"},
    ],
)
def test_a_strange_card_is_not_found(query):
    world = year_of(make_town())
    reply = signed_in(world.town.town).get(reverse("exams:card", args=[report_of(world).pk]), query)
    assert reply.status_code == 404


# --- Files ---------------------------------------------------------------------------------------------


def test_the_files_say_what_the_page_says():
    world = year_of(make_town())
    report = report_of(world)
    client = signed_in(world.town.town, Role.OFFICER)
    word = client.get(reverse("exams:report_word", args=[report.pk]))
    words = "\n".join(one.text for one in Document(io.BytesIO(word.content)).paragraphs)
    assert "合格率100%" in words
    book = client.get(reverse("exams:report_workbook", args=[report.pk]))
    assert "附表8 口径说明" in load_workbook(io.BytesIO(book.content)).sheetnames
    pack = client.get(reverse("exams:report_pack", args=[report.pk]))
    assert zipfile.ZipFile(io.BytesIO(pack.content)).testzip() is None
