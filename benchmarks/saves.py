"""Saving answers: against a bare view, in a log of ten million lines, beside a leader, beside junk.

What is compared runs at the same time or in turn, round by round, so that a busy machine slows both.
"""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

from benchmarks.lines import Call, Script, Until, drive, request
from benchmarks.phones import API, Sitter, answer_to, seat
from benchmarks.rows import Row, percentile
from benchmarks.served import Served, Server

CLIENTS = 32
ROUNDS, ROUND_S = 5, 3.0
WARM_S = 1.0
RATE = 100  # saves a second of the open loops
JUNK, JUNK_S = 10, 8.0  # forged tickets for each save
BARE = "benchmarks.bare:application"
MANY, PER_ATTEMPT = 200_000, 50  # attempts and their lines in the full log


@dataclass
class Side:
    """One of two that are compared, over all its rounds."""

    seconds: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    cpu: float = 0.0

    def measure(self, server: Server, scripts: list[Script]) -> None:
        cpu, began = server.cpu_seconds(), time.perf_counter()
        times = drive(server.port, scripts).of("save")
        self.rates.append(len(times) / (time.perf_counter() - began))
        self.seconds += times
        self.cpu += server.cpu_seconds() - cpu

    def tail(self, percent: float) -> float:
        return percentile(self.seconds, percent)


def in_turn(sides: dict[str, Callable[[Side, float], None]], rounds: int, seconds: float) -> dict[str, Side]:
    """Each side `seconds` long, again and again; a short round before to warm up is not counted."""
    for measure in sides.values():
        measure(Side(), time.perf_counter() + WARM_S)
    found = {name: Side() for name in sides}
    for _ in range(rounds):
        for name, measure in sides.items():
            measure(found[name], time.perf_counter() + seconds)
    return found


