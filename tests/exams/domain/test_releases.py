"""Results come out when they may, for whom they may, and are taken back from nobody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from exams.domain.releases import (
    ReleasePlan,
    key_release_of,
    lift_withholding,
    plan_of,
    release_sitting,
    schedule_release,
    withhold_results,
)
from exams.domain.results import Waiting, attempt_result, person_outcome, waiting_for
from exams.engine.release import released_since
from exams.models import Attempt, AttemptEvent, Exam, Sitting, SittingKind
from examsite.lib import clock
from examsite.lib.errors import Conflict, DomainError, Forbidden, Invalid
from examsite.people.models import Approval, AuditRecord
from tests.marking_world import MarkingWorld, make_marking_world

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


@pytest.fixture
def place() -> MarkingWorld:
    return make_marking_world(people=2)


def fresh(attempt: Attempt) -> Attempt:
    return Attempt.objects.select_related("sitting__exam", "entry", "form").get(pk=attempt.pk)


def release(place: MarkingWorld, at: datetime, **fields: Any) -> Sitting:
    return release_sitting(sitting=place.world.sitting, at=at, actor=place.world.officer, **fields)


# --- By hand ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "prepare"),
    [("running", "start"), ("unmarked", "essay"), ("open", "open")],
)
def test_what_stands_in_the_way(place: MarkingWorld, code: str, prepare: str) -> None:
    if prepare == "start":
        place.world.start(place.world.seats[0])
    elif prepare == "essay":
        place.hand_in(0, {1: "要公开"})
    at = clock.now() if prepare == "open" else place.world.end()
    with pytest.raises(Conflict) as refusal:
        release(place, at)
    assert refusal.value.code == code
    assert Sitting.objects.get().released_at is None


def test_released_by_hand_once_and_for_all(place: MarkingWorld) -> None:
    attempt = place.hand_in(0, {0: "B"})
    at = place.world.end()
    assert attempt_result(attempt=fresh(attempt), at=at) is None
    release(place, at)
    release(place, at + HOUR)
    assert Sitting.objects.get().released_at == at
    result = attempt_result(attempt=fresh(attempt), at=at)
    assert result is not None
    assert (result.points, result.possible, result.keys_released, result.released_at) == (2, 14, False, at)
    assert AuditRecord.objects.filter(action="sitting.release").count() == 1


def test_keys_follow_separately(place: MarkingWorld) -> None:
    attempt = place.hand_in(0, {0: "A"})
    at = place.world.end()
    release(place, at)
    before = attempt_result(attempt=fresh(attempt), at=at)
    release(place, at + HOUR, with_keys=True)
    after = attempt_result(attempt=fresh(attempt), at=at + HOUR)
    assert before is not None
    assert after is not None
    slots = [one.sections[0].slots[0] for one in (before, after)]
    assert [(one.question is None, one.keys) for one in slots] == [(True, ()), (False, (slots[1].keys[0],))]
    order = attempt.choice_orders[place.world.slots[0]]
    assert slots[1].keys == ("ABCD"[order.index("B")],)


def test_keys_wait_for_every_sitting_with_one_of_the_questions(place: MarkingWorld) -> None:
    place.hand_in(0, {0: "A"})
    at = place.world.end()
    makeup = Sitting.objects.create(
        exam=place.exam,
        kind=SittingKind.MAKEUP,
        title="补考场",
        opens_at=at + HOUR,
        closes_at=at + 2 * HOUR,
        duration_s=600,
        created_at=at,
    )
    seat = place.world.seats[1]
    seat.pk, seat.sitting = None, makeup
    seat.id = makeup.pk
    seat.save(force_insert=True)
    with pytest.raises(Conflict) as refusal:
        release(place, at, with_keys=True)
    assert refusal.value.code == "same_questions"
    assert release(place, at + 2 * HOUR, with_keys=True).keys_released_at == at + 2 * HOUR


# --- By rule ---------------------------------------------------------------------------------------------


def test_at_once_the_result_is_there_and_keys_wait_for_the_window(place: MarkingWorld) -> None:
    Exam.objects.update(release_rule="at_once", key_release_rule="at_once")
    attempt = fresh(place.hand_in(0, {0: "B"}))
    result = attempt_result(attempt=attempt, at=clock.now())
    assert result is not None
    assert (result.keys_released, result.keys_from) == (False, place.world.sitting.closes_at)
    later = attempt_result(attempt=attempt, at=place.world.sitting.closes_at)
    assert later is not None
    assert later.keys_released


@pytest.mark.parametrize("rule", ["at_once", "at_time", "after_window"])
def test_no_rule_lets_keys_out_before_the_last_window(place: MarkingWorld, rule: str) -> None:
    Exam.objects.update(key_release_rule=rule, key_release_at=clock.now() - HOUR)
    sitting = Sitting.objects.select_related("exam").get()
    closes, submitted = sitting.closes_at, clock.now() - HOUR
    assert released_since(key_release_of(sitting), submitted, closes - timedelta(seconds=1)) is None
    assert released_since(key_release_of(sitting), submitted, closes) == closes


def plan(
    rule: str = "by_hand", at: datetime | None = None, key: str = "by_hand", key_at: Any = None
) -> ReleasePlan:
    return ReleasePlan(rule, at, key, key_at)


@pytest.mark.parametrize(
    ("code", "make"),
    [
        ("time", lambda at: plan("at_time")),
        ("time", lambda at: plan("at_once", at + HOUR)),
        ("past", lambda at: plan("at_time", at)),
        ("keys_first", lambda at: plan("at_time", at + 2 * HOUR, "at_time", at + HOUR)),
    ],
)
def test_a_plan_must_make_sense(place: MarkingWorld, code: str, make: Any) -> None:
    at = clock.now()
    with pytest.raises(Invalid) as refusal:
        schedule_release(exam=place.exam, plan=make(at), at=at, actor=place.world.officer)
    assert refusal.value.code == code


def test_the_plan_can_change_until_something_is_out(place: MarkingWorld) -> None:
    place.hand_in(0, {0: "B"})
    at, officer = clock.now(), place.world.officer
    changed = schedule_release(exam=place.exam, plan=plan("at_time", at + HOUR), at=at, actor=officer)
    assert (changed.release_rule, changed.release_at) == ("at_time", at + HOUR)
    schedule_release(exam=place.exam, plan=plan("after_window"), at=at, actor=officer)
    late = place.world.sitting.closes_at
    with pytest.raises(Conflict) as refusal:
        schedule_release(exam=place.exam, plan=plan("by_hand"), at=late, actor=officer)
    assert refusal.value.code == "released"
    keys = schedule_release(
        exam=place.exam, plan=plan("after_window", None, "at_time", late + HOUR), at=late, actor=officer
    )
    assert keys.key_release_at == late + HOUR
    first = AuditRecord.objects.filter(action="exam.schedule_release").order_by("at", "id")[0]
    assert first.before == {"results": "by_hand", "keys": "by_hand"}


# --- Before the time that was set: two people ---------------------------------------------------------------


def handed_in(place: MarkingWorld, rule: str, key_rule: str = "by_hand") -> datetime:
    """Everybody has handed in, an hour before the results are due by `rule`; that moment."""
    for seat in range(2):
        place.hand_in(seat, {0: "B"})
    end = place.world.sitting.closes_at
    Exam.objects.update(
        release_rule=rule, release_at=end if rule == "at_time" else None, key_release_rule=key_rule
    )
    place.world.sitting.refresh_from_db()
    place.exam.refresh_from_db()
    return end - HOUR


def needs_second(act: Callable[[], object]) -> bool:
    try:
        act()
    except Forbidden as error:
        return error.code == "needs_second"
    return False


@pytest.mark.parametrize("rule", ["at_time", "after_window"])
def test_results_come_out_early_by_two_people_only(place: MarkingWorld, rule: str) -> None:
    at = handed_in(place, rule)
    assert needs_second(lambda: release(place, at))
    assert needs_second(lambda: release(place, at))
    assert Sitting.objects.get().released_at is None
    other = place.world.second_officer
    assert release_sitting(sitting=Sitting.objects.get(), at=at, actor=other).released_at == at
    assert Approval.objects.get(used_at__isnull=False).content["成绩原定"] != ""


def test_keys_come_out_early_by_two_people_only(place: MarkingWorld) -> None:
    at = handed_in(place, "by_hand", "after_window")
    assert release(place, at).released_at == at
    assert needs_second(lambda: release(place, at, with_keys=True))
    released = release_sitting(
        sitting=Sitting.objects.get(), at=at, actor=place.world.second_officer, with_keys=True
    )
    assert released.keys_released_at == at


def test_at_the_time_one_person_is_enough(place: MarkingWorld) -> None:
    at = handed_in(place, "at_time") + HOUR
    assert release(place, at).released_at == at


@pytest.mark.parametrize(
    ("change", "two"),
    [
        (lambda end: plan("at_once"), True),
        (lambda end: plan("by_hand"), True),
        (lambda end: plan("at_time", end - HOUR / 2), True),
        (lambda end: plan("at_time", end + HOUR), False),
        (lambda end: plan("after_window", None, "after_window"), False),
    ],
)
def test_a_set_time_is_brought_forward_by_two_people_only(
    place: MarkingWorld, change: Callable[[datetime], Any], two: bool
) -> None:
    at, officer = handed_in(place, "at_time"), place.world.officer
    new = change(at + HOUR)
    assert needs_second(lambda: schedule_release(exam=place.exam, plan=new, at=at, actor=officer)) is two
    if two:
        assert plan_of(Exam.objects.get()).rule == "at_time"
        schedule_release(exam=Exam.objects.get(), plan=new, at=at, actor=place.world.second_officer)
    assert plan_of(Exam.objects.get()) == new


# --- One person ------------------------------------------------------------------------------------------


def test_a_withheld_result_is_out_for_everybody_else(place: MarkingWorld) -> None:
    mine, other = place.hand_in(0, {0: "B"}), place.hand_in(1, {0: "B"})
    at, officer = place.world.end(), place.world.officer
    release(place, at)
    withhold_results(entry=mine.entry, reason="核实替考举报", at=at, actor=officer)
    assert waiting_for(fresh(mine), at) is Waiting.WITHHELD
    assert attempt_result(attempt=fresh(mine), at=at) is None
    assert person_outcome(entry=fresh(mine).entry, at=at).final is None
    assert attempt_result(attempt=fresh(other), at=at) is not None
    event = AttemptEvent.objects.get(attempt=mine, action="withhold")
    assert (event.reason, event.actor) == ("核实替考举报", officer)
    lift_withholding(entry=mine.entry, reason="查无实据", at=at + HOUR, actor=officer)
    assert waiting_for(fresh(mine), at + HOUR) is None


@pytest.mark.parametrize(("reason", "code"), [(" ", "no_reason"), ("长" * 501, "long_reason")])
def test_withholding_needs_a_reason(place: MarkingWorld, reason: str, code: str) -> None:
    entry = place.world.seats[0].entry
    with pytest.raises(Invalid) as refusal:
        withhold_results(entry=entry, reason=reason, at=clock.now(), actor=place.world.officer)
    assert refusal.value.code == code


def test_withholding_twice_or_lifting_nothing_is_refused(place: MarkingWorld) -> None:
    entry, at, officer = place.world.seats[0].entry, clock.now(), place.world.officer
    with pytest.raises(DomainError) as nothing:
        lift_withholding(entry=entry, reason="x", at=at, actor=officer)
    withhold_results(entry=entry, reason="x", at=at, actor=officer)
    with pytest.raises(DomainError) as twice:
        withhold_results(entry=entry, reason="x", at=at, actor=officer)
    assert [nothing.value.code, twice.value.code] == ["withheld", "withheld"]


# --- What a candidate is told in between -----------------------------------------------------------------


def test_how_far_marking_is_is_said_only_after_the_release(place: MarkingWorld) -> None:
    waits = fresh(place.hand_in(0, {1: "要公开"}))
    assert waiting_for(waits, clock.now()) is Waiting.NOT_RELEASED
    Exam.objects.update(release_rule="at_once")
    assert waiting_for(fresh(waits), clock.now()) is Waiting.MARKING


def test_an_open_or_void_attempt_has_no_result(place: MarkingWorld) -> None:
    Exam.objects.update(release_rule="at_once")
    started = place.world.start(place.world.seats[0]).attempt
    assert waiting_for(fresh(started), clock.now()) is Waiting.OPEN
    done = place.hand_in(1, {0: "B"})
    Attempt.objects.filter(pk=done.pk).update(voided_at=clock.now())
    assert waiting_for(fresh(done), clock.now()) is Waiting.VOIDED
    assert attempt_result(attempt=fresh(done), at=clock.now()) is None
