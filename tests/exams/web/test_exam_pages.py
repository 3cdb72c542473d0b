"""The pages of an exam: made, changed, published by two."""

from __future__ import annotations

import pytest
from django.urls import reverse

from exams.domain.exams import publish_exam
from exams.models import Exam, Sitting
from examsite.people.domain.approvals import decide
from examsite.people.models import Approval, Category
from tests.factories import AT
from tests.office_pages import client_of, text_of, told, url
from tests.papers_world import Office

pytestmark = pytest.mark.django_db


def exam_fields(office: Office, **fields: object) -> dict[str, object]:
    made = {
        "unit": office.tree.town.pk,
        "title": "2026年机关干部学法考试",
        "stat_year": 2026,
        "category": Category.objects.get(code="law-wise").pk,
        "label": "",
        "audience_label": "在编机关干部",
        "pass_line": "60",
        "excellent_line": "90",
        "tries": "1",
        "final_rule": "best",
        "makeup_cap": "none",
        "rounding": "",
        "release_rule": "by_hand",
        "key_release_rule": "by_hand",
    }
    return made | fields


def test_an_exam_is_created_from_the_form(office: Office) -> None:
    reply = client_of(office.officer).post(
        url("exam_new"), exam_fields(office, blueprint=office.blueprint.pk)
    )
    made = Exam.objects.get(title="2026年机关干部学法考试")
    assert reply.url == url("exam", made.pk)
    assert (made.blueprint, made.created_by) == (office.blueprint, office.officer)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"title": "2026年法律明白人考试"}, "“青城镇”在 2026 年已有名为“2026年法律明白人考试”的考试。"),
        ({"pass_line": "95"}, "优秀线不能低于合格线，也不能高于 100。"),
        ({"release_rule": "at_time"}, "成绩到指定时间公布，请填写公布时间。"),
        ({"unit": "other"}, "选择一个有效的选项"),
        ({"title": ""}, "考试名称"),
    ],
)
def test_a_refused_exam_keeps_what_was_typed(
    office: Office, fields: dict[str, object], sentence: str
) -> None:
    if fields.get("unit") == "other":
        fields = {"unit": office.tree.other_town.pk}
    reply = client_of(office.officer).post(url("exam_new"), exam_fields(office, **fields))
    assert reply.status_code in (400, 409)
    assert sentence in text_of(reply)
    assert "在编机关干部" in text_of(reply)
    assert Exam.objects.count() == 1


def test_an_exam_can_be_made_like_last_years(office: Office) -> None:
    page = text_of(client_of(office.officer).get(url("exam_new"), {"from": str(office.exam.pk)}))
    assert 'value="2026年法律明白人考试"' in page
    assert client_of(office.stranger).get(url("exam_new"), {"from": str(office.exam.pk)}).status_code == 404
    assert client_of(office.officer).get(url("exam_new"), {"from": "x"}).status_code == 404


def test_a_published_exam_shows_its_rules_and_takes_no_change(office: Office) -> None:
    office.publish()
    office.freeze()
    office.sit()
    publish_exam(exam=office.exam, at=AT, actor=office.officer, second_person=False)
    client = client_of(office.officer)
    assert "下面的规则不能再改" in text_of(client.get(url("exam_edit", office.exam.pk)))
    client.post(url("exam_edit", office.exam.pk), exam_fields(office))
    office.exam.refresh_from_db()
    assert office.exam.title == "2026年法律明白人考试"


def test_what_is_missing_stands_on_the_page_and_in_the_refusal(office: Office) -> None:
    client = client_of(office.officer)
    assert "应考名册还没有冻结" in text_of(client.get(url("exam", office.exam.pk)))
    reply = client.post(url("exam_publish", office.exam.pk))
    assert told(reply) == [
        "“2026年法律明白人考试”还不能发布：还没有定卷的正式卷；应考名册还没有冻结；还没有正考场次。"
    ]


def test_the_second_officer_publishes_exam_and_forms(office: Office) -> None:
    client = client_of(office.officer)
    office.build()
    client.post(url("forms_publish", office.exam.pk))
    for approval in Approval.objects.filter(action="form.publish"):
        decide(approval=approval, approve=True, at=approval.proposed_at, actor=office.second)
    office.freeze()
    sitting = office.sit()
    Sitting.objects.filter(pk=sitting.pk).update(closes_at="2099-01-01T00:00Z")
    client.post(url("exam_publish", office.exam.pk))
    assert "等待审批" in text_of(client.get(url("exam", office.exam.pk)))
    approval = Approval.objects.get(action="exam.publish")
    decide(approval=approval, approve=True, at=approval.proposed_at, actor=office.second)
    office.exam.refresh_from_db()
    assert office.exam.published_at is not None


def test_the_second_officer_gets_from_the_approval_to_the_form(office: Office) -> None:
    office.build()
    client_of(office.officer).post(url("forms_publish", office.exam.pk))
    approval = Approval.objects.filter(action="form.publish").first()
    page = text_of(client_of(office.second).get(reverse("people:approval", args=[approval.pk])))
    assert f'href="{url("form", approval.object_id)}"' in page


def test_an_office_of_one_may_do_without_a_second(office: Office, alone: None) -> None:
    office.build()
    reply = client_of(office.officer).post(url("forms_publish", office.exam.pk))
    assert told(reply) == ["3 套卷已定卷，不能再改。"]
