"""Whole attempts: what one costs in CPU and on the disk, and five hundred that start within ten seconds."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from statistics import median
from typing import Any

from benchmarks.lines import Script, Until, drive
from benchmarks.phones import one_after_another, sign_in, sitting, start
from benchmarks.rows import Row, percentile
from benchmarks.served import Served, Server, served_site

ATTEMPTS, AT_ONCE = 96, 16
RUSH, RUSH_S = 500, 10.0
IDLE = 40
# What an attempt leaves behind, with its indexes.
TABLES = (
    "exams_answerevent",
    "exams_attempt",
    "exams_attemptevent",
    "exams_mark",
    "exams_presence",
    "exams_receipt",
)


def whole(served: Served, server: Server) -> Iterator[Row]:
    """CPU seconds and bytes of an attempt of fifty questions, from the ticket to the receipt."""
    world = served.world(ATTEMPTS + AT_ONCE)
    _sit(server, world, AT_ONCE)  # warms up
    before, used, began = _bytes(served), server.cpu_seconds(), time.perf_counter()
    _sit(server, world, ATTEMPTS)
    minutes = (time.perf_counter() - began) / 60
    cpu, grown = server.cpu_seconds() - used, _bytes(served) - before
    yield Row("whole attempts", ATTEMPTS / minutes, "/min")
    yield Row("CPU of an attempt, server and database", cpu / ATTEMPTS, "s", 0.06)
    yield Row("PostgreSQL, bytes of an attempt", grown / ATTEMPTS / 1024, "KB", 30)


def on_sqlite() -> Iterator[Row]:
    """Bytes of an attempt in SQLite: by how much the whole database grows."""
    with served_site(sqlite=True) as served:
        world = served.world(ATTEMPTS)
        file = served.folder / "data" / "db.sqlite3"
        with served.server() as server:
            _sit(server, world, AT_ONCE)
        before = file.stat().st_size  # the log was written back when the last connection closed
        count = len(world["tickets"])
        with served.server() as server:
            _sit(server, world, count)
        yield Row("SQLite, bytes of an attempt", (file.stat().st_size - before) / count / 1024, "KB", 30)


def _sit(server: Server, world: dict[str, Any], count: int) -> None:
    """Let the next `count` candidates sit the exam, AT_ONCE at a time."""
    tickets, world["tickets"] = world["tickets"][:count], world["tickets"][count:]
    scripts = [sitting(world, ticket) for ticket in tickets]
    drive(server.port, [one_after_another(iter(scripts[place::AT_ONCE])) for place in range(AT_ONCE)])


def _bytes(served: Served) -> int:
    sizes = " + ".join(f"pg_total_relation_size('{table}')" for table in TABLES)
    return int(served.sql(f"SELECT {sizes}"))


# --- A rush ----------------------------------------------------------------------------------------------


def rush(served: Served, server: Server) -> Iterator[Row]:
    """Candidates arrive, each at a moment of his own within RUSH_S; a failed call ends the benchmark."""
    world = served.world(IDLE + RUSH)
    idle, hall = world["tickets"][:IDLE], world["tickets"][IDLE:]
    alone = drive(server.port, [one_after_another(_arrive(world, one, 0.0) for one in idle)])
    began, rng = time.perf_counter(), random.Random(1)
    together = drive(server.port, [_arrive(world, one, began + 0.1 + rng.uniform(0, RUSH_S)) for one in hall])
    yield Row("start alone, median", median(alone.of("start")) * 1000, "ms")
    yield Row(
        f"sign-in of {RUSH} in {RUSH_S:.0f} s, p95", percentile(together.of("sign in"), 95) * 1000, "ms"
    )
    yield Row(f"start of {RUSH} in {RUSH_S:.0f} s, p95", percentile(together.of("start"), 95) * 1000, "ms")
    ratio = percentile(together.of("start"), 95) / median(alone.of("start"))
    yield Row("the latter ÷ alone", ratio, "×", 5)


def _arrive(world: dict[str, Any], ticket: str, at: float) -> Script:
    yield Until(at)
    cookies, csrf = yield from sign_in(ticket)
    yield from start(world, cookies, csrf, f"device-{ticket[:12]}")
