"""Invariants of marks: I1b, I1e, I3, I4."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from .exported import Exported
from .findings import Findings
from .observed import Observed
from .sheets import points_for


def check_marks(observed: Observed, evidence: Exported, found: Findings) -> None:
    """Every attempt's marks: how many, on which sheet, for how much."""
    for attempt, line in evidence.attempts.items():
        marks = evidence.lines("mark", attempt)
        active = [mark for mark in marks if mark.get("active", True)]
        if line["submitted_at"] is None:
            found.expect("I3", not active, f"{attempt} is open and has marks")
            continue
        _check_count(attempt, line, marks, active, found)
        digest = evidence.digest(attempt)
        for mark in active:
            known = mark.get("sheet_digest")
            found.expect(
                "I1e", known == digest, f"{attempt}: a mark rests on another sheet than the fold of the log"
            )
        _check_points(attempt, line, active, evidence, found)


def _check_count(
    attempt: str,
    line: dict[str, Any],
    marks: list[dict[str, Any]],
    active: list[dict[str, Any]],
    found: Findings,
) -> None:
    """One active mark for each slot and one total; the machine marks a sheet once with a key."""
    slots = Counter(mark.get("slot") for mark in active)
    expected = Counter([None, *(slot["slot"] for slot in line["slots"])])
    found.expect("I3", slots == expected, lambda: f"{attempt}: active marks are {dict(slots)}")
    again = Counter(
        (mark["slot"], mark.get("sheet_digest"), mark.get("key_version"))
        for mark in marks
        if mark.get("slot") is not None and mark.get("marker") == "machine"
    )
    twice = [key for key, count in again.items() if count > 1]
    found.expect("I3", not twice, lambda: f"{attempt}: marked more than once on one sheet: {twice[:3]}")


def _check_points(
    attempt: str,
    line: dict[str, Any],
    active: list[dict[str, Any]],
    evidence: Exported,
    found: Findings,
) -> None:
    """I4, and I1b: the marks are those of the newest answers."""
    sheet = evidence.sheet(attempt)
    given = {mark.get("slot"): Decimal(mark["points"]) for mark in active}
    total = Decimal(0)
    for slot in line["slots"]:
        value = sheet[slot["slot"]][2] if slot["slot"] in sheet else None
        try:
            points = points_for(slot, evidence.keys[slot["question"]], value)
        except (KeyError, TypeError) as error:
            found.expect("I1b", False, f"{attempt}/{slot['slot']}: {value!r} is no answer to it ({error!r})")
            continue
        total += points
        have = given.get(slot["slot"])
        found.expect(
            "I4",
            have == points,
            f"{attempt}/{slot['slot']}: marked {have}, by the log and the key it is {points} for {value!r}",
        )
        found.expect("I1b", have == points, f"{attempt}/{slot['slot']}: the marked answer is not the newest")
    found.expect("I4", given.get(None) == total, f"{attempt}: total {given.get(None)}, should be {total}")


def check_keys(observed: Observed, evidence: Exported, found: Findings) -> None:
    """I4: the key published with the results is the one that the exam was made with."""
    for line in evidence.key_lines:
        known = evidence.keys.get(line["question"])
        as_made = known and (known["key"], known["credit"])
        found.expect(
            "I4",
            as_made == (line["key"], line["credit"]),
            f"question {line['question']}: the published key is not the one it was made with",
        )


def check_results(observed: Observed, evidence: Exported, found: Findings) -> None:
    """I4: the points that a candidate is told are those of the total."""
    for call in observed.named("result"):
        if call.status == 200 and "expect" not in call.line:
            attempt = call.line["attempt"]
            totals = [m["points"] for m in evidence.lines("mark", attempt) if m.get("slot") is None]
            found.expect(
                "I4",
                [Decimal(one) for one in totals] == [Decimal(call.data["points"])],
                f"{attempt}: told {call.data['points']}, on record {totals}",
            )
