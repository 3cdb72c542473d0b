"""Invariants of the answer log: I1, I2, I8, I9, I10, I16."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from .exported import Exported
from .findings import Findings
from .observed import CONFLICT, LATE, REFUSED, REJECTED, Key, Observed, Sending, seconds
from .sheets import digest_of, fold, same

# The clocks of harness and server are one clock; this is for the work between a stamp and a send, and for
# the milliseconds that stamps are cut to.
E = 0.05
CUT = 0.001


def logged(evidence: Exported) -> dict[Key, dict[str, Any]]:
    """The log, by key."""
    return {
        (attempt, event["epoch"], event["seq"]): event
        for attempt, events in evidence.of_type.get("event", {}).items()
        for event in events
    }


def check_log(observed: Observed, evidence: Exported, found: Findings) -> None:
    """I1a, I1c, I1d, and that a key stands in the log once."""
    log = logged(evidence)
    events = sum(len(some) for some in evidence.of_type.get("event", {}).values())
    found.expect("I1c", len(log) == events, "the log holds two events with one number")
    for one in observed.all_sendings():
        if one.acknowledged:
            event = log.get(one.key)
            found.expect(
                "I1a",
                event is not None and event["slot"] == one.slot and same(event["value"], one.value),
                lambda one=one, event=event: f"{one.key} acknowledged in {one.call}, in the log: {event}",
            )
            if event is not None:
                found.expect(
                    "I2t",
                    event["received_at"] == one.received_at,
                    lambda one=one, at=event["received_at"]: (
                        f"{one.key}: acked {one.received_at}, stored {at}"
                    ),
                )
    for key, event in log.items():
        _check_event(key, event, observed, found)


def _check_event(key: Key, event: dict[str, Any], observed: Observed, found: Findings) -> None:
    sent = [
        one
        for one in observed.sendings.get(key, [])
        if one.slot == event["slot"] and same(one.value, event["value"])
    ]
    found.expect("I1c", bool(sent), lambda: f"{key} is in the log, but was never sent: {event}")
    found.expect(
        "I1d",
        not sent or any(one.verdict not in (LATE, REJECTED, CONFLICT, REFUSED) for one in sent),
        lambda: f"{key} was only refused, but is in the log: {[one.verdict for one in sent]}",
    )
    owner = observed.owners.get(key[0])
    found.expect(
        "I1c",
        all(one.call.who == owner for one in sent),
        lambda: f"{key} in the attempt of {owner} was sent by {sent[0].call.who}",
    )
    at = seconds(event["received_at"])
    found.expect(
        "I2t",
        not sent or any(_within(one, at) for one in sent),
        lambda: f"{key}: received_at {event['received_at']} lies outside every sending of it",
    )


def _within(one: Sending, at: float) -> bool:
    """A request that got no acknowledgement may have arrived at any time after it was sent."""
    ends = one.call.returned if one.acknowledged and one.call.returned is not None else float("inf")
    return one.call.sent - E - CUT <= at <= ends + E


def check_time(observed: Observed, evidence: Exported, found: Findings) -> None:
    """I2, I2a, I2b."""
    grace = evidence.sitting["grace_s"]
    for attempt, line in evidence.attempts.items():
        end = seconds(line["due_at"]) + grace
        for event in evidence.lines("event", attempt):
            at = seconds(event["received_at"])
            found.expect("I2", at <= end, lambda event=event: f"in the log after the end: {event}")
    for some in observed.sendings.values():
        for one in some:
            line = evidence.attempts.get(one.key[0])
            if line is not None:
                _check_sending(one, min(other.call.sent for other in some), line, grace, found)


def _check_sending(one: Sending, first: float, line: dict[str, Any], grace: float, found: Findings) -> None:
    due = seconds(line["due_at"])
    if one.acknowledged:
        found.expect(
            "I2a",
            first <= due + grace + E,
            lambda: f"{one.key} was first sent after the end, and acknowledged in {one.call}",
        )
    if one.verdict == LATE and one.call.returned is not None:
        in_time = one.call.sent < due - E and one.call.returned < due + grace - E
        found.expect(
            "I2b",
            not in_time or _closed_before(line, due, one.call.returned),
            lambda: f"{one.key} sent {due - one.call.sent:.3f} s before the deadline, but late in {one.call}",
        )


def _closed_before(line: dict[str, Any], due: float, at: float) -> bool:
    """Whether the candidate had handed in (not the clock) before `at`, or the attempt is void."""
    submitted = line["submitted_at"]
    handed_in = submitted is not None and seconds(submitted) != due and seconds(submitted) <= at + E
    return handed_in or bool(line.get("voided"))


def check_close(observed: Observed, evidence: Exported, found: Findings) -> None:
    """I8: receipts tell of the log as it still is, once for each attempt; the time of closing is true."""
    grace = evidence.sitting["grace_s"]
    for attempt, line in evidence.attempts.items():
        receipts = evidence.lines("receipt", attempt)
        closed = line["submitted_at"] is not None
        expected = (1 if closed else 0) + len(evidence.lines("reopen", attempt))
        found.expect(
            "I8", len(receipts) == expected, lambda a=attempt, r=receipts: f"{a} has {len(r)} receipts"
        )
        if not receipts:
            continue
        receipt, sheet = receipts[-1], evidence.sheet(attempt)
        events = len(evidence.lines("event", attempt))
        found.expect(
            "I8",
            receipt["events"] == events,
            lambda a=attempt, r=receipt, e=events: f"{a}: {e} in the log, {r['events']} at the close",
        )
        found.expect(
            "I8",
            receipt["digest"] == digest_of(sheet),
            lambda a=attempt: f"{a}: the log no longer folds to the sheet of its receipt",
        )
        found.expect(
            "I8",
            receipt["submitted_at"] == line["submitted_at"],
            lambda a=attempt: f"{a}: attempt and receipt tell different times of handing in",
        )
        found.expect(
            "I8",
            _true_close(observed, attempt, line, grace),
            lambda a=attempt, t=line["submitted_at"]: f"{a}: {t} is neither the deadline nor a handing in",
        )


def _true_close(observed: Observed, attempt: str, line: dict[str, Any], grace: float) -> bool:
    """`submitted_at` is the deadline, or the time of a submitting call."""
    at, due = seconds(line["submitted_at"]), seconds(line["due_at"])
    if line["submitted_at"] == line["due_at"]:
        return True
    calls = [one for one in observed.named("submit") if one.line.get("attempt") == attempt]
    return at <= due + grace and any(one.sent - E - CUT <= at for one in calls)


def check_receipts(observed: Observed, evidence: Exported, found: Findings) -> None:
    """I9: the receipt in everybody's hand is that of the log, and of what the phones were told is stored."""
    for call in observed.named("submit", "start"):
        shown = call.data.get("receipt") if call.status in (200, 201) else None
        if not shown or "expect" in call.line:
            continue
        attempt = call.line.get("attempt") or call.data["attempt"]
        kept = evidence.receipt(attempt) or {}
        found.expect(
            "I9",
            all(kept.get(name) == shown[name] for name in ("number", "submitted_at", "digest")),
            lambda call=call, shown=shown, kept=kept: f"{call} showed {shown}, on record is {kept}",
        )
    stored: dict[str, list[tuple[str, int, int, Any]]] = defaultdict(list)
    for one in observed.all_sendings():
        if one.acknowledged:
            stored[one.key[0]].append((one.slot, one.key[1], one.key[2], one.value))
    for attempt in _drained(observed) & set(evidence.attempts):
        receipt = evidence.receipt(attempt)
        if receipt is not None and not evidence.lines("reopen", attempt):
            found.expect(
                "I9",
                digest_of(fold(stored[attempt])) == receipt["digest"],
                lambda a=attempt: f"{a}: the receipt is not of the answers that the phones know as saved",
            )


