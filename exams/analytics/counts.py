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
class LawCounts(TopicCounts):
    """One law in one unit: as a topic, and how many different people answered."""

    people: int = 0

    @classmethod
    def of_hundredths(cls, earned: int, possible: int, answers: int, people: int) -> LawCounts:
        """From integers: points in hundredths."""
        return cls(Decimal(earned) / 100, Decimal(possible) / 100, answers, people)

    def __add__(self, other: LawCounts) -> LawCounts:
        return LawCounts(
            self.earned + other.earned,
            self.possible + other.possible,
            self.answers + other.answers,
            self.people + other.people,
        )


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
