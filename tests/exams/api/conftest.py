"""Phones for the tests of the HTTP API: each with its own cookies, device and attempt."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from exams.domain.tickets import issue_tickets
from exams.models import Attempt, RosterEntry, Seat
from examsite.lib import clock
from examsite.people.models import User
from tests.exam_world import World, make_world

API = "/api/v1"
PASSWORD = "Zheng-Que-2026-mima"


@dataclass
class Phone:
    """What a client does, without a queue: the answers of the last call are in `last`."""

    world: World
    seat: Seat
    device: str = "tab-1"
    client: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True))
    csrf: str = ""
    attempt: str = ""
    token: str | None = None
    last: HttpResponse | None = None

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> dict[str, Any]:
        content = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
        self.last = self.client.generic(
            method, f"{API}/{path}", content, content_type="application/json", headers=headers
        )
        return json.loads(self.last.content)

    def signed(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """A call with the sign-in cookie."""
        return self.call(method, path, body, **{"X-CSRFToken": self.csrf})

    def bearing(self, method: str, path: str, body: Any = None, token: str | None = None) -> dict[str, Any]:
        """A call with the attempt's token."""
        return self.call(
            method,
            f"attempts/{self.attempt}/{path}",
            body,
            Authorization=f"Attempt {token if token is not None else self.token}",
        )

    @property
    def status(self) -> int:
        assert self.last is not None
        return self.last.status_code

    def sign_in(self, ticket: str | None = None) -> dict[str, Any]:
        reply = self.call("POST", "sign-in", {"ticket": ticket or new_ticket(self.seat.entry)})
        self.csrf = reply.get("csrf_token", "")
        return reply

    def start(self, number: int = 1) -> dict[str, Any]:
        body = {"device_id": self.device, "number": number}
        reply = self.signed("POST", f"sittings/{self.world.sitting.pk}/attempts", body)
        self.attempt, self.token = reply.get("attempt", self.attempt), reply.get("token", self.token)
        return reply

    def claim(self, epoch: int | None = None) -> dict[str, Any]:
        reply = self.signed(
            "POST", f"attempts/{self.attempt}/claim", {"device_id": self.device, "epoch": epoch}
        )
        self.token = reply.get("token", self.token)
        return reply

    def save(self, *items: tuple[int, int, Any]) -> dict[str, Any]:
        """Save (seq, place of the question, value) items."""
        return self.bearing("PUT", "answers", {"items": [self.item(*one) for one in items]})

    def item(self, seq: int, place: int, value: Any) -> dict[str, Any]:
        return {"seq": seq, "slot": self.world.slots[place], "value": value, "client_at": None}

    def submit(self, *items: tuple[int, int, Any], digest: str | None = None) -> dict[str, Any]:
        body = {"items": [self.item(*one) for one in items], "sheet_digest": digest}
        return self.bearing("POST", "submit", body)

    @property
    def row(self) -> Attempt:
        return Attempt.objects.get(pk=self.attempt)

    def value(self, place: int, right: bool = True) -> Any:
        return self.world.value(self.row.pk, place, right)


def new_ticket(entry: RosterEntry) -> str:
    return issue_tickets(entries=[entry], at=clock.now(), with_codes=False)[0].token


def digest_of(answers: dict[str, Any]) -> str:
    """As a phone computes it, written a second time on purpose."""
    rows = [[slot, answers[slot]] for slot in sorted(answers) if answers[slot] is not None]
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def statuses(reply: dict[str, Any]) -> list[str]:
    return [ack["status"] for ack in reply["acks"]]


@pytest.fixture
def world() -> World:
    return make_world(people=2)


@pytest.fixture
def phone(world: World) -> Phone:
    """The first candidate's phone, signed in and started."""
    phone = Phone(world, world.seat)
    phone.sign_in()
    phone.start()
    return phone


@pytest.fixture
def other_phone(world: World) -> Phone:
    """The second candidate's phone, signed in and started."""
    phone = Phone(world, world.seats[1])
    phone.sign_in()
    phone.start()
    return phone


@dataclass
class Desk:
    """A member of staff at the API."""

    user: User
    client: Client

    def call(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        self.last = self.client.generic(
            method,
            f"{API}/{path}",
            json.dumps(body).encode() if body is not None else b"",
            content_type="application/json",
        )
        return json.loads(self.last.content)

    @property
    def status(self) -> int:
        return self.last.status_code


@pytest.fixture
def desk_of() -> Callable[[User], Desk]:
    def sit_down(user: User) -> Desk:
        client = Client()
        client.force_login(user)
        return Desk(user, client)

    return sit_down


@pytest.fixture
def officer(world: World, desk_of: Callable[[User], Desk]) -> Desk:
    return desk_of(world.officer)


@pytest.fixture
def second_officer(world: World, desk_of: Callable[[User], Desk]) -> Desk:
    return desk_of(world.second_officer)
