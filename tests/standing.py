"""What several tests begin with, made once: it stands in a transaction around those of the tests.

What a test does is taken back as ever; what it changes in memory it changes in a copy of its own (deepcopy).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import pytest
from django.db import transaction

World = TypeVar("World")


@contextmanager
def standing(make: Callable[[], World], blocker: Any) -> Iterator[World]:
    """What `make` makes, until the end of the block."""
    with blocker.unblock(), transaction.atomic():
        yield make()
        transaction.set_rollback(True)


def stands_in(request: pytest.FixtureRequest, name: str) -> bool:
    """Whether every test of this file asks for the fixture and none commits: the others would see it, too."""
    tests = [one for one in request.session.items if one.path == request.path]
    return all(name in one.fixturenames and not _commits(one) for one in tests if _asks_a_database(one))


def _asks_a_database(test: Any) -> bool:
    return test.get_closest_marker("django_db") is not None or "db" in test.fixturenames


def _commits(test: Any) -> bool:
    mark = test.get_closest_marker("django_db")
    return bool(mark and mark.kwargs.get("transaction")) or "transactional_db" in test.fixturenames
