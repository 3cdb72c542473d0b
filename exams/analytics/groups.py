"""Who is behind a number: for every count of a Tally the people it counts. Pure.

The counts of a measure and the list behind it come from one place each; a test holds them against each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..engine.results import (
    ExamRule,
    Mode,
    PersonResult,
    RosterStatus,
    Standing,
    counting_tries,
    resolve,
)
from .measures import MEASURES, Scope

Belongs = Callable[[PersonResult, Standing], bool]


def _uses(*modes: Mode) -> Belongs:
    return lambda person, standing: (
        standing.is_required and any(one.mode in modes for one in counting_tries(person.tries))
    )


def _band(low: int, high: int) -> Belongs:
    return lambda person, standing: (
        standing.is_required and standing.final is not None and low <= standing.final.percent < high
    )


# Attribute of a Tally → whether somebody is counted in it. Counts of tries stand for who made them.
MEMBERS: dict[str, Belongs] = {
    "roster": lambda person, standing: not person.added_after_freeze,
    "added": lambda person, standing: person.added_after_freeze,
    "exempt": lambda person, standing: not standing.is_required and person.status is RosterStatus.EXEMPT,
    "removed": lambda person, standing: not standing.is_required and person.status is not RosterStatus.EXEMPT,
    "required": lambda person, standing: standing.is_required,
    "taken": lambda person, standing: standing.is_required and standing.taken,
    "attempts": lambda person, standing: standing.is_required and standing.taken,
    "absent": lambda person, standing: standing.is_required and not standing.taken,
    "deferred": lambda person, standing: (
        standing.is_required and not standing.taken and person.status is RosterStatus.DEFERRED
    ),
    "passed": lambda person, standing: standing.passed,
    "main_taken": lambda person, standing: standing.is_required and standing.took_main,
    "first_passed": lambda person, standing: standing.first_passed,
    "main_passed": lambda person, standing: standing.main_passed,
    "owed": lambda person, standing: standing.owes_makeup,
    "makeup_taken": lambda person, standing: standing.owes_makeup and standing.took_makeup,
    "makeup_passed": lambda person, standing: standing.owes_makeup and standing.makeup_passed,
    "excellent": lambda person, standing: standing.excellent,
    "final_scored": lambda person, standing: standing.final is not None,
    "first_scored": lambda person, standing: standing.first is not None,
    "final_sum": lambda person, standing: standing.final is not None,
    "first_sum": lambda person, standing: standing.first is not None,
    "pending": lambda person, standing: standing.is_required and standing.pending,
    "entered_unanswered": lambda person, standing: standing.is_required and standing.entered_unanswered,
    "voided": lambda person, standing: any(one.voided for one in person.tries),
    "online": _uses(Mode.ONLINE),
    "paper": _uses(Mode.PAPER),
    "assisted": _uses(Mode.ASSISTED),
    "external": _uses(Mode.EXTERNAL),
    "helped": _uses(Mode.PAPER, Mode.ASSISTED),
    "band_90": _band(90, 1000),
    "band_80": _band(80, 90),
    "band_70": _band(70, 80),
    "band_60": _band(60, 70),
    "band_0": _band(0, 60),
}


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody behind a figure: in its numerator (`is_part`), or in its denominator only."""

    person: PersonResult
    standing: Standing
    is_part: bool


def members_of(measure_id: str, people: Iterable[PersonResult], rule: ExamRule) -> list[Member]:
    """The people behind an exam's figure: the denominator, with who is in the numerator; those not in it
    first, for they are the ones to look at. KeyError for a measure that counts no people of an exam."""
    measure = MEASURES[measure_id]
    if measure.scope is not Scope.EXAM:
        raise KeyError(measure_id)
    part, whole = MEMBERS[measure.part], MEMBERS[measure.whole or measure.part]
    found = []
    for person in people:
        standing = resolve(person, rule)
        if whole(person, standing) or part(person, standing):
            found.append(Member(person, standing, part(person, standing)))
    return sorted(found, key=lambda one: (one.is_part, one.person.unit_path))
