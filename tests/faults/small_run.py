"""A small run written by hand, without a fault in it: two people, five answers, one claim, one extension.

Times are seconds from `T`. Tests spoil it in one place and expect the checker to name that place.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from .sheets import digest_of, fold

T = 1_800_000_000.0
ANNA, BEN = (f"00000000-0000-7000-8000-00000000000{n}" for n in "12")
KEYS = {
    "questions": {
        "q1": {"kind": "single", "points": "2", "key": ["B"], "credit": "all", "per_option": "0"},
        "q2": {"kind": "multiple", "points": "2", "key": ["A", "C"], "credit": "option", "per_option": "0.5"},
        "q3": {"kind": "true_false", "points": "1", "key": True, "credit": "all", "per_option": "0"},
    },
    "canaries": ["CANARY-1", "CANARY-2"],
}


def stamp(at: float) -> str:
    """A time of the server, `at` seconds after T."""
    return datetime.fromtimestamp(T + at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class SmallRun:
    """History and evidence as they are built; `calls` counts the requests."""

    history: list[dict[str, Any]] = field(default_factory=list)
    evidence: list[dict[str, Any]] = field(default_factory=list)
    calls: int = 0

    def note(self, t: str, at: float, **what: Any) -> None:
        self.history.append({"t": t, "wall": T + at, "mono": at, **what})

    def call(self, who: str, call: str, at: float, status: int | None, body: Any = None, **what: Any) -> None:
        """A request sent at `at`; its reply 0.1 s later, or none (`status` None)."""
        self.calls += 1
        self.note("send", at, n=self.calls, who=who, call=call, path="/", **what)
        if status is None:
            self.note("lost", at + 0.1, n=self.calls, why="timeout")
        else:
            self.note("return", at + 0.1, n=self.calls, status=status, body=json.dumps(body))

    def save(
        self, who: str, attempt: str, at: float, item: list[Any], status: str | None, **how: Any
    ) -> None:
        """One answer; `status` None: no reply came. `how`: epoch, device, received (seconds)."""
        received = stamp(how.get("received", at + 0.02))
        acks = {"acks": [{"seq": item[0], "status": status, "received_at": received}]}
        self.call(
            who,
            "save",
            at,
            None if status is None else 200,
            acks,
            device=how.get("device", f"{who}-a"),
            attempt=attempt,
            epoch=how.get("epoch", 1),
            items=[item],
        )

    def line(self, type_: str, **what: Any) -> None:
        self.evidence.append({"type": type_, **what})

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [line for line in self.evidence if line["type"] == kind]

    def sent(self, call: str) -> list[dict[str, Any]]:
        """The lines of the requests of one kind."""
        return [line for line in self.history if line["t"] == "send" and line["call"] == call]

    def reply(self, request: dict[str, Any]) -> dict[str, Any]:
        return next(line for line in self.history if line["t"] == "return" and line["n"] == request["n"])


def choices(letter: str, slot: str) -> dict[str, str]:
    return {f"{letter}{slot}{label}": label for label in "ABCD"}


def paper(letter: str) -> dict[str, Any]:
    slots: list[dict[str, Any]] = [
        {"slot": slot, "kind": kind, "choices": [{"id": one, "text": "x"} for one in choices(letter, slot)]}
        for slot, kind in (("s1", "single"), ("s2", "multiple"))
    ]
    return {"sections": [{"slots": [*slots, {"slot": "s3", "kind": "true_false"}]}]}


def attempt_line(attempt: str, letter: str, **what: Any) -> dict[str, Any]:
    slots = [("s1", "q1", "single", "2"), ("s2", "q2", "multiple", "2"), ("s3", "q3", "true_false", "1")]
    return {
        "attempt": attempt,
        "candidate": f"pseudonym {letter}",
        "state": "marked",
        "started_at": stamp(0),
        "epoch": 1,
        "voided": False,
        "slots": [
            {
                "slot": slot,
                "question": question,
                "kind": kind,
                "points": points,
                "choices": {} if slot == "s3" else choices(letter, slot),
            }
            for slot, question, kind, points in slots
        ],
        **what,
    }


def build() -> SmallRun:
    """Anna answers, hands in, tries again after that; Ben changes his phone, gets ten seconds more, and is
    settled by the clock."""
    run = SmallRun()
    run.note(
        "run", 0, people=["anna", "ben"], faults=["crash"], statuses=["stored", "late"], clock_offset_s=0.001
    )
    run.note("fault", 1, kind="crash")
    for who, name, attempt, letter in (("anna", "王安娜", ANNA, "a"), ("ben", "李本", BEN, "b")):
        run.note("name", 0, who=who, name=name)
        run.call(who, "sign_in", 0, 200, {"candidate": {"display_name": name}})
        shown = {"attempt": attempt, "token": f"token of {who}", "epoch": 1, "due_at": stamp(60)}
        run.call(who, "start", 0, 201, {**shown, "paper": paper(letter), "answers": []}, device=f"{who}-a")
    _anna(run)
    _ben(run)
    run.note("healed", 80)
    run.call("anna", "read", 88, 200, {"answers": []}, attempt="nobody's")
    run.note("released", 90)
    run.call("anna", "result", 91, 200, {"points": "2.5", "rationale": "CANARY-1"}, attempt=ANNA)
    run.line("sitting", sitting="s", duration_s=60, grace_s=5, released_at=stamp(90))
    for question, key in KEYS["questions"].items():  # type: ignore[attr-defined]
        run.line("key", question=question, **key)
    return run


def _anna(run: SmallRun) -> None:
    run.save("anna", ANNA, 1, [1, "s1", "as1A"], "stored")
    run.save("anna", ANNA, 2, [2, "s1", "as1B"], None)
    run.save("anna", ANNA, 3, [2, "s1", "as1B"], "duplicate", received=2.02)
    run.save("anna", ANNA, 4, [3, "s2", ["as2A"]], "stored")
    receipt = {"number": "AAAA-1111", "submitted_at": stamp(5.02), "answered": 2, "of": 3}
    log = [("s1", 1, 1, "as1A"), ("s1", 1, 2, "as1B"), ("s2", 1, 3, ["as2A"])]
    receipt["digest"] = digest_of(fold(log))
    run.call("anna", "submit", 5, 200, {"receipt": receipt}, device="anna-a", attempt=ANNA, epoch=1, items=[])
    run.save("anna", ANNA, 6, [4, "s3", True], "late")
    run.note("done", 7, who="anna", device="anna-a")
    run.line("attempt", **attempt_line(ANNA, "a", due_at=stamp(60), submitted_at=stamp(5.02)))
    for at, (slot, epoch, seq, value) in zip((1.02, 2.02, 4.02), log, strict=True):
        run.line("event", attempt=ANNA, epoch=epoch, seq=seq, slot=slot, value=value, received_at=stamp(at))
    run.line("quarantine", attempt=ANNA, epoch=1, seq=4, slot="s3", value=True, received_at=stamp(6.02))
    run.line("receipt", attempt=ANNA, events=3, **receipt)
    _marks(run, ANNA, str(receipt["digest"]), {"s1": "2.00", "s2": "0.50", "s3": "0.00"}, "2.50")


def _ben(run: SmallRun) -> None:
    run.save("ben", BEN, 10, [1, "s3", False], "stored")
    taken = {"attempt": BEN, "token": "second token of ben", "epoch": 2, "paper": paper("b")}
    taken["answers"] = [{"slot": "s3", "value": False, "epoch": 1, "seq": 1}]
    run.call("ben", "claim", 20, 200, taken, device="ben-b")
    run.save("ben", BEN, 21, [1, "s3", True], "stored", epoch=2, device="ben-b")
    run.note("extending", 30, attempt=BEN)
    run.note("extended", 30.1, attempt=BEN)
    run.note("done", 70, who="ben", device="ben-a")
    run.note("done", 70, who="ben", device="ben-b")
    run.line("attempt", **attempt_line(BEN, "b", due_at=stamp(70), submitted_at=stamp(70), epoch=2))
    log = [("s3", 1, 1, False), ("s3", 2, 1, True)]
    for at, (slot, epoch, seq, value) in zip((10.02, 21.02), log, strict=True):
        run.line("event", attempt=BEN, epoch=epoch, seq=seq, slot=slot, value=value, received_at=stamp(at))
    digest = digest_of(fold(log))
    receipt = {"number": "BBBB-2222", "submitted_at": stamp(70), "digest": digest, "answered": 1, "of": 3}
    run.line("receipt", attempt=BEN, events=2, **receipt)
    run.line("claim", attempt=BEN, by="ben", at=stamp(20), epoch=2)
    run.line("extension", attempt=BEN, by="officer", at=stamp(30), seconds=10, reason="停电")
    _marks(run, BEN, digest, {"s1": "0.00", "s2": "0.00", "s3": "1.00"}, "1.00")


def _marks(run: SmallRun, attempt: str, digest: str, points: dict[str, str], total: str) -> None:
    common = {"attempt": attempt, "active": True, "sheet_digest": digest}
    for slot, one in points.items():
        run.line("mark", slot=slot, points=one, marker="machine", key_version=1, **common)
    run.line("mark", slot=None, points=total, **common)
