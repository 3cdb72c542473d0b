"""What a correction of one question's key does to marks, totals and people; computed once, shown or stored.

Only the question concerned is marked again: the marks of all others are neither read nor written, but for
those of a section in which wrong answers cost points (its floor at 0 needs its sum).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from questionbanks.kinds.base import Key
from questionbanks.kinds.registry import kind

from ..engine.keys import Method, corrected
from ..engine.marking import ZERO, MarkingSlot, SlotMark, mark_slot
from ..engine.results import percent_of
from ..engine.transitions import State
from ..models import Attempt, Exam, Mark, Receipt, Slot
from .keys import FormKeys, load_keys, resolve_answer
from .sheets import load_sheets
from .standings import EntryStanding, rule_of, standings_of, with_percents

CLOSED = (State.SUBMITTED.value, State.MARKED.value)
FEW = 500  # above this many people one asks for all instead of naming them


@dataclass(frozen=True, slots=True)
class Change:
    """One answer before and after. `after` None: a person must judge it again. `had` None: not yet marked.

    `stays`: what a person gave holds, the machine knowing no better. `points`, `possible`: what the attempt's
    total changes by, where it has one.
    """

    attempt: Attempt
    slot_id: UUID
    had: Mark | None
    after: SlotMark | None
    digest: str
    stays: bool = False
    points: Decimal = ZERO
    possible: Decimal = ZERO

    @property
    def before(self) -> Decimal | None:
        return None if self.had is None else self.had.points

    @property
    def changes_total(self) -> bool:
        return self.attempt.points is not None and (bool(self.points) or bool(self.possible))

    @property
    def reopens(self) -> bool:
        """Whether a marked attempt loses its total until a person has judged."""
        return self.after is None and self.attempt.points is not None

    @property
    def moves(self) -> bool:
        """Whether the attempt's total is another one afterwards."""
        return self.changes_total or self.reopens

    @property
    def percent(self) -> Decimal | None:
        """The attempt's percentage afterwards; None while it waits for a person."""
        if self.attempt.points is None or self.attempt.possible is None or self.reopens:
            return None
        return percent_of(self.attempt.points + self.points, self.attempt.possible + self.possible)


@dataclass(frozen=True, slots=True)
class Flip:
    """Somebody whose final result passes now and did not, or the other way round."""

    before: EntryStanding
    after: EntryStanding

    @property
    def passes(self) -> bool:
        return self.after.standing.passed


@dataclass(frozen=True, slots=True)
class ExamEffect:
    """What a correction does in one exam."""

    exam: Exam
    changes: tuple[Change, ...]
    flips: tuple[Flip, ...]

    @property
    def higher(self) -> int:
        return sum(_rise(one) > 0 for one in self.changes)

    @property
    def lower(self) -> int:
        return sum(_rise(one) < 0 for one in self.changes)

    @property
    def rejudged(self) -> int:
        return sum(one.after is None for one in self.changes)

    @property
    def totals(self) -> int:
        return sum(one.moves for one in self.changes)

    @property
    def now_pass(self) -> int:
        return sum(one.passes for one in self.flips)

    @property
    def now_fail(self) -> int:
        return len(self.flips) - self.now_pass

    def flips_by_unit(self) -> list[tuple[str, int, int]]:
        """Unit, people who pass now, people who no longer do."""
        units: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for one in self.flips:
            units[one.after.entry.unit.name][not one.passes] += 1
        return [(name, now_pass, now_fail) for name, (now_pass, now_fail) in sorted(units.items())]


def _rise(change: Change) -> Decimal:
    if change.after is None or change.before is None:
        return ZERO
    return (change.after.points or ZERO) - change.before


def effect_on(exam: Exam, slots: Sequence[Slot], method: Method, keys: tuple[Key, ...]) -> ExamEffect:
    """What correcting these slots of an exam's forms would do now."""
    changes = [change for slot in slots for change in changes_in(slot, load_keys(slot.form_id), method, keys)]
    return ExamEffect(exam, tuple(changes), tuple(_flips(exam, changes)))


