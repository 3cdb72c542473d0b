"""Exams: their rules, who ends when, and publication by two people."""

from __future__ import annotations

from decimal import Decimal

import pytest

from exams.domain.end_times import end_times
from exams.domain.exams import (
    change_exam,
    close_exam,
    create_exam,
    delete_exam,
    gaps,
    propose_exam,
    publish_exam,
    spec_of,
)
from exams.domain.rosters import change_terms
from exams.models import Exam, Mode, ReleaseRule
from examsite.lib.errors import Conflict, DomainError, Forbidden
from examsite.people.domain.approvals import decide
from examsite.people.models import AuditRecord, Category
from tests.factories import AT
from tests.papers_world import CLOSES, HOUR, LATER, OPENS, Office, exam_spec

pytestmark = pytest.mark.django_db


REFUSED = [
    ({"title": " "}, "title", "请填写考试名称。"),
    ({"audience_label": ""}, "audience_label", "请填写年报中的对象名称，如“骨干群众”。"),
    ({"stat_year": 26}, "stat_year", "统计年度要写成四位年份，如 2026。"),
    ({}, "double", "“青城镇”在 2026 年已有名为“2026年法律明白人考试”的考试。"),
    ({"title": "二", "pass_line": Decimal(101)}, "pass_line", "合格线要在 0 到 100 之间（百分比）。"),
    (
        {"title": "二", "pass_line": Decimal(80), "excellent_line": Decimal(70)},
        "excellent_line",
        "优秀线不能低于合格线，也不能高于 100。",
    ),
    ({"title": "二", "tries": 0}, "tries", "正考可考次数要在 1 到 10 之间。"),
    ({"title": "二", "rounding": 3}, "rounding", "成绩取舍只能是 0、1 或 2 位小数，或不填。"),
    (
        {"title": "二", "release_rule": ReleaseRule.AT_TIME},
        "release_at",
        "成绩到指定时间公布，请填写公布时间。",
    ),
    (
        {"title": "二", "key_release_rule": ReleaseRule.AT_TIME},
        "key_release_at",
        "解析到指定时间公布，请填写公布时间。",
    ),
    (
        {
            "title": "二",
            "release_rule": ReleaseRule.AT_TIME,
            "release_at": CLOSES,
            "key_release_rule": ReleaseRule.AT_TIME,
            "key_release_at": OPENS,
        },
        "key_release_at",
        "解析公布时间不能早于成绩公布时间。",
    ),
]


@pytest.mark.parametrize(("fields", "code", "sentence"), REFUSED)
def test_rules_that_do_not_hold_together_are_refused(
    office: Office, fields: dict[str, object], code: str, sentence: str
) -> None:
    with pytest.raises(DomainError) as refusal:
        create_exam(unit=office.tree.town, spec=exam_spec(**fields), at=AT, actor=office.officer)
    assert (refusal.value.code, refusal.value.message) == (code, sentence)
    assert Exam.objects.count() == 1


def test_the_title_stands_in_for_a_missing_label(office: Office) -> None:
    spec = exam_spec(title="年终考试", label="")
    assert create_exam(unit=office.tree.town, spec=spec, at=AT, actor=office.officer).label == "年终考试"


def test_times_that_no_rule_uses_are_dropped(office: Office) -> None:
    spec = exam_spec(title="年终考试", release_rule=ReleaseRule.BY_HAND, release_at=CLOSES)
    assert create_exam(unit=office.tree.town, spec=spec, at=AT, actor=office.officer).release_at is None


def test_a_change_is_logged_with_before_and_after(office: Office) -> None:
    spec = exam_spec(blueprint=office.blueprint, pass_line=Decimal(80))
    changed = change_exam(exam=office.exam, spec=spec, at=LATER, actor=office.officer)
    assert spec_of(changed) == spec
    entry = AuditRecord.objects.get(action="exam.change")
    assert (entry.before, entry.after) == ({"pass_line": "60"}, {"pass_line": "80"})


def test_nothing_moves_once_it_is_published(office: Office) -> None:
    office.exam.published_at = AT
    office.exam.save()
    for deed in (
        lambda: change_exam(exam=office.exam, spec=exam_spec(title="x"), at=LATER, actor=office.officer),
        lambda: delete_exam(exam=office.exam, at=LATER, actor=office.officer),
    ):
        with pytest.raises(Conflict) as refusal:
            deed()
        assert refusal.value.message == "“2026年法律明白人考试”已发布，设置已经固定，不能再改。"


def test_a_frozen_roster_keeps_its_category(office: Office) -> None:
    office.freeze()
    other = Category.objects.exclude(code="law-wise").first()
    with pytest.raises(Conflict) as refusal:
        change_exam(exam=office.exam, spec=exam_spec(category=other), at=LATER, actor=office.officer)
    assert refusal.value.code == "roster_frozen"


def test_an_exam_can_be_removed_with_its_drafts_until_its_roster_is_frozen(office: Office) -> None:
    office.build()
    delete_exam(exam=office.exam, at=LATER, actor=office.officer)
    assert Exam.objects.count() == 0
    frozen = make_exam_with_roster(office)
    with pytest.raises(Conflict):
        delete_exam(exam=frozen, at=LATER, actor=office.officer)


def make_exam_with_roster(office: Office) -> Exam:
    office.exam = create_exam(unit=office.tree.town, spec=exam_spec(), at=AT, actor=office.officer)
    office.freeze()
    return office.exam


# --- Who ends when -----------------------------------------------------------------------------------


