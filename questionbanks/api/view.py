"""What the calls about banks share: look-ups in what the person sees, the document's entries."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from examsite.lib import clock
from examsite.lib.errors import Invalid, NotFound

from ..formats.native_json import read_item
from ..kinds.base import Question
from .schema import BankProblemOut, page_of

_PROBLEM = "application/problem+json"
PAGE_PARAMETERS = [
    OpenApiParameter("page", OpenApiTypes.INT),
    OpenApiParameter("page_size", OpenApiTypes.INT),
]


def call(
    operation_id: str,
    *,
    request: Any = None,
    reply: Any = None,
    status: int = 200,
    parameters: list[OpenApiParameter] | None = None,
) -> Any:
    """The document's entry of a call: what goes in, what comes out, and the problems of all calls."""
    problems = {(code, _PROBLEM): BankProblemOut for code in (400, 403, 404, 409)}
    return extend_schema(
        operation_id=operation_id,
        tags=["banks"],
        request=request,
        parameters=parameters,
        responses={status: reply, **problems},
    )


def list_call(
    operation_id: str, serializer: type[Serializer], parameters: list[OpenApiParameter] | None = None
) -> Any:
    """The entry of a call that gives a page of a list."""
    return call(operation_id, reply=page_of(serializer), parameters=[*(parameters or []), *PAGE_PARAMETERS])


class BankView(APIView):
    """One operation about banks. `self.at` is the one moment of the request."""

    at: datetime

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.at = clock.now()

    @staticmethod
    def find(rows: QuerySet[Any], key: Any) -> Any:
        """The row, or 404: what is out of sight looks like what does not exist."""
        found = rows.filter(pk=key).first()
        if found is None:
            raise NotFound("not_found", "没有找到，或不在您的权限之内。")
        return found

    def read(self, serializer: type[Serializer]) -> dict[str, Any]:
        """What was sent, checked; a 400 names the fields."""
        data = serializer(data=self.request.data)
        data.is_valid(raise_exception=True)
        return dict(data.validated_data)

    def read_question(self, data: dict[str, Any]) -> Question:
        """The question of a body (schema.QuestionIn), markup cleaned. Raises Invalid, naming the field."""
        question, problem = read_item(data, "")
        if problem is not None:
            raise Invalid(problem.code, problem.message)
        return question

    def paged(self, rows: Any, serializer: type[Serializer]) -> Response:
        """A page of a list."""
        paginator = self.settings.DEFAULT_PAGINATION_CLASS()
        page = paginator.paginate_queryset(rows, self.request, view=self)
        return paginator.get_paginated_response(serializer(page, many=True).data)
