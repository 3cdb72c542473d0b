"""Releasing results and keys: by rule, by hand, and withholding one person's.

What was to come out at a set time comes out earlier only by two people; neither can be taken back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Max, Min, Q
from django.utils.timezone import localtime

from examsite.lib.errors import Conflict, Invalid
from examsite.people.domain.approvals import on_approval
from examsite.people.domain.audit import record
from examsite.people.models import Approval, User

from ..engine.release import Release, released_since
from ..engine.transitions import State
from ..models import Exam, ReleaseRule, RosterEntry, Sitting, Slot
from .attempts import lock_attempts, record_event
from .second_person import ask_second_person

RELEASE_EARLY, PLAN_EARLIER = "sitting.release_early", "exam.release_earlier"


def windows_end(exam: Exam) -> datetime | None:
    """The latest end of all sittings of the exam, makeups included."""
    end: datetime | None = exam.sittings.aggregate(end=Max("closes_at"))["end"]
    return end


def release_of(sitting: Sitting, end: datetime | None = None) -> Release:
    """What decides when the results of a sitting may be seen; `end` saves asking for the windows' end."""
    exam = sitting.exam
    return Release(exam.release_rule, exam.release_at, sitting.released_at, end or windows_end(exam))


def key_release_of(sitting: Sitting, end: datetime | None = None) -> Release:
    """What decides when its keys and rationales may be seen.

    By rule never before the last window of the exam has closed: whoever sits later would know them.
    """
    exam = sitting.exam
    end = end or windows_end(exam)
    return Release(exam.key_release_rule, exam.key_release_at, sitting.keys_released_at, end, not_before=end)


# --- By hand ---------------------------------------------------------------------------------------------


def release_sitting(*, sitting: Sitting, at: datetime, actor: User, with_keys: bool = False) -> Sitting:
    """Release the results of a sitting now, for good; with `with_keys` its keys and rationales, too.

    Refused (Conflict) while somebody is still answering, while an attempt waits for marking, and for keys
    while another sitting of the exam can still be sat with some of the same questions. Before the time that
    was set a second person must agree (see `ask_second_person`). Repeating it changes nothing.
    """
    early = _before_its_time(sitting, at, with_keys=with_keys)
    if not early:
        return _release_now(sitting.pk, at=at, actor=actor, with_keys=with_keys)
    _require_releasable(sitting, at, with_keys=with_keys)
    ask_second_person(
        action=RELEASE_EARLY,
        target=sitting,
        content={"公布": "成绩、答案和解析" if with_keys else "成绩", **early, "with_keys": with_keys},
        summary=f"{sitting.exam.title}：“{sitting}”提前公布{'成绩和解析' if with_keys else '成绩'}",
        unit=sitting.exam.unit,
        at=at,
        actor=actor,
    )
    sitting.refresh_from_db()
    return sitting


def _before_its_time(sitting: Sitting, at: datetime, *, with_keys: bool) -> dict[str, str]:
    """What a release by hand would anticipate: words → the time that was set; nothing where none was."""
    plan, end = plan_of(sitting.exam), windows_end(sitting.exam)
    planned = {}
    if sitting.released_at is None:
        planned["成绩原定"] = _set_time(plan.rule, plan.at_time, end)
    if with_keys and sitting.keys_released_at is None:
        planned["解析原定"] = _set_time(plan.key_rule, plan.key_at_time, end)
    return {what: _clock_words(time) for what, time in planned.items() if time is not None and at < time}


def _set_time(rule: str, at_time: datetime | None, end: datetime | None) -> datetime | None:
    """The time a rule sets beforehand; None for a rule that sets none."""
    return {ReleaseRule.AT_TIME.value: at_time, ReleaseRule.AFTER_WINDOW.value: end}.get(rule)


def _clock_words(time: datetime) -> str:
    return f"{localtime(time):%Y-%m-%d %H:%M}"


@on_approval(RELEASE_EARLY)
def _release_approved(approval: Approval, at: datetime) -> Sitting:
    with_keys = approval.content["with_keys"]
    return _release_now(UUID(approval.object_id), at=at, actor=approval.proposer, with_keys=with_keys)


def _require_releasable(sitting: Sitting, at: datetime, *, with_keys: bool) -> None:
    for code, message in obstacles(sitting, at):
        raise Conflict(code, message)
    if with_keys and sitting.keys_released_at is None:
        _require_no_later_sitting(sitting, at)


@transaction.atomic
def _release_now(sitting: UUID, *, at: datetime, actor: User, with_keys: bool) -> Sitting:
    locked = Sitting.objects.select_for_update(of=("self",)).select_related("exam__unit").get(pk=sitting)
    _require_releasable(locked, at, with_keys=with_keys)
    changed = []
    if locked.released_at is None:
        locked.released_at = at
        changed.append("released_at")
    if with_keys and locked.keys_released_at is None:
        locked.keys_released_at = at
        changed.append("keys_released_at")
    if changed:
        locked.save(update_fields=changed)
        record(
            action="sitting.release",
            target=locked,
            at=at,
            actor=actor,
            unit=locked.exam.unit,
            after={name: at.isoformat() for name in changed},
        )
    return locked


