"""Certificates and the stages of 法律明白人: given, withdrawn, and what coverage makes of it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from exams.domain.certificates import issue_certificates, withdraw_certificate
from exams.domain.releases import release_sitting
from exams.models import Certificate, RosterEntry
from examsite.people.domain.memberships import merge_doubles
from examsite.people.domain.stages import change_stage, coverage_on, stage_of
from examsite.people.models import Category, LawWiseStage, Source, Stage, User
from questionbanks.kinds.base import Question
from tests.exam_world import make_user
from tests.marking_world import MarkingWorld, make_marking_world

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE, DAY = date(2026, 11, 1), date(2026, 11, 26)
ISSUED = datetime(2026, 11, 26, 2, tzinfo=UTC)
WITHDRAWN = datetime(2027, 3, 9, 17, tzinfo=UTC)  # the tenth already, where the people live
ENDED = date(2027, 3, 10)
END = date(2029, 11, 26)
NUMBER = "青城镇〔2026〕00001号"
TRUTHS = [Question("true_false", "第1问", key=True, points=Decimal(5))]


def passed(name: str = "青城镇", people: int = 1) -> MarkingWorld:
    """A town whose candidates have all passed; the results are out."""
    place = make_marking_world(name=name, people=people, questions=TRUTHS)
    for at in range(people):
        place.hand_in(at, {0: True})
    release_sitting(sitting=place.world.sitting, at=place.world.end(), actor=place.world.officer)
    return place


@pytest.fixture
def place() -> MarkingWorld:
    return passed()


def issue(place: MarkingWorld, day: date = DAY, years: int | None = 3) -> Certificate:
    made = issue_certificates(
        exam=place.exam, title="法律明白人证书", valid_years=years, day=day, at=ISSUED,
        actor=place.world.officer,
    )  # fmt: skip
    return made[0]


def register(place: MarkingWorld, stage: Stage, since: date = BEFORE, **more: object) -> User:
    entry = place.world.seat.entry
    go(entry.user, stage, since, unit=entry.unit, source=Source.GRID, **more)
    return entry.user


def go(user: User, stage: Stage, since: date, **more: object) -> None:
    change_stage(user=user, stage=stage, since=since, at=ISSUED, actor=None, **more)


def withdraw(place: MarkingWorld, certificate: Certificate, at: datetime = WITHDRAWN) -> None:
    withdraw_certificate(certificate=certificate, reason="替考", at=at, actor=place.world.officer)


def way(user: User) -> list[tuple[str, str, date | None, date, date | None]]:
    """Everything that was, oldest first."""
    rows = LawWiseStage.objects.filter(user=user).order_by("recorded_at", "pk")
    return list(rows.values_list("stage", "certificate", "certified_to", "valid_from", "valid_to"))


def serving(place: MarkingWorld, on: date) -> int:
    return coverage_on(unit=place.world.seat.entry.unit, on=on).serving


# --- Issuing ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stage", "since", "held", "after"),
    [
        (Stage.TRAINEE, DAY, {}, (Stage.QUALIFIED, NUMBER, END)),
        (Stage.TRAINEE, date(2027, 1, 1), {}, (Stage.TRAINEE, "", None)),
        (Stage.QUALIFIED, BEFORE, {"certificate": "旧-1"}, (Stage.QUALIFIED, NUMBER, END)),
        (Stage.SERVING, DAY, {}, (Stage.SERVING, NUMBER, END)),
        (Stage.SERVING, BEFORE, {"certificate": "旧-1"}, (Stage.SERVING, NUMBER, END)),
        (Stage.SERVING, BEFORE, {"certified_to": date(2026, 11, 5)}, (Stage.SERVING, NUMBER, END)),
        (Stage.SERVING, date(2027, 1, 1), {"certificate": "旧-1"}, (Stage.SERVING, "旧-1", None)),
    ],
)
def test_a_certificate_is_carried_into_the_stage(place, stage, since, held, after):
    user = register(place, stage, since, **held)
    issue(place)
    now = stage_of(user)
    assert (now.stage, now.certificate, now.certified_to) == after
    assert LawWiseStage.objects.filter(valid_to__isnull=True).count() == 1


def test_renewing_leaves_what_was(place):
    user = register(place, Stage.SERVING, certificate="旧-1", certified_to=date(2026, 12, 1))
    issue(place)
    assert way(user) == [
        ("serving", "旧-1", date(2026, 12, 1), BEFORE, DAY),
        ("serving", NUMBER, END, DAY, None),
    ]
    assert [serving(place, on) for on in (BEFORE, date(2026, 12, 1), END)] == [1, 1, 0]


def test_who_left_or_never_began_is_not_touched(place):
    user = register(place, Stage.SERVING)
    go(user, Stage.LEFT, date(2026, 11, 10), reason="外出务工")
    issue(place)
    assert stage_of(user).stage == Stage.LEFT
    assert LawWiseStage.objects.count() == 2


def test_a_certificate_of_another_category_is_none_of_theirs(place):
    user = register(place, Stage.TRAINEE)
    RosterEntry.objects.update(category=Category.objects.create(code="retired", name="退休干部"))
    issue(place)
    assert stage_of(user).stage == Stage.TRAINEE


def test_a_double_s_certificate_goes_to_the_person(place):
    double, keep = place.world.seat.entry.user, make_user("本人")
    unit = place.world.seat.entry.unit
    go(keep, Stage.TRAINEE, BEFORE, unit=unit, source=Source.GRID)
    merge_doubles(keep=keep, double=double, on=DAY, at=ISSUED, actor=place.world.officer)
    certificate = issue(place)
    assert stage_of(keep).certificate == NUMBER
    withdraw(place, certificate)
    assert stage_of(keep).stage == Stage.TRAINEE


# --- Withdrawing -----------------------------------------------------------------------------------------


def test_in_office_without_a_certificate_does_not_count(place):
    user = register(place, Stage.SERVING)
    withdraw(place, issue(place))
    assert way(user) == [
        ("serving", "", None, BEFORE, DAY),
        ("serving", NUMBER, END, DAY, ENDED),
        ("serving", "", ENDED, ENDED, None),
    ]
    assert stage_of(user).reason == f"证书（{NUMBER}）收回：替考"
    assert [serving(place, on) for on in (DAY, date(2027, 3, 9), ENDED)] == [1, 1, 0]


def test_qualified_by_it_is_a_trainee_again(place):
    user = register(place, Stage.TRAINEE)
    withdraw(place, issue(place))
    assert [row[:2] for row in way(user)] == [("trainee", ""), ("qualified", NUMBER), ("trainee", "")]
    assert (stage_of(user).valid_from, stage_of(user).certified_to) == (ENDED, None)


def test_withdrawn_before_the_office_begins(place):
    user = register(place, Stage.TRAINEE)
    certificate = issue(place)
    go(user, Stage.SERVING, date(2027, 5, 1))
    withdraw(place, certificate)
    assert [serving(place, on) for on in (date(2027, 4, 30), date(2027, 5, 1), date(2028, 1, 1))] == [0, 0, 0]


def test_the_next_certificate_counts_again(place):
    user = register(place, Stage.SERVING)
    withdraw(place, issue(place))
    issue(place, day=date(2027, 4, 1))
    assert stage_of(user).certificate == "青城镇〔2027〕00001号"
    assert [serving(place, on) for on in (ENDED, date(2027, 4, 1))] == [0, 1]


def test_a_stage_that_stands_on_another_certificate_stays(place):
    user = register(place, Stage.SERVING)
    certificate = issue(place)
    LawWiseStage.objects.filter(valid_to=None).update(certificate="外县-7")
    withdraw(place, certificate)
    assert (stage_of(user).certificate, stage_of(user).certified_to) == ("外县-7", END)


def test_who_left_stays_away(place):
    user = register(place, Stage.SERVING)
    certificate = issue(place)
    go(user, Stage.LEFT, date(2027, 1, 5), reason="年龄")
    withdraw(place, certificate)
    assert stage_of(user).stage == Stage.LEFT


@pytest.mark.parametrize(
    ("years", "after", "counted"),
    [(5, ("白水镇〔2026〕00001号", date(2031, 11, 1)), 1), (None, ("白水镇〔2026〕00001号", None), 1)],
)
def test_another_certificate_in_force_takes_its_place(place, years, after, counted):
    user = register(place, Stage.SERVING)
    older = passed("白水镇")
    RosterEntry.objects.filter(exam=older.exam).update(user=user)
    issue(older, day=BEFORE, years=years)
    withdraw(place, issue(place))
    assert (stage_of(user).certificate, stage_of(user).certified_to) == after
    assert serving(place, ENDED) == counted
    assert stage_of(user).reason == f"证书（{NUMBER}）收回：替考"


def test_one_that_has_ended_does_not(place):
    user = register(place, Stage.SERVING)
    older = passed("白水镇")
    RosterEntry.objects.filter(exam=older.exam).update(user=user)
    issue(older, day=date(2026, 3, 10), years=1)
    withdraw(place, issue(place))
    assert (stage_of(user).certificate, stage_of(user).certified_to) == ("", ENDED)
