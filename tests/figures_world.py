"""A small town's exam year written as rows: rosters, attempts, marks and releases, for the statistics.

Rows are written directly, because a statistic must read whatever the rows say; the sitting of an exam has its
own tests. Everything happens in November 2022 in China unless said otherwise.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from exams.models import (
    AnswerEvent,
    Attempt,
    AttemptEvent,
    Exam,
    Form,
    RosterEntry,
    Sitting,
    SittingKind,
)
from examsite.lib.ids import uuid7
from examsite.people.models import Category, Unit, UnitKind, User

NOVEMBER = datetime(2022, 11, 15, 1, tzinfo=UTC)
JANUARY = datetime(2023, 1, 10, 1, tzinfo=UTC)
LATER = datetime(2023, 2, 1, tzinfo=UTC)  # everything is sat, marked and released
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Try:
    """One attempt to write: points of the form, None for not marked."""

    points: object
    makeup: bool = False
    mode: str = "online"
    answered: bool = True
    settled: bool = False
    voided_at: datetime | None = None
    sitting: str = ""


@dataclass
class Town:
    """县 → 镇 → two 管区 with villages, one office."""

    county: Unit
    town: Unit
    office: Unit
    north: Unit
    south: Unit
    villages: dict[str, Unit] = field(default_factory=dict)


def _unit(name: str, kind: str, parent: Unit | None) -> Unit:
    key = uuid7()
    path = f"{parent.path if parent else ''}{key.hex}/"
    return Unit.objects.create(id=key, name=name, kind=kind, parent=parent, path=path)


def make_town(name: str = "青城镇", county: Unit | None = None) -> Town:
    county = county or _unit("清河县", UnitKind.COUNTY, None)
    town = _unit(name, UnitKind.TOWN, county)
    north, south = _unit("北管区", UnitKind.AREA, town), _unit("南管区", UnitKind.AREA, town)
    made = Town(county, town, _unit("党政办公室", UnitKind.OFFICE, town), north, south)
    for area, villages in ((north, ("东风村", "柳行村")), (south, ("石桥村", "清水村"))):
        for village in villages:
            made.villages[village] = _unit(village, UnitKind.VILLAGE, area)
    return made


class ExamWorld:
    """One exam of a town with a main sitting, a paper sitting and a makeup; people are added one by one."""

    def __init__(self, town: Town, *, title: str = "法律明白人考试", full: int = 100, **fields: Any) -> None:
        self.town = town
        self.numbers = itertools.count(1)
        category, _ = Category.objects.get_or_create(code="law-wise", defaults={"name": "法律明白人"})
        values: dict[str, Any] = {
            "unit": town.town,
            "title": title,
            "stat_year": 2022,
            "category": category,
            "label": "“法律明白人”学法考试",
            "audience_label": "骨干群众",
            "created_at": NOVEMBER - 30 * 24 * HOUR,
            "published_at": NOVEMBER - 20 * 24 * HOUR,
            "roster_frozen_at": NOVEMBER - 10 * 24 * HOUR,
            "roster_attested_by": "组织委员",
        }
        self.exam = Exam.objects.create(**(values | fields))
        self.exam.refresh_from_db()  # decimals as the database has them
        self.form = Form.objects.create(
            exam=self.exam,
            code="A",
            title="A卷",
            salt="0123456789abcdef",
            total_points=full,
            paper={"sections": []},
            built_at=NOVEMBER,
            published_at=NOVEMBER,
        )
        self.main = self.sitting(SittingKind.MAIN, "正考", NOVEMBER)
        self.paper = self.sitting(SittingKind.MAIN, "纸笔场", NOVEMBER, mode="paper")
        self.makeup = self.sitting(SittingKind.MAKEUP, "补考", JANUARY)

    def sitting(self, kind: str, title: str, at: datetime, **fields: Any) -> Sitting:
        values: dict[str, Any] = {
            "exam": self.exam,
            "kind": kind,
            "title": title,
            "opens_at": at,
            "closes_at": at + 8 * HOUR,
            "duration_s": 3600,
            "created_at": at,
            "released_at": at + 24 * HOUR,
        }
        return Sitting.objects.create(**(values | fields))

    def person(
        self, *tries: Try | object, unit: str | Unit = "东风村", user: User | None = None, **fields: Any
    ) -> RosterEntry:
        """Somebody on the roster with these tries; a bare number is points in the main sitting."""
        return self._roster([user], unit, tries, fields)[0]

    def people(
        self, count: int, *tries: Try | object, unit: str | Unit = "东风村", **fields: Any
    ) -> list[RosterEntry]:
        """So many new people, all with these tries."""
        return self._roster([None] * count, unit, tries, fields)

    def _roster(
        self,
        known: Sequence[User | None],
        unit: str | Unit,
        tries: tuple[object, ...],
        fields: dict[str, Any],
    ) -> list[RosterEntry]:
        """Table by table: a hundred people are six statements. None is somebody new."""
        place = self.town.villages[unit] if isinstance(unit, str) else unit
        numbers = list(itertools.islice(self.numbers, len(known)))
        users = [user or User(name=f"村民{number}") for number, user in zip(numbers, known, strict=True)]
        User.objects.bulk_create(one for one, user in zip(users, known, strict=True) if user is None)
        entries = RosterEntry.objects.bulk_create(
            RosterEntry(
                exam=self.exam,
                user=user,
                name=user.name,
                unit=place,
                unit_path=place.path,
                category=self.exam.category,
                admission_number=f"2022-01-0001-{number:04}-0",
                **fields,
            )
            for number, user in zip(numbers, users, strict=True)
        )
        self._write(
            [
                (entry, one if isinstance(one, Try) else Try(one), order)
                for entry in entries
                for order, one in enumerate(tries, 1)
            ]
        )
        return entries

    def attempt(self, entry: RosterEntry, one: Try, order: int) -> Attempt:
        return self._write([(entry, one, order)])[0]

    def _write(self, tries: list[tuple[RosterEntry, Try, int]]) -> list[Attempt]:
        """The attempts, what was answered in them, and their events."""
        attempts = Attempt.objects.bulk_create(self._attempt(*one) for one in tries)
        sat = [(attempt, one) for attempt, (_, one, _) in zip(attempts, tries, strict=True)]
        AnswerEvent.objects.bulk_create(
            AnswerEvent(
                attempt=attempt,
                epoch=1,
                seq=1,
                slot="s1",
                value="x",
                received_at=attempt.started_at,
                device="d",
            )
            for attempt, one in sat
            if one.answered
        )
        AttemptEvent.objects.bulk_create(event for attempt, one in sat for event in _events(attempt, one))
        return attempts

    def _attempt(self, entry: RosterEntry, one: Try, order: int) -> Attempt:
        sitting = self.makeup if one.makeup else self.paper if one.mode == "paper" else self.main
        start = sitting.opens_at + timedelta(minutes=order)
        submitted = None if one.points is None and not one.settled else start + timedelta(minutes=30)
        return Attempt(
            exam=self.exam,
            entry=entry,
            sitting=sitting,
            form=self.form,
            number=order,
            mode=one.mode,
            state="marked" if one.points is not None else ("submitted" if submitted else "in_progress"),
            started_at=start,
            due_at=start + HOUR,
            grace_s=180,
            submitted_at=submitted,
            settled=one.settled,
            points=None if one.points is None else Decimal(str(one.points)),
            voided_at=one.voided_at,
        )

    def event(self, attempt: Attempt, action: str, before: str, after: str, at: datetime | None) -> None:
        AttemptEvent.objects.create(attempt=attempt, action=action, before=before, after=after, at=at)


def _events(attempt: Attempt, one: Try) -> Iterator[AttemptEvent]:
    """What has happened to it."""
    done = {"attempt": attempt, "at": attempt.submitted_at}
    if attempt.submitted_at is not None:
        yield AttemptEvent(**done, action="submit", before="in_progress", after="submitted")
    if one.points is not None:
        yield AttemptEvent(**done, action="finish_marking", before="submitted", after="marked")
    if one.voided_at is not None:
        state = attempt.state
        yield AttemptEvent(attempt=attempt, at=one.voided_at, action="void", before=state, after=state)
