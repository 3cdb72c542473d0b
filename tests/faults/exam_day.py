"""An exam from the first start to the evidence, with everything that goes wrong on the way."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import chaos, proxy
from .attackers import Attacker
from .history import History
from .line import Place
from .observed import seconds
from .phones import Candidate
from .plans import Plan, deal
from .server import Site
from .staff import Officer, Refused
from .tracing import Traced, trace_saves
from .wire import exchange, request_bytes

STATUSES = ("stored", "duplicate", "conflict", "late")
PATIENCE_S = 75.0  # after the last fault; the checker allows less
MARKED_WITHIN_S = 40.0
EXTENSION_S = 3


@dataclass(frozen=True)
class Times:
    """The lengths of a run of `seconds`: the faults last beyond the last deadline."""

    seconds: float
    grace_s: int = 6

    @property
    def start_within_s(self) -> float:
        return min(5.0, self.seconds * 0.08)

    @property
    def duration_s(self) -> int:
        return int(self.seconds * 0.9 - self.grace_s - self.start_within_s)

    @property
    def faults_s(self) -> float:
        return self.seconds * 0.83


@dataclass(frozen=True)
class Record:
    """What the checker is given, and what the system calls showed (None: not asked for)."""

    history: Path
    evidence: Path
    keys: dict[str, Any]
    traced: Traced | None


class ExamDay:
    """`world` is what `load_world` said, with the keys; there is a ticket for each phone, each attacker and
    the traced phone."""

    def __init__(
        self, site: Site, world: dict[str, Any], times: Times, *, phones: int, seed: int, database: str
    ) -> None:
        self.site, self.world, self.times, self.seed, self.database = site, world, times, seed, database
        self.history = History(site.folder / "history.ndjson")
        self.rng = random.Random(seed)
        self.proxy = proxy.Proxy(site.port, random.Random(seed + 1), self.history, longest_s=6.0)
        self.journals = site.folder / "phones"
        self.journals.mkdir()
        self.plans = deal(world["tickets"][:phones], times.duration_s, times.start_within_s, seed)
        self.officer = Officer(site.port, world["base_path"], world["staff"])
        self.place: Place

    async def hold(self, traced: bool) -> Record:
        """The whole day."""
        await self.proxy.start()
        spare = list(self.world["tickets"][len(self.plans) :])
        found = await self._trace(spare.pop()) if traced else None
        self.place = self._place(self.proxy.port)
        self.history.note(
            "run",
            seed=self.seed,
            database=self.database,
            seconds=self.times.seconds,
            people=[plan.who for plan in self.plans],
            faults=[*proxy.MISHAPS, *chaos.KINDS[self.database], "crash"],
            statuses=STATUSES,
            clock_offset_s=await self._clock_offset(),
        )
        candidates = [Candidate(self.place, plan, self.journals, self.seed) for plan in self.plans]
        attackers = [self._attacker(number, ticket, candidates) for number, ticket in enumerate(spare)]
        await self._sit(candidates, attackers)
        await self.proxy.stop()
        self.place.port = self.site.port  # the line itself is no longer in doubt
        evidence = await self._close(candidates)
        self.history.close()
        return Record(self.history.path, evidence, self.world["keys"], found)

    def _place(self, port: int) -> Place:
        return Place(
            port, self.world["base_path"], self.world["sitting"], self.history, time.monotonic(), timeout_s=8
        )

    async def _trace(self, ticket: str) -> Traced:
        """Before anything goes wrong: one phone saves, one answer after the other, while the kernel tells."""
        plan = Plan("traced", ticket, 0.0, 1.0, "silent", float("inf"))
        candidate = Candidate(self._place(self.site.port), plan, self.journals, self.seed)
        return await trace_saves(self.site, candidate.devices[0], self.rng)

    async def _clock_offset(self) -> float:
        """How far the site's clock is ahead of ours, by the quickest of some questions."""
        best = (float("inf"), 0.0)
        for _ in range(7):
            before = time.time()
            request = request_bytes("GET", self.world["base_path"] + "/time", {}, b"")
            reply = await exchange(self.site.port, request, 5)
            after = time.time()
            best = min(best, (after - before, seconds(reply.data["server_time"]) - (before + after) / 2))
        return best[1]

    def _attacker(self, number: int, ticket: str, candidates: list[Candidate]) -> Attacker:
        plan = Plan(f"x{number:03d}", ticket, self.times.start_within_s, 1.0, "silent", float("inf"))
        return Attacker(
            self.place,
            plan,
            self.journals,
            self.seed,
            victims=lambda: [one.attempt for one in candidates if one.attempt],
        )

    # --- While it is sat ---------------------------------------------------------------------------------

    async def _sit(self, candidates: list[Candidate], attackers: list[Attacker]) -> None:
        """Everybody and everything at once; who has not got through when patience ends is stuck."""
        people = [asyncio.create_task(one.live()) for one in candidates]
        people += [asyncio.create_task(one.live(until=self.times.faults_s)) for one in attackers]
        self.proxy.spoiled = True
        extending = asyncio.create_task(self._extend(candidates))
        await chaos.Chaos(self.site, self.history, self.rng, self.times.faults_s).run()
        extending.cancel()
        self.proxy.spoiled = False
        await chaos.healthy(self.site)
        self.history.note("healed")
        done, pending = await asyncio.wait(people, timeout=PATIENCE_S)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        for one in candidates:
            for device in one.devices:
                if device.memory.queue or not device.epoch:
                    left = [list(key) for key in device.memory.queue[:20]]
                    self.history.note("stuck", who=one.plan.who, device=device.name, left=left)
                device.journal.close()
        if pending:
            self.history.note("stuck", who="somebody", device="", left=len(pending))
        for task in done:
            task.result()  # a mistake of the harness itself ends the run

    async def _extend(self, candidates: list[Candidate]) -> None:
        """The officer gives two people a little more time, once he has them on the line."""
        await asyncio.sleep(self.times.seconds * 0.3)
        waiting = [one for one in candidates if one.plan.ending != "early"][:2]
        while waiting:
            if waiting[0].attempt is None or await self._extend_one(waiting[0].attempt):
                waiting.pop(0)
            await asyncio.sleep(0.5)

    async def _extend_one(self, attempt: str) -> bool:
        """Whether there was an answer; what was asked for is noted apart from what is known as done."""
        try:
            await asyncio.to_thread(self.officer.sign_in)
            self.history.note("extending", attempt=attempt)
            await asyncio.to_thread(self.officer.extend, attempt, EXTENSION_S)
        except Refused as no:
            return no.status < 500
        except OSError:
            return False
        self.history.note("extended", attempt=attempt)
        return True

    # --- Afterwards --------------------------------------------------------------------------------------

    async def _close(self, candidates: list[Candidate]) -> Path:
        """Wait until all is marked, release, let everybody see his result, export the evidence."""
        path = self.site.folder / "evidence.ndjson"
        until = time.monotonic() + MARKED_WITHIN_S
        await _insist(asyncio.to_thread, self.officer.sign_in)
        while not await self._release() and time.monotonic() < until:
            await asyncio.sleep(1)
        await self._results(candidates)
        await _insist(asyncio.to_thread, self.officer.fetch_evidence, self.world["sitting"], path)
        (self.site.folder / "keys.json").write_text(json.dumps(self.world["keys"], ensure_ascii=False))
        return path

    async def _release(self) -> bool:
        """False while somebody has not been marked."""
        try:
            await asyncio.to_thread(self.officer.release, self.world["sitting"])
        except (OSError, Refused):
            return False
        self.history.note("released")
        return True

    async def _results(self, candidates: list[Candidate]) -> None:
        for one in candidates:
            device = one.devices[0]
            if device.memory.attempt and device.line.signed_in:
                with contextlib.suppress(Exception):
                    await device.line.call(
                        "result",
                        "GET",
                        f"/attempts/{device.memory.attempt}/result",
                        attempt=device.memory.attempt,
                    )


async def _insist(how: Any, *what: Any) -> Any:
    """Three tries: the first connection after a fault may be a dead one."""
    for _ in range(2):
        try:
            return await how(*what)
        except (OSError, Refused):
            await asyncio.sleep(1)
    return await how(*what)
