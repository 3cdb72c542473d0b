"""The steps of an exam as the demo takes them: each through the domain, each with its second person."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction

from examsite.people.domain.approvals import decide
from examsite.people.models import Approval
from questionbanks.models import Bank

from ..domain.attempts import lock_attempt
from ..domain.blueprints import RowSpec, SectionSpec, create_blueprint
from ..domain.closing import close_attempt, mark_closed
from ..domain.entering import FilledSheet, enter_sheet, wire_value
from ..domain.exams import ExamSpec, create_exam, propose_exam
from ..domain.forms import build_forms
from ..domain.keys import FormKeys
from ..domain.papers import paper_of
from ..domain.publishing import propose_form
from ..domain.rosters import draw_roster, freeze_roster
from ..domain.sheets import read_log
from ..domain.starting import start_attempt
from ..models import AnswerEvent, Attempt, Blueprint, Exam, Form, Mode, RosterEntry, Seat
from .answers import answers_for
from .town import Town


def write_blueprint(
    town: Town, name: str, banks: Sequence[Bank], audience: str, *, minutes: int, wise: bool, at: datetime
) -> Blueprint:
    """The usual sets: 40 items for villagers, 50 for cadres; 100 points each."""
    rows = (
        (("single", 20, "2", "all"), ("true_false", 10, "2", "all"), ("multiple", 10, "4", "option"))
        if wise
        else (("single", 20, "2", "all"), ("true_false", 20, "1", "all"), ("multiple", 10, "4", "all"))
    )
    return create_blueprint(
        unit=town.town,
        name=name,
        banks=banks,
        sections=[
            SectionSpec(
                kind,
                Decimal(points),
                (RowSpec(count, audience=audience),),
                rule,
                Decimal("0.5") if rule == "option" else Decimal(0),
            )
            for kind, count, points, rule in rows
        ],
        duration_s=minutes * 60,
        at=at,
        actor=town.staff["officer"],
    )


def approve(town: Town, approval: Approval, at: datetime) -> None:
    """The county's officer is the second person."""
    decide(approval=approval, approve=True, at=at, actor=town.staff["county"])


def write_forms(
    town: Town,
    exam: Exam,
    *,
    forms: int,
    seed: int,
    at: datetime,
    reserves: int = 1,
    seen_by: Collection[RosterEntry] = (),
) -> list[Form]:
    """Build forms, have each of them approved; the main ones, then the reserve."""
    built = build_forms(
        exam=exam,
        forms=forms,
        seed=seed,
        at=at,
        actor=town.staff["officer"],
        reserves=reserves,
        seen_by=seen_by,
    )
    for form in built.forms:
        approve(town, propose_form(form=form, at=at, actor=town.staff["officer"]), at)
    return list(Form.objects.filter(pk__in=[form.pk for form in built.forms]).order_by("role", "code"))


def open_exam(
    town: Town, spec: ExamSpec, *, forms: int, seed: int, as_of: date, at: datetime
) -> tuple[Exam, list[Form]]:
    """An exam with its forms and its frozen roster, not published yet."""
    exam = create_exam(unit=town.town, spec=spec, at=at, actor=town.staff["officer"])
    draw_roster(exam=exam, as_of=as_of, at=at, actor=town.staff["officer"])
    made = write_forms(town, exam, forms=forms, seed=seed, at=at)
    exam = freeze_roster(exam=exam, attested_by="党建办公室 组织委员", at=at, actor=town.staff["officer"])
    return exam, made


def publish(town: Town, exam: Exam, at: datetime) -> None:
    """Propose by the officer, approve by the county."""
    approve(town, propose_exam(exam=exam, at=at, actor=town.staff["officer"]), at)


def sit_online(
    seat: Seat, keys: FormKeys, target: Decimal, *, start: datetime, rng: random.Random
) -> Attempt:
    """One candidate answers question after question on his phone and hands in."""
    attempt = start_attempt(seat=seat, number=1, device=f"phone-{rng.randrange(16**8):08x}", at=start).attempt
    paper = paper_of(attempt.form_id)
    at, events = start, []
    for seq, (slot, answer) in enumerate(answers_for(keys, target, rng).items(), 1):
        if answer is None:
            continue
        at += timedelta(seconds=rng.uniform(15, 60))
        events.append(
            AnswerEvent(
                attempt=attempt,
                epoch=attempt.epoch,
                seq=seq,
                slot=slot,
                value=wire_value(paper, attempt, slot, answer),
                client_at=at,
                received_at=at + timedelta(milliseconds=rng.randint(40, 900)),
                device=attempt.device,
            )
        )
    handed_in = at + timedelta(seconds=rng.uniform(20, 90))
    with transaction.atomic():
        locked = lock_attempt(attempt.pk)
        AnswerEvent.objects.bulk_create(events)
        close_attempt(
            locked,
            at=handed_in,
            submitted_at=handed_in,
            log=read_log(attempt.pk),
            settled=False,
            actor=seat.entry.user,
        )
    mark_closed(attempt_id=attempt.pk, at=handed_in)
    return attempt


def sit_on_paper(
    town: Town, seat: Seat, keys: FormKeys, target: Decimal, *, start: datetime, rng: random.Random
) -> Attempt:
    """One candidate on paper; the sheet is keyed in the same afternoon."""
    handed_in = start + timedelta(minutes=rng.randint(35, 58))
    sheet = FilledSheet(seat, Mode.PAPER, answers_for(keys, target, rng), start, handed_in)
    return enter_sheet(sheet=sheet, at=handed_in + timedelta(hours=3), actor=town.staff["assistant"])
