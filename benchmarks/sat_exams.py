"""Exams that many have sat and handed in, waiting for their marks."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from benchmarks.databases import analyze

T0 = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)


def _question(kind: str, number: int) -> Any:
    from questionbanks.kinds.base import Blanks, Choice, ModelAnswer, Question, RubricPoint

    stem, points = f"第{number}题：下列说法是否正确？", Decimal(2)
    choices = tuple(Choice(label, f"第{number}题选项{label}") for label in "ABCD")
    if kind == "true_false":
        return Question(kind, stem, key=number % 2 == 0, points=points)
    if kind == "fill_blank":
        return Question(kind, f"{stem}____", key=Blanks((("十五日", "半个月"),)), points=points)
    if kind == "short_answer":
        rubric = tuple(RubricPoint(f"要点{n}", Decimal(5)) for n in range(2))
        return Question(kind, stem, key=ModelAnswer("要点", rubric), points=Decimal(10))
    return Question(kind, stem, choices, ("A",) if kind == "single" else ("A", "B"), points=points)


def mixed_kinds(count: int) -> list[str]:
    """Half 单选, a fifth each 多选 and 判断, the rest 填空."""
    parts = (("single", count // 2), ("multiple", count // 5), ("true_false", count // 5))
    kinds = [kind for kind, some in parts for _ in range(some)]
    return kinds + ["fill_blank"] * (count - len(kinds))


def make_exam(name: str, kinds: Sequence[str]) -> tuple[Any, Any, Any]:
    """A published exam with one form and one sitting that is over; its form and its sitting."""
    from exams.models import Exam, Form, Section, Sitting, Slot
    from examsite.lib.ids import uuid7
    from examsite.people.models import Category, Unit, UnitKind
    from questionbanks.domain.banks import create_bank
    from questionbanks.domain.items import create_items
    from questionbanks.models import ItemState

    key = uuid7()
    unit = Unit.objects.create(id=key, kind=UnitKind.COUNTY, name=name, path=f"{key.hex}/")
    bank = create_bank(name=f"{name}题库", unit=unit, at=T0, actor=None)
    questions = [_question(kind, number) for number, kind in enumerate(kinds, 1)]
    items = create_items(bank=bank, questions=questions, at=T0, actor=None, state=ItemState.APPROVED)
    exam = Exam.objects.create(
        unit=unit,
        title=f"{name}学法考试",
        stat_year=2026,
        category=Category.objects.get(code="law-wise"),
        label="学法考试",
        audience_label="骨干群众",
        created_at=T0,
        published_at=T0,
        roster_frozen_at=T0,
    )
    form = Form.objects.create(
        exam=exam,
        code="A",
        title="A卷",
        salt="s" * 16,
        total_points=100,
        paper={},
        built_at=T0,
        published_at=T0,
    )
    sections: dict[str, Any] = {}
    for order, (kind, item) in enumerate(zip(kinds, items, strict=True), 1):
        if kind not in sections:
            rule = "option" if kind == "multiple" else "all"
            sections[kind] = Section.objects.create(
                form=form, order=order, title=kind, kind=kind, credit_rule=rule, per_choice=Decimal("0.5")
            )
        Slot.objects.create(
            form=form,
            section=sections[kind],
            order=order,
            code=f"slot{order:03}",
            version=item.current,
            kind=kind,
            points=questions[order - 1].points,
        )
    sitting = Sitting.objects.create(
        exam=exam,
        title="正考",
        opens_at=T0,
        closes_at=T0 + timedelta(hours=3),
        duration_s=3600,
        created_at=T0,
    )
    return exam, form, sitting


def handed_in(
    exam: Any, form: Any, sitting: Any, entry: Any, at: datetime, *, state: str = "submitted", **fields: Any
) -> Any:
    """An attempt begun at `at` and handed in half an hour later, not yet stored."""
    from exams.models import Attempt

    return Attempt(
        exam=exam,
        form=form,
        sitting=sitting,
        entry=entry,
        number=1,
        state=state,
        started_at=at,
        due_at=at + timedelta(hours=1),
        grace_s=180,
        submitted_at=at + timedelta(minutes=30),
        **fields,
    )


def sit(exam: Any, form: Any, sitting: Any, people: int) -> list[Any]:
    """Everybody answers everything, two in three rightly, and hands in; the attempts wait for their marks."""
    from django.db import transaction

    from exams.engine.sheet import digest, fold
    from exams.models import AnswerEvent, Attempt, Receipt, RosterEntry, Slot
    from examsite.people.models import User

    chance = random.Random(1)
    users = [User(name=f"村民{number}") for number in range(people)]
    entries = [
        RosterEntry(
            exam=exam,
            user=user,
            name=user.name,
            unit=exam.unit,
            unit_path=exam.unit.path,
            category=exam.category,
            admission_number=f"{number:06}",
        )
        for number, user in enumerate(users)
    ]
    attempts = [handed_in(exam, form, sitting, entry, T0) for entry in entries]
    slots = list(Slot.objects.filter(form=form).order_by("order"))
    events, receipts = [], []
    for place, attempt in enumerate(attempts):
        answers = [
            (slot.code, _answer(form.salt, attempt.pk, slot, chance.random() < 2 / 3), 1, seq)
            for seq, slot in enumerate(slots, 1)
        ]
        events += [
            AnswerEvent(attempt=attempt, epoch=1, seq=seq, slot=code, value=value, received_at=T0, device="d")
            for code, value, _, seq in answers
        ]
        receipts.append(
            Receipt(
                attempt=attempt,
                number=f"{exam.pk.hex[-6:]}-{place}",
                submitted_at=attempt.submitted_at,
                answered=len(slots),
                of=len(slots),
                digest=digest(fold(answers)),
                events=len(slots),
            )
        )
    with transaction.atomic():
        for model, rows in (
            (User, users),
            (RosterEntry, entries),
            (Attempt, attempts),
            (AnswerEvent, events),
            (Receipt, receipts),
        ):
            model.objects.bulk_create(rows, batch_size=1000)
    analyze()
    return attempts


def _answer(salt: str, attempt: Any, slot: Any, right: bool) -> Any:
    from exams.engine.shuffling import choice_id

    if slot.kind == "true_false":
        return (slot.order % 2 == 0) is right
    if slot.kind == "fill_blank":
        return ["１５日"] if right else [""]
    if slot.kind == "short_answer":
        return f"{attempt.hex[-8:]}认为：村务要公开，群众要监督。"
    if slot.kind == "single":
        return choice_id(salt, attempt, slot.code, "A" if right else "B")
    return sorted(choice_id(salt, attempt, slot.code, label) for label in ("AB" if right else "A"))
