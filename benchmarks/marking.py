"""Marking: 100,000 answers against reading and writing as many rows; one corrected item; the marker's next.

Each database is measured in a process of its own (`python -m benchmarks.marking world`).
"""

from __future__ import annotations

import gc
import json
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

from benchmarks.databases import DATABASES, measure_on, set_up
from benchmarks.rows import Row

T0 = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
SHEETS, QUESTIONS = 2000, 50  # 100,000 answers for the machine
MANY, FEW = 10_000, 10  # attempts and questions where one key is corrected
ESSAYS = 1000  # answers that wait for a person
ROUNDS = 2


def run() -> Iterator[Row]:
    """All rows, SQLite first."""
    for database in DATABASES:
        found = measure_on(database, "benchmarks.marking", "world")
        if found is None:
            print(f"    {database} is not installed: not measured")
            continue
        yield from _rows(database, found)


def _rows(database: str, found: dict[str, float]) -> Iterator[Row]:
    answers = f"{SHEETS * QUESTIONS:,} answers"
    yield Row(f"{database}, {answers}, computing ÷ reading", found["compute"] / found["read"], "×", 2.0)
    yield Row(
        f"{database}, {answers}, marked and stored ÷ bare insert", found["mark"] / found["insert"], "×", 1.5
    )
    yield Row(f"{database}, {answers}, read", found["read"], "s")
    yield Row(f"{database}, {answers}, computed", found["compute"], "s")
    yield Row(f"{database}, {answers}, bare insert of as many rows", found["insert"], "s")
    yield Row(f"{database}, {answers}, marked and stored", found["mark"], "s")
    corrected = f"one key of {FEW} corrected, {MANY:,} attempts"
    yield Row(f"{database}, {corrected}, marks of other questions", found["other marks"], "", 0)
    yield Row(f"{database}, {corrected}, totals written − totals concerned", found["other totals"], "", 0)
    yield Row(f"{database}, {corrected}, statements", found["statements"], "")
    yield Row(f"{database}, {corrected}, preview", found["preview"], "s")
    yield Row(f"{database}, {corrected}, carried out", found["correct"], "s")
    yield Row(
        f"{database}, the marker's next answer ÷ an empty page", found["next"] / found["empty"], "×", 3.0
    )
    yield Row(f"{database}, the marker's page ÷ an empty page", found["page"] / found["empty"], "×", 3.0)
    yield Row(f"{database}, an empty page", 1000 * found["empty"], "ms")


def world() -> dict[str, float]:
    """Measure on the database at hand."""
    set_up()
    return {**_machine(), **_correction(), **_marker()}


# --- Worlds ----------------------------------------------------------------------------------------------


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


