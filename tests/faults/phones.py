"""The simulated candidates: each with a phone, some with two, doing what their plans say."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path
from typing import Any

from .device import Device
from .line import Line, Place
from .plans import Plan, random_answer
from .wire import Lost


class Candidate:
    """One person and his devices."""

    def __init__(self, place: Place, plan: Plan, folder: Path, seed: int) -> None:
        self.place, self.plan, self.folder = place, plan, folder
        self.rng = random.Random(f"{seed} {plan.who}")
        self.devices = [self._device("a")]

    def _device(self, letter: str) -> Device:
        line = Line(self.place, self.plan.who, self.rng, self.plan.offline if letter == "a" else ())
        return Device(line, self.plan, f"{self.plan.who}-{letter}", self.folder, self.rng)

    @property
    def attempt(self) -> str | None:
        return self.devices[0].memory.attempt

    async def live(self) -> None:
        """From the start to the empty queues."""
        await self._until(self.plan.start_at)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._use(self.devices[0]))
            if self.plan.switch_at is not None:
                await self._until(self.plan.switch_at)
                self.devices.append(self._device("b"))
                group.create_task(self._sit(self.devices[1], takes_over=True))

    async def _until(self, at: float) -> None:
        await asyncio.sleep(max(0.0, at - self.place.now))

    async def _use(self, device: Device) -> None:
        """Sit with this device; after each crash begin again with its journal."""
        for length in self.plan.crashes:
            try:
                async with asyncio.timeout(length):
                    await self._sit(device, takes_over=False)
                    return
            except TimeoutError:
                self.place.history.note("fault", kind="crash", who=self.plan.who, device=device.name)
                await asyncio.sleep(self.rng.uniform(0.2, 1.5))
        await self._sit(device, takes_over=False)

    async def _sit(self, device: Device, takes_over: bool) -> None:
        device.wake()
        await device.enter()
        async with asyncio.TaskGroup() as group:
            background = [
                group.create_task(work)
                for work in (device.send_for_ever(), device.send_for_ever(), device.beat_for_ever())
            ]
            if takes_over and device.displaced:
                await device.claim()
            await self._write(device)
            await device.drain()
            for task in background:
                task.cancel()
        self.place.history.note("done", who=self.plan.who, device=device.name)

    async def _write(self, device: Device) -> None:
        """Answer and hand in, unless another device has taken over for good."""
        await self._answer(device)
        if device.displaced and self.plan.takes_back and device.name.endswith("a"):
            await asyncio.sleep(self.rng.uniform(0.5, 2))
            if await device.claim():
                await self._answer(device)
        handed_in = False
        if not device.displaced and self.plan.ending != "silent" and device.memory.tokens.get(device.epoch):
            handed_in = await device.submit()
        if self.plan.lingers and (handed_in or device.closed):
            await self._linger(device)

    async def _answer(self, device: Device) -> None:
        if device.memory.handing_in or not device.slots:
            return
        while not (device.displaced or device.closed):
            await asyncio.sleep(self.rng.expovariate(1 / self.plan.think_s))
            if self.place.now >= self.plan.submit_at or device.remaining <= -self.plan.overtime_s:
                return
            if self.plan.overtakes and self.rng.random() < 0.3:
                slot = self.rng.choice(device.slots)
                await device.send_backwards(slot["slot"], [random_answer(slot, self.rng) for _ in range(2)])
            else:
                self._edit(device)
            if self.plan.reuses and self.rng.random() < 0.3:
                await self._reuse(device)

    def _edit(self, device: Device) -> None:
        slot = self.rng.choice(device.slots)
        device.edit(slot["slot"], random_answer(slot, self.rng))

    async def _reuse(self, device: Device) -> None:
        """Send a number again with another answer, past the queue."""
        stored = [key for key, status in device.memory.final.items() if status in ("stored", "duplicate")]
        if not stored:
            return
        epoch, seq = self.rng.choice(stored)
        slot, _, client_at = device.memory.items[epoch, seq]
        shape = next((one for one in device.slots if one["slot"] == slot), None)
        if shape is None:
            return
        other = random_answer(shape, self.rng)
        await self._put_aside(device, epoch, [self._item(seq, slot, other, client_at)])

    async def _linger(self, device: Device) -> None:
        """After the end: old answers once more, and new ones."""
        for epoch in {epoch for epoch, _ in device.memory.items}:
            keys = [key for key in sorted(device.memory.items) if key[0] == epoch][:20]
            await self._put_aside(device, epoch, device.wire_items(keys))
        for _ in range(self.rng.randint(1, 3)):
            if device.slots and device.memory.tokens.get(device.epoch):
                self._edit(device)
                await asyncio.sleep(self.rng.uniform(0.05, 0.5))

    async def _put_aside(self, device: Device, epoch: int, items: list[dict[str, Any]]) -> None:
        try:
            await device.put(epoch, items)
        except Lost:
            return

    @staticmethod
    def _item(seq: int, slot: str, value: Any, client_at: str) -> dict[str, Any]:
        return {"seq": seq, "slot": slot, "value": value, "client_at": client_at}
