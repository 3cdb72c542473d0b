"""The officer's calls, straight to the site: sign in, extend, release, fetch the evidence."""

from __future__ import annotations

import http.client
import json
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any


class Refused(Exception):
    """The site said no, with this status."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class Officer:
    """One signed-in member of staff."""

    def __init__(self, port: int, base_path: str, staff: dict[str, str]) -> None:
        self._port, self._base, self._staff = port, base_path, staff
        self._cookies: dict[str, str] = {}
        self._csrf = ""

    def call(self, method: str, path: str, data: dict[str, Any] | None = None) -> bytes:
        """The body of a successful reply; Refused for another."""
        line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if data is not None:
            headers |= {"Content-Type": "application/json", "X-CSRFToken": self._csrf}
        try:
            body = None if data is None else json.dumps(data).encode()
            line.request(method, self._base + path, body, headers)
            reply = line.getresponse()
            text = reply.read()
            for value in reply.headers.get_all("Set-Cookie") or []:
                self._cookies |= {name: one.value for name, one in SimpleCookie(value).items()}
        finally:
            line.close()
        if reply.status >= 300:
            raise Refused(
                reply.status, f"{method} {path}: {reply.status} {text[:300].decode(errors='replace')}"
            )
        return text

    def sign_in(self) -> None:
        self._cookies.clear()
        found = json.loads(self.call("POST", "/sign-in", self._staff))
        self._csrf = found["csrf_token"]

    def extend(self, attempt: str, seconds: int) -> None:
        self.call("POST", f"/attempts/{attempt}/extend", {"seconds": seconds, "reason": "停电"})

    def release(self, sitting: str) -> None:
        self.call("POST", f"/sittings/{sitting}/release", {})

    def fetch_evidence(self, sitting: str, path: Path) -> list[dict[str, Any]]:
        """Write the export to `path`; returns its lines."""
        text = self.call("GET", f"/sittings/{sitting}/evidence")
        path.write_bytes(text)
        return [json.loads(line) for line in text.split(b"\n") if line.strip()]
