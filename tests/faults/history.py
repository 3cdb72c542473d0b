"""What the simulated clients saw: one JSON object a line, in the order in which it happened.

Every line has `t` (what it is), `wall` (seconds since 1970) and `mono` (monotonic seconds). The lines:

    run       seed, database, phones, seconds, faults (the kinds that must fire), clock_offset_s
    send      n (number of the request), who, call, path, and for saves: device, attempt, epoch, items
              ([[seq, slot, value], …]); `expect`: "refused" for a call that must not succeed
    return    n, status, body (the text as it came)
    lost      n, why: whether the server got it, and what it did, is not known
    fault     kind, and what the kind needs to be understood
    healed    the last fault is over
    done      who, device: nothing is left to send
    stuck     who, device, left: gave up waiting for the queue to drain
    extending, extended  attempt: the officer asks for more time; he was told that it is given
    released  the results are public from here on
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class History:
    """Writes the lines; numbers the requests."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("w", encoding="utf-8")
        self._sent = 0

    def note(self, t: str, **what: Any) -> None:
        """Append one line, stamped now."""
        line = {"t": t, "wall": time.time(), "mono": time.monotonic(), **what}
        self._file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")

    def send(self, **what: Any) -> int:
        """Note a request that is about to be sent; returns its number."""
        self._sent += 1
        self.note("send", n=self._sent, **what)
        return self._sent

    def close(self) -> None:
        self._file.close()


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of an NDJSON file; only "\\n" ends a line."""
    for line in path.read_bytes().split(b"\n"):
        if line.strip():
            yield json.loads(line)
