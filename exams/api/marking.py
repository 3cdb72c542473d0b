"""Marking by people as an API: the plan and progress for the office, the queue for the marker."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from examsite.api import Call, call
from examsite.people.models import Unit, User

from ..domain import judging
from ..domain import marking_plans as plans
from ..domain import marking_tasks as tasks
from ..domain.marking_progress import marking_progress
from ..engine.headings import plain
from ..models import Exam, MarkingPlan, MarkingRound, MarkingTask
from ..rules import exams_manageable_by, marking_tasks_of
from . import marking_schema as schema
from .office_schema import AffectedOut
from .schema import KeptOut


def task_data(view: tasks.TaskView) -> dict[str, Any]:
    """An answer as the page and the API show it: no name, no unit, nothing of the attempt."""
    task = view.task
    return {
        "task": str(task.pk),
        "question": task.question,
        "number": view.number,
        "kind": view.kind_label,
        "round": MarkingRound(task.round).label,
        "material": view.material,
        "stem": view.question.stem,
        "model_answer": view.model_answer,
        "answer": view.answer,
        "same": view.same,
        "possible": plain(view.rubric.possible),
        "proportional": view.rubric.proportional,
        "lines": [
            {"text": line.text, "points": plain(line.points), "ticked": place in view.ticks}
            for place, line in enumerate(view.rubric.lines)
        ],
        "points": "" if view.points is None else plain(view.points),
        "comment": view.comment,
        "doubtful": view.doubtful,
        "done": task.done_at is not None,
        "others": [
            {
                "round": one.round_label,
                "points": plain(one.points),
                "comment": one.comment,
                "doubtful": one.doubtful,
            }
            for one in view.others
        ],
    }


class ExamMarking(Call):
    @call("marking_read", tag="marking", reply=schema.MarkingOut)
    def get(self, request: Request, exam: UUID) -> Response:
        """The plan, and how far marking is."""
        return Response(self._shown(self._exam(exam)))

    @call("marking_plan", tag="marking", request=schema.PlanIn, reply=schema.MarkingOut)
    def put(self, request: Request, exam: UUID) -> Response:
        """Make or replace the plan; what waits is dealt at once."""
        found, data = self._exam(exam), self.read(schema.PlanIn)
        people = {one.pk: one for one in plans.possible_markers(found)}

        def person(key: UUID) -> User:
            return people[key] if key in people else self.find(User.objects.none(), key)

        spec = plans.PlanSpec(
            head=person(data["head"]),
            deal=data["deal"],
            second_share=data["second_share"],
            gap=data["gap"],
            markers=[
                plans.MarkerSpec(
                    person(one["marker"]),
                    one["weight"],
                    self.find_all(Unit.objects.filter(path__startswith=found.unit.path), one["units"]),
                )
                for one in data["markers"]
            ],
        )
        plans.set_plan(exam=found, spec=spec, at=self.at, actor=request.user)
        return Response(self._shown(found))

    def _exam(self, exam: UUID) -> Exam:
        return self.find(exams_manageable_by(self.request.user).select_related("unit"), exam)

    def _shown(self, exam: Exam) -> dict[str, Any]:
        progress = marking_progress(exam)
        plan = MarkingPlan.objects.filter(exam=exam).first()
        shown = None
        if plan is not None:
            shares = plan.shares.prefetch_related("units")
            shown = {
                "head": str(plan.head_id),
                "deal": plan.deal,
                "second_share": plan.second_share,
                "gap": plain(plan.gap),
                "markers": [
                    {
                        "marker": str(one.marker_id),
                        "weight": one.weight,
                        "units": [str(unit.pk) for unit in one.units.all()],
                    }
                    for one in shares
                ],
            }
        return {
            "plan": shown,
            "left": progress.left,
            "unassigned": progress.unassigned,
            "questions": schema.QuestionProgressOut(progress.questions, many=True).data,
            "markers": schema.MarkerProgressOut(progress.markers, many=True).data,
        }


class TakeBack(Call):
    @call("marking_take_back", tag="marking", request=schema.TakeBackIn, reply=AffectedOut)
    def post(self, request: Request, exam: UUID) -> Response:
        """Take what a marker has not judged and give it to the others."""
        found = self.find(exams_manageable_by(request.user).select_related("unit"), exam)
        data = self.read(schema.TakeBackIn)
        marking = MarkingTask.objects.filter(exam=found).values("marker")
        marker = self.find(User.objects.filter(pk__in=marking), data["marker"])
        count = plans.take_back(
            exam=found, marker=marker, reason=data["reason"], at=self.at, actor=request.user
        )
        return Response({"count": count})


class Queues(Call):
    @call("marking_queues", tag="marking", reply=schema.QueueOut(many=True))
    def get(self, request: Request) -> Response:
        """The marker's own queues, question by question."""
        return Response(schema.QueueOut(tasks.my_queues(marker=request.user, at=self.at), many=True).data)


class QueueNext(Call):
    @call("marking_next", tag="marking", reply=schema.NextOut)
    def get(self, request: Request, exam: UUID, question: str) -> Response:
        """The answer to judge next; 404 for a queue that is not the marker's."""
        mine = marking_tasks_of(request.user).filter(exam=exam, question=question)
        found = self.find(Exam.objects.filter(pk__in=mine.values("exam")), exam)
        task = tasks.next_task(marker=request.user, exam=found, question=question, at=self.at)
        return Response({"task": task_data(tasks.view_task(task)) if task else None})


def _verdict(data: dict[str, Any]) -> judging.Verdict:
    return judging.Verdict(tuple(data["ticks"]), data["points"], data["comment"], data["doubtful"])


class Task(Call):
    @call("marking_task", tag="marking", reply=schema.TaskOut)
    def get(self, request: Request, task: UUID) -> Response:
        """One answer of the marker's own."""
        return Response(task_data(tasks.view_task(tasks.my_task(marker=request.user, task=task))))


class TaskDraft(Call):
    @call("marking_draft", tag="marking", request=schema.VerdictIn, reply=KeptOut)
    def put(self, request: Request, task: UUID) -> Response:
        """Keep what has been entered so far; it counts for nothing."""
        found = tasks.my_task(marker=request.user, task=task)
        judging.save_draft(task=found, verdict=_verdict(self.read(schema.VerdictIn)), marker=request.user)
        return Response({"done": True})


class TaskJudge(Call):
    @call("marking_judge", tag="marking", request=schema.VerdictIn, reply=schema.JudgedOut)
    def post(self, request: Request, task: UUID) -> Response:
        """Give points, to equal answers together; the next answer comes back."""
        found = tasks.my_task(marker=request.user, task=task)
        verdict = _verdict(self.read(schema.VerdictIn))
        count = judging.judge(task=found, verdict=verdict, at=self.at, marker=request.user)
        following = tasks.next_task(marker=request.user, exam=found.exam, question=found.question, at=self.at)
        shown = task_data(tasks.view_task(following)) if following else None
        return Response({"judged": count, "task": shown})
