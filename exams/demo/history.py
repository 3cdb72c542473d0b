"""The exams of 2022: 104 法律明白人 in November, 63 cadres in December, sat question by question.

The worlds differ in one person each, so that one can see what the report refuses:
seed — everybody sat and passed; one-fails — one fails the makeup, too; one-absent — one cadre never came;
one-exempt — one cadre was exempted before the exam.
"""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from examsite.people.models import Category

from ..domain.exams import ExamSpec
from ..domain.keys import FormKeys, load_keys
from ..domain.releases import release_sitting
from ..domain.roster_changes import propose_change
from ..domain.rosters import change_terms
from ..domain.seats import deal_forms, entries_without_seat, seat_entries
from ..domain.sittings import SittingSpec, create_makeup, create_sitting
from ..models import Exam, Mode, RosterEntry, Seat, Sitting, SittingKind
from .bank import Banks
from .steps import approve, open_exam, publish, sit_on_paper, sit_online, write_blueprint, write_forms
from .town import CADRE, SEED, WISE, Town

WORLDS = ("seed", "one-fails", "one-absent", "one-exempt")
FIRST_FAILS, ON_PAPER = 7, 12


def local(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of 2022 in Chinese time, as UTC."""
    return datetime(2022, month, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


def hold_november(town: Town, banks: Banks, world: str) -> Exam:
    """The 法律明白人: 97 pass at once, 7 by the makeup; 12 of them write on paper."""
    rng = random.Random(SEED + 11)
    blueprint = write_blueprint(
        town, "法律明白人（40题）", [banks.current, banks.earlier], "法律明白人",
        minutes=60, wise=True, at=local(10, 20, 9),
    )  # fmt: skip
    spec = ExamSpec(
        title="2022年“法律明白人”学法考试",
        stat_year=2022,
        category=Category.objects.get(code=WISE),
        label="“法律明白人”学法考试",
        audience_label="骨干群众",
        blueprint=blueprint,
        open_book=True,
    )
    exam, _ = open_exam(town, spec, forms=2, seed=SEED, as_of=date(2022, 11, 1), at=local(11, 1, 9))
    entries = list(exam.entries.order_by("birth_year", "admission_number"))
    for entry in entries[:ON_PAPER]:  # the eldest write on paper
        change_terms(
            entry=entry,
            mode=Mode.PAPER,
            allowance=Decimal(1),
            at=local(11, 2, 9),
            actor=town.staff["officer"],
        )
    main = _main_sitting(
        town, exam, "11月正考", local(11, 15, 8), local(11, 15, 18), minutes=60, at=local(11, 3, 9)
    )
    publish(town, exam, local(11, 4, 9))
    failing = set(rng.sample([entry.pk for entry in entries[ON_PAPER:]], FIRST_FAILS))
    targets = {
        entry.pk: Decimal(rng.randint(38, 55) if entry.pk in failing else rng.randint(62, 97))
        for entry in entries
    }
    _sit(town, main, targets, first_start=local(11, 15, 8, 30), rng=rng)
    release_sitting(sitting=main, at=local(11, 16, 9), actor=town.staff["officer"])
    _hold_makeup(town, exam, failing, world, rng)
    return exam


def _hold_makeup(town: Town, exam: Exam, failing: set[object], world: str, rng: random.Random) -> None:
    again = list(RosterEntry.objects.filter(pk__in=failing).order_by("admission_number"))
    write_forms(town, exam, forms=1, seed=SEED + 1, at=local(11, 17, 9), reserves=0, seen_by=again)
    makeup = create_makeup(
        exam=exam,
        spec=SittingSpec("11月补考", local(11, 25, 9), local(11, 25, 12), 60 * 60),
        entries=again,
        at=local(11, 18, 9),
        actor=town.staff["officer"],
    )
    targets = {entry.pk: Decimal(rng.randint(61, 84)) for entry in again}
    if world == "one-fails":
        targets[again[0].pk] = Decimal(57)
    _sit(town, makeup, targets, first_start=local(11, 25, 9), rng=rng)
    release_sitting(sitting=makeup, at=local(11, 26, 9), actor=town.staff["officer"], with_keys=True)


def hold_december(town: Town, banks: Banks, world: str) -> Exam:
    """The cadres, all online and all at the first try."""
    rng = random.Random(SEED + 12)
    blueprint = write_blueprint(
        town, "机关干部（50题）", [banks.current, banks.earlier], "机关干部",
        minutes=90, wise=False, at=local(11, 20, 9),
    )  # fmt: skip
    spec = ExamSpec(
        title="2022年机关干部学法考试",
        stat_year=2022,
        category=Category.objects.get(code=CADRE),
        label="在线学法考试",
        audience_label="在编机关干部",
        blueprint=blueprint,
    )
    exam, _ = open_exam(town, spec, forms=2, seed=SEED + 2, as_of=date(2022, 12, 1), at=local(12, 1, 9))
    entries = list(exam.entries.order_by("admission_number"))
    if world == "one-exempt":
        approval = propose_change(
            entry=entries[0], action="exempt", reason_code="retiring", reason="两年内到龄退休，本人申请",
            at=local(12, 1, 15), actor=town.staff["officer"],
        )  # fmt: skip
        approve(town, approval, local(12, 1, 16))
    main = _main_sitting(
        town, exam, "12月正考", local(12, 5, 8), local(12, 9, 18), minutes=90, at=local(12, 2, 9)
    )
    publish(town, exam, local(12, 2, 14))
    absent = {entries[1].pk} if world == "one-absent" else set()
    targets = {entry.pk: Decimal(rng.randint(66, 99)) for entry in entries if entry.pk not in absent}
    _sit(town, main, targets, first_start=local(12, 5, 8, 30), rng=rng)
    release_sitting(sitting=main, at=local(12, 10, 9), actor=town.staff["officer"], with_keys=True)
    return exam


def _main_sitting(
    town: Town, exam: Exam, title: str, opens: datetime, closes: datetime, *, minutes: int, at: datetime
) -> Sitting:
    officer = town.staff["officer"]
    sitting = create_sitting(
        exam=exam,
        kind=SittingKind.MAIN,
        spec=SittingSpec(title, opens, closes, minutes * 60),
        at=at,
        actor=officer,
    )
    seat_entries(sitting=sitting, entries=entries_without_seat(sitting), at=at, actor=officer)
    deal_forms(sitting=sitting, at=at, actor=officer)
    return sitting


def _sit(
    town: Town, sitting: Sitting, targets: dict[object, Decimal], *, first_start: datetime, rng: random.Random
) -> None:
    """Everybody with a target sits, one after the other within the window."""
    keys: dict[object, FormKeys] = {}
    seats = Seat.objects.filter(sitting=sitting, entry__in=targets).select_related(
        "entry__user", "sitting__exam", "form"
    )
    for place, seat in enumerate(seats.order_by("number")):
        if seat.form_id not in keys:
            keys[seat.form_id] = load_keys(seat.form_id)
        start = first_start + timedelta(minutes=2 * place + rng.random())
        target = targets[seat.entry_id]
        if seat.entry.mode == Mode.PAPER and sitting.kind == SittingKind.MAIN:
            sit_on_paper(town, seat, keys[seat.form_id], target, start=start, rng=rng)
        else:
            sit_online(seat, keys[seat.form_id], target, start=start, rng=rng)
