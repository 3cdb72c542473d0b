"""The judge: reads what the clients saw and what the site exports, and nothing else.

python -m tests.faults.checker HISTORY EVIDENCE KEYS
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from . import log_rules, marking_rules, people_rules
from .exported import read_evidence
from .findings import TITLES, Findings, Rule
from .history import read_lines
from .observed import read_history

RULES: tuple[Rule, ...] = (
    people_rules.check_run,
    log_rules.check_log,
    log_rules.check_time,
    log_rules.check_close,
    log_rules.check_receipts,
    log_rules.check_reads,
    log_rules.check_quarantine,
    marking_rules.check_marks,
    marking_rules.check_keys,
    marking_rules.check_results,
    people_rules.check_privacy,
    people_rules.check_attempts,
    people_rules.check_liveness,
    people_rules.check_audit,
    people_rules.check_fairness,
    people_rules.check_errors,
)


def check(
    history: Iterable[dict[str, Any]], evidence: Iterable[dict[str, Any]], keys: dict[str, Any]
) -> Findings:
    """Judge a run."""
    observed, exported, found = read_history(history), read_evidence(evidence, keys), Findings()
    for rule in RULES:
        rule(observed, exported, found)
    return found


def table(found: Findings) -> str:
    """The verdict as a table: each invariant, how often it was looked at, what was found."""
    rows = []
    for name, title in TITLES.items():
        wrong = found.wrong.get(name, [])
        verdict = f"{len(wrong)} WRONG" if wrong else "ok" if found.checked[name] else "not seen"
        rows.append(f"  {name:<4} {title:<50} {found.checked[name]:>7}  {verdict}")
        rows += [f"         {text}" for text in wrong[:5]]
    return "\n".join(rows)


def main(arguments: list[str]) -> int:
    history, evidence, keys = map(Path, arguments)
    found = check(read_lines(history), read_lines(evidence), json.loads(keys.read_text(encoding="utf-8")))
    sys.stdout.write(f"{table(found)}\n  verdict: {found.verdict}\n")
    return 0 if found.verdict == "passed" else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
