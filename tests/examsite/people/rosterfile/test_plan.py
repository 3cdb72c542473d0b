from typing import Any

import pytest

from examsite.people.rosterfile.plan import NEW, Belonging, Known, Plan, Wanted, make_plan
from examsite.people.rosterfile.rows import Row


def want(
    number: int, name: str = "张三", unit: str | None = "东风村", category: str = "law-wise", **row: Any
) -> Wanted:
    made = Row(key=f"名单!{number}", name=name, **row)
    return Wanted(made, unit, category, made.phone)


def known(
    id: int, name: str = "张三", unit: str = "东风村", category: str = "law-wise", **fields: Any
) -> Known:
    row = Belonging(f"m{id}", unit, category, fields.pop("establishment", "none"), fields.pop("position", ""))
    return Known(id, name, rows=(row,), **fields)


def outcomes(plan: Plan) -> list[tuple[str, object]]:
    return [(step.outcome, step.person) for step in plan.steps]


def broken(plan: Plan) -> list[tuple[str, str]]:
    return [(one.key, one.code) for one in plan.problems if one.severity == "broken"]


A, B = "13800001234", "13900005678"


@pytest.mark.parametrize(
    ("row", "person", "outcome"),
    [
        (want(2), known(1), ("unchanged", 1)),
        (want(2, position="网格员"), known(1, position="网格员"), ("unchanged", 1)),
        (want(2, position="主任"), known(1, position="网格员"), ("changed", 1)),
        (want(2, establishment="civil"), known(1), ("changed", 1)),
        (want(2, phone=A), known(1), ("changed", 1)),
        (want(2), known(1, phone=A), ("unchanged", 1)),  # an empty cell erases nothing
        (want(2, phone=A), known(1, phone=B), ("changed", 1)),  # he has a new number
        (want(2, unit="西园村", phone=A), known(1, phone=A), ("moved", 1)),
        (want(2, unit="西园村"), known(1), ("moved", 1)),  # a single name, no numbers: said as doubtful
        (want(2, unit="西园村", phone=A), known(1, phone=B), ("new", None)),  # another of the same name
        (want(2, category="cadre"), known(1), ("added", 1)),
        (want(2, unit="党政办", category="cadre", phone=A), known(1, phone=A), ("added", 1)),
        (want(2, unit="党政办", category="cadre", phone=A), known(1), ("new", None)),  # doubtful
        (want(2, unit="党政办", category="cadre"), known(1), ("held", None)),  # asks
        (want(2, unit="西园村"), known(1, phone=A), ("held", None)),  # asks
        (want(2, unit="西园村", birth=1970), known(1, birth=1950), ("new", None)),
        (want(2, note="父张大"), known(1), ("changed", 1)),
        (want(2, note="父张大"), known(1, note="父张二"), ("new", None)),
        (want(2, unit="西园村", username="zs"), known(1, username="zs"), ("moved", 1)),
        (want(2, name="李四", username="zs"), known(1, username="zs"), ("held", None)),
    ],
)
def test_one_row_against_one_person(row: Wanted, person: Known, outcome: tuple[str, object]) -> None:
    assert outcomes(make_plan([row], [person])) == [outcome]


def test_the_first_import_is_all_new() -> None:
    plan = make_plan([want(2), want(3, "李四"), want(4, "王五", unit="西园村")], [])
    assert (plan.count("new"), plan.leavers, plan.problems) == (3, (), ())


def test_the_same_list_again_changes_nothing() -> None:
    people = [known(1, phone=A), known(2, "李四", position="主任")]
    plan = make_plan([want(2, phone=A), want(3, "李四", position="主任")], people)
    assert (plan.count("unchanged"), plan.leavers, plan.problems) == (2, (), ())


def test_who_is_not_in_the_list_left_but_only_in_its_categories() -> None:
    people = [known(1), known(2, "李四"), known(3, "王五", category="cadre")]
    plan = make_plan([want(2)], people)
    assert [(one.person.id, one.row.id) for one in plan.leavers] == [(2, "m2")]


