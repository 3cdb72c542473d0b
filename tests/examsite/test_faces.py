"""What all faces share: refusals as pages, messages and problem documents; the menu by role; headers."""

from __future__ import annotations

import json

import pytest
from django.contrib.messages import get_messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from examsite.api import StrictSerializer, problem_response
from examsite.lib.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from examsite.navigation import links_for
from examsite.people.models import Role
from examsite.web import back_url, page
from tests.exam_world import make_world
from tests.factories import make_staff, make_unit_tree, make_user

REFUSAL = "这里不行，请改那里。"


def ask(view: object, method: str = "get", **headers: str) -> HttpResponse:
    request: HttpRequest = getattr(RequestFactory(), method)("/somewhere", **headers)
    request.user = make_user("某人")
    request.session = SessionStore()
    request._messages = FallbackStorage(request)
    response = page(view)(request)  # type: ignore[arg-type]
    response.told = [str(message) for message in get_messages(request)]  # type: ignore[attr-defined]
    return response


def refusing(error: Exception) -> object:
    def view(request: HttpRequest) -> HttpResponse:
        raise error

    return view


@pytest.mark.django_db
class TestPages:
    def test_what_is_not_there_is_404(self) -> None:
        with pytest.raises(Http404):
            ask(refusing(NotFound("gone", REFUSAL)))

    @pytest.mark.parametrize(
        ("error", "status"),
        [
            (Forbidden("no", REFUSAL), 403),
            (Conflict("no", REFUSAL), 409),
            (Invalid("no", REFUSAL), 400),
        ],
    )
    def test_a_refused_look_is_a_page_with_the_sentence(self, error: DomainError, status: int) -> None:
        response = ask(refusing(error))
        assert response.status_code == status
        assert REFUSAL in response.content.decode()

    def test_a_refused_deed_goes_back_to_its_form_with_the_sentence(self) -> None:
        response = ask(refusing(Conflict("no", REFUSAL)), "post", HTTP_REFERER="http://testserver/form")
        assert (response.status_code, response["Location"]) == (302, "http://testserver/form")
        assert response.told == [REFUSAL]  # type: ignore[attr-defined]

    def test_nobody_is_sent_to_a_strangers_site(self) -> None:
        request = RequestFactory().post("/here", HTTP_REFERER="https://evil.example/")
        assert back_url(request) == reverse("home")

    def test_without_a_word_of_where_from_one_comes_to_a_page_that_can_be_looked_at(self) -> None:
        """Many addresses take what is sent and show nothing."""
        assert back_url(RequestFactory().post("/only/sent")) == reverse("home")
        assert back_url(RequestFactory().get("/looked/at?page=2")) == "/looked/at?page=2"

    def test_the_sentence_is_read_there(self, client: Client) -> None:
        world = make_world()
        client.force_login(world.officer)
        page = client.post(reverse("exams:sitting_order", args=[world.sitting.pk]), {}, follow=True)
        assert page.status_code == 200
        (told,) = page.context["messages"]
        assert str(told) in page.content.decode()


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (NotFound("gone", REFUSAL), 404, "gone"),
        (Forbidden("needs_second", REFUSAL), 403, "needs_second"),
        (Conflict("closed", REFUSAL), 409, "closed"),
        (Http404(), 404, "not_found"),
        (ValidationError({"seq": ["这一项不对。"]}), 400, "invalid"),
    ],
)
def test_a_refusal_is_a_problem_document(error: Exception, status: int, code: str) -> None:
    response = problem_response(error, {})
    assert response is not None
    assert response.status_code == status
    assert response.data["code"] == code
    assert response.content_type == "application/problem+json"


def test_what_nobody_expected_stays_an_error() -> None:
    assert problem_response(ZeroDivisionError(), {}) is None


def test_an_unknown_field_is_refused_by_name() -> None:
    class Wanted(StrictSerializer):
        name = serializers.CharField()

    asked = Wanted(data={"name": "甲", "is_staff": True})
    assert asked.is_valid() is False
    assert list(asked.errors) == ["is_staff"]


@pytest.mark.parametrize(
    ("roles", "first", "hidden"),
    [
        ({Role.OFFICER}, "考试", "日志"),
        ({Role.LEADER}, "数据", "考试"),
        ({Role.AUDITOR}, "日志", "人员"),
    ],
)
def test_the_menu_shows_what_the_role_may_open(roles: set[str], first: str, hidden: str) -> None:
    labels = [link.label for link in links_for(frozenset(roles))]
    assert labels[0] == first
    assert (hidden in labels) is False


def test_without_a_role_there_is_no_menu() -> None:
    assert links_for(frozenset()) == []


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.OFFICER, Role.LEADER, Role.AUDITOR])
def test_every_entry_of_a_menu_opens(role: Role, client: Client) -> None:
    tree = make_unit_tree()
    client.force_login(make_staff(tree.county, role))
    for link in links_for(frozenset({role})):
        assert client.get(reverse(link.view)).status_code == 200


@pytest.mark.django_db
def test_nothing_that_is_computed_may_be_kept_by_a_proxy(client: Client) -> None:
    response = client.get(reverse("people:sign_in"))
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_every_page_forbids_inline_code_and_frames(client: Client) -> None:
    response = client.get(reverse("people:sign_in"))
    policy = dict(part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert policy["object-src"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.django_db
def test_the_api_wants_to_know_who_asks(client: Client) -> None:
    response = client.get(reverse("schema"))
    assert response.status_code == 401
    assert json.loads(response.content)["code"] == "sign_in"
