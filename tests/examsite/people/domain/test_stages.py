from datetime import date

import pytest

from examsite.lib.errors import Conflict, Invalid
from examsite.people.domain.stages import (
    change_stage,
    change_stages,
    coverage_on,
    end_certificate,
    renew_certificate,
    stage_of,
)
from examsite.people.models import AuditRecord, LawWiseStage, Source, Stage, UnitKind, User
from tests.factories import AT, UnitTree, make_member, make_unit, make_unit_tree, make_user

pytestmark = pytest.mark.django_db
MARCH, JUNE, NOVEMBER = date(2026, 3, 1), date(2026, 6, 1), date(2026, 11, 1)


@pytest.fixture
def tree() -> UnitTree:
    return make_unit_tree()


def go(user: User, stage: Stage, since: date = MARCH, **more: object) -> LawWiseStage:
    return change_stage(user=user, stage=stage, since=since, at=AT, actor=None, **more)


def start(tree: UnitTree, stage: Stage = Stage.TRAINEE, since: date = MARCH, **more: object) -> User:
    user = make_member(tree.village, f"张{'一二三四五六七八九'[User.objects.count() % 9]}").user
    go(user, stage, since, unit=more.pop("unit", tree.village), source=Source.GRID, **more)
    return user


def test_the_whole_way_leaves_its_history(tree: UnitTree) -> None:
    user = start(tree)
    go(user, Stage.QUALIFIED, JUNE, certificate="证-001", certified_to=date(2029, 6, 1))
    go(user, Stage.SERVING, NOVEMBER)
    go(user, Stage.LEFT, date(2027, 1, 1), reason="年龄原因")
    rows = LawWiseStage.objects.filter(user=user).values_list(
        "stage", "valid_from", "valid_to", "certificate"
    )
    assert list(rows) == [
        ("trainee", MARCH, JUNE, ""),
        ("qualified", JUNE, NOVEMBER, "证-001"),
        ("serving", NOVEMBER, date(2027, 1, 1), "证-001"),
        ("left", date(2027, 1, 1), None, ""),
    ]
    assert AuditRecord.objects.filter(action="stage.change").count() == 4


@pytest.mark.parametrize(
    ("now", "following", "allowed"),
    [
        (Stage.TRAINEE, Stage.QUALIFIED, True),
        (Stage.TRAINEE, Stage.SERVING, False),
        (Stage.TRAINEE, Stage.LEFT, True),
        (Stage.TRAINEE, Stage.TRAINEE, False),
        (Stage.QUALIFIED, Stage.SERVING, True),
        (Stage.QUALIFIED, Stage.TRAINEE, False),
        (Stage.SERVING, Stage.QUALIFIED, True),
        (Stage.SERVING, Stage.LEFT, True),
        (Stage.SERVING, Stage.TRAINEE, False),
    ],
)
def test_what_may_follow_what(tree: UnitTree, now: Stage, following: Stage, allowed: bool) -> None:
    user = start(tree, now)
    if allowed:
        assert go(user, following, JUNE, reason="按程序").stage == following
    else:
        with pytest.raises(Conflict):
            go(user, following, JUNE, reason="按程序")
        assert stage_of(user).stage == now


def test_particulars_are_asked_for(tree: UnitTree) -> None:
    user = make_user("张三")
    for missing in (
        {"source": Source.GRID},
        {"unit": tree.village},
        {"unit": tree.town, "source": Source.GRID},
    ):
        with pytest.raises(Invalid):
            go(user, Stage.TRAINEE, **missing)
    go(user, Stage.TRAINEE, unit=tree.village, source=Source.GRID)
    with pytest.raises(Invalid, match="事由"):
        go(user, Stage.LEFT, JUNE)
    with pytest.raises(Invalid, match="不能早于"):
        go(user, Stage.QUALIFIED, date(2026, 1, 1))
    with pytest.raises(Invalid, match="有效期"):
        go(user, Stage.QUALIFIED, JUNE, certified_to=JUNE)


