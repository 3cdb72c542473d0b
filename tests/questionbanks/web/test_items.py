"""Pages of items: what is shown, the form of every kind, reviewing."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from examsite.people.models import User
from questionbanks.domain.items import create_items, whole_question
from questionbanks.domain.laws import load_catalogue
from questionbanks.kinds.base import Blanks, Choice, Citation, ModelAnswer, Question, RubricPoint, replace
from questionbanks.models import Article, Bank, Edition, Item, ItemState
from questionbanks.seed.load import law_catalogue
from tests.factories import AT

SignIn = Callable[[User], Client]
ABCD = tuple(Choice(label, text) for label, text in zip("ABCD", ("甲", "乙", "丙", "丁"), strict=True))
SINGLE = Question("single", "村民会议由谁召集？", ABCD, ("B",), rationale="见解析。")

QUESTIONS = {
    "single": replace(SINGLE, points=Decimal("2"), pinned=True),
    "multiple": replace(SINGLE, kind="multiple", key=("A", "C")),
    "uncertain": replace(SINGLE, kind="uncertain", key=("D",)),
    "true_false": Question("true_false", "村务应当公开。", key=True),
    "fill_blank": Question(
        "fill_blank", "____至少____一次", key=Blanks((("每季度", "3个月"), ("公布",)), True)
    ),
    "short_answer": Question(
        "short_answer",
        "简述村务公开。",
        key=ModelAnswer("答", (RubricPoint("点一", Decimal("1.5")), RubricPoint("点二"))),
    ),
    "case_group": Question(
        "case_group",
        "材料",
        parts=(SINGLE, Question("short_answer", "为什么？", key=ModelAnswer("因为"))),
    ),
}


def text(reply: object) -> str:
    return reply.content.decode()  # type: ignore[attr-defined]


def make(bank: Bank, question: Question, actor: User | None = None) -> Item:
    return create_items(bank=bank, questions=[question], at=AT, actor=actor)[0]


def typed(client: Client, address: str) -> dict[str, object]:
    """What the form at an address sends when nobody changes anything."""
    form = client.get(address).context["form"]
    data: dict[str, object] = {"part_kinds": form.part_kinds, "save": "1"}
    for one in form.forms:
        for bound in one:
            value = bound.value()
            if value is True:
                data[bound.html_name] = "on"
            elif value not in (None, False, ""):
                data[bound.html_name] = value if isinstance(value, list) else str(value)
    return data


@pytest.fixture
def desk(signed_in: SignIn, officer: User) -> Client:
    load_catalogue(records=law_catalogue(), at=AT, actor=None)
    return signed_in(officer)


@pytest.mark.parametrize("kind", QUESTIONS)
def test_a_form_that_nobody_changed_changes_nothing(desk: Client, bank: Bank, kind: str) -> None:
    item = make(bank, QUESTIONS[kind])
    address = f"/banks/items/{item.pk}/edit"
    reply = desk.post(address, typed(desk, address))
    assert reply.status_code == 302
    assert item.versions.count() == 1


@pytest.mark.parametrize("kind", QUESTIONS)
def test_a_changed_stem_is_the_next_version(desk: Client, bank: Bank, kind: str) -> None:
    item = make(bank, QUESTIONS[kind])
    address = f"/banks/items/{item.pk}/edit"
    desk.post(address, typed(desk, address) | {"q-stem": "改过的题干____和____"})
    item.refresh_from_db()
    found = whole_question(item)
    assert found.stem == "改过的题干____和____"
    assert replace(found, stem=QUESTIONS[kind].stem, number="") == QUESTIONS[kind]
    assert item.current.number == 2


@pytest.mark.parametrize("kind", [kind for kind in QUESTIONS if kind != "case_group"])
def test_a_new_item_of_every_kind(desk: Client, bank: Bank, kind: str) -> None:
    template = make(bank, QUESTIONS[kind])
    data = typed(desk, f"/banks/items/{template.pk}/edit")
    reply = desk.post(f"/banks/{bank.pk}/items/new?kind={kind}", data)
    assert reply.status_code == 302
    made = Item.objects.exclude(pk=template.pk).get()
    assert made.current.digest == template.current.digest
    assert made.state == ItemState.DRAFT


def test_empty_choices_are_dropped_and_the_key_follows(desk: Client, bank: Bank) -> None:
    item = make(bank, QUESTIONS["multiple"])
    address = f"/banks/items/{item.pk}/edit"
    desk.post(address, typed(desk, address) | {"q-choice_B": ""})
    item.refresh_from_db()
    found = whole_question(item)
    assert [(one.label, one.text) for one in found.choices] == [("A", "甲"), ("B", "丙"), ("C", "丁")]
    assert found.key == ("A", "B")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"q-stem": ""}, "题干"),
        ({"q-key": ""}, "正确答案"),
        ({"q-choice_B": ""}, "答案B没有选项内容。"),
        ({"q-choice_A": "乙", "q-choice_B": "乙"}, "有内容相同的选项"),
        ({"q-stem": "法" * 20_001}, "20000"),
        ({"c0-law": "没有的法"}, "法律目录里没有“没有的法”"),
        ({"c0-law": "民法典", "c0-edition": "1999-01-01"}, "《民法典》没有1999-01-01通过的版本"),
        ({"c0-article": "第三条"}, "请填写法律名称。"),
        ({"q-points": "-1"}, "建议分值"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_saved(
    desk: Client, bank: Bank, change: dict[str, str], said: str
) -> None:
    item = make(bank, SINGLE)
    address = f"/banks/items/{item.pk}/edit"
    reply = desk.post(address, typed(desk, address) | change)
    assert reply.status_code == 400
    assert said in text(reply)
    assert item.versions.count() == 1


def test_more_choices_keep_what_was_typed(desk: Client, bank: Bank) -> None:
    item = make(bank, SINGLE)
    address = f"/banks/items/{item.pk}/edit"
    data = typed(desk, address) | {"q-choice_E": "戊", "q-stem": ""}
    page = desk.post(address, data | {"more": "1"})
    assert page.status_code == 200
    assert "q-choice_H" in text(page)
    assert "戊" in text(page)
    assert "error-summary" not in text(page)
    assert item.versions.count() == 1


def test_a_case_is_built_part_by_part(desk: Client, bank: Bank) -> None:
    address = f"/banks/{bank.pk}/items/new?kind=case_group"
    page = desk.post(address, {"q-stem": "材料", "part_kinds": "", "add_part": "true_false"})
    assert page.context["form"].part_kinds == "true_false"
    data = {
        "q-stem": "材料",
        "part_kinds": "true_false short_answer",
        "p0-stem": "对吗？",
        "p0-key": "1",
        "p1-stem": "为什么？",
        "p1-key": "因为",
    }
    assert desk.post(address, data).status_code == 302
    found = whole_question(Item.objects.get())
    assert [(part.kind, part.stem) for part in found.parts] == [
        ("true_false", "对吗？"),
        ("short_answer", "为什么？"),
    ]
    edit = f"/banks/items/{Item.objects.get().pk}/edit"
    desk.post(edit, typed(desk, edit) | {"drop_part": "0"})
    assert [part.stem for part in whole_question(Item.objects.get()).parts] == ["为什么？"]


def test_a_basis_is_typed_in(desk: Client, bank: Bank) -> None:
    item = make(bank, SINGLE)
    address = f"/banks/items/{item.pk}/edit"
    desk.post(
        address,
        typed(desk, address)
        | {
            "c0-law": "民法典",
            "c0-article": "第三条",
            "c0-quote": "原文",
            "l-topic": "甲/乙",
            "l-tags": "一；二",
        },
    )
    item.refresh_from_db()
    found = whole_question(item)
    assert found.citations == (Citation("民法典", "2020-05-28", "第三条", "原文"),)
    assert (found.topic, found.tags) == ("甲/乙", ("一", "二"))


def test_the_page_shows_all_that_is_known(desk: Client, bank: Bank, officer: User) -> None:
    edition = Edition.objects.get(law__short="民法典")
    Article.objects.create(edition=edition, label="第三条", order=300, text="条文的全文在这里。")
    item = make(bank, replace(SINGLE, citations=(Citation("民法典", "2020-05-28", "第三条"),)), officer)
    address = f"/banks/items/{item.pk}/edit"
    desk.post(address, typed(desk, address) | {"q-choice_A": "甲甲"})
    page = text(desk.get(f"/banks/items/{item.pk}"))
    assert "条文的全文在这里。" in page
    assert "甲<ins>甲</ins>" in page
    assert "第2版" in page
    assert "还没有试卷用过这道题。" in page
    assert "这一版是您写的，要由别人审定。" in page


def test_doubles_are_shown(desk: Client, bank: Bank) -> None:
    item, other = make(bank, SINGLE), make(bank, SINGLE)
    page = text(desk.get(f"/banks/items/{item.pk}"))
    assert f"/banks/items/{other.pk}" in page
    assert "题库里有相同或相似的题" in text(desk.get(f"/banks/items/{item.pk}?near=1"))


def test_a_life_on_the_pages(signed_in: SignIn, bank: Bank, officer: User, reviewer: User) -> None:
    item = make(bank, SINGLE, officer)
    address = f"/banks/items/{item.pk}/move"
    editor, second = signed_in(officer), signed_in(reviewer)
    assert editor.post(address, {"action": "submit"}).status_code == 302
    assert editor.post(address, {"action": "approve"}).status_code == 403
    assert second.post(address, {"action": "approve"}).status_code == 302
    item.refresh_from_db()
    assert (item.state, item.reviewer) == (ItemState.APPROVED, reviewer)
    assert second.post(address, {"action": "retire"}).status_code == 403
    assert editor.post(address, {"action": "retire"}).status_code == 302


def test_an_unknown_kind_is_not_there(desk: Client, bank: Bank) -> None:
    assert desk.get(f"/banks/{bank.pk}/items/new?kind=drawing").status_code == 404


def test_marked_up_texts_are_cleaned(desk: Client, bank: Bank) -> None:
    """T-50: scripts in what an editor types."""
    item = make(bank, SINGLE)
    address = f"/banks/items/{item.pk}/edit"
    stem = "<div><b>重点</b>说明<script>alert(1)</script><img src=x onerror=alert(2)></div>"
    desk.post(address, typed(desk, address) | {"q-stem": stem, "q-choice_A": "<script>alert(3)</script>"})
    item.refresh_from_db()
    assert item.current.content["stem"] == "<div><b>重点</b>说明</div>"
    page = text(desk.get(f"/banks/items/{item.pk}"))
    assert "<b>重点</b>" in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(3)&lt;/script&gt;" in page
