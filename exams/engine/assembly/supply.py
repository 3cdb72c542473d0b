"""Are there enough items? Decided exactly, before anything is built, and explained where there are not.

Items that the same rules admit are interchangeable here, so the question is a small flow problem between
rules and classes of items. Where the flow falls short, the rules that can be reached from a short rule in the
residual graph are a Hall set: together they need more items than all of them together may use.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from .types import Candidate, Clash, Relaxation, Request, Rule

Signature = tuple[int, ...]


def admitted_by(rules: Sequence[Rule], items: Iterable[Candidate]) -> list[Signature]:
    """For each item the numbers of the rules that admit it, ascending."""
    known: dict[tuple[object, ...], Signature] = {}
    found = []
    for item in items:
        facets = (item.kind, item.level, item.laws, item.topics, item.audience)
        signature = known.get(facets)
        if signature is None:
            signature = tuple(number for number, rule in enumerate(rules) if rule.admits(item))
            known[facets] = signature
        found.append(signature)
    return found


@dataclass(frozen=True, slots=True)
class Flow:
    """How far the demand of rules can be met from classes. `units[rule, signature]` > 0 only."""

    units: dict[tuple[int, Signature], int]
    short: dict[int, int]


def route(demand: Sequence[int], supply: dict[Signature, int]) -> Flow:
    """The greatest flow from rules with a demand to classes with a supply (shortest augmenting paths)."""
    left = dict(supply)
    reach: dict[int, list[Signature]] = {}
    for signature in sorted(supply):
        for rule in signature:
            reach.setdefault(rule, []).append(signature)
    units: dict[tuple[int, Signature], int] = {}
    short = {}
    for rule, wanted in enumerate(demand):
        while wanted > 0:
            path = _augmenting_path(rule, reach, left, units)
            if path is None:
                short[rule] = wanted
                break
            wanted -= _push(path, wanted, left, units)
    return Flow(units, short)


def _augmenting_path(
    start: int,
    reach: dict[int, list[Signature]],
    left: dict[Signature, int],
    units: dict[tuple[int, Signature], int],
) -> list[tuple[int, Signature]] | None:
    """Edges (rule, class) from `start` to a class with something left; every second one gives units back."""
    came: dict[Signature, int] = {}
    via: dict[int, Signature] = {}
    queue = deque([start])
    seen = {start}
    holders: dict[Signature, list[int]] = {}
    for rule, signature in units:
        holders.setdefault(signature, []).append(rule)
    while queue:
        rule = queue.popleft()
        for signature in reach.get(rule, ()):
            if signature in came:
                continue
            came[signature] = rule
            if left[signature] > 0:
                return _trace(signature, start, came, via)
            for holder in holders.get(signature, ()):
                if holder not in seen:
                    seen.add(holder)
                    via[holder] = signature
                    queue.append(holder)
    return None


def _trace(
    last: Signature, start: int, came: dict[Signature, int], via: dict[int, Signature]
) -> list[tuple[int, Signature]]:
    path = [(came[last], last)]
    while path[-1][0] != start:
        rule = path[-1][0]
        taken = via[rule]
        path += [(rule, taken), (came[taken], taken)]
    return path


def _push(
    path: list[tuple[int, Signature]],
    wanted: int,
    left: dict[Signature, int],
    units: dict[tuple[int, Signature], int],
) -> int:
    amount = min([wanted, left[path[0][1]], *(units[edge] for edge in path[1::2])])
    left[path[0][1]] -= amount
    for place, edge in enumerate(path):
        units[edge] = units.get(edge, 0) + (amount if place % 2 == 0 else -amount)
        if units[edge] == 0:
            del units[edge]
    return amount


def open_counts(request: Request, form: int) -> list[int]:
    """How many items each rule still needs in a form, the kept ones aside."""
    counts = [rule.count for rule in request.rules]
    for rule, _ in request.kept.get(form, ()):
        counts[rule] -= 1
    return counts


def find_clashes(request: Request, items: Sequence[Candidate]) -> tuple[Clash, ...]:
    """The sets of rules that stand against each other; empty when the forms can be filled.

    Enemies and what people have seen are not looked at here; only the solver sees those.
    """
    return tuple(
        replace(clash, relaxations=_relaxations(request, items, clash)) for clash in _clashes(request, items)
    )


def _clashes(request: Request, items: Sequence[Candidate]) -> list[Clash]:
    kept = [one for pairs in request.kept.values() for _, one in pairs]
    supply: dict[Signature, int] = {}
    spent: dict[Signature, int] = {}
    for item, signature in zip(items, admitted_by(request.rules, items), strict=True):
        if signature:
            left = request.uses_left(item.id)
            supply[signature] = supply.get(signature, 0) + max(left - kept.count(item.id), 0)
            spent[signature] = spent.get(signature, 0) + (not left)
    demand = [0] * len(request.rules)
    for form in range(request.forms):
        demand = [a + b for a, b in zip(demand, open_counts(request, form), strict=True)]
    flow = route(demand, supply)
    clashes: list[Clash] = []
    explained: set[int] = set()
    for rule in flow.short:
        if rule in explained:
            continue
        group = _hall_set(rule, supply, flow)
        explained |= group
        needed = sum(demand[one] for one in group)
        available = sum(amount for signature, amount in supply.items() if group & set(signature))
        gone = sum(count for signature, count in spent.items() if group & set(signature))
        clashes.append(_clash(request, tuple(sorted(group)), needed, available, gone))
    return clashes


def _hall_set(start: int, supply: dict[Signature, int], flow: Flow) -> set[int]:
    group, queue = {start}, deque([start])
    while queue:
        rule = queue.popleft()
        for signature in supply:
            if rule not in signature:
                continue
            for holder in signature:
                if holder not in group and flow.units.get((holder, signature), 0) > 0:
                    group.add(holder)
                    queue.append(holder)
    return group


def _clash(request: Request, rules: tuple[int, ...], needed: int, available: int, spent: int) -> Clash:
    """`spent`: items that would fit, but have reached the cap in forms outside the request."""
    names = "”和“".join(request.rules[one].name for one in rules)
    together = "合计" if len(rules) > 1 else ""
    if request.forms > 1:
        reuse = f"同一题最多用{request.cap}次" if request.cap > 1 else "互不重题"
        want = f"{request.forms}套卷{reuse}{together}要 {needed} 道"
    else:
        want = f"{together}要 {needed} 道"
    text = f"“{names}”{want}，符合条件的只够 {available} 道，差 {needed - available} 道"
    if spent:
        text += f"（另有 {spent} 道在本场别的卷里已用满）"
    return Clash(rules, needed, available, text)


# --- What would help ---------------------------------------------------------------------------------


def _relaxations(request: Request, items: Sequence[Candidate], clash: Clash) -> tuple[Relaxation, ...]:
    """Single changes that resolve the clash, each tried out; the least far-reaching first."""
    found = [*_wider_rules(request, items, clash), *_reuse(request, items, clash)]
    if request.forms > 1:
        found += _fewer_forms(request, items, clash)
    found += _fewer_items(request, items, clash)
    found.append(Relaxation("add", f"补充并审定 {clash.missing} 道符合条件的题"))
    return tuple(found)


def _resolved(request: Request, items: Sequence[Candidate], clash: Clash) -> bool:
    """Whether under the changed request no clash touches the rules of this one."""
    return not any(set(other.rules) & set(clash.rules) for other in _clashes(request, items))


CONDITIONS = {"level": "难度", "audience": "适用对象", "topic": "知识点", "law": "法律"}


def without(rule: Rule, names: Iterable[str]) -> Rule:
    """The rule without these conditions."""
    return replace(
        rule,
        level=None if "level" in names else rule.level,
        audience="" if "audience" in names else rule.audience,
        topic="" if "topic" in names else rule.topic,
        law=None if "law" in names else rule.law,
    )


def _with_rule(request: Request, number: int, rule: Rule) -> Request:
    rules = list(request.rules)
    rules[number] = rule
    return replace(request, rules=tuple(rules))


def _wider_rules(request: Request, items: Sequence[Candidate], clash: Clash) -> list[Relaxation]:
    """For each clashing rule the fewest conditions to drop; of equally many the first of CONDITIONS."""
    found = []
    for number in clash.rules:
        rule = request.rules[number]
        present = [name for name in CONDITIONS if getattr(rule, name)]
        drops = (names for size in range(1, len(present) + 1) for names in combinations(present, size))
        for names in drops:
            if _resolved(_with_rule(request, number, without(rule, names)), items, clash):
                words = "、".join(CONDITIONS[name] for name in names)
                found.append(Relaxation(f"{'+'.join(names)}:{number}", f"“{rule.name}”不限{words}"))
                break
    return found


def _reuse(request: Request, items: Sequence[Candidate], clash: Clash) -> list[Relaxation]:
    most = request.forms + max(request.used.values(), default=0)
    for cap in range(request.cap + 1, most + 1):
        if _resolved(replace(request, cap=cap), items, clash):
            others = "（连同本场别的卷）" if request.used else ""
            return [Relaxation(f"cap:{cap}", f"允许同一题用在 {cap} 套卷里{others}")]
    return []


def _fewer_forms(request: Request, items: Sequence[Candidate], clash: Clash) -> list[Relaxation]:
    for forms in range(request.forms - 1, 0, -1):
        if _resolved(replace(request, forms=forms), items, clash):
            return [Relaxation(f"forms:{forms}", f"只组 {forms} 套卷")]
    return []


def _fewer_items(request: Request, items: Sequence[Candidate], clash: Clash) -> list[Relaxation]:
    """The greatest count of each clashing rule, the others left as they are, with which it works."""
    for number in clash.rules:
        rule = request.rules[number]
        fewer = rule.count - -(-clash.missing // request.forms)
        kept = max((sum(r == number for r, _ in pairs) for pairs in request.kept.values()), default=0)
        if fewer >= max(kept, 1) and _resolved(
            _with_rule(request, number, replace(rule, count=fewer)), items, clash
        ):
            return [Relaxation(f"count:{number}:{fewer}", f"“{rule.name}”由 {rule.count} 题减为 {fewer} 题")]
    return []
