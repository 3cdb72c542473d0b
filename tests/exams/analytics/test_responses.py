"""The matrix of responses: what it must hold together."""

from __future__ import annotations

import numpy as np
import pytest

from exams.analytics.responses import ResponseMatrix


@pytest.mark.parametrize(
    ("points", "possible", "items"),
    [
        (np.zeros((0, 2)), np.ones(2), ("a", "b")),
        (np.zeros((2, 0)), np.ones(0), ()),
        (np.zeros((2, 2)), np.ones(2), ("a",)),
        (np.zeros((2, 2)), np.ones(3), ("a", "b")),
        (np.zeros((2, 2)), np.zeros(2), ("a", "b")),
    ],
)
def test_a_matrix_must_hold_together(points, possible, items):
    with pytest.raises(ValueError):
        ResponseMatrix(items, points, possible)


def test_choices_need_keys_for_every_item():
    with pytest.raises(ValueError):
        ResponseMatrix(("a",), np.zeros((2, 1)), np.ones(1), chosen=np.zeros((2, 1), dtype=np.int64))
