"""The API document turned on the API itself: what it allows never breaks the server, what it does not know is
refused.

For every operation of the document requests are generated from its own schemas (sound ones and broken ones)
and sent to real objects by somebody who may; whatever they change is taken back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.core import NOT_SET
from schemathesis.core.errors import SchemathesisError
from schemathesis.generation import GenerationMode

from exams.api.bearer import token_for
from exams.models import Attempt
from examsite.api_document import api_document
from tests.personas import Cast
from tests.routes import ROUTES, R
from tests.test_authorisation import address

SOUND, BROKEN = 3, 2  # requests of each sort for each operation
LIMITS = {
    "deadline": None,
    "database": None,
    "derandomize": True,
    "phases": [Phase.generate],
    "suppress_health_check": list(HealthCheck),
}
WHO = ("county", "candidate", "marker", "auditor")  # whoever of these may, asks
TOKEN_CALLS = {"exams_api:answers", "exams_api:heartbeat", "exams_api:submit"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return json.loads(json.dumps(api_document(), default=str))


def operations_of(document: dict[str, Any], cast: Cast) -> Iterator[tuple[R, str, Any]]:
    """(line of the table of routes, its address, the operation that describes it), each operation once."""
    left = [one.ok() for one in schemathesis.openapi.from_dict(document).get_all_operations()]
    for route in ROUTES:
        path = address(route, cast)
        for operation in list(left):
            pattern = re.sub(r"\{[^}]+\}", "[^/]+", operation.path)
            if operation.method == route.method and re.fullmatch(pattern, path):
                left.remove(operation)
                yield route, path, operation
    assert [operation.label for operation in left] == []


class Asker:
    """Sends generated requests as somebody who may, and takes back what they did."""

    def __init__(self, cast: Cast) -> None:
        self.clients = {name: cast.client(name) for name in (*WHO, "stranger")}
        for client in self.clients.values():
            client.raise_request_exception = False
        attempt = Attempt.objects.get(pk=cast.objects["attempt"])
        self.token = {"Authorization": f"Attempt {token_for(attempt, attempt.device)}"}

    def client_for(self, route: R) -> Client:
        allowed = route.allow.split()
        return self.clients[next((one for one in WHO if one in allowed), "county")]

    def send(
        self, route: R, path: str, method: str, body: Any, query: dict[str, str], media: str | None
    ) -> HttpResponse:
        """The reply to one request; what it did is taken back."""
        headers = self.token if route.view in TOKEN_CALLS else {}
        how: dict[str, Any] = {"headers": headers, "query_params": query}
        client = self.client_for(route)
        point = transaction.savepoint()
        if media == "multipart/form-data" and isinstance(body, dict):
            response = client.post(path, {name: as_part(value) for name, value in body.items()}, **how)
        else:
            data = b"" if body is NOT_SET else json.dumps(body, default=str).encode()
            response = client.generic(method.upper(), path, data, content_type="application/json", **how)
        if response.streaming:
            b"".join(response.streaming_content)
        transaction.savepoint_rollback(point)
        return response


def as_part(value: Any) -> Any:
    """A generated value as a part of a form: files are files."""
    data = getattr(value, "data", None)
    return (
        SimpleUploadedFile("upload.bin", data) if isinstance(data, bytes) else json.dumps(value, default=str)
    )


def plain(query: Any) -> dict[str, str]:
    """Generated parameters as an address can carry them."""
    return {str(name): str(value) for name, value in (query or {}).items()} if isinstance(query, dict) else {}


def for_each(operation: Any, mode: GenerationMode, times: int, do: Callable[[Any], None]) -> None:
    """Generate requests for an operation; nothing, where nothing of it can be broken."""

    @settings(max_examples=times, **LIMITS)
    @given(operation.as_strategy(generation_mode=mode))
    def run(case: Any) -> None:
        do(case)

    with suppress(Unsatisfiable, SchemathesisError):
        run()


def test_no_generated_request_breaks_the_server(document: dict[str, Any], cast: Cast) -> None:
    asker, sent, broken = Asker(cast), [], []
    for route, path, operation in operations_of(document, cast):

        def ask(case: Any, route: R = route, path: str = path) -> None:
            sent.append(path)
            reply = asker.send(route, path, case.method, case.body, plain(case.query), case.media_type)
            if reply.status_code >= 500:
                broken.append((case.method, path, plain(case.query), repr(case.body)[:300]))

        for_each(operation, GenerationMode.POSITIVE, SOUND, ask)
        for_each(operation, GenerationMode.NEGATIVE, BROKEN, ask)
    assert broken == []
    assert len(sent) > 500


@pytest.mark.once
def test_a_field_that_no_call_knows_is_refused_by_name(document: dict[str, Any], cast: Cast) -> None:
    asker, taken, asked = Asker(cast), [], []
    for route, path, operation in operations_of(document, cast):

        def ask(case: Any, route: R = route, path: str = path) -> None:
            if isinstance(case.body, dict) and case.media_type == "application/json":
                asked.append(path)
                reply = asker.send(route, path, case.method, {**case.body, "is_superuser": True}, {}, None)
                named = b"is_superuser" in reply.content
                if reply.status_code < 300 or (reply.status_code == 400 and not named):
                    taken.append((case.method, path, reply.status_code, reply.content.decode()[:200]))

        for_each(operation, GenerationMode.POSITIVE, 1, ask)
    assert taken == []
    assert len(asked) > 80
