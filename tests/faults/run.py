"""One run of the harness, from an empty database to the verdict.

    python -m tests.faults --phones 40 --seconds 60 --seed 1 --database sqlite|postgres|both

Exit code 0: passed; 1: an invariant was violated; 2: the run is invalid, it proves nothing (an invalid run is
repeated once; a violation never is).
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from .checker import check, table
from .exam_day import ExamDay, Record, Times
from .history import read_lines
from .server import CHECKOUT, Site
from .staff import Refused

EXITS = {"passed": 0, "violated": 1, "invalid": 2}
QUESTIONS = 30
ATTACKERS = 2
TROUBLE = (RuntimeError, TimeoutError, OSError, Refused, subprocess.SubprocessError, ExceptionGroup)


@dataclass(frozen=True)
class Order:
    """What to run; `source` is the tree that is judged, `traced` asks for the system calls, too. `keep` keeps
    the files of every run, `tidy` those of none; otherwise those of a run that did not pass are kept."""

    phones: int
    seconds: int
    seed: int
    database: str
    source: Path = CHECKOUT
    keep: bool = False
    traced: bool = True
    tidy: bool = False


@dataclass(frozen=True)
class Outcome:
    """`violated` names the broken invariants; "F8a" stands for an acknowledgement before the flush."""

    verdict: str
    violated: list[str]
    text: str


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def run(order: Order) -> Outcome:
    """Build a site, let people sit an exam on it under faults, judge, and clear away."""
    folder = Path(tempfile.mkdtemp(prefix=f"faults-{order.database}-{order.seed}-"))
    folder.chmod(0o755)  # PostgreSQL's account must reach its own folder in it
    site = Site(folder, order.database, order.source)
    outcome = Outcome("invalid", [], "  the run did not come to its end")
    try:
        outcome = judge(asyncio.run(hold(site, order)))
    except TROUBLE as error:
        outcome = Outcome("invalid", [], "".join(traceback.format_exception(error)))
    finally:
        keep = order.keep or (outcome.verdict != "passed" and not order.tidy)
        site.close(keep)
    where = f"\n  history, evidence and logs: {folder}" if keep else ""
    return Outcome(outcome.verdict, outcome.violated, outcome.text + where)


async def hold(site: Site, order: Order) -> Record:
    times = Times(order.seconds)
    world = site.prepare(
        candidates=order.phones + ATTACKERS + order.traced,
        questions=QUESTIONS,
        duration_s=times.duration_s,
        grace_s=times.grace_s,
    )
    site.start()
    day = ExamDay(site, world, times, phones=order.phones, seed=order.seed, database=order.database)
    return await day.hold(order.traced)


def judge(record: Record) -> Outcome:
    """The checker's verdict, and that of the system calls where they were to be had."""
    found = check(read_lines(record.history), read_lines(record.evidence), record.keys)
    text, violated, verdict = table(found), found.violated, found.verdict
    if record.traced is not None:
        text += f"\n  {record.traced}"
        if record.traced.unflushed:
            violated, verdict = [*violated, "F8a"], "violated"
        elif record.traced.permitted and not record.traced.holds and verdict == "passed":
            verdict = "invalid"
    return Outcome(verdict, violated, text)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--phones", type=int, default=40)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="both")
    parser.add_argument("--source", type=Path, default=CHECKOUT, help="the tree to judge")
    parser.add_argument("--keep", action="store_true", help="keep history, evidence and logs")
    asked = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, leave)
    worst = 0
    for database in ("sqlite", "postgres") if asked.database == "both" else (asked.database,):
        order = Order(asked.phones, asked.seconds, asked.seed, database, asked.source.resolve(), asked.keep)
        say(f"{order.phones} phones, {order.seconds} s, seed {order.seed}, {database}")
        began = time.monotonic()
        outcome = run(order)
        if outcome.verdict == "invalid":  # it proved nothing, good or bad: the machine may have been busy
            say(f"{outcome.text}\n  INVALID: once more")
            outcome = run(order)
        say(outcome.text)
        say(f"  {database}, seed {order.seed}: {outcome.verdict.upper()} in {time.monotonic() - began:.0f} s")
        worst = worst or EXITS[outcome.verdict]
    return worst


def leave(number: int, frame: FrameType | None) -> None:
    """An interrupted run still ends what it has started."""
    sys.exit(130)
