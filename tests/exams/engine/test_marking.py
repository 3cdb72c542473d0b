"""Totals: exact sums, floors by section, nothing before everything is marked."""

from __future__ import annotations

from decimal import Decimal

import pytest

from exams.engine.as_shown import as_shown
from exams.engine.keys import Method, SlotKey, corrected
from exams.engine.marking import (
    MarkingSlot,
    Total,
    mark_sheet,
    mark_slot,
    section_points,
    total_of,
    total_points,
)
from questionbanks.kinds.base import Answer, Blanks, Choice, Key, ModelAnswer, Question

D = Decimal


def slot(
    code: str, kind: str = "single", key: Key = ("A",), section: int = 1, rule: str = "all"
) -> MarkingSlot:
    return MarkingSlot(code, section, kind, SlotKey((key,)), D(2), rule, D("0.5"))


def test_a_sheet_is_marked_slot_by_slot_and_silence_is_nothing() -> None:
    slots = [
        slot("a"),
        slot("b", "multiple", ("A", "B"), rule="option"),
        slot("c", "true_false", False),
        slot("d"),
    ]
    marks = mark_sheet(slots, {"a": ("A",), "b": ("B",), "c": False})
    assert [(one.code, one.points) for one in marks] == [
        ("a", D(2)),
        ("b", D("0.5")),
        ("c", D(2)),
        ("d", D(0)),
    ]


def test_points_are_summed_exactly() -> None:
    # The binary sum of these is 9.999999999999998 (a bug seen elsewhere).
    values = [D(text) for text in ("1.2", "2", "1.6", "0.8", "1.4", "1.8", "1.2")]
    points = {str(place): value for place, value in enumerate(values)}
    assert total_points(points, dict.fromkeys(points, 1)) == D("10.0")


def test_there_is_no_total_before_everything_is_marked() -> None:
    assert total_points({"a": D(2), "b": None}, {"a": 1, "b": 1}) is None
    assert total_points({"a": D(2)}, {"a": 1, "b": 1}) is None


@pytest.mark.parametrize(
    ("points", "total"),
    [({"a": D(-1), "b": D(-1), "c": D(2)}, D(2)), ({"a": D(-1), "b": D(2), "c": D(2)}, D(3))],
)
def test_deductions_never_cost_another_section(points: dict[str, Decimal], total: Decimal) -> None:
    assert total_points(points, {"a": 1, "b": 1, "c": 2}) == total


def test_a_section_is_floored_too() -> None:
    assert section_points({"a": D(-1), "b": D("0.5")}, ["a", "b"]) == D(0)
    assert section_points({"a": D(1), "b": None}, ["a", "b"]) is None


def test_a_question_is_shown_in_the_candidates_own_letters() -> None:
    question = Question("single", "题", tuple(Choice(one, f"选项{one}") for one in "ABCD"), ("B",))
    shown, answer = as_shown(question, ("D",), "CBDA")
    assert shown.choices == (
        Choice("A", "选项C"),
        Choice("B", "选项B"),
        Choice("C", "选项D"),
        Choice("D", "选项A"),
    )
    assert shown.key == ("B",)
    assert answer == ("C",)


# --- Every kind under every rule -------------------------------------------------------------------------

FILL = Blanks((("十五", "半个月"), ("村民会议",)))
ANY_ORDER = Blanks((("公平",), ("公正",)), any_order=True)
ESSAY = ModelAnswer("公开、监督、答复")
# kind, rule, key, answer, points of 4 with 0.5 (or 1 to take off) an option; None: a person decides
EVERY = [
    ("single", "all", ("B",), ("B",), "4"),
    ("single", "all", ("B",), ("A",), "0"),
    ("single", "all", ("B",), None, "0"),
    ("multiple", "all", ("A", "B", "C"), ("A", "B", "C"), "4"),
    ("multiple", "all", ("A", "B", "C"), ("A", "B"), "0"),
    ("multiple", "half", ("A", "B", "C"), ("A",), "2"),
    ("multiple", "half", ("A", "B", "C"), ("A", "D"), "0"),
    ("multiple", "option", ("A", "B", "C"), ("A", "B"), "1"),
    ("multiple", "option", ("A", "B", "C"), ("A", "B", "D"), "0"),
    ("multiple", "ratio", ("A", "B", "C"), ("A", "B"), "2.66"),
    ("multiple", "minus", ("A", "B", "C"), ("A", "B", "D"), "0.5"),
    ("multiple", "minus", ("A", "B", "C"), ("D",), "0"),
    ("uncertain", "all", ("A",), ("A",), "4"),
    ("uncertain", "half", ("A", "B"), ("B",), "2"),
    ("uncertain", "option", ("A", "B"), ("B",), "0.5"),
    ("uncertain", "ratio", ("A", "B"), ("B",), "2"),
    ("uncertain", "minus", ("A", "B"), ("A", "C"), "0"),
    ("uncertain", "ratio", ("A", "B"), None, "0"),
    ("true_false", "all", True, True, "4"),
    ("true_false", "all", True, False, "0"),
    ("true_false", "all", False, None, "0"),
    ("true_false", "minus", True, False, "-0.5"),
    ("true_false", "minus", False, False, "4"),
    ("true_false", "minus", False, None, "0"),
    ("fill_blank", "all", FILL, ("15", "村民会议"), "4"),
    ("fill_blank", "all", FILL, ("１５", "《村民会议》"), "4"),
    ("fill_blank", "all", FILL, ("半 个 月", "“村民会议”。"), "4"),
    ("fill_blank", "all", FILL, ("15", ""), "2"),
    ("fill_blank", "all", FILL, ("15", "村委会"), None),
    ("fill_blank", "all", FILL, ("", ""), "0"),
    ("fill_blank", "all", FILL, ("村民会议", "十五"), None),
    ("fill_blank", "all", ANY_ORDER, ("公正", "公平"), "4"),
    ("fill_blank", "all", ANY_ORDER, ("公正", "公正"), None),
    ("short_answer", "all", ESSAY, "要公开", None),
    ("short_answer", "all", ESSAY, "　 ", "0"),
    ("short_answer", "all", ESSAY, None, "0"),
]


