"""The life of an item; who reviews is not the author."""

from __future__ import annotations

import pytest

from examsite.lib.errors import Conflict, Forbidden, Invalid
from examsite.people.models import AuditRecord, User
from questionbanks.domain.items import create_items
from questionbanks.domain.laws import mark_stale
from questionbanks.domain.reviewing import LIFE, actions_for, move_items
from questionbanks.kinds.base import Citation
from questionbanks.models import Bank, Edition, Item, ItemState
from tests.factories import AT, make_questions


def make_items(bank: Bank, actor: User | None, count: int = 1, **fields: object) -> list[Item]:
    return create_items(
        bank=bank, questions=make_questions("true_false", count, **fields), at=AT, actor=actor
    )


def move(bank: Bank, items: list[Item], action: str, actor: User) -> int:
    return move_items(bank=bank, item_ids=[one.pk for one in items], action=action, at=AT, actor=actor)


@pytest.mark.parametrize("action", [one for one in LIFE if one != "uphold"])
@pytest.mark.parametrize("state", ItemState.values)
def test_every_action_in_every_state(
    bank: Bank, editor: User, reviewer: User, action: str, state: str
) -> None:
    items = make_items(bank, editor)
    Item.objects.update(state=state)
    target, sources = LIFE[action]
    if state in sources:
        assert move(bank, items, action, reviewer) == 1
        assert Item.objects.get().state == target
    else:
        with pytest.raises(Conflict) as refused:
            move(bank, items, action, reviewer)
        assert refused.value.code == "state"
        assert Item.objects.get().state == state


def test_the_author_does_not_approve(bank: Bank, editor: User, reviewer: User) -> None:
    items = make_items(bank, editor, 2)
    move(bank, items, "submit", editor)
    with pytest.raises(Forbidden) as refused:
        move(bank, items, "approve", editor)
    assert refused.value.message == "第1、2题是您自己出的，要由别人审。"
    assert move(bank, items, "approve", reviewer) == 2
    item = Item.objects.get(number=1)
    assert (item.state, item.reviewer, item.reviewed_at) == (ItemState.APPROVED, reviewer, AT)


def test_one_that_cannot_move_keeps_all(bank: Bank, editor: User) -> None:
    items = make_items(bank, editor, 2)
    move(bank, items[:1], "submit", editor)
    with pytest.raises(Conflict):
        move(bank, items, "submit", editor)
    assert [one.state for one in bank.items.all()] == [ItemState.IN_REVIEW, ItemState.DRAFT]


def test_nothing_chosen(bank: Bank, editor: User) -> None:
    with pytest.raises(Invalid) as refused:
        move(bank, [], "submit", editor)
    assert refused.value.code == "none_chosen"


def test_items_of_another_bank_are_out_of_reach(bank: Bank, editor: User) -> None:
    other = Bank.objects.create(unit=bank.unit, name="别的", created_at=AT)
    items = make_items(other, editor)
    with pytest.raises(Invalid):
        move(bank, items, "submit", editor)


def test_an_unknown_action(bank: Bank, editor: User) -> None:
    with pytest.raises(Invalid) as refused:
        move(bank, make_items(bank, editor), "delete", editor)
    assert refused.value.code == "action"


def test_the_deed_is_recorded(bank: Bank, editor: User) -> None:
    items = make_items(bank, editor, 3)
    move_items(
        bank=bank, item_ids=[one.pk for one in items], action="retire", at=AT, actor=editor, reason="旧题"
    )
    found = AuditRecord.objects.get(action="items.retire")
    assert (found.after, found.reason) == ({"numbers": [1, 2, 3], "count": 3}, "旧题")


def test_upholding_a_stale_item(bank: Bank, editor: User, reviewer: User, laws: dict[str, Edition]) -> None:
    cited = (Citation("行政复议法", "2017-09-01", "第二条"),)
    items = make_items(bank, editor, citations=cited)
    assert items[0].stale_reason == "《行政复议法》（2017年版）2024-01-01起失效"
    move(bank, items, "submit", editor)
    move(bank, items, "approve", reviewer)
    item = Item.objects.get()
    assert item.stale_reason == ""
    assert mark_stale(day=AT.date()) == 0


def test_an_approved_item_whose_law_ends_is_stale_until_upheld(
    bank: Bank, editor: User, reviewer: User, laws: dict[str, Edition]
) -> None:
    items = make_items(bank, editor, citations=(Citation("民法典", "2020-05-28", "第三条"),))
    Item.objects.update(state=ItemState.APPROVED)
    laws["民法典2020"].ended_on = AT.date()
    laws["民法典2020"].save()
    assert mark_stale(day=AT.date()) == 1
    item = Item.objects.get()
    assert item.stale_reason == f"《民法典》（2020年版）{AT.date()}起失效"
    assert "uphold" in actions_for(item)
    with pytest.raises(Forbidden):
        move(bank, items, "uphold", editor)
    move(bank, items, "uphold", reviewer)
    item.refresh_from_db()
    assert (item.stale_reason, item.state) == ("", ItemState.APPROVED)
    assert mark_stale(day=AT.date()) == 0
    assert "uphold" not in actions_for(item)