def _drained(observed: Observed) -> set[str]:
    """The attempts on all of whose devices the queue ran empty."""
    done = {line["device"] for line in observed.notes["done"]}
    devices: dict[str, set[str]] = defaultdict(set)
    for one in observed.all_sendings():
        devices[one.key[0]].add(one.call.line["device"])
    return {attempt for attempt, some in devices.items() if some <= done}


def check_reads(observed: Observed, evidence: Exported, found: Findings) -> None:
    """I10: each read shows at least what was acknowledged, or shown, before it was asked for."""
    known: dict[str, list[tuple[float, str, tuple[int, int]]]] = defaultdict(list)
    for one in observed.all_sendings():
        if one.acknowledged and one.call.returned is not None:
            known[one.key[0]].append((one.call.returned, one.slot, one.key[1:]))
    reads = []
    for call in observed.named("start", "claim", "read", "submit"):
        if "expect" in call.line or "answers" not in call.data or call.data.get("held_elsewhere"):
            continue
        attempt = call.line.get("attempt") or call.data["attempt"]
        shown = {one["slot"]: (one["epoch"], one["seq"]) for one in call.data["answers"]}
        reads.append((call, attempt, shown))
        assert call.returned is not None
        known[attempt] += [(call.returned, slot, key) for slot, key in shown.items()]
    for call, attempt, shown in reads:
        older = [
            (slot, key, shown.get(slot))
            for at, slot, key in known[attempt]
            if at < call.sent and shown.get(slot, (0, -1)) < key
        ]
        found.expect(
            "I10", not older, lambda call=call, older=older: f"{call} shows older answers: {older[:3]}"
        )


def check_quarantine(observed: Observed, evidence: Exported, found: Findings) -> None:
    """I16: every answer that was called late is in quarantine, as it was sent."""
    kept = {
        (attempt, one["epoch"], one["seq"]): one
        for attempt, some in evidence.of_type.get("quarantine", {}).items()
        for one in some
    }
    for one in observed.all_sendings():
        if one.verdict == LATE:
            row = kept.get(one.key)
            found.expect(
                "I16",
                row is not None and row["slot"] == one.slot and same(row["value"], one.value),
                lambda one=one, row=row: f"{one.key} was called late in {one.call}; kept is {row}",
            )
