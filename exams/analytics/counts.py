"""The counts that measures read besides the Tally of an exam."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class ItemCounts:
    """One item in the first attempts of the main sitting: valid answers, and those with full marks."""

    answered: int
    full_marks: int


@dataclass(frozen=True, slots=True)
class TopicCounts:
    """One topic or law in the first attempts: points earned, points possible, answers."""

    earned: Decimal
    possible: Decimal
    answers: int


@dataclass(frozen=True, slots=True)
class VillageCounts:
    """Villages as of a date: all, those with enough people in office, and those people."""

    villages: int
    covered: int
    people: int


@dataclass(frozen=True, slots=True)
class ActivityCounts:
    """Activities of one kind: how many, and their audience (人次)."""

    activities: int
    audience: int


@dataclass(frozen=True, slots=True)
class UnitCounts:
    """Units with anybody required, and those whose turnout is below the line of the house."""

    units: int
    low_turnout: int
