"""One simulated tab of one candidate: its queue on disk, its senders, its clock; as the exam page does it."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .journal import Journal, Key, Memory
from .line import Line
from .plans import Plan
from .sheets import Sheet, digest_of, fold
from .wire import Lost, Reply

BATCH = 50
GONE = (401, 403, 404)  # the token or the sign-in is no longer good: enter again


class Device:
    """Survives its crashes by the journal alone: `session` begins with what the file says."""

    def __init__(self, line: Line, plan: Plan, name: str, folder: Path, rng: random.Random) -> None:
        self.line, self.plan, self.name, self.rng = line, plan, name, rng
        self.journal = Journal(folder / f"{name}.jsonl")
        self.wake()

    def wake(self) -> None:
        """Begin with what the journal says: the rest is what a crash takes."""
        self.memory: Memory = self.journal.read()
        self.base: list[tuple[str, int, int, Any]] = []  # the server's answers at the last entry
        self.slots: list[dict[str, Any]] = []
        self.epoch = 0
        self.due = float("inf")
        self.closed = False  # the server says that the attempt is over
        self.displaced = False  # another device holds the attempt
        self._flying: set[Key] = set()
        self._news = asyncio.Event()

    # --- Entering ----------------------------------------------------------------------------------------

    async def enter(self) -> None:
        """Start, or find, the attempt; however long it takes. `displaced` afterwards: another holds it."""
        tries = 0
        while not self.epoch:
            if not self.line.signed_in:
                await self.line.sign_in(self.plan.ticket)
            calls = [self._start() for _ in range(3 if self.plan.double_start and not tries else 1)]
            for reply in await asyncio.gather(*calls):
                if reply is None:
                    continue
                if reply.status in GONE:
                    self.line.sign_out()
                if reply.status in (200, 201):
                    self._take(reply)
            if not self.epoch:
                await self.line.pause(tries)
                tries += 1

    async def _start(self) -> Reply | None:
        path = f"/sittings/{self.line.place.sitting}/attempts"
        try:
            return await self.line.call(
                "start", "POST", path, {"device_id": self.name, "number": 1}, device=self.name
            )
        except Lost:
            return None

    def _take(self, reply: Reply) -> None:
        """Take over what the server says at the entry or after a claim."""
        found = reply.data
        if found["epoch"] < self.epoch:
            return  # overtaken by a newer reply
        self.memory.attempt = found["attempt"]
        self.epoch = found["epoch"]
        self.displaced = bool(found.get("held_elsewhere"))
        if self.displaced:
            return
        self.journal.entered(self.memory, found["attempt"], self.epoch, found["token"])
        self.slots = [slot for section in found["paper"]["sections"] for slot in section["slots"]]
        self._take_answers(found["answers"])
        self._note_state(found)
        if found.get("receipt") and not self.memory.receipt:
            self.journal.receipt(self.memory, found["receipt"])

    def _take_answers(self, answers: list[dict[str, Any]]) -> None:
        self.base = [(one["slot"], one["epoch"], one["seq"], one["value"]) for one in answers]

    def _note_state(self, found: dict[str, Any]) -> None:
        if "remaining_ms" in found:
            self.due = time.monotonic() + found["remaining_ms"] / 1000
        if found.get("state", "in_progress") != "in_progress":
            self.closed = True
        if found.get("epoch", self.epoch) > self.epoch:
            self.displaced = True

    async def claim(self) -> bool:
        """Take the attempt over; False when it is over. The person presses again when somebody was faster."""
        tries = 0
        while True:
            try:
                reply = await self.line.call(
                    "claim",
                    "POST",
                    f"/attempts/{self.memory.attempt}/claim",
                    {"device_id": self.name, "epoch": self.epoch},
                    device=self.name,
                )
            except Lost:
                reply = None
            if reply is not None and reply.status == 200:
                self.displaced = False
                self._take(reply)
                return True
            if reply is not None and reply.status == 409:
                if reply.data.get("code") != "stale_claim":
                    return False
                self.epoch = reply.data["epoch"]
            elif reply is not None and reply.status in GONE:
                self.line.sign_out()
                await self.line.sign_in(self.plan.ticket)
            await self.line.pause(tries)
            tries += 1

    # --- Answering ---------------------------------------------------------------------------------------

    def edit(self, slot: str, value: Any) -> Key:
        """Write an answer down; it is sent later."""
        at_server = max((seq for _, epoch, seq, _ in self.base if epoch == self.epoch), default=0)
        seq = 1 + max(at_server, self.memory.greatest_seq(self.epoch))
        at = time.time() + self.plan.skew_s + self.rng.choice((0.0, 0.0, self.plan.step_s))
        client_at = datetime.fromtimestamp(max(at, 0.0), UTC).isoformat()
        key = (self.epoch, seq)
        self.journal.put(self.memory, key, slot, value, client_at)
        self._news.set()
        return key

    def sheet(self) -> Sheet:
        """The answers as the candidate sees them: the server's, and his own that are not refused."""
        own = [
            (slot, *key, value)
            for key, (slot, value, _) in self.memory.items.items()
            if self.memory.final.get(key, "stored") in ("stored", "duplicate")
        ]
        return fold([*self.base, *own])

    @property
    def remaining(self) -> float:
        return self.due - time.monotonic()

    # --- Sending -----------------------------------------------------------------------------------------

    async def send_for_ever(self) -> None:
        """One of the senders. Two run at once, so that batches overtake each other on the line."""
        tries = 0
        while True:
            if not self.memory.queue:
                self._news.clear()
                await self._news.wait()
            await asyncio.sleep(self.rng.uniform(0.05, 0.4))
            keys = self._batch()
            if not keys:
                await asyncio.sleep(0.1)
                continue
            self._flying |= set(keys)
            try:
                tries = 0 if await self._send(keys) else tries + 1
            finally:
                self._flying -= set(keys)
            if tries:
                await self.line.pause(tries - 1)

    def _batch(self) -> list[Key]:
        """Some unsent answers of one epoch; now and then also what is under way already."""
        impatient = self.rng.random() < 0.15
        waiting = [key for key in self.memory.queue if impatient or key not in self._flying]
        keys = [key for key in waiting if key[0] == waiting[0][0]][: self.rng.choice((1, 2, 5, BATCH))]
        if self.rng.random() < 0.3:
            self.rng.shuffle(keys)
        return keys

    def wire_items(self, keys: list[Key]) -> list[dict[str, Any]]:
        return [
            {"seq": key[1], "slot": slot, "value": value, "client_at": client_at}
            for key in keys
            for slot, value, client_at in [self.memory.items[key]]
        ]

    async def put(self, epoch: int, items: list[dict[str, Any]]) -> Reply:
        """One saving call, as it goes over the wire."""
        return await self.line.call(
            "save",
            "PUT",
            f"/attempts/{self.memory.attempt}/answers",
            {"items": items},
            token=self.memory.tokens[epoch],
            **self.noted(epoch, items),
        )

    def noted(self, epoch: int, items: list[dict[str, Any]]) -> dict[str, Any]:
        """What the history must know of a call that carries items."""
        return {
            "device": self.name,
            "attempt": self.memory.attempt,
            "epoch": epoch,
            "items": [[one["seq"], one["slot"], one["value"]] for one in items],
        }

    async def _send(self, keys: list[Key]) -> bool:
        epoch = keys[0][0]
        try:
            reply = await self.put(epoch, self.wire_items(keys))
        except Lost:
            return False
        if reply.status != 200:
            return False
        self._note_state(reply.data)
        self.note_acks(epoch, reply.data["acks"])
        return True

    def note_acks(self, epoch: int, acks: list[dict[str, Any]]) -> None:
        """Only a word of the server takes an answer out of the queue; a conflict goes under a new number."""
        for ack in acks:
            key = (epoch, ack["seq"])
            if key not in self.memory.items or key in self.memory.final:
                continue
            self.journal.settle(self.memory, key, ack["status"])
            slot, value, _ = self.memory.items[key]
            if ack["status"] == "conflict" and not self.displaced and self._is_newest(key, slot):
                self.edit(slot, value)

    def _is_newest(self, key: Key, slot: str) -> bool:
        return key == max(other for other, item in self.memory.items.items() if item[0] == slot)

    async def send_backwards(self, slot: str, values: list[Any]) -> None:
        """Answers to one question in one breath, the newest first; what is lost is sent again as usual."""
        keys = [self.edit(slot, value) for value in values]
        self._flying |= set(keys)
        try:
            for key in reversed(keys):
                await self._send([key])
        finally:
            self._flying -= set(keys)

    # --- Signs of life -----------------------------------------------------------------------------------

    async def beat_for_ever(self) -> None:
        """Heartbeats, and now and then a look at the server's sheet."""
        while True:
            await asyncio.sleep(self.rng.uniform(2, 6))
            token, attempt = self.memory.tokens.get(self.epoch), self.memory.attempt
            if token is None or self.closed:
                continue
            path, how = f"/attempts/{attempt}", {"token": token, "attempt": attempt}
            with contextlib.suppress(Lost):
                if self.rng.random() < 0.5:
                    said = {"sheet_digest": digest_of(self.sheet()), "unsent": len(self.memory.queue)}
                    beat = await self.line.call(
                        "heartbeat", "POST", f"/attempts/{attempt}/heartbeat", said, **how
                    )
                    if beat.status == 200:
                        self._note_state(beat.data)
                else:
                    await self.line.call("read", "GET", path + "/answers", **how)

    # --- Handing in --------------------------------------------------------------------------------------

    async def submit(self) -> bool:
        """Hand in, however long it takes; False when another device holds the attempt."""
        self.journal.hand_in(self.memory)
        tries, digest = 0, None
        while not self.memory.receipt:
            calls = 3 if self.plan.double_submit and not tries else 1
            for reply in await asyncio.gather(*(self._submit(digest) for _ in range(calls))):
                if reply is None:
                    continue
                found = reply.data
                self.note_acks(self.epoch, found.get("acks", []))
                if reply.status == 200:
                    self.journal.receipt(self.memory, found["receipt"])
                elif found.get("code") == "not_holder":
                    self.displaced = True
                elif found.get("code") == "digest_mismatch":
                    self._take_answers(found["answers"])
                    digest = found["digest"] if tries else None
            if self.displaced and not self.memory.receipt:
                return False
            if not self.memory.receipt:
                await self.line.pause(tries)
                tries += 1
        return True

    async def _submit(self, digest: str | None) -> Reply | None:
        """`digest` None: that of the sheet as this phone sees it."""
        items = self.wire_items([key for key in self.memory.queue if key[0] == self.epoch][:BATCH])
        try:
            return await self.line.call(
                "submit",
                "POST",
                f"/attempts/{self.memory.attempt}/submit",
                {"items": items, "sheet_digest": digest or digest_of(self.sheet())},
                token=self.memory.tokens[self.epoch],
                **self.noted(self.epoch, items),
            )
        except Lost:
            return None

    async def drain(self) -> None:
        """Wait until nothing is left to send."""
        while self.memory.queue:
            await asyncio.sleep(0.1)
