"""A small HTTP client: one connection a request, and a clear word for a reply that did not come."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any


class Lost(Exception):
    """No whole reply came; nobody knows what the server did."""


@dataclass(frozen=True)
class Reply:
    status: int
    headers: list[tuple[str, str]]
    text: str

    @property
    def data(self) -> dict[str, Any]:
        """The object in the body; empty for everything else."""
        try:
            found = json.loads(self.text)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def items(self) -> list[Any]:
        """The list in the body; empty for everything else."""
        try:
            found = json.loads(self.text)
        except ValueError:
            return []
        return found if isinstance(found, list) else []


async def read_head(reader: asyncio.StreamReader) -> tuple[str, list[tuple[str, str]]]:
    """First line and headers of a message, names in lower case. Raises asyncio's errors when it is cut."""
    first = (await reader.readuntil(b"\r\n")).decode("latin-1").rstrip("\r\n")
    headers = []
    while (line := await reader.readuntil(b"\r\n")) != b"\r\n":
        name, _, value = line.decode("latin-1").rstrip("\r\n").partition(":")
        headers.append((name.strip().lower(), value.strip()))
    return first, headers


def length_of(headers: list[tuple[str, str]]) -> int:
    """The length of the body that the headers announce."""
    return next((int(value) for name, value in headers if name == "content-length"), 0)


def request_bytes(method: str, path: str, headers: dict[str, str], body: bytes) -> bytes:
    """A request on the wire, for a connection that ends with it."""
    all_headers = {"Host": "127.0.0.1", "Connection": "close", **headers, "Content-Length": str(len(body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in all_headers.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body


async def exchange(port: int, request: bytes, timeout: float) -> Reply:
    """Send a request to a local port; its reply. Raises Lost unless the whole of it came in time."""
    try:
        async with asyncio.timeout(timeout):
            return await _exchange(port, request)
    except TimeoutError as error:
        raise Lost("timeout") from error
    except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError) as error:
        raise Lost(f"connection: {type(error).__name__}") from error


async def _exchange(port: int, request: bytes) -> Reply:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        await writer.drain()
        first, headers = await read_head(reader)
        body = await reader.readexactly(length_of(headers))
        return Reply(int(first.split(" ", 2)[1]), headers, body.decode())
    finally:
        writer.close()
