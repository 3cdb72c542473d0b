"""Credit rules (计分规则) of choice items: key, chosen set and points possible → points.

Source: the conventions of Chinese paper exams (多选、错选不得分; 少选得部分分; 倒扣). All arithmetic is
Decimal; each rule rounds once, at its end. S = chosen, K = key, w = points possible, u = points per right
option. S = ∅ gives 0 in every rule.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

ZERO = Decimal(0)
CENT = Decimal("0.01")
HALF_POINT = Decimal("0.5")


def credit_all(key: frozenset[str], chosen: frozenset[str], w: Decimal, u: Decimal) -> Decimal:
    """全对才得分: S = K → w, else 0."""
    return w if chosen == key else ZERO


def credit_half(key: frozenset[str], chosen: frozenset[str], w: Decimal, u: Decimal) -> Decimal:
    """少选得一半: S = K → w; S ⊂ K → w/2 (half-up to 0.01); any wrong option → 0."""
    if chosen == key:
        return w
    if not chosen <= key:
        return ZERO
    return (w / 2).quantize(CENT, ROUND_HALF_UP)


def partial_cap(w: Decimal) -> Decimal:
    """The most that an incomplete answer may earn: the largest multiple of 0.5 strictly below w, ≥ 0."""
    steps = (w / HALF_POINT).to_integral_value(ROUND_DOWN)
    cap = steps * HALF_POINT
    if cap >= w:
        cap -= HALF_POINT
    return max(cap, ZERO)


def credit_option(key: frozenset[str], chosen: frozenset[str], w: Decimal, u: Decimal) -> Decimal:
    """少选每对一项得 u: S = K → w; S ⊂ K → min(|S|·u, cap below w); any wrong option → 0."""
    if chosen == key:
        return w
    if not chosen <= key:
        return ZERO
    return min(len(chosen) * u, partial_cap(w))


def credit_ratio(key: frozenset[str], chosen: frozenset[str], w: Decimal, u: Decimal) -> Decimal:
    """少选按比例: S = K → w; S ⊂ K → w·|S|/|K| rounded down to 0.01; any wrong option → 0."""
    if chosen == key:
        return w
    if not chosen <= key:
        return ZERO
    return (w * len(chosen) / len(key)).quantize(CENT, ROUND_DOWN)


def credit_minus(key: frozenset[str], chosen: frozenset[str], w: Decimal, u: Decimal) -> Decimal:
    """倒扣: max(0, |S∩K|·u − |S∖K|·u), at most w."""
    return min(max((len(chosen & key) - len(chosen - key)) * u, ZERO), w)


Rule = Callable[[frozenset[str], frozenset[str], Decimal, Decimal], Decimal]


@dataclass(frozen=True, slots=True)
class CreditRule:
    """A rule with its Chinese name and the words printed in the section's heading.

    `heading` may use {u}, the points per right option.
    """

    code: str
    label: str
    heading: str
    compute: Rule
    uses_per_choice: bool = False


RULES: dict[str, CreditRule] = {
    rule.code: rule
    for rule in (
        CreditRule("all", "全对才得分", "多选、少选、错选均不得分", credit_all),
        CreditRule("half", "少选得一半", "少选得一半分，错选不得分", credit_half),
        CreditRule("option", "少选每对一项得分", "少选时每选对一项得{u}分，错选不得分", credit_option, True),
        CreditRule("ratio", "少选按比例得分", "少选按比例得分，错选不得分", credit_ratio),
        CreditRule("minus", "选错倒扣", "每选对一项得{u}分，每选错一项扣{u}分，扣完为止", credit_minus, True),
    )
}


def choice_points(
    key: frozenset[str], chosen: frozenset[str], possible: Decimal, rule: str, per_choice: Decimal
) -> Decimal:
    """Points for a set of chosen labels under the named rule; KeyError for an unknown rule."""
    compute = RULES[rule].compute
    if not chosen:
        return ZERO
    return compute(key, chosen, possible, per_choice)