def test_end_times_by_allowance_with_names_of_those_who_have_more(office: Office) -> None:
    entries = office.freeze(people=3)
    change_terms(entry=entries[1], mode=Mode.ONLINE, allowance=Decimal("1.5"), at=AT, actor=office.officer)
    office.publish()
    office.sit(duration_s=3600)  # the window is three hours
    usual, longer = end_times(exam=office.exam)
    assert (usual.people, usual.names) == (2, ())
    assert (usual.first_end, usual.last_full_start) == (OPENS + HOUR, CLOSES - HOUR)
    assert (longer.people, longer.names) == (1, (entries[1].name,))
    assert (longer.first_end, longer.last_full_start) == (OPENS + 1.5 * HOUR, CLOSES - 1.5 * HOUR)
    assert (longer.last_entry, longer.last_end) == (CLOSES, CLOSES)


@pytest.mark.parametrize(
    ("duration_s", "late_entry_s", "odd", "last_full_start"),
    [
        (3600, 1800, (), CLOSES - HOUR),
        (3600, None, ("晚于“答满时长的最晚进场”才进场的，到窗口结束就收卷，答不满时长",), CLOSES - HOUR),
        (3 * 3600, 0, (), OPENS),
        (3 * 3600 + 600, 0, ("时间窗比作答时长短 10 分钟，谁也答不满时长",), None),
    ],
)
def test_odd_times_are_pointed_out(
    office: Office, duration_s: int, late_entry_s: int | None, odd: tuple[str, ...], last_full_start: object
) -> None:
    office.freeze(people=1)
    office.publish()
    office.sit(duration_s=duration_s, late_entry_s=late_entry_s)
    (row,) = end_times(exam=office.exam)
    assert row.odd == odd
    assert row.last_full_start == last_full_start


# --- Publishing --------------------------------------------------------------------------------------


def missing(office: Office) -> list[str]:
    office.exam.refresh_from_db()
    return [gap.code for gap in gaps(exam=office.exam, at=AT) if gap.must]


def test_the_gaps_close_one_after_the_other(office: Office) -> None:
    assert missing(office) == ["forms", "roster", "sitting"]
    office.publish()
    assert missing(office) == ["roster", "sitting"]
    office.freeze()
    assert missing(office) == ["sitting"]
    office.sit(dealt=False)
    assert missing(office) == ["deal"]
    office.exam.sittings.first().seats.all().delete()
    assert missing(office) == ["seats"]


def test_a_sitting_that_is_over_does_not_count(office: Office) -> None:
    office.publish()
    office.freeze()
    office.sit()
    assert [gap.code for gap in gaps(exam=office.exam, at=CLOSES) if gap.must] == ["past"]


def test_a_missing_reserve_form_is_only_pointed_out(office: Office) -> None:
    office.build(reserves=0)
    assert ("reserve", False) not in [(gap.code, gap.must) for gap in gaps(exam=office.exam, at=AT)]
    office.publish()
    office.exam.forms.filter(role="reserve").delete()
    assert ("reserve", False) in [(gap.code, gap.must) for gap in gaps(exam=office.exam, at=AT)]


def ready(office: Office) -> None:
    office.publish()
    office.freeze()
    office.sit()


def test_an_exam_with_gaps_is_not_published(office: Office) -> None:
    with pytest.raises(Conflict) as refusal:
        publish_exam(exam=office.exam, at=AT, actor=office.officer, second_person=False)
    assert refusal.value.message == (
        "“2026年法律明白人考试”还不能发布：还没有定卷的正式卷；应考名册还没有冻结；还没有正考场次。"
    )


def test_two_officers_publish(office: Office) -> None:
    ready(office)
    approval = propose_exam(exam=office.exam, at=AT, actor=office.officer)
    assert approval.content["应考人数"] == 6
    with pytest.raises(Forbidden):
        publish_exam(exam=office.exam, at=LATER, actor=office.officer)
    decide(approval=approval, approve=True, at=LATER, actor=office.second)
    office.exam.refresh_from_db()
    assert office.exam.published_at == LATER


def test_an_exam_changed_after_the_proposal_is_proposed_again(office: Office) -> None:
    ready(office)
    approval = propose_exam(exam=office.exam, at=AT, actor=office.officer)
    spec = exam_spec(blueprint=office.blueprint, pass_line=Decimal(70))
    change_exam(exam=office.exam, spec=spec, at=AT, actor=office.officer)
    with pytest.raises(Conflict) as refusal:
        decide(approval=approval, approve=True, at=LATER, actor=office.second)
    assert refusal.value.message == "“2026年法律明白人考试”在提交审批后改过，请重新提交。"


def test_an_exam_is_published_once(office: Office) -> None:
    ready(office)
    publish_exam(exam=office.exam, at=AT, actor=office.officer, second_person=False)
    with pytest.raises(Conflict) as refusal:
        publish_exam(exam=office.exam, at=AT, actor=office.officer, second_person=False)
    assert refusal.value.message == "“2026年法律明白人考试”已经发布。"


def test_an_exam_is_closed_when_its_windows_are_over(office: Office) -> None:
    def refused(at: object) -> str:
        with pytest.raises(Conflict) as refusal:
            close_exam(exam=office.exam, at=at, actor=office.officer)  # type: ignore[arg-type]
        return refusal.value.code

    assert refused(AT) == "not_published"
    ready(office)
    publish_exam(exam=office.exam, at=AT, actor=office.officer, second_person=False)
    assert refused(OPENS) == "open"
    assert close_exam(exam=office.exam, at=CLOSES, actor=office.officer).closed_at == CLOSES
    assert refused(CLOSES) == "closed"
