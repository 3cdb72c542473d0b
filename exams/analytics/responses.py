"""The answers to one form as arrays: what the item statistics read, wherever it came from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Masks = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class ResponseMatrix:
    """The answers to one form: `points` (n, k) with NaN for not answered, `possible` (k,) > 0.

    Where the choices are known, `chosen` (n, k) holds bit masks over `options[i]` (bit j = option j, 0 =
    blank), `keys[i]` the mask of the right ones; an item without choices has no options.
    """

    items: tuple[str, ...]
    points: Floats
    possible: Floats
    chosen: Masks | None = None
    keys: tuple[int, ...] = ()
    options: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        shape = self.points.shape
        if len(shape) != 2 or 0 in shape or len(self.items) != shape[1] or self.possible.shape != shape[1:]:
            raise ValueError(
                f"a matrix of {shape} with {len(self.items)} items, {self.possible.shape} weights"
            )
        if not (self.possible > 0).all():
            raise ValueError("points possible must be positive")
        if self.chosen is not None and not (
            self.chosen.shape == shape and len(self.keys) == len(self.options) == shape[1]
        ):
            raise ValueError("choices, keys and options must cover every item")
