"""The API document: valid, and complete for the plain views that DRF does not know."""

from __future__ import annotations

import inspect

import pytest
from drf_spectacular.generators import EndpointEnumerator, SchemaGenerator
from drf_spectacular.validation import validate_schema

from examsite.api_document import api_document

HOT = {
    ("/api/v1/time", "get"),
    ("/api/v1/attempts/{attempt}/answers", "put"),
    ("/api/v1/attempts/{attempt}/answers", "get"),
    ("/api/v1/attempts/{attempt}/heartbeat", "post"),
    ("/api/v1/attempts/{attempt}/submit", "post"),
}


@pytest.fixture(scope="module")
def document() -> dict:
    return api_document()


def test_it_is_valid_openapi(document: dict) -> None:
    validate_schema(document)


def test_no_two_shapes_share_a_name_and_nothing_is_guessed(capsys: pytest.CaptureFixture[str]) -> None:
    SchemaGenerator().get_schema(request=None, public=True)
    assert [
        line for line in capsys.readouterr().err.splitlines() if "Warning" in line or "Error" in line
    ] == []


def test_the_plain_views_are_in_it(document: dict) -> None:
    described = {(path, method) for path, calls in document["paths"].items() for method in calls}
    assert HOT - described == set()


@pytest.mark.parametrize(("path", "method"), sorted(HOT - {("/api/v1/time", "get")}))
def test_they_ask_for_the_attempts_token(document: dict, path: str, method: str) -> None:
    assert document["paths"][path][method]["security"] == [{"attemptToken": []}]


# The calls of the contract; what else a candidate may ask carries no clock.
EXAM_CALLS = {
    "time",
    "sign_in",
    "my_sittings",
    "start",
    "claim",
    "answers_save",
    "answers_read",
    "heartbeat",
    "submit",
    "result",
}


def test_every_exam_reply_carries_the_servers_time(document: dict) -> None:
    exam_calls = [
        call
        for calls in document["paths"].values()
        for call in calls.values()
        if call["operationId"] in EXAM_CALLS
    ]
    silent = []
    for call in exam_calls:
        for status, reply in call["responses"].items():
            if status.startswith("2"):
                (content,) = reply["content"].values()
                shape = content["schema"].get("items", content["schema"])
                name = shape["$ref"].rpartition("/")[2]
                if "server_time" not in document["components"]["schemas"][name]["properties"]:
                    silent.append(call["operationId"])
    assert len(exam_calls) == len(EXAM_CALLS)
    assert silent == []


PAGE_FIELDS = {"count", "next", "previous", "results"}


def test_a_call_that_gives_pages_says_so(document: dict) -> None:
    """What `Call.paged` sends is a page, never a bare list."""
    paged = [
        document["paths"][path]["get"]
        for path, _, method, view in EndpointEnumerator().get_api_endpoints()
        if method == "GET" and "self.paged(" in inspect.getsource(view.cls.get)
    ]
    assert len(paged) > 20
    for call in paged:
        shape = call["responses"]["200"]["content"]["application/json"]["schema"]
        name = shape.get("$ref", "").rpartition("/")[2]
        fields = document["components"]["schemas"].get(name, {}).get("properties", {})
        assert set(fields) == PAGE_FIELDS, call["operationId"]
        assert "page" in {one["name"] for one in call["parameters"]}, call["operationId"]
