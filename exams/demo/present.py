"""The exam that is open now: to be tried with a phone, by slip; some have handed in, some are at it."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from examsite.people.models import Category

from ..domain.exams import ExamSpec
from ..domain.keys import load_keys
from ..domain.seats import deal_forms, entries_without_seat, seat_entries
from ..domain.sittings import SittingSpec, create_sitting
from ..domain.starting import start_attempt
from ..domain.tickets import IssuedTicket, issue_tickets
from ..models import Exam, ReleaseRule, Seat, Sitting, SittingKind
from .bank import Banks
from .steps import open_exam, publish, sit_online, write_blueprint
from .town import SEED, WISE, Town

OPEN_FOR = timedelta(days=30)
HANDED_IN, ANSWERING, TICKETS = 40, 6, 8


@dataclass(frozen=True)
class Present:
    """The open exam, its sitting, and slips of candidates who have not begun."""

    exam: Exam
    sitting: Sitting
    tickets: list[IssuedTicket]


def open_now(town: Town, banks: Banks, *, at: datetime) -> Present:
    """An exam of 法律明白人 from statutes in force today, open for a month from two hours ago."""
    rng = random.Random(SEED + 13)
    opened = at - timedelta(hours=2)
    prepared = opened - timedelta(days=1)
    blueprint = write_blueprint(
        town, "法律明白人（40题，现行法律）", [banks.current], "法律明白人",
        minutes=60, wise=True, at=prepared,
    )  # fmt: skip
    spec = ExamSpec(
        title=f"{opened.year}年“法律明白人”学法考试",
        stat_year=opened.year,
        category=Category.objects.get(code=WISE),
        label="“法律明白人”学法考试",
        audience_label="骨干群众",
        blueprint=blueprint,
        tries=2,
        release_rule=ReleaseRule.AT_ONCE,
        open_book=True,
        shuffle_items=True,
    )
    as_of = date(opened.year, opened.month, 1)
    exam, _ = open_exam(town, spec, forms=2, seed=SEED + 3, as_of=as_of, at=prepared)
    officer = town.staff["officer"]
    sitting = create_sitting(
        exam=exam,
        kind=SittingKind.MAIN,
        spec=SittingSpec("正考", opened, opened + OPEN_FOR, 60 * 60),
        at=prepared,
        actor=officer,
    )
    seat_entries(sitting=sitting, entries=entries_without_seat(sitting), at=prepared, actor=officer)
    deal_forms(sitting=sitting, at=prepared, actor=officer)
    publish(town, exam, prepared)
    _some_have_sat(sitting, at, rng)
    fresh = sitting.seats.filter(entry__attempts__isnull=True).order_by("number")[:TICKETS]
    tickets = issue_tickets(entries=[seat.entry for seat in fresh.select_related("entry")], at=at)
    return Present(exam, sitting, tickets)


def _some_have_sat(sitting: Sitting, at: datetime, rng: random.Random) -> None:
    seats = list(
        Seat.objects.filter(sitting=sitting)
        .select_related("entry__user", "sitting__exam", "form")
        .order_by("number")[: HANDED_IN + ANSWERING]
    )
    keys = {form: load_keys(form) for form in {seat.form_id for seat in seats}}
    for place, seat in enumerate(seats):
        if place < HANDED_IN:
            start = at - timedelta(minutes=118 - place)
            sit_online(seat, keys[seat.form_id], Decimal(rng.randint(48, 98)), start=start, rng=rng)
        else:
            start_attempt(
                seat=seat, number=1, device=f"phone-{place}", at=at - timedelta(minutes=place % 7 + 1)
            )
