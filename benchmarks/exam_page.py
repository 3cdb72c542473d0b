"""What a phone loads that opens the exam for the first time: the page and all it names, then the paper.

Over https, as a site is served, every browser of the last years accepts brotli; gzip alone is shown, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from benchmarks.lines import Call, Reply, Script, drive, request
from benchmarks.phones import Calls, sign_in, start_request
from benchmarks.rows import Row
from benchmarks.served import Server

BROWSER, OLD = "gzip, deflate, br", "gzip"
_NAMED = re.compile(r'<(?:link|script|img)\b[^>]*?\s(?:href|src)="([^"]+)"')


def weigh(server: Server, world: dict[str, Any]) -> Iterator[Row]:
    """The bodies that the world's next two candidates load, with an empty cache, for a whole paper."""
    found = {}
    for encodings in (BROWSER, OLD):
        replies: list[Reply] = []
        drive(server.port, [_open(world, world["tickets"].pop(), encodings, replies)])
        found[encodings] = replies
    sizes = {encodings: sum(len(one.body) for one in found[encodings]) / 1024 for encodings in found}
    yield Row("exam page, cold, compressed", sizes[BROWSER], "KB", 25)
    yield Row("exam page, cold, gzip alone", sizes[OLD], "KB")
    yield Row("exam page, cold, requests", len(found[BROWSER]), "", 6)


def _open(world: dict[str, Any], ticket: str, encodings: str, replies: list[Reply]) -> Script:
    """Sign in, then all that opening the exam takes; its replies, bodies as they came."""
    cookies, csrf = yield from sign_in(ticket)
    page = f"/my/sittings/{world['sitting']}/exam/1"
    html = yield from _get(page, cookies, encodings, replies)
    for path in _NAMED.findall(html.content.decode()):
        yield from _get(path, cookies, encodings, replies)
    paper = yield Call("start", start_request(world, cookies, csrf, "a-device-of-its-own", encodings))
    replies.append(paper)


def _get(path: str, cookies: str, encodings: str, replies: list[Reply]) -> Calls:
    reply = yield Call("page", request("GET", path, Cookie=cookies, Accept_Encoding=encodings))
    replies.append(reply)
    return reply
