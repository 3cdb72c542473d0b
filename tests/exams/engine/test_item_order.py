"""The order of items of one attempt: sections and case groups keep together, the rest differs by person."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.engine.paper import Paper
from exams.engine.shuffling import item_order

SALT = "0123456789abcdef0123456789abcdef"


def slot(code: str, group: str | None = None) -> dict[str, Any]:
    return {
        "slot": code,
        "kind": "short_answer",
        "points": "1",
        "stem": code,
        "group": group,
        "material": group,
    }


def make_paper(sections: list[list[tuple[str, str | None]]], salt: str = SALT, **fields: object) -> Paper:
    content = {
        "title": "卷",
        "sections": [
            {"title": f"{place}", "instructions": "", "slots": [slot(*one) for one in section]}
            for place, section in enumerate(sections)
        ],
    }
    return Paper(salt, content | fields)


def shown(paper: Paper, attempt_id: UUID, **options: bool) -> list[list[str]]:
    """The codes section by section, as the exam page gets them."""
    sections = paper.for_attempt(attempt_id, {}, **options)["sections"]
    return [[one["slot"] for one in section["slots"]] for section in sections]


def coded(sizes: list[list[int]]) -> list[list[tuple[str, str | None]]]:
    """Sections of units; a size of 0 is an item alone, others are case groups of so many sub-questions."""
    sections = []
    for s, units in enumerate(sizes):
        section: list[tuple[str, str | None]] = []
        for u, size in enumerate(units):
            group = f"g{s}.{u}" if size else None
            section += [(f"{s}.{u}.{part}", group) for part in range(max(size, 1))]
        sections.append(section)
    return sections


PAPERS = st.lists(st.lists(st.integers(0, 4), min_size=1, max_size=8), min_size=1, max_size=4)


@given(sizes=PAPERS, attempt_id=st.uuids())
def test_sections_and_groups_keep_together(sizes: list[list[int]], attempt_id: UUID) -> None:
    sections = coded(sizes)
    paper = make_paper(sections, shuffled=True)
    found = shown(paper, attempt_id)
    assert [sorted(one) for one in found] == [sorted(code for code, _ in one) for one in sections]
    for codes in found:
        places = {code: place for place, code in enumerate(codes)}
        for one, other in pairwise(sorted(codes)):
            if one.rpartition(".")[0] == other.rpartition(".")[0]:
                assert places[other] == places[one] + 1


@given(sizes=PAPERS, attempt_id=st.uuids())
def test_order_numbers_and_pages_agree(sizes: list[list[int]], attempt_id: UUID) -> None:
    paper = make_paper(coded(sizes), shuffled=True)
    order = paper.order_for(attempt_id)
    assert list(order) == [code for section in shown(paper, attempt_id) for code in section]
    assert paper.numbers_for(attempt_id) == {code: number for number, code in enumerate(order, 1)}
    again = make_paper(coded(sizes), shuffled=True)
    assert again.order_for(attempt_id) == order


@given(sizes=PAPERS, attempt_id=st.uuids(), shuffled=st.booleans())
def test_papers_that_are_not_shuffled_stay_as_they_stand(
    sizes: list[list[int]], attempt_id: UUID, shuffled: bool
) -> None:
    sections = coded(sizes)
    # Shuffled, but held in the hands: the same for all. Without the word: papers from before it existed.
    fields = {"shuffled": True} if shuffled else {}
    paper = make_paper(sections, **fields)
    assert shown(paper, attempt_id, printed=shuffled) == [[code for code, _ in one] for one in sections]
    numbers = paper.numbers_for(attempt_id, printed=shuffled)
    assert numbers == {code: number for number, code in enumerate(paper.slots, 1)}


def test_each_item_stands_at_each_place() -> None:
    """With 400 attempts an item misses a place of ten with a chance of 0.9^400 < 1e-18."""
    paper = make_paper([[(f"item{number:04}", None) for number in range(10)]], shuffled=True)
    seen = Counter(
        (place, code)
        for number in range(400)
        for place, code in enumerate(paper.order_for(UUID(int=number << 64)))
    )
    assert len(seen) == 100
    # 99 degrees of freedom less those of rows and columns: 81; the 0.9999 quantile of chi-square is 135.
    assert sum((count - 40) ** 2 / 40 for count in seen.values()) < 135


@pytest.mark.parametrize(
    ("salt", "attempt_id", "units"),
    [
        ("another", UUID(int=1), [(code,) for code in "abcdefghij"]),
        (SALT, UUID(int=2), [(code,) for code in "abcdefghij"]),
    ],
)
def test_the_form_and_the_attempt_each_make_another_order(
    salt: str, attempt_id: UUID, units: list[tuple[str, ...]]
) -> None:
    assert item_order(salt, attempt_id, units) != item_order(SALT, UUID(int=1), units)


def test_the_order_can_be_computed_again_by_anybody() -> None:
    """Fixed for good, since old results are shown by it. The expected order was computed apart, by OpenSSL:

    openssl mac -macopt hexkey:SALT -macopt hexcustom:6974656d6f726400 -macopt size:8 BLAKE2SMAC
    """
    units = [("aaaaaaaa",), ("bbbbbbbb",), ("cccccccc", "dddddddd"), ("eeeeeeee",)]
    order = item_order("0123456789abcdef", UUID("01890a5d-ac96-774b-bcce-b302099a8057"), units)
    assert order == ("eeeeeeee", "bbbbbbbb", "cccccccc", "dddddddd", "aaaaaaaa")
