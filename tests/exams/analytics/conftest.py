"""Builders of people and tries for the pure statistics."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from exams.engine.results import Mode, PersonResult, RosterStatus, SittingKind, TryResult

NOVEMBER = datetime(2022, 11, 15, 1, tzinfo=UTC)
JANUARY = datetime(2023, 1, 10, 1, tzinfo=UTC)


class People:
    """Makes people; every id is new, every try is later than the one before."""

    def __init__(self) -> None:
        self._ids = itertools.count(1)

    def try_(
        self, percent: object, *, makeup: bool = False, mode: str = "online", **changes: object
    ) -> TryResult:
        number = next(self._ids)
        fields: dict[str, object] = {
            "attempt_id": f"a{number}",
            "sitting": SittingKind.MAKEUP if makeup else SittingKind.MAIN,
            "number": number,
            "percent": None if percent is None else Decimal(str(percent)),
            "at": (JANUARY if makeup else NOVEMBER) + timedelta(minutes=number),
            "mode": Mode(mode),
        }
        return TryResult(**{**fields, **changes})  # type: ignore[arg-type]

    def person(self, *tries: TryResult | object, status: str = "required", **changes: object) -> PersonResult:
        """A person with these tries; a bare number is a try of the main sitting."""
        number = next(self._ids)
        fields: dict[str, object] = {
            "entry_id": f"e{number}",
            "person_id": f"p{number}",
            "unit_id": "v1",
            "unit_path": ("青城镇", "北管区", "东风村"),
            "status": RosterStatus(status),
            "tries": tuple(one if isinstance(one, TryResult) else self.try_(one) for one in tries),
        }
        return PersonResult(**{**fields, **changes})  # type: ignore[arg-type]

    def many(self, count: int, make: Callable[[], PersonResult]) -> list[PersonResult]:
        return [make() for _ in range(count)]


@pytest.fixture
def people() -> People:
    return People()
