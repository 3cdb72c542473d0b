"""What several files of this folder begin with; a file with a fixture of the same name has its own."""

from __future__ import annotations

import pytest

from exams.models import Attempt
from tests.exam_world import World
from tests.marking_world import THREE, MarkingWorld, make_marking_world


@pytest.fixture
def attempt(world: World) -> Attempt:
    """The first candidate of the file's world has just started."""
    return world.start().attempt


@pytest.fixture
def place() -> MarkingWorld:
    """Three single choices of 2, 3 and 5 points, four people; the pass line is 60 %."""
    return make_marking_world(people=4, questions=THREE)
