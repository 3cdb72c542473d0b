"""A cheap load client: many keep-alive connections in one thread, a script (a generator) on each.

It costs about 20 µs a call, so that the servers have the machine; asyncio costs four times that.
"""

from __future__ import annotations

import gzip
import heapq
import itertools
import json
import select
import socket
import time
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from typing import Any

import brotli

HEADERS = "Host: 127.0.0.1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-For: 127.0.0.1\r\n"
GIVE_UP_S = 60.0


@dataclass(frozen=True, slots=True)
class Call:
    """Send this and go on with the reply; its time counts from `due`, waiting included."""

    label: str
    request: bytes
    due: float | None = None
    refused: int = 0  # the refusal that is the right answer


@dataclass(frozen=True, slots=True)
class Until:
    """Go on at this moment of time.perf_counter."""

    moment: float


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    head: bytes
    body: bytes

    @property
    def content(self) -> bytes:
        """The body without its compression."""
        head = self.head.lower()
        if b"content-encoding: gzip" in head:
            return gzip.decompress(self.body)
        if b"content-encoding: br" in head:
            return bytes(brotli.decompress(self.body))
        return self.body

    @property
    def data(self) -> Any:
        return json.loads(self.content)


Script = Generator["Call | Until", Reply, None]


@dataclass
class Times:
    """Seconds of each call by its label, in the order of the replies, and what came back wrong."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def of(self, label: str) -> list[float]:
        return self.seconds.get(label, [])


def request(method: str, path: str, body: Any = None, **headers: str) -> bytes:
    """A request on the wire; underscores in the names of headers are hyphens."""
    content = b"" if body is None else json.dumps(body, separators=(",", ":")).encode()
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    if content:
        lines += "Content-Type: application/json\r\n"
    head = f"{method} {path} HTTP/1.1\r\n{HEADERS}{lines}Content-Length: {len(content)}\r\n\r\n"
    return head.encode("latin-1") + content


class _Line:
    """One script with its connection."""

    def __init__(self, script: Script, port: int) -> None:
        self.script, self.port = script, port
        self.socket: socket.socket | None = None
        self.buffer = b""
        self.call: Call | None = None
        self.began = 0.0

    def send(self, call: Call) -> None:
        self.call, self.buffer = call, b""
        self.began = call.due or time.perf_counter()
        if self.socket is None:
            self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=GIVE_UP_S)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(call.request)

    def receive(self) -> Reply | None:
        """The reply once it is whole. Raises ConnectionError when the line is cut before."""
        assert self.socket is not None
        piece = self.socket.recv(1 << 18)
        if not piece:
            raise ConnectionError("cut")
        self.buffer += piece
        head, end, body = self.buffer.partition(b"\r\n\r\n")
        if not end or len(body) < length_of(head):
            return None
        return Reply(int(head[9:12]), head, body)

    def close(self) -> None:
        if self.socket is not None:
            self.socket.close()
            self.socket = None


def length_of(head: bytes) -> int:
    """The length of the body that a reply's head announces."""
    lower = head.lower()
    at = lower.find(b"\r\ncontent-length:")
    if at < 0:
        raise ValueError("a reply without a length")
    return int(lower[at + 17 :].split(b"\r\n", 1)[0])


class Driver:
    """Runs scripts, each against a local port, until all are through."""

    def __init__(self) -> None:
        self.times = Times()
        self._poll = select.epoll()
        self._by_file: dict[int, _Line] = {}
        self._waiting: list[tuple[float, int, _Line]] = []
        self._count = itertools.count()

    def run(self, scripts: Iterable[tuple[int, Script]]) -> Times:
        """The times of all calls. A reply of 400 or more, or none, is an error and ends its script."""
        for port, script in scripts:
            self._step(_Line(script, port), None)
        while self._by_file or self._waiting:
            pause = GIVE_UP_S
            if self._waiting:
                pause = max(0.0, self._waiting[0][0] - time.perf_counter())
            events = self._poll.poll(pause)
            if not events and not self._waiting:
                raise TimeoutError(f"no reply for {GIVE_UP_S:.0f} s")
            for file, _ in events:
                self._read(self._by_file[file])
            while self._waiting and self._waiting[0][0] <= time.perf_counter():
                self._step(heapq.heappop(self._waiting)[2], None)
        self._poll.close()
        return self.times

    def _step(self, line: _Line, reply: Reply | None) -> None:
        """Let the script go on to its next call or pause."""
        try:
            wish = next(line.script) if reply is None else line.script.send(reply)
        except StopIteration:
            self._end(line)
            return
        if isinstance(wish, Until):
            heapq.heappush(self._waiting, (wish.moment, next(self._count), line))
            return
        fresh = line.socket is None
        line.send(wish)
        assert line.socket is not None
        if fresh:
            self._by_file[line.socket.fileno()] = line
            self._poll.register(line.socket.fileno(), select.EPOLLIN)

    def _read(self, line: _Line) -> None:
        if line.call is None:  # closed by the server while the script pauses
            self._drop(line)
            return
        label, refused = line.call.label, line.call.refused
        try:
            reply = line.receive()
        except OSError as error:
            self.times.errors.append(f"{label}: {error}")
            self._end(line)
            return
        if reply is None:
            return
        self.times.seconds.setdefault(label, []).append(time.perf_counter() - line.began)
        line.call = None
        if reply.status >= 400 and reply.status != refused:
            self.times.errors.append(f"{label}: {reply.status} {reply.body[:300].decode(errors='replace')}")
            self._end(line)
            return
        if b"connection: close" in reply.head.lower():
            self._drop(line)
        self._step(line, reply)

    def _drop(self, line: _Line) -> None:
        if line.socket is not None:
            file = line.socket.fileno()
            self._poll.unregister(file)
            del self._by_file[file]
            line.close()

    def _end(self, line: _Line) -> None:
        self._drop(line)


def drive(port: int, scripts: Iterable[Script], *others: tuple[int, Script]) -> Times:
    """Run the scripts against the port, and others against theirs; RuntimeError when a call went wrong."""
    times = Driver().run([*((port, script) for script in scripts), *others])
    if times.errors:
        raise RuntimeError(f"{len(times.errors)} calls failed, the first: {times.errors[0]}")
    return times
