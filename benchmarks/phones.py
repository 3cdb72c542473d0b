"""What candidates send, as scripts for `benchmarks.lines`: sign in, start, save, hand in."""

from __future__ import annotations

import random
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks.lines import Call, Reply, Script, Until, drive, request

API = "/api/v1"
Calls = Generator[Call | Until, Reply, Any]


@dataclass(frozen=True, slots=True)
class Sitter:
    """Somebody in the middle of an exam: enough to save with."""

    attempt: str
    token: str
    slots: list[dict[str, Any]]
    cookies: str

    def save(self, seq: int, slot: dict[str, Any], value: Any) -> bytes:
        """A saving call with one answer."""
        item = {"seq": seq, "slot": slot["slot"], "value": value, "client_at": "2026-11-23T09:00:00.000Z"}
        return request(
            "PUT",
            f"{API}/attempts/{self.attempt}/answers",
            {"items": [item]},
            Authorization=f"Attempt {self.token}",
        )


def answer_to(slot: dict[str, Any], rng: random.Random) -> Any:
    """A well-formed answer to a question with choices or of true and false."""
    if slot["kind"] == "true_false":
        return rng.random() < 0.5
    ids = [choice["id"] for choice in slot["choices"]]
    return rng.choice(ids) if slot["kind"] == "single" else sorted(rng.sample(ids, 2))


def sign_in(ticket: str) -> Generator[Call, Reply, tuple[str, str]]:
    """In by ticket; the cookies, and the word against forged requests."""
    reply = yield Call("sign in", request("POST", f"{API}/sign-in", {"ticket": ticket}))
    found = re.findall(rb"(?im)^set-cookie: ([^=\r\n]+=[^;\r\n]*)", reply.head)
    return "; ".join(one.decode() for one in found), reply.data["csrf_token"]


def start_request(
    world: dict[str, Any], cookies: str, csrf: str, device: str, encodings: str = "gzip, deflate, br"
) -> bytes:
    """The start as a browser sends it."""
    return request(
        "POST",
        f"{API}/sittings/{world['sitting']}/attempts",
        {"device_id": device, "number": 1},
        Accept_Encoding=encodings,
        Cookie=cookies,
        X_CSRFToken=csrf,
        Referer="https://127.0.0.1/",
    )


def start(world: dict[str, Any], cookies: str, csrf: str, device: str) -> Generator[Call, Reply, Sitter]:
    """Into the exam."""
    reply = yield Call("start", start_request(world, cookies, csrf, device))
    data = reply.data
    slots = [slot for section in data["paper"]["sections"] for slot in section["slots"]]
    return Sitter(data["attempt"], data["token"], slots, cookies)


def sitting(world: dict[str, Any], ticket: str) -> Script:
    """A whole attempt as the exam page makes it: in, start, a save a question, hand in.

    The receipt comes with the last reply; the page asks for nothing more.
    """
    rng = random.Random(ticket)
    cookies, csrf = yield from sign_in(ticket)
    sitter = yield from start(world, cookies, csrf, f"device-{ticket[:12]}")
    for seq, slot in enumerate(sitter.slots, 1):
        yield Call("save", sitter.save(seq, slot, answer_to(slot, rng)))
    handed_in = yield Call(
        "submit",
        request(
            "POST",
            f"{API}/attempts/{sitter.attempt}/submit",
            {"items": []},
            Authorization=f"Attempt {sitter.token}",
        ),
    )
    receipt = handed_in.data["receipt"]
    if (receipt["answered"], receipt["of"]) != (len(sitter.slots), len(sitter.slots)):
        raise ValueError(f"a receipt for other answers: {receipt}")


def one_after_another(scripts: Iterator[Script]) -> Script:
    """A line on which one candidate follows another, until none is left."""
    for script in scripts:
        yield from script


def seat(port: int, world: dict[str, Any], count: int) -> list[Sitter]:
    """Let the next `count` candidates of the world start; their tickets are used up."""
    sitters: list[Sitter] = []

    def enter(ticket: str) -> Script:
        cookies, csrf = yield from sign_in(ticket)
        sitters.append((yield from start(world, cookies, csrf, f"device-{ticket[:12]}")))

    tickets, world["tickets"] = world["tickets"][:count], world["tickets"][count:]
    lines = [one_after_another(iter([enter(ticket) for ticket in tickets[place::8]])) for place in range(8)]
    drive(port, lines)
    return sitters
