"""Who has not sat, reminders, and the record of a year, by programs."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail

from exams.models import Activity, Attempt, Reminder, Sitting
from examsite.lib import clock
from examsite.people.domain.accounts import change_person
from examsite.people.domain.voice import unseen_messages
from examsite.people.models import AuditRecord, Role
from tests.calls import Calls
from tests.exam_world import World, make_world
from tests.factories import AT, UnitTree, make_member, make_staff, make_unit_tree

pytestmark = pytest.mark.django_db
CHINA = ZoneInfo("Asia/Shanghai")
TEXT = "周五前请参加考试"


def calls(user: object) -> Calls:
    return Calls(user, app="exams_api")  # type: ignore[arg-type]


@pytest.fixture
def hour(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The hour of today in China that the site takes it to be; a test may change it."""
    day, asked = datetime.now(CHINA), [12]
    monkeypatch.setattr(clock, "now", lambda: day.replace(hour=asked[0], minute=0, second=0))
    return asked


@pytest.fixture
def tree() -> UnitTree:
    return make_unit_tree()


@pytest.fixture
def world(hour: list[int], tree: UnitTree) -> World:
    world = make_world(people=3, unit=tree.town)
    Sitting.objects.update(closes_at=clock.now() + timedelta(days=2))
    return world


@pytest.fixture
def call(world: World) -> Calls:
    return calls(world.officer)


def test_who_has_not_sat(world: World, call: Calls) -> None:
    world.start(world.seats[0])
    rows = call("get", "absent", world.exam.pk)["results"]
    assert {row["id"] for row in rows} == {str(seat.entry_id) for seat in world.seats[1:]}
    assert set(rows[0]) == {"id", "name", "unit", "unit_name", "admission_number"}
    shown = call("get", "reminders", world.exam.pk)
    assert shown == {"missing": 2, "left": 2, "quiet": False, "may_list": False, "sent": []}


def test_twice_and_no_more(world: World, call: Calls) -> None:
    world.start(world.seats[0])
    first = call("post", "reminders", world.exam.pk, channel="site", text=TEXT, status=201)
    assert (first["number"], first["recipients"], first["sent_by"]) == (1, 2, world.officer.name)
    told = world.seats[1].entry.user
    assert [one.text for one in unseen_messages(user=told)] == [TEXT]
    assert unseen_messages(user=world.seats[0].entry.user) == []
    mailed = {"channel": "mail", "text": TEXT}
    assert call("post", "reminders", world.exam.pk, **mailed, status=400)["code"] == "address"
    call("post", "reminders", world.exam.pk, **mailed, address="liaison@example.org", status=201)
    assert mail.outbox[0].to == ["liaison@example.org"]
    assert call("post", "reminders", world.exam.pk, channel="site", text=TEXT, status=409)["code"] == "enough"
    shown = call("get", "reminders", world.exam.pk)
    assert (shown["left"], [one["channel"] for one in shown["sent"]]) == (0, ["site", "mail"])
    assert AuditRecord.objects.filter(action="exam.remind").count() == 2


def test_nobody_is_disturbed_by_night(world: World, call: Calls, hour: list[int]) -> None:
    hour[0] = 22
    again = calls(world.officer)
    assert again("get", "reminders", world.exam.pk)["quiet"] is True
    refused = again("post", "reminders", world.exam.pk, channel="site", text=TEXT, status=409)
    assert (refused["code"], Reminder.objects.count()) == ("quiet", 0)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"channel": "pigeon", "text": TEXT}, "channel"),
        ({"channel": "site", "text": " "}, "invalid"),
        ({"channel": "mail", "text": TEXT, "address": "nobody"}, "invalid"),
        ({"channel": "site", "text": TEXT, "number": 1}, "invalid"),
    ],
)
def test_a_reminder_that_is_none(world: World, call: Calls, data: dict[str, str], code: str) -> None:
    assert call("post", "reminders", world.exam.pk, **data, status=400)["code"] == code
    assert Reminder.objects.count() == 0


