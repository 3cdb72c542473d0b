"""Forms: built, rebuilt, changed by hand, checked, published by two people; immutable afterwards."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from exams.domain import form_editing as editing
from exams.domain.blueprints import change_blueprint
from exams.domain.comparing import compare_forms
from exams.domain.form_writing import compose_paper, slots_of
from exams.domain.forms import (
    CannotAssemble,
    build_forms,
    discard_form,
    free_codes,
    rebuild_form,
)
from exams.domain.printing import printed_paper
from exams.domain.publishing import (
    obstacles,
    propose_form,
    propose_forms,
    publish_form,
    publish_forms,
    warnings_of,
)
from exams.engine.paper import Paper
from exams.models import Form, FormRole, Slot
from examsite.lib.errors import Conflict, DomainError, Forbidden, Invalid
from examsite.people.domain.approvals import decide
from examsite.people.models import AuditRecord
from questionbanks.domain.items import change_item, create_items, question_of
from questionbanks.kinds.base import Choice, Question
from questionbanks.models import Item, ItemState
from tests.factories import AT, cite_ended_law, make_bank, make_questions
from tests.papers_world import SMALL, Office, make_office, section

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(minutes=5)


@pytest.fixture
def office() -> Office:
    return make_office()


def items_of(form: Form) -> set[object]:
    return set(form.slots.values_list("version__item", flat=True))


# --- Building ----------------------------------------------------------------------------------------


def test_forms_are_parallel_and_share_nothing(office: Office) -> None:
    a, b, c = office.build()
    assert [one.role for one in (a, b, c)] == [FormRole.MAIN, FormRole.MAIN, FormRole.RESERVE]
    assert [one.total_points for one in (a, b, c)] == [Decimal(100)] * 3
    assert items_of(a) & items_of(b) == set()
    assert items_of(a) & items_of(c) == set()
    figures = compare_forms([a, b, c])
    assert figures.overlap == ((20, 0, 0), (0, 20, 0), (0, 0, 20))
    assert figures.range_mean <= 0.01
    assert [one.kinds for one in figures.forms] == [
        (("单项选择题", 5, "20"), ("判断题", 5, "20"), ("多项选择题", 10, "60"))
    ] * 3


def test_the_same_seed_gives_the_same_items_in_the_same_order(office: Office) -> None:
    def drawn(seed: int) -> list[list[object]]:
        return [list(form.slots.values_list("version__item", flat=True)) for form in office.build(seed=seed)]

    first = drawn(7)
    assert drawn(7) == first
    assert drawn(8) != first


def test_building_again_replaces_drafts_and_leaves_published_forms(office: Office) -> None:
    office.build()
    assert [form.code for form in office.build()] == ["A", "B", "C"]
    published = publish_forms(exam=office.exam, at=AT, actor=office.officer, second_person=False)
    more = build_forms(exam=office.exam, forms=1, reserves=0, seed=2, at=AT, actor=office.officer)
    assert [form.code for form in more.forms] == ["D"]
    assert set(Form.objects.filter(exam=office.exam)) == {*published, *more.forms}


def test_more_forms_share_nothing_with_the_published_ones(office: Office) -> None:
    a = office.build(forms=1, reserves=0)[0]
    publish_forms(exam=office.exam, at=LATER, actor=office.officer, second_person=False)
    b, c = office.build(forms=1, reserves=1, seed=8)
    assert compare_forms([a, b, c]).overlap == ((20, 0, 0), (0, 20, 0), (0, 0, 20))


def test_codes_go_on_after_z(office: Office) -> None:
    codes = free_codes(office.exam)
    assert [next(codes) for _ in range(28)][-3:] == ["Z", "AA", "AB"]


def test_a_bank_too_thin_is_refused_with_the_rules_and_what_helps_and_nothing_is_built(
    office: Office,
) -> None:
    office.build()
    before = set(Form.objects.values_list("pk", flat=True))
    with pytest.raises(CannotAssemble) as refusal:
        build_forms(exam=office.exam, forms=9, reserves=1, seed=1, at=AT, actor=office.officer)
    assert refusal.value.message == (
        "题库不够，没有组卷：“一、单项选择题”10套卷互不重题要 50 道，符合条件的只够 40 道，差 10 道；"
        "“二、判断题”10套卷互不重题要 50 道，符合条件的只够 30 道，差 20 道；"
        "“三、多项选择题”10套卷互不重题要 100 道，符合条件的只够 50 道，差 50 道。"
        "可以允许同一题用在 2 套卷里。"
    )
    assert set(Form.objects.values_list("pk", flat=True)) == before


def test_contradictory_rules_are_named(office: Office) -> None:
    change_blueprint(
        blueprint=office.blueprint,
        name="法律明白人",
        banks=[office.bank],
        sections=(section("single", 20, "5", topic="没有的知识点"),),
        duration_s=3600,
        at=AT,
        actor=office.officer,
    )
    with pytest.raises(CannotAssemble) as refusal:
        build_forms(exam=office.exam, forms=1, reserves=0, seed=1, at=AT, actor=office.officer)
    assert refusal.value.message == (
        "题库不够，没有组卷：“一、单项选择题”要 20 道，符合条件的只够 0 道，差 20 道。"
        "可以“一、单项选择题”不限知识点。"
    )


def test_an_exam_without_a_blueprint_cannot_be_built(office: Office) -> None:
    office.exam.blueprint = None
    office.exam.save()
    with pytest.raises(Conflict) as refusal:
        office.build()
    assert refusal.value.code == "no_blueprint"


@pytest.mark.parametrize("count", [0, 51])
def test_a_number_of_forms_out_of_range_is_refused(office: Office, count: int) -> None:
    with pytest.raises(DomainError) as refusal:
        office.build(forms=count)
    assert refusal.value.message == "一次可组 1 到 50 套卷。"


def test_too_many_forms_for_the_people_are_pointed_out(office: Office) -> None:
    office.freeze(people=6)
    built = build_forms(exam=office.exam, forms=2, reserves=0, seed=1, at=AT, actor=office.officer)
    assert built.warnings == (
        "应考 6 人分 2 套卷，每套不足 30 人，考后得不到可靠的题目统计；不超过 1 套为宜。",
    )


def test_sharing_items_between_forms_is_pointed_out(office: Office) -> None:
    built = build_forms(exam=office.exam, forms=6, reserves=0, cap=2, seed=1, at=AT, actor=office.officer)
    pairs = [n for a, row in enumerate(built.assembly.overlap) for n in row[a + 1 :]]
    assert sum(pairs) == 10  # sixty multiple-choice items are wanted, fifty there are
    assert built.warnings == (f"题库偏小，任意两套卷最多有 {max(pairs)} 道相同的题。",)


def test_near_duplicates_never_stand_in_one_form(office: Office) -> None:
    twins = [
        Question("true_false", f"村民委员会每届任期五年，届满应当及时举行换届选举{mark}。", key=True)
        for mark in ("", "活动", "的", "会")
    ]
    bank = make_bank(office.tree.town, "重题库", true_false=19)
    create_items(bank=bank, questions=twins, at=AT, actor=None, state=ItemState.APPROVED)
    change_blueprint(
        blueprint=office.blueprint,
        name="法律明白人",
        banks=[bank],
        sections=(section("true_false", 20, "5"),),
        duration_s=3600,
        at=AT,
        actor=office.officer,
    )
    (form,) = office.build(forms=1, reserves=0)
    stems = [slot.version.content["stem"] for slot in slots_of(form)]
    assert sum("每届任期五年" in stem for stem in stems) == 1


def test_a_case_is_one_unit_whose_parts_share_its_points(office: Office) -> None:
    parts = (
        Question("single", "合同是否有效？", (Choice("A", "有效"), Choice("B", "无效")), ("A",)),
        Question("true_false", "甲可以解除合同。", key=False),
        Question("single", "由谁管辖？", (Choice("A", "甲地"), Choice("B", "乙地")), ("B",)),
    )
    case = Question("case_group", "甲村与乙公司签订承包合同。", parts=parts, rationale="见合同编。")
    create_items(bank=office.bank, questions=[case], at=AT, actor=None, state=ItemState.APPROVED)
    change_blueprint(
        blueprint=office.blueprint,
        name="法律明白人",
        banks=[office.bank],
        sections=(section("single", 18, "5"), section("case_group", 1, "10")),
        duration_s=3600,
        at=AT,
        actor=office.officer,
    )
    (form,) = office.build(forms=1, reserves=0)
    slots = slots_of(form)[18:]
    assert [(one.part, one.kind, one.points) for one in slots] == [
        (0, "single", Decimal("3.00")),
        (1, "true_false", Decimal("3.50")),
        (2, "single", Decimal("3.50")),
    ]
    shown = compose_paper(form)["sections"][1]["slots"]
    assert {one["material"] for one in shown} == {"甲村与乙公司签订承包合同。"}
    assert len({one["group"] for one in shown}) == 1
    assert [one["number"] for one in shown] == [19, 20, 21]


# --- By hand -----------------------------------------------------------------------------------------


def test_an_item_is_replaced_by_its_like(office: Office) -> None:
    form = office.build()[0]
    slot = slots_of(form)[0]
    old, code = slot.version.item, slot.code
    new = editing.replace_item(slot=slot, at=LATER, actor=office.officer)
    assert new.version.item != old
    assert (new.version.item.kind, new.version.item.difficulty) == (old.kind, old.difficulty)
    assert (new.order, new.code, new.points) == (1, code, slot.points)
    others = Slot.objects.exclude(form=form).filter(form__exam=office.exam)
    assert new.version.item_id not in set(others.values_list("version__item", flat=True))


def test_where_nothing_is_alike_the_office_is_told(office: Office) -> None:
    form = office.build(forms=5, reserves=0)[0]  # takes every multiple-choice item
    slot = next(one for one in slots_of(form) if one.kind == "multiple")
    with pytest.raises(Conflict) as refusal:
        editing.replace_item(slot=slot, at=LATER, actor=office.officer)
    assert refusal.value.code == "no_equivalent"


def test_an_item_picked_by_hand_must_fit(office: Office) -> None:
    form = office.build()[0]
    first, second = slots_of(form)[:2]
    picked = editing.pickable(form, first, at=LATER)[0]
    assert (
        editing.replace_item(slot=first, item=picked, at=LATER, actor=office.officer).version.item == picked
    )
    other_kind = Item.objects.filter(bank=office.bank, kind="multiple").first()
    draft = create_items(
        bank=office.bank, questions=make_questions("single", 1, source="新"), at=AT, actor=None
    )[0]
    for item, sentence in (
        (other_kind, "替换的题要与原题题型相同。"),
        (draft, "只能选已审定、未过时的题。"),
        (picked, "这道题已在本卷上。"),
    ):
        with pytest.raises(DomainError) as refusal:
            editing.replace_item(slot=second, item=item, at=LATER, actor=office.officer)
        assert refusal.value.message == sentence


def test_locked_items_stay_when_the_rest_is_drawn_anew(office: Office) -> None:
    form = office.build()[0]
    first = slots_of(form)[0]
    editing.lock_item(slot=first, locked=True, at=LATER, actor=office.officer)
    before = items_of(form)
    rebuilt = rebuild_form(form=form, seed=99, at=LATER, actor=office.officer)
    assert first.version.item_id in items_of(rebuilt)
    assert items_of(rebuilt) != before
    assert rebuilt.slots.filter(locked=True).count() == 1
    assert rebuilt.slots.count() == 20
    others = Slot.objects.exclude(form=form).filter(form__exam=office.exam)
    assert items_of(rebuilt) & set(others.values_list("version__item", flat=True)) == set()


def test_items_move_within_their_section_only(office: Office) -> None:
    form = office.build()[0]
    slots = slots_of(form)
    editing.move_item(slot=slots[0], steps=1, at=LATER, actor=office.officer)
    moved = slots_of(form)
    assert [one.pk for one in moved[:3]] == [slots[1].pk, slots[0].pk, slots[2].pk]
    assert [one.order for one in moved] == list(range(1, 21))
    editing.move_item(slot=moved[4], steps=5, at=LATER, actor=office.officer)
    assert [one.pk for one in slots_of(form)] == [one.pk for one in moved]


def test_every_deed_by_hand_is_logged_with_the_question(office: Office) -> None:
    form = office.build()[0]
    editing.lock_item(slot=slots_of(form)[2], locked=True, at=LATER, actor=office.officer)
    entry = AuditRecord.objects.get(action="form.lock")
    assert entry.after == {"question": 3}
    assert entry.actor == office.officer


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


def test_an_item_of_ended_law_is_neither_offered_nor_taken_by_hand(office: Office) -> None:
    form = office.build()[0]
    slot = slots_of(form)[0]
    item = editing.pickable(form, slot, at=AT)[0]
    cite_ended_law(item, ended_on=AT.date())
    assert item not in editing.pickable(form, slot, at=AT, limit=1000)
    assert item in editing.pickable(form, slot, at=AT - timedelta(days=1), limit=1000)
    with pytest.raises(Invalid) as refusal:
        editing.replace_item(slot=slot, item=item, at=AT, actor=office.officer)
    assert refusal.value.code == "not_approved"


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


# --- On paper ----------------------------------------------------------------------------------------


def test_the_printed_paper_has_keys_only_for_the_markers(office: Office) -> None:
    form = office.publish()[0]
    book, key = printed_paper(form), printed_paper(form, with_keys=True)
    assert {(one.key, one.rationale) for one in book.questions} == {("", "")}
    assert {one.rationale for one in key.questions} == {"见法条。"}
    assert [one.number for one in book.questions] == list(range(1, 21))
    assert book.mark == form.digest[:8].upper()
    assert len(SMALL) == len(book.sections)
