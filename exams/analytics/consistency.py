"""Would the same people pass again? Consistency of the pass decision from one sitting.

Livingston & Lewis (1995), Journal of Educational Measurement 32, 179–197, with the two-parameter beta
distribution of true scores: the form is replaced by one of `effective` 0/1 items of the same mean, spread
and reliability; two parallel sittings then follow Huynh's (1976, JEM 13) bivariate beta-binomial, which
can be summed exactly. It holds for items of unequal points and part credit, which Subkoviak's and Huynh's
own methods do not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, floor, lgamma

import numpy as np
from numpy.typing import NDArray

MOST_EFFECTIVE_ITEMS = 2000  # the sum has the square of it terms; beyond, chance plays no part any more


@dataclass(frozen=True, slots=True)
class Consistency:
    """`agreement`: share of people with the same decision in a parallel sitting; `kappa`: beyond chance.

    `pass_rate` is the model's, to be compared with the observed one; `effective` the number of 0/1 items
    that the form is worth.
    """

    agreement: float
    kappa: float | None
    pass_rate: float
    effective: int


def decision_consistency(
    *, mean: float, variance: float, reliability: float, full: float, cut: float
) -> tuple[Consistency | None, str]:
    """The consistency of "total ≥ cut", or None and the reason. All in points; variance of the totals.

    effective = (μ(full − μ) − r·σ²) / (σ²·(1 − r)); true scores as shares of full marks are
    Beta(a, b) with mean μ/full and variance r·σ²/full².
    """
    if not 0.0 < reliability < 1.0:
        return None, "信度不在0与1之间，不计算"
    share, spread = mean / full, variance / full**2
    room = share * (1.0 - share)
    if room <= spread:
        return None, "得分全部集中在两端，不计算"
    effective = floor((room - reliability * spread) / (spread * (1.0 - reliability)) + 0.5)
    if not 1 <= effective <= MOST_EFFECTIVE_ITEMS:
        return None, "折算题数超出可计算范围，不计算"
    together = room / (reliability * spread) - 1.0
    pass_rate, both = _passing(
        effective, ceil(cut / full * effective - 1e-9), share * together, (1 - share) * together
    )
    agreement = 1.0 - 2.0 * pass_rate + 2.0 * both
    chance = pass_rate**2 + (1.0 - pass_rate) ** 2
    kappa = (agreement - chance) / (1.0 - chance) if chance < 1.0 - 1e-12 else None
    return Consistency(agreement, kappa, pass_rate, effective), ""


def _passing(size: int, least: int, a: float, b: float) -> tuple[float, float]:
    """P(X ≥ least) and P(X ≥ least, Y ≥ least) of two beta-binomial scores of `size` items.

    P(x) = C(m, x)·B(a + x, b + m − x)/B(a, b); P(x, y) the same with C(m, x)·C(m, y) and B(a + x + y,
    b + 2m − x − y).
    """
    least = max(least, 0)
    if least > size:
        return 0.0, 0.0
    scores = range(least, size + 1)
    choose = _array(lgamma(size + 1) - lgamma(x + 1) - lgamma(size - x + 1) for x in scores)
    norm = lgamma(a) + lgamma(b) - lgamma(a + b)
    once = _array(lgamma(a + x) + lgamma(b + size - x) - lgamma(a + b + size) for x in scores)
    sums = range(2 * least, 2 * size + 1)
    twice = _array(lgamma(a + s) + lgamma(b + 2 * size - s) - lgamma(a + b + 2 * size) for s in sums)
    index = np.add.outer(np.arange(len(scores)), np.arange(len(scores)))
    joint = np.add.outer(choose, choose) + twice[index] - norm
    return float(np.exp(choose + once - norm).sum()), float(np.exp(joint).sum())


def _array(values: Iterable[float]) -> NDArray[np.float64]:
    return np.fromiter(values, dtype=np.float64)
