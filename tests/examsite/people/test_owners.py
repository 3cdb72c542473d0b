"""T-38: every reply says whose it is, and one that carries another's data is not sent."""

from __future__ import annotations

import logging
from uuid import UUID

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from examsite.people.owners import HEADER, OwnerMiddleware, belongs_to, owner_mark
from tests.exam_world import make_world
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_t38_each_reply_carries_the_mark_of_who_is_signed_in() -> None:
    marks = []
    for name in ("张三", "李四"):
        user, client = make_user(name), Client()
        client.force_login(user)
        reply = client.get(reverse("people:me"))
        assert reply[HEADER] == owner_mark(user.pk)
        assert str(user.pk) not in reply[HEADER]
        marks.append(reply[HEADER])
    assert marks[0] != marks[1]


def test_t38_a_stranger_gets_no_mark() -> None:
    assert HEADER not in Client().get(reverse("people:sign_in"))


def test_t38_the_page_of_an_exam_knows_the_mark_of_its_calls() -> None:
    world, client = make_world(), Client()
    client.force_login(world.user)
    page = client.get(reverse("exams:sit", args=[world.sitting.pk, 1]))
    assert f'data-owner="{owner_mark(world.user.pk)}"' in page.content.decode()
    assert page[HEADER] == owner_mark(world.user.pk)


def test_t38_the_calls_with_a_token_carry_their_attempt() -> None:
    world = make_world()
    client = Client()
    client.force_login(world.user)
    body = {"device_id": "tab-1", "number": 1}
    started = client.post(
        reverse("exams_api:start", args=[world.sitting.pk]), body, content_type="application/json"
    )
    token, attempt = started.json()["token"], started.json()["attempt"]
    reply = Client().get(
        reverse("exams_api:answers", args=[attempt]), headers={"Authorization": f"Attempt {token}"}
    )
    assert (reply.status_code, reply[HEADER]) == (200, attempt)


@pytest.mark.parametrize("found", ["own", "another's", "both"])
def test_t38_what_belongs_to_another_is_not_sent(found: str, caplog: pytest.LogCaptureFixture) -> None:
    me, other = make_user("张三"), make_user("李四")
    whose: dict[str, tuple[UUID, ...]] = {
        "own": (me.pk,),
        "another's": (other.pk,),
        "both": (me.pk, other.pk),
    }

    def view(request: HttpRequest) -> HttpResponse:
        request._present_user = me  # type: ignore[attr-defined]
        request.resolver_match = None
        for one in whose[found]:
            belongs_to(request, one)
        return HttpResponse("李四的答卷")

    with caplog.at_level(logging.CRITICAL):
        response = OwnerMiddleware(view)(RequestFactory().get("/"))
    assert response.status_code == (200 if found == "own" else 500)
    assert ("李四" in response.content.decode()) is (found == "own")
