"""Invariants of the run and its people: I0, I6, I7, I11, I12, I13, I14."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from typing import Any

from .exported import Exported
from .findings import Findings
from .observed import Call, Observed, seconds

CLOCKS_S = 0.05
DRAIN_S = 60.0
SETTLED_AFTER_S = 5.0  # after the last fault: connections that died with it have been noticed by then
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
TOKEN = re.compile(r'"token":\s*"([^"]+)"')


def check_run(observed: Observed, evidence: Exported, found: Findings) -> None:
    """I0: enough clients got through, every kind of fault happened, every status was seen, one clock."""
    people = set(observed.run["people"])
    served = {one.call.who for one in observed.all_sendings() if one.acknowledged}
    found.expect(
        "I0",
        len(served & people) >= 0.95 * len(people),
        f"only {len(served & people)} of {len(people)} clients got acknowledgements",
    )
    fired = Counter(line["kind"] for line in observed.notes["fault"])
    for kind in observed.run["faults"]:
        found.expect("I0", fired[kind] > 0, f"the fault {kind} never happened")
    seen = Counter(one.verdict for one in observed.all_sendings())
    for status in observed.run["statuses"]:
        found.expect("I0", seen[status] > 0, f"no answer was ever {status}")
    offset = observed.run["clock_offset_s"]
    found.expect("I0", abs(offset) <= CLOCKS_S, f"clock: the site's differs by {offset:.3f} s")
    found.expect("I0", bool(evidence.attempts), "the evidence holds no attempt")


def check_privacy(observed: Observed, evidence: Exported, found: Findings) -> None:
    """I6: no body shows another's attempt, token, name, receipt or choices; none shows a key too early;
    what must not succeed did not."""
    marks = _marks_of_people(observed, evidence)
    names = _names(observed)
    keys = _one_of(evidence.canaries)
    receipts = _one_of([text for text, who in marks.items() if not UUID.fullmatch(text) and who])
    for call in observed.calls:
        if call.status is None or call.who == "staff":
            continue
        text = _readable(call.text)
        if call.returned is not None and call.returned < observed.released and keys is not None:
            leak = keys.search(text)
            found.expect("I6", leak is None, lambda c=call, k=leak: f"{c} shows a key: {k and k[0]!r}")
        tokens = {*UUID.findall(text), *TOKEN.findall(text)}
        tokens |= set(receipts.findall(text)) if receipts else set()
        tokens |= set(names[1].findall(text)) if names[1] else set()
        alien = [
            one
            for one in tokens
            if (marks.get(one) or names[0].get(one) or call.who) != call.who and one not in call.line["path"]
        ]
        found.expect("I6", not alien, lambda c=call, a=alien: f"{c} shows what is another's: {a[:3]}")
        if call.line.get("expect") == "refused":
            found.expect("I6", _was_refused(call), lambda c=call: f"{c} succeeded: {c.status} {c.text[:200]}")
    _check_choices(observed, found)


def _readable(text: str) -> str:
    """A body with its JSON escapes undone."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False)
    except ValueError:
        return text


