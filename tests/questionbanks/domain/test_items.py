"""Items: created in bulk, changed as a next version, read back whole."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from examsite.lib.errors import Invalid
from examsite.people.models import AuditRecord, User
from questionbanks.domain.items import change_item, create_items, whole_question, whole_questions
from questionbanks.kinds.base import Blanks, Choice, Citation, ModelAnswer, Question, RubricPoint, replace
from questionbanks.models import Bank, Edition, Item, ItemState, ItemVersion
from tests.factories import AT, make_questions

AB = (Choice("A", "甲"), Choice("B", "乙"))
SINGLE = Question(
    "single",
    "村民会议由谁召集？",
    AB,
    ("A",),
    rationale="见法条。",
    points=Decimal(2),
    difficulty=1,
    topic="村民自治/村民会议",
    audience=("法律明白人",),
    tags=("互斥:甲",),
    citations=(Citation("民法典", "2020-05-28", "第三条", "原文"),),
    source="自编",
)


def make_item(bank: Bank, question: Question = SINGLE, actor: User | None = None) -> Item:
    return create_items(bank=bank, questions=[question], at=AT, actor=actor)[0]


@pytest.mark.parametrize(
    "question",
    [
        SINGLE,
        replace(SINGLE, kind="multiple", key=("A", "B"), pinned=True),
        Question("true_false", "对吗？", key=False),
        Question("fill_blank", "____和____", key=Blanks((("甲", "乙"), ("丙",)), any_order=True)),
        Question("short_answer", "论述", key=ModelAnswer("答", (RubricPoint("点", Decimal("1.5")),))),
        Question(
            "case_group",
            "材料",
            parts=(
                replace(SINGLE, citations=(), topic="", audience=(), tags=(), source="", difficulty=None),
            ),
        ),
    ],
)
def test_an_item_comes_back_as_it_was(bank: Bank, laws: dict[str, Edition], question: Question) -> None:
    item = Item.objects.get(pk=make_item(bank, question).pk)
    assert whole_question(item) == replace(question, number="1")


def test_items_are_numbered_on(bank: Bank) -> None:
    make_item(bank)
    create_items(bank=bank, questions=make_questions("true_false", 3), at=AT, actor=None)
    assert list(bank.items.values_list("number", flat=True)) == [1, 2, 3, 4]


def test_many_items_take_the_statements_of_one(bank: Bank) -> None:
    with CaptureQueriesContext(connection) as one:
        create_items(bank=bank, questions=make_questions("single", 1, topic="甲"), at=AT, actor=None)
    with CaptureQueriesContext(connection) as many:
        create_items(bank=bank, questions=make_questions("single", 30, topic="乙"), at=AT, actor=None)
    assert len(many) == len(one)


def test_an_unsound_one_keeps_all_out_and_is_named(bank: Bank) -> None:
    questions = [SINGLE, replace(SINGLE, key=(), number="七")]
    with pytest.raises(Invalid) as refused:
        create_items(bank=bank, questions=questions, at=AT, actor=None)
    assert refused.value.code == "no_key"
    assert refused.value.message == "第七题：没有答案（补上答案）"
    assert Item.objects.count() == 0
    assert ItemVersion.objects.count() == 0


@pytest.mark.parametrize(
    ("stem", "code"), [("法" * 20_001, "too_long"), ("法\x00条", "unstorable"), ("法\ud800条", "unstorable")]
)
def test_texts_that_cannot_be_kept_are_refused(bank: Bank, stem: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        make_item(bank, replace(SINGLE, stem=stem))
    assert refused.value.code == code


def test_a_basis_that_the_catalogue_lacks_is_kept_as_a_tag(bank: Bank, laws: dict[str, Edition]) -> None:
    item = make_item(bank, replace(SINGLE, citations=(Citation("渔业法", "", "第五条"),)))
    assert item.tags == ["互斥:甲", "依据:《渔业法》第五条"]
    assert item.current.citations.count() == 0


def test_labels_find_whole_labels_only(bank: Bank) -> None:
    make_item(bank)
    assert bank.items.filter(labels__contains="\n@法律明白人\n").count() == 1
    assert bank.items.filter(labels__contains="\n@法律\n").count() == 0
    assert bank.items.filter(labels__contains="\n#互斥:甲\n").count() == 1


def test_a_change_is_the_next_version_and_goes_back_to_draft(bank: Bank, editor: User) -> None:
    item = make_item(bank)
    Item.objects.update(state=ItemState.APPROVED, reviewer=editor, reviewed_at=AT)
    first = item.current
    version = change_item(item=item, question=replace(SINGLE, stem="新题干？"), at=AT, actor=editor)
    item.refresh_from_db()
    assert version.number == 2
    assert item.current_id == version.pk
    assert item.state == ItemState.DRAFT
    assert item.author == editor
    assert item.reviewer is None
    assert item.folded.startswith("新题干")
    first.refresh_from_db()
    assert first.content["stem"] == "村民会议由谁召集？"
    assert AuditRecord.objects.get(action="item.change").after["version"] == 2


def test_only_labels_make_no_version(bank: Bank, laws: dict[str, Edition]) -> None:
    item = make_item(bank)
    Item.objects.update(state=ItemState.APPROVED)
    change_item(item=item, question=replace(SINGLE, topic="别的", difficulty=3, tags=()), at=AT, actor=None)
    item.refresh_from_db()
    assert item.versions.count() == 1
    assert item.state == ItemState.APPROVED
    assert (item.topic.name, item.difficulty, item.tags) == ("别的", 3, [])


def test_another_basis_is_another_version(bank: Bank, laws: dict[str, Edition]) -> None:
    item = make_item(bank)
    moved = replace(SINGLE, citations=(Citation("民法典", "2020-05-28", "第四条", "原文"),))
    change_item(item=item, question=moved, at=AT, actor=None)
    item.refresh_from_db()
    assert item.current.number == 2
    assert [one.article for one in item.current.citations.all()] == ["第四条"]
    assert [one.article for one in item.versions.get(number=1).citations.all()] == ["第三条"]


def test_nothing_changed_makes_nothing(bank: Bank, laws: dict[str, Edition]) -> None:
    item = make_item(bank)
    assert change_item(item=item, question=SINGLE, at=AT, actor=None).number == 1


def test_the_kind_cannot_change(bank: Bank) -> None:
    item = make_item(bank)
    with pytest.raises(Invalid) as refused:
        change_item(item=item, question=Question("true_false", "对吗", key=True), at=AT, actor=None)
    assert refused.value.code == "kind"


def test_whole_questions_take_few_statements(bank: Bank) -> None:
    create_items(bank=bank, questions=make_questions("single", 30), at=AT, actor=None)
    with CaptureQueriesContext(connection) as queries:
        found = list(whole_questions(bank.items.order_by("number"), bank))
    assert [one.number for one in found] == [str(number) for number in range(1, 31)]
    assert len(queries) <= 5
