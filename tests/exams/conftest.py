"""What the tests of exams share."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from tests.papers_world import Office, make_office
from tests.standing import standing, stands_in


@pytest.fixture(scope="module")
def standing_office(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
) -> Iterator[Office | None]:
    """Made once for a file all of whose tests begin with an office: each has a copy and leaves no trace."""
    if not stands_in(request, "office"):
        yield None
        return
    with standing(make_office, django_db_blocker) as office:
        yield office


@pytest.fixture
def office(standing_office: Office | None, db: None) -> Office:
    return deepcopy(standing_office) or make_office()


@pytest.fixture
def alone(settings: Any) -> None:
    """An office that works without a second person."""
    settings.REQUIRE_SECOND_PERSON = False
