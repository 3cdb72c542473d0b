"""The office's way from a bank to a published exam, each step through its domain function."""

from __future__ import annotations

from datetime import timedelta

import pytest

from exams.domain.blueprints import TEMPLATES, create_blueprint
from exams.domain.end_times import end_times
from exams.domain.exams import ExamSpec, create_exam, gaps, publish_exam
from exams.domain.forms import build_forms
from exams.domain.publishing import publish_forms
from exams.domain.rosters import draw_roster, freeze_roster
from exams.domain.seats import deal_forms, entries_without_seat, seat_entries
from exams.domain.sittings import SittingSpec, create_sitting
from exams.models import Form, SittingKind
from examsite.people.models import Category, Role
from tests.factories import AT, make_bank, make_members, make_staff, make_unit_tree

HOUR = timedelta(hours=1)


@pytest.mark.django_db
def test_from_bank_to_published_exam() -> None:
    tree = make_unit_tree()
    officer = make_staff(tree.town, Role.OFFICER)
    bank = make_bank(tree.town, single=70, true_false=40, multiple=40)
    make_members(tree.village, 7)
    template = TEMPLATES["law-wise"]
    blueprint = create_blueprint(
        unit=tree.town,
        name="法律明白人",
        banks=[bank],
        sections=template.sections,
        duration_s=template.duration_s,
        at=AT,
        actor=officer,
    )
    exam = create_exam(
        unit=tree.town,
        spec=ExamSpec(
            title="2026年法律明白人考试",
            stat_year=2026,
            category=Category.objects.get(code="law-wise"),
            label="“法律明白人”学法考试",
            audience_label="骨干群众",
            blueprint=blueprint,
        ),
        at=AT,
        actor=officer,
    )
    assert [gap.code for gap in gaps(exam=exam, at=AT) if gap.must] == ["forms", "roster", "sitting"]

    built = build_forms(exam=exam, forms=2, reserves=1, seed=1, at=AT, actor=officer)
    assert [form.code for form in built.forms] == ["A", "B", "C"]
    assert [form.role for form in built.forms] == ["main", "main", "reserve"]
    published = publish_forms(exam=exam, at=AT, actor=officer, second_person=False)
    for form in published:
        assert form.paper["total_points"] == "100"
        assert [len(section["slots"]) for section in form.paper["sections"]] == [20, 10, 10]
        assert [section["title"] for section in form.paper["sections"]] == [
            "一、单项选择题",
            "二、判断题",
            "三、多项选择题",
        ]

    drawn = draw_roster(exam=exam, as_of=AT.date(), at=AT, actor=officer)
    assert drawn.added == 7
    freeze_roster(exam=exam, attested_by="组织委员 李敏", at=AT, actor=officer)
    sitting = create_sitting(
        exam=exam,
        kind=SittingKind.MAIN,
        spec=SittingSpec("正考", AT + HOUR, AT + 3 * HOUR, 3600),
        at=AT,
        actor=officer,
    )
    seats = seat_entries(sitting=sitting, entries=entries_without_seat(sitting), at=AT, actor=officer)
    assert len(seats) == 7
    assert deal_forms(sitting=sitting, at=AT, actor=officer) == {"A": 4, "B": 3}
    (times,) = end_times(exam=exam)
    assert times.people == 7
    assert times.first_end == AT + 2 * HOUR
    assert times.last_full_start == AT + 2 * HOUR
    exam.refresh_from_db()
    assert [gap.code for gap in gaps(exam=exam, at=AT)] == []
    assert publish_exam(exam=exam, at=AT, actor=officer, second_person=False).published_at == AT
    assert Form.objects.filter(exam=exam, published_at__isnull=False).count() == 3
