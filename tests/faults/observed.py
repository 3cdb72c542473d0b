"""The history as the checker sees it: every request with what came of it, every answer with every sending of
it. Nothing here knows the product; see `history.py` for the lines.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

LATE, REJECTED, CONFLICT = "late", "rejected", "conflict"
STORED = ("stored", "duplicate")
UNKNOWN = "unknown"  # no reply, or one that says nothing: it may be on the disk or not
REFUSED = "refused"  # a clear no to the whole request


def seconds(stamp: str) -> float:
    """A time of the server as seconds since 1970."""
    return datetime.fromisoformat(stamp).timestamp()


@dataclass
class Call:
    """A request, and its reply where one came (`status` None: lost)."""

    line: dict[str, Any]
    returned: float | None = None
    status: int | None = None
    text: str = ""

    @property
    def who(self) -> str:
        return str(self.line["who"])

    @property
    def name(self) -> str:
        return str(self.line["call"])

    @property
    def sent(self) -> float:
        return float(self.line["wall"])

    @property
    def n(self) -> int:
        return int(self.line["n"])

    @cached_property
    def data(self) -> dict[str, Any]:
        try:
            found = json.loads(self.text)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def __str__(self) -> str:
        return f"request {self.n} ({self.who}, {self.name})"


Key = tuple[str, int, int]  # attempt, epoch, seq


@dataclass(frozen=True)
class Sending:
    """One answer in one request. `verdict`: a status of the contract, UNKNOWN or REFUSED."""

    call: Call
    key: Key
    slot: str
    value: Any
    verdict: str
    received_at: str | None

    @property
    def body(self) -> tuple[str, str]:
        """Slot and value, to be compared: true is not 1."""
        return self.slot, json.dumps(self.value, sort_keys=True)

    @property
    def acknowledged(self) -> bool:
        return self.verdict in STORED


@dataclass
class Observed:
    """All of a run's history."""

    run: dict[str, Any] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    notes: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    sendings: dict[Key, list[Sending]] = field(default_factory=lambda: defaultdict(list))

    @property
    def healed(self) -> float:
        return float(self.notes["healed"][-1]["wall"]) if self.notes["healed"] else float("inf")

    @property
    def released(self) -> float:
        return float(self.notes["released"][0]["wall"]) if self.notes["released"] else float("inf")

    @cached_property
    def owners(self) -> dict[str, str]:
        """Attempt → who got it from `start` first."""
        found: dict[str, str] = {}
        for call in self.named("start"):
            if call.status in (200, 201) and "expect" not in call.line:
                found.setdefault(call.data["attempt"], call.who)
        return found

    def named(self, *names: str) -> Iterable[Call]:
        return (call for call in self.calls if call.name in names)

    def all_sendings(self) -> Iterable[Sending]:
        return (one for some in self.sendings.values() for one in some)


def read_history(lines: Iterable[dict[str, Any]]) -> Observed:
    """Pair sends with returns and take the answers out of them."""
    found = Observed()
    open_calls: dict[int, Call] = {}
    for line in lines:
        if line["t"] == "send":
            call = open_calls[line["n"]] = Call(line)
            found.calls.append(call)
        elif line["t"] == "return":
            call = open_calls[line["n"]]
            call.returned, call.status, call.text = line["wall"], line["status"], line["body"]
        elif line["t"] == "run":
            found.run = line
        else:
            found.notes[line["t"]].append(line)
    for call in found.calls:
        if "items" in call.line and "expect" not in call.line:
            for one in _sendings_of(call):
                found.sendings[one.key].append(one)
    return found


def _sendings_of(call: Call) -> Iterable[Sending]:
    """One sending for each item. A refused request that carries `acks` has stored its items all the same."""
    acks: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for ack in call.data.get("acks", []) if call.status in (200, 409) else []:
        acks[ack["seq"]].append(ack)
    for seq, slot, value in call.line["items"]:
        key = (call.line["attempt"], call.line["epoch"], seq)
        if acks[seq]:
            ack = acks[seq].pop(0)
            yield Sending(call, key, slot, value, ack["status"], ack["received_at"])
        else:
            clear_no = call.status is not None and 400 <= call.status < 500 and call.status != 409
            yield Sending(call, key, slot, value, REFUSED if clear_no else UNKNOWN, None)
