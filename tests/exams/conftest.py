"""What the tests of exams share."""

from __future__ import annotations

from typing import Any

import pytest

from tests.papers_world import Office, make_office


@pytest.fixture
def office() -> Office:
    return make_office()


@pytest.fixture
def alone(settings: Any) -> None:
    """An office that works without a second person."""
    settings.REQUIRE_SECOND_PERSON = False