def obstacles(sitting: Sitting, at: datetime) -> list[tuple[str, str]]:
    """What stands in the way of releasing a sitting's results: codes and sentences."""
    attempts = sitting.attempts.filter(voided_at__isnull=True)
    counts = dict(attempts.order_by().values_list("state").annotate(count=Count("pk")))
    found = []
    if running := counts.get(State.IN_PROGRESS.value):
        found.append(("running", f"还有{running}人正在作答，收卷后才能公布成绩。"))
    if waiting := counts.get(State.SUBMITTED.value):
        found.append(("unmarked", f"还有{waiting}份答卷没有评完，评完后才能公布成绩。"))
    if at < sitting.closes_at and sitting.seats.exclude(entry__attempts__sitting=sitting).exists():
        found.append(("open", "本场还没有结束，还有人可以进场作答，结束后才能公布成绩。"))
    return found


def later_sittings_with_same_questions(sitting: Sitting, at: datetime) -> list[Sitting]:
    """Other sittings of the exam that can still be sat and ask one of the questions of this one."""
    forms = sitting.seats.exclude(form=None).values("form")
    versions = Slot.objects.filter(form__in=forms).values("version")
    others = Sitting.objects.filter(exam=sitting.exam, closes_at__gt=at).exclude(pk=sitting.pk)
    return list(others.filter(seats__form__slots__version__in=versions).distinct())


def _require_no_later_sitting(sitting: Sitting, at: datetime) -> None:
    names = "、".join(str(one) for one in later_sittings_with_same_questions(sitting, at))
    if names:
        raise Conflict("same_questions", f"“{names}”还要考其中的题，结束后才能公布解析。")


# --- By rule ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReleasePlan:
    """When results and keys come out. A time is there for `at_time` alone."""

    rule: str
    at_time: datetime | None
    key_rule: str
    key_at_time: datetime | None


def schedule_release(*, exam: Exam, plan: ReleasePlan, at: datetime, actor: User) -> Exam:
    """Set when results and keys come out, as long as neither is out for anybody.

    Once the exam is published, a time that was set is given up or brought forward by two people (see
    `ask_second_person`). Raises Invalid for a rule without its time, a time that is past, and keys before
    results; Conflict for what is out already: a shown result is never taken back (withhold one person
    instead).
    """
    before = plan_of(exam)
    if exam.published_at is None or not _brings_forward(exam, before, plan, at):
        return _set_plan(exam.pk, plan, at=at, actor=actor)
    _require_plan(exam, plan, at)
    ask_second_person(
        action=PLAN_EARLIER,
        target=exam,
        content={
            "原安排": _plan_words(before),
            "改为": _plan_words(plan),
            "plan": [
                plan.rule,
                plan.at_time.isoformat() if plan.at_time else None,
                plan.key_rule,
                plan.key_at_time.isoformat() if plan.key_at_time else None,
            ],
        },
        summary=f"{exam.title}：改早公布安排",
        unit=exam.unit,
        at=at,
        actor=actor,
    )
    exam.refresh_from_db()
    return exam


def _brings_forward(exam: Exam, before: ReleasePlan, plan: ReleasePlan, at: datetime) -> bool:
    """Whether what was to come out at a set time could now come out earlier, by its rule or by one hand."""
    end = windows_end(exam)
    pairs = (
        (before.rule, before.at_time, plan.rule, plan.at_time),
        (before.key_rule, before.key_at_time, plan.key_rule, plan.key_at_time),
    )
    for old_rule, old_at, rule, new_at in pairs:
        old, new = _set_time(old_rule, old_at, end), _set_time(rule, new_at, end)
        changed = (rule, new_at) != (old_rule, old_at)
        if changed and old is not None and at < old and (new is None or new < old):
            return True
    return False


def _plan_words(plan: ReleasePlan) -> str:
    parts = (("成绩", plan.rule, plan.at_time), ("解析", plan.key_rule, plan.key_at_time))
    return "；".join(
        f"{what}{ReleaseRule(rule).label}{f'（{_clock_words(time)}）' if time else ''}"
        for what, rule, time in parts
    )


@on_approval(PLAN_EARLIER)
def _plan_approved(approval: Approval, at: datetime) -> Exam:
    rule, time, key_rule, key_time = approval.content["plan"]
    times = [datetime.fromisoformat(one) if one else None for one in (time, key_time)]
    plan = ReleasePlan(rule, times[0], key_rule, times[1])
    return _set_plan(UUID(approval.object_id), plan, at=at, actor=approval.proposer)