def _one_of(texts: list[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(map(re.escape, sorted(texts, key=len, reverse=True)))) if texts else None


def _marks_of_people(observed: Observed, evidence: Exported) -> dict[str, str]:
    """Text → the one person in whose replies it may stand: attempts, tokens, receipts."""
    found = dict(observed.owners)
    for call in observed.named("start", "claim"):
        if call.status in (200, 201) and "expect" not in call.line and call.data.get("token"):
            found.setdefault(call.data["token"], call.who)
    for attempt, who in observed.owners.items():
        for receipt in evidence.lines("receipt", attempt):
            found[receipt["number"]] = who
    return found


def _names(observed: Observed) -> tuple[dict[str, str], re.Pattern[str] | None]:
    """The names that are one person's alone and part of no other name, and a pattern for them."""
    names = {line["who"]: line["name"] for line in observed.notes["name"]}
    counts = Counter(names.values())
    own = {
        name: who
        for who, name in names.items()
        if counts[name] == 1 and not any(name in other for other in counts if other != name)
    }
    return own, _one_of(list(own))


def _was_refused(call: Call) -> bool:
    if call.status is None or call.status >= 400:
        return True
    acks = call.data.get("acks")
    return bool(acks) and all(ack["status"] == "rejected" for ack in acks)


def _check_choices(observed: Observed, found: Findings) -> None:
    """The choices of each paper have ids of their own: two that agree in a slot may be chance, three not."""
    papers: dict[str, dict[tuple[str, str], int]] = {}
    owners: dict[tuple[str, str], set[str]] = defaultdict(set)
    for call in observed.named("start", "claim"):
        if call.status in (200, 201) and call.data.get("paper"):
            slots = [slot for section in call.data["paper"]["sections"] for slot in section["slots"]]
            shown = {(slot["slot"], one["id"]): 1 for slot in slots for one in slot.get("choices") or ()}
            papers.setdefault(call.who, {}).update(shown)
            for pair in shown:
                owners[pair].add(call.who)
    shared = Counter(
        (who, other)
        for people in owners.values()
        for who in people
        for other in people
        if who < other and len(people) > 1
    )
    found.expect("I6", len(papers) > 0, "no paper was ever shown")
    for (who, other), count in shared.items():
        found.expect("I6", count < 3, f"{who} and {other} were shown {count} equal choice ids")


def check_attempts(observed: Observed, evidence: Exported, found: Findings) -> None:
    """I7: all starts of a person lead to one attempt with one deadline, moved by extensions alone."""
    shown: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for call in observed.named("start"):
        if call.status in (200, 201) and "expect" not in call.line:
            shown[call.who].add((call.data["attempt"], call.data["due_at"]))
    for who, pairs in shown.items():
        attempts = {attempt for attempt, _ in pairs}
        found.expect(
            "I7", len(attempts) == 1, f"{who} was given {len(attempts)} attempts: {sorted(attempts)}"
        )
        extended = any(evidence.lines("extension", attempt) for attempt in attempts)
        dues = {due for _, due in pairs}
        found.expect("I7", len(dues) == 1 or extended, f"{who} was told {len(dues)} deadlines")
    candidates = Counter(line["candidate"] for line in evidence.attempts.values())
    for candidate, count in candidates.items():
        found.expect("I7", count == 1, f"candidate {candidate} has {count} attempts")
    alien = set(evidence.attempts) - set(observed.owners)
    found.expect("I7", not alien, f"attempts that nobody was given: {sorted(alien)[:3]}")


def check_liveness(observed: Observed, evidence: Exported, found: Findings) -> None:
    """I11: the queues drained soon after the last fault; every attempt is closed and marked."""
    for line in observed.notes["stuck"]:
        found.expect("I11", False, f"{line['who']} never got through; left to send: {line['left']}")
    for line in observed.notes["done"]:
        found.expect(
            "I11", line["wall"] <= observed.healed + DRAIN_S, f"{line['device']} took too long to drain"
        )
    for attempt, line in evidence.attempts.items():
        found.expect("I11", line["state"] == "marked", f"{attempt} is still {line['state']}")


def check_audit(observed: Observed, evidence: Exported, found: Findings) -> None:
    """I12: one record for each change of holder and for each extension, with who and when."""
    for attempt, line in evidence.attempts.items():
        claims = evidence.lines("claim", attempt)
        found.expect(
            "I12",
            sorted(one.get("epoch", 0) for one in claims) == list(range(2, line["epoch"] + 1)),
            f"{attempt} is at epoch {line['epoch']} and has {len(claims)} claims on record",
        )
        for one in [*claims, *evidence.lines("extension", attempt)]:
            found.expect(
                "I12", bool(one.get("by") and one.get("at")), f"{attempt}: nobody's or at no time: {one}"
            )
    asked, given = (
        Counter(line["attempt"] for line in observed.notes[note]) for note in ("extending", "extended")
    )
    for attempt in evidence.attempts:
        kept = len(evidence.lines("extension", attempt))
        found.expect(
            "I12",
            given[attempt] <= kept <= asked[attempt],
            f"{attempt}: extended {given[attempt]} times, {kept} on record",
        )


def check_fairness(observed: Observed, evidence: Exported, found: Findings) -> None:
    """I13: from start to deadline everybody had the duration and what was granted on top."""
    for attempt, line in evidence.attempts.items():
        granted = evidence.sitting["duration_s"] + sum(
            _added(one) for one in evidence.lines("extension", attempt)
        )
        had = seconds(line["due_at"]) - seconds(line["started_at"])
        found.expect("I13", had >= granted - 0.002, f"{attempt}: {had:.3f} s open, {granted} s granted")


def _added(line: dict[str, Any]) -> float:
    return float(line["seconds"])


def check_errors(observed: Observed, evidence: Exported, found: Findings) -> None:
    """I14: once the faults are over and noticed, at most one reply in a hundred is a server error."""
    after = [call for call in observed.calls if call.sent > observed.healed + SETTLED_AFTER_S]
    errors = [call for call in after if (call.status or 0) >= 500]
    found.checked["I14"] += len(after)
    if len(errors) > 0.01 * len(after):
        found.wrong["I14"].append(
            f"{len(errors)} of {len(after)}, the first: {errors[0]} {errors[0].text[:200]}"
        )
    broken = [call for call in observed.calls if call.status == 500 and "expect" in call.line]
    for call in broken:
        found.wrong["I14"].append(f"{call} broke the server: {call.text[:200]}")