def test_many_at_once_are_all_or_none(tree: UnitTree) -> None:
    people = [start(tree) for _ in range(2)]
    fresh = make_user("李四")
    officer = make_user("王五")
    step = {"stage": Stage.QUALIFIED, "since": JUNE, "at": AT, "actor": officer}
    with pytest.raises(Conflict):
        change_stages(users=[*people, fresh], reason="换届", **{**step, "stage": Stage.LEFT})
    assert LawWiseStage.objects.filter(stage=Stage.LEFT).count() == 0
    assert len(change_stages(users=people, **step)) == 2


@pytest.mark.parametrize(
    ("stage", "fields", "code"),
    [
        (Stage.TRAINEE, {}, "no_such_step"),
        (Stage.SERVING, {"since": date(2026, 2, 1)}, "before_start"),
        (Stage.SERVING, {"certified_to": JUNE}, "expired"),
    ],
)
def test_what_cannot_be_renewed(tree: UnitTree, stage: Stage, fields: dict[str, date], code: str) -> None:
    user = start(tree, stage)
    terms = {"certificate": "证-2", "certified_to": date(2029, 6, 1), "since": JUNE} | fields
    with pytest.raises((Conflict, Invalid)) as refused:
        renew_certificate(user=user, at=AT, actor=None, **terms)
    assert refused.value.code == code
    assert LawWiseStage.objects.count() == 1


def test_nobody_s_certificate_cannot_end(tree: UnitTree) -> None:
    for user in (make_user("张三"), start(tree)):
        assert end_certificate(user=user, on=JUNE, at=AT, actor=None, reason="x") is None
    assert LawWiseStage.objects.count() == 1


def test_without_a_certificate_nobody_is_qualified_anew(tree: UnitTree) -> None:
    user = start(tree, Stage.SERVING, certificate="证-1")
    end_certificate(user=user, on=JUNE, at=AT, actor=None, reason="收回")
    with pytest.raises(Invalid, match="有效期"):
        go(user, Stage.QUALIFIED, NOVEMBER)
    go(user, Stage.QUALIFIED, NOVEMBER, certificate="证-2")
    assert (stage_of(user).certificate, stage_of(user).certified_to) == ("证-2", None)


def test_coverage_counts_valid_certificates_on_the_day(tree: UnitTree) -> None:
    other = make_unit("西园村", UnitKind.VILLAGE, tree.area)
    for _ in range(3):
        start(tree, Stage.SERVING, certified_to=date(2027, 1, 1))
    for _ in range(2):
        start(tree, Stage.SERVING, unit=other)
    start(tree, Stage.TRAINEE, unit=other)

    def counted(on: date) -> dict[str, tuple[int, int, int, bool]]:
        found = coverage_on(unit=tree.town, on=on)
        return {row.unit.name: (row.trainees, row.qualified, row.serving, row.covered) for row in found.rows}

    assert counted(JUNE) == {"东风村": (0, 0, 3, True), "西园村": (1, 0, 2, False)}
    assert counted(date(2027, 1, 1)) == {"东风村": (0, 0, 0, False), "西园村": (1, 0, 2, False)}
    assert counted(date(2026, 2, 1)) == {"东风村": (0, 0, 0, False), "西园村": (0, 0, 0, False)}
    found = coverage_on(unit=tree.town, on=JUNE)
    assert (found.covered, found.villages, found.serving) == (1, 2, 5)


def test_villages_that_were_not_there_do_not_count(tree: UnitTree) -> None:
    make_unit("新村", UnitKind.VILLAGE, tree.area)
    tree.village.__class__.objects.filter(name="新村").update(valid_from=JUNE)
    assert coverage_on(unit=tree.town, on=MARCH).villages == 1
    assert coverage_on(unit=tree.town, on=JUNE).villages == 2


def test_a_town_without_villages_has_nothing_to_cover(tree: UnitTree) -> None:
    found = coverage_on(unit=tree.office, on=JUNE)
    assert (found.covered, found.villages) == (0, 0)
