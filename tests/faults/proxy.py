"""A faulty line between the phones and the site: an HTTP proxy on the loopback that does to requests what
networks do. Each request meets at most one mishap; every mishap is noted in the history.
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from .history import History
from .wire import length_of, read_head

# What may happen to a request, and how often, out of all requests.
MISHAPS = {
    "drop_request": 0.04,
    "drop_reply": 0.06,
    "duplicate": 0.05,  # both copies at once
    "duplicate_later": 0.04,
    "delay": 0.07,
    "reorder": 0.05,  # waits until later requests have overtaken it
    "cut_request": 0.03,  # in the middle of the body
    "cut_reply": 0.03,
    "slow_body": 0.03,
}
UPSTREAM_TIMEOUT_S = 75.0
SLOW_BYTES_PER_S = 2000


@dataclass(frozen=True)
class Message:
    """A request as it came: head and body, byte for byte."""

    head: bytes
    body: bytes

    @property
    def whole(self) -> bytes:
        return self.head + self.body


class Proxy:
    """`longest_s` is the longest delay; `spoiled` switches the mishaps on and off."""

    def __init__(self, upstream: int, rng: random.Random, history: History, longest_s: float) -> None:
        self.upstream = upstream
        self.longest_s = longest_s
        self.spoiled = False
        self.port = 0
        self._rng = rng
        self._history = history
        self._passed = 0  # requests forwarded so far: how a reordered one knows that others overtook it
        self._running: set[asyncio.Task[object]] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Let what is under way end, then close."""
        if self._server is not None:
            self._server.close()
        if self._running:
            await asyncio.wait(self._running, timeout=self.longest_s + 5)
        for task in self._running:
            task.cancel()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            request = await _read_request(reader)
            reply = await self._fate()(request)
            if reply is None:
                _reset(writer)
            else:
                writer.write(reply)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            self._running.discard(task)
            writer.close()

    def _fate(self) -> Callable[[Message], Awaitable[bytes | None]]:
        if self.spoiled:
            draw = self._rng.random()
            for kind, share in MISHAPS.items():
                if draw < share:
                    self._history.note("fault", kind=kind)
                    fate: Callable[[Message], Awaitable[bytes | None]] = getattr(self, f"_{kind}")
                    return fate
                draw -= share
        return self._forward

    async def _forward(self, request: Message) -> bytes | None:
        """The whole reply of the site; None when there is none."""
        self._passed += 1
        try:
            async with asyncio.timeout(UPSTREAM_TIMEOUT_S):
                reader, writer = await asyncio.open_connection("127.0.0.1", self.upstream)
                try:
                    writer.write(request.whole)
                    await writer.drain()
                    return await reader.read(-1) or None
                finally:
                    writer.close()
        except (OSError, TimeoutError):
            return None

    def _in_background(self, work: Awaitable[object]) -> None:
        task = asyncio.ensure_future(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def _wait(self) -> float:
        return min(self._rng.expovariate(3 / self.longest_s), self.longest_s)

    # --- Mishaps -----------------------------------------------------------------------------------------

    async def _drop_request(self, request: Message) -> None:
        return None

    async def _drop_reply(self, request: Message) -> None:
        await self._forward(request)

    async def _duplicate(self, request: Message) -> bytes | None:
        replies = await asyncio.gather(self._forward(request), self._forward(request))
        return self._rng.choice(replies)

    async def _duplicate_later(self, request: Message) -> bytes | None:
        async def again() -> None:
            await asyncio.sleep(self._wait())
            await self._forward(request)

        reply = await self._forward(request)
        self._in_background(again())
        return reply

    async def _delay(self, request: Message) -> bytes | None:
        before = self._rng.random() < 0.5
        if before:
            await asyncio.sleep(self._wait())
        reply = await self._forward(request)
        if not before:
            await asyncio.sleep(self._wait())
        return reply

    async def _reorder(self, request: Message) -> bytes | None:
        overtaken = self._passed + self._rng.randint(5, 40)
        for _ in range(40):
            if self._passed >= overtaken:
                break
            await asyncio.sleep(self.longest_s / 80)
        return await self._forward(request)

    async def _cut_request(self, request: Message) -> None:
        keep = self._rng.randrange(len(request.whole))
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.upstream)
        except OSError:
            return
        writer.write(request.whole[:keep])
        await asyncio.sleep(self._rng.random() * 0.3)
        if self._rng.random() < 0.5:
            _reset(writer)
        writer.close()

    async def _cut_reply(self, request: Message) -> bytes | None:
        reply = await self._forward(request)
        return reply and reply[: self._rng.randrange(len(reply))]

    async def _slow_body(self, request: Message) -> bytes | None:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.upstream)
        except OSError:
            return None
        try:
            writer.write(request.head)
            piece = max(1, int(SLOW_BYTES_PER_S * 0.1))
            for at in range(0, len(request.body), piece):
                writer.write(request.body[at : at + piece])
                await writer.drain()
                await asyncio.sleep(0.1)
            return await reader.read(-1) or None
        except OSError:
            return None
        finally:
            writer.close()


async def _read_request(reader: asyncio.StreamReader) -> Message:
    first, headers = await read_head(reader)
    head = first + "\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers) + "\r\n"
    return Message(head.encode("latin-1"), await reader.readexactly(length_of(headers)))


def _reset(writer: asyncio.StreamWriter) -> None:
    """Let the connection end with a reset, as a line does that goes dead."""
    sock = writer.get_extra_info("socket")
    if sock is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
