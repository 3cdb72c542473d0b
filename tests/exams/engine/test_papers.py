"""The small pieces around papers: headings, admission numbers, near duplicates, dealing, the check."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from itertools import pairwise

import pytest

from exams.engine.admission import admission_number, check_digit, read_number
from exams.engine.dealing import Place, deal
from exams.engine.headings import allowed_rules, numeral, plain, section_instructions, split_points
from exams.engine.paper_check import Asked, paper_warnings, working_seconds
from exams.engine.similarity import near_pairs
from questionbanks.kinds.base import Choice, Question


@pytest.mark.parametrize(
    ("number", "words"),
    [(1, "一"), (9, "九"), (10, "十"), (12, "十二"), (20, "二十"), (21, "二十一"), (99, "九十九")],
)
def test_section_numbers(number: int, words: str) -> None:
    assert numeral(number) == words


@pytest.mark.parametrize("number", [0, 100, -1])
def test_there_is_no_such_section_number(number: int) -> None:
    with pytest.raises(ValueError):
        numeral(number)


@pytest.mark.parametrize(("points", "text"), [("2.00", "2"), ("0.50", "0.5"), ("100", "100"), ("10", "10")])
def test_points_without_needless_zeros(points: str, text: str) -> None:
    assert plain(Decimal(points)) == text


@pytest.mark.parametrize(
    ("kind", "rule", "per_choice", "words"),
    [
        ("single", "all", "0", "每题2分，共20分。每题只有一个正确答案。"),
        ("multiple", "all", "0", "每题2分，共20分。每题有两个或两个以上正确答案。多选、少选、错选均不得分。"),
        (
            "multiple",
            "option",
            "0.5",
            "每题2分，共20分。每题有两个或两个以上正确答案。少选时每选对一项得0.5分，错选不得分。",
        ),
        (
            "true_false",
            "minus",
            "1",
            "每题2分，共20分。正确的选“正确”（打√），错误的选“错误”（打×）。答错一题扣1分，本大题扣完为止。",
        ),
        ("case_group", "all", "0", "每题2分，共20分。阅读材料，逐一回答后面的小题。"),
    ],
)
def test_the_credit_rule_is_always_printed(kind: str, rule: str, per_choice: str, words: str) -> None:
    text = section_instructions(
        kind=kind, count=10, points=Decimal(2), credit_rule=rule, per_choice=Decimal(per_choice)
    )
    assert text == words


def test_a_case_may_pass_any_credit_rule_to_its_parts() -> None:
    assert allowed_rules("case_group") == ("all", "half", "option", "ratio", "minus")
    assert allowed_rules("single") == ("all",)


@pytest.mark.parametrize(
    ("points", "parts", "shares"),
    [
        ("10", 3, ["3.0", "3.5", "3.5"]),
        ("10", 4, ["2.5", "2.5", "2.5", "2.5"]),
        ("1", 3, ["0.33", "0.33", "0.34"]),
        ("2.25", 2, ["1.12", "1.13"]),
    ],
)
def test_points_of_a_case_are_shared_out_exactly(points: str, parts: int, shares: list[str]) -> None:
    found = split_points(Decimal(points), parts)
    assert found == [Decimal(one) for one in shares]
    assert sum(found) == Decimal(points)


# --- Admission numbers -------------------------------------------------------------------------------


def test_an_admission_number_in_its_groups() -> None:
    number = admission_number(year=2026, series=11, unit="0103", serial=27)
    assert number == f"2026-11-0103-0027-{check_digit('20261101030027')}"
    assert read_number(number) == number


def test_the_check_digit_of_the_standard() -> None:
    """ISO 7064, MOD 11,10: the check character of 0794 is 5."""
    assert check_digit("0794") == "5"


@pytest.mark.parametrize("style", ["{}", " {} ", "{}".replace("-", "")])
def test_numbers_are_read_however_they_are_typed(style: str) -> None:
    number = admission_number(year=2026, series=1, unit="0001", serial=1)
    assert read_number(style.format(number)) == number
    assert read_number(number.replace("-", "")) == number
    assert read_number(number.replace("-", "—")) == number


def test_every_single_wrong_digit_is_found() -> None:
    digits = admission_number(year=2026, series=11, unit="0103", serial=27).replace("-", "")
    accepted = [
        (place, digit)
        for place, right in enumerate(digits)
        for digit in "0123456789"
        if digit != right and read_number(digits[:place] + digit + digits[place + 1 :]) is not None
    ]
    assert accepted == []


@pytest.mark.parametrize("text", ["", "2026", "2026-11-0103-0027", "abcd-11-0103-0027-5"])
def test_what_is_no_number(text: str) -> None:
    assert read_number(text) is None


@pytest.mark.parametrize(
    "wrong", [{"year": 26}, {"series": 100}, {"unit": "103"}, {"serial": 10000}, {"serial": 0}]
)
def test_numbers_that_do_not_fit_are_not_made(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        admission_number(**({"year": 2026, "series": 1, "unit": "0001", "serial": 1} | wrong))  # type: ignore[arg-type]


# --- Near duplicates ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("a", "b", "near"),
    [
        (
            "召开村民会议应当有本村18周岁以上村民的过半数参加",
            "召开村民会议应当有本村18周岁以上的村民过半数参加",
            True,
        ),
        ("下列说法正确的是甲乙丙丁", "下列说法不正确的是甲乙丙丁", True),
        ("行政处罚由违法行为发生地的行政机关管辖", "村民会议由本村十八周岁以上的村民组成", False),
        ("是", "对", True),
    ],
)
def test_near_duplicates(a: str, b: str, near: bool) -> None:
    assert near_pairs({"a": a, "b": b}) == ([("a", "b")] if near else [])


# --- Dealing -----------------------------------------------------------------------------------------


def test_forms_are_even_in_every_unit_and_neighbours_differ() -> None:
    places = [Place("一", f"村{n % 3}", ("A", "B", "C")) for n in range(31)]
    dealt = deal(places)
    assert [a for a, b in pairwise(dealt) if a == b] == []
    for unit in ("村0", "村1", "村2"):
        counts = Counter(form for form, place in zip(dealt, places, strict=True) if place.unit == unit)
        assert max(counts.values()) - min(counts.values()) <= 1
    assert sorted(Counter(dealt).values()) == [10, 10, 11]


def test_the_first_of_a_new_room_has_no_neighbour() -> None:
    assert deal([Place("一", "甲", ("A",)), Place("二", "甲", ("A", "B"))]) == ["A", "B"]


def test_who_may_have_one_form_only_gets_it() -> None:
    assert deal([Place("一", "甲", ("A",)), Place("一", "甲", ("A",)), Place("一", "甲", ("A", "B"))]) == [
        "A",
        "A",
        "B",
    ]


# --- The check before use ----------------------------------------------------------------------------


def asked(number: int, **fields: object) -> Asked:
    made: dict[str, object] = {
        "kind": "single",
        "stem": "题干",
        "choices": tuple(Choice(one, f"选项{one}") for one in "ABCD"),
        "key": ("ABCD"[number % 4],),
    }
    outer = {name: fields.pop(name) for name in ("stale_reason", "material") if name in fields}
    return Asked(number, Question(**(made | fields)), **outer)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("papers", "found"),
    [
        ([asked(n) for n in range(1, 9)], []),
        ([asked(1), asked(2, stale_reason="法律修订")], [("stale", (2,))]),
        ([asked(n, key=("A",)) for n in range(1, 6)], [("run", (1, 2, 3, 4, 5))]),
        ([asked(n, key=("A",)) for n in range(1, 5)], []),
        (
            [asked(n, kind="true_false", choices=(), key=True) for n in range(1, 6)],
            [("run", (1, 2, 3, 4, 5))],
        ),
        ([asked(n, kind="multiple", key=("A", "B")) for n in range(1, 8)], []),
        ([asked(1), asked(2, pinned=True)], [("pinned", (2,))]),
        ([asked(1, choices=(Choice("A", "甲"), Choice("B", "以上都对")))], [("pinned", (1,))]),
        ([asked(1, rationale="选A，因为第三条。")], [("letters_in_rationale", (1,))]),
        ([asked(1, rationale="选A，因为第三条。", pinned=True)], [("pinned", (1,))]),
        ([asked(1, rationale="见第三条。")], []),
        ([asked(1, stem="很" * 20000)], [("too_long", ())]),
    ],
)
def test_what_the_check_notices(papers: list[Asked], found: list[tuple[str, tuple[int, ...]]]) -> None:
    assert [(one.code, one.numbers) for one in paper_warnings(papers, 3600)] == found


def test_one_letter_in_more_than_half_of_the_single_choices_is_noticed() -> None:
    keys = "ABABABACAD"  # no run, A in five of ten: not more than half
    even = [asked(n, key=(letter,)) for n, letter in enumerate(keys, 1)]
    assert paper_warnings(even, 3600) == []
    more = [*even, asked(11, key=("A",))]
    assert [one.code for one in paper_warnings(more, 3600)] == ["letters"]


def test_material_is_read_once() -> None:
    paper = [asked(1, material="材" * 250), asked(2)]
    assert working_seconds(paper) == working_seconds([asked(1), asked(2)]) + 60
