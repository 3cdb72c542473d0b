"""How far marking by people is, for the officer who arranged it: by question, by marker, and what sticks."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max, Q

from examsite.people.models import User
from questionbanks.kinds.registry import kind

from ..models import Exam, Judgement, MarkingRound, MarkingTask, RosterEntry
from .keys import load_keys
from .marking_plans import open_tasks


@dataclass(frozen=True, slots=True)
class QuestionProgress:
    """One question: answers dealt in each round and how many of them are judged."""

    question: str
    number: int
    kind_label: str
    stem: str
    first: int
    first_done: int
    second: int
    second_done: int
    head: int
    head_done: int

    @property
    def left(self) -> int:
        return self.first + self.second + self.head - self.first_done - self.second_done - self.head_done


@dataclass(frozen=True, slots=True)
class MarkerProgress:
    """One marker: answers in his hands, how many he judged, the last time he did."""

    marker: User
    weight: int
    given: int
    done: int
    last_at: datetime | None

    @property
    def left(self) -> int:
        return self.given - self.done


@dataclass(frozen=True, slots=True)
class MarkingProgress:
    """`unassigned`: answers that nobody in the plan may mark. `uneven`: equal answers with unequal points."""

    questions: tuple[QuestionProgress, ...]
    markers: tuple[MarkerProgress, ...]
    unassigned: int
    uneven: tuple[tuple[str, int], ...]

    @property
    def left(self) -> int:
        return sum(one.left for one in self.questions)


def marking_progress(exam: Exam) -> MarkingProgress:
    """Everything the progress page shows; a fixed number of statements but for one a question."""
    return MarkingProgress(
        questions=_questions(exam),
        markers=_markers(exam),
        unassigned=open_tasks(exam).filter(marker__isnull=True).count(),
        uneven=uneven_answers(exam),
    )


def _questions(exam: Exam) -> tuple[QuestionProgress, ...]:
    counts: dict[str, dict[int, tuple[int, int]]] = defaultdict(dict)
    rows = MarkingTask.objects.filter(exam=exam, closed_at__isnull=True).order_by()
    grouped = rows.values_list("question", "round").annotate(
        count=Count("pk"), done=Count("pk", filter=Q(done_at__isnull=False))
    )
    for question, number, count, done in grouped:
        counts[question][number] = (count, done)
    found = []
    for question, rounds in counts.items():
        task = rows.filter(question=question).select_related("slot").order_by("slot__order").first()
        if task is None:
            continue
        asked = load_keys(task.slot.form_id).questions[task.slot.code]
        first, second, head = (rounds.get(number, (0, 0)) for number in MarkingRound)
        found.append(
            QuestionProgress(
                question, task.slot.order, kind(asked.kind).label, asked.stem, *first, *second, *head
            )
        )
    return tuple(sorted(found, key=lambda one: one.number))


def _markers(exam: Exam) -> tuple[MarkerProgress, ...]:
    rows = MarkingTask.objects.filter(exam=exam, closed_at__isnull=True, marker__isnull=False).order_by()
    grouped = rows.values("marker").annotate(
        given=Count("pk"), done=Count("pk", filter=Q(done_at__isnull=False)), last=Max("done_at")
    )
    counts = {row["marker"]: row for row in grouped}
    plan = getattr(exam, "marking_plan", None)
    weights = dict(plan.shares.values_list("marker", "weight")) if plan else {}
    users = User.objects.in_bulk({*counts, *weights})
    found = [
        MarkerProgress(
            marker=user,
            weight=weights.get(key, 0),
            given=counts[key]["given"] if key in counts else 0,
            done=counts[key]["done"] if key in counts else 0,
            last_at=counts[key]["last"] if key in counts else None,
        )
        for key, user in users.items()
    ]
    return tuple(sorted(found, key=lambda one: one.marker.name))


def uneven_answers(exam: Exam) -> tuple[tuple[str, int], ...]:
    """Questions in which equal answers got unequal points from different markers, and how many wordings."""
    newest: dict[UUID, Judgement] = {}
    judged = Judgement.objects.filter(task__exam=exam, task__closed_at__isnull=True).order_by("id")
    for one in judged.exclude(task__round=MarkingRound.HEAD).select_related("task"):
        newest[one.task_id] = one
    points: dict[tuple[str, str], set[object]] = defaultdict(set)
    for one in newest.values():
        points[one.task.question, one.task.answer_key].add(one.points)
    uneven: dict[str, int] = defaultdict(int)
    for (question, _), given in points.items():
        if len(given) > 1:
            uneven[question] += 1
    return tuple(sorted(uneven.items()))


def people_nobody_may_mark(exam: Exam) -> list[RosterEntry]:
    """Those with an answer that is in nobody's hands, though there is a plan."""
    waiting = open_tasks(exam).filter(marker__isnull=True)
    rows = RosterEntry.objects.filter(attempts__in=waiting.values("attempt")).distinct()
    return list(rows.select_related("unit").order_by("admission_number"))
