"""What is done to the processes of the site while people answer: by the clock, from the seed."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable

from .history import History
from .processes import wait_for
from .server import Site

KINDS = {
    "sqlite": ("kill_worker", "freeze_worker", "kill_server", "kill_sweeper"),
    "postgres": ("kill_worker", "freeze_worker", "kill_server", "kill_sweeper", "kill_postgres"),
}
EXTRA_S = 30.0


class Chaos:
    """Runs for `seconds`; afterwards everything that was killed is up again."""

    def __init__(self, site: Site, history: History, rng: random.Random, seconds: float) -> None:
        self._site, self._history, self._rng, self._seconds = site, history, rng, seconds
        self._whole = asyncio.Lock()  # one grave fault at a time: each must be seen to heal

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._often(self._kill_worker, 3, 7))
            group.create_task(self._often(self._freeze_worker, 4, 9))
            group.create_task(self._once(self._kill_sweeper, 0.35))
            group.create_task(self._once(self._kill_server, 0.5))
            if self._site.postgres is not None:
                group.create_task(self._once(self._kill_postgres, 0.25))
                group.create_task(self._once(self._kill_postgres, 0.75))

    async def _often(self, fault: Callable[[], Awaitable[None]], least: float, most: float) -> None:
        """Again and again, and on a slow machine at least once, if it takes EXTRA_S longer."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._seconds
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._seconds + EXTRA_S):
                await asyncio.sleep(self._rng.uniform(least, most))
                await fault()
                while (left := until - loop.time()) > 0:
                    await asyncio.sleep(min(left, self._rng.uniform(least, most)))
                    await fault()

    async def _once(self, fault: Callable[[], Awaitable[None]], share: float) -> None:
        """At this share of the time, a little earlier or later."""
        await asyncio.sleep(self._seconds * (share + self._rng.uniform(-0.05, 0.05)))
        await fault()

    async def _kill_worker(self) -> None:
        pid = await self._one_of_two()
        if self._site.kill_worker(pid):
            self._history.note("fault", kind="kill_worker", pid=pid)

    async def _freeze_worker(self) -> None:
        pid = await self._one_of_two()
        if self._site.freeze_worker(pid):
            length = self._rng.uniform(0.5, 4)
            self._history.note("fault", kind="freeze_worker", pid=pid, seconds=length)
            try:
                await asyncio.sleep(length)
            finally:
                self._site.thaw(pid)

    async def _one_of_two(self) -> int:
        """A worker, once there is a second one that serves: a site whose workers die before they are up
        answers nobody, and proves nothing. All of them at once die with the server."""
        while len(workers := self._site.serving_workers()) < 2:
            await asyncio.sleep(0.1)
        return self._rng.choice(workers)

    async def _kill_sweeper(self) -> None:
        async with self._whole:
            self._history.note("fault", kind="kill_sweeper")
            self._site.kill_sweeper()
            await asyncio.sleep(self._rng.uniform(0.5, 2))
            self._site.start_sweeper()

    async def _kill_server(self) -> None:
        async with self._whole:
            self._history.note("fault", kind="kill_server")
            self._site.kill_server()
            await asyncio.sleep(self._rng.uniform(0.2, 1))
            await asyncio.to_thread(self._site.start_server)

    async def _kill_postgres(self) -> None:
        postgres = self._site.postgres
        assert postgres is not None
        async with self._whole:
            self._history.note("fault", kind="kill_postgres")
            await asyncio.to_thread(postgres.kill)
            await asyncio.sleep(self._rng.uniform(0.2, 2))
            await asyncio.to_thread(postgres.start)


async def healthy(site: Site) -> None:
    """Return when the site answers again."""
    await asyncio.to_thread(wait_for, site.answers, 60, "the site to recover")
