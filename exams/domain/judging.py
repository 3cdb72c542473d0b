"""Judging an answer: what a marker gives for it, and the mark that comes of it.

It takes the attempt's row lock, so two markers of one answer come one after the other, and the second sees
what the first gave.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from examsite.lib.errors import Conflict, Invalid
from examsite.people.models import User
from questionbanks.kinds.base import Answer

from ..engine.marking_people import Judged, conclude
from ..engine.release import released_since
from ..engine.rubric import rubric_for
from ..engine.sheet import Sheet
from ..engine.transitions import State
from ..models import Attempt, Judgement, MarkingRound, MarkingTask
from .attempts import lock_attempts
from .keys import FormKeys, load_keys, resolve_answer
from .marking import answer_digest, append_mark, require_points
from .releases import release_of
from .sheets import load_sheets

MAX_COMMENT = 300


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a marker gives: ticked rubric lines, or points outright (which then count)."""

    ticks: tuple[int, ...] = ()
    points: Decimal | None = None
    comment: str = ""
    doubtful: bool = False


def save_draft(*, task: MarkingTask, verdict: Verdict, marker: User) -> None:
    """Keep what the marker has entered so far; it counts for nothing until he confirms it."""
    _check(task, verdict)
    draft = {
        "ticks": sorted(set(verdict.ticks)),
        "points": None if verdict.points is None else str(verdict.points),
        "comment": verdict.comment,
        "doubtful": verdict.doubtful,
    }
    kept = MarkingTask.objects.filter(pk=task.pk, marker=marker, closed_at__isnull=True).update(draft=draft)
    if not kept:
        raise not_yours()


def judge(*, task: MarkingTask, verdict: Verdict, at: datetime, marker: User) -> int:
    """Give points for an answer, and for all of the marker's answers to the question that say the same.

    Returns how many answers were judged. He may change his mind until the results are released or the head
    marker has decided. Raises Conflict when the task is no longer his, Invalid for points out of range.
    """
    points = _check(task, verdict)
    with transaction.atomic():
        answers = _lock_alike(task, marker)
        refused = [(one, _refusal(one, at)) for one in answers]
        own = next((refusal for one, refusal in refused if one.task.pk == task.pk), not_yours())
        if own is not None:
            raise own
        judged = [one for one, refusal in refused if refusal is None]
        # Conditional: an officer who takes answers back at this moment holds no lock on the attempt.
        still = MarkingTask.objects.filter(pk__in=[one.task.pk for one in judged], marker=marker)
        if still.update(done_at=at, draft=None) != len(judged):
            raise not_yours()
        given = Judgement.objects.bulk_create(
            [
                Judgement(
                    task=one.task,
                    marker=marker,
                    points=points,
                    ticks=sorted(set(verdict.ticks)),
                    comment=verdict.comment.strip(),
                    doubtful=verdict.doubtful,
                    at=at,
                )
                for one in judged
            ]
        )
        _settle(judged, {one.task_id: one for one in given}, at, marker)
    return len(judged)


@dataclass(frozen=True, slots=True)
class _Held:
    """A task whose attempt is locked, the attempt's sheet, and the tasks of all rounds of the answer."""

    task: MarkingTask
    attempt: Attempt
    sheet: Sheet
    rounds: Mapping[int, MarkingTask]


def _lock_alike(task: MarkingTask, marker: User) -> list[_Held]:
    """The marker's answers that say the same, with their attempts locked; read after the lock."""
    ids = {task.attempt_id, *alike(task).values_list("attempt_id", flat=True)}
    attempts = {one.pk: one for one in lock_attempts(ids)}
    sheets = load_sheets(attempts)
    rounds: dict[tuple[object, ...], dict[int, MarkingTask]] = defaultdict(dict)
    every = MarkingTask.objects.filter(attempt__in=attempts, question=task.question, closed_at__isnull=True)
    for one in every.select_related("slot", "exam__marking_plan"):
        rounds[_answer_of(one)][one.round] = one
    held = [
        _Held(one, attempts[one.attempt_id], sheets[one.attempt_id], some)
        for some in rounds.values()
        for one in some.values()
        if one.marker_id == marker.pk == task.marker_id and _says_the_same(one, task)
    ]
    return sorted(held, key=lambda one: one.task.pk)


def _answer_of(task: MarkingTask) -> tuple[object, ...]:
    """What the tasks of all rounds of one answer have in common."""
    return (task.attempt_id, task.slot_id, task.answer_digest, task.key_version)


def _says_the_same(one: MarkingTask, task: MarkingTask) -> bool:
    return (one.round, one.answer_key, one.key_version, one.slot.points) == (
        task.round,
        task.answer_key,
        task.key_version,
        task.slot.points,
    )


def not_yours() -> Conflict:
    """The refusal of who lost a task to somebody else."""
    return Conflict("not_yours", "这份答卷已分给别人或不用再评，请看下一份。")


