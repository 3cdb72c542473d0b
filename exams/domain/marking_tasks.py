"""A marker's queue: the next answer, what he sees of it, what he gives for it.

He sees answers, never whose they are; only tasks that are his. Judging takes the attempt's row lock, so two
markers of one answer come one after the other, and the second sees what the first gave.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Min, Q, QuerySet

from examsite.lib.errors import Conflict, Invalid, NotFound
from examsite.people.models import User
from questionbanks.kinds.base import Answer, Question
from questionbanks.kinds.registry import kind

from ..engine.headings import plain
from ..engine.marking_people import Conclusion, Judged, conclude
from ..engine.release import released_since
from ..engine.rubric import Rubric, rubric_for
from ..engine.transitions import State
from ..models import Attempt, Exam, Judgement, MarkingPlan, MarkingRound, MarkingTask
from ..rules import marking_tasks_of
from .attempts import lock_attempts
from .keys import load_keys, resolve_answer
from .marking import answer_digest, append_mark
from .marking_plans import deal_answers
from .releases import release_of
from .sheets import load_sheets

MAX_COMMENT = 300


@dataclass(frozen=True, slots=True)
class Queue:
    """One question of one exam in a marker's hands. `number` is that of the first form that asks it."""

    exam: Exam
    question: str
    number: int
    kind_label: str
    stem: str
    total: int
    done: int

    @property
    def left(self) -> int:
        return self.total - self.done


@dataclass(frozen=True, slots=True)
class OtherJudgement:
    """What another round gave; the head marker alone sees it."""

    round_label: str
    points: Decimal
    comment: str
    doubtful: bool