def test_the_list_with_numbers_needs_two_people_and_is_made_once(world: World, call: Calls) -> None:
    user = world.seats[0].entry.user
    change_person(user=user, name="张三", phone="13800001234", at=clock.now(), actor=world.officer)
    wanted = {"channel": "file", "text": TEXT}
    (asked,) = call("post", "reminders", world.exam.pk, **wanted, status=202)["approvals"]
    assert Reminder.objects.count() == 0
    second = Calls(world.second_officer)
    shown = second("get", "approval", asked)
    second("post", "approval_decide", asked, approve=True, digest=shown["digest"])
    assert call("get", "reminders", world.exam.pk)["may_list"] is True
    lines = call("post", "reminders", world.exam.pk, **wanted, status=201).decode("utf-8-sig").splitlines()
    assert (lines[0], len(lines)) == ("姓名,单位,手机号,内容", 4)
    assert len([line for line in lines if "13800001234" in line]) == 1
    call("post", "reminders", world.exam.pk, **wanted, status=202)
    assert Reminder.objects.count() == 1


@pytest.mark.parametrize("role", [Role.LEADER, Role.INVIGILATOR])
def test_who_does_not_run_the_exam_neither_sees_nor_reminds(world: World, role: Role) -> None:
    other = calls(make_staff(world.exam.unit, role))
    other("get", "absent", world.exam.pk, status=404)
    other("get", "reminders", world.exam.pk, status=404)
    other("post", "reminders", world.exam.pk, channel="site", text=TEXT, status=404)
    assert Reminder.objects.count() == 0


def test_the_officer_of_another_town_does_not_either(world: World, tree: UnitTree) -> None:
    stranger = calls(make_staff(tree.other_town, Role.OFFICER))
    stranger("get", "absent", world.exam.pk, status=404)
    stranger("post", "reminders", world.exam.pk, channel="site", text=TEXT, status=404)


# --- The record of a year ----------------------------------------------------------------------------------


def test_my_year_as_far_as_i_am_told(world: World) -> None:
    at, mine = clock.now(), calls(world.user)
    attempt = world.start().attempt
    Attempt.objects.filter(pk=attempt.pk).update(
        state="marked", submitted_at=at, points=90, possible=100, settled=False
    )
    untold = mine("get", "my_law_record", at.year)["exams"][0]
    assert (untold["title"], untold["final"], untold["passed"]) == (world.exam.title, None, None)
    Sitting.objects.update(released_at=at)
    told = mine("get", "my_law_record", at.year)["exams"][0]
    assert (told["attempts"], float(told["final"]), told["passed"]) == (1, 90.0, True)
    assert mine("get", "my_law_record", at.year - 1)["exams"] == []
    for year in (0, 1999, 2101, 10_000_000):
        mine("get", "my_law_record", year, status=404)


def test_the_officer_prints_it_for_his_people_alone(tree: UnitTree) -> None:
    row = make_member(tree.office, "张三", category="cadre", position="主任")
    Activity.objects.create(
        unit=tree.town, kind="training", date=AT.date(), place="会议室", topic="民法典", created_at=AT
    )
    officer = calls(make_staff(tree.town, Role.OFFICER, "甲"))
    record = officer("get", "law_record_of", row.user_id, AT.year)
    assert (record["name"], record["year"]) == ("张三", AT.year)
    assert [(one["unit_name"], one["position"]) for one in record["posts"]] == [("党政办公室", "主任")]
    assert [(one["topic"], one["unit_name"]) for one in record["study"]] == [("民法典", "青城镇")]
    for other in (
        make_staff(tree.other_town, Role.OFFICER, "乙"),
        make_staff(tree.town, Role.LEADER, "镇长"),
    ):
        calls(other)("get", "law_record_of", row.user_id, AT.year, status=404)
