"""The harness is itself put to the test: every planted bug must be caught within three seeds.

    python -m tests.faults.mutants [--only WORD] [--phones N] [--seconds S] [--source DIR]

Prints one row a bug. Exit code 0: the sound source passes and every bug is caught.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .mutations import MUTATIONS, Mutation, copy_tree, plant
from .run import Order, Outcome, leave, run, say
from .server import CHECKOUT

SEEDS = (1, 2, 3)
SOUND = "(no bug)"


@dataclass(frozen=True)
class Row:
    """What came of one bug on one database."""

    name: str
    database: str
    seeds: int
    outcome: Outcome
    seconds: float

    @property
    def as_it_should_be(self) -> bool:
        return self.outcome.verdict == ("passed" if self.name == SOUND else "violated")

    def __str__(self) -> str:
        verdict = {"violated": "caught", "passed": "passed", "invalid": "INVALID RUN"}[self.outcome.verdict]
        if not self.as_it_should_be:
            verdict = f"NOT AS IT SHOULD BE: {verdict}"
        seeds = f"{self.seeds} seed{'s' * (self.seeds > 1)}"
        by = ", ".join(self.outcome.violated)
        return f"| {self.name} | {self.database} | {verdict} | {by} | {seeds} | {self.seconds:.0f} s |"


def hunt(mutation: Mutation | None, database: str, asked: argparse.Namespace) -> Row:
    """Run the harness on a copy with the bug until it is caught; on the sound source until it passes."""
    name, began = mutation.name if mutation else SOUND, time.monotonic()
    wanted = "violated" if mutation else "passed"
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        tree = Path(folder)
        tree.chmod(0o755)
        copy_tree(asked.source, tree)
        if mutation:
            plant(mutation, tree)
        traced = mutation is not None and mutation.name.startswith("async commit")
        for seed in SEEDS:
            order = Order(asked.phones, asked.seconds, seed, database, tree, traced=traced, tidy=True)
            outcome = run(order)
            if outcome.verdict == wanted:
                break
            say(f"    {name}, {database}, seed {seed}: {outcome.verdict}\n{outcome.text}")
    return Row(name, database, seed, outcome, time.monotonic() - began)


def chosen(word: str) -> Iterable[tuple[Mutation | None, str]]:
    """The sound source first, then each bug on each of its databases."""
    if not word:
        yield from ((None, database) for database in ("sqlite", "postgres"))
    for mutation in MUTATIONS:
        if word in mutation.name:
            yield from ((mutation, database) for database in mutation.databases)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.mutants", description=__doc__)
    parser.add_argument("--only", default="", help="bugs whose name has this in it")
    parser.add_argument("--phones", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=40)
    parser.add_argument("--source", type=Path, default=CHECKOUT, help="the tree to plant the bugs in")
    asked = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, leave)
    say("| bug | database | verdict | invariants | seeds | time |\n|---|---|---|---|---|---|")
    rows = []
    for mutation, database in chosen(asked.only):
        rows.append(hunt(mutation, database, asked))
        say(str(rows[-1]))
    wrong = [row for row in rows if not row.as_it_should_be]
    say(f"{len(rows) - len(wrong)} of {len(rows)} as it should be")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
