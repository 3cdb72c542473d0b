"""The demo world, whole: built in one transaction, so that an interrupted start leaves nothing behind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from examsite.people.models import User
from questionbanks.domain.banks import open_practice

from .activities import register_activities
from .bank import build_banks
from .history import hold_december, hold_november, local
from .law_wise import appoint_the_passed
from .present import Present, open_now
from .town import Town, add_staff, build_town

PASSWORD = "qingcheng-2022"  # noqa: S105  the demo's people are invented, and the demo refuses a real site


@dataclass(frozen=True)
class World:
    """What the command prints: the town and what is open now."""

    town: Town
    present: Present


def is_built() -> bool:
    """Whether there are people in the database already."""
    return User.objects.exists()


@transaction.atomic
def build_world(*, world: str, at: datetime) -> World:
    """Everything the demo shows: the year 2022 as `world` tells it, and an exam that is open at `at`;
    what that exam does not ask may be practised."""
    founded = local(1, 4, 9)
    town = build_town(at=founded)
    add_staff(town, password=PASSWORD, at=founded)
    banks = build_banks(town, at=local(10, 8, 9))
    november = hold_november(town, banks, world)
    appoint_the_passed(town, november)
    hold_december(town, banks, world)
    register_activities(town, actor=town.staff["assistant"], at=local(12, 30, 9))
    present = open_now(town, banks, at=at)
    open_practice(bank=banks.current, at=at, actor=town.staff["assistant"])
    return World(town, present)
