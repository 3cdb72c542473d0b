"""The document that describes the API (OpenAPI, JSON)."""

from __future__ import annotations

from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.request import Request
from rest_framework.response import Response


@cache
def api_document() -> dict[str, Any]:
    """It is the same for everybody, and a quarter of a second's work: worked out once a process."""
    return SchemaGenerator().get_schema(request=None, public=True)


class ApiDocumentView(SpectacularJSONAPIView):
    """The document for whoever is signed in."""

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        name = self._get_filename(request, version=None)
        return Response(api_document(), headers={"Content-Disposition": f'inline; filename="{name}"'})
