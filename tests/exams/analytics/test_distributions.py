"""The incomplete beta function against exact sums and closed forms, quantiles against printed tables."""

from __future__ import annotations

from fractions import Fraction
from math import comb, pi, tan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.analytics.distributions import (
    beta_probability,
    beta_quantile,
    f_quantile,
    t_lower_tail,
    t_quantile,
)


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 99))
def test_integer_parameters_are_a_binomial_sum(a, b, percent):
    """I_x(a, b) = P(Bin(a + b − 1, x) ≥ a), here in exact fractions."""
    x = Fraction(percent, 100)
    size = a + b - 1
    exact = sum(comb(size, j) * x**j * (1 - x) ** (size - j) for j in range(a, size + 1))
    assert beta_probability(percent / 100, a, b) == pytest.approx(float(exact), rel=1e-11, abs=1e-14)


@given(st.floats(0.5, 3000), st.floats(0.5, 3000), st.floats(0.001, 0.999))
def test_the_quantile_inverts_the_probability(a, b, p):
    assert beta_probability(beta_quantile(p, a, b), a, b) == pytest.approx(p, rel=1e-8)


@pytest.mark.parametrize("p", [0.025, 0.5, 0.9, 0.975])
@pytest.mark.parametrize("d", [1, 4, 29, 499])
def test_f_with_two_degrees_above_has_a_closed_form(p, d):
    assert f_quantile(p, 2, d) == pytest.approx(d / 2 * ((1 - p) ** (-2 / d) - 1), rel=1e-10)


def test_f_with_one_and_one_degrees_is_a_squared_tangent():
    assert f_quantile(0.95, 1, 1) == pytest.approx(tan(pi * 0.95 / 2) ** 2, rel=1e-10)


@pytest.mark.parametrize(
    ("p", "d1", "d2", "printed"),
    [(0.95, 5, 10, 3.3258), (0.975, 10, 20, 2.7737), (0.95, 10, 30, 2.1646), (0.99, 4, 60, 3.6490)],
)
def test_f_against_printed_tables(p, d1, d2, printed):
    assert round(f_quantile(p, d1, d2), 4) == printed


@pytest.mark.parametrize(
    ("p", "df", "printed"), [(0.975, 10, 2.2281), (0.95, 28, 1.7011), (0.975, 120, 1.9799)]
)
def test_t_against_printed_tables(p, df, printed):
    assert round(t_quantile(p, df), 4) == printed


@pytest.mark.parametrize("t", [-2.5, -0.1, 0.0, 1.7])
def test_t_tails_mirror(t):
    assert t_lower_tail(t, 28) + t_lower_tail(-t, 28) == pytest.approx(1.0, abs=1e-14)


def test_the_edges():
    assert beta_probability(0.0, 2, 3) == 0.0
    assert beta_probability(1.0, 2, 3) == 1.0
    with pytest.raises(ValueError):
        beta_quantile(1.0, 2, 3)
