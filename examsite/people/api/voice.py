"""What people say to the office as an API: corrections of their data, complaints and suggestions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from examsite.api import Call, call, list_call

from ..domain.voice import answer_correction, answer_feedback, find_feedback, open_first, send_feedback
from ..models import Feedback
from ..rules import corrections_answered_by, require_county_officer
from ..sessions import address_of
from . import voice_schema as schema

TAG = "feedback"


class CorrectionCall(Call):
    def requests(self) -> QuerySet[Any]:
        return corrections_answered_by(self.request.user).select_related("user", "unit", "answered_by")


class Corrections(CorrectionCall):
    @list_call("corrections_of_data_list", schema.DataCorrectionOut, tag=TAG)
    def get(self, request: Request) -> Response:
        """Requests of the officer's people to correct their data; the open ones first."""
        return self.paged(open_first(self.requests()), schema.DataCorrectionOut)


class CorrectionAnswer(CorrectionCall):
    @call(
        "corrections_of_data_answer",
        tag=TAG,
        request=schema.AnswerIn,
        reply=schema.DataCorrectionOut,
    )
    def post(self, request: Request, correction: UUID) -> Response:
        """Say what was done; once."""
        found, data = self.find(self.requests(), correction), self.read(schema.AnswerIn)
        done = answer_correction(request=found, answer=data["answer"], at=self.at, actor=request.user)
        return Response(schema.DataCorrectionOut(done).data)


# --- Complaints and suggestions ----------------------------------------------------------------------------


class FeedbackNew(Call):
    """Open to everybody, by JSON alone: no other site's page can send it from somebody's browser."""

    authentication_classes = []
    permission_classes = [AllowAny]

    @call(
        "feedback_send", tag=TAG, request=schema.FeedbackIn, reply=schema.FeedbackSentOut, status=201, auth=[]
    )
    def post(self, request: Request) -> Response:
        """Write to the register; no sign-in, no name needed."""
        sent = send_feedback(**self.read(schema.FeedbackIn), at=self.at, address=address_of(request))
        return Response(schema.FeedbackSentOut(sent).data, status=201)


class FeedbackAnswer(Call):
    """Open to whoever knows the code, which is sent in the body: it stands in no log."""

    authentication_classes = []
    permission_classes = [AllowAny]

    @call("feedback_answer", tag=TAG, request=schema.FeedbackCodeIn, reply=schema.FeedbackAnswerOut, auth=[])
    def post(self, request: Request) -> Response:
        """The answer to what one wrote."""
        found = find_feedback(self.read(schema.FeedbackCodeIn)["code"])
        return Response(schema.FeedbackAnswerOut(found).data)


class RegisterCall(Call):
    """The register is kept by the county's officers."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        require_county_officer(request.user)

    @staticmethod
    def entries() -> QuerySet[Feedback]:
        return Feedback.objects.select_related("answered_by")


class Register(RegisterCall):
    @list_call("feedback_list", schema.FeedbackOut, tag=TAG)
    def get(self, request: Request) -> Response:
        """All complaints and suggestions, the open ones first."""
        return self.paged(open_first(self.entries()), schema.FeedbackOut)


class RegisterEntry(RegisterCall):
    @call("feedback_get", tag=TAG, reply=schema.FeedbackDetailOut)
    def get(self, request: Request, feedback: UUID) -> Response:
        """One entry, with the contact that was left."""
        return Response(schema.FeedbackDetailOut(self.find(self.entries(), feedback)).data)


class RegisterAnswer(RegisterCall):
    @call("feedback_settle", tag=TAG, request=schema.AnswerIn, reply=schema.FeedbackDetailOut)
    def post(self, request: Request, feedback: UUID) -> Response:
        """Say what was done; whoever wrote it reads it by his code."""
        found, data = self.find(self.entries(), feedback), self.read(schema.AnswerIn)
        done = answer_feedback(feedback=found, answer=data["answer"], at=self.at, actor=request.user)
        return Response(schema.FeedbackDetailOut(done).data)