def _kinds(count: int) -> list[str]:
    """Half 单选, a fifth each 多选 and 判断, the rest 填空."""
    parts = (("single", count // 2), ("multiple", count // 5), ("true_false", count // 5))
    kinds = [kind for kind, some in parts for _ in range(some)]
    return kinds + ["fill_blank"] * (count - len(kinds))


def _exam(name: str, kinds: Sequence[str]) -> tuple[Any, Any, Any]:
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


def _sit(exam: Any, form: Any, sitting: Any, people: int) -> list[Any]:
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
    attempts = [
        Attempt(
            exam=exam,
            entry=entry,
            sitting=sitting,
            form=form,
            number=1,
            state="submitted",
            started_at=T0,
            due_at=T0 + timedelta(hours=1),
            grace_s=180,
            submitted_at=T0 + timedelta(minutes=30),
        )
        for entry in entries
    ]
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
    _analyze()
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


def _analyze() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _timed(what: Callable[[], object]) -> float:
    gc.collect()
    start = time.perf_counter()
    what()
    return time.perf_counter() - start


# --- 100,000 answers for the machine ---------------------------------------------------------------------


def _machine() -> dict[str, float]:
    """Reading, computing, marking with everything stored, and inserting as many finished rows."""
    from django.db import transaction

    from exams.domain.keys import load_keys, resolve_answers
    from exams.domain.marking import BATCH, mark_many
    from exams.engine.marking import mark_sheet, total_of
    from exams.engine.sheet import digest, fold
    from exams.models import AnswerEvent, Attempt, AttemptEvent, Mark

    exam, form, sitting = _exam("机阅", _kinds(QUESTIONS))
    ids = sorted(one.pk for one in _sit(exam, form, sitting, SHEETS))
    batches = [ids[start : start + BATCH] for start in range(0, len(ids), BATCH)]
    logs: dict[Any, list[Any]] = {}

    def read() -> None:
        logs.clear()
        for some in batches:
            rows = AnswerEvent.objects.filter(attempt__in=some)
            for attempt, *event in rows.values_list("attempt_id", "slot", "value", "epoch", "seq"):
                logs.setdefault(attempt, []).append(event)

    totals = []

    def compute() -> None:
        totals.clear()
        keys = load_keys(form.pk)
        for attempt, events in logs.items():
            sheet = fold(events)
            answers = resolve_answers(keys, attempt, {slot: one.value for slot, one in sheet.items()})
            marks = mark_sheet(keys.slots, answers)
            totals.append((digest(sheet), total_of({one.code: one.points for one in marks}, keys.slots)))

    def insert() -> None:
        for start in range(0, len(ready), BATCH * QUESTIONS):
            with transaction.atomic():
                Mark.objects.bulk_create(ready[start : start + BATCH * QUESTIONS], batch_size=1000)

    def forget() -> None:
        Mark.objects.all()._raw_delete("default")
        AttemptEvent.objects.all()._raw_delete("default")
        Attempt.objects.update(state="submitted", points=None, possible=None)

    found: dict[str, list[float]] = {"read": [], "compute": [], "mark": [], "insert": []}
    for _ in range(ROUNDS):
        found["read"].append(_timed(read))
        found["compute"].append(_timed(compute))
        forget()
        found["mark"].append(_timed(lambda: mark_many(attempt_ids=ids, at=T0)))
        stored = list(Attempt.objects.filter(pk__in=ids[:500]).values_list("state", "points"))
        assert {state for state, _ in stored} == {"marked"}
        ready = list(Mark.objects.order_by("id"))
        assert len(ready) == SHEETS * QUESTIONS
        for one in ready:
            one.pk, one._state.adding = None, True
        forget()
        found["insert"].append(_timed(insert))
        forget()
    assert sum(total.points for _, total in totals) > 0
    return {name: median(values) for name, values in found.items()}


# --- One key corrected -----------------------------------------------------------------------------------


def _correction() -> dict[str, float]:
    """One question of ten gets another key, 10,000 attempts after the exam."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from exams.domain.corrections import CorrectionSpec, correct_key, preview_correction
    from exams.domain.marking import mark_many
    from exams.engine.keys import Method
    from exams.models import Attempt, AttemptEvent, Mark, Slot
    from examsite.lib.errors import Forbidden

    exam, form, sitting = _exam("更正", _kinds(FEW))
    ids = [one.pk for one in _sit(exam, form, sitting, MANY)]
    mark_many(attempt_ids=ids, at=T0)
    _analyze()
    slot = Slot.objects.select_related("version").get(form=form, order=1)
    spec = CorrectionSpec(slot.version, None, Method.KEY, (("B",),), (exam,))
    first, second = _officers(exam.unit)
    at, before = T0 + timedelta(days=1), Mark.objects.filter(attempt__exam=exam).count()
    points = dict(Attempt.objects.filter(exam=exam).values_list("pk", "points"))
    found = {"preview": _timed(lambda: preview_correction(spec=spec, at=at))}
    with suppress(Forbidden):  # the first of two
        correct_key(spec=spec, reason="答案有误", at=at, actor=first)
    with CaptureQueriesContext(connection) as seen:
        found["correct"] = _timed(lambda: correct_key(spec=spec, reason="答案有误", at=at, actor=second))
    new = Mark.objects.filter(attempt__exam=exam, at=at)
    assert new.count() == Mark.objects.filter(attempt__exam=exam).count() - before == MANY
    moved = {
        key
        for key, now in Attempt.objects.filter(exam=exam).values_list("pk", "points")
        if now != points[key]
    }
    written = set(AttemptEvent.objects.filter(attempt__exam=exam, at=at).values_list("attempt", flat=True))
    assert len(moved) > MANY / 2
    return found | {
        "other marks": new.exclude(slot=slot).count(),
        "other totals": len(written ^ moved),
        "statements": len(seen),
    }


def _officers(unit: Any) -> list[Any]:
    from examsite.people.models import Role, RoleGrant, User

    found = []
    for name in "甲乙":
        user = User.objects.create(name=f"考务{name}")
        RoleGrant.objects.create(user=user, role=Role.OFFICER, unit=unit, granted_at=T0)
        found.append(user)
    return found


# --- The marker's next answer ----------------------------------------------------------------------------


def _marker() -> dict[str, float]:
    """What a marker waits for after Enter, against a page in the same frame with nothing on it."""
    from django.test import Client
    from django.urls import reverse

    from exams.domain.marking_plans import MarkerSpec, PlanSpec, set_plan
    from exams.models import MarkingTask
    from examsite.people.models import Role, RoleGrant, User

    exam, form, sitting = _exam("人阅", ["short_answer"])
    _sit(exam, form, sitting, ESSAYS)
    head, marker, idle = (
        User.objects.create(name=name, username=name) for name in ("head", "marker", "idle")
    )
    for user in (head, marker, idle):
        RoleGrant.objects.create(user=user, role=Role.MARKER, unit=exam.unit, granted_at=T0)
    spec = PlanSpec(head=head, markers=[MarkerSpec(marker)], second_share=0)
    set_plan(exam=exam, spec=spec, at=T0, actor=_officers(exam.unit)[0])
    _analyze()
    busy, bored = Client(), Client()
    busy.force_login(marker)
    bored.force_login(idle)
    task = MarkingTask.objects.filter(marker=marker)[0]
    queue = reverse("exams:mark_queue", args=[exam.pk, task.question])

    def empty() -> None:
        assert bored.get(reverse("exams:my_marking")).status_code == 200

    def page() -> None:
        assert busy.get(queue).status_code == 200

    def judge() -> float:
        waiting = reverse("exams:mark_task", args=[MarkingTask.objects.filter(done_at=None).first().pk])
        start = time.perf_counter()
        reply = busy.post(waiting, {"points": "6"}, headers={"accept": "application/json"})
        seconds = time.perf_counter() - start
        assert reply.json()["judged"] == 1
        return seconds

    for warm in (empty, page, judge):
        warm()
    rounds = [(_timed(empty), _timed(page), judge()) for _ in range(40)]  # by turns: the machine is shared
    return dict(zip(("empty", "page", "next"), map(median, zip(*rounds, strict=True)), strict=True))


if __name__ == "__main__" and sys.argv[1:] == ["world"]:
    print(json.dumps(world()))
