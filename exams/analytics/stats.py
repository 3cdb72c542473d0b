"""Classical test theory of one form: how hard, how sharp, how reliable. numpy only.

One form at a time and first attempts only: a coefficient over pooled forms, or over papers drawn at random,
has no meaning, and this module has no function that pools. What cannot be said of so few people is None,
with the reason in words.

Notation in the formulas: x_i points of item i (0 where not answered), T = Σ x_i, R_i = T − x_i, k items,
n people, variances with n − 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor, isnan, sqrt

import numpy as np
from numpy.typing import NDArray

from .consistency import Consistency, decision_consistency
from .distributions import f_quantile, t_lower_tail, t_quantile
from .options import OptionStats, option_tables, preferred_distractor
from .responses import Floats, ResponseMatrix

# Below 30 people the standard error of a correlation is above 0.18: it cannot tell a good item (0.2 to 0.4)
# from a useless one, and the outer 27 % are fewer than eight people.
MIN_PEOPLE = 30
MIN_ITEMS = 2  # α compares items with each other
GROUP_SHARE = 0.27  # Kelley (1939): the outer groups that tell most under normality
TOO_EASY = 0.95
TOO_HARD = 0.20
SIGNIFICANCE = 0.05  # one-sided
_NO_SPREAD = 1e-12
_ESTIMATES = ("item_total", "item_rest", "discrimination_27", "upper", "lower", "alpha_if_deleted")

FEW_PEOPLE = f"人数少于{MIN_PEOPLE}人，不计算"
CONSTANT_ITEM = "所有人得分相同，无法区分"
CONSTANT_REST = "其余题目总分没有差异，无法计算"
CONSTANT_TOTAL = "总分没有差异，无法计算"
FEW_ITEMS = f"少于{MIN_ITEMS}题，不计算"
ALPHA_WITHOUT = f"删去后少于{MIN_ITEMS}题或总分没有差异，不计算"
ONE_PERSON = "只有1人，没有差异可言"
NOT_BINARY = "含部分得分或分值不等的题，只计算α"


@dataclass(frozen=True, slots=True)
class ItemStats:
    """One item. The coefficients are None below the needed n; `reasons` says why, by field.

    `full_marks`, `blank`: how many people got full marks, and how many left it blank.

    `preferred` is the choice that the best group prefers where it is not the key: where to look first when
    the key is suspected.
    """

    item: str
    facility: float
    full_marks: int
    blank: int
    item_total: float | None
    item_rest: float | None
    discrimination_27: float | None
    upper: float | None
    lower: float | None
    alpha_if_deleted: float | None
    options: tuple[OptionStats, ...]
    preferred: str
    flags: tuple[str, ...]
    reasons: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FormStats:
    """One form. Mean, sd and SEM are in points; `alpha_ci95` and `consistency` go with α."""

    n: int
    full: float
    items: tuple[ItemStats, ...]
    mean: float
    sd: float | None
    alpha: float | None
    alpha_ci95: tuple[float, float] | None
    kr20: float | None
    sem: float | None
    consistency: Consistency | None
    reasons: Mapping[str, str]


def analyze(matrix: ResponseMatrix, *, pass_percent: float = 60.0) -> FormStats:
    """Item and test statistics of one form; `pass_percent` is the pass line in percent of full marks.

    Facility: mean(x_i) / possible_i. Item–total: r(x_i, T). Item–rest, corrected for the item's own part:
    r(x_i, R_i) (Guilford & Fruchter 1978). Everything else in the functions below.
    """
    points: Floats = np.nan_to_num(np.asarray(matrix.points, dtype=np.float64), nan=0.0)
    n = len(points)
    spread = _Spread.of(points)
    upper, lower = _outer_groups(spread.total)
    numbers = _item_numbers(points, matrix.possible, spread, upper, lower)
    rest: Floats = spread.total[:, None] - points
    options = option_tables(matrix, rest, upper=upper, lower=lower, is_enough=n >= MIN_PEOPLE)
    blank = (np.isnan(matrix.points) if matrix.chosen is None else matrix.chosen == 0).sum(axis=0)
    full_marks = (points >= matrix.possible).sum(axis=0)
    constant = spread.item_variances <= _NO_SPREAD
    items = tuple(
        _item(
            name,
            {field: float(values[i]) for field, values in numbers.items()},
            n=n,
            full_marks=int(full_marks[i]),
            blank=int(blank[i]),
            options=options[i],
            why=CONSTANT_ITEM if constant[i] else CONSTANT_REST,
        )
        for i, name in enumerate(matrix.items)
    )
    return _form(items, points, matrix.possible, spread, pass_percent)


@dataclass(frozen=True, slots=True, eq=False)
class _Spread:
    """Sums, variances and covariances that everything else is made of; shapes (n,), (k,), (k,)."""

    total: Floats
    variance: float
    item_variances: Floats
    covariances: Floats  # of each item with the total

    @classmethod
    def of(cls, points: Floats) -> _Spread:
        total: Floats = points.sum(axis=1)
        freedom = max(len(points) - 1, 1)
        centred = points - points.mean(axis=0)
        around = total - total.mean()
        return cls(
            total,
            float(around @ around / freedom),
            np.einsum("ij,ij->j", centred, centred) / freedom,
            around @ centred / freedom,
        )

    @property
    def rest_variances(self) -> Floats:
        """var(T − x_i) = var T + var x_i − 2 cov(x_i, T)."""
        return self.variance + self.item_variances - 2.0 * self.covariances


def _outer_groups(total: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The row numbers of the best and of the weakest 27 % (rounded half-up), ties in the order of rows.

    Totals are compared to a millionth of a point, so that sums of decimals tie as they do on paper.
    """
    size = floor(GROUP_SHARE * len(total) + 0.5)
    order = np.argsort(np.round(total, 6), kind="stable")
    return order[len(order) - size :], order[:size]


