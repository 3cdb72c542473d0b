"""Forms: checked, published by two people; immutable afterwards."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from exams.domain import form_editing as editing
from exams.domain.form_writing import slots_of
from exams.domain.forms import (
    discard_form,
    rebuild_form,
)
from exams.domain.publishing import (
    obstacles,
    propose_form,
    propose_forms,
    publish_form,
    publish_forms,
    warnings_of,
)
from exams.engine.paper import Paper
from exams.models import Slot
from examsite.lib.errors import Conflict, Forbidden
from examsite.people.domain.approvals import decide
from questionbanks.domain.items import change_item, question_of
from questionbanks.models import Item, ItemState
from tests.factories import AT, cite_ended_law
from tests.papers_world import LATER, Office

pytestmark = pytest.mark.django_db


# --- Before publishing -------------------------------------------------------------------------------


def test_a_form_just_built_can_be_published(office: Office) -> None:
    assert obstacles(office.build()[0], at=LATER) == []


@pytest.mark.parametrize(
    ("change", "code", "sentence"),
    [
        ({"state": ItemState.RETIRED}, "retired", "第 1 题已停用，请换一道"),
        ({"state": ItemState.DRAFT}, "not_approved", "第 1 题还没有审定，请先审题或换一道"),
        ({"stale_reason": "法律已修订"}, "stale", "第 1 题已过时（法律已修订），请换一道"),
    ],
)
def test_an_item_that_changed_its_state_after_the_building_stands_in_the_way(
    office: Office, change: dict[str, object], code: str, sentence: str
) -> None:
    form = office.build()[0]
    Item.objects.filter(pk=slots_of(form)[0].version.item_id).update(**change)
    assert [(one.code, one.text) for one in obstacles(form, at=LATER)] == [(code, sentence)]
    with pytest.raises(Conflict) as refusal:
        publish_form(form=form, at=LATER, actor=office.officer, second_person=False)
    assert refusal.value.message == f"A卷还不能定卷：{sentence}。"
    form.refresh_from_db()
    assert (form.published_at, form.paper) == (None, None)


def test_a_law_that_ended_after_the_building_stands_in_the_way_unmarked(office: Office) -> None:
    form = office.build()[0]
    item = slots_of(form)[0].version.item
    cite_ended_law(item, ended_on=AT.date())
    sentence = f"第 1 题已过时（《村规》（2010年版）{AT.date()}起失效），请换一道"
    assert [(one.code, one.text) for one in obstacles(form, at=AT)] == [("stale", sentence)]
    assert obstacles(form, at=AT - timedelta(days=1)) == []
    with pytest.raises(Conflict) as refusal:
        publish_form(form=form, at=AT, actor=office.officer, second_person=False)
    assert refusal.value.message == f"A卷还不能定卷：{sentence}。"


def test_an_item_with_a_newer_version_is_refreshed_once_it_is_approved(office: Office) -> None:
    form = office.build()[0]
    slot = slots_of(form)[0]
    item = slot.version.item
    question = question_of(item.current)
    change_item(
        item=item, question=replace(question, stem=f"{question.stem}（改）"), at=LATER, actor=office.officer
    )
    assert [one.code for one in obstacles(form, at=LATER)] == ["newer"]
    with pytest.raises(Conflict) as refusal:
        editing.refresh_item(slot=slot, at=LATER, actor=office.officer)
    assert refusal.value.code == "not_approved"
    Item.objects.filter(pk=item.pk).update(state=ItemState.APPROVED)
    editing.refresh_item(slot=slot, at=LATER, actor=office.officer)
    assert obstacles(form, at=LATER) == []
    assert slots_of(form)[0].version.content["stem"].endswith("（改）")


def test_points_that_do_not_add_up_stand_in_the_way(office: Office) -> None:
    form = office.build()[0]
    Slot.objects.filter(pk=slots_of(form)[0].pk).update(points=Decimal("3.5"))
    assert [one.text for one in obstacles(form, at=LATER)] == [
        "各题合计 99.5 分，与满分 100 分不符，请调整分值"
    ]


def test_a_paper_too_long_for_its_time_is_pointed_out(office: Office) -> None:
    form = office.build()[0]
    assert "too_long" in [one.code for one in warnings_of(form, duration_s=60, at=AT)]
    assert "too_long" not in [one.code for one in warnings_of(form, duration_s=3600, at=AT)]


# --- Publishing --------------------------------------------------------------------------------------


def test_a_published_paper_has_the_agreed_shape_and_tells_no_key(office: Office) -> None:
    form = office.build()[0]
    publish_form(form=form, at=LATER, actor=office.officer, second_person=False)
    form.refresh_from_db()
    assert form.paper["schema"] == 1
    assert form.paper["total_points"] == "100"
    assert [one["title"] for one in form.paper["sections"]] == [
        "一、单项选择题",
        "二、判断题",
        "三、多项选择题",
    ]
    slot = form.paper["sections"][0]["slots"][0]
    assert sorted(slot) == [
        "blanks", "choices", "group", "kind", "material", "number", "pinned", "points", "slot", "stem",
    ]  # fmt: skip
    assert len(slot["slot"]) == 8
    assert len({one["slot"] for section in form.paper["sections"] for one in section["slots"]}) == 20
    text = json.dumps(form.paper, ensure_ascii=False)
    assert "见法条" not in text  # the rationale of every item of this bank
    assert "answer" not in text
    assert list(Paper(form.salt, form.paper).slots) == [one.code for one in slots_of(form)]
    assert len(form.digest) == 64


def test_a_second_officer_publishes_by_agreeing(office: Office) -> None:
    form = office.build()[0]
    approval = propose_form(form=form, at=AT, actor=office.officer)
    assert approval.content["考试"] == "2026年法律明白人考试"
    decide(approval=approval, approve=True, at=LATER, actor=office.second)
    form.refresh_from_db()
    assert form.published_at == LATER
    approval.refresh_from_db()
    assert approval.used_at == LATER


def test_without_the_second_officer_nothing_is_published(office: Office) -> None:
    form = office.build()[0]
    with pytest.raises(Forbidden) as refusal:
        publish_form(form=form, at=LATER, actor=office.officer)
    assert refusal.value.code == "needs_second"


def test_the_author_of_a_form_cannot_approve_it(office: Office) -> None:
    form = office.build()[0]
    approval = propose_form(form=form, at=AT, actor=office.second)
    with pytest.raises(Forbidden) as refusal:
        decide(approval=approval, approve=True, at=LATER, actor=office.officer)
    assert refusal.value.message == "组卷的人不能审批自己组的卷，请由另一位考务审批。"
    form.refresh_from_db()
    approval.refresh_from_db()
    assert (form.published_at, approval.decided_at) == (None, None)


def test_an_approval_does_not_cover_a_form_changed_since(office: Office) -> None:
    form = office.build()[0]
    approval = propose_form(form=form, at=AT, actor=office.officer)
    editing.replace_item(slot=slots_of(form)[0], at=AT, actor=office.officer)
    with pytest.raises(Conflict) as refusal:
        decide(approval=approval, approve=True, at=LATER, actor=office.second)
    assert refusal.value.message == "A卷在提交审批后改过，请重新提交。"


def test_a_form_is_published_once(office: Office) -> None:
    form = office.publish()[0]
    with pytest.raises(Conflict) as refusal:
        publish_form(form=form, at=LATER, actor=office.officer, second_person=False)
    assert refusal.value.message == "A卷已经定卷，不能重复定卷。"


def test_all_drafts_are_proposed_or_published_together_or_not_at_all(office: Office) -> None:
    forms = office.build()
    assert len(propose_forms(exam=office.exam, at=AT, actor=office.officer)) == 3
    Item.objects.filter(pk=slots_of(forms[2])[0].version.item_id).update(state=ItemState.RETIRED)
    with pytest.raises(Conflict):
        publish_forms(exam=office.exam, at=LATER, actor=office.officer, second_person=False)
    assert office.exam.forms.filter(published_at__isnull=False).count() == 0


def test_what_is_published_is_never_edited(office: Office) -> None:
    form = office.publish()[0]
    slot = slots_of(form)[0]
    sentence = "A卷已定卷，不能再改；发现错题请用答案更正或作废处理。"
    for deed in (
        lambda: editing.replace_item(slot=slot, at=LATER, actor=office.officer),
        lambda: editing.refresh_item(slot=slot, at=LATER, actor=office.officer),
        lambda: editing.lock_item(slot=slot, locked=True, at=LATER, actor=office.officer),
        lambda: editing.move_item(slot=slot, steps=1, at=LATER, actor=office.officer),
        lambda: rebuild_form(form=form, seed=1, at=LATER, actor=office.officer),
        lambda: discard_form(form=form, at=LATER, actor=office.officer),
    ):
        with pytest.raises(Conflict) as refusal:
            deed()
        assert refusal.value.message == sentence
