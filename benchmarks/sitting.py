"""Sitting the exam, through the whole stack: server, database, two workers, everything durable.

`BENCH_SERVER=sync make bench ARGS=sitting` measures under another server (docs/decisions.md).
"""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks import attempts, exam_page, leaders, saves
from benchmarks.phones import seat
from benchmarks.rows import Row
from benchmarks.served import served_site


def run() -> Iterator[Row]:
    """All rows, in about four minutes."""
    with served_site() as served:
        county = leaders.county(served)
        with served.server() as server:
            yield from attempts.whole(served, server)
            world = served.world(saves.CLIENTS + 2)
            yield from exam_page.weigh(server, world)
            yield from attempts.rush(served, server)
            savers = saves.Savers(seat(server.port, world, saves.CLIENTS))
            yield from saves.against_bare(served, server, savers)
            yield from saves.beside_a_leader(server, savers, leaders.enter(server, county))
            yield from saves.beside_junk(served, server, savers)
        yield from saves.in_a_full_log(served)
    yield from attempts.on_sqlite()
