"""Every story of tests/walkthroughs, minute by minute."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.walkthrough import play

STORIES = sorted((Path(__file__).resolve().parent.parent / "walkthroughs").glob("*.csv"))


def test_there_are_stories() -> None:
    assert len(STORIES) >= 20


@pytest.mark.django_db
@pytest.mark.parametrize("path", STORIES, ids=[one.stem for one in STORIES])
def test_a_story_goes_as_told(path: Path) -> None:
    assert play(path) == []


@pytest.mark.django_db
def test_a_story_that_does_not_come_true_is_found(tmp_path: Path) -> None:
    told = STORIES[0].read_text(encoding="utf-8")
    untrue = tmp_path / "untrue.csv"
    rows = told.splitlines()
    last = next(at for at, row in enumerate(rows) if "state=marked" in row)
    rows[last] = rows[last].replace("state=marked", "state=in_progress")
    untrue.write_text("\n".join(rows), encoding="utf-8")
    (found,) = play(untrue)
    assert found.startswith(f"untrue:{last + 1}:")
    assert found.endswith("state is marked, not in_progress")
