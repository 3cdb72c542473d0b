"""Saves under the eyes of the kernel: one phone, one answer after the other, one trace."""

from __future__ import annotations

import random
from dataclasses import dataclass

from .device import Device
from .plans import random_answer
from .server import Site
from .trace import Tracer, unflushed
from .wire import Lost

SAVES = 20


@dataclass(frozen=True)
class Traced:
    """`acknowledged` saves, of which `unflushed` were told before the log was on the disk."""

    permitted: bool
    acknowledged: int = 0
    unflushed: int = 0

    @property
    def holds(self) -> bool:
        return self.permitted and self.acknowledged >= SAVES and not self.unflushed

    def __str__(self) -> str:
        if not self.permitted:
            return "!!! fsync before acknowledgement: NOT VERIFIED HERE, system calls may not be traced"
        return (
            f"fsync before acknowledgement: {self.acknowledged} saves traced, "
            f"{self.unflushed} acknowledged before the log was flushed"
        )


async def trace_saves(site: Site, device: Device, rng: random.Random) -> Traced:
    """Start the device's attempt and save SAVES answers under a trace."""
    device.wake()
    await device.enter()
    tracer = Tracer(site.folder / "system-calls.txt")
    if not await tracer.start(site.serving_pids):
        return Traced(permitted=False)
    for _ in range(SAVES):
        slot = rng.choice(device.slots)
        device.edit(slot["slot"], random_answer(slot, rng))
        await _save(device)
    events = await tracer.stop()
    acks = sum(event.what == "ack" for event in events)
    return Traced(True, acks, len(unflushed(events)))


async def _save(device: Device) -> None:
    """Send what is queued until it is acknowledged."""
    while keys := device.memory.queue:
        try:
            reply = await device.put(device.epoch, device.wire_items(keys))
        except Lost:
            continue
        if reply.status == 200:
            device.note_acks(device.epoch, reply.data["acks"])
