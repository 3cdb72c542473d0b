"""Forms: built from a blueprint, side by side, or refused with what helps."""

from __future__ import annotations

from decimal import Decimal

import pytest

from exams.domain.blueprints import change_blueprint
from exams.domain.comparing import compare_forms
from exams.domain.form_writing import compose_paper, slots_of
from exams.domain.forms import (
    CannotAssemble,
    build_forms,
    free_codes,
)
from exams.domain.publishing import (
    publish_forms,
)
from exams.models import Form, FormRole
from examsite.lib.errors import Conflict, DomainError
from questionbanks.domain.items import create_items
from questionbanks.kinds.base import Choice, Question
from questionbanks.models import ItemState
from tests.factories import AT, make_bank
from tests.papers_world import LATER, Office, items_of, section

pytestmark = pytest.mark.django_db


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
