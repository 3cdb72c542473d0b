"""What holds for every sheet: the total is the sum, never above full marks, never less for knowing more."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from exams.engine.keys import SlotKey
from exams.engine.marking import MarkingSlot, mark_sheet, section_points, total_of
from questionbanks.kinds.base import Answer, Key
from questionbanks.kinds.registry import KINDS

D = Decimal
LETTERS = "ABCDE"
labels = st.sets(st.sampled_from(LETTERS), min_size=1).map(lambda some: tuple(sorted(some)))
points = st.sampled_from([D("0.5"), D(1), D("1.2"), D(2), D("2.5"), D(4)])


@st.composite
def slots(draw: Any) -> tuple[MarkingSlot, Answer]:
    kind = draw(st.sampled_from(["single", "multiple", "uncertain", "true_false"]))
    rule = draw(st.sampled_from(KINDS[kind].credit_rules))
    key: Key
    answer: Answer
    if kind == "true_false":
        key, answer = draw(st.booleans()), draw(st.none() | st.booleans())
    elif kind == "single":
        key = (draw(st.sampled_from(LETTERS)),)
        answer = draw(st.none() | st.sampled_from(LETTERS).map(lambda one: (one,)))
    else:
        key, answer = draw(labels), draw(st.none() | labels)
    section = draw(st.integers(1, 3))
    return MarkingSlot("", section, kind, SlotKey((key,)), draw(points), rule, draw(points)), answer


@st.composite
def sheets(draw: Any) -> tuple[list[MarkingSlot], dict[str, Answer]]:
    drawn = draw(st.lists(slots(), min_size=1, max_size=12))
    made = [
        MarkingSlot(f"s{place}", one.section, one.kind, one.key, one.possible, one.rule, one.per_choice)
        for place, (one, _) in enumerate(drawn)
    ]
    return made, {f"s{place}": answer for place, (_, answer) in enumerate(drawn)}


@given(sheets())
def test_the_total_is_the_sum_of_its_sections_and_never_above_full_marks(
    sheet: tuple[list[MarkingSlot], dict[str, Answer]],
) -> None:
    made, answers = sheet
    marks = {one.code: one.points for one in mark_sheet(made, answers)}
    total = total_of(marks, made)
    assert total is not None
    codes: dict[int, list[str]] = {}
    for one in made:
        codes.setdefault(one.section, []).append(one.code)
    assert total.points == sum(section_points(marks, some) or D(0) for some in codes.values())
    assert total.possible == sum(one.possible for one in made)
    assert 0 <= total.points <= total.possible


@given(sheets())
def test_without_deductions_the_total_is_the_plain_sum(
    sheet: tuple[list[MarkingSlot], dict[str, Answer]],
) -> None:
    made = [one for one in sheet[0] if one.rule != "minus"]
    marks = {one.code: one.points for one in mark_sheet(made, sheet[1])}
    total = total_of(marks, made)
    assert total is not None
    assert total.points == sum(value for value in marks.values() if value is not None)


@given(sheets())
def test_the_right_answer_everywhere_is_full_marks(
    sheet: tuple[list[MarkingSlot], dict[str, Answer]],
) -> None:
    made = [one for one in sheet[0] if one.rule != "minus" or one.kind == "true_false"]
    marks = {one.code: one.points for one in mark_sheet(made, {one.code: one.key.keys[0] for one in made})}  # type: ignore[misc]
    total = total_of(marks, made)
    assert total is not None
    assert total.points == total.possible


@given(sheets(), st.integers(0, 11))
def test_answering_one_more_question_rightly_never_costs(
    sheet: tuple[list[MarkingSlot], dict[str, Answer]], place: int
) -> None:
    made, answers = sheet
    chosen = made[place % len(made)]
    before = total_of({one.code: one.points for one in mark_sheet(made, answers)}, made)
    key = chosen.key.keys[0]
    if chosen.rule == "minus" and chosen.kind != "true_false":
        return  # there full marks depend on the share per option
    after = total_of({one.code: one.points for one in mark_sheet(made, {**answers, chosen.code: key})}, made)  # type: ignore[dict-item]
    assert before is not None
    assert after is not None
    assert after.points >= before.points
