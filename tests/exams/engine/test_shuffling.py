"""Choices move unless their words forbid it; their ids tell nothing."""

from __future__ import annotations

import random
import re
from uuid import UUID

import pytest

from exams.engine.shuffling import choice_id, choice_ids, choice_order, ids_are_distinct, is_pinned

ATTEMPT = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
OTHER = UUID("01890a5d-ac96-774b-bcce-b302099a8058")


@pytest.mark.parametrize(
    ("texts", "pinned"),
    [
        (["十六周岁", "十八周岁", "二十周岁"], False),
        (["甲", "乙", "以上都对"], True),
        (["甲", "乙", "以上均不正确"], True),
        (["甲", "乙", "以上全是"], True),
        (["甲", "乙", "以上说法都不对"], True),
        (["甲", "乙", "都不是"], True),
        (["甲", "乙", "均不正确"], True),
        (["甲", "乙", "A和B"], True),
        (["甲", "乙", "A、B都对"], True),
        (["甲", "乙", "Ａ与Ｃ"], True),
        (["①②", "①③", "②③"], True),
        (["①", "②"], True),
        (["年满十八周岁以上", "不满十八周岁"], False),
        (["村民会议", "A股上市公司"], False),
        (["三分之二以上", "二分之一以上"], False),
    ],
)
def test_words_that_pin(texts: list[str], pinned: bool) -> None:
    assert is_pinned(texts) is pinned


def orders(kind: str, texts: list[str], pinned: bool = False) -> set[str]:
    labels = "ABCD"[: len(texts)]
    return {choice_order(kind, labels, pinned, random.Random(seed)) for seed in range(200)}


@pytest.mark.parametrize("kind", ["single", "multiple", "uncertain"])
def test_choices_take_every_order(kind: str) -> None:
    assert len(orders(kind, ["一", "二", "三", "四"])) == 24


@pytest.mark.parametrize("kind", ["single", "multiple", "uncertain"])
def test_pinned_items_keep_theirs(kind: str) -> None:
    assert orders(kind, ["一", "二", "三", "四"], pinned=True) == {"ABCD"}


def test_true_false_never_moves() -> None:
    assert orders("true_false", ["正确", "错误"]) == {"AB"}


def test_the_same_seed_gives_the_same_order() -> None:
    first = choice_order("single", "ABCD", False, random.Random("seed"))
    assert choice_order("single", "ABCD", False, random.Random("seed")) == first


def test_ids_look_alike_and_repeat() -> None:
    ids = choice_ids("salt", ATTEMPT, "k3f9x2ab", tuple("ABCD"))
    assert [bool(re.fullmatch("[a-z2-7]{6}", one)) for one in ids.values()] == [True] * 4
    assert len(set(ids.values())) == 4
    assert choice_ids("salt", ATTEMPT, "k3f9x2ab", tuple("ABCD")) == ids


@pytest.mark.parametrize(
    ("salt", "attempt", "slot", "label"),
    [
        ("other", ATTEMPT, "s1", "A"),
        ("salt", OTHER, "s1", "A"),
        ("salt", ATTEMPT, "s2", "A"),
        ("salt", ATTEMPT, "s1", "B"),
    ],
)
def test_every_part_changes_the_id(salt: str, attempt: UUID, slot: str, label: str) -> None:
    assert choice_id(salt, attempt, slot, label) != choice_id("salt", ATTEMPT, "s1", "A")


def test_a_clash_of_ids_is_seen() -> None:
    many = tuple(f"L{number}" for number in range(60_000))
    assert ids_are_distinct("salt", ATTEMPT, {"s1": many[:26]}) is True
    # Sixty thousand labels in 2**30 ids clash for certain (birthday), which a real slot never does.
    assert ids_are_distinct("salt", ATTEMPT, {"s1": many * 2}) is False
