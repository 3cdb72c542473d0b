"""What all APIs of the site share: one class a call, pages of lists, errors as application/problem+json."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import exceptions, serializers
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, exception_handler

from examsite.lib import clock
from examsite.lib.errors import DomainError, NotFound

PROBLEM = "application/problem+json"
_PAGE = (OpenApiParameter("page", OpenApiTypes.INT), OpenApiParameter("page_size", OpenApiTypes.INT))


class Pages(PageNumberPagination):
    """Fifty a page; a client may ask for up to 200."""

    page_size_query_param = "page_size"
    max_page_size = 200


class StrictSerializer(serializers.Serializer):
    """Input that refuses fields it does not know: nothing is assigned in passing, no typing error is lost."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            unknown = sorted(set(map(str, data)) - set(self.fields))
            if unknown:
                raise exceptions.ValidationError({name: ["未知字段。"] for name in unknown})
        return super().to_internal_value(data)


class Problem(serializers.Serializer):
    """Every error: a stable code and a Chinese sentence; some carry more."""

    code = serializers.CharField()
    message = serializers.CharField()


def call(
    operation_id: str,
    *,
    tag: str,
    request: Any = None,
    reply: Any = None,
    status: int = 200,
    also: dict[int, Any] | None = None,
    **more: Any,
) -> Any:
    """A call's entry in the API document: what goes in, what comes out (`also`: at another time with another
    status), and the problems of all calls."""
    problems = {(code, PROBLEM): Problem for code in (400, 401, 403, 404, 409)}
    return extend_schema(
        operation_id=operation_id,
        tags=[tag],
        request=request,
        responses={status: reply, **(also or {}), **problems},
        **more,
    )


def list_call(
    operation_id: str,
    serializer: type[serializers.Serializer],
    *,
    tag: str,
    parameters: Sequence[OpenApiParameter | type[serializers.Serializer]] = (),
) -> Any:
    """The entry of a call that gives a page of a list (`Call.paged`)."""
    page = inline_serializer(
        f"{serializer.__name__}Page",
        {
            "count": serializers.IntegerField(),
            "next": serializers.URLField(allow_null=True),
            "previous": serializers.URLField(allow_null=True),
            "results": serializer(many=True),
        },
    )
    return call(operation_id, tag=tag, reply=page, parameters=[*parameters, *_PAGE])


class Call(APIView):
    """One operation. `self.at` is the one moment of the request."""

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
    def find_all(rows: QuerySet[Any], keys: list[Any]) -> list[Any]:
        """All of these rows, or 404 when one is missing."""
        found = list(rows.filter(pk__in=keys))
        if len(found) != len(set(keys)):
            raise NotFound("not_found", "有的编号没有找到，或不在您的权限之内。")
        return found

    def read(self, serializer: type[serializers.Serializer]) -> dict[str, Any]:
        """What was sent, checked; a 400 names the fields."""
        return _checked(serializer(data=self.request.data))

    def query(self, serializer: type[serializers.Serializer]) -> dict[str, Any]:
        """The parameters of the address, checked likewise."""
        return _checked(serializer(data=self.request.query_params.dict()))

    def paged(
        self, rows: QuerySet[Any] | Sequence[Any], serializer: type[serializers.Serializer]
    ) -> Response:
        """A page of a list."""
        paginator = self.settings.DEFAULT_PAGINATION_CLASS()
        page = paginator.paginate_queryset(rows, self.request, view=self)
        return paginator.get_paginated_response(serializer(page, many=True).data)


def _checked(data: serializers.Serializer) -> dict[str, Any]:
    data.is_valid(raise_exception=True)
    return dict(data.validated_data)


def problem(status: int, code: str, message: str, **extra: object) -> Response:
    """An error for a program and for a person: a stable code, a Chinese sentence."""
    return Response({"code": code, "message": message, **extra}, status=status, content_type=PROBLEM)


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: every refusal becomes a problem document."""
    if isinstance(error, DomainError):
        return problem(error.status, error.code, error.message, **error.extra)
    if isinstance(error, Http404):
        return problem(404, "not_found", "没有找到。")
    if isinstance(error, PermissionDenied):
        return problem(403, "forbidden", "您没有这项权限。")
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, exceptions.ValidationError):
        return problem(response.status_code, "invalid", "提交的内容有误。", fields=response.data)
    if isinstance(error, exceptions.NotAuthenticated):
        return problem(401, "sign_in", "请先登录。")
    messages = {
        400: "请求的格式不对。",
        401: "登录信息无效，请重新登录。",
        403: "您没有这项权限。",
        404: "没有找到。",
        405: "不支持这种请求方法。",
        406: "不支持这种返回格式。",
        415: "不支持这种内容类型。",
        429: "请求太频繁，请稍后再试。",
    }
    code = getattr(error, "default_code", "error")
    reply = problem(response.status_code, code, messages.get(response.status_code, "请求没有成功。"))
    for name in ("Retry-After", "WWW-Authenticate"):
        if name in response:
            reply[name] = response[name]
    return reply
