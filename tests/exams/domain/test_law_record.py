from datetime import date

import pytest

from exams.domain.law_record import law_record
from exams.models import Activity, Attempt, RosterEntry, Sitting
from examsite.lib import clock
from examsite.people.domain.memberships import move_member
from tests.exam_world import make_world
from tests.factories import AT, make_member, make_unit_tree

pytestmark = pytest.mark.django_db


def activity(unit, kind: str, on: date, **more: object) -> Activity:
    return Activity.objects.create(
        unit=unit, kind=kind, date=on, place="会议室", topic=f"{kind} {on}", created_at=AT, **more
    )


def test_activities_count_where_and_while_one_belongs_there() -> None:
    tree = make_unit_tree()
    row = make_member(tree.office, "张三", category="cadre", position="主任")
    move_member(membership=row, unit=tree.other_town, on=date(2026, 7, 1), at=AT, actor=None)
    wanted = [
        activity(tree.town, "study_group", date(2026, 3, 1)),
        activity(tree.office, "training", date(2026, 6, 30)),
        activity(tree.county, "lecture", date(2026, 8, 1)),
    ]
    activity(tree.town, "study_group", date(2026, 7, 1))
    activity(tree.other_town, "training", date(2026, 6, 30))
    activity(tree.village, "training", date(2026, 3, 1))
    activity(tree.town, "training", date(2025, 12, 31))
    activity(tree.town, "training", date(2026, 4, 1), withdrawn_at=AT, withdrawn_reason="重复")
    campaign = activity(tree.town, "campaign", date(2026, 3, 2))
    record = law_record(user=row.user, year=2026, at=AT)
    assert list(record.study) == wanted
    assert list(record.outreach) == [campaign]
    assert [(post.unit, post.position) for post in record.posts] == [
        (tree.other_town, "主任"),
        (tree.office, "主任"),
    ]


def test_exams_of_the_year_with_results_as_far_as_told() -> None:
    world = make_world(people=2)
    at = clock.now()
    record = law_record(user=world.user, year=at.year, at=at)
    assert [(one.title, one.attempts, one.passed) for one in record.exams] == [(world.exam.title, 0, None)]
    attempt = world.start().attempt
    Attempt.objects.filter(pk=attempt.pk).update(
        state="marked", submitted_at=at, points=90, possible=100, settled=False
    )
    untold = law_record(user=world.user, year=at.year, at=at).exams[0]
    assert (untold.percent, untold.passed) == (None, None)
    Sitting.objects.update(released_at=at)
    told = law_record(user=world.user, year=at.year, at=at).exams[0]
    assert (told.percent, told.passed) == (90, True)
    assert law_record(user=world.user, year=at.year - 1, at=at).exams == ()
    RosterEntry.objects.update(status="removed")
    assert law_record(user=world.seats[1].entry.user, year=at.year, at=at).exams == ()
