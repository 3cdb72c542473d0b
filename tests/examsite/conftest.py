"""What the tests of the whole site share: everybody who may ask, and one object of every kind."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from tests.personas import Cast, make_cast
from tests.standing import standing, stands_in


@pytest.fixture(scope="module")
def standing_cast(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
) -> Iterator[Cast | None]:
    """Made once for a file all of whose tests begin with the cast: each has a copy and leaves no trace."""
    if not stands_in(request, "cast"):
        yield None
        return
    with standing(make_cast, django_db_blocker) as cast:
        yield cast


@pytest.fixture
def cast(standing_cast: Cast | None, db: None) -> Cast:
    return deepcopy(standing_cast) or make_cast()
