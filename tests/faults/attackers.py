"""Attackers among honest candidates: seated and signed in like everybody, they reach for what is not theirs.

Every attack is noted with `expect: "refused"`; the checker judges the replies.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import random
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .device import Device
from .line import Line, Place
from .plans import Plan, random_answer
from .wire import Lost

MEGABYTE = 1024 * 1024


class Attacker:
    """Sits the exam with one answer of his own, then attacks until the run is over. `victims` gives the
    attempts of the others that are known by now."""

    def __init__(
        self, place: Place, plan: Plan, folder: Path, seed: int, victims: Callable[[], list[str]]
    ) -> None:
        self.place, self.plan, self.victims = place, plan, victims
        self.rng = random.Random(f"{seed} {plan.who}")
        self.line = Line(place, plan.who, self.rng)
        self.device = Device(self.line, plan, f"{plan.who}-a", folder, self.rng)

    async def live(self, until: float) -> None:
        """`until` in seconds from the beginning of the run."""
        await asyncio.sleep(max(0.0, self.plan.start_at - self.place.now))
        await self.device.enter()
        while self.place.now < until:
            for attack in (
                self._on_people,
                self._on_tokens,
                self._on_the_parser,
                self._on_the_entry,
                self._on_staff_calls,
            ):
                await attack()
            await asyncio.sleep(self.rng.uniform(0.5, 2))
        self.place.history.note("done", who=self.plan.who, device=self.device.name)

    async def _try(self, name: str, method: str, path: str, data: Any = None, **how: Any) -> None:
        with contextlib.suppress(Lost):
            await self.line.call(f"attack: {name}", method, path, data, expect="refused", **how)
        await asyncio.sleep(self.rng.uniform(0.02, 0.2))

    @property
    def _own(self) -> str:
        return self.device.memory.tokens[self.device.epoch]

    def _item(self, **changes: Any) -> dict[str, Any]:
        slot = self.rng.choice(self.device.slots)
        item = {"seq": self.rng.randint(1000, 2**40), "slot": slot["slot"], "client_at": None}
        return {**item, "value": random_answer(slot, self.rng), **changes}

    async def _on_people(self) -> None:
        """Another person's attempt, with one's own sign-in and token."""
        victims = self.victims()
        if not victims:
            return
        path = f"/attempts/{self.rng.choice(victims)}"
        mine = {"token": self._own}
        await self._try("claim", "POST", f"{path}/claim", {"device_id": "mine", "epoch": 99})
        await self._try("save for another", "PUT", f"{path}/answers", {"items": [self._item()]}, **mine)
        await self._try("read another's", "GET", f"{path}/answers", **mine)
        await self._try("beat for another", "POST", f"{path}/heartbeat", {}, **mine)
        await self._try("submit for another", "POST", f"{path}/submit", {"items": []}, **mine)
        await self._try("result of another", "GET", f"{path}/result")

    async def _on_tokens(self) -> None:
        """One's own token with another epoch, another attempt, another seal."""
        path = f"/attempts/{self.device.memory.attempt}/answers"
        own = base64.urlsafe_b64decode(self._own + "=" * (-len(self._own) % 4))
        place = self.rng.randrange(len(own))
        bent = own[:place] + bytes([own[place] ^ 1 << self.rng.randrange(8)]) + own[place + 1 :]
        forged = base64.urlsafe_b64encode(bent).decode().rstrip("=")
        for name, token in (("forged", forged), ("cut", self._own[:-9]), ("none", ""), ("noise", "A" * 400)):
            await self._try(f"{name} token", "PUT", path, {"items": [self._item()]}, token=token)

    async def _on_the_parser(self) -> None:
        """What a broken or hostile client might send; on the attacker's own attempt."""
        path = f"/attempts/{self.device.memory.attempt}/answers"
        bodies: list[tuple[str, bytes]] = [
            ("no JSON", b'{"items": [{"seq": 1, '),
            ("no object", b"[1, 2, 3]"),
            ("deep", b"[" * 100_000),
            ("NaN", b'{"items": [{"seq": NaN, "slot": "x", "value": null}]}'),
            ("no UTF-8", b'{"items": "\xff\xfe"}'),
            ("five megabytes", b'{"items": "' + b"x" * 5 * MEGABYTE + b'"}'),
        ]
        items: list[tuple[str, list[dict[str, Any]]]] = [
            ("51 items", [self._item() for _ in range(51)]),
            ("no items", []),
            ("unknown slot", [self._item(slot="nowhere0")]),
            ("a slot that is no text", [self._item(slot={"a": 1})]),
            ("negative number", [self._item(seq=-1)]),
            ("number too great", [self._item(seq=2**63)]),
            ("number that is no number", [self._item(seq=True)]),
            ("a megabyte", [self._item(value="法" * (MEGABYTE // 3))]),
            ("NUL", [self._item(value="\0")]),
            ("lone surrogate", [self._item(value="\ud800")]),
            ("another's choice", [self._item(value="aaaaaa")]),
            ("assignment", [self._item(points="100", is_correct=True)]),
        ]
        bodies += [(name, json.dumps({"items": some}).encode()) for name, some in items]
        for name, raw in self.rng.sample(bodies, 4):
            await self._try(name, "PUT", path, raw=raw, token=self._own)

    async def _on_the_entry(self) -> None:
        """Names, devices and tickets that no database can hold, and guesses."""
        start = f"/sittings/{self.place.sitting}/attempts"
        beat = f"/attempts/{self.device.memory.attempt}/heartbeat"
        alone = json.dumps({"device_id": "\ud800", "number": 1}).encode()
        tries: list[tuple[str, str, dict[str, Any]]] = [
            ("device NUL", start, {"data": {"device_id": "\0", "number": 1}}),
            ("device surrogate", start, {"raw": alone}),
            ("device too long", start, {"data": {"device_id": "x" * 5000, "number": 1}}),
            ("name NUL", "/sign-in", {"data": {"name": "王\0", "slip_code": "123456"}}),
            ("username NUL", "/sign-in", {"data": {"username": "\0", "password": "\0"}}),
            ("guessed ticket", "/sign-in", {"data": {"ticket": "\0" * 40}}),
            ("no proof", "/sign-in", {"data": {}}),
            ("heartbeat in words", beat, {"data": {"unsent": "many"}, "token": self._own}),
            ("heartbeat too great", beat, {"data": {"oldest_unsent_ms": 2**70}, "token": self._own}),
        ]
        for name, path, how in self.rng.sample(tries, 3):
            await self._try(name, "POST", path, **how)

    async def _on_staff_calls(self) -> None:
        """Calls of the staff, of other sittings, and starts that are not due."""
        sitting = f"/sittings/{self.place.sitting}"
        own = f"/attempts/{self.device.memory.attempt}"
        start = {"device_id": "mine", "number": 1}
        for name, method, path, data in self.rng.sample(
            [
                ("evidence", "GET", f"{sitting}/evidence", None),
                ("monitor", "GET", f"{sitting}/monitor", None),
                ("release", "POST", f"{sitting}/release", {}),
                ("more time for all", "POST", f"{sitting}/extend", {"seconds": 600, "reason": "x"}),
                ("more time", "POST", f"{own}/extend", {"seconds": 600, "reason": "x"}),
                ("reopen", "POST", f"{own}/reopen", {"extra_s": 600, "reason": "x"}),
                ("early result", "GET", f"{own}/result", None),
                ("unknown sitting", "POST", f"/sittings/{uuid.uuid4()}/attempts", start),
                ("ninety-ninth try", "POST", f"{sitting}/attempts", {**start, "number": 99}),
                ("try nought", "POST", f"{sitting}/attempts", {**start, "number": 0}),
            ],
            3,
        ):
            await self._try(name, method, path, data)
