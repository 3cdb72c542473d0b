"""Exposure over the years: an item that was asked in enough exams lately rests."""

from __future__ import annotations

from datetime import timedelta

import pytest

from exams.domain.blueprints import change_blueprint, clone_blueprint, sections_of
from exams.domain.exams import create_exam
from exams.domain.form_editing import replace_item
from exams.domain.forms import CannotAssemble, build_forms, rebuild_form
from exams.domain.pool import Exposure, exams_asking
from exams.domain.publishing import publish_forms, warnings_of
from exams.domain.supply import supply_of
from exams.models import Exam, Form, FormRole, Slot
from examsite.lib.errors import Invalid
from tests.factories import AT
from tests.papers_world import Office, exam_spec, items_of, make_office, section

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SECTIONS = (section("single", 25, "4"),)  # of the 40 there are


@pytest.fixture
def office() -> Office:
    office = make_office()
    limit(office, 1)
    return office


def limit(office: Office, most: int | None, sections=SECTIONS) -> None:
    change_blueprint(
        blueprint=office.blueprint,
        name=office.blueprint.name,
        banks=[office.bank],
        sections=sections,
        duration_s=3600,
        most_exams=most,
        at=AT,
        actor=office.officer,
    )
    office.blueprint.refresh_from_db()


def hold(office: Office, *, days_ago: int = 100, title: str = "上半年考试") -> Exam:
    """Another exam of the unit whose form A was published so long ago; its reserve B was not sat."""
    exam = create_exam(
        unit=office.tree.town,
        spec=exam_spec(blueprint=office.blueprint, title=title),
        at=AT,
        actor=office.officer,
    )
    build_forms(exam=exam, forms=1, reserves=0, seed=7, at=AT, actor=office.officer)
    publish_forms(exam=exam, at=AT, actor=office.officer, second_person=False)
    Form.objects.filter(exam=exam).update(published_at=AT - days_ago * DAY)
    return exam


def build(office: Office, **options: object) -> list[Form]:
    return office.build(forms=1, reserves=0, **options)


def known_to(office: Office, most: int = 1) -> int:
    return len(exams_asking([office.bank.pk], Exposure(most, AT, office.exam.pk)))


@pytest.mark.parametrize(
    ("role", "days_ago", "known"),
    [
        (FormRole.MAIN, 100, 25),
        (FormRole.WITHDRAWN, 100, 25),
        (FormRole.RESERVE, 100, 0),
        (FormRole.MAIN, 729, 25),
        (FormRole.MAIN, 730, 0),
    ],
)
def test_what_counts_as_shown(office, role, days_ago, known):
    exam = hold(office, days_ago=days_ago)
    Form.objects.filter(exam=exam).update(role=role)
    assert known_to(office) == known


def test_drafts_and_the_exam_itself_do_not_count(office):
    limit(office, None, (section("single", 10, "10"),))
    office.build()
    assert known_to(office) == 0
    publish_forms(exam=office.exam, at=AT, actor=office.officer, second_person=False)
    assert known_to(office) == 0


def test_items_at_their_limit_are_not_drawn_again(office):
    limit(office, 1, (section("single", 20, "5"),))
    known = items_of(*hold(office).forms.all())
    (form,) = build(office)
    assert len(items_of(form)) == 20
    assert items_of(form) & known == set()


def test_below_the_limit_they_are(office):
    hold(office)
    limit(office, 2)
    (form,) = build(office)
    assert len(items_of(form)) == 25


def test_two_exams_reach_a_limit_of_two(office):
    limit(office, 2, (section("single", 40, "2.5"),))
    hold(office)
    hold(office, title="年中考试")
    with pytest.raises(CannotAssemble):
        build(office)


def test_the_refusal_offers_to_widen_the_limit(office):
    hold(office)
    with pytest.raises(CannotAssemble) as refused:
        build(office)
    (clash,) = refused.value.clashes
    assert (clash.needed, clash.available) == (25, 15)
    assert clash.relaxations[0].code == "exposure"
    assert refused.value.message.endswith("可以在组卷规则里放宽“同一题两年内最多考几场”。")
    limit(office, None)
    assert len(items_of(*build(office))) == 25


def test_to_widen_is_not_offered_where_it_would_not_help(office):
    limit(office, 1, (section("single", 50, "2"),))
    with pytest.raises(CannotAssemble) as refused:
        build(office)
    assert [one.code for one in refused.value.clashes[0].relaxations if one.code == "exposure"] == []


def test_the_rows_say_how_many_rest(office):
    hold(office)
    supply = supply_of(sections=SECTIONS, banks=[office.bank], at=AT, exposure=Exposure(1, AT))
    ((row,),) = supply.rows
    assert (row.available, row.is_short) == (15, True)
    assert "25 题两年内考过的场数已满" in row.reason


def test_replacing_and_rebuilding_keep_the_limit(office):
    limit(office, 1, (section("single", 10, "10"),))
    known = items_of(*hold(office).forms.all())
    (form,) = build(office)
    before = items_of(form)
    replace_item(slot=form.slots.get(order=1), at=AT, actor=office.officer)
    assert len(items_of(form) - before) == 1
    assert items_of(form) & known == set()
    rebuild_form(form=form, seed=3, at=AT, actor=office.officer)
    assert items_of(form) & known == set()


def test_picked_by_hand_it_stays_and_the_form_says_so(office):
    limit(office, 1, (section("single", 10, "10"),))
    exam = hold(office)
    (form,) = build(office)
    slot = form.slots.get(order=3)
    item = exam.forms.get().slots.first().version.item
    replace_item(slot=slot, item=item, at=AT, actor=office.officer)
    found = [one for one in warnings_of(form, at=AT) if one.code == "worn"]
    assert [one.numbers for one in found] == [(3,)]
    Slot.objects.filter(form=form, order=3).update(locked=True)
    rebuild_form(form=form, seed=3, at=AT, actor=office.officer)
    assert item.pk in items_of(form)


@pytest.mark.parametrize("most", [0, -1, 101])
def test_a_limit_that_makes_no_sense_is_refused(office, most):
    with pytest.raises(Invalid, match="最多考几场"):
        limit(office, most)


def test_a_copy_keeps_the_limit(office):
    limit(office, 5)
    copy = clone_blueprint(blueprint=office.blueprint, name="副本", at=AT, actor=office.officer)
    assert (copy.most_exams, len(sections_of(copy))) == (5, 1)
