"""Reminders as an API: who has not sat, what was sent, sending."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from examsite.api import PROBLEM, Problem, StrictSerializer, list_call

from ..domain.reminders import LIMIT, absent, is_quiet, may_list, propose_list, send_reminder
from ..models import Exam, ReminderChannel
from ..rules import exams_manageable_by
from .office_schema import ProposedOut
from .office_view import OfficeView, office_call

CSV = "text/csv"
PROBLEMS: dict[Any, Any] = {(code, PROBLEM): Problem for code in (400, 401, 403, 404, 409)}


class AbsentOut(serializers.Serializer):
    """An entry of the roster that must sit and has not."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    unit = serializers.UUIDField(source="unit_id")
    unit_name = serializers.CharField(source="unit.name")
    admission_number = serializers.CharField()


class ReminderOut(serializers.Serializer):
    id = serializers.UUIDField()
    number = serializers.IntegerField(help_text="1 or 2; there is no third.")
    channel = serializers.CharField()
    text = serializers.CharField()
    recipients = serializers.IntegerField()
    sent_at = serializers.DateTimeField()
    sent_by = serializers.CharField(source="sent_by.name")


class RemindersOut(serializers.Serializer):
    missing = serializers.IntegerField(help_text="How many have not sat.")
    left = serializers.IntegerField(help_text="How many reminders are left.")
    quiet = serializers.BooleanField(help_text="It is night: nothing is sent now.")
    may_list = serializers.BooleanField(help_text="A second officer has agreed to the list with numbers.")
    sent = ReminderOut(many=True)


class ReminderIn(StrictSerializer):
    channel = serializers.CharField(
        max_length=16, help_text=f"{', '.join(ReminderChannel.values)}, or one that the county added."
    )
    text = serializers.CharField(max_length=300, help_text="What, until when, who helps; no names.")
    address = serializers.EmailField(
        default="", allow_blank=True, help_text="Of the liaisons; for mail alone."
    )


class ReminderCall(OfficeView):
    def exam(self, key: UUID) -> Exam:
        return self.find(exams_manageable_by(self.request.user).select_related("unit"), key)


class Absent(ReminderCall):
    @list_call("reminders_absent", AbsentOut, tag="office")
    def get(self, request: Request, exam: UUID) -> Response:
        """Who must sit the exam and has not, village by village."""
        return self.paged(absent(self.exam(exam)), AbsentOut)


class Reminders(ReminderCall):
    @office_call("reminders_read", reply=RemindersOut)
    def get(self, request: Request, exam: UUID) -> Response:
        """What was sent, and what may still be."""
        found = self.exam(exam)
        sent = list(found.reminders.select_related("sent_by"))
        data = {
            "missing": absent(found).count(),
            "left": LIMIT - len(sent),
            "quiet": is_quiet(self.at),
            "may_list": may_list(found, self.at),
            "sent": sent,
        }
        return Response(RemindersOut(data).data)

    @extend_schema(
        operation_id="reminders_send",
        tags=["office"],
        request=ReminderIn,
        responses={201: ReminderOut, (201, CSV): OpenApiTypes.STR, 202: ProposedOut, **PROBLEMS},
    )
    def post(self, request: Request, exam: UUID) -> Response | HttpResponse:
        """Remind whoever has not sat; the list with telephone numbers (`file`) comes as csv, after a second
        officer has agreed (until then 202: he is asked)."""
        found, data = self.exam(exam), self.read(ReminderIn)
        if data["channel"] == ReminderChannel.FILE and not may_list(found, self.at):
            return self.proposed([propose_list(exam=found, at=self.at, actor=request.user)])
        sent = send_reminder(exam=found, at=self.at, actor=request.user, **data)
        if sent.file is not None:
            return HttpResponse(sent.file, content_type=f"{CSV}; charset=utf-8", status=201)
        return Response(ReminderOut(sent.reminder).data, status=201)
