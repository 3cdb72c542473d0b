from datetime import date, timedelta

import pytest
from django.core.files.base import ContentFile

from exams.domain.personal import register
from exams.domain.standings import standings_of
from exams.models import AnswerEvent, Certificate, Exam, Mark, Presence, RosterEntry, SheetScan, Ticket
from examsite.lib import clock
from examsite.people.domain.personal import forget_person, personal_data
from examsite.people.domain.retention import apply_rules, due
from examsite.people.models import Membership, User
from tests.exam_world import MACHINE, World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world(people=2, questions=MACHINE)


def sat(world: World) -> None:
    """The first candidate hands in an attempt without answers."""
    attempt = world.start(world.seats[0]).attempt
    AnswerEvent.objects.create(
        attempt=attempt,
        epoch=1,
        seq=1,
        slot=world.slots[2],
        value=True,
        received_at=clock.now(),
        device="tab-1",
    )


def test_a_person_sees_what_exams_hold_about_him(world: World) -> None:
    sat(world)
    shown = {source.title: rows for source, rows in personal_data(world.user)}
    assert [row["考试"] for row in shown["应考与成绩"]] == [world.exam.title]
    assert shown["考试过程"][0]["作答记录"] == "1条"
    assert shown["答题内容"][0]["作答"] is True
    assert shown["证书"] == []
    other = {source.title: rows for source, rows in personal_data(world.seats[1].entry.user)}
    assert (other["考试过程"], other["答题内容"]) == ([], [])


def test_registering_twice_shows_nothing_twice(world: World) -> None:
    register()
    titles = [source.title for source, _ in personal_data(world.user)]
    assert len(titles) == len(set(titles))


def test_forgetting_changes_names_and_no_figure(world: World) -> None:
    sat(world)
    user, entry = world.user, world.seat.entry
    Ticket.objects.create(
        entry=entry, token_digest="x" * 64, issued_at=clock.now(), expires_at=clock.now() + timedelta(days=1)
    )
    scan = SheetScan.objects.create(
        seat=world.seat, uploaded_by=world.officer, at=clock.now(), file=ContentFile(b"scan", "sheet.png")
    )
    figures = standings_of(world.exam)
    events, marks = AnswerEvent.objects.count(), Mark.objects.count()
    forget_person(user=user, at=clock.now(), actor=world.officer)
    user.refresh_from_db()
    name = RosterEntry.objects.get(pk=entry.pk).name
    assert name == user.name
    assert name.startswith("已删除")
    assert [one.standing for one in standings_of(world.exam)] == [one.standing for one in figures]
    assert (AnswerEvent.objects.count(), Mark.objects.count()) == (events, marks)
    assert Ticket.objects.filter(entry=entry).count() == 0
    assert not scan.file.storage.exists(scan.file.name)
    assert Certificate.objects.count() == 0


def test_what_is_over_goes(world: World) -> None:
    at = clock.now()
    attempt = world.start(world.seats[0]).attempt
    Presence.objects.filter(attempt=attempt).update(seen_at=at - timedelta(days=31))
    Presence.objects.get_or_create(attempt=attempt, defaults={"seen_at": at - timedelta(days=31)})
    for days, digest in ((31, "a" * 64), (29, "b" * 64)):
        gone = at - timedelta(days=days)
        Ticket.objects.create(entry=world.seat.entry, token_digest=digest, issued_at=gone, expires_at=gone)
    numbers = {rule.name: number for rule, number in due(at=at)}
    assert (numbers["过期的准考凭证"], numbers["在线状态"], numbers["答题卡扫描件"]) == (1, 1, 0)
    apply_rules(at=at)
    assert (Ticket.objects.count(), Presence.objects.count()) == (1, 0)


def long_gone(world: World) -> None:
    """Everybody left and entered no roster for longer than names are kept."""
    long_ago = clock.now() - timedelta(days=6 * 366)
    Membership.objects.update(valid_from=long_ago.date() - timedelta(days=9), valid_to=long_ago.date())
    User.objects.update(created_at=long_ago - timedelta(days=9))
    Exam.objects.update(roster_frozen_at=long_ago)


def certificate(world: World, issued: date, until: date | None) -> None:
    """The first candidate's."""
    Certificate.objects.create(
        number="2022-1",
        code="ABCDEFGHJKMNPQRS",
        entry=world.seat.entry,
        attempt=world.start(world.seat).attempt,
        issuer=world.exam.unit,
        year=2022,
        serial=1,
        name=world.seat.entry.name,
        unit_name="东风村",
        title="法律明白人证书",
        issued_on=issued,
        valid_until=until,
        issued_by=world.officer,
        issued_at=clock.now(),
    )


def names(world: World) -> list[bool]:
    """Whether each candidate is still named."""
    return [RosterEntry.objects.get(pk=seat.entry.pk).name == seat.entry.name for seat in world.seats]


def test_names_go_with_the_planning_cycle_and_figures_stay(world: World) -> None:
    sat(world)
    long_gone(world)
    before = [one.standing for one in standings_of(world.exam)]
    apply_rules(at=clock.now())
    assert names(world) == [False, False]
    assert [one.standing for one in standings_of(world.exam)] == before


def test_a_roster_of_the_planning_cycle_keeps_its_names(world: World) -> None:
    long_gone(world)
    Exam.objects.update(roster_frozen_at=clock.now() - timedelta(days=4 * 366))
    apply_rules(at=clock.now())
    assert names(world) == [True, True]


@pytest.mark.parametrize(("end", "named"), [(None, True), (30, True), (-30, False)])
def test_a_valid_certificate_keeps_its_name(world: World, end: int | None, named: bool) -> None:
    today = clock.now().date()
    certificate(world, issued=today - timedelta(days=900), until=end and today + timedelta(days=end))
    long_gone(world)
    apply_rules(at=clock.now())
    assert names(world) == [named, False]
