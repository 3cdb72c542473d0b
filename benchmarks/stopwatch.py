"""Seconds and memory of this process."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable


def timed(what: Callable[[], object], *, before: Callable[[], object] | None = None) -> float:
    """Seconds it takes; what `before` takes is not counted."""
    if before is not None:
        before()
    start = time.perf_counter()
    what()
    return time.perf_counter() - start


def best_of_three(what: Callable[[], object]) -> float:
    """The fewest seconds it took: the others paid for what else ran on the machine."""
    return min(timed(what) for _ in range(3))


def peak_mb(who: int = resource.RUSAGE_SELF) -> float:
    """Greatest resident set so far, in MB (Linux counts in KB)."""
    return resource.getrusage(who).ru_maxrss / 1024