@dataclass
class Savers:
    """Candidates in the middle of an exam, who go on answering question after question."""

    sitters: list[Sitter]
    numbers: list[Iterator[int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.numbers = [itertools.count(1) for _ in self.sitters]

    def closed_loop(self, until: float) -> list[Script]:
        """Each sends the next answer as soon as the last one is acknowledged."""
        return [self._save(place, lambda: None, until) for place in range(len(self.sitters))]

    def open_loop(self, until: float) -> list[Script]:
        """All together RATE answers a second, evenly, whether the server keeps up or not."""
        scripts = []
        for place in range(len(self.sitters)):
            due = itertools.count(
                time.perf_counter() + place / RATE + 0.05, len(self.sitters) / RATE
            ).__next__
            scripts.append(self._save(place, due, until))
        return scripts

    def _save(self, place: int, next_due: Callable[[], float | None], until: float) -> Script:
        sitter, rng = self.sitters[place], random.Random(place)
        while (due := next_due()) is None or due < until:
            if due is None and time.perf_counter() >= until:
                return
            if due is not None:
                yield Until(due)
            slot = rng.choice(sitter.slots)
            yield Call("save", sitter.save(next(self.numbers[place]), slot, answer_to(slot, rng)), due)


def _upserting(attempt: str, until: float) -> Script:
    rng = random.Random(attempt)
    while time.perf_counter() < until:
        item = {"seq": 1, "slot": f"S{rng.randrange(50)}", "value": "ABCDEF", "client_at": None}
        yield Call("save", request("PUT", f"/bare/{attempt}", item))


# --- Against a bare view ---------------------------------------------------------------------------------


def against_bare(served: Served, ours: Server, savers: Savers) -> Iterator[Row]:
    """Saves a second and their tail, ours and the bare view's."""
    served.sql(Path(__file__).with_name("bare.sql").read_text(encoding="utf-8"))
    attempts = [str(uuid4()) for _ in range(CLIENTS)]
    with served.server(BARE, probe="/") as bare:
        sides = in_turn(
            {
                "ours": lambda side, until: side.measure(ours, savers.closed_loop(until)),
                "bare": lambda side, until: side.measure(bare, [_upserting(one, until) for one in attempts]),
            },
            ROUNDS,
            ROUND_S,
        )
    mine, its = sides["ours"], sides["bare"]
    yield Row(f"bare view, saves of {CLIENTS} clients", median(its.rates), "/s")
    yield Row(f"saves of {CLIENTS} clients", median(mine.rates), "/s")
    ratios = [one / other for one, other in zip(mine.rates, its.rates, strict=True)]
    yield Row("saves ÷ bare view", median(ratios), "×", 0.6, at_least=True)
    yield Row("bare view, p99", its.tail(99) * 1000, "ms")
    yield Row("save, p99", mine.tail(99) * 1000, "ms")
    yield Row("p99 of a save ÷ bare view", mine.tail(99) / its.tail(99), "×", 3)
    yield Row("CPU of a bare save", its.cpu / len(its.seconds) * 1000, "ms")
    yield Row("CPU of a save", mine.cpu / len(mine.seconds) * 1000, "ms")


# --- In a full log ---------------------------------------------------------------------------------------


def in_a_full_log(served: Served) -> Iterator[Row]:
    """The same candidates in two databases: one as it is, one with MANY finished attempts more."""
    world = served.world(1)
    with served.server() as server:
        [sitter] = seat(server.port, world, 1)
    served.sql("CREATE DATABASE many TEMPLATE exam")
    _fill(served, sitter.attempt)
    with served.server() as few, served.server(database="many") as many:
        savers = {"few": Savers([sitter]), "many": Savers([sitter])}
        sides = in_turn(
            {
                "few": lambda side, until: side.measure(few, savers["few"].closed_loop(until)),
                "many": lambda side, until: side.measure(many, savers["many"].closed_loop(until)),
            },
            ROUNDS,
            ROUND_S / 2,
        )
    size = served.sql("SELECT pg_database_size('many')")
    served.sql("DROP DATABASE many")
    lines = MANY * PER_ATTEMPT
    yield Row(f"database of {lines:,} log lines", int(size) / 2**30, "GiB")
    small, large = (median(sides[name].seconds) for name in ("few", "many"))
    yield Row("a save, one client, log almost empty", small * 1000, "ms")
    yield Row(f"a save, one client, {lines:,} log lines", large * 1000, "ms")
    yield Row("the latter ÷ the former", large / small, "×", 1.3)


def _fill(served: Served, attempt: str) -> None:
    """Finished attempts made of a running one, with their logs; keys rise as real ones do.

    Foreign keys are not checked meanwhile: the people of these attempts are nowhere else.
    """
    columns = served.sql(
        "SELECT string_agg(quote_ident(attname), ',') FROM pg_attribute"
        " WHERE attrelid = 'exams_attempt'::regclass AND attnum > 0 AND NOT attisdropped"
    ).split(",")
    key = "(lpad(to_hex(n), 12, '0') || '70008000' || substr(md5(n::text), 1, 12))::uuid"
    changed = {"id": key, "entry_id": key, "state": "'marked'", "submitted_at": "started_at"}
    chosen = ", ".join(changed.get(column, column) for column in columns)
    served.sql(
        "SET session_replication_role = replica",
        f"INSERT INTO exams_attempt ({', '.join(columns)}) SELECT {chosen} FROM exams_attempt"
        f" CROSS JOIN generate_series(1, {MANY}) AS n WHERE id = '{attempt}'",
        "INSERT INTO exams_answerevent"
        " (attempt_id, epoch, seq, slot, value, client_at, received_at, device)"
        " SELECT id, 1, seq, 'A' || lpad(seq::text, 2, '0'), '\"abc234\"', started_at, started_at, device"
        f" FROM exams_attempt CROSS JOIN generate_series(1, {PER_ATTEMPT}) AS seq WHERE entry_id = id",
        "ANALYZE exams_attempt",
        "ANALYZE exams_answerevent",
        "CHECKPOINT",
        database="many",
    )


# --- Beside others ---------------------------------------------------------------------------------------


def beside_a_leader(server: Server, savers: Savers, leader: dict[str, Any]) -> Iterator[Row]:
    """What a leader's page refreshed every five seconds costs the p95 of saves, RATE a second."""
    cookies = leader["cookies"]
    page = Call("page", request("GET", leader["page"], Cookie=cookies))
    seconds: list[float] = []

    def refresh(until: float) -> Script:
        while time.perf_counter() < until:
            reply = yield page
            if "各场考试".encode() not in reply.body:
                raise ValueError("this is not the leaders' page")
            yield Until(time.perf_counter() + 5)

    def with_leader(side: Side, until: float) -> None:
        times = drive(server.port, [*savers.open_loop(until), refresh(until - 4)])
        side.seconds += times.of("save")
        seconds.extend(times.of("page"))

    def without(side: Side, until: float) -> None:
        side.seconds += drive(server.port, savers.open_loop(until)).of("save")

    sides = in_turn({"without": without, "with": with_leader}, 4, 10.0)
    yield Row("leaders' page, beside saves", median(seconds), "s")
    yield Row(f"p95 of {RATE} saves a second", sides["without"].tail(95) * 1000, "ms")
    yield Row("the same beside a leader's page every 5 s", sides["with"].tail(95) * 1000, "ms")
    yield Row("the latter ÷ the former", sides["with"].tail(95) / sides["without"].tail(95), "×", 1.1)


def beside_junk(served: Served, server: Server, savers: Savers) -> Iterator[Row]:
    """RATE saves a second while ten times as many forged tickets knock at the sign-in.

    First with one pool for everything (for comparison), then as docs/operations.md tells large sites: a pool
    of its own for the exam calls, so that what comes to the sign-in cannot stand before them.
    """
    one, rate = _with_junk(server, server, savers)
    yield Row("forged tickets refused, one pool", rate, "/s")
    yield Row("p99 of saves beside them, one pool", one.tail(99) * 1000, "ms")
    with served.server() as answers:
        two, rate = _with_junk(answers, server, savers)
    yield Row("forged tickets refused, two pools", rate, "/s")
    yield Row("p99 of saves beside them, a pool of their own", two.tail(99) * 1000, "ms", 1000)


def _with_junk(answers: Server, door: Server, savers: Savers) -> tuple[Side, float]:
    """The saves, and how many forged tickets a second were refused."""
    until = time.perf_counter() + JUNK_S
    lines = JUNK * CLIENTS
    junk = [(door.port, _knock(place, until)) for place in range(lines)]
    times = drive(answers.port, savers.open_loop(until), *junk)
    return Side(times.of("save")), len(times.of("junk")) / JUNK_S


def _knock(place: int, until: float) -> Script:
    """A line's share of JUNK × RATE forged tickets a second; when it is behind it does not wait."""
    every = CLIENTS / RATE
    due = time.perf_counter() + place * every / (JUNK * CLIENTS)
    while due < until and time.perf_counter() < until:
        yield Until(due)
        ticket = f"{place:05}-{due:.6f}-forged"
        yield Call("junk", request("POST", f"{API}/sign-in", {"ticket": ticket}), refused=401)
        due += every
