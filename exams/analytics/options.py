"""Option analysis: who chose what, and which distractors do no work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite, sqrt

import numpy as np
from numpy.typing import NDArray

from .responses import Floats, ResponseMatrix

DEAD_SHARE = 0.05  # Haladyna & Downing (1993): a distractor that under 5 % choose does no work
BLANK = ""


@dataclass(frozen=True, slots=True)
class OptionStats:
    """One choice of an item; label "" stands for blank. Shares are of all n people, 0..1.

    `upper`, `lower`: share in the best and in the weakest 27 %. `option_rest`: correlation of choosing it
    with the rest of the score. These are None below the needed n, where no option is called dead either.
    """

    label: str
    chosen: int
    share: float
    upper: float | None
    lower: float | None
    option_rest: float | None
    is_key: bool
    is_dead: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Picks:
    """One bit of all items at once: counts, shares and mean of the centred rest score, shape (k,) each."""

    counts: NDArray[np.int64]
    share: Floats
    upper: Floats
    lower: Floats
    product: Floats


def option_tables(
    matrix: ResponseMatrix,
    rest: Floats,
    *,
    upper: NDArray[np.intp],
    lower: NDArray[np.intp],
    is_enough: bool,
) -> list[tuple[OptionStats, ...]]:
    """The options of every item, blank first; () for an item without choices.

    `rest` (n, k) is the score without the item, `upper` and `lower` the rows of the outer groups. Choosing
    an option is a 0/1 variable d with mean p, so r(d, R) = mean(d·(R − mean R)) / (sd R·√(p(1 − p))) in
    population form.
    """
    if matrix.chosen is None:
        return [() for _ in matrix.items]
    centred = rest - rest.mean(axis=0)
    deviation: Floats = rest.std(axis=0)
    most = max((len(labels) for labels in matrix.options), default=0)
    picks = [
        _picks(matrix.chosen == 0 if bit < 0 else (matrix.chosen >> bit) & 1 == 1, centred, upper, lower)
        for bit in range(-1, most)
    ]
    return [
        tuple(_options(picks, i, float(deviation[i]), labels, matrix.keys[i], is_enough)) if labels else ()
        for i, labels in enumerate(matrix.options)
    ]


def _picks(
    picked: NDArray[np.bool_], centred: Floats, upper: NDArray[np.intp], lower: NDArray[np.intp]
) -> _Picks:
    n, k = picked.shape
    unknown: Floats = np.full(k, np.nan)
    return _Picks(
        counts=picked.sum(axis=0),
        share=picked.mean(axis=0),
        upper=picked[upper].mean(axis=0) if len(upper) else unknown,
        lower=picked[lower].mean(axis=0) if len(lower) else unknown,
        product=np.einsum("ij,ij->j", picked, centred) / n,
    )


def _options(
    picks: Sequence[_Picks], i: int, deviation: float, labels: tuple[str, ...], key: int, is_enough: bool
) -> Iterator[OptionStats]:
    for position, label in enumerate((BLANK, *labels)):
        pick = picks[position]
        share = float(pick.share[i])
        scale = deviation * sqrt(share * (1.0 - share))
        r = float(pick.product[i]) / scale if scale > 1e-12 else float("nan")
        is_key = label != BLANK and bool(key >> (position - 1) & 1)
        yield OptionStats(
            label=label,
            chosen=int(pick.counts[i]),
            share=share,
            upper=float(pick.upper[i]) if is_enough else None,
            lower=float(pick.lower[i]) if is_enough else None,
            option_rest=r if is_enough and isfinite(r) else None,
            is_key=is_key,
            is_dead=is_enough and label != BLANK and not is_key and share < DEAD_SHARE,
        )


def preferred_distractor(options: Sequence[OptionStats]) -> str:
    """The choice most taken by the best group where that is not the key; "" otherwise."""
    known = [(one.upper, one) for one in options if one.label and one.upper is not None]
    if not known:
        return ""
    share, favourite = max(known, key=lambda pair: pair[0])
    key = max((upper for upper, one in known if one.is_key), default=0.0)
    return favourite.label if not favourite.is_key and share > key else ""
