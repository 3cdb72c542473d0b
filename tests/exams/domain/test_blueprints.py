"""Blueprints: what is refused, what is kept, and what the banks can give."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from exams.domain.blueprints import (
    TEMPLATES,
    RowSpec,
    SectionSpec,
    change_blueprint,
    check_sections,
    clone_blueprint,
    create_blueprint,
    delete_blueprint,
    sections_of,
)
from exams.domain.pool import load_pool
from exams.domain.supply import supply_of
from exams.models import Blueprint
from examsite.lib.errors import Conflict, DomainError
from examsite.people.models import AuditRecord
from questionbanks.domain.items import change_item, create_items, question_of
from questionbanks.models import Edition, Item, ItemCitation, ItemState
from tests.factories import AT, cite_ended_law, make_bank, make_questions
from tests.papers_world import SMALL, Office, section

pytestmark = pytest.mark.django_db


def create(office: Office, **fields: object) -> Blueprint:
    made = {
        "unit": office.tree.town,
        "name": "新规则",
        "banks": [office.bank],
        "sections": SMALL,
        "duration_s": 3600,
        "at": AT,
        "actor": office.officer,
    }
    return create_blueprint(**(made | fields))  # type: ignore[arg-type]


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=list(TEMPLATES))
def test_the_usual_sets_come_out_at_a_hundred_points(template: object) -> None:
    check_sections(template.sections, Decimal(100))  # type: ignore[attr-defined]


def test_what_was_said_is_what_is_read_back(office: Office) -> None:
    sections = (
        SectionSpec(
            "multiple",
            Decimal("2.50"),
            (RowSpec(3, None, "知识点1", 2, "村民"), RowSpec(1)),
            "option",
            Decimal("0.50"),
            "多项选择题（一）",
        ),
    )
    stored = create(office, sections=sections, total_points=Decimal(10))
    assert tuple(sections_of(stored)) == sections


ROW = (RowSpec(20),)
REFUSED = [
    ({"name": " "}, "no_name", "请填写组卷规则的名称。"),
    ({"name": "法律明白人"}, "double", "“青城镇”已有名为“法律明白人”的组卷规则，请换一个名称。"),
    ({"banks": []}, "no_bank", "请至少选择一个题库。"),
    ({"duration_s": 0}, "duration", "作答时长要在 1 分钟到 8 小时之间。"),
    ({"duration_s": 8 * 3600 + 1}, "duration", "作答时长要在 1 分钟到 8 小时之间。"),
    ({"sections": ()}, "no_sections", "请至少设一个大题。"),
    (
        {"sections": (section("single", 24, "4"),)},
        "total",
        "各大题合计 96 分，比满分 100 分少 4 分，请改题数或每题分值。",
    ),
    (
        {"sections": (section("single", 21, "5"),)},
        "total",
        "各大题合计 105 分，比满分 100 分多 5 分，请改题数或每题分值。",
    ),
    ({"sections": (section("essay", 10, "10"),)}, "kind", "第一大题没有选题型。"),
    ({"sections": (section("single", 10, "0"),)}, "points", "第一大题的每题分值要大于 0，最多两位小数。"),
    ({"sections": (section("single", 10, "0.005"),)}, "points", "第一大题的每题分值要大于 0，最多两位小数。"),
    (
        {"sections": (section("single", 20, "5", credit_rule="half"),)},
        "credit_rule",
        "第一大题：单选题不能用这种计分规则。",
    ),
    (
        {"sections": (section("multiple", 20, "5", credit_rule="option"),)},
        "per_choice",
        "第一大题要填每对一项得几分，大于 0，不超过每题 5 分。",
    ),
    ({"sections": (SectionSpec("single", Decimal(5), ()),)}, "no_rows", "第一大题至少要有一行抽题规则。"),
    (
        {"sections": (section("single", 0, "5"),)},
        "count",
        "第一大题第1行的题数要在 1 到 500 之间。",
    ),
    (
        {"sections": (section("single", 20, "5", difficulty=4),)},
        "difficulty",
        "第一大题第1行没有这种难度。",
    ),
]


@pytest.mark.parametrize(("fields", "code", "sentence"), REFUSED)
def test_what_does_not_hold_together_is_refused_and_nothing_stored(
    office: Office, fields: dict[str, object], code: str, sentence: str
) -> None:
    with pytest.raises(DomainError) as refusal:
        create(office, **fields)
    assert (refusal.value.code, refusal.value.message) == (code, sentence)
    assert Blueprint.objects.count() == 1


def test_a_change_replaces_what_was_said_and_is_logged(office: Office) -> None:
    changed = change_blueprint(
        blueprint=office.blueprint,
        name="改后",
        banks=[office.bank],
        sections=(section("single", 20, "5"),),
        duration_s=1800,
        at=AT,
        actor=office.officer,
    )
    assert [one.kind for one in sections_of(changed)] == ["single"]
    entry = AuditRecord.objects.get(action="blueprint.change")
    assert entry.after == {"一、单项选择题": "20题×5分"}


def test_a_refused_change_leaves_the_blueprint_alone(office: Office) -> None:
    with pytest.raises(DomainError):
        change_blueprint(
            blueprint=office.blueprint,
            name="改后",
            banks=[office.bank],
            sections=(section("single", 1, "5"),),
            duration_s=1800,
            at=AT,
            actor=office.officer,
        )
    office.blueprint.refresh_from_db()
    assert office.blueprint.name == "法律明白人"
    assert tuple(sections_of(office.blueprint)) == SMALL


def test_a_copy_says_the_same_under_another_name(office: Office) -> None:
    copy = clone_blueprint(blueprint=office.blueprint, name="法律明白人（2027）", at=AT, actor=office.officer)
    assert copy.pk != office.blueprint.pk
    assert sections_of(copy) == sections_of(office.blueprint)
    assert list(copy.banks.all()) == [office.bank]


def test_only_an_unused_blueprint_can_be_removed(office: Office) -> None:
    with pytest.raises(Conflict) as refusal:
        delete_blueprint(blueprint=office.blueprint, at=AT, actor=office.officer)
    assert refusal.value.message == "有考试在用“法律明白人”，不能删除。"
    delete_blueprint(blueprint=create(office), at=AT, actor=office.officer)
    assert Blueprint.objects.count() == 1


# --- What the banks can give -------------------------------------------------------------------------


def test_only_approved_items_of_valid_law_can_be_drawn(office: Office) -> None:
    bank = make_bank(office.tree.town, "小题库", single=4)
    create_items(bank=bank, questions=make_questions("single", 2, source="草稿"), at=AT, actor=None)
    stale = Item.objects.filter(bank=bank, state=ItemState.APPROVED).order_by("number").first()
    Item.objects.filter(pk=stale.pk).update(stale_reason="村民委员会组织法已修订")
    supply = supply_of(sections=[section("single", 5, "20")], banks=[bank], at=AT)
    ((row,),) = supply.rows
    assert (row.needed, row.available, row.is_short) == (5, 3, True)
    assert row.reason == "可抽 3 题，差 2 题；另有 2 题未审定；1 题因法律修订待更新"
    assert supply.clashes[0].text == "“一、单项选择题”要 5 道，符合条件的只够 3 道，差 2 道"


def test_items_of_a_law_that_has_ended_do_not_count_though_nobody_marked_them(office: Office) -> None:
    bank = make_bank(office.tree.town, "小题库", single=4)
    ended, upheld, old, _ = Item.objects.filter(bank=bank).order_by("number")
    day = AT.date()
    cite_ended_law(ended, ended_on=day)
    cite_ended_law(upheld, ended_on=day).citations.filter(version=upheld.current).update(upheld_at=AT)
    version = old.current
    change_item(item=old, question=replace(question_of(version), stem="改过？"), at=AT, actor=office.officer)
    Item.objects.filter(pk=old.pk).update(state=ItemState.APPROVED)
    ItemCitation.objects.create(version=version, edition=Edition.objects.get(), article="第一条")
    for at, available, reason in (
        (AT, 3, "可抽 3 题，差 1 题；1 题因法律修订待更新"),
        (AT - timedelta(days=1), 4, ""),
    ):
        ((row,),) = supply_of(sections=[section("single", 4, "25")], banks=[bank], at=at).rows
        assert (row.available, row.reason) == (available, reason)
        usable = load_pool([bank], at=at).usable
        assert len(usable) == available
        assert (str(ended.pk) in {one.id for one in usable}) == (at < AT)
    assert Item.objects.exclude(stale_reason="").count() == 0


def test_a_short_row_says_which_condition_makes_it_so(office: Office) -> None:
    supply = supply_of(sections=[section("single", 20, "5", difficulty=3)], banks=[office.bank], at=AT)
    assert supply.rows[0][0].reason == "可抽 13 题，差 7 题；不限难度有 40 题"


def test_rows_that_share_their_items_are_short_together(office: Office) -> None:
    rows = SectionSpec("single", Decimal(2), (RowSpec(30), RowSpec(20, difficulty=1)))
    supply = supply_of(sections=[rows], banks=[office.bank], at=AT)
    assert [row.is_short for row in supply.rows[0]] == [False, True]
    assert supply.is_short is True


def test_enough_for_one_form_may_be_too_little_for_three(office: Office) -> None:
    assert supply_of(sections=SMALL, banks=[office.bank], at=AT, forms=5).is_short is False
    assert supply_of(sections=SMALL, banks=[office.bank], at=AT, forms=6).is_short is True


def test_counting_takes_few_queries_whatever_the_number_of_rows(
    office: Office, django_assert_num_queries: object
) -> None:
    many = SectionSpec("single", Decimal(1), tuple(RowSpec(1, topic=f"知识点{n % 5}") for n in range(20)))
    for sections in ([section("single", 1, "1")], [many]):
        with django_assert_num_queries(4):  # type: ignore[operator]
            supply_of(sections=sections, banks=[office.bank], at=AT)
