"""What the calls of people begin with: an officer of the town, and his calls."""

from __future__ import annotations

import pytest

from examsite.people.models import Role, User
from tests.calls import Calls
from tests.factories import UnitTree, make_staff


@pytest.fixture
def officer(tree: UnitTree) -> User:
    return make_staff(tree.town, Role.OFFICER, "甲", username="officer")


@pytest.fixture
def call(officer: User) -> Calls:
    return Calls(officer)
