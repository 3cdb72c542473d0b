"""What the office's calls share: the moment, look-ups in what the person manages, the document's entries."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from examsite.lib import clock
from examsite.lib.errors import NotFound
from examsite.people.models import Approval

from .schema import ProblemOut

_PROBLEM = "application/problem+json"


def office_call(operation_id: str, *, request: Any = None, reply: Any = None, status: int = 200) -> Any:
    """The document's entry of a call: what goes in, what comes out, and the problems of all calls."""
    problems = {(code, _PROBLEM): ProblemOut for code in (400, 403, 404, 409)}
    return extend_schema(
        operation_id=operation_id,
        tags=["office"],
        request=request,
        responses={status: reply, **problems},
    )


class OfficeView(APIView):
    """One operation of an officer. `self.at` is the one moment of the request."""

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

    @staticmethod
    def find_all(rows: QuerySet[Any], keys: list[UUID]) -> list[Any]:
        """All of these rows, or 404 when one is missing."""
        found = list(rows.filter(pk__in=keys))
        if len(found) != len(set(keys)):
            raise NotFound("not_found", "有的编号没有找到，或不在您的权限之内。")
        return found

    def read(self, serializer: type[Serializer]) -> dict[str, Any]:
        """What was sent, checked; a 400 names the fields."""
        data = serializer(data=self.request.data)
        data.is_valid(raise_exception=True)
        return dict(data.validated_data)

    @property
    def needs_second(self) -> bool:
        return bool(settings.REQUIRE_SECOND_PERSON)

    @staticmethod
    def proposed(approvals: list[Approval]) -> Response:
        """202: a second officer has to agree; then it happens."""
        return Response({"approvals": [str(one.pk) for one in approvals]}, status=202)

    def paged(self, rows: QuerySet[Any], serializer: type[Serializer]) -> Response:
        """A page of a list."""
        paginator = self.settings.DEFAULT_PAGINATION_CLASS()
        page = paginator.paginate_queryset(rows, self.request, view=self)
        return paginator.get_paginated_response(serializer(page, many=True).data)
