"""What a simulated phone keeps: a file that survives the death of the app, and what is read from it again.

An item is written before it is sent and forgotten only after a final word of the server. A line is one write
to the file; it is not fsynced, because what dies here is the app and never this machine.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Key = tuple[int, int]  # epoch, seq


@dataclass
class Memory:
    """The state that the journal's lines add up to."""

    attempt: str | None = None
    tokens: dict[int, str] = field(default_factory=dict)  # epoch → token
    items: dict[Key, tuple[str, Any, str]] = field(default_factory=dict)  # slot, value, client_at
    final: dict[Key, str] = field(default_factory=dict)  # what became of an item, for good
    handing_in: bool = False
    receipt: dict[str, Any] | None = None

    @property
    def queue(self) -> list[Key]:
        """What still has to be sent, in order."""
        return sorted(key for key in self.items if key not in self.final)

    def greatest_seq(self, epoch: int) -> int:
        return max((seq for known, seq in self.items if known == epoch), default=0)


class Journal:
    """The file of one device."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)

    def _keep(self, *line: Any) -> None:
        os.write(self._fd, json.dumps(line, ensure_ascii=False).encode() + b"\n")

    def close(self) -> None:
        os.close(self._fd)

    def entered(self, memory: Memory, attempt: str, epoch: int, token: str) -> None:
        memory.attempt = attempt
        memory.tokens[epoch] = token
        self._keep("entered", attempt, epoch, token)

    def put(self, memory: Memory, key: Key, slot: str, value: Any, client_at: str) -> None:
        memory.items[key] = (slot, value, client_at)
        self._keep("put", *key, slot, value, client_at)

    def settle(self, memory: Memory, key: Key, status: str) -> None:
        memory.final[key] = status
        self._keep("final", *key, status)

    def hand_in(self, memory: Memory) -> None:
        memory.handing_in = True
        self._keep("hand_in")

    def receipt(self, memory: Memory, receipt: dict[str, Any]) -> None:
        memory.receipt = receipt
        self._keep("receipt", receipt)

    def read(self) -> Memory:
        """What the file says, after a crash."""
        memory = Memory()
        for line in self.path.read_bytes().split(b"\n"):
            if not line:
                continue
            what, *rest = json.loads(line)
            if what == "entered":
                memory.attempt, memory.tokens[rest[1]] = rest[0], rest[2]
            elif what == "put":
                memory.items[rest[0], rest[1]] = (rest[2], rest[3], rest[4])
            elif what == "final":
                memory.final[rest[0], rest[1]] = rest[2]
            elif what == "hand_in":
                memory.handing_in = True
            elif what == "receipt":
                memory.receipt = rest[0]
        return memory
