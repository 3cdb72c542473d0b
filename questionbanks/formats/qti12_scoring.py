"""Which answers QTI 1.2 response processing counts as right.

The conditions are evaluated, not read by eye: tools write the same key with and / or / not, with points that
add up, with an `other` that fails. For options the smallest selection that earns the most is the key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from xml.etree.ElementTree import Element

from .xml_reader import attribute, children, descendants, name_of

_EXHAUSTIVE = 10  # options: all 2^10 selections are evaluated; above that candidates are tried
_MOST_TESTS = 300_000  # tests of a condition for one item
_TEXT_TESTS = frozenset({"varequal", "varsubset", "varsubstring"})
_RANGE_TESTS = frozenset({"vargte", "varlte", "vargt", "varlt"})

_Test = Callable[[int, bool], bool]  # (bits of the chosen options, has a condition been met before) → met?


@dataclass(frozen=True, slots=True)
class OptionKey:
    """`right`: indices of the right options. `ambiguous`: several selections earn the most.

    `graded`: other selections earn something as well.
    """

    right: tuple[int, ...] = ()
    ambiguous: bool = False
    graded: bool = False


@dataclass(frozen=True, slots=True)
class TextKey:
    """`accepted` earn the most, `partial` less; `ranged`: other numbers are right too."""

    accepted: tuple[str, ...] = ()
    partial: tuple[str, ...] = ()
    ranged: bool = False


@dataclass(frozen=True, slots=True)
class _Condition:
    test: _Test
    effects: tuple[tuple[str, float], ...]
    goes_on: bool
    wanted: int = 0  # bits of the options that it names without "not"


def option_key(
    processing: Sequence[Element], respondent: str, options: Sequence[str], several: bool
) -> OptionKey:
    """The key of a choice between `options` (their identifiers)."""
    bits = {ident: 1 << n for n, ident in reversed(list(enumerate(options)))}
    conditions = [
        _Condition(
            _all(one, respondent, bits),
            tuple(_effects(one)),
            # Some tools add up points and forget to say that the next condition counts too.
            attribute(one, "continue").lower() == "yes"
            or any(action == "add" for action, _ in _effects(one)),
            _wanted(one, bits),
        )
        for element in processing
        for one in descendants(element, "respcondition")
    ]
    if not any(condition.effects for condition in conditions):
        return OptionKey()
    scores = {chosen: _score(conditions, chosen) for chosen in _selections(conditions, len(options), several)}
    best = max(scores.values())
    if best <= max(scores[0], 0):
        return OptionKey()
    winners = [chosen for chosen, score in scores.items() if score >= best - 1e-9]
    smallest = min(chosen.bit_count() for chosen in winners)
    winners = [chosen for chosen in winners if chosen.bit_count() == smallest]
    graded = any(0 < score < best - 1e-9 for score in scores.values())
    if len(winners) > 1 and several:
        return OptionKey((), True, graded)
    right = tuple(n for n in range(len(options)) if any(chosen >> n & 1 for chosen in winners))
    return OptionKey(right, len(winners) > 1, graded)


def _selections(conditions: list[_Condition], count: int, several: bool) -> Iterator[int]:
    """The selections to be scored, the empty one first."""
    yield 0
    if not several or (count <= _EXHAUSTIVE and len(conditions) << count <= _MOST_TESTS):
        for size in range(1, (count if several else min(count, 1)) + 1):
            for chosen in combinations(range(count), size):
                yield sum(1 << n for n in chosen)
        return
    single = [1 << n for n in range(count)]
    yield from single
    alone = [_score(conditions, one) for one in single]
    none = _score(conditions, 0)
    additive = sum(bit for bit, score in zip(single, alone, strict=True) if score > none)
    whole = (1 << count) - 1
    without = sum(bit for bit in single if _score(conditions, whole & ~bit) < _score(conditions, whole))
    named = [condition.wanted for condition in conditions if condition.effects][:count]
    grown = 0
    for _ in range(count if count * count * len(conditions) <= _MOST_TESTS else 0):
        best = max(single, key=lambda bit: _score(conditions, grown | bit))
        if _score(conditions, grown | best) <= _score(conditions, grown):
            break
        grown |= best
    yield from dict.fromkeys(one for one in (additive, without, *named, grown, whole) if one.bit_count() > 1)


def _score(conditions: list[_Condition], chosen: int) -> float:
    score, met = 0.0, False
    for condition in conditions:
        if not condition.test(chosen, met):
            continue
        met = True
        for action, value in condition.effects:
            score = _apply(action, score, value)
        if not condition.goes_on:
            break
    return score


def _apply(action: str, score: float, value: float) -> float:
    if action == "add":
        return score + value
    if action == "subtract":
        return score - value
    if action == "multiply":
        return score * value
    if action == "divide":
        return score / value if value else score
    return value


def _effects(condition: Element) -> Iterator[tuple[str, float]]:
    for one in children(condition, "setvar"):
        try:
            yield attribute(one, "action").lower() or "set", float((one.text or "").strip())
        except ValueError:
            continue


def _wanted(element: Element, bits: dict[str, int]) -> int:
    found = 0
    for one in element:
        if name_of(one) == "varequal":
            found |= bits.get((one.text or "").strip(), 0)
        elif name_of(one) in ("conditionvar", "and", "or"):
            found |= _wanted(one, bits)
    return found


def _all(element: Element, respondent: str, bits: dict[str, int]) -> _Test:
    """All conditions below <respcondition>'s <conditionvar> (or below <and>, <not>)."""
    tests = [
        _test(one, respondent, bits)
        for holder in (
            children(element, "conditionvar") if name_of(element) == "respcondition" else [element]
        )
        for one in holder
        if name_of(one) not in ("conditionvar", "durequal", "durlt", "durgte")
    ]
    return lambda chosen, met: bool(tests) and all(test(chosen, met) for test in tests)


