"""Practice and mistakes: no key comes out before its time, and what one tries counts nowhere."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localdate

from exams.domain.practice import (
    banks_to_practise,
    exercise,
    exercise_codes,
    laws_in,
)
from exams.domain.publishing import warnings_of
from exams.engine.practice import try_answer
from exams.models import Attempt, Exam, Form, Sitting
from examsite.lib import clock
from examsite.lib.errors import NotFound
from examsite.people.models import User
from questionbanks.domain.banks import create_bank, open_practice
from questionbanks.domain.items import change_item, create_items
from questionbanks.kinds.base import Blanks, Choice, ModelAnswer, Question, WireError, replace
from questionbanks.models import Article, Bank, Edition, Item, ItemCitation, ItemState, Law
from tests.exam_world import MACHINE, World, make_form, make_world
from tests.factories import cite_ended_law
from tests.marking_world import join, make_village

pytestmark = pytest.mark.django_db(transaction=True)
CHOICES = tuple(Choice(label, f"说法{label}") for label in "ABCD")
FREE = Question("single", "没有考过的题？", CHOICES, ("C",), rationale="因为C")
YEAR = timedelta(days=365)


def add(bank: Bank, *questions: Question, state: str = ItemState.APPROVED) -> list[Item]:
    return create_items(bank=bank, questions=list(questions), at=clock.now(), actor=None, state=state)


@pytest.fixture
def world() -> World:
    """An exam that is open now; its bank is open for practice and has one more item."""
    world = make_world(questions=MACHINE, people=2)
    bank = bank_of(world)
    add(bank, FREE)
    open_practice(bank=bank, at=clock.now(), actor=world.officer)
    return world


def bank_of(world: World) -> Bank:
    return Bank.objects.get(unit=world.town)


def stems(world: World, bank: Bank | None = None) -> list[str]:
    """What may be practised now, by the beginning of the stems."""
    bank, at = bank or bank_of(world), clock.now()
    codes = exercise_codes(bank=bank, at=at)
    return [exercise(bank=bank, code=code, at=at)[0].question.stem[:4] for code in codes]


ALL = ["村民会议", "下列哪些", "年满十八", "没有考过"]
ONLY_FREE = ["没有考过"]


# --- What is kept back -------------------------------------------------------------------------------


def test_nothing_of_an_exam_before_its_keys_are_out(world: World) -> None:
    assert stems(world) == ONLY_FREE
    world.start()
    assert stems(world) == ONLY_FREE
    Attempt.objects.update(state="submitted", submitted_at=clock.now())
    world.end()
    assert stems(world) == ONLY_FREE
    Attempt.objects.update(state="marked", points=1, possible=5)
    world.release(keys=False)
    assert stems(world) == ONLY_FREE
    world.release()
    assert stems(world) == ALL


def test_a_single_question_that_is_kept_back_is_not_found(world: World) -> None:
    item = world.form.slots.first().version.item
    with pytest.raises(NotFound):
        exercise(bank=bank_of(world), code=str(item.pk), at=clock.now())


def test_one_sitting_that_still_needs_them_keeps_them_all_back(world: World) -> None:
    world.start()
    Attempt.objects.update(state="marked", submitted_at=clock.now(), points=1, possible=5)
    world.end()
    world.release()
    assert stems(world) == ALL
    now = clock.now()
    Sitting.objects.create(
        exam=world.exam,
        kind="makeup",
        title="补考",
        opens_at=now + timedelta(days=3),
        closes_at=now + timedelta(days=4),
        duration_s=3600,
        created_at=now,
    )
    assert stems(world) == ONLY_FREE


@pytest.mark.parametrize("published", [True, False])
def test_a_form_of_an_exam_that_has_no_sitting_yet_keeps_its_items_back(
    world: World, published: bool
) -> None:
    finish(world)
    other = Exam.objects.create(
        unit=world.town,
        title="明年考试",
        stat_year=2027,
        category=world.exam.category,
        created_at=clock.now(),
    )
    form = make_form(other, bank_of(world), [replace(FREE, stem="明年才考的题？")], clock.now())
    if not published:
        Form.objects.filter(pk=form.pk).update(published_at=None)
    assert stems(world) == ALL


def finish(world: World) -> None:
    """The exam was sat, is over, and its keys are out."""
    world.start()
    Attempt.objects.update(state="marked", submitted_at=clock.now(), points=1, possible=5)
    world.end()
    world.release()
    assert stems(world) == ALL


def test_a_reserve_that_nobody_sat_is_kept_for_two_years(world: World) -> None:
    finish(world)
    reserve = make_form(world.exam, bank_of(world), [replace(FREE, stem="备用卷里的题？")], clock.now(), "R")
    assert stems(world) == ALL
    Form.objects.filter(pk=reserve.pk).update(built_at=clock.now() - 2 * YEAR)
    assert stems(world) == [*ALL, "备用卷里"]


def test_the_same_question_in_another_bank_is_kept_back_too(world: World) -> None:
    other = create_bank(name="抄来的题库", unit=world.town, at=clock.now(), actor=None)
    add(other, MACHINE[0], replace(FREE, stem="别的题？"))
    assert stems(world, other) == ["别的题？"]


def test_a_newer_version_of_an_item_in_use_is_kept_back(world: World) -> None:
    item = world.form.slots.first().version.item
    new = replace(MACHINE[0], stem="改过题干的同一道题？", points=None)
    change_item(item=item, question=new, at=clock.now(), actor=world.officer)
    Item.objects.filter(pk=item.pk).update(state=ItemState.APPROVED)
    assert stems(world) == ONLY_FREE


def test_only_approved_items_whose_law_holds(world: World) -> None:
    bank = bank_of(world)
    add(bank, replace(FREE, stem="草稿？"), state=ItemState.DRAFT)
    (stale,) = add(bank, replace(FREE, stem="过时？"))
    Item.objects.filter(pk=stale.pk).update(stale_reason="已废止")
    assert stems(world) == ONLY_FREE


def test_an_item_of_ended_law_is_not_practised_though_nobody_has_marked_it(world: World) -> None:
    bank, at = bank_of(world), clock.now()
    ended, upheld, in_force = add(bank, *(replace(FREE, stem=f"引法题{one}？") for one in "一二三"))
    cite_ended_law(ended, ended_on=localdate(at))
    cite_ended_law(upheld, ended_on=localdate(at))
    upheld.current.citations.update(upheld_at=at)
    law = Law.objects.get()
    before = at - timedelta(days=1)
    assert len(exercise_codes(bank=bank, at=before)) == 4
    assert len(exercise_codes(bank=bank, at=at)) == 3
    assert exercise_codes(bank=bank, at=at, law=law.pk) == [str(upheld.pk)]
    assert names(world.user) == [(bank.name, 3)]
    with pytest.raises(NotFound):
        exercise(bank=bank, code=str(ended.pk), at=at)
    assert exercise(bank=bank, code=str(in_force.pk), at=at)[1] == []
    assert Item.objects.exclude(stale_reason="").count() == 0


def test_a_law_whose_items_are_all_of_ended_editions_is_not_offered(world: World) -> None:
    at = clock.now()
    cite_ended_law(Item.objects.get(current__content__stem=FREE.stem), ended_on=localdate(at))
    assert [one.short for one in laws_in(bank_of(world), at - timedelta(days=1))] == ["村规"]
    assert laws_in(bank_of(world), at) == []
    assert banks_to_practise(user=world.user, at=at) == []


def test_to_practise_takes_as_many_statements_for_many_ended_items(world: World) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as taken:
            exercise_codes(bank=bank_of(world), at=clock.now())
        return len(taken)

    few = statements()
    for item in add(bank_of(world), *(replace(FREE, stem=f"旧法题{one}？") for one in range(12))):
        cite_ended_law(item, ended_on=localdate(clock.now()))
    assert stems(world) == ONLY_FREE
    assert statements() == few


# --- Who may -----------------------------------------------------------------------------------------


def names(user: User) -> list[tuple[str, int]]:
    return [(one.bank.name, one.questions) for one in banks_to_practise(user=user, at=clock.now())]


def test_people_practise_the_banks_of_their_units_and_above(world: World) -> None:
    village = make_village("东风村", world.town)
    stranger, member = User.objects.create(name="外人"), User.objects.create(name="村民")
    join(member, village)
    assert names(world.user) == [("青城镇题库", 1)]
    assert names(member) == [("青城镇题库", 1)]
    assert names(stranger) == []


def test_the_exams_are_looked_through_once_for_all_banks(world: World) -> None:
    for number in range(3):
        other = create_bank(name=f"题库{number}", unit=world.town, at=clock.now(), actor=None)
        add(other, replace(FREE, stem=f"另{number}？"))
        open_practice(bank=other, at=clock.now(), actor=world.officer)
    with CaptureQueriesContext(connection) as statements:
        assert len(names(world.user)) == 4
    through = [one["sql"] for one in statements if 'FROM "exams_exam"' in one["sql"]]
    assert len(through) == 1


def test_a_bank_that_is_not_open_is_nobodys(world: World) -> None:
    Bank.objects.update(practice_since=None)
    assert names(world.user) == []


# --- Answers -----------------------------------------------------------------------------------------

KINDS: list[tuple[Question, Any, Any, bool | None]] = [
    (FREE, "C", "A", False),
    (replace(FREE, kind="multiple", key=("A", "C")), ["A", "C"], ["A"], False),
    (Question("true_false", "对吗？", key=False), False, True, False),
    (Question("fill_blank", "任期____年。", key=Blanks((("五", "5"),))), ["5"], ["三"], None),
    (Question("short_answer", "谈谈。", key=ModelAnswer("公开")), None, "不知道", None),
]


@pytest.mark.parametrize(
    ("question", "right", "other", "judged"), KINDS, ids=lambda one: getattr(one, "kind", "")
)
def test_an_answer_is_judged_by_its_kind(
    world: World, question: Question, right: Any, other: Any, judged: Any
) -> None:
    (item,) = add(bank_of(world), replace(question, stem=f"又一题：{question.stem}____"))
    tried, _ = exercise(bank=bank_of(world), code=str(item.pk), at=clock.now())
    if right is not None:
        assert try_answer(tried, right).right is True
    assert try_answer(tried, other).right is judged
    for nothing in (None, "", [], ["", ""], 7):
        with pytest.raises(WireError):
            try_answer(tried, nothing)


def test_a_case_is_practised_part_by_part(world: World) -> None:
    parts = (replace(FREE, stem="第一问？"), Question("true_false", "第二问。", key=True))
    add(bank_of(world), Question("case_group", "村里的案子。", parts=parts))
    codes = exercise_codes(bank=bank_of(world), at=clock.now())
    assert [code.partition(".")[2] for code in codes] == ["", "0", "1"]
    second, _ = exercise(bank=bank_of(world), code=codes[2], at=clock.now())
    assert (second.material, second.question.stem, try_answer(second, True).right) == (
        "村里的案子。",
        "第二问。",
        True,
    )
    for code in (
        codes[1].removesuffix(".0"),
        codes[2].replace(".1", ".2"),
        f"{codes[0]}.0",
        "x",
        codes[0] + ".x",
    ):
        with pytest.raises(NotFound):
            exercise(bank=bank_of(world), code=code, at=clock.now())


def test_the_article_stands_beside_the_answer(world: World) -> None:
    law = Law.objects.create(title="中华人民共和国村民委员会组织法", short="村民委员会组织法")
    edition = Edition.objects.create(law=law, adopted_on="2018-12-29")
    Article.objects.create(edition=edition, label="第十三条", order=13, text="年满十八周岁的村民……")
    item = Item.objects.get(current__content__stem=FREE.stem)
    ItemCitation.objects.create(version=item.current, edition=edition, article="第十三条")
    ItemCitation.objects.create(version=item.current, edition=edition, article="第九十九条", quote="引文")
    _, bases = exercise(bank=bank_of(world), code=str(item.pk), at=clock.now())
    assert [(one.law, one.article, one.text) for one in bases] == [
        ("村民委员会组织法", "第十三条", "年满十八周岁的村民……"),
        ("村民委员会组织法", "第九十九条", "引文"),
    ]
    assert [one.short for one in laws_in(bank_of(world), clock.now())] == ["村民委员会组织法"]
    assert len(exercise_codes(bank=bank_of(world), at=clock.now(), law=law.pk)) == 1
    other = Law.objects.create(title="别的法", short="别的法")
    assert exercise_codes(bank=bank_of(world), at=clock.now(), law=other.pk) == []


def test_practising_writes_nothing(world: World) -> None:
    def rows() -> dict[str, int]:
        return {model._meta.label: model.objects.count() for model in apps.get_models()}

    before = rows()
    (code,) = exercise_codes(bank=bank_of(world), at=clock.now())
    tried, _ = exercise(bank=bank_of(world), code=code, at=clock.now())
    try_answer(tried, "A")
    assert rows() == before


def test_a_form_from_an_open_bank_says_so(world: World) -> None:
    def codes() -> list[str]:
        return [one.code for one in warnings_of(world.form, at=clock.now())]

    assert "practised" in codes()
    Bank.objects.update(practice_since=None)
    assert "practised" not in codes()
