"""Marking by people: whose turn it is, what two or three judgements come to, who gets which answer. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from uuid import UUID

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Judged:
    """One judgement of one answer."""

    points: Decimal
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What the judgements of an answer come to. `points` None: it is still open.

    `needs_head`: the head marker must decide. `rule` says how the points came about (`Mark.rule`).
    """

    points: Decimal | None
    rule: str = ""
    needs_head: bool = False


def conclude(
    first: Judged | None, second: Judged | None, head: Judged | None, *, twice: bool, gap: Decimal
) -> Conclusion:
    """The head's word stands; a doubt or a gap above `gap` goes to him; two that agree are averaged.

    The mean is rounded half-up to 0.01. `twice`: the answer is among those marked by two people.
    """
    if head is not None:
        return Conclusion(head.points, "head")
    if any(one is not None and one.doubtful for one in (first, second)):
        return Conclusion(None, needs_head=True)
    if first is None or (twice and second is None):
        return Conclusion(None)
    if second is None:
        return Conclusion(first.points, "rubric")
    if abs(first.points - second.points) > gap:
        return Conclusion(None, needs_head=True)
    mean = ((first.points + second.points) / 2).quantize(CENT, ROUND_HALF_UP)
    return Conclusion(mean, "mean")


def is_marked_twice(attempt_id: UUID, slot_id: UUID, share: int) -> bool:
    """Whether this answer is one of the `share` percent that two people mark: fixed, and nobody's choice."""
    digest = hashlib.blake2s(attempt_id.bytes + slot_id.bytes, digest_size=4).digest()
    return int.from_bytes(digest) * 100 < share * 2**32


@dataclass(slots=True)
class Marker:
    """Somebody who can be given answers. Paths are unit paths.

    `own`: units whose people he does not mark. `units`: with dealing by unit, those he is to mark. `load`
    counts the answers he has been given.
    """

    id: UUID
    weight: int
    own: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    load: int = 0

    def may_mark(self, answer: ToDeal) -> bool:
        """Nobody marks himself or his own unit."""
        return answer.person != self.id and not any(answer.unit_path.startswith(one) for one in self.own)

    def is_meant_for(self, answer: ToDeal) -> bool:
        return any(answer.unit_path.startswith(one) for one in self.units)


@dataclass(frozen=True, slots=True)
class ToDeal:
    """One answer that waits for a marker. `group`: question and wording, so that equal answers stay together.

    `judged_by`: who has judged it in another round.
    """

    id: UUID
    group: str
    person: UUID
    unit_path: str
    judged_by: frozenset[UUID] = field(default_factory=frozenset)


def deal(answers: Iterable[ToDeal], markers: Sequence[Marker], *, by_unit: bool) -> dict[UUID, UUID | None]:
    """Answer → marker; None where nobody may mark it. Raises the markers' loads.

    Equal answers go to one marker wherever one may mark them all, so that they get equal points; else to
    whoever has least for his share. Dealing by unit, an answer goes to those meant for its unit, and only
    where none of them may mark it to the others.
    """
    working = [marker for marker in markers if marker.weight]
    groups: dict[tuple[str, frozenset[UUID]], list[tuple[ToDeal, list[Marker]]]] = {}
    for one in answers:
        able = [marker for marker in working if marker.may_mark(one) and marker.id not in one.judged_by]
        meant = [marker for marker in able if marker.is_meant_for(one)] if by_unit else []
        choice = meant or able
        home = frozenset(marker.id for marker in meant)
        groups.setdefault((one.group, home), []).append((one, choice))
    dealt: dict[UUID, UUID | None] = {}
    for group in groups.values():
        for_all = [marker for marker in working if all(marker in choice for _, choice in group)]
        for some, choice in [(group, for_all)] if for_all else [([one], one[1]) for one in group]:
            chosen = _least_loaded(choice)
            for answer, _ in some:
                dealt[answer.id] = chosen.id if chosen else None
            if chosen:
                chosen.load += len(some)
    return dealt


def _least_loaded(markers: Sequence[Marker]) -> Marker | None:
    return min(markers, key=lambda one: (Fraction(one.load, one.weight), one.id), default=None)
