"""Those of the traps T1–T24 that look at more than one exam, at a sentence, a snapshot or the register."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date

import pytest

from exams.analytics.approximation import HOUSE, Word
from exams.analytics.facts.activities import activity_year
from exams.analytics.facts.people import people_of
from exams.analytics.reports.annual import annual_document
from exams.analytics.sentence_facts import Style
from exams.analytics.snapshots.differences import look_again, recompute
from exams.analytics.snapshots.freezing import freeze_figure
from exams.analytics.tally import year_turnout
from exams.domain.annual import register_activity
from exams.models import Attempt
from tests.exam_world import make_user
from tests.figures_world import JANUARY, LATER, NOVEMBER, ExamWorld, Town, make_town
from tests.trap_worlds import Seen, counted

pytestmark = pytest.mark.django_db


def two_exams(town: Town) -> list[ExamWorld]:
    user = make_user("两场都考")
    first, second = ExamWorld(town), ExamWorld(town, title="村干部考试")
    first.person(80, user=user)
    second.person(70, user=user)
    return [first, second]


def activities(town: Town) -> Town:
    for audience in (20_000, 9_640):
        register_activity(
            unit=town.town, kind="campaign", day=date(2022, 5, 1), place="广场", topic="宣传",
            audience=audience, at=NOVEMBER, today=date(2022, 11, 15), actor=None,
        )  # fmt: skip
    return town


def rates_of(worlds: list[ExamWorld]) -> list[str]:
    return [Seen(world).rate("pass_rate") for world in worlds]


def year_of(worlds: list[ExamWorld]) -> tuple[int, int, int]:
    turnout = year_turnout([people_of(world.exam, at=LATER) for world in worlds])
    return turnout.exams, turnout.persons, turnout.attempts


def two_of_a_kind(town: Town) -> list[ExamWorld]:
    first, second = counted(town, passed=3, failed=1), ExamWorld(town, title="第二次")
    second.people(1, 80)
    second.people(3, 40)
    return [first, second]


def said(world: ExamWorld, style: Style) -> list[str]:
    """The refusals of the paragraph, else its text."""
    town = world.town.town
    found = annual_document(unit=town, year=2022, style=style, at=LATER, zone=UTC).paragraph
    return [one.fact for one in found.refusals] or [found.text]


def frozen_then_annulled(town: Town) -> str:
    """A figure frozen before the correction of a key; what its snapshot says afterwards."""
    world = ExamWorld(town)
    world.people(6, 58)
    officer = make_user("考务")
    before = JANUARY.replace(day=9)
    snapshot = freeze_figure(
        exam=world.exam, unit=town.town, measure="passed", as_of=before, at=before, actor=officer
    )
    attempt = Attempt.objects.order_by("pk").first()
    world.event(attempt, "remark", "marked", "submitted", JANUARY)
    Attempt.objects.filter(pk=attempt.pk).update(points=60)
    world.event(attempt, "finish_marking", "submitted", "marked", JANUARY)
    found = look_again(snapshot, at=LATER)
    assert found.outdated_at is not None
    return recompute(found, at=LATER).changes[0].after


MORE: list[tuple[str, Callable[[Town], object], object]] = [
    (
        "T4 “全员…通过率100%”不成立",
        lambda town: said(counted(town, passed=100, absent=4), Style.SEED),
        ["“通过率100%”"],
    ),
    ("T9 各考试各1人", lambda town: [Seen(one).counts.taken for one in two_exams(town)], [1, 1]),
    ("T9 全年1人2次", lambda town: year_of(two_exams(town)), (2, 1, 2)),
    ("T16 快照已过期", frozen_then_annulled, "1"),
    ("T21 各列各的", lambda town: rates_of(two_of_a_kind(town)), ["75.00%", "25.00%"]),
    ("T23 精确数", lambda town: activity_year(activities(town).county.path, 2022).total.audience, 29_640),
    ("T23 近3万", lambda town: HOUSE.allows(Word.NEARLY, 30_000, 29_640), True),
    ("T23 26900不可", lambda town: HOUSE.allows(Word.NEARLY, 30_000, 26_900), False),
]


@pytest.mark.parametrize(("look", "expected"), [one[1:] for one in MORE], ids=[one[0] for one in MORE])
def test_trap_over_several(look, expected):
    assert look(make_town()) == expected
