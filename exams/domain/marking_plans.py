"""Who marks the written answers of an exam, and how answers get to them.

Dealing can be repeated at any time: it finds the answers that wait for a person, makes their tasks, and
gives those that nobody has to somebody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, QuerySet

from examsite.lib.errors import Invalid, NotFound
from examsite.people.domain.audit import record
from examsite.people.models import Membership, Role, RoleGrant, Unit, UnitKind, User
from examsite.people.tree import keys_of
from questionbanks.kinds.base import Answer
from questionbanks.kinds.registry import KINDS

from ..engine.marking import mark_slot
from ..engine.marking_people import Marker, ToDeal, deal, is_marked_twice
from ..engine.rubric import answer_key
from ..engine.transitions import State
from ..models import (
    Attempt,
    DealRule,
    Exam,
    MarkerShare,
    MarkingPlan,
    MarkingRound,
    MarkingTask,
    Receipt,
    Slot,
)
from .keys import load_keys, question_id, resolve_answer
from .marking import answer_digest, is_current, newest_marks
from .sheets import load_sheets

WRITTEN = [code for code, kind in KINDS.items() if kind.asks_people]
# A lawyer of the county office marks the county's villages; a villager does not mark his own.
_WIDE = (UnitKind.COUNTY, UnitKind.TOWN)


@dataclass(frozen=True, slots=True)
class MarkerSpec:
    """One marker of a plan. `weight` is his share of the answers, 0 for none."""

    marker: User
    weight: int = 1
    units: Sequence[Unit] = ()


@dataclass(frozen=True, slots=True)
class PlanSpec:
    """What an officer decides.

    `second_share` percent of the answers are marked twice; beyond a gap of `gap` points `head` decides.
    """

    head: User
    markers: Sequence[MarkerSpec] = field(default_factory=tuple)
    deal: str = DealRule.SHARE
    second_share: int = 10
    gap: Decimal = Decimal(2)


def possible_markers(exam: Exam) -> QuerySet[User]:
    """Everybody who holds the marker's role over the exam's unit."""
    above = keys_of(exam.unit.path)
    grants = RoleGrant.objects.filter(role=Role.MARKER, unit__in=above, ended_at__isnull=True)
    return User.objects.filter(pk__in=grants.values("user"), is_active=True).order_by("name")


@transaction.atomic
def set_plan(*, exam: Exam, spec: PlanSpec, at: datetime, actor: User) -> MarkingPlan:
    """Make or change the plan of an exam, and deal what waits.

    Who is no longer in it gives back what he has not judged. A changed share of second markings holds for
    answers dealt from now on. Raises Invalid for people without the marker's role over the exam's unit, for
    no marker at all, for second markings with one marker, and for units outside the exam's.
    """
    _check(exam, spec)
    plan = MarkingPlan.objects.select_for_update().filter(exam=exam).first()
    before = None if plan is None else _plan_data(plan)
    plan = plan or MarkingPlan(exam=exam, created_by=actor, created_at=at)
    plan.deal, plan.second_share, plan.gap, plan.head = spec.deal, spec.second_share, spec.gap, spec.head
    plan.save()
    kept = {one.marker.pk for one in spec.markers}
    plan.shares.exclude(marker__in=kept).delete()
    for one in spec.markers:
        share, _ = MarkerShare.objects.update_or_create(
            plan=plan, marker=one.marker, defaults={"weight": one.weight}
        )
        share.units.set(one.units)
    gone = open_tasks(exam).exclude(marker__isnull=True).exclude(marker__in=[*kept, plan.head_id])
    gone.update(marker=None, draft=None)
    record(
        action="marking.plan",
        target=plan,
        at=at,
        actor=actor,
        unit=exam.unit,
        before=before,
        after=_plan_data(plan),
    )
    _deal(plan, at)
    return plan


def _check(exam: Exam, spec: PlanSpec) -> None:
    able = set(possible_markers(exam).values_list("pk", flat=True))
    for user in [spec.head, *(one.marker for one in spec.markers)]:
        if user.pk not in able:
            raise Invalid("not_marker", f"{user}没有本单位的阅卷人角色，请先在人员管理中授予。")
    working = [one for one in spec.markers if one.weight > 0]
    if not working:
        raise Invalid("no_marker", "请至少安排一位阅卷人，份额大于 0。")
    if spec.second_share and len(working) < 2:
        raise Invalid("second", "双评需要至少两位阅卷人；只有一位时请把双评比例设为 0。")
    if not 0 <= spec.second_share <= 100:
        raise Invalid("second", "双评比例在 0 到 100 之间。")
    if spec.gap < 0:
        raise Invalid("gap", "分差上限不能小于 0。")
    for one in spec.markers:
        outside = [unit for unit in one.units if not unit.path.startswith(exam.unit.path)]
        if outside:
            raise Invalid("unit", f"“{outside[0]}”不在“{exam.unit}”之内。")
    if spec.deal == DealRule.UNIT and not any(one.units for one in working):
        raise Invalid("unit", "按单位分配时，请给阅卷人选定单位。")


def _plan_data(plan: MarkingPlan) -> dict[str, Any]:
    shares = plan.shares.select_related("marker").prefetch_related("units")
    return {
        "deal": plan.deal,
        "second_share": plan.second_share,
        "gap": str(plan.gap),
        "head": str(plan.head_id),
        "markers": {
            str(one.marker_id): [one.weight, sorted(str(unit.pk) for unit in one.units.all())]
            for one in shares
        },
    }


@transaction.atomic
def take_back(*, exam: Exam, marker: User, reason: str, at: datetime, actor: User) -> int:
    """Take the answers that a marker has not judged, and deal them to the others. Returns how many.

    What he judged stays. He gets no new ones until the plan gives him a share again.
    """
    plan = _locked_plan(exam)
    if not reason.strip():
        raise Invalid("no_reason", "请写明理由。")
    MarkerShare.objects.filter(plan=plan, marker=marker).update(weight=0)
    count = open_tasks(exam).filter(marker=marker).update(marker=None, draft=None)
    record(
        action="marking.take_back",
        target=plan,
        at=at,
        actor=actor,
        unit=exam.unit,
        after={"marker": str(marker.pk), "answers": count},
        reason=reason.strip(),
    )
    _deal(plan, at)
    return count


def _locked_plan(exam: Exam) -> MarkingPlan:
    plan = MarkingPlan.objects.select_for_update().filter(exam=exam).first()
    if plan is None:
        raise NotFound("no_plan", "这场考试还没有阅卷安排。")
    return plan


def open_tasks(exam: Exam) -> QuerySet[MarkingTask]:
    """Tasks that still wait for a judgement."""
    return MarkingTask.objects.filter(exam=exam, done_at__isnull=True, closed_at__isnull=True)


def deal_answers(*, exam: Exam, at: datetime) -> int:
    """Make tasks for the answers that wait for a person, and give them out. Returns how many were given.

    Does nothing for an exam without a plan.
    """
    with transaction.atomic():
        plan = MarkingPlan.objects.select_for_update().filter(exam=exam).first()
        return 0 if plan is None else _deal(plan, at)


def _deal(plan: MarkingPlan, at: datetime) -> int:
    _make_tasks(plan, at)
    markers = _markers(plan)
    given = 0
    for number in MarkingRound:
        waiting = list(
            open_tasks(plan.exam)
            .filter(round=number, marker__isnull=True)
            .select_related("attempt__entry")
            .order_by("question", "pk")
        )
        if waiting:
            given += _give(plan, waiting, markers, head_first=number == MarkingRound.HEAD)
    return given


def _give(
    plan: MarkingPlan, waiting: Sequence[MarkingTask], markers: Sequence[Marker], *, head_first: bool
) -> int:
    judged: dict[tuple[UUID, UUID, str], set[UUID]] = defaultdict(set)
    others = MarkingTask.objects.filter(attempt__in={one.attempt_id for one in waiting}, closed_at=None)
    for one in others.exclude(marker__isnull=True):
        judged[one.attempt_id, one.slot_id, one.answer_digest].add(one.marker_id)
    answers = [
        ToDeal(
            id=one.pk,
            group=f"{one.question} {one.answer_key}",
            person=one.attempt.entry.user_id,
            unit_path=one.attempt.entry.unit_path,
            judged_by=frozenset(judged[one.attempt_id, one.slot_id, one.answer_digest]),
        )
        for one in waiting
    ]
    dealt: dict[UUID, UUID | None] = {}
    if head_first:  # he decides whatever he has judged before, but not his own unit's
        head = Marker(plan.head_id, 1, own=_own_units([plan.head_id]).get(plan.head_id, ()))
        dealt = {one.id: plan.head_id for one in answers if head.may_mark(one)}
    rest = [one for one in answers if one.id not in dealt]
    dealt |= deal(rest, markers, by_unit=plan.deal == DealRule.UNIT)
    by_marker: dict[UUID, list[UUID]] = defaultdict(list)
    for task_id, marker_id in dealt.items():
        if marker_id is not None:
            by_marker[marker_id].append(task_id)
    for marker_id, task_ids in by_marker.items():
        for start in range(0, len(task_ids), 500):
            some = MarkingTask.objects.filter(pk__in=task_ids[start : start + 500])
            some.update(marker=marker_id)
    return sum(map(len, by_marker.values()))


def _markers(plan: MarkingPlan) -> list[Marker]:
    loads = dict(
        MarkingTask.objects.filter(exam=plan.exam_id, marker__isnull=False, closed_at__isnull=True)
        .order_by()
        .values_list("marker")
        .annotate(count=Count("pk"))
    )
    shares = list(plan.shares.prefetch_related("units"))
    own = _own_units([one.marker_id for one in shares])
    return [
        Marker(
            id=one.marker_id,
            weight=one.weight,
            own=own.get(one.marker_id, ()),
            units=tuple(unit.path for unit in one.units.all()),
            load=loads.get(one.marker_id, 0),
        )
        for one in shares
    ]


def _own_units(users: Iterable[UUID]) -> dict[UUID, tuple[str, ...]]:
    """User → paths of the villages, offices and areas he belongs to."""
    rows = Membership.objects.filter(user__in=list(users), valid_to__isnull=True).exclude(
        unit__kind__in=_WIDE
    )
    paths: dict[UUID, tuple[str, ...]] = {}
    for user, path in rows.values_list("user_id", "unit__path"):
        paths[user] = (*paths.get(user, ()), path)
    return paths


@dataclass(frozen=True, slots=True)
class Written:
    """An answer that waits for a person."""

    attempt_id: UUID
    slot_id: UUID
    question: str
    digest: str
    key: str
    key_version: int


def _make_tasks(plan: MarkingPlan, at: datetime) -> None:
    """Tasks for answers that have none; tasks for answers that are no longer what they were are closed."""
    exam = plan.exam
    attempts = dict(
        Attempt.objects.filter(exam=exam, state=State.SUBMITTED.value, voided_at__isnull=True).values_list(
            "pk", "form_id"
        )
    )
    found = written_answers(attempts)
    have = set()
    stale = []
    current = {(one.attempt_id, one.slot_id): (one.digest, one.key_version) for one in found}
    for task in MarkingTask.objects.filter(attempt__in=attempts, closed_at__isnull=True):
        place = (task.attempt_id, task.slot_id)
        judged = (task.answer_digest, task.key_version)
        if task.done_at is None and current.get(place) != judged:
            stale.append(task.pk)
        elif task.round == MarkingRound.FIRST:
            have.add((*place, *judged))
    MarkingTask.objects.filter(pk__in=stale).update(closed_at=at)
    new = []
    for one in found:
        if (one.attempt_id, one.slot_id, one.digest, one.key_version) in have:
            continue
        rounds = [MarkingRound.FIRST]
        if is_marked_twice(one.attempt_id, one.slot_id, plan.second_share):
            rounds.append(MarkingRound.SECOND)
        new += [_task(exam, one, number, at) for number in rounds]
    # An answer that came back to what it was (cleared and written again) finds its closed task.
    MarkingTask.objects.bulk_create(
        new,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["attempt", "slot", "round", "answer_digest", "key_version"],
        update_fields=["closed_at"],
    )


def _task(exam: Exam, answer: Written, number: int, at: datetime) -> MarkingTask:
    return MarkingTask(
        exam=exam,
        attempt_id=answer.attempt_id,
        slot_id=answer.slot_id,
        question=answer.question,
        round=number,
        answer_key=answer.key,
        answer_digest=answer.digest,
        key_version=answer.key_version,
        dealt_at=at,
    )


def written_answers(attempts: dict[UUID, UUID]) -> list[Written]:
    """The answers of these submitted attempts (id → form) that no mark decides and no machine can."""
    slots: dict[UUID, list[Slot]] = defaultdict(list)
    for slot in Slot.objects.filter(form__in=set(attempts.values()), kind__in=WRITTEN).order_by("order"):
        slots[slot.form_id].append(slot)
    concerned = [one for one, form in attempts.items() if slots[form]]
    sheets = load_sheets(concerned, {slot.code for some in slots.values() for slot in some})
    keys = {form: load_keys(form) for form in slots}
    marking = {form: one.by_id for form, one in keys.items()}
    digests = dict(
        Receipt.objects.filter(attempt__in=concerned).order_by("id").values_list("attempt", "digest")
    )
    marks = newest_marks(concerned, {slot.pk for some in slots.values() for slot in some})
    found = []
    for attempt_id in concerned:
        form = attempts[attempt_id]
        for slot in slots[form]:
            newest = marks.get(attempt_id, {}).get(slot.pk)
            version = marking[form][slot.pk].key.version
            if newest and is_current(newest[0], digests.get(attempt_id, ""), version):
                continue
            value = sheets[attempt_id][slot.code].value if slot.code in sheets[attempt_id] else None
            answer: Answer = resolve_answer(keys[form], attempt_id, slot.code, value)
            if mark_slot(marking[form][slot.pk], answer).points is not None:
                continue
            digest, alike = answer_digest(value), answer_key(answer)
            found.append(Written(attempt_id, slot.pk, question_id(slot), digest, alike, version))
    return found
