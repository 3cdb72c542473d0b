"""Results from another platform: matched to the roster, looked at, counted, taken back."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from exams.analytics.facts.people import people_of
from exams.analytics.facts.stored import StoredSums
from exams.analytics.tally import tally
from exams.domain.externals import ListSpec, store_results, undo_results, upload_results
from exams.domain.list_imports import discard_list
from exams.domain.standings import rule_of
from exams.models import ExternalResult, ListImport, ListState
from examsite.lib.errors import DomainError
from tests.exam_world import make_user
from tests.figures_world import LATER, ExamWorld, Try, make_town

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("Asia/Shanghai")
AFTER = LATER + timedelta(days=1)
SPEC = ListSpec("省级学法考试平台", Decimal(100), is_makeup=False, day=date(2022, 11, 20))


def cadres(*names: str, unit: str = "东风村") -> ExamWorld:
    world = ExamWorld(make_town())
    for name in names:
        listed(world, name, unit)
    return world


def listed(world: ExamWorld, name: str, unit: str):
    return world.person(unit=unit, user=make_user(name))


def uploaded(world: ExamWorld, *lines: str, spec: ListSpec = SPEC, **changes: object) -> ListImport:
    fields = {
        "exam": world.exam, "data": "\n".join(lines).encode(), "name": "成绩.csv", "spec": spec, "at": LATER,
        "zone": ZONE, "actor": make_user("考务"),
    }  # fmt: skip
    return upload_results(**(fields | changes))


def counts(world: ExamWorld):
    world.exam.refresh_from_db()
    stored = StoredSums([world.exam], at=AFTER).of_unit(world.town.town.pk)[world.exam.pk].total
    assert stored == tally(people_of(world.exam, at=AFTER, under=world.town.town.path), rule_of(world.exam))
    return stored


def test_matched_rows_count_like_any_result():
    world = cadres("张三", "李四", "王五")
    kept = uploaded(world, "姓名,单位,成绩", "张三,东风村,85", "李四,东风村,59.5", "赵六,东风村,70")
    assert [bool(row["entry"]) for row in kept.rows] == [True, True, False]
    assert kept.rows[2]["note"] == "名册里没有这个姓名"
    assert counts(world).taken == 0  # nothing before somebody decided
    assert store_results(listed=kept, choices={}, at=LATER, actor=make_user("核对人")) == 2
    found = counts(world)
    assert (found.required, found.taken, found.passed, found.first_passed) == (3, 2, 1, 1)
    assert ExternalResult.objects.order_by("pk").first().taken_at.date() == date(2022, 11, 20)


@pytest.mark.parametrize("days", [-1, 0])
def test_it_is_no_result_before_it_was_stored(days):
    world = cadres("张三")
    kept = uploaded(world, "姓名,成绩", "张三,85")
    store_results(listed=kept, choices={}, at=LATER, actor=make_user("核对人"))
    at = LATER + timedelta(days=days)
    assert tally(people_of(world.exam, at=at), rule_of(world.exam)).taken == (1 if days == 0 else 0)


def test_undone_they_count_no_more_but_did_before():
    world = cadres("张三")
    kept = uploaded(world, "姓名,成绩", "张三,85")
    store_results(listed=kept, choices={}, at=LATER, actor=make_user("核对人"))
    assert counts(world).taken == 1
    assert undo_results(listed=kept, at=AFTER, actor=make_user("核对人二")) == 1
    assert counts(world).taken == 0
    before = tally(people_of(world.exam, at=AFTER - timedelta(seconds=1)), rule_of(world.exam))
    assert before.taken == 1


def test_a_makeup_from_elsewhere_saves_who_failed_here():
    world = cadres()
    entry = world.person(Try(50), user=make_user("张三"))
    world.person(Try(80))
    spec = ListSpec("省平台", Decimal(100), is_makeup=True, day=date(2023, 1, 15))
    kept = uploaded(world, "姓名,成绩", "张三,75", spec=spec)
    store_results(listed=kept, choices={}, at=LATER, actor=make_user("核对人"))
    found = counts(world)
    assert (found.first_passed, found.passed, found.makeup_passed) == (1, 2, 1)
    assert str(entry.pk) == kept.rows[0]["entry"]


def test_namesakes_are_told_apart_by_unit_or_by_a_person():
    world = cadres("张三")
    other = listed(world, "张三", "石桥村")
    by_unit, open_row = uploaded(world, "姓名,单位,成绩", "张三,石桥村,70", "张三,,80").rows
    assert by_unit["entry"] == str(other.pk)
    assert open_row["entry"] == ""
    assert len(open_row["candidates"]) == 2


def test_a_wrong_character_is_proposed_and_never_matched():
    world = cadres("欧阳建国")
    kept = uploaded(world, "姓名,成绩", "欧阳建囯,70")
    assert kept.rows[0]["entry"] == ""
    chosen = kept.rows[0]["candidates"][0][0]
    assert store_results(listed=kept, choices={0: chosen}, at=LATER, actor=make_user("核对人")) == 1


def test_a_row_may_be_left_out():
    world = cadres("张三", "李四")
    kept = uploaded(world, "姓名,成绩", "张三,70", "李四,80")
    assert store_results(listed=kept, choices={0: ""}, at=LATER, actor=make_user("核对人")) == 1
    assert ExternalResult.objects.get().entry.name == "李四"


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("张三,缺考,100,", "成绩“缺考”不是分数"),
        ("张三,101,100,", "成绩101超过满分100"),
        ("张三,90,满,", "满分“满”不是分数"),
        ("张三,90,100,去年", "考试时间“去年”看不懂"),
        ("张三,90,100,2099-01-01", "考试日期 2099-01-01 还没有到"),
    ],
)
def test_a_row_that_cannot_be_is_said_and_not_stored(line, problem):
    world = cadres("张三")
    kept = uploaded(world, "姓名,成绩,满分,考试时间", line)
    assert kept.rows[0]["problems"] == [problem]
    with pytest.raises(DomainError) as refused:
        store_results(listed=kept, choices={}, at=LATER, actor=make_user("核对人"))
    assert refused.value.code == "no_rows"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"spec": ListSpec(" ", Decimal(100), False, date(2022, 11, 20))}, "platform"),
        ({"spec": ListSpec("省平台", Decimal(0), False, date(2022, 11, 20))}, "possible"),
        ({"data": b"\x00\x01"}, "unreadable"),
        ({"data": "姓名,年龄\n张三,5".encode()}, "unreadable"),
    ],
)
def test_a_list_that_is_none_is_refused(changes, code):
    with pytest.raises(DomainError) as refused:
        uploaded(cadres("张三"), **changes)
    assert refused.value.code == code
    assert ListImport.objects.count() == 0


def test_without_a_frozen_roster_nobody_can_be_matched():
    world = ExamWorld(make_town(), roster_frozen_at=None)
    with pytest.raises(DomainError) as refused:
        uploaded(world, "姓名,成绩", "张三,85")
    assert refused.value.code == "not_frozen"


def test_a_choice_outside_the_roster_is_refused_whole():
    world = cadres("张三", "李四")
    stranger = ExamWorld(make_town("白水镇", county=world.town.county)).person()
    kept = uploaded(world, "姓名,成绩", "张三,70", "王二,80")
    with pytest.raises(DomainError) as refused:
        store_results(listed=kept, choices={1: str(stranger.pk)}, at=LATER, actor=make_user("核对人"))
    assert refused.value.code == "entry"
    assert ExternalResult.objects.count() == 0


def test_a_list_is_decided_once():
    world = cadres("张三")
    kept = uploaded(world, "姓名,成绩", "张三,70")
    someone = make_user("核对人")
    discard_list(listed=kept, at=LATER, actor=someone)
    for deed in (
        lambda: store_results(listed=kept, choices={}, at=AFTER, actor=someone),
        lambda: undo_results(listed=kept, at=AFTER, actor=someone),
    ):
        with pytest.raises(DomainError):
            deed()
    assert ListImport.objects.get().state == ListState.DISCARDED
