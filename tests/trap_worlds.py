"""What the traps T1–T24 of the statistics start from, as rows, and a look at what is made of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest

from exams.analytics.facts.people import people_of
from exams.analytics.facts.stored import StoredSums
from exams.analytics.measures import evaluate
from exams.analytics.tally import Tally, tally
from exams.domain.roster_changes import add_entry, change_entry
from exams.domain.standings import rule_of
from exams.engine.results import PersonResult
from exams.models import Attempt, Quarantine
from examsite.lib.errors import DomainError
from examsite.people.domain.memberships import open_membership
from tests.exam_world import make_user
from tests.figures_world import JANUARY, LATER, NOVEMBER, ExamWorld, Town, Try


@dataclass
class Seen:
    """What the statistics see of one exam."""

    world: ExamWorld

    @property
    def people(self) -> list[PersonResult]:
        return people_of(self.world.exam, at=LATER)

    @property
    def counts(self) -> Tally:
        return tally(self.people, rule_of(self.world.exam))

    @property
    def stored(self) -> Tally:
        found = StoredSums([self.world.exam], at=LATER).of_unit(self.world.town.county.pk)
        return found[self.world.exam.pk].total if found else Tally()

    def below(self, parent: object) -> dict[str, Tally]:
        rows = StoredSums([self.world.exam], at=LATER).below([parent])
        names = {one.pk: one.name for one in [self.world.town.north, self.world.town.south]}
        names |= {one.pk: one.name for one in self.world.town.villages.values()}
        return {names[row.unit_id]: row.total for row in rows}

    def rate(self, measure: str) -> str:
        return evaluate(measure, self.counts).text()


def seed(town: Town) -> ExamWorld:
    """104 people: 97 pass at once, 7 by a makeup; 12 on paper."""
    world = ExamWorld(town)
    world.people(12, Try(80, mode="paper"))
    world.people(85, 80, unit="柳行村")
    world.people(7, 50, Try(70, makeup=True), unit="石桥村")
    return world


def counted(town: Town, *, passed: int, failed: int = 0, absent: int = 0) -> ExamWorld:
    world = ExamWorld(town)
    world.people(passed, 80)
    world.people(failed, 40)
    world.people(absent)
    return world


def t5(town: Town) -> ExamWorld:
    world = ExamWorld(town)
    world.people(92, 80)
    world.people(7, 50, Try(65, makeup=True))  # failed, made up
    world.people(1, 50, Try(55, makeup=True))  # failed twice
    world.people(2, Try(65, makeup=True))  # absent, made up
    world.people(2)
    return world


def three_tries(town: Town) -> ExamWorld:
    world = ExamWorld(town, tries=3)
    world.person(55, 62, 88)
    return world


def capped(town: Town) -> ExamWorld:
    world = ExamWorld(town, makeup_cap="pass_line")
    world.person(40, Try(95, makeup=True))
    return world


def moved(town: Town) -> ExamWorld:
    """Moved from 东风村 to 石桥村 in June: the roster of November keeps what it copied at the freeze."""
    world = ExamWorld(town)
    user = make_user("调动的人")
    member = {"category": world.exam.category, "at": NOVEMBER, "actor": None}
    world.people(3, 80, unit="东风村")
    world.person(80, unit="石桥村", user=user)
    open_membership(user=user, unit=town.villages["东风村"], since=date(2022, 12, 1), **member)
    return world


def failed_then_removed(town: Town) -> ExamWorld:
    world = ExamWorld(town)
    entry = world.person(40)
    with pytest.raises(DomainError) as refused:
        _change(entry, "remove", "moved")
    world.refusal = refused.value.code  # type: ignore[attr-defined]
    return world


def _change(entry, action: str, reason: str) -> None:
    change_entry(
        entry=entry, action=action, reason_code=reason, reason="说明", at=JANUARY, actor=make_user("考务")
    )


def voided(town: Town) -> ExamWorld:
    world = ExamWorld(town)
    world.person(Try(40, voided_at=JANUARY))
    return world


def two_villages(town: Town) -> ExamWorld:
    world = ExamWorld(town)
    world.people(3, 80, unit="东风村")
    world.people(10, 80, unit="柳行村")
    world.people(10, 40, unit="柳行村")
    return world


def one_with(points: str, **fields: object) -> Callable[[Town], ExamWorld]:
    def build(town: Town) -> ExamWorld:
        world = ExamWorld(town, **fields)  # type: ignore[arg-type]
        world.person(points)
        return world

    return build


def online_and_paper(town: Town) -> ExamWorld:
    world = ExamWorld(town)
    entry = world.person(55)
    world.attempt(entry, Try(90, mode="paper"), 2)
    return world


def annulled(town: Town) -> ExamWorld:
    """58 points; after a correction in January full marks for one question: 60."""
    world = ExamWorld(town)
    world.person(58)
    attempt = Attempt.objects.get()
    world.event(attempt, "remark", "marked", "submitted", JANUARY)
    Attempt.objects.update(points=60)
    world.event(attempt, "finish_marking", "submitted", "marked", JANUARY)
    return world


def quarantined_only(town: Town) -> ExamWorld:
    """Everything he answered came after the grace: it waits for a decision and counts for nothing yet."""
    world = ExamWorld(town)
    world.person(Try(0, answered=False, settled=True))
    Quarantine.objects.create(
        attempt=Attempt.objects.get(),
        epoch=1,
        seq=1,
        slot="s1",
        value="x",
        received_at=NOVEMBER,
        reason="late",
    )
    return world


def entered_unanswered(town: Town) -> ExamWorld:
    world = ExamWorld(town)
    world.person(Try(0, answered=False, settled=True))
    world.person(80)
    world.person(Try(0, answered=False))  # handed in an empty sheet himself: he sat
    return world


def over_new_year(town: Town) -> ExamWorld:
    world = ExamWorld(town)
    world.person(50, Try(70, makeup=True))
    world.person(Try(70, makeup=True))
    return world


def recruit(town: Town) -> ExamWorld:
    world = ExamWorld(town)
    world.person(80)
    member = open_membership(
        user=make_user("新人"),
        unit=town.villages["东风村"],
        category=world.exam.category,
        since=date(2022, 12, 1),
        at=NOVEMBER,
        actor=None,
    )
    add_entry(
        exam=world.exam,
        member=member,
        reason_code="recruit",
        reason="",
        at=JANUARY,
        actor=make_user("考务"),
    )
    return world


def retiring(town: Town) -> ExamWorld:
    world = ExamWorld(town)
    world.person(80)
    _change(world.person(), "exempt", "retiring")
    return world


def t24(town: Town) -> ExamWorld:
    world = ExamWorld(town, tries=3)
    world.people(10, 80)
    world.people(5, 50, 70)
    world.people(2, 40, 45, 50, Try(66, makeup=True))
    world.person(40, Try(50, makeup=True))
    world.person(Try(66, makeup=True))
    world.person()
    return world
