"""What the tests of people share."""

from __future__ import annotations

import pytest

from tests.factories import UnitTree, make_unit_tree


@pytest.fixture
def tree() -> UnitTree:
    return make_unit_tree()
