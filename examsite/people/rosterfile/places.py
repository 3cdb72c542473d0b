"""Names of units as lists write them → units of the tree; where none fits, the nearest are offered."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches

from examsite.lib.texts import half

OFFERED = 5
_COMMITTEE = re.compile(r"(?:村民委员会|居民委员会|村委会|居委会|村两委|村“两委”)$")
_KIND = re.compile(r"(?:村|社区|居)$")


@dataclass(frozen=True, slots=True)
class Place:
    """A unit: its id, its name, and the names above it from the top down."""

    id: Hashable
    name: str
    above: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What the names led to: one unit, or None with the nearest, best first."""

    place: Place | None
    nearest: tuple[Place, ...] = ()


def squeezed(name: str) -> str:
    """The form in which two names are compared: no spaces, half-width, "东风村村委会" is "东风村"."""
    text = half("".join(name.split())).casefold()
    short = _COMMITTEE.sub("", text)
    if short != text and not _KIND.search(short):
        short += "村" if "村" in text[len(short) :] else "社区"
    return short


class Tree:
    """The units a list may speak of."""

    def __init__(self, places: Iterable[Place]) -> None:
        self.by_name: dict[str, list[Place]] = {}
        self.places = list(places)
        for place in self.places:
            self.by_name.setdefault(squeezed(place.name), []).append(place)
        self._known: dict[tuple[str, ...], Found] = {}

    def find(self, names: Sequence[str]) -> Found:
        """The unit that a chain of names, from the top down, ends at.

        Names that no unit has ("镇机关", "管区") are passed over, except the last; a name above that does not
        fit the unit makes it unsure.
        """
        key = tuple(names)
        if key not in self._known:
            self._known[key] = self._find([squeezed(name) for name in names if name.strip()])
        return self._known[key]

    def _find(self, names: list[str]) -> Found:
        if not names:
            return Found(None)
        *above, last = names
        known_above = [name for name in above if name in self.by_name and name != last]
        candidates = self.by_name.get(last, [])
        fitting = [one for one in candidates if self._lies_below(one, known_above)]
        if len(fitting) == 1:
            return Found(fitting[0])
        if fitting or candidates:
            return Found(None, tuple((fitting or candidates)[:OFFERED]))
        return Found(None, self._nearest(last, known_above))

    @staticmethod
    def _lies_below(place: Place, names: Sequence[str]) -> bool:
        above = {squeezed(name) for name in place.above}
        return all(name in above for name in names)

    def _nearest(self, name: str, above: Sequence[str]) -> tuple[Place, ...]:
        """Units with the most similar names, those below the named ones first."""
        near = get_close_matches(name, self.by_name, n=3 * OFFERED, cutoff=0.5)
        stem = _KIND.sub("", name)
        near += [one for one in self.by_name if len(stem) >= 2 and stem in one and one not in near]
        offered = [place for one in near for place in self.by_name[one]]

        def order(place: Place) -> tuple[bool, float]:
            likeness = SequenceMatcher(None, name, squeezed(place.name)).ratio()
            return not self._lies_below(place, above), -likeness

        return tuple(sorted(offered, key=order)[:OFFERED])
