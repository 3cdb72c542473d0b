"""Exams as an API: their rules, what is missing, who ends when, publication."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from examsite.api import list_call
from examsite.people.models import Role
from examsite.people.rules import units_under

from ..domain import exams as domain
from ..domain.end_times import end_times
from ..engine.headings import plain
from ..models import Exam
from ..rules import blueprints_visible_to, exams_manageable_by
from . import office_exams_schema as schema
from .office_schema import ProposedOut
from .office_view import OfficeView, office_call


class ExamOfficeView(OfficeView):
    """Look-ups that exams share."""

    def exam(self, key: UUID) -> Exam:
        rows = exams_manageable_by(self.request.user).select_related("unit", "category", "blueprint")
        return self.find(rows, key)

    def spec(self, data: dict[str, Any]) -> domain.ExamSpec:
        values = {name: data[name] for name in domain.ExamSpec.__dataclass_fields__}
        if values["blueprint"] is not None:
            values["blueprint"] = self.find(blueprints_visible_to(self.request.user), values["blueprint"])
        return domain.ExamSpec(**values)

    def shown(self, exam: Exam) -> dict[str, Any]:
        exam.gaps = domain.gaps(exam=exam, at=self.at)
        data = dict(schema.ExamOut(exam).data)
        return data | {
            "pass_line": plain(exam.pass_line),
            "excellent_line": plain(exam.excellent_line),
        }


class Exams(ExamOfficeView):
    @list_call("exams_list", schema.ExamRowOut, tag="office")
    def get(self, request: Request) -> Response:
        """The exams that the person runs, newest first."""
        rows = exams_manageable_by(request.user).order_by("-stat_year", "-created_at", "pk")
        return self.paged(rows, schema.ExamRowOut)

    @office_call("exams_create", request=schema.NewExamIn, reply=schema.ExamOut, status=201)
    def post(self, request: Request) -> Response:
        """A new exam."""
        data = self.read(schema.NewExamIn)
        unit = self.find(units_under(request.user, Role.OFFICER), data["unit"])
        exam = domain.create_exam(unit=unit, spec=self.spec(data), at=self.at, actor=request.user)
        return Response(self.shown(self.exam(exam.pk)), status=201)


class ExamDetail(ExamOfficeView):
    @office_call("exams_read", reply=schema.ExamOut)
    def get(self, request: Request, exam: UUID) -> Response:
        """One exam with what it still lacks."""
        return Response(self.shown(self.exam(exam)))

    @office_call("exams_change", request=schema.ExamIn, reply=schema.ExamOut)
    def put(self, request: Request, exam: UUID) -> Response:
        """Replace the rules of an exam that is not published."""
        found = self.exam(exam)
        spec = self.spec(self.read(schema.ExamIn))
        domain.change_exam(exam=found, spec=spec, at=self.at, actor=request.user)
        return Response(self.shown(self.exam(exam)))

    @office_call("exams_delete", status=204)
    def delete(self, request: Request, exam: UUID) -> Response:
        """Remove an exam that was never published."""
        domain.delete_exam(exam=self.exam(exam), at=self.at, actor=request.user)
        return Response(status=204)


class ExamEndTimes(ExamOfficeView):
    @office_call("exams_end_times", reply=schema.EndTimesOut(many=True))
    def get(self, request: Request, exam: UUID) -> Response:
        """When everybody's time ends, by sitting and allowance."""
        rows = end_times(exam=self.exam(exam))
        return Response(schema.EndTimesOut(rows, many=True).data)


class ExamClose(ExamOfficeView):
    @office_call("exams_close", reply=schema.ExamOut)
    def post(self, request: Request, exam: UUID) -> Response:
        """The exam is over: no further sittings, no additions."""
        domain.close_exam(exam=self.exam(exam), at=self.at, actor=request.user)
        return Response(self.shown(self.exam(exam)))


class ExamPublish(ExamOfficeView):
    @office_call("exams_publish", reply=ProposedOut)
    def post(self, request: Request, exam: UUID) -> Response:
        """Publish, or (202) ask a second officer to."""
        found = self.exam(exam)
        if self.needs_second:
            return self.proposed([domain.propose_exam(exam=found, at=self.at, actor=request.user)])
        domain.publish_exam(exam=found, at=self.at, actor=request.user, second_person=False)
        return Response({"approvals": []})