@pytest.mark.parametrize(("kind", "rule", "key", "answer", "points"), EVERY)
def test_every_kind_under_every_rule(
    kind: str, rule: str, key: Key, answer: Answer, points: str | None
) -> None:
    marked = mark_slot(MarkingSlot("a", 1, kind, SlotKey((key,)), D(4), rule, D("0.5")), answer)
    assert marked.points == (None if points is None else D(points))
    assert (marked.rule, marked.possible, marked.key_version) == (rule, D(4), 1)


def test_the_table_has_every_kind_and_rule() -> None:
    from questionbanks.kinds.registry import KINDS

    wanted = {(code, rule) for code, kind in KINDS.items() for rule in kind.credit_rules}
    assert {(kind, rule) for kind, rule, *_ in EVERY} == wanted


# --- Corrections -----------------------------------------------------------------------------------------


def corrected_slot(kind: str, key: Key, *steps: tuple[Method, tuple[Key, ...]]) -> MarkingSlot:
    now = SlotKey((key,))
    for method, keys in steps:
        now = corrected(now, method, keys)
    return MarkingSlot("a", 1, kind, now, D(2), "all", D(0))


@pytest.mark.parametrize(
    ("kind", "key", "steps", "answer", "points"),
    [
        ("single", ("A",), [(Method.KEY, (("B",),))], ("A",), "0"),
        ("single", ("A",), [(Method.KEY, (("B",),))], ("B",), "2"),
        ("single", ("A",), [(Method.ACCEPT, (("B",),))], ("A",), "2"),
        ("single", ("A",), [(Method.ACCEPT, (("B",),))], ("B",), "2"),
        ("single", ("A",), [(Method.ACCEPT, (("B",),))], ("C",), "0"),
        ("single", ("A",), [(Method.FULL, ())], None, "2"),
        ("single", ("A",), [(Method.OUT, ())], ("A",), "0"),
        ("single", ("A",), [(Method.FULL, ()), (Method.KEY, (("C",),))], ("A",), "0"),
        ("true_false", True, [(Method.ACCEPT, (False,))], False, "2"),
        ("true_false", True, [(Method.ACCEPT, (False,))], None, "0"),
        ("fill_blank", Blanks((("十五",),)), [(Method.ACCEPT, (Blanks((("十六",),)),))], ("16",), "2"),
        ("fill_blank", Blanks((("十五",),)), [(Method.ACCEPT, (Blanks((("十六",),)),))], ("15",), "2"),
        ("fill_blank", Blanks((("十五",),)), [(Method.KEY, (Blanks((("十六",),)),))], ("15",), None),
        ("short_answer", ESSAY, [(Method.FULL, ())], "不知道", "2"),
    ],
)
def test_a_corrected_key(
    kind: str, key: Key, steps: list[tuple[Method, tuple[Key, ...]]], answer: Answer, points: str | None
) -> None:
    mark = mark_slot(corrected_slot(kind, key, *steps), answer)
    assert mark.points == (None if points is None else D(points))
    assert mark.key_version == 1 + len(steps)


def test_an_item_taken_out_leaves_points_and_full_marks() -> None:
    out = corrected_slot("single", ("A",), (Method.OUT, ()))
    slots = [out, slot("b"), slot("c")]
    assert total_of({"a": D(0), "b": D(2), "c": D(0)}, slots) == Total(D(2), D(4))
    assert total_of({"b": D(2), "c": D(0)}, slots) == Total(D(2), D(4))
    assert total_of({"a": D(0), "b": D(2)}, slots) is None


def test_blanks_of_a_correction_must_be_as_many_as_the_items() -> None:
    with pytest.raises(ValueError, match="as many blanks"):
        corrected(SlotKey((FILL,)), Method.ACCEPT, (Blanks((("甲",),)),))
