"""Mark an exam again from its evidence, sharing nothing with the product: no import, no table, no key file.

    python tests/independent/remark.py EVIDENCE.ndjson …

Written from the contract (docs/exam-contract.md, A4) and from the conventions of paper exams. For every
attempt: fold the log, compare the sheet with the receipt, mark every answer by the key in force, take what
people gave from the log of marks, add up section by section, and compare with the total that was published.
Prints what differs; ends with 1 when anything does.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

Line = dict[str, Any]
NOTHING, CENT = Decimal(0), Decimal("0.01")
WRITTEN = ("fill_blank", "short_answer")  # what the key leaves open, a person decides


# --- The evidence ----------------------------------------------------------------------------------------


@dataclass
class Evidence:
    """The lines of one sitting, sorted. `keys`: (question, version) → key line; each with its own credit."""

    attempts: dict[str, Line] = field(default_factory=dict)
    answers: dict[str, list[Line]] = field(default_factory=lambda: defaultdict(list))
    receipts: dict[str, list[Line]] = field(default_factory=lambda: defaultdict(list))
    marks: dict[tuple[str, str | None], list[Line]] = field(default_factory=lambda: defaultdict(list))
    keys: dict[tuple[str, int], Line] = field(default_factory=dict)


def read(lines: Iterable[str]) -> Evidence:
    """The evidence in these lines of JSON."""
    found = Evidence()
    for text in lines:
        line = json.loads(text)
        kind, attempt = line["type"], line.get("attempt", "")
        if kind == "attempt":
            found.attempts[attempt] = line
        elif kind == "event" or (kind == "quarantine" and line["decision"] == "accepted"):
            found.answers[attempt].append(line)
        elif kind == "receipt":
            found.receipts[attempt].append(line)
        elif kind == "mark":
            found.marks[attempt, line["slot"]].append(line)
        elif kind == "key":
            for one in (line, *line["earlier"]):
                found.keys[line["question"], one["key_version"]] = {**line, **one}
    return found


def sheet_of(answers: Iterable[Line]) -> dict[str, Any]:
    """The newest value of every slot, by the device's number and its count; cleared ones are left out."""
    newest: dict[str, Line] = {}
    for one in sorted(answers, key=lambda line: (line["epoch"], line["seq"])):
        newest[one["slot"]] = one
    return {slot: one["value"] for slot, one in newest.items() if one["value"] is not None}


