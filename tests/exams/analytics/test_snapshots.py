"""Snapshots: frozen whole, never changed, outdated with the cause; a report needs two people."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from exams.analytics.reports.document import from_json, to_json
from exams.analytics.snapshots.differences import look_again, recompute
from exams.analytics.snapshots.freezing import freeze_figure, is_intact, kept_document, kept_figure
from exams.analytics.snapshots.report_states import (
    choose_style,
    live_document,
    newest_snapshot,
    open_report,
    submit_report,
    take_back_report,
)
from exams.domain.annual import register_activity, withdraw_activity
from exams.domain.frozen_figures import figures_resting_on, outdate_figures
from exams.domain.roster_changes import add_entry
from exams.models import Activity, AnnualReport, Attempt, ExamFigures, Snapshot
from examsite.lib.errors import DomainError
from examsite.people.domain.approvals import decide
from examsite.people.domain.memberships import open_membership
from examsite.people.domain.roles import grant_role
from examsite.people.models import Role, User
from tests.exam_world import make_user
from tests.figures_world import LATER, ExamWorld, Try, make_town

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("Asia/Shanghai")
AFTER = LATER + timedelta(days=10)


def officer(world: ExamWorld, name: str) -> User:
    user = make_user(name)
    grant_role(user=user, role=Role.OFFICER, unit=world.town.town, at=LATER, actor=None)
    return user


def seed() -> ExamWorld:
    world = ExamWorld(make_town())
    world.people(12, Try(80, mode="paper"), birth_year=1950)
    world.people(85, 80, unit="柳行村")
    world.people(7, 50, Try(70, makeup=True), unit="石桥村")
    register_activity(
        unit=world.town.town, kind="campaign", day=date(2022, 5, 1), place="广场", topic="宣传", audience=300,
        at=datetime(2022, 6, 1, tzinfo=UTC), today=date(2022, 6, 1), actor=None,
    )  # fmt: skip
    return world


def frozen_rate(world: ExamWorld) -> Snapshot:
    return freeze_figure(
        exam=world.exam, unit=world.town.town, measure="pass_rate", as_of=LATER, at=LATER,
        actor=make_user("赵立新"),
    )  # fmt: skip


# --- A figure ------------------------------------------------------------------------------------------


def test_a_figure_keeps_its_counts_its_people_and_its_attempts():
    snapshot = frozen_rate(seed())
    figure = kept_figure(Snapshot.objects.get())
    assert (figure.part, figure.whole, figure.text()) == (104, 104, "100%")
    assert len(snapshot.people) == 104
    assert snapshot.attempts.count() == 111
    assert snapshot.definitions == [["pass_rate", 1]]
    assert is_intact(Snapshot.objects.get()) is True


@pytest.mark.parametrize("change", ["value", "people", "title", "attempts"])
def test_a_changed_snapshot_is_found(change):
    snapshot = frozen_rate(seed())
    if change == "attempts":
        snapshot.attempts.first().delete()
    elif change == "title":
        Snapshot.objects.update(title="别的")
    else:
        Snapshot.objects.update(**{change: []})
    assert is_intact(Snapshot.objects.get()) is False


def test_nothing_happened_and_it_holds():
    snapshot = look_again(frozen_rate(seed()), at=AFTER)
    assert snapshot.outdated_at is None
    assert recompute(snapshot, at=AFTER).holds is True


def fail_one(world: ExamWorld) -> str:
    """A correction takes one attempt to 59 points."""
    attempt = Attempt.objects.filter(points=80).first()
    world.event(attempt, "remark", "marked", "submitted", AFTER)
    Attempt.objects.filter(pk=attempt.pk).update(points=Decimal(59))
    world.event(attempt, "finish_marking", "submitted", "marked", AFTER)
    return "作答或成绩有变化"


def void_one(world: ExamWorld) -> str:
    attempt = Attempt.objects.filter(points=80).first()
    Attempt.objects.filter(pk=attempt.pk).update(voided_at=AFTER)
    world.event(attempt, "void", "marked", "marked", AFTER)
    return "作废1份作答"


def add_one(world: ExamWorld) -> str:
    member = open_membership(
        user=make_user("新人"), unit=world.town.villages["东风村"], category=world.exam.category,
        since=date(2022, 12, 1), at=AFTER, actor=None,
    )  # fmt: skip
    add_entry(
        exam=world.exam, member=member, reason_code="recruit", reason="", at=AFTER, actor=make_user("考务")
    )
    return "名册冻结后新增1人"


@pytest.mark.parametrize(
    ("change", "measure", "before", "after"),
    [
        (fail_one, "pass_rate", "100%（104/104）", "99.04%（103/104）"),
        (void_one, "passed", "104", "103"),
        (add_one, "turnout_rate", "100%（104/104）", "99.05%（104/105）"),
    ],
)
def test_a_change_of_the_rows_outdates_it_and_names_the_cause(change, measure, before, after):
    world = seed()
    snapshot = freeze_figure(
        exam=world.exam, unit=world.town.town, measure=measure, as_of=LATER, at=LATER, actor=make_user("赵")
    )
    cause = change(world)
    at = AFTER + timedelta(hours=1)
    looked = look_again(snapshot, at=at)
    assert (looked.outdated_at, looked.outdated_reason) == (at, cause)
    difference = recompute(looked, at=at)
    assert [(one.before, one.after) for one in difference.changes] == [(before, after)]
    assert kept_figure(looked).text() == before.split("（")[0]


def test_a_correction_finds_the_snapshots_that_rest_on_its_attempts():
    world = seed()
    snapshot = frozen_rate(world)
    attempt = Attempt.objects.first()
    assert [one.id for one in figures_resting_on([attempt.pk])] == [str(snapshot.pk)]
    assert outdate_figures([attempt.pk], reason="答案更正：第3题", at=AFTER) == 1
    assert figures_resting_on([attempt.pk]) == []
    assert Snapshot.objects.get().outdated_reason == "答案更正：第3题"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"measure": "no_such"}, "measure"),
        ({"measure": "activity_count"}, "measure"),
        ({"measure": "year_attempts"}, "measure"),
        ({"as_of": LATER + timedelta(days=1)}, "as_of"),
    ],
)
def test_what_cannot_be_frozen_is_refused(changes, code):
    world = seed()
    arguments = {"measure": "pass_rate", "as_of": LATER} | changes
    with pytest.raises(DomainError) as refused:
        freeze_figure(exam=world.exam, unit=world.town.town, at=LATER, actor=make_user("赵"), **arguments)
    assert refused.value.code == code


def test_a_unit_without_anybody_cannot_be_frozen():
    world = seed()
    with pytest.raises(DomainError) as refused:
        freeze_figure(
            exam=world.exam, unit=make_town("白水镇").town, measure="taken", as_of=LATER, at=LATER,
            actor=make_user("赵"),
        )  # fmt: skip
    assert refused.value.code == "unit"


# --- A report ------------------------------------------------------------------------------------------


def submitted(world: ExamWorld):
    report = open_report(unit=world.town.town, year=2022, at=LATER, actor=officer(world, "赵立新"))
    document = live_document(report, at=LATER, zone=ZONE)
    approval = submit_report(
        report=report, document=document, at=LATER, zone=ZONE, actor=officer(world, "林晓")
    )
    return report, approval


def frozen(world: ExamWorld):
    report, approval = submitted(world)
    decide(approval=approval, approve=True, at=LATER, actor=officer(world, "周敏"))
    report.refresh_from_db()
    return report


def test_a_report_needs_another_person():
    world = seed()
    _, approval = submitted(world)
    assert AnnualReport.objects.get().state == "review"
    with pytest.raises(DomainError) as refused:
        decide(approval=approval, approve=True, at=LATER, actor=approval.proposer)
    assert refused.value.code == "needs_second"
    decide(approval=approval, approve=True, at=LATER, actor=officer(world, "周敏"))
    assert AnnualReport.objects.get().state == "frozen"
    assert newest_snapshot(AnnualReport.objects.get()).approver.name == "周敏"


def test_a_frozen_report_says_what_it_said_whatever_happens():
    world = seed()
    report = frozen(world)
    text = kept_document(newest_snapshot(report)).paragraph.text
    fail_one(world)
    ExamFigures.objects.all().delete()
    snapshot = look_again(newest_snapshot(report), at=AFTER + timedelta(hours=1))
    assert kept_document(snapshot).paragraph.text == text
    assert "合格104人" in text
    assert snapshot.outdated_reason == "作答或成绩有变化"
    changes = {
        one.name: (one.before, one.after)
        for one in recompute(snapshot, at=AFTER + timedelta(hours=1)).changes
    }
    assert changes["附表1 学法考试情况统计表 · 法律明白人考试 · 11月至次年1月 · 合格"] == ("104", "103")


def test_the_second_person_agrees_to_exactly_these_numbers():
    world = seed()
    _, approval = submitted(world)
    fail_one(world)
    with pytest.raises(DomainError) as refused:
        decide(approval=approval, approve=True, at=AFTER + timedelta(minutes=5), actor=officer(world, "周敏"))
    assert refused.value.code in ("changed", "expired")
    assert Snapshot.objects.count() == 0


def test_a_change_between_is_refused_as_changed():
    world = seed()
    report, approval = submitted(world)
    withdraw_activity(
        activity=Activity.objects.get(), reason="重复", at=LATER + timedelta(hours=1), actor=make_user("考务")
    )
    with pytest.raises(DomainError) as refused:
        decide(approval=approval, approve=True, at=LATER + timedelta(hours=2), actor=officer(world, "周敏"))
    assert refused.value.code == "changed"
    report.refresh_from_db()
    assert report.state == "review"


def test_the_register_outdates_a_report():
    world = seed()
    report = frozen(world)
    withdraw_activity(activity=Activity.objects.get(), reason="重复", at=AFTER, actor=make_user("考务"))
    snapshot = look_again(newest_snapshot(report), at=AFTER + timedelta(hours=1))
    assert snapshot.outdated_reason == "活动台账有1处登记、更正或撤销"


def test_a_report_with_a_sentence_that_does_not_hold_cannot_be_submitted():
    world = seed()
    world.exam.roster_frozen_at = None
    world.exam.save()
    report = open_report(unit=world.town.town, year=2022, at=LATER, actor=make_user("赵"))
    document = live_document(report, at=LATER, zone=ZONE)
    with pytest.raises(DomainError) as refused:
        submit_report(report=report, document=document, at=LATER, zone=ZONE, actor=make_user("林"))
    assert refused.value.code == "gaps"


def test_taking_back_ends_the_proposal_and_keeps_the_snapshots():
    world = seed()
    report, approval = submitted(world)
    take_back_report(report=report, at=LATER, actor=make_user("林"))
    with pytest.raises(DomainError) as refused:
        decide(approval=approval, approve=True, at=LATER + timedelta(minutes=1), actor=officer(world, "周"))
    assert refused.value.code == "expired"
    again = frozen_again(world, report)
    take_back_report(report=again, at=LATER, actor=make_user("林"))
    assert newest_snapshot(AnnualReport.objects.get()) is None
    assert Snapshot.objects.count() == 1


def frozen_again(world: ExamWorld, report: AnnualReport) -> AnnualReport:
    at = LATER + timedelta(minutes=5)
    report.refresh_from_db()
    approval = submit_report(
        report=report, document=live_document(report, at=at, zone=ZONE), at=at, zone=ZONE,
        actor=officer(world, "林晓"),
    )  # fmt: skip
    decide(approval=approval, approve=True, at=at, actor=officer(world, "周敏"))
    report.refresh_from_db()
    return report


def test_a_frozen_report_keeps_its_style():
    report = frozen(seed())
    with pytest.raises(DomainError) as refused:
        choose_style(report=report, style="seed", at=AFTER, actor=make_user("赵"))
    assert refused.value.code == "frozen"


def test_a_document_survives_json():
    world = seed()
    report = open_report(unit=world.town.town, year=2022, at=LATER, actor=make_user("赵"))
    document = live_document(report, at=LATER, zone=ZONE)
    data = to_json(document)
    assert to_json(from_json(data)) == data
    assert from_json(data).paragraph == document.paragraph
    assert from_json(data).tables == document.tables
    assert from_json(data).pictures == document.pictures
