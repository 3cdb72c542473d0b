"""The evidence export: one JSON object a line, streamed, for the officer of the exam."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

from examsite.api import PROBLEM

from ..domain.evidence import export_evidence
from ..engine.compact import compact
from ..rules import sittings_run_by
from . import schema
from .staff import StaffView

NDJSON = "application/x-ndjson"


class AnyAccept(BaseContentNegotiation):
    """There is one format, whatever a client says that it accepts."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return JSONRenderer(), "application/json"


class Evidence(StaffView):
    content_negotiation_class = AnyAccept

    @extend_schema(
        operation_id="sitting_evidence",
        tags=["staff"],
        responses={
            (200, NDJSON): OpenApiResponse(
                OpenApiTypes.STR, description="One object a line; shapes: docs/exam-contract.md A4"
            ),
            (404, PROBLEM): schema.ProblemOut,
        },
    )
    def get(self, request: Request, sitting: UUID) -> StreamingHttpResponse:
        """Every event, mark and receipt of a sitting; audited."""
        found = self.find(sittings_run_by(request.user).select_related("exam__unit"), sitting)
        lines = export_evidence(sitting=found, at=self.at, actor=request.user)
        response = StreamingHttpResponse(_ndjson(lines), content_type=NDJSON)
        response.headers["Content-Disposition"] = f'attachment; filename="evidence-{found.pk}.ndjson"'
        return response


def _ndjson(lines: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    for line in lines:
        yield compact(line).encode() + b"\n"