def _check(task: MarkingTask, verdict: Verdict) -> Decimal:
    """The points of a verdict, in range."""
    if len(verdict.comment) > MAX_COMMENT:
        raise Invalid("comment", f"评语请控制在{MAX_COMMENT}字以内。")
    possible, points = task.slot.points, verdict.points
    if points is None:
        keys = load_keys(task.slot.form_id)
        rubric = rubric_for(keys.questions[task.slot.code], possible, given_answer(task, keys))
        points = rubric.points(verdict.ticks)
    require_points(points, possible)
    return points


def given_answer(task: MarkingTask, keys: FormKeys) -> Answer:
    """What the candidate wrote; None where he wrote nothing."""
    sheet = load_sheets([task.attempt_id], [task.slot.code])[task.attempt_id]
    return resolve_answer(keys, task.attempt_id, task.slot.code, _value(sheet, task.slot.code))


def _value(sheet: Sheet, code: str) -> Any:
    return sheet[code].value if code in sheet else None


def alike(task: MarkingTask) -> QuerySet[MarkingTask]:
    """The marker's answers to the question that say the same, for the same points, in the same round."""
    return MarkingTask.objects.filter(
        exam=task.exam_id,
        question=task.question,
        marker=task.marker_id,
        round=task.round,
        answer_key=task.answer_key,
        key_version=task.key_version,
        slot__points=task.slot.points,
        closed_at__isnull=True,
    )


def _refusal(held: _Held, at: datetime) -> Conflict | None:
    """Why this answer cannot be judged now."""
    task, attempt = held.task, held.attempt
    if attempt.voided_at is not None:
        return Conflict("voided", "这份答卷已作废，不用再评。")
    if attempt.state == State.IN_PROGRESS.value:
        return Conflict("reopened", "这份答卷已恢复作答，交卷后再评。")
    if answer_digest(_value(held.sheet, task.slot.code)) != task.answer_digest:
        return Conflict("changed", "考生的答案有变化，请重新打开这份答卷。")
    if attempt.points is not None and released_since(release_of(attempt.sitting), attempt.submitted_at, at):
        return Conflict("released", "成绩已经公布，不能再改分；有疑问请走复核或答案更正。")
    head = held.rounds.get(MarkingRound.HEAD)
    if task.round != MarkingRound.HEAD and head is not None and head.done_at is not None:
        return Conflict("decided", "阅卷组长已经裁定，不能再改。")
    return None


def of_answer(task: MarkingTask) -> QuerySet[MarkingTask]:
    """The tasks of all rounds of the same answer."""
    return MarkingTask.objects.filter(
        attempt=task.attempt_id,
        slot=task.slot_id,
        answer_digest=task.answer_digest,
        key_version=task.key_version,
        closed_at__isnull=True,
    )


def _settle(judged: Sequence[_Held], newest: dict[UUID, Judgement], at: datetime, actor: User) -> None:
    """Make the marks that the judgements of these answers come to, or ask the head marker.

    `newest`: task → what was given just now; what other rounds gave is added.
    """
    others = [one.pk for held in judged for one in held.rounds.values() if one.pk not in newest]
    if others:
        for judgement in Judgement.objects.filter(task__in=others).order_by("id"):
            newest[judgement.task_id] = judgement
    for held in judged:
        given = {number: newest[one.pk] for number, one in held.rounds.items() if one.pk in newest}
        conclusion = conclude(
            *(
                Judged(given[one].points, given[one].doubtful) if one in given else None
                for one in MarkingRound
            ),
            twice=MarkingRound.SECOND in held.rounds,
            gap=held.task.exam.marking_plan.gap,
        )
        if conclusion.needs_head and MarkingRound.HEAD not in held.rounds:
            _ask_head(held.task, at)
        if conclusion.points is None:
            continue
        comments = [one.comment for _, one in sorted(given.items(), reverse=True) if one.comment]
        append_mark(
            attempt=held.attempt,
            sheet=held.sheet,
            slot_id=held.task.slot_id,
            points=conclusion.points,
            rule=conclusion.rule,
            answer=held.task.answer_digest,
            at=at,
            actor=actor,
            comment=comments[0] if comments else "",
        )
        of_answer(held.task).filter(done_at__isnull=True).update(closed_at=at)


def _ask_head(task: MarkingTask, at: datetime) -> None:
    """A task for the head marker; whether he may mark this unit is decided where tasks are dealt."""
    MarkingTask.objects.create(
        exam_id=task.exam_id,
        attempt_id=task.attempt_id,
        slot_id=task.slot_id,
        question=task.question,
        round=MarkingRound.HEAD,
        answer_key=task.answer_key,
        answer_digest=task.answer_digest,
        key_version=task.key_version,
        dealt_at=at,
    )
