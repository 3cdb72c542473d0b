"""Figures through the API: the page's numbers, now and as of a moment; records with the same rules."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.core.cache import cache
from django.urls import reverse

from exams.analytics.measures import MEASURES
from exams.domain.annual import register_activity
from exams.models import Activity, Attempt, Snapshot
from examsite.lib import clock
from examsite.people.models import Approval, Role
from tests.exams.web.test_leaders import ninety_eight_of_104, signed_in
from tests.figures_world import ExamWorld, make_town

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_cache():
    cache.clear()


def get(client, name: str, *args: object, **query: object):
    return client.get(reverse(f"exams_api:{name}", args=args), query)


def by_measure(data: dict) -> dict[str, dict]:
    return {one["measure"]: one for one in data["figures"]}


def test_the_figures_of_an_exam_are_the_pages():
    world = ninety_eight_of_104()
    client = signed_in(world.town.town)
    data = get(client, "figures_exam", world.exam.pk).json()
    figures = by_measure(data)
    assert (figures["turnout_rate"]["part"], figures["turnout_rate"]["whole"]) == ("98", "104")
    page = client.get(reverse("exams:rates", args=[world.exam.pk])).content.decode()
    for measure in ("turnout_rate", "pass_rate", "first_pass_rate"):
        assert figures[measure]["text"] in page
    assert figures["turnout_rate"]["version"] == MEASURES["turnout_rate"].version


def without_moment(data: dict) -> dict:
    return {name: value for name, value in data.items() if name != "as_of"}


@pytest.mark.parametrize("query", [{}, {"level": "village"}, {"cut": "mode"}, {"cut": "sitting"}])
def test_asked_again_as_of_its_moment_it_is_the_same(query):
    world = ninety_eight_of_104()
    client = signed_in(world.town.town)
    shown = get(client, "figures_exam", world.exam.pk, **query).json()
    again = get(client, "figures_exam", world.exam.pk, as_of=shown["as_of"], **query).json()
    assert without_moment(again) == without_moment(shown)


def test_a_look_back_does_not_see_what_came_later():
    world = ninety_eight_of_104()
    client = signed_in(world.town.town)
    before = get(client, "figures_exam", world.exam.pk).json()
    attempt = Attempt.objects.filter(points=80).first()
    now = clock.now()
    Attempt.objects.filter(pk=attempt.pk).update(voided_at=now)
    world.event(attempt, "void", "marked", "marked", now)
    cache.clear()
    after = get(client, "figures_exam", world.exam.pk).json()
    assert by_measure(after)["passed"]["part"] == "94"
    looked_back = get(client, "figures_exam", world.exam.pk, as_of=before["as_of"]).json()
    assert without_moment(looked_back) == without_moment(before)


def test_small_groups_have_neither_numbers_nor_text():
    world = ExamWorld(make_town())
    world.people(3, 80, unit="东风村")
    world.people(9, 80, unit="柳行村")
    data = get(signed_in(world.town.town), "figures_exam", world.exam.pk, level="village").json()
    cells = {row["label"]: {one["measure"]: one for one in row["figures"]} for row in data["rows"]}
    assert cells["东风村"]["taken"]["part"] == "3"
    assert (cells["东风村"]["pass_rate"]["part"], cells["东风村"]["pass_rate"]["text"]) == (None, "")
    assert cells["东风村"]["pass_rate"]["hidden"] == "人数不足（3人），只列人数"


def test_before_the_release_no_field_tells_who_passed():
    world = ninety_eight_of_104()
    world.exam.sittings.update(released_at=None)
    data = get(signed_in(world.town.town), "figures_exam", world.exam.pk).json()
    figures = by_measure(data)
    assert figures["passed"]["part"] == "0"
    assert figures["pass_rate"]["part"] is None
    assert [one["people"] for one in data["bands"]] == [0, 0, 0, 0, 0]
    assert data["laws"] == []


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"as_of": "2999-01-01T00:00:00Z"}, 400),
        ({"as_of": "yesterday"}, 400),
        ({"cut": "name"}, 400),
        ({"colour": "red"}, 400),
        ({"unit": "00000000-0000-0000-0000-000000000000"}, 404),
    ],
)
def test_what_cannot_be_asked_is_refused(query, status):
    world = ninety_eight_of_104()
    reply = get(signed_in(world.town.town), "figures_exam", world.exam.pk, **query)
    assert reply.status_code == status
    assert reply["Content-Type"] == "application/problem+json"


def test_a_year_of_several_towns_is_added_up():
    first = make_town("青城镇")
    second = make_town("白水镇", county=first.county)
    ExamWorld(first).people(10, 80)
    ExamWorld(second).people(30, 40)
    data = get(signed_in(first.county), "figures_year", 2022).json()
    assert by_measure(data["total"])["pass_rate"]["text"] == "25.00%"
    assert len(data["exams"]) == 2


def test_a_year_that_cannot_be_added_says_why():
    town = make_town()
    for title in ("第一次", "第二次"):
        ExamWorld(town, title=title).people(9, 80)
    data = get(signed_in(town.town), "figures_year", 2022).json()
    assert data["total"] is None
    assert "不能相加" in data["why_not_added"]


@pytest.mark.parametrize("name", ["figures_exam", "figures_missing"])
def test_another_towns_exam_is_not_found(name):
    world = ninety_eight_of_104()
    other = make_town("白水镇", county=world.town.county)
    assert get(signed_in(other.town), name, world.exam.pk).status_code == 404


def test_the_definitions_are_those_that_compute():
    data = get(signed_in(make_town().town), "figures_definitions").json()
    assert {one["id"]: one["version"] for one in data} == {one.id: one.version for one in MEASURES.values()}


def test_a_chart_is_the_pages():
    world = ninety_eight_of_104()
    client = signed_in(world.town.town)
    page = client.get(reverse("exams:chart", args=[world.exam.pk, "bands", "svg"]))
    api = get(client, "figures_chart", world.exam.pk, "bands", "svg")
    assert api.content == page.content


# --- Snapshots and the register ------------------------------------------------------------------------


def test_a_figure_is_proposed_and_frozen_by_the_second_officer():
    world = ninety_eight_of_104()
    client = signed_in(world.town.town, Role.OFFICER)
    asked = {"exam": str(world.exam.pk), "measure": "pass_rate"}
    proposed = client.post(reverse("exams_api:snapshots"), asked, "application/json")
    assert proposed.status_code == 202
    approval = Approval.objects.get()
    assert proposed.json() == {"approvals": [str(approval.pk)], "state": "待第二人批准"}
    again = client.post(reverse("exams_api:snapshots"), asked, "application/json")
    assert again.json() == proposed.json()
    county = signed_in(world.town.county, Role.OFFICER)
    address = reverse("people_api:approval_decide", args=[approval.pk])
    answer = {"approve": True, "digest": approval.digest}
    assert client.post(address, answer, "application/json").status_code == 403
    assert county.post(address, answer, "application/json").status_code == 200
    (frozen,) = get(client, "snapshots").json()["results"]
    assert (frozen["digest"], frozen["approver"]) == (Snapshot.objects.get().digest, "领导")


@pytest.mark.usefixtures("alone")
def test_a_figure_is_frozen_and_looked_at_again():
    world = ninety_eight_of_104()
    client = signed_in(world.town.town, Role.OFFICER)
    made = client.post(
        reverse("exams_api:snapshots"),
        {"exam": str(world.exam.pk), "measure": "pass_rate"},
        "application/json",
    )
    assert made.status_code == 201
    data = get(client, "snapshot", made.json()["id"]).json()
    assert (data["figure"]["part"], data["figure"]["whole"]) == ("95", "98")
    assert (data["intact"], data["changes"], data["people"], len(data["attempts"])) == (True, [], 104, 103)


def test_a_leader_looks_and_does_not_freeze():
    world = ninety_eight_of_104()
    reply = signed_in(world.town.town).post(
        reverse("exams_api:snapshots"),
        {"exam": str(world.exam.pk), "measure": "pass_rate"},
        "application/json",
    )
    assert reply.status_code == 403
    assert Snapshot.objects.count() == 0


ENTRY = {"kind": "lecture", "date": "2022-05-01", "place": "会议室", "topic": "宪法", "audience": 60}


def test_an_activity_is_entered_corrected_and_struck_out():
    town = make_town().town
    client = signed_in(town, Role.OFFICER)
    made = client.post(reverse("exams_api:activities"), ENTRY | {"unit": str(town.pk)}, "application/json")
    assert made.status_code == 201
    address = reverse("exams_api:activity", args=[made.json()["id"]])
    changed = client.put(address, ENTRY | {"audience": 66, "reason": "清点"}, "application/json")
    assert changed.json()["audience"] == 66
    client.post(f"{address}/withdraw", {"reason": "重复"}, "application/json")
    assert Activity.objects.get().withdrawn_reason == "重复"


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"date": "2999-01-01"}, "future"), ({"audience": 10**9}, "audience"), ({"colour": "red"}, "invalid")],
)
def test_an_activity_that_cannot_be_true_is_refused(changes, code):
    town = make_town().town
    reply = signed_in(town, Role.OFFICER).post(
        reverse("exams_api:activities"), ENTRY | {"unit": str(town.pk)} | changes, "application/json"
    )
    assert (reply.status_code, reply.json()["code"]) == (400, code)
    assert Activity.objects.count() == 0


def test_a_report_is_opened_submitted_and_taken_back():
    world = ninety_eight_of_104()
    register_activity(
        unit=world.town.town, kind="campaign", day=date(2022, 5, 1), place="广场", topic="宣传", audience=300,
        at=datetime(2022, 6, 1, tzinfo=UTC), today=date(2022, 6, 1), actor=None,
    )  # fmt: skip
    client = signed_in(world.town.town, Role.OFFICER)
    made = client.post(
        reverse("exams_api:reports"), {"unit": str(world.town.town.pk), "year": 2022}, "application/json"
    ).json()
    data = get(client, "report", made["id"]).json()
    assert "应考104人，参考98人，参考率94.23%" in data["text"]
    assert data["gaps"] == []
    for name, state in (("report_submit", "review"), ("report_take_back", "draft")):
        assert client.post(reverse(f"exams_api:{name}", args=[made["id"]])).json()["state"] == state
    assert get(client, "report_file", made["id"], "docx").content[:2] == b"PK"


def test_only_officers_take_the_evidence_pack():
    world = ninety_eight_of_104()
    officer = signed_in(world.town.town, Role.OFFICER)
    made = officer.post(
        reverse("exams_api:reports"), {"unit": str(world.town.town.pk), "year": 2022}, "application/json"
    ).json()
    leader = signed_in(world.town.town)
    assert get(leader, "report_file", made["id"], "zip").status_code == 403
    assert get(leader, "report_file", made["id"], "xlsx").status_code == 200
