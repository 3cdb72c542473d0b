"""What the API document says of the plain views in `hot`. These classes describe; they never run."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import extend_schema
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
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
    def get(self, request: Request) -> None:
        """The server's time; no sign-in, no database."""


class AnswersCall(Described):
    @extend_schema(
        operation_id="answers_save",
        tags=["exam"],
        request=schema.SaveIn,
        responses=schema.replies(schema.SaveOut, 400, 401, 403, 503),
    )
    def put(self, request: Request, attempt: str) -> None:
        """Save answers: each is on disk when it is acknowledged. May be repeated without limit."""

    @extend_schema(
        operation_id="answers_read",
        tags=["exam"],
        responses=schema.replies(schema.AnswersOut, 401),
    )
    def get(self, request: Request, attempt: str) -> None:
        """The server's answer sheet and its digest."""


class HeartbeatCall(Described):
    @extend_schema(
        operation_id="heartbeat",
        tags=["exam"],
        request=schema.HeartbeatIn,
        responses=schema.replies(schema.HeartbeatOut, 401),
    )
    def post(self, request: Request, attempt: str) -> None:
        """A sign of life; tells the time left, compares the sheets, brings messages."""


class SubmitCall(Described):
    @extend_schema(
        operation_id="submit",
        tags=["exam"],
        request=schema.SubmitIn,
        responses=schema.replies(schema.SubmitOut, 401, 409),
    )
    def post(self, request: Request, attempt: str) -> None:
        """Hand in: the last answers, then the receipt. 409 digest_mismatch brings the server's sheet."""