def test_whoever_moved_has_not_left() -> None:
    plan = make_plan([want(2, unit="西园村", phone=A)], [known(1, phone=A)])
    assert (plan.steps[0].before.id, plan.leavers) == ("m1", ())


def test_whoever_is_in_doubt_has_not_left() -> None:
    assert make_plan([want(2, unit=None)], [known(1)]).leavers == ()
    assert make_plan([want(2, unit="西园村")], [known(1, phone=A)]).leavers == ()


def test_same_names_in_one_village_are_told_apart_by_a_note() -> None:
    rows = [want(2, phone=A), want(3, phone=B)]
    plan = make_plan(rows, [])
    assert outcomes(plan) == [("new", None), ("held", None)]
    assert broken(plan) == [("名单!3", "same_name")]
    noted = [want(2, phone=A), want(3, phone=B, note="尾号5678")]
    assert (make_plan(noted, []).count("new"), broken(make_plan(noted, []))) == (2, [])


def test_the_next_list_finds_the_two_again() -> None:
    people = [known(1, phone=A), known(2, phone=B, note="尾号5678")]
    rows = [want(2, phone=A), want(3, phone=B, note="尾号5678")]
    assert outcomes(make_plan(rows, people)) == [("unchanged", 1), ("unchanged", 2)]
    without_numbers = [want(2), want(3, note="尾号5678")]
    assert outcomes(make_plan(without_numbers, people)) == [("unchanged", 1), ("unchanged", 2)]


def test_the_same_row_twice_is_taken_once() -> None:
    plan = make_plan([want(2, phone=A), want(3, phone=A)], [])
    assert (plan.count("new"), plan.count("held"), broken(plan)) == (1, 1, [])
    assert [one.code for one in plan.problems] == ["double"]


def test_same_names_in_two_villages_are_two_people() -> None:
    plan = make_plan([want(2, phone=A), want(3, unit="西园村", phone=B)], [])
    assert [(step.outcome, step.same_as) for step in plan.steps] == [("new", ""), ("new", "")]


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (want(2, phone=A), want(3, unit="党政办", category="cadre", phone=A), True),
        (want(2), want(3, category="village-cadre"), True),
        (want(2, phone=A), want(3, category="village-cadre"), True),
        (want(2, phone=A), want(3, category="village-cadre", phone=B), False),
        (want(2), want(3, unit="党政办", category="cadre"), False),
    ],
)
def test_a_new_person_in_two_categories(first: Wanted, second: Wanted, same: bool) -> None:
    plan = make_plan([first, second], [])
    assert plan.steps[1].same_as == (first.row.key if same else "")


def test_one_person_in_two_units_of_one_category_is_asked_about() -> None:
    plan = make_plan([want(2, phone=A), want(3, unit="西园村", phone=A)], [known(1, phone=A)])
    assert outcomes(plan) == [("unchanged", 1), ("held", None)]
    assert broken(plan) == [("名单!3", "who")]


def test_a_shared_number_is_said_and_both_are_taken() -> None:
    plan = make_plan([want(2, phone=A), want(3, "李四", phone=A)], [])
    assert plan.count("new") == 2
    assert [(one.code, one.severity) for one in plan.problems] == [("shared_phone", "doubtful")]


def test_a_choice_settles_the_question() -> None:
    row, people = want(2, unit="西园村"), [known(1, phone=A), known(2, unit="北街", phone=B)]
    asked = make_plan([row], people)
    assert asked.questions == {"名单!2": (1, 2)}
    assert outcomes(make_plan([row], people, chosen={"名单!2": 2})) == [("moved", 2)]
    assert outcomes(make_plan([row], people, chosen={"名单!2": NEW})) == [("new", None)]
    assert outcomes(make_plan([row], people, chosen={"名单!2": 99})) == [("held", None)]


def test_rows_without_unit_or_category_are_held() -> None:
    plan = make_plan([want(2, unit=None), want(3, "李四", category="")], [])
    assert outcomes(plan) == [("held", None), ("held", None)]
