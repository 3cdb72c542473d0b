"""Banks and topics."""

from __future__ import annotations

import pytest

from examsite.lib.errors import Conflict, Invalid
from examsite.people.models import AuditRecord, User
from questionbanks.domain.banks import (
    change_bank,
    close_practice,
    create_bank,
    move_topic,
    open_practice,
    topic_paths,
    topics_for,
)
from questionbanks.domain.items import create_items
from questionbanks.models import Bank
from tests.factories import AT, UnitTree, make_questions


def test_a_bank_needs_a_name(tree: UnitTree) -> None:
    with pytest.raises(Invalid) as refused:
        create_bank(name="  ", unit=tree.town, at=AT, actor=None)
    assert refused.value.code == "no_name"


def test_a_name_stands_once_in_a_unit(bank: Bank, tree: UnitTree) -> None:
    with pytest.raises(Conflict) as refused:
        create_bank(name="学法题库", unit=tree.town, at=AT, actor=None)
    assert refused.value.code == "double"
    assert create_bank(name="学法题库", unit=tree.other_town, at=AT, actor=None).pk != bank.pk


def test_a_bank_is_renamed(bank: Bank, tree: UnitTree) -> None:
    change_bank(bank=bank, name="新题库", description="说明", at=AT, actor=None)
    bank.refresh_from_db()
    assert (bank.name, bank.description) == ("新题库", "说明")
    create_bank(name="学法题库", unit=tree.town, at=AT, actor=None)
    with pytest.raises(Conflict):
        change_bank(bank=bank, name="学法题库", description="", at=AT, actor=None)


def test_topics_form_a_tree(bank: Bank) -> None:
    found = topics_for(bank, ["甲/乙", "甲", "", "甲/ 丙 "])
    assert sorted(topic_paths(bank).values()) == ["甲", "甲/丙", "甲/乙"]
    assert found["甲/乙"].parent == found["甲"]


def test_a_very_long_topic_is_cut(bank: Bank) -> None:
    assert len(topics_for(bank, ["题" * 300])["题" * 300].name) == 100


def test_topics_are_renamed_moved_and_merged(bank: Bank) -> None:
    create_items(bank=bank, questions=make_questions("true_false", 1, topic="甲/子"), at=AT, actor=None)
    create_items(bank=bank, questions=make_questions("true_false", 1, topic="乙/子"), at=AT, actor=None)
    first = bank.topics.get(name="甲")
    move_topic(topic=first, name="乙", parent=None, at=AT, actor=None)
    assert sorted(topic_paths(bank).values()) == ["乙", "乙/子"]
    assert bank.topics.get(name="子").items.count() == 2


def test_a_topic_cannot_go_below_itself(bank: Bank) -> None:
    found = topics_for(bank, ["甲/乙"])
    with pytest.raises(Invalid) as refused:
        move_topic(topic=found["甲/乙"].parent, name="甲", parent=found["甲/乙"], at=AT, actor=None)
    assert refused.value.code == "below_itself"


def test_practice_is_opened_and_closed_once_each(bank: Bank, editor: User) -> None:
    opened = open_practice(bank=bank, at=AT, actor=editor)
    assert opened.practice_since == AT
    with pytest.raises(Conflict, match="已经开放练习"):
        open_practice(bank=bank, at=AT, actor=editor)
    assert close_practice(bank=bank, at=AT, actor=editor).practice_since is None
    with pytest.raises(Conflict, match="没有开放练习"):
        close_practice(bank=bank, at=AT, actor=editor)
    assert [
        one.action for one in AuditRecord.objects.filter(action__startswith="bank.practice").order_by("pk")
    ] == [
        "bank.practice_open",
        "bank.practice_close",
    ]
