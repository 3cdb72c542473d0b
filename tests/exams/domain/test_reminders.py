from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail

from exams.domain.reminders import absent, is_quiet, propose_list, send_reminder
from exams.models import Reminder, RosterEntry
from examsite.lib.errors import Conflict, Forbidden, Invalid
from examsite.people.domain.accounts import change_person
from examsite.people.domain.approvals import decide
from examsite.people.domain.voice import put_away, unseen_messages
from examsite.people.models import AuditRecord
from tests.exam_world import World, make_world

pytestmark = pytest.mark.django_db
CHINA = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def world() -> World:
    return make_world(people=3)


@pytest.fixture
def noon(world: World) -> datetime:
    """A moment by day at which the sitting is still to come or open."""
    day = (world.sitting.opens_at + timedelta(days=1)).astimezone(CHINA)
    type(world.sitting).objects.update(closes_at=day + timedelta(days=2))
    return day.replace(hour=12, minute=0)


def remind(world: World, at: datetime, channel: str = "site", **more: str):
    return send_reminder(
        exam=world.exam, channel=channel, text="周五前请参加考试", at=at, actor=world.officer, **more
    )


@pytest.mark.parametrize(
    ("hour", "minute", "quiet"),
    [
        (7, 59, True),
        (8, 0, False),
        (12, 0, False),
        (20, 59, False),
        (21, 0, True),
        (23, 30, True),
        (0, 0, True),
    ],
)
def test_the_quiet_hours(hour: int, minute: int, quiet: bool) -> None:
    assert is_quiet(datetime(2026, 12, 1, hour, minute, tzinfo=CHINA)) is quiet


def test_only_who_has_not_sat_is_reminded(world: World, noon: datetime) -> None:
    world.start(world.seats[0])
    assert [entry.user for entry in absent(world.exam)] == [seat.entry.user for seat in world.seats[1:]]
    assert remind(world, noon).reminder.recipients == 2
    assert unseen_messages(user=world.seats[0].entry.user) == []
    told = world.seats[1].entry.user
    assert [one.text for one in unseen_messages(user=told)] == ["周五前请参加考试"]
    put_away(user=told, at=noon)
    assert unseen_messages(user=told) == []
    assert AuditRecord.objects.get(action="exam.remind").after["recipients"] == 2


def test_the_excused_are_left_in_peace(world: World) -> None:
    RosterEntry.objects.filter(pk=world.seats[0].entry_id).update(status="exempt")
    RosterEntry.objects.filter(pk=world.seats[1].entry_id).update(status="deferred")
    assert {entry.pk for entry in absent(world.exam)} == {world.seats[1].entry_id, world.seats[2].entry_id}


def test_the_second_reminder_is_the_last(world: World, noon: datetime) -> None:
    remind(world, noon)
    remind(world, noon + timedelta(hours=1))
    with pytest.raises(Conflict, match="两次"):
        remind(world, noon + timedelta(hours=2))
    assert Reminder.objects.count() == 2


@pytest.mark.parametrize("hour", [21, 23, 0, 7])
def test_nobody_is_disturbed_by_night(world: World, noon: datetime, hour: int) -> None:
    with pytest.raises(Conflict, match="晚上9点"):
        remind(world, noon.replace(hour=hour))
    assert Reminder.objects.count() == 0


def test_nobody_is_reminded_of_what_is_over_or_of_nothing(world: World, noon: datetime) -> None:
    with pytest.raises(Conflict, match="不用提醒"):
        remind(world, noon + timedelta(days=9))
    RosterEntry.objects.update(status="exempt")
    with pytest.raises(Conflict, match="没有要提醒"):
        remind(world, noon)
    with pytest.raises(Invalid):
        send_reminder(exam=world.exam, channel="site", text=" ", at=noon, actor=world.officer)
    assert Reminder.objects.count() == 0


def test_the_list_with_numbers_needs_two_people_and_is_made_once(world: World, noon: datetime) -> None:
    user = world.seats[0].entry.user
    change_person(user=user, name="张三", phone="13800001234", at=noon, actor=world.officer)
    with pytest.raises(Forbidden) as caught:
        remind(world, noon, "file")
    assert caught.value.code == "needs_second"
    approval = propose_list(exam=world.exam, at=noon, actor=world.officer)
    decide(approval=approval, approve=True, at=noon, actor=world.second_officer)
    lines = remind(world, noon, "file").file.decode("utf-8-sig").splitlines()
    assert lines[0] == "姓名,单位,手机号,内容"
    assert any("13800001234" in line for line in lines)
    assert len(lines) == 4
    with pytest.raises(Forbidden):
        remind(world, noon + timedelta(hours=1), "file")


def test_mail_goes_to_the_liaison_and_holds_no_names(world: World, noon: datetime) -> None:
    with pytest.raises(Invalid, match="地址"):
        remind(world, noon, "mail")
    remind(world, noon, "mail", address="liaison@example.org")
    body = mail.outbox[0].body
    assert "3人" in body
    for seat in world.seats:
        assert seat.entry.name not in body