def _item_numbers(
    points: Floats,
    possible: Floats,
    spread: _Spread,
    upper: NDArray[np.intp],
    lower: NDArray[np.intp],
) -> dict[str, Floats]:
    """Every number of every item by field, shape (k,); NaN where it does not exist.

    Discrimination (upper–lower 27 %): facility in the best minus facility in the weakest group
    (Kelley 1939). α if deleted: α of the other k − 1 items.
    """
    k = points.shape[1]
    item, rest, cov = spread.item_variances, spread.rest_variances, spread.covariances
    constant, no_rest = item <= _NO_SPREAD, rest <= _NO_SPREAD
    unknown: Floats = np.full(k, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        item_total = np.clip(cov / np.sqrt(item * spread.variance), -1.0, 1.0)
        item_rest = np.clip((cov - item) / np.sqrt(item * rest), -1.0, 1.0)
        without = (k - 1) / (k - 2) * (1.0 - (item.sum() - item) / rest) if k > 2 else unknown
    high = points[upper].mean(axis=0) / possible if len(upper) else unknown
    low = points[lower].mean(axis=0) / possible if len(lower) else unknown
    return {
        "facility": points.mean(axis=0) / possible,
        "item_total": np.where(constant, np.nan, item_total),
        "item_rest": np.where(constant | no_rest, np.nan, item_rest),
        "upper": high,
        "lower": low,
        "discrimination_27": np.where(constant, np.nan, high - low),
        "alpha_if_deleted": np.where(no_rest, np.nan, without),
    }


def _item(
    name: str,
    numbers: Mapping[str, float],
    *,
    n: int,
    full_marks: int,
    blank: int,
    options: tuple[OptionStats, ...],
    why: str,
) -> ItemStats:
    known: dict[str, float | None] = {}
    reasons: dict[str, str] = {}
    for field in _ESTIMATES:
        missing = isnan(numbers[field])
        known[field] = None if missing or n < MIN_PEOPLE else numbers[field]
        if known[field] is None:
            reasons[field] = FEW_PEOPLE if n < MIN_PEOPLE else why
    if "alpha_if_deleted" in reasons and n >= MIN_PEOPLE:
        reasons["alpha_if_deleted"] = ALPHA_WITHOUT
    return ItemStats(
        item=name,
        facility=numbers["facility"],
        full_marks=full_marks,
        blank=blank,
        options=options,
        preferred=preferred_distractor(options),
        flags=_flags(numbers["facility"], known["item_rest"], options, n),
        reasons=reasons,
        **known,
    )


def _flags(
    facility: float, item_rest: float | None, options: Sequence[OptionStats], n: int
) -> tuple[str, ...]:
    """What to look at. wrong_key: people who know the rest fail this item, more than chance explains."""
    found = (
        ("wrong_key", item_rest is not None and is_significantly_negative(item_rest, n)),
        ("too_easy", facility > TOO_EASY),
        ("too_hard", facility < TOO_HARD),
        ("dead_option", any(one.is_dead for one in options)),
    )
    return tuple(name for name, holds in found if holds)


def is_significantly_negative(r: float, n: int) -> bool:
    """One-sided test of a correlation at 5 %: t = r·√((n − 2)/(1 − r²)) with n − 2 degrees of freedom."""
    if r >= 0.0 or n < 3:
        return False
    if r <= -1.0:
        return True
    return t_lower_tail(r * sqrt((n - 2) / (1.0 - r * r)), n - 2) < SIGNIFICANCE


def _form(
    items: tuple[ItemStats, ...], points: Floats, possible: Floats, spread: _Spread, pass_percent: float
) -> FormStats:
    n, k = points.shape
    reasons: dict[str, str] = {}
    mean, full = float(spread.total.mean()), float(possible.sum())
    sd = sqrt(spread.variance) if n > 1 else None
    if sd is None:
        reasons["sd"] = ONE_PERSON
    why = _why_no_alpha(n, k, spread.variance)
    if sd is None or why:
        reasons.update(dict.fromkeys(("alpha", "alpha_ci95", "kr20", "sem", "consistency"), why))
        return FormStats(n, full, items, mean, sd, None, None, None, None, None, reasons)
    alpha = cronbach_alpha(spread.item_variances, spread.variance)
    binary = _is_binary(points, possible)
    if not binary:
        reasons["kr20"] = NOT_BINARY
    consistency, why = decision_consistency(
        mean=mean, variance=spread.variance, reliability=alpha, full=full, cut=full * pass_percent / 100.0
    )
    if why:
        reasons["consistency"] = why
    return FormStats(
        n=n,
        full=full,
        items=items,
        mean=mean,
        sd=sd,
        alpha=alpha,
        alpha_ci95=feldt_interval(alpha, n, k),
        kr20=kuder_richardson_20(points / possible[0]) if binary else None,
        sem=sd * sqrt(1.0 - alpha),
        consistency=consistency,
        reasons=reasons,
    )


def _why_no_alpha(n: int, k: int, variance: float) -> str:
    if n < MIN_PEOPLE:
        return FEW_PEOPLE
    if k < MIN_ITEMS:
        return FEW_ITEMS
    return CONSTANT_TOTAL if variance <= _NO_SPREAD else ""


def cronbach_alpha(item_variances: Floats, total_variance: float) -> float:
    """α = k/(k−1) · (1 − Σ var x_i / var T) (Cronbach 1951)."""
    k = len(item_variances)
    return min(float(k / (k - 1) * (1.0 - item_variances.sum() / total_variance)), 1.0)


def kuder_richardson_20(right: Floats) -> float:
    """KR-20 = k/(k−1) · (1 − Σ p_i·q_i / σ²) of 0/1 answers (n, k) (Kuder & Richardson 1937).

    p·q is a population variance, so σ² is one too; then it equals α.
    """
    k = right.shape[1]
    p = right.mean(axis=0)
    return float(k / (k - 1) * (1.0 - (p * (1.0 - p)).sum() / right.sum(axis=1).var()))


def feldt_interval(alpha: float, n: int, k: int, level: float = 0.95) -> tuple[float, float]:
    """Confidence interval of α: 1 − (1 − α)·F with n − 1 and (n − 1)(k − 1) degrees of freedom.

    Feldt (1965); Feldt, Woodruff & Salih (1987), Applied Psychological Measurement 11.
    """
    tail = (1.0 - level) / 2.0
    d1, d2 = n - 1, (n - 1) * (k - 1)
    return (
        1.0 - (1.0 - alpha) * f_quantile(1.0 - tail, d1, d2),
        1.0 - (1.0 - alpha) * f_quantile(tail, d1, d2),
    )


def _is_binary(points: Floats, possible: Floats) -> bool:
    weight = possible[0]
    return bool((possible == weight).all() and ((points == 0.0) | (points == weight)).all())


@dataclass(frozen=True, slots=True)
class FormComparison:
    """Two parallel forms: difference of the mean score shares (first − second), with its 95 % interval.

    `is_uneven`: the interval leaves out 0, so that the forms were not equally hard for these people.
    Whoever sat which form must have been decided by chance.
    """

    difference: float
    interval: tuple[float, float]
    is_uneven: bool


def compare_forms(first: FormStats, second: FormStats) -> FormComparison | None:
    """The difficulty of two parallel forms; None where either was sat by fewer than MIN_PEOPLE.

    Welch's (1947) t interval for the difference of two means with unequal variances.
    """
    if first.n < MIN_PEOPLE or second.n < MIN_PEOPLE or first.sd is None or second.sd is None:
        return None
    a, b = (first.sd / first.full) ** 2 / first.n, (second.sd / second.full) ** 2 / second.n
    difference = first.mean / first.full - second.mean / second.full
    if a + b <= _NO_SPREAD:
        return FormComparison(difference, (difference, difference), difference != 0.0)
    freedom = (a + b) ** 2 / (a**2 / (first.n - 1) + b**2 / (second.n - 1))
    reach = t_quantile(0.975, freedom) * sqrt(a + b)
    low, high = difference - reach, difference + reach
    return FormComparison(difference, (low, high), not low <= 0.0 <= high)
