"""The evidence of a sitting as the checker sees it: lines by type and attempt, and the keys to mark with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from .sheets import Sheet, digest_of, fold

Lines = dict[str, list[dict[str, Any]]]  # attempt → its lines of one type


@dataclass
class Exported:
    """`keys`: question → key, from the file that was written when the exam was made."""

    sitting: dict[str, Any]
    attempts: dict[str, dict[str, Any]]
    keys: dict[str, dict[str, Any]]
    canaries: list[str]
    of_type: dict[str, Lines] = field(default_factory=dict)
    key_lines: list[dict[str, Any]] = field(default_factory=list)

    def lines(self, kind: str, attempt: str) -> list[dict[str, Any]]:
        return self.of_type.get(kind, {}).get(attempt, [])

    def sheet(self, attempt: str) -> Sheet:
        """The fold of the log, and of what a person accepted later."""
        late = [one for one in self.lines("quarantine", attempt) if one.get("decision") == "accepted"]
        return fold(
            (one["slot"], one["epoch"], one["seq"], one["value"])
            for one in [*self.lines("event", attempt), *late]
        )

    def digest(self, attempt: str) -> str:
        return digest_of(self.sheet(attempt))

    def receipt(self, attempt: str) -> dict[str, Any] | None:
        found = self.lines("receipt", attempt)
        return found[-1] if found else None


def read_evidence(lines: Iterable[dict[str, Any]], keys_file: dict[str, Any]) -> Exported:
    """Sort the lines; `keys_file` as `load_world --keys` writes it."""
    of_type: dict[str, Lines] = defaultdict(lambda: defaultdict(list))
    found = Exported({}, {}, keys_file["questions"], keys_file["canaries"], of_type)
    for line in lines:
        kind = line["type"]
        if kind == "sitting":
            found.sitting = line
        elif kind == "attempt":
            found.attempts[line["attempt"]] = line
        elif kind == "key":
            found.key_lines.append(line)
        else:
            of_type[kind][line["attempt"]].append(line)
    return found
