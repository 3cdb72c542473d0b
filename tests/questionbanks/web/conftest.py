"""The client of the officer whose banks the pages show."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from examsite.people.models import User


@pytest.fixture
def desk(signed_in: Callable[[User], Client], officer: User) -> Client:
    return signed_in(officer)
