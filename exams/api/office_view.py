"""What the office's calls share: the document's entries, and what waits for a second person."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework.response import Response

from examsite.api import Call, call
from examsite.people.models import Approval


def office_call(operation_id: str, *, request: Any = None, reply: Any = None, status: int = 200) -> Any:
    """The document's entry of a call of the office."""
    return call(operation_id, tag="office", request=request, reply=reply, status=status)


class OfficeView(Call):
    """One operation of an officer."""

    @property
    def needs_second(self) -> bool:
        return bool(settings.REQUIRE_SECOND_PERSON)

    @staticmethod
    def proposed(approvals: list[Approval]) -> Response:
        """202: a second officer has to agree; then it happens."""
        return Response({"approvals": [str(one.pk) for one in approvals]}, status=202)
