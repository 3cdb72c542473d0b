"""Authors, reviewers and a catalogue of laws."""

from __future__ import annotations

from datetime import date

import pytest

from examsite.people.models import User
from questionbanks.models import Edition, Law
from tests.factories import make_user


@pytest.fixture
def editor(db: None) -> User:
    return make_user("李敏", username="editor")


@pytest.fixture
def reviewer(db: None) -> User:
    return make_user("周强", username="second")


@pytest.fixture
def laws(db: None) -> dict[str, Edition]:
    """民法典 (in force), 合同法 (repealed), 行政复议法 (one ended, one in force), 村委会法 (renewed)."""
    rows = [
        ("民法典", "2020-05-28", "2021-01-01", None),
        ("合同法", "1999-03-15", "1999-10-01", "2021-01-01"),
        ("行政复议法", "2017-09-01", "2017-09-01", "2024-01-01"),
        ("行政复议法", "2023-09-01", "2024-01-01", None),
        ("村民委员会组织法", "2018-12-29", "2018-12-29", "2026-01-01"),
        ("村民委员会组织法", "2025-10-28", "2026-01-01", None),
    ]
    editions = {}
    for short, adopted, begins, ends in rows:
        law, _ = Law.objects.get_or_create(title=f"中华人民共和国{short}", short=short)
        editions[f"{short}{adopted[:4]}"] = Edition.objects.create(
            law=law,
            adopted_on=date.fromisoformat(adopted),
            in_force_on=date.fromisoformat(begins),
            ended_on=date.fromisoformat(ends) if ends else None,
        )
    Law.objects.filter(short="合同法").update(repealed_on=date(2021, 1, 1), repealed_by="民法典")
    return editions
