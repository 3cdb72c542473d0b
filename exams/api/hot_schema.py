"""What the API document says of the plain views in `hot`. These classes describe; they never run."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import extend_schema
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from . import schema


class AttemptToken(BaseAuthentication):
    """`Authorization: Attempt <token>`, the token of start or claim. Read by `bearer`, not by DRF."""


class AttemptTokenScheme(OpenApiAuthenticationExtension):
    """How the API document calls the token."""

    target_class = AttemptToken
    name = "attemptToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Attempt <token>`: the token of start or claim",
        }


class Described(APIView):
    """No sign-in: the token says who calls."""

    authentication_classes = (AttemptToken,)
    permission_classes = (IsAuthenticated,)


class TimeCall(Described):
    authentication_classes = ()
    permission_classes = ()

    @extend_schema(operation_id="time", tags=["exam"], responses=schema.Stamped)
    def get(self, request: Request) -> Response:
        """The server's time; no sign-in, no database."""
        raise NotImplementedError


class AnswersCall(Described):
    @extend_schema(
        operation_id="answers_save",
        tags=["exam"],
        request=schema.SaveIn,
        responses={
            200: schema.SaveOut,
            (400, "application/problem+json"): schema.ProblemOut,
            (401, "application/problem+json"): schema.ProblemOut,
            (403, "application/problem+json"): schema.ProblemOut,
            (503, "application/problem+json"): schema.ProblemOut,
        },
    )
    def put(self, request: Request, attempt: str) -> Response:
        """Save answers: each is on disk when it is acknowledged. May be repeated without limit."""
        raise NotImplementedError

    @extend_schema(
        operation_id="answers_read",
        tags=["exam"],
        responses={200: schema.AnswersOut, (401, "application/problem+json"): schema.ProblemOut},
    )
    def get(self, request: Request, attempt: str) -> Response:
        """The server's answer sheet and its digest."""
        raise NotImplementedError


class HeartbeatCall(Described):
    @extend_schema(
        operation_id="heartbeat",
        tags=["exam"],
        request=schema.HeartbeatIn,
        responses={200: schema.HeartbeatOut, (401, "application/problem+json"): schema.ProblemOut},
    )
    def post(self, request: Request, attempt: str) -> Response:
        """A sign of life; tells the time left, compares the sheets, brings messages."""
        raise NotImplementedError


class SubmitCall(Described):
    @extend_schema(
        operation_id="submit",
        tags=["exam"],
        request=schema.SubmitIn,
        responses={
            200: schema.SubmitOut,
            (401, "application/problem+json"): schema.ProblemOut,
            (409, "application/problem+json"): schema.ProblemOut,
        },
    )
    def post(self, request: Request, attempt: str) -> Response:
        """Hand in: the last answers, then the receipt. 409 digest_mismatch brings the server's sheet."""
        raise NotImplementedError