def _require_plan(exam: Exam, plan: ReleasePlan, at: datetime) -> None:
    before = plan_of(exam)
    _check_times(plan, at)
    if (plan.rule, plan.at_time) != (before.rule, before.at_time) and results_are_out(exam, at):
        raise Conflict("released", "已有成绩公布，不能再改公布时间。如有疑问的个人成绩，请用“暂缓公布”。")
    if (plan.key_rule, plan.key_at_time) != (before.key_rule, before.key_at_time) and keys_are_out(exam, at):
        raise Conflict("keys_released", "解析已经公布，不能再改公布时间。")


@transaction.atomic
def _set_plan(exam: UUID, plan: ReleasePlan, *, at: datetime, actor: User) -> Exam:
    locked = Exam.objects.select_for_update(of=("self",)).select_related("unit").get(pk=exam)
    before = plan_of(locked)
    if plan == before:
        return locked
    _require_plan(locked, plan, at)
    locked.release_rule, locked.release_at = plan.rule, plan.at_time
    locked.key_release_rule, locked.key_release_at = plan.key_rule, plan.key_at_time
    locked.save(update_fields=["release_rule", "release_at", "key_release_rule", "key_release_at"])
    record(
        action="exam.schedule_release",
        target=locked,
        at=at,
        actor=actor,
        unit=locked.unit,
        before=_plan_data(before),
        after=_plan_data(plan),
    )
    return locked


def plan_of(exam: Exam) -> ReleasePlan:
    """The plan as it stands."""
    return ReleasePlan(exam.release_rule, exam.release_at, exam.key_release_rule, exam.key_release_at)


def _plan_data(plan: ReleasePlan) -> dict[str, str]:
    times = (plan.at_time, plan.key_at_time)
    when, keys_when = (time.isoformat() if time else "" for time in times)
    return {"results": f"{plan.rule} {when}".strip(), "keys": f"{plan.key_rule} {keys_when}".strip()}


def _check_times(plan: ReleasePlan, at: datetime) -> None:
    for rule, time, what in (
        (plan.rule, plan.at_time, "成绩"),
        (plan.key_rule, plan.key_at_time, "解析"),
    ):
        if (rule == ReleaseRule.AT_TIME) is not (time is not None):
            raise Invalid("time", f"选“到指定时间公布”时请填{what}公布时间，其他方式不填。")
        if time is not None and time <= at:
            raise Invalid("past", f"{what}公布时间已经过去，请填将来的时间；要立即公布请用“现在公布”。")
    if plan.at_time and plan.key_at_time and plan.key_at_time < plan.at_time:
        raise Invalid("keys_first", "解析不能早于成绩公布。")


def results_are_out(exam: Exam, at: datetime) -> bool:
    """Whether anybody's result is released."""
    return _is_out(exam, at, release_of)


def keys_are_out(exam: Exam, at: datetime) -> bool:
    """Whether anybody may see keys."""
    return _is_out(exam, at, key_release_of)


def _is_out(exam: Exam, at: datetime, rule: Callable[[Sitting, datetime | None], Release]) -> bool:
    end = windows_end(exam)
    firsts = exam.sittings.annotate(
        first=Min("attempts__submitted_at", filter=Q(attempts__points__isnull=False))
    )
    return any(released_since(rule(one, end), one.first, at) is not None for one in firsts)


# --- One person ------------------------------------------------------------------------------------------


@transaction.atomic
def withhold_results(*, entry: RosterEntry, reason: str, at: datetime, actor: User) -> RosterEntry:
    """Keep one person's results of the exam back, whatever the release says; with a reason he is told."""
    return _set_withheld(entry, True, reason, at, actor)


@transaction.atomic
def lift_withholding(*, entry: RosterEntry, reason: str, at: datetime, actor: User) -> RosterEntry:
    """Let the person's results follow the release again."""
    return _set_withheld(entry, False, reason, at, actor)


def _set_withheld(entry: RosterEntry, withheld: bool, reason: str, at: datetime, actor: User) -> RosterEntry:
    reason = reason.strip()
    if not reason:
        raise Invalid("no_reason", "请写明理由。")
    if len(reason) > 500:
        raise Invalid("long_reason", "理由请控制在500字以内。")
    locked = RosterEntry.objects.select_for_update(of=("self",)).select_related("exam__unit").get(pk=entry.pk)
    if withheld is (locked.withheld_at is not None):
        raise Conflict("withheld", f"{locked}的成绩{'已经' if withheld else '没有'}暂缓公布。")
    locked.withheld_at = at if withheld else None
    locked.withheld_reason = reason if withheld else ""
    locked.save(update_fields=["withheld_at", "withheld_reason"])
    action = "withhold" if withheld else "lift_withholding"
    for attempt in lock_attempts(locked.attempts.values_list("pk", flat=True)):
        record_event(attempt, action, at=at, actor=actor, reason=reason)
    record(action=f"entry.{action}", target=locked, at=at, actor=actor, unit=locked.exam.unit, reason=reason)
    return locked
