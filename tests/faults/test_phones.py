"""The parts of the simulated phones that survive a crash, and the proxy that troubles them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.history import History, read_lines
from tests.faults.journal import Journal
from tests.faults.plans import deal, random_answer
from tests.faults.proxy import MISHAPS, Proxy
from tests.faults.wire import Lost, Reply, exchange, request_bytes

BODY = b'{"items": ["' + b"x" * 400 + b'"]}'


# --- Journal ----------------------------------------------------------------------------------------------


def test_what_was_not_finally_answered_is_in_the_queue_after_a_crash(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "phone.jsonl")
    memory = journal.read()
    journal.entered(memory, "attempt", 1, "token one")
    for seq in (1, 2, 3):
        journal.put(memory, (1, seq), "s1", ["法"], "2026-11-20T01:00:00Z")
    journal.settle(memory, (1, 2), "stored")
    journal.entered(memory, "attempt", 2, "token two")
    journal.put(memory, (2, 1), "s2", None, "1970-01-01T00:00:00Z")
    journal.hand_in(memory)
    journal.receipt(memory, {"number": "AAAA-1111"})
    journal.close()
    again = Journal(tmp_path / "phone.jsonl").read()
    assert again == memory
    assert again.queue == [(1, 1), (1, 3), (2, 1)]
    assert again.greatest_seq(1) == 3
    assert again.tokens == {1: "token one", 2: "token two"}


# --- Plans ------------------------------------------------------------------------------------------------


def test_a_smoke_run_has_every_workload() -> None:
    plans = deal([f"ticket {n}" for n in range(40)], 43, 4.8, seed=1)
    assert {plan.ending for plan in plans} == {"early", "late", "auto", "silent"}
    assert sum(plan.switch_at is not None for plan in plans) == 8
    assert sum(plan.takes_back for plan in plans) == 2
    assert sum(bool(plan.offline) for plan in plans) == 14
    assert sum(bool(plan.crashes) for plan in plans) == 14
    assert sum(plan.lingers for plan in plans) == 16
    assert sum(plan.overtakes for plan in plans) == 20
    assert sum(plan.reuses for plan in plans) == 10
    assert sum(plan.overtime_s > 0 for plan in plans) == 4
    assert plans == deal([f"ticket {n}" for n in range(40)], 43, 4.8, seed=1)


@pytest.mark.parametrize("kind", ["single", "multiple", "true_false", "fill_blank", "short_answer"])
def test_answers_have_the_shape_of_their_kind(kind: str) -> None:
    slot = {"kind": kind, "choices": [{"id": one} for one in "wxyz"], "blanks": 2}
    shapes = {
        "single": lambda value: value in list("wxyz"),
        "multiple": lambda value: bool(value) and value == sorted(set(value)) and set(value) <= set("wxyz"),
        "true_false": lambda value: type(value) is bool,
        "fill_blank": lambda value: len(value) == 2,
        "short_answer": lambda value: isinstance(value, str),
    }
    rng = random.Random(1)
    values = [random_answer(slot, rng) for _ in range(200)]
    assert None in values
    assert [value for value in values if value is not None and not shapes[kind](value)] == []


# --- Proxy ------------------------------------------------------------------------------------------------


class Upstream:
    """A site that counts: how many whole requests came, and with which bodies."""

    def __init__(self) -> None:
        self.whole: list[bytes] = []
        self.cut = 0
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            self.whole.append(await reader.readexactly(length))
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            self.cut += 1
        finally:
            writer.close()


Visit = Callable[[Upstream, Proxy], Awaitable[None]]


def through_the_proxy(tmp_path: Path, visit: Visit) -> tuple[Upstream, list[str]]:
    """Run `visit` with a proxy before an upstream; returns the upstream and the mishaps noted."""
    history = History(tmp_path / "history.ndjson")
    upstream = Upstream()

    async def run() -> None:
        server = await asyncio.start_server(upstream.serve, "127.0.0.1", 0)
        upstream.port = server.sockets[0].getsockname()[1]
        proxy = Proxy(upstream.port, random.Random(4), history, longest_s=0.2)
        await proxy.start()
        await visit(upstream, proxy)
        await proxy.stop()
        server.close()

    # A thread of its own: where a browser is open, this one has its event loop running already.
    with closing(history), ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, run()).result()
    return upstream, [line["kind"] for line in read_lines(history.path)]


def only(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.faults.proxy.MISHAPS", {kind: 1.0})


@pytest.mark.parametrize(
    ("kind", "arrives", "answered"),
    [
        ("drop_request", 0, False),
        ("drop_reply", 1, False),
        ("duplicate", 2, True),
        ("duplicate_later", 2, True),
        ("delay", 1, True),
        ("reorder", 1, True),
        ("cut_request", 0, False),
        ("cut_reply", 1, False),
        ("slow_body", 1, True),
    ],
)
def test_a_mishap_does_what_it_says(
    kind: str, arrives: int, answered: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(kind, monkeypatch)
    replies: list[Reply | None] = []

    async def visit(upstream: Upstream, proxy: Proxy) -> None:
        proxy.spoiled = True
        try:
            replies.append(await exchange(proxy.port, request_bytes("PUT", "/", {}, BODY), 5))
        except Lost:
            replies.append(None)

    upstream, noted = through_the_proxy(tmp_path, visit)
    assert noted == [kind]
    assert upstream.whole == [BODY] * arrives
    assert [reply is not None for reply in replies] == [answered]


def test_a_clean_line_passes_everything_once(tmp_path: Path) -> None:
    async def visit(upstream: Upstream, proxy: Proxy) -> None:
        for _ in range(20):
            reply = await exchange(proxy.port, request_bytes("PUT", "/", {}, BODY), 5)
            assert (reply.status, reply.text) == (200, "{}")

    upstream, noted = through_the_proxy(tmp_path, visit)
    assert (len(upstream.whole), noted) == (20, [])


def test_a_site_that_is_down_gives_no_reply(tmp_path: Path) -> None:
    async def visit(upstream: Upstream, proxy: Proxy) -> None:
        proxy.upstream = 1
        with pytest.raises(Lost):
            await exchange(proxy.port, request_bytes("GET", "/", {}, b""), 5)

    through_the_proxy(tmp_path, visit)


def test_a_spoiled_line_shows_every_mishap(tmp_path: Path) -> None:
    async def visit(upstream: Upstream, proxy: Proxy) -> None:
        proxy.spoiled = True

        async def one() -> None:
            try:
                await exchange(proxy.port, request_bytes("PUT", "/", {}, b"{}"), 5)
            except Lost:
                return

        await asyncio.gather(*(one() for _ in range(150)))

    _, noted = through_the_proxy(tmp_path, visit)
    assert set(noted) == set(MISHAPS)
