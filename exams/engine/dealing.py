"""Dealing forms to seats: even within each unit and room, and no two neighbours with the same form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """One seat in the order of seating. `allowed`: the forms this person may get, in order of preference."""

    room: Hashable
    unit: Hashable
    allowed: tuple[str, ...]


def deal(places: Sequence[Place]) -> list[str]:
    """A form for every place, in their order; places must be grouped by room.

    Each gets, of the forms allowed to him, one that the neighbour before him has not; among those the one
    given out least in his unit, then in his room, then at all. Where only one form is allowed, that one.
    """
    in_unit: Counter[tuple[Hashable, str]] = Counter()
    in_room: Counter[tuple[Hashable, str]] = Counter()
    overall: Counter[str] = Counter()
    dealt: list[str] = []
    for number, place in enumerate(places):
        neighbour = dealt[-1] if number and places[number - 1].room == place.room else None
        choice = min(
            place.allowed,
            key=lambda form: (
                form == neighbour,
                in_unit[place.unit, form],
                in_room[place.room, form],
                overall[form],
                place.allowed.index(form),
            ),
        )
        dealt.append(choice)
        in_unit[place.unit, choice] += 1
        in_room[place.room, choice] += 1
        overall[choice] += 1
    return dealt
