"""法律明白人 by programs: coverage, lists, steps of one and of many, registration."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils.timezone import localdate

from examsite.lib import clock
from examsite.people.domain.stages import change_stage
from examsite.people.domain.units import end_unit
from examsite.people.models import AuditRecord, LawWiseStage, Role, Source, Stage, UnitKind, User
from tests.calls import Calls
from tests.factories import AT, UnitTree, make_member, make_staff, make_unit

pytestmark = pytest.mark.django_db
MARCH, JUNE = "2026-03-01", "2026-06-01"


@pytest.fixture
def leader(tree: UnitTree) -> Calls:
    return Calls(make_staff(tree.town, Role.LEADER, "镇长"))


def member(tree: UnitTree, name: str, stage: Stage | None = None) -> User:
    user = make_member(tree.village, name).user
    if stage is not None:
        change_stage(
            user=user,
            stage=stage,
            since=date(2026, 3, 1),
            unit=tree.village,
            source=Source.GRID,
            at=AT,
            actor=None,
        )
    return user


def names(rows: list[dict[str, str]]) -> list[str]:
    return [row["name"] for row in rows]


def test_the_coverage_of_a_day(call: Calls, tree: UnitTree) -> None:
    for name in ("张一", "张二", "张三"):
        member(tree, name, Stage.SERVING)
    member(tree, "张四", Stage.TRAINEE)
    found = call("get", "coverage", tree.town.pk, on=MARCH)
    assert (found["on"], found["enough"], found["villages"], found["covered"], found["serving"]) == (
        MARCH,
        3,
        1,
        1,
        3,
    )
    assert found["rows"] == [
        {
            "unit": str(tree.village.pk),
            "unit_name": "东风村",
            "trainees": 1,
            "qualified": 0,
            "serving": 3,
            "covered": True,
        }
    ]
    before = call("get", "coverage", tree.town.pk, on="2026-02-28")
    assert (before["villages"], before["covered"], before["serving"]) == (1, 0, 0)
    assert call("get", "coverage", tree.town.pk)["on"] == localdate(clock.now()).isoformat()
    assert call("get", "coverage", tree.town.pk, on="2026-02-30", status=400)["code"] == "invalid"
    call("get", "coverage", tree.other_town.pk, status=404)
    call("get", "coverage", tree.county.pk, status=404)


def test_who_stands_where(call: Calls, leader: Calls, tree: UnitTree) -> None:
    member(tree, "张一", Stage.SERVING)
    member(tree, "张二", Stage.TRAINEE)
    call("post", "person_stages", member(tree, "张三", Stage.TRAINEE).pk, stage="left", since=JUNE,
         reason="年龄原因", status=201)  # fmt: skip
    assert names(leader("get", "unit_stages", tree.area.pk)["results"]) == ["张一", "张二"]
    assert names(call("get", "unit_stages", tree.town.pk, stage="trainee")["results"]) == ["张二"]
    assert names(call("get", "unit_stages", tree.town.pk, stage="left")["results"]) == ["张三"]
    assert call("get", "unit_stages", tree.office.pk)["results"] == []
    call("get", "unit_stages", tree.town.pk, stage="expert", status=400)
    call("get", "unit_stages", tree.other_town.pk, status=404)


def test_one_persons_way(call: Calls, leader: Calls, tree: UnitTree) -> None:
    user = member(tree, "张三")
    first = {"stage": "trainee", "since": MARCH, "unit": str(tree.village.pk), "selected_from": "grid"}
    made = call("post", "person_stages", user.pk, **first, status=201)
    assert (made["name"], made["unit_name"], made["stage"], made["selected_from"]) == (
        "张三",
        "东风村",
        "trainee",
        "grid",
    )
    step = {"stage": "qualified", "since": JUNE, "certificate": "证-001", "certified_to": "2029-06-01"}
    call("post", "person_stages", user.pk, **step, status=201)
    rows = [
        (row["stage"], row["valid_from"], row["valid_to"], row["certificate"], row["certified_to"])
        for row in leader("get", "person_stages", user.pk)
    ]
    assert rows == [
        ("trainee", MARCH, JUNE, "", None),
        ("qualified", JUNE, None, "证-001", "2029-06-01"),
    ]
    assert [one.actor.name for one in AuditRecord.objects.filter(action="stage.change")] == ["甲", "甲"]


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        ({"stage": "serving", "since": JUNE}, 409, "no_such_step"),
        ({"stage": "left", "since": JUNE}, 400, "no_reason"),
        ({"stage": "qualified", "since": "2026-02-01"}, 400, "before_start"),
        ({"stage": "qualified", "since": JUNE, "certified_to": JUNE}, 400, "expired"),
        ({"stage": "qualified", "since": JUNE, "valid_to": JUNE}, 400, "invalid"),
    ],
)
def test_a_step_that_cannot_be(
    call: Calls, tree: UnitTree, data: dict[str, str], status: int, code: str
) -> None:
    user = member(tree, "张三", Stage.TRAINEE)
    assert call("post", "person_stages", user.pk, **data, status=status)["code"] == code
    assert user.stages.count() == 1


def test_the_village_is_one_of_the_officers_own_and_of_today(call: Calls, tree: UnitTree) -> None:
    user = member(tree, "张三")
    first = {"stage": "trainee", "since": MARCH, "selected_from": "grid"}
    call("post", "person_stages", user.pk, **first, unit=str(tree.other_village.pk), status=404)
    call("post", "person_stages", user.pk, **first, unit=str(tree.office.pk), status=404)
    assert call("post", "person_stages", user.pk, **first, status=400)["code"] == "no_village"
    merged = make_unit("西园村", UnitKind.VILLAGE, tree.area)
    end_unit(unit=merged, valid_to=date(2026, 4, 1), reason="并村", at=AT, actor=None)
    call("post", "person_stages", user.pk, **first, unit=str(merged.pk), status=404)
    assert LawWiseStage.objects.count() == 0


def test_many_take_the_same_step_or_none(call: Calls, tree: UnitTree) -> None:
    people = [member(tree, name, Stage.TRAINEE) for name in ("张一", "张二")]
    foreign = make_member(tree.other_village, "外一").user
    step = {"stage": "qualified", "since": JUNE, "certified_to": "2029-06-01"}
    call("post", "stages", people=[str(people[0].pk), str(foreign.pk)], **step, status=404)
    fresh = member(tree, "张五")
    keys = [str(one.pk) for one in (*people, fresh)]
    assert call("post", "stages", people=keys, **step, status=400)["code"] == "no_village"
    assert LawWiseStage.objects.filter(stage="qualified").count() == 0
    made = call("post", "stages", people=keys[:2], **step, status=201)
    assert sorted(names(made)) == ["张一", "张二"]
    assert {row["certified_to"] for row in made} == {"2029-06-01"}
    assert call("post", "stages", people=[], **step, status=400)["code"] == "invalid"


def test_a_leader_moves_nobody(leader: Calls, tree: UnitTree) -> None:
    user = member(tree, "张三", Stage.TRAINEE)
    leader("post", "person_stages", user.pk, stage="qualified", since=JUNE, status=404)
    leader("post", "stages", people=[str(user.pk)], stage="qualified", since=JUNE, status=404)
    assert leader("get", "unregistered", tree.town.pk, status=403)["code"] == "forbidden"
    assert user.stages.get().stage == Stage.TRAINEE


def test_many_are_registered_in_their_villages(call: Calls, tree: UnitTree) -> None:
    member(tree, "张一", Stage.TRAINEE)
    for name in ("张二", "张三"):
        member(tree, name)
    foreign = make_member(tree.other_village, "外一")
    rows = call("get", "unregistered", tree.town.pk)["results"]
    assert sorted(names(rows)) == ["张三", "张二"]
    data = {"stage": "trainee", "since": MARCH, "selected_from": "mediator"}
    keys = [row["id"] for row in rows]
    call("post", "unregistered", tree.town.pk, memberships=[*keys, str(foreign.pk)], **data, status=404)
    refused = {**data, "stage": "left"}
    assert call("post", "unregistered", tree.town.pk, memberships=keys, **refused, status=409)["code"] == (
        "no_such_step"
    )
    made = call("post", "unregistered", tree.town.pk, memberships=keys, **data, status=201)
    assert sorted(names(made)) == ["张三", "张二"]
    assert {(row["unit_name"], row["selected_from"]) for row in made} == {("东风村", "mediator")}
    assert call("get", "unregistered", tree.town.pk)["results"] == []
    call("post", "unregistered", tree.town.pk, memberships=keys, **data, status=404)