@dataclass(frozen=True, slots=True)
class TaskView:
    """All that a marker sees of one answer. `same`: how many of his answers say the same, this one included.

    `ticks`, `points`, `comment`, `doubtful` are what he entered last, or what the machine suggests.
    """

    task: MarkingTask
    number: int
    kind_label: str
    material: str
    question: Question
    model_answer: str
    answer: str
    rubric: Rubric
    same: int
    ticks: tuple[int, ...]
    points: Decimal | None
    comment: str
    doubtful: bool
    others: tuple[OtherJudgement, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a marker gives: ticked rubric lines, or points outright (which then count)."""

    ticks: tuple[int, ...] = ()
    points: Decimal | None = None
    comment: str = ""
    doubtful: bool = False


# --- What there is to do ---------------------------------------------------------------------------------


def my_queues(*, marker: User, at: datetime) -> list[Queue]:
    """The marker's queues, exam by exam, question by question; new answers are dealt first."""
    for exam in Exam.objects.filter(marking_plan__shares__marker=marker, closed_at__isnull=True):
        deal_answers(exam=exam, at=at)
    rows = (
        marking_tasks_of(marker)
        .order_by()
        .values("exam", "question")
        .annotate(total=Count("pk"), done=Count("pk", filter=Q(done_at__isnull=False)))
        .annotate(number=Min("slot__order"))
    )
    found = list(rows)
    exams = Exam.objects.select_related("unit").in_bulk({row["exam"] for row in found})
    queues = []
    for row in found:
        task = marking_tasks_of(marker).filter(exam=row["exam"], question=row["question"]).first()
        if task is None:
            continue
        asked = load_keys(task.slot.form_id).questions[task.slot.code]
        queues.append(
            Queue(
                exam=exams[row["exam"]],
                question=row["question"],
                number=row["number"],
                kind_label=kind(asked.kind).label,
                stem=asked.stem,
                total=row["total"],
                done=row["done"],
            )
        )
    return sorted(queues, key=lambda one: (one.exam.title, one.number))


def next_task(*, marker: User, exam: Exam, question: str, at: datetime) -> MarkingTask | None:
    """The answer to judge next: doubts of others first, equal answers together; None when all is done."""
    waiting = marking_tasks_of(marker).filter(exam=exam, question=question, done_at__isnull=True)
    waiting = waiting.select_related("slot", "attempt", "exam").order_by("-round", "answer_key", "pk")
    found = waiting.first()
    if found is None and deal_answers(exam=exam, at=at):
        found = waiting.first()
    return found


def previous_task(*, marker: User, exam: Exam, question: str) -> MarkingTask | None:
    """The answer he judged last."""
    done = marking_tasks_of(marker).filter(exam=exam, question=question, done_at__isnull=False)
    return done.select_related("slot", "attempt", "exam").order_by("-done_at", "-pk").first()


def my_task(*, marker: User, task: UUID) -> MarkingTask:
    """A task that is his. Raises NotFound for every other."""
    found = marking_tasks_of(marker).select_related("slot", "attempt", "exam").filter(pk=task).first()
    if found is None:
        raise NotFound("not_found", "没有找到这份答卷，可能已分给别人。")
    return found


def view_task(task: MarkingTask) -> TaskView:
    """What its marker sees."""
    slot, keys, answer = task.slot, load_keys(task.slot.form_id), _given(task)
    question = keys.questions[slot.code]
    rubric = rubric_for(question, slot.points, answer)
    newest = task.judgements.order_by("-id").first()
    ticks, points, comment, doubtful = rubric.suggested, None, "", False
    if task.draft is not None:
        draft = task.draft
        ticks, comment, doubtful = tuple(draft["ticks"]), draft["comment"], draft["doubtful"]
        points = None if draft["points"] is None else Decimal(draft["points"])
    elif newest is not None:
        ticks, points = tuple(newest.ticks), newest.points
        comment, doubtful = newest.comment, newest.doubtful
    return TaskView(
        task=task,
        number=slot.order,
        kind_label=kind(question.kind).label,
        material=_material(task),
        question=question,
        model_answer=kind(question.kind).describe_key(question.key),
        answer=_as_text(answer),
        rubric=rubric,
        same=_alike(task).filter(done_at__isnull=True).exclude(pk=task.pk).count() + 1,
        ticks=ticks,
        points=points,
        comment=comment,
        doubtful=doubtful,
        others=_others(task) if task.round == MarkingRound.HEAD else (),
    )


def _material(task: MarkingTask) -> str:
    """The shared text of a case group."""
    if task.slot.part is None:
        return ""
    return str(task.slot.version.content["stem"])


def _as_text(answer: Answer) -> str:
    if isinstance(answer, tuple):
        return "\n".join(f"第{place}空：{text or '（未填）'}" for place, text in enumerate(answer, 1))
    return str(answer or "")


def _others(task: MarkingTask) -> tuple[OtherJudgement, ...]:
    found = []
    for other in _of_answer(task).exclude(pk=task.pk).order_by("round"):
        newest = other.judgements.order_by("-id").first()
        if newest is not None:
            label = MarkingRound(other.round).label
            found.append(OtherJudgement(label, newest.points, newest.comment, newest.doubtful))
    return tuple(found)


# --- Judging ---------------------------------------------------------------------------------------------


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
        ids = {task.attempt_id, *_alike(task).values_list("attempt_id", flat=True)}
        attempts = {one.pk: one for one in lock_attempts(ids)}
        mine = [one for one in _alike(task).filter(attempt__in=attempts) if one.marker_id == marker.pk]
        if task.pk not in {one.pk for one in mine}:
            raise not_yours()
        refused = {one.pk: _refusal(one, attempts[one.attempt_id], at) for one in mine}
        if (refusal := refused[task.pk]) is not None:
            raise refusal
        judged = [one for one in mine if refused[one.pk] is None]
        # Conditional: an officer who takes answers back at this moment holds no lock on the attempt.
        still = MarkingTask.objects.filter(pk__in=[one.pk for one in judged], marker=marker)
        if still.update(done_at=at, draft=None) != len(judged):
            raise not_yours()
        Judgement.objects.bulk_create(
            [
                Judgement(
                    task=one,
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
        for one in judged:
            settle_answer(task=one, attempt=attempts[one.attempt_id], at=at, actor=marker)
    return len(judged)


def not_yours() -> Conflict:
    """The refusal of who lost a task to somebody else."""
    return Conflict("not_yours", "这份答卷已分给别人或不用再评，请看下一份。")


def _check(task: MarkingTask, verdict: Verdict) -> Decimal:
    """The points of a verdict, in range."""
    if len(verdict.comment) > MAX_COMMENT:
        raise Invalid("comment", f"评语请控制在{MAX_COMMENT}字以内。")
    possible, points = task.slot.points, verdict.points
    if points is None:
        question = load_keys(task.slot.form_id).questions[task.slot.code]
        points = rubric_for(question, possible, _given(task)).points(verdict.ticks)
    if not points.is_finite() or points < 0 or points > possible or points != round(points, 2):
        raise Invalid("points", f"得分在 0 到 {plain(possible)} 之间，最多两位小数。")
    return points


def _given(task: MarkingTask) -> Answer:
    keys = load_keys(task.slot.form_id)
    return resolve_answer(keys, task.attempt_id, task.slot.code, _value(task))


def _value(task: MarkingTask) -> Any:
    sheet = load_sheets([task.attempt_id], [task.slot.code])[task.attempt_id]
    return sheet[task.slot.code].value if task.slot.code in sheet else None


def _alike(task: MarkingTask) -> QuerySet[MarkingTask]:
    """The marker's answers to the question that say the same, for the same points, in the same round."""
    return (
        MarkingTask.objects.filter(
            exam=task.exam_id,
            question=task.question,
            marker=task.marker_id,
            round=task.round,
            answer_key=task.answer_key,
            key_version=task.key_version,
            slot__points=task.slot.points,
            closed_at__isnull=True,
        )
        .select_related("slot", "exam")
        .order_by("pk")
    )


def _refusal(task: MarkingTask, attempt: Attempt, at: datetime) -> Conflict | None:
    """Why this answer cannot be judged now; call under the attempt's lock."""
    if attempt.voided_at is not None:
        return Conflict("voided", "这份答卷已作废，不用再评。")
    if attempt.state == State.IN_PROGRESS.value:
        return Conflict("reopened", "这份答卷已恢复作答，交卷后再评。")
    if answer_digest(_value(task)) != task.answer_digest:
        return Conflict("changed", "考生的答案有变化，请重新打开这份答卷。")
    if released_since(release_of(attempt.sitting), attempt.submitted_at, at) and attempt.points is not None:
        return Conflict("released", "成绩已经公布，不能再改分；有疑问请走复核或答案更正。")
    if (
        task.round != MarkingRound.HEAD
        and _of_answer(task).filter(round=MarkingRound.HEAD, done_at__isnull=False).exists()
    ):
        return Conflict("decided", "阅卷组长已经裁定，不能再改。")
    return None


def _of_answer(task: MarkingTask) -> QuerySet[MarkingTask]:
    """The tasks of all rounds of the same answer."""
    return MarkingTask.objects.filter(
        attempt=task.attempt_id,
        slot=task.slot_id,
        answer_digest=task.answer_digest,
        key_version=task.key_version,
        closed_at__isnull=True,
    )


def settle_answer(*, task: MarkingTask, attempt: Attempt, at: datetime, actor: User) -> Conclusion:
    """Make the mark that the judgements of an answer come to, or ask the head marker.

    Call under the attempt's lock.
    """
    plan = MarkingPlan.objects.get(exam=task.exam_id)
    newest: dict[int, Judgement] = {}
    rounds = {one.round: one for one in _of_answer(task)}
    for judgement in Judgement.objects.filter(task__in=rounds.values()).order_by("id"):
        newest[next(number for number, one in rounds.items() if one.pk == judgement.task_id)] = judgement
    judged = {number: Judged(one.points, one.doubtful) for number, one in newest.items()}
    conclusion = conclude(
        judged.get(MarkingRound.FIRST),
        judged.get(MarkingRound.SECOND),
        judged.get(MarkingRound.HEAD),
        twice=MarkingRound.SECOND in rounds,
        gap=plan.gap,
    )
    if conclusion.needs_head and MarkingRound.HEAD not in rounds:
        _ask_head(task, plan, at)
    if conclusion.points is not None:
        comments = [one.comment for number, one in sorted(newest.items(), reverse=True) if one.comment]
        append_mark(
            attempt=attempt,
            slot_id=task.slot_id,
            points=conclusion.points,
            rule=conclusion.rule,
            answer=task.answer_digest,
            at=at,
            actor=actor,
            comment=comments[0] if comments else "",
        )
        _of_answer(task).filter(done_at__isnull=True).update(closed_at=at)
    return conclusion


def _ask_head(task: MarkingTask, plan: MarkingPlan, at: datetime) -> None:
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