def _test(element: Element, respondent: str, bits: dict[str, int]) -> _Test:
    name, value = name_of(element), (element.text or "").strip()
    if name == "and":
        return _all(element, respondent, bits)
    if name == "or":
        tests = [_test(one, respondent, bits) for one in element]
        return lambda chosen, met: any(test(chosen, met) for test in tests)
    if name == "not":
        inner = _all(element, respondent, bits)
        return lambda chosen, met: not inner(chosen, met)
    if name == "other":
        return lambda chosen, met: not met
    if name == "unanswered":
        return lambda chosen, met: chosen == 0
    about_us = attribute(element, "respident") in ("", respondent)
    if name == "varequal" and about_us:
        bit = bits.get(value, 0)
        return lambda chosen, met: bool(chosen & bit)
    if name == "varsubset" and about_us:
        mask = sum({bits.get(one.strip(), 0) for one in value.split(",")})
        return lambda chosen, met: mask > 0 and chosen & mask == mask
    return lambda chosen, met: False


@dataclass(slots=True)
class _Gathered:
    worth: dict[str, float] = field(default_factory=dict)
    bounds: list[tuple[str, str]] = field(default_factory=list)


def text_key(processing: Sequence[Element], respondent: str) -> TextKey:
    """The accepted texts of a written answer: what stands, not negated, in conditions that earn points."""
    found = _Gathered()
    for element in processing:
        for condition in descendants(element, "respcondition"):
            effects = list(_effects(condition))
            worth = sum(value for action, value in effects if action in ("set", "add"))
            if worth > 1e-9:
                for holder in children(condition, "conditionvar"):
                    _gather(holder, respondent, worth, found)
    best = max(found.worth.values(), default=0)
    accepted = tuple(text for text, worth in found.worth.items() if worth >= best)
    numbers = {value for _, value in found.bounds}
    exact = not found.bounds or (
        len({_number(one) for one in (*numbers, *accepted)}) == 1
        and {name for name, _ in found.bounds} == {"vargte", "varlte"}
    )
    partial = tuple(text for text in found.worth if text not in accepted)
    return TextKey(accepted or tuple(numbers)[:1] if exact else (), partial, not exact)


def _gather(element: Element, respondent: str, worth: float, found: _Gathered) -> None:
    for one in element:
        name, value = name_of(one), (one.text or "").strip()
        if name in ("and", "or"):
            _gather(one, respondent, worth, found)
        elif attribute(one, "respident") in ("", respondent) and value:
            if name in _TEXT_TESTS:
                found.worth[value] = max(worth, found.worth.get(value, 0))
            elif name in _RANGE_TESTS:
                found.bounds.append((name, value))


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
