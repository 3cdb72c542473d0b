"""Two or three judgements, and who gets which answer."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest

from exams.engine.marking_people import Conclusion, Judged, Marker, ToDeal, conclude, deal, is_marked_twice

D = Decimal
A, B, C = (UUID(int=one) for one in (1, 2, 3))


def judged(points: str | None, doubtful: bool = False) -> Judged | None:
    return None if points is None else Judged(D(points), doubtful)


@pytest.mark.parametrize(
    ("first", "second", "head", "twice", "result"),
    [
        (None, None, None, False, (None, "", False)),
        ("6", None, None, False, ("6", "rubric", False)),
        ("6", None, None, True, (None, "", False)),
        (None, "6", None, True, (None, "", False)),
        ("6", "8", None, True, ("7.00", "mean", False)),
        ("6", "6.33", None, True, ("6.17", "mean", False)),
        ("6", "8.01", None, True, (None, "", True)),
        ("6", "9", "7", True, ("7", "head", False)),
        ("6", None, "2", False, ("2", "head", False)),
    ],
)
def test_conclusions(
    first: str | None, second: str | None, head: str | None, twice: bool, result: tuple[str | None, str, bool]
) -> None:
    points, rule, needs_head = result
    found = conclude(judged(first), judged(second), judged(head), twice=twice, gap=D(2))
    assert found == Conclusion(None if points is None else D(points), rule, needs_head)


@pytest.mark.parametrize(("first", "second"), [(True, None), (None, True), (True, False)])
def test_a_doubt_goes_to_the_head_at_once(first: bool | None, second: bool | None) -> None:
    one = None if first is None else Judged(D(5), first)
    two = None if second is None else Judged(D(5), second)
    assert conclude(one, two, None, twice=True, gap=D(2)) == Conclusion(None, needs_head=True)


@pytest.mark.parametrize(("share", "least", "most"), [(0, 0, 0), (10, 60, 140), (100, 1000, 1000)])
def test_the_share_marked_twice(share: int, least: int, most: int) -> None:
    chosen = [is_marked_twice(UUID(int=one), UUID(int=7), share) for one in range(1000)]
    assert least <= sum(chosen) <= most
    assert chosen == [is_marked_twice(UUID(int=one), UUID(int=7), share) for one in range(1000)]


def answers(count: int, unit: str = "x/", group: str | None = None, start: int = 100) -> list[ToDeal]:
    return [
        ToDeal(UUID(int=start + one), group or f"g{start + one}", UUID(int=9000 + start + one), unit)
        for one in range(count)
    ]


def test_answers_are_dealt_by_share() -> None:
    markers = [Marker(A, 2), Marker(B, 1), Marker(C, 0)]
    dealt = deal(answers(30), markers, by_unit=False)
    assert [list(dealt.values()).count(one) for one in (A, B, C)] == [20, 10, 0]
    assert [one.load for one in markers] == [20, 10, 0]


def test_equal_answers_stay_together() -> None:
    dealt = deal(
        [*answers(6, group="same"), *answers(6, start=200)], [Marker(A, 1), Marker(B, 1)], by_unit=False
    )
    assert len({dealt[UUID(int=100 + one)] for one in range(6)}) == 1
    assert list(dealt.values()).count(A) == 6


def test_nobody_marks_his_own_unit_or_himself() -> None:
    markers = [Marker(A, 1, own=("x/east/",)), Marker(B, 1)]
    assert set(deal(answers(5, "x/east/village/"), markers, by_unit=False).values()) == {B}
    own = [ToDeal(UUID(int=1), "g", A, "x/")]
    assert deal(own, [Marker(A, 1)], by_unit=False) == {UUID(int=1): None}


def test_equal_answers_that_no_one_may_mark_all_are_dealt_singly() -> None:
    markers = [Marker(A, 1, own=("x/east/",)), Marker(B, 1, own=("x/west/",))]
    some = [*answers(2, "x/east/", "same"), *answers(2, "x/west/", "same", 200)]
    dealt = deal(some, markers, by_unit=False)
    assert list(dealt.values()) == [B, B, A, A]


def test_dealing_by_unit() -> None:
    markers = [Marker(A, 1, units=("x/east/",)), Marker(B, 1, units=("x/west/",)), Marker(C, 1)]
    some = [
        *answers(2, "x/east/v/", "same"),
        *answers(2, "x/west/", "same", 200),
        *answers(1, "x/south/", start=300),
    ]
    assert list(deal(some, markers, by_unit=True).values()) == [A, A, B, B, C]


def test_who_marked_first_does_not_mark_again() -> None:
    second = [ToDeal(UUID(int=1), "g", UUID(int=99), "x/", frozenset({A}))]
    assert deal(second, [Marker(A, 5), Marker(B, 1)], by_unit=False) == {UUID(int=1): B}
    assert deal(second, [Marker(A, 5)], by_unit=False) == {UUID(int=1): None}
