"""The few distributions that classical test theory needs, without a statistics library.

Sources: continued fraction of the regularised incomplete beta function, DLMF 8.17.22, evaluated by the
modified method of Lentz; F and t through it, DLMF 8.17 and Abramowitz & Stegun 26.5.27–28, 26.6.2.
"""

from __future__ import annotations

from math import exp, inf, lgamma, log, log1p, sqrt

_TINY = 1e-300
_MOST_TERMS = 100_000


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def _fraction(a: float, b: float, x: float) -> float:
    """The continued fraction for I_x(a, b); converges quickly for x < (a + 1)/(a + b + 2)."""
    c, d = 1.0, 1.0 / _away_from_zero(1.0 - (a + b) * x / (a + 1.0))
    value = d
    for m in range(1, _MOST_TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1.0))
        d = 1.0 / _away_from_zero(1.0 + even * d)
        c = _away_from_zero(1.0 + even / c)
        value *= d * c
        d = 1.0 / _away_from_zero(1.0 + odd * d)
        c = _away_from_zero(1.0 + odd / c)
        step = d * c
        value *= step
        if abs(step - 1.0) < 1e-15:
            return value
    raise ArithmeticError(f"incomplete beta did not converge: a={a} b={b} x={x}")


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def beta_probability(x: float, a: float, b: float) -> float:
    """I_x(a, b): the probability that a Beta(a, b) variable is at most x; a, b > 0."""
    if x <= 0.0:
        return 0.0
    if x >= 1.0:
        return 1.0
    front = exp(a * log(x) + b * log1p(-x) - _log_beta(a, b))
    if x < (a + 1.0) / (a + b + 2.0):
        return front * _fraction(a, b, x) / a
    return 1.0 - front * _fraction(b, a, 1.0 - x) / b


def beta_quantile(p: float, a: float, b: float) -> float:
    """The x with I_x(a, b) = p, 0 < p < 1: Newton's method, kept inside a shrinking bracket."""
    if not 0.0 < p < 1.0:
        raise ValueError(f"p must lie between 0 and 1: {p}")
    low, high = 0.0, 1.0
    x = a / (a + b)
    constant = _log_beta(a, b)
    for _ in range(200):
        error = beta_probability(x, a, b) - p
        if error > 0.0:
            high = x
        else:
            low = x
        density = exp((a - 1.0) * log(x) + (b - 1.0) * log1p(-x) - constant)
        step = error / density if density > 0.0 else inf
        following = x - step
        if not low < following < high:
            following = (low + high) / 2.0
        if abs(following - x) <= 1e-15 * x or following in (0.0, 1.0):
            return following
        x = following
    return x


def f_quantile(p: float, d1: float, d2: float) -> float:
    """The p-quantile of Fisher's F with d1 and d2 degrees of freedom.

    If X is Beta(d1/2, d2/2), then d2·X / (d1·(1 − X)) has that distribution.
    """
    x = beta_quantile(p, d1 / 2.0, d2 / 2.0)
    return d2 * x / (d1 * (1.0 - x))


def t_lower_tail(t: float, df: float) -> float:
    """P(T ≤ t) of Student's t with df degrees of freedom."""
    tail = 0.5 * beta_probability(df / (df + t * t), df / 2.0, 0.5)
    return tail if t <= 0.0 else 1.0 - tail


def t_quantile(p: float, df: float) -> float:
    """The p-quantile of Student's t for p > 1/2: the square root of an F quantile."""
    return sqrt(f_quantile(2.0 * p - 1.0, 1.0, df))