def changes_in(slot: Slot, keys: FormKeys, method: Method, new: tuple[Key, ...]) -> list[Change]:
    """Every closed, valid attempt at the slot's form before and after; `keys` are those before."""
    old = keys.by_id[slot.pk]
    now = replace(old, key=corrected(old.key, method, new))
    attempts = Attempt.objects.filter(form=slot.form_id, state__in=CLOSED, voided_at__isnull=True)
    rows = list(attempts.defer("choice_orders").order_by("pk"))
    ids = [one.pk for one in rows]
    sheets = load_sheets(ids, [slot.code])
    digests = _digests(slot)
    marks = _current_marks(slot, digests)
    found = []
    for attempt in rows:
        sheet, digest = sheets[attempt.pk], digests.get(attempt.pk, "")
        value = sheet[slot.code].value if slot.code in sheet else None
        answer = resolve_answer(keys, attempt.pk, slot.code, value)
        mark, had = mark_slot(now, answer), marks.get(attempt.pk)
        if mark.points is not None:
            found.append(Change(attempt, slot.pk, had, mark, digest))
        elif had is not None and method is Method.ACCEPT:
            found.append(Change(attempt, slot.pk, had, replace(mark, points=had.points), digest, stays=True))
        elif had is not None:
            found.append(Change(attempt, slot.pk, had, None, digest))
    return _with_totals(found, slot, old, now, keys)


def _digests(slot: Slot) -> dict[UUID, str]:
    """Attempt → the digest of its sheet as last handed in or changed."""
    receipts = Receipt.objects.filter(attempt__form=slot.form_id).order_by("id")
    return dict(receipts.values_list("attempt", "digest"))


def _current_marks(slot: Slot, digests: Mapping[UUID, str]) -> dict[UUID, Mark]:
    """Attempt → its newest mark for the slot, on its sheet as it stands."""
    marks = Mark.objects.filter(slot=slot).order_by("id")
    return {one.attempt_id: one for one in marks if digests.get(one.attempt_id) == one.sheet_digest}


def _with_totals(
    changes: Iterable[Change], slot: Slot, old: MarkingSlot, now: MarkingSlot, keys: FormKeys
) -> list[Change]:
    possible = (ZERO if now.key.out else now.possible) - (ZERO if old.key.out else old.possible)
    mates = [one for one in keys.slots if one.section == old.section and one.code != old.code]
    rest = _rest_of_section(mates, keys, slot) if any(_may_cost(one) for one in [*mates, old]) else None
    found = []
    for change in changes:
        if change.attempt.points is None or change.after is None:
            found.append(change)
            continue
        before = ZERO if old.key.out else change.before or ZERO
        after = ZERO if now.key.out else change.after.points or ZERO
        if rest is None:
            points = after - before
        else:
            others = rest.get(change.attempt.pk, ZERO)
            points = max(others + after, ZERO) - max(others + before, ZERO)
        found.append(replace(change, points=points, possible=possible))
    return found


def _may_cost(slot: MarkingSlot) -> bool:
    return slot.kind == "true_false" and slot.rule == "minus"


def _rest_of_section(mates: Sequence[MarkingSlot], keys: FormKeys, slot: Slot) -> dict[UUID, Decimal]:
    """Attempt → the sum of the section's other slots that count."""
    counted = [keys.slot_ids[one.code] for one in mates if not one.key.out]
    digests = _digests(slot)
    newest: dict[tuple[UUID, UUID], Decimal] = {}
    marks = Mark.objects.filter(slot__in=counted).order_by("id")
    for attempt, mate, points, digest in marks.values_list("attempt_id", "slot_id", "points", "sheet_digest"):
        if digests.get(attempt) == digest:
            newest[attempt, mate] = points
    sums: dict[UUID, Decimal] = defaultdict(lambda: ZERO)
    for (attempt, _), points in newest.items():
        sums[attempt] += points
    return dict(sums)


def _flips(exam: Exam, changes: Sequence[Change]) -> list[Flip]:
    moved = [one for one in changes if one.moves]
    entries = {one.attempt.entry_id for one in moved}
    if not entries:
        return []
    some = entries if len(entries) <= FEW else None
    percents: dict[UUID, dict[UUID, Decimal | None]] = defaultdict(dict)
    for one in moved:
        percents[one.attempt.entry_id][one.attempt.pk] = one.percent
    rule, found = rule_of(exam), []
    for before in standings_of(exam, entries=some):
        if before.entry.pk in percents:
            after = with_percents(before, percents[before.entry.pk], rule)
            if before.standing.passed is not after.standing.passed:
                found.append(Flip(before, after))
    return found


def describe_keys(kind_code: str, keys: Sequence[Key]) -> str:
    """Keys as people write them; several are alternatives."""
    return " 或 ".join(kind(kind_code).describe_key(one) for one in keys)
