"""Doubles in a file and in the bank."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from questionbanks.domain.doubles import find_doubles
from questionbanks.domain.items import create_items
from questionbanks.kinds.base import Choice, Question, replace
from questionbanks.models import Bank, Item, ItemState
from tests.factories import AT

LONG = Question(
    "single",
    "村民委员会的村务公开事项，应当至少每季度公布一次的是下列哪一项？",
    tuple(Choice(label, text) for label, text in zip("ABC", ("财务收支", "救灾款物", "水电费"), strict=True)),
    ("A",),
)
NEAR = replace(LONG, stem=LONG.stem.replace("哪一项", "哪项"))
OTHER = Question("true_false", "人民调解委员会调解民间纠纷，不收取任何费用。", key=True)


def store(bank: Bank, *questions: Question) -> list[Item]:
    return create_items(bank=bank, questions=questions, at=AT, actor=None)


def test_nothing_alike(bank: Bank) -> None:
    store(bank, OTHER)
    assert find_doubles(bank=bank, questions=[LONG]) == [[]]


def test_the_same_in_the_bank(bank: Bank) -> None:
    item = store(bank, OTHER, LONG)[1]
    shuffled = replace(LONG, choices=LONG.choices[::-1])
    found = find_doubles(bank=bank, questions=[shuffled])[0]
    assert [(one.item, one.number, one.score, one.same_key, one.exact) for one in found] == [
        (item.pk, 2, 1.0, True, True)
    ]


def test_the_same_words_with_another_answer_are_no_exact_double(bank: Bank) -> None:
    store(bank, LONG)
    found = find_doubles(bank=bank, questions=[replace(LONG, key=("B",))])[0]
    assert [(one.score, one.same_key, one.exact) for one in found] == [(1.0, False, False)]


def test_nearly_the_same_in_the_bank(bank: Bank) -> None:
    store(bank, LONG)
    found = find_doubles(bank=bank, questions=[NEAR])[0]
    assert len(found) == 1
    assert 0.9 <= found[0].score < 1.0
    assert found[0].exact is False


def test_retired_items_do_not_count(bank: Bank) -> None:
    store(bank, LONG)
    Item.objects.update(state=ItemState.RETIRED)
    assert find_doubles(bank=bank, questions=[LONG]) == [[]]


def test_another_bank_does_not_count(bank: Bank) -> None:
    store(bank, LONG)
    other = Bank.objects.create(unit=bank.unit, name="别的", created_at=AT)
    assert find_doubles(bank=other, questions=[LONG]) == [[]]


def test_in_one_file_the_later_resembles_the_earlier(bank: Bank) -> None:
    found = find_doubles(bank=bank, questions=[LONG, OTHER, LONG, NEAR])
    assert found[0] == []
    assert found[1] == []
    assert [(one.index, one.exact) for one in found[2]] == [(0, True)]
    assert sorted(one.index for one in found[3]) == [0, 2]


def test_an_item_is_not_its_own_double(bank: Bank) -> None:
    item = store(bank, LONG)[0]
    assert find_doubles(bank=bank, questions=[LONG], exclude=item.pk) == [[]]


def test_an_empty_stem_resembles_nothing(bank: Bank) -> None:
    empty = Question("single", "（ ）", (), None)
    assert find_doubles(bank=bank, questions=[empty, empty]) == [[], []]


def test_without_a_bank_only_the_file_is_looked_at() -> None:
    assert find_doubles(bank=None, questions=[LONG])[0] == []


def test_many_items_take_as_many_statements_as_few(bank: Bank) -> None:
    store(bank, LONG, OTHER)
    with CaptureQueriesContext(connection) as few:
        find_doubles(bank=bank, questions=[LONG])
    with CaptureQueriesContext(connection) as many:
        find_doubles(bank=bank, questions=[LONG, OTHER, NEAR] * 20)
    assert len(many) == len(few) == 2
