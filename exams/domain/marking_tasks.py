"""A marker's queue: the next answer, and what he sees of it.

He sees answers, never whose they are; only tasks that are his.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet

from examsite.lib.errors import NotFound
from examsite.people.models import User
from questionbanks.kinds.base import Answer, Question
from questionbanks.kinds.registry import kind

from ..engine.rubric import Rubric, rubric_for
from ..models import Exam, MarkingRound, MarkingTask
from ..rules import marking_tasks_of
from .judging import alike, given_answer, of_answer
from .keys import load_keys
from .marking_plans import deal_answers


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


def next_task(
    *, marker: User, exam: Exam, question: str, at: datetime, mine: QuerySet[MarkingTask] | None = None
) -> MarkingTask | None:
    """The answer to judge next: doubts of others first, equal answers together; None when all is done.

    `mine`: the marker's tasks, where the caller has asked for them already.
    """
    mine = marking_tasks_of(marker) if mine is None else mine
    waiting = mine.filter(exam=exam, question=question, done_at__isnull=True)
    waiting = waiting.select_related("slot", "exam").order_by("-round", "answer_key", "pk")
    found = waiting.first()
    if found is None and deal_answers(exam=exam, at=at):
        found = waiting.first()
    return found


def count_tasks(mine: QuerySet[MarkingTask], exam: UUID, question: str) -> tuple[int, int]:
    """How many of these tasks of a queue are done, and how many there are."""
    counts = mine.filter(exam=exam, question=question).aggregate(
        done=Count("pk", filter=Q(done_at__isnull=False)), total=Count("pk")
    )
    return counts["done"], counts["total"]


def previous_task(*, marker: User, exam: Exam, question: str) -> MarkingTask | None:
    """The answer he judged last."""
    done = marking_tasks_of(marker).filter(exam=exam, question=question, done_at__isnull=False)
    return done.select_related("slot", "exam").order_by("-done_at", "-pk").first()


def my_task(*, marker: User, task: UUID, mine: QuerySet[MarkingTask] | None = None) -> MarkingTask:
    """A task that is his. Raises NotFound for every other. `mine`: as for `next_task`."""
    mine = marking_tasks_of(marker) if mine is None else mine
    found = mine.select_related("slot", "exam").filter(pk=task).first()
    if found is None:
        raise NotFound("not_found", "没有找到这份答卷，可能已分给别人。")
    return found


def view_task(task: MarkingTask) -> TaskView:
    """What its marker sees."""
    slot, keys = task.slot, load_keys(task.slot.form_id)
    question, answer = keys.questions[slot.code], given_answer(task, keys)
    rubric = rubric_for(question, slot.points, answer)
    newest = task.judgements.order_by("-id").first() if task.done_at else None
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
        same=alike(task).filter(done_at__isnull=True).exclude(pk=task.pk).count() + 1,
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
    for other in of_answer(task).exclude(pk=task.pk).order_by("round"):
        newest = other.judgements.order_by("-id").first()
        if newest is not None:
            label = MarkingRound(other.round).label
            found.append(OtherJudgement(label, newest.points, newest.comment, newest.doubtful))
    return tuple(found)