def digest_of(sheet: Mapping[str, Any]) -> str:
    """SHA-256 of the pairs of slot and value by slot, as compact JSON."""
    pairs = [[slot, sheet[slot]] for slot in sorted(sheet)]
    text = json.dumps(pairs, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


# --- What an answer is worth -----------------------------------------------------------------------------


def points_for(slot: Line, key: Line, value: Any) -> Decimal | None:
    """What a machine can say of an answer; None where a person must decide."""
    possible = Decimal(slot["points"])
    if key["credit"] == "full":
        return possible
    if key["credit"] == "out" or value is None:
        return NOTHING
    worth = [_by_one_key(slot, key, one, value, possible) for one in (key["key"], *key["also"])]
    if possible in worth:
        return possible
    return None if None in worth else max(one for one in worth if one is not None)


def _by_one_key(slot: Line, key: Line, right: Any, value: Any, possible: Decimal) -> Decimal | None:
    if slot["kind"] == "true_false":
        if value is right:
            return possible
        return -Decimal(key["per_option"]) if key["credit"] == "minus" else NOTHING
    if slot["kind"] == "short_answer":
        return None if value.strip() else NOTHING
    if slot["kind"] == "fill_blank":
        return _blanks(right["accepted"], right["any_order"], value, possible)
    shown = [value] if isinstance(value, str) else value
    chosen = {slot["choices"][one] for one in shown}
    wanted = {right} if isinstance(right, str) else set(right)
    return _choices(key["credit"], wanted, chosen, possible, Decimal(key["per_option"]))


def _choices(rule: str, key: set[str], chosen: set[str], full: Decimal, each: Decimal) -> Decimal:
    """The five rules: all or nothing, half, so much an option, by proportion, wrong ones cost."""
    if not chosen:
        return NOTHING
    if rule == "minus":
        balance = (len(chosen & key) - len(chosen - key)) * each
        return min(max(balance, NOTHING), full)
    if chosen == key:
        return full
    if rule == "all" or chosen - key:
        return NOTHING
    if rule == "half":
        return (full / 2).quantize(CENT, ROUND_HALF_UP)
    if rule == "ratio":
        return (full * len(chosen) / len(key)).quantize(CENT, ROUND_FLOOR)
    if rule == "option":
        steps = int(full * 2)  # too few options never earn full marks: half a point stays out of reach
        cap = Decimal(steps if Decimal(steps) / 2 < full else steps - 1) / 2
        return min(each * len(chosen), max(cap, NOTHING))
    raise ValueError(f"no such rule: {rule!r}")


def _blanks(
    accepted: Sequence[Sequence[str]], any_order: bool, given: list[str], full: Decimal
) -> Decimal | None:
    """Equal shares a blank, rounded down; None when a blank holds words that no accepted text matches."""
    places = [{plain(text) for text in texts} for texts in accepted]
    words = [plain(text) for text in given]
    filled = [text for text in words if text]
    if any_order:
        right = _most_pairs(filled, places)
    else:
        right = sum(bool(text) and text in place for text, place in zip(words, places, strict=False))
    if right < len(filled):
        return None
    return full if right == len(places) else (full * right / len(places)).quantize(CENT, ROUND_FLOOR)


def _most_pairs(words: Sequence[str], places: Sequence[set[str]]) -> int:
    """How many words find a place of their own, at best; there are few of both."""
    if not words or not places:
        return 0
    first, rest = words[0], words[1:]
    best = _most_pairs(rest, places)
    for at, place in enumerate(places):
        if first in place:
            best = max(best, 1 + _most_pairs(rest, [*places[:at], *places[at + 1 :]]))
    return best


# --- Words that mean the same ----------------------------------------------------------------------------

MARKS = set("“”\"'‘’「」『』《》〈〉")
STOPS = "。.，,；;、"
ONES = dict(zip("零〇一二两三四五六七八九", (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
TENS = {"十": 10, "百": 100, "千": 1000}
MYRIADS = {"万": 10**4, "亿": 10**8}
CHINESE = "".join((*ONES, *TENS, *MYRIADS))


def plain(text: str) -> str:
    """Full width as half width, no case, no spaces, no quotation marks, no last stop, 十五 as 15."""
    while True:
        half = unicodedata.normalize("NFKC", text).casefold()
        bare = "".join(one for one in half if one not in MARKS and not one.isspace()).strip(STOPS)
        parts = re.split(f"([{CHINESE}]+)", bare)
        for at in range(1, len(parts), 2):
            before, after = parts[at - 1][-1:], parts[at + 1][:1]
            if not before.isdecimal() and not after.isdecimal():
                parts[at] = number(parts[at])
        if (joined := "".join(parts)) == text:
            return text
        text = joined


def number(words: str) -> str:
    """A Chinese numeral in digits; what is none stays as it is."""
    if set(words) <= set(ONES):
        return str(int("".join(str(ONES[one]) for one in words)))
    whole = part = last = 0
    for one in words:
        if one in ONES:
            last = ONES[one]
        elif one in TENS:
            part, last = part + (last or 1) * TENS[one], 0
        elif part + last == 0:
            return words
        else:
            whole, part, last = whole + (part + last) * MYRIADS[one], 0, 0
    return str(whole + part + last)


# --- An attempt ------------------------------------------------------------------------------------------


@dataclass
class Outcome:
    """`totals`: attempt → points, None while a person must decide. `by_people`: how many they marked."""

    totals: dict[str, Decimal | None] = field(default_factory=dict)
    answers: int = 0
    by_people: int = 0
    wrong: list[str] = field(default_factory=list)


def remark(evidence: Evidence) -> Outcome:
    """Every closed attempt marked again, and where that is not what the evidence says."""
    found = Outcome()
    for name, attempt in evidence.attempts.items():
        if attempt["submitted_at"] is None:
            if evidence.marks[name, None]:
                found.wrong.append(f"{name}: still open, and has a total")
            continue
        _attempt(name, attempt, evidence, found)
    return found


def _attempt(name: str, attempt: Line, evidence: Evidence, found: Outcome) -> None:
    sheet = sheet_of(evidence.answers[name])
    digest = digest_of(sheet)
    receipts = evidence.receipts[name]
    if not receipts or receipts[-1]["digest"] != digest:
        found.wrong.append(f"{name}: the receipt is of another sheet")
    sums: dict[int, Decimal] = defaultdict(Decimal)
    possible, waiting = NOTHING, False
    for slot in attempt["slots"]:
        key, mark = _key_and_mark(name, attempt, slot, digest, evidence)
        points = _settled(points_for(slot, key, sheet.get(slot["slot"])), slot, mark, found)
        found.answers += 1
        waiting |= points is None
        stored = None if mark is None else Decimal(mark["points"])
        if points is not None and points != stored:
            found.wrong.append(f"{name}/{slot['slot']}: marked {stored}, marked again {points}")
        if points is not None and key["credit"] != "out":
            sums[slot["section"]] += points
            possible += Decimal(slot["points"])
    total = None if waiting else sum((max(one, NOTHING) for one in sums.values()), NOTHING)
    found.totals[name] = total
    _compare_total(name, total, possible, evidence.marks[name, None], found)


def _key_and_mark(
    name: str, attempt: Line, slot: Line, digest: str, evidence: Evidence
) -> tuple[Line, Line | None]:
    """The key that a slot is marked by, and its newest mark by that key on the sheet as it stands.

    An attempt that was made void keeps the marks it had: corrections after that do not concern it.
    """
    marks = [one for one in evidence.marks[name, slot["slot"]] if one["sheet_digest"] == digest]
    newest = max(marks, key=lambda one: int(one["id"]), default=None)
    version = slot["key_version"]
    if attempt["voided"] and newest is not None:
        version = newest["key_version"]
    if newest is not None and newest["key_version"] != version:
        newest = None
    return evidence.keys[slot["question"], version], newest


def _settled(points: Decimal | None, slot: Line, mark: Line | None, found: Outcome) -> Decimal | None:
    """What a machine says; what a person gave where it says nothing, or in a review of what was written."""
    if mark is None or mark["marker"] == "machine" or slot["kind"] not in WRITTEN:
        return points
    if points is not None and mark["rule"] != "review":
        return points
    given = Decimal(mark["points"])
    if not 0 <= given <= Decimal(slot["points"]):
        found.wrong.append(f"{mark['attempt']}/{slot['slot']}: {given} of {slot['points']} were given")
    found.by_people += 1
    return given


def _compare_total(
    name: str, total: Decimal | None, possible: Decimal, lines: Sequence[Line], found: Outcome
) -> None:
    stored = [(Decimal(one["points"]), Decimal(one["possible"])) for one in lines]
    expected = [] if total is None else [(total, possible)]
    if stored != expected:
        said = "、".join(f"{points} of {full}" for points, full in stored) or "nothing"
        found.wrong.append(f"{name}: the total is {said}, marked again {total} of {possible}")


# --- The command -----------------------------------------------------------------------------------------


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def main(paths: Sequence[str]) -> int:
    """Mark every file again; 1 when anything differs or nothing could be marked."""
    failed = not paths
    for path in paths:
        with open(path, encoding="utf-8", newline="\n") as file:
            evidence = read(file)
        if not evidence.keys:
            say(f"{path}: no keys in it: the results are not released yet")
            failed = True
            continue
        found = remark(evidence)
        marked = sum(total is not None for total in found.totals.values())
        say(
            f"{path}: {len(evidence.attempts)} attempts, {marked} totals, {found.answers} answers"
            f" ({found.by_people} marked by people), {len(found.wrong)} differ"
        )
        for one in found.wrong:
            say(f"  {one}")
        failed = failed or bool(found.wrong) or not marked
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
