"""One person's line to the site: cookies, the phone's offline times, a note of all that is sent and comes."""

from __future__ import annotations

import asyncio
import json
import random
import time
from dataclasses import dataclass
from typing import Any

from .history import History
from .wire import Lost, Reply, exchange, request_bytes

RETRY_S = (0.15, 0.3, 0.6, 1.2, 2.4, 4.0)  # 1-2-4-8-16-30 s, as a run of a minute sees them


@dataclass
class Place:
    """Where the run takes place; the same for everybody."""

    port: int
    base: str
    sitting: str
    history: History
    began: float  # monotonic
    timeout_s: float

    @property
    def now(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self.began


class Line:
    """Sends requests of `who`; Lost for what got no reply, or was not sent because the phone is offline."""

    def __init__(
        self, place: Place, who: str, rng: random.Random, offline: tuple[tuple[float, float], ...] = ()
    ) -> None:
        self.place, self.who, self.rng = place, who, rng
        self._offline = offline
        self._cookies: dict[str, str] = {}
        self._csrf = ""

    @property
    def signed_in(self) -> bool:
        return bool(self._csrf)

    def sign_out(self) -> None:
        self._cookies.clear()
        self._csrf = ""

    async def call(
        self,
        call: str,
        method: str,
        path: str,
        data: Any = None,
        *,
        raw: bytes | None = None,
        token: str | None = None,
        **noted: Any,
    ) -> Reply:
        """One request and its reply, both noted. `raw` is a body that is no JSON of ours."""
        if any(start <= self.place.now < end for start, end in self._offline):
            await asyncio.sleep(0.05)
            raise Lost("offline")
        body = raw if raw is not None else b"" if data is None else json.dumps(data).encode()
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if method != "GET":
            headers |= {"Content-Type": "application/json", "X-CSRFToken": self._csrf}
        if token is not None:
            headers["Authorization"] = f"Attempt {token}"
        request = request_bytes(method, self.place.base + path, headers, body)
        n = self.place.history.send(who=self.who, call=call, path=path, **noted)
        try:
            reply = await exchange(self.place.port, request, self.place.timeout_s)
        except Lost as lost:
            self.place.history.note("lost", n=n, why=str(lost))
            raise
        except asyncio.CancelledError:
            self.place.history.note("lost", n=n, why="crash")
            raise
        self.place.history.note("return", n=n, status=reply.status, body=reply.text)
        for name, value in reply.headers:
            if name == "set-cookie":
                cookie, _, content = value.partition(";")[0].partition("=")
                self._cookies[cookie] = content
        return reply

    async def pause(self, tries: int) -> None:
        """The back-off before the next try, with full jitter."""
        await asyncio.sleep(self.rng.uniform(0.02, RETRY_S[min(tries, len(RETRY_S) - 1)]))

    async def sign_in(self, ticket: str) -> str:
        """Sign in however long it takes; returns the name shown."""
        tries = 0
        while True:
            try:
                reply = await self.call("sign_in", "POST", "/sign-in", {"ticket": ticket})
                if reply.status == 200:
                    self._csrf = reply.data["csrf_token"]
                    name: str = reply.data["candidate"]["display_name"]
                    self.place.history.note("name", who=self.who, name=name)
                    return name
            except Lost:
                pass
            await self.pause(tries)
            tries += 1
