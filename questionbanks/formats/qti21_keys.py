"""What QTI 2.x declares to be right: correctResponse, mapping, and where both are missing the processing."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree.ElementTree import Element

from .xml_reader import attribute, child, children, descendants, name_of

_RANGES = frozenset({"equal", "equalRounded", "inside", "gte", "lte", "gt", "lt"})
_MATCHES = frozenset({"match", "stringMatch", "equal", "member", "contains"})


@dataclass(frozen=True, slots=True)
class Declared:
    """One response variable. `mapped`: points by value; `ranged`: numbers near the right one are right."""

    cardinality: str = "single"
    base: str = ""
    correct: tuple[str, ...] = ()
    mapped: tuple[tuple[str, float], ...] = ()
    ranged: bool = False

    @property
    def best(self) -> tuple[str, ...]:
        """The values that earn the most by the mapping."""
        most = max((points for _, points in self.mapped), default=0)
        return tuple(value for value, points in self.mapped if points == most) if most > 0 else ()

    @property
    def positive(self) -> tuple[str, ...]:
        return tuple(value for value, points in self.mapped if points > 0)


def declared(item: Element, identifier: str) -> Declared:
    """What an item declares about the response variable of an interaction."""
    found = next(
        (one for one in children(item, "responseDeclaration") if attribute(one, "identifier") == identifier),
        None,
    )
    if found is None:
        return Declared()
    correct = child(found, "correctResponse")
    values = [_text(one) for one in children(correct, "value")] if correct is not None else []
    mapping = child(found, "mapping")
    entries = children(mapping, "mapEntry") if mapping is not None else []
    mapped = [(attribute(one, "mapKey"), _number(attribute(one, "mappedValue"))) for one in entries]
    processing = child(item, "responseProcessing")
    values = [value for value in values if value]
    if not values and not mapped and processing is not None:
        values = _processed(processing, identifier)
    return Declared(
        attribute(found, "cardinality") or "single",
        attribute(found, "baseType"),
        tuple(values),
        tuple(mapped),
        processing is not None and _is_ranged(processing, identifier),
    )


def _is_ranged(processing: Element, identifier: str) -> bool:
    for test in descendants(processing, *_RANGES):
        about_us = any(attribute(one, "identifier") == identifier for one in descendants(test, "variable"))
        exact = name_of(test) == "equal" and attribute(test, "toleranceMode") in ("", "exact")
        if about_us and not exact:
            return True
    return False


def _processed(processing: Element, identifier: str) -> list[str]:
    """Values that a condition compares with the response before it sets a score above nothing."""
    found: dict[str, float] = {}
    for branch in descendants(processing, "responseIf", "responseElseIf"):
        points = [
            _number(_text(value))
            for one in children(branch, "setOutcomeValue")
            if attribute(one, "identifier") == "SCORE"
            for value in descendants(one, "baseValue")
        ]
        if not points or max(points) <= 0:
            continue
        for test in children(branch, *_MATCHES, "or"):
            if any(attribute(one, "identifier") == identifier for one in descendants(test, "variable")):
                found |= {_text(one): max(points) for one in descendants(test, "baseValue")}
    most = max(found.values(), default=0)
    return [value for value, points in found.items() if points == most]


def _text(element: Element) -> str:
    return "".join(element.itertext()).strip()


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
