"""Many at once: every caller in a thread with a database connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connections

Call = Callable[[], Any]


def all_at_once(calls: Sequence[Call]) -> list[Any]:
    """The results of all calls in their order; they set off together. An exception is its call's result."""
    gate = threading.Barrier(len(calls))

    def run(call: Call) -> Any:
        try:
            gate.wait(timeout=30)
            return call()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
