"""Marking: 100,000 answers against reading and writing as many rows; one corrected item; the marker's next.

Each database is measured in a process of its own (`python -m benchmarks.marking world`).
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from functools import partial
from statistics import median
from typing import Any

from benchmarks.databases import analyze, installed, measure_on, set_up
from benchmarks.rows import Row
from benchmarks.sat_exams import T0, make_exam, mixed_kinds, sit
from benchmarks.stopwatch import timed

SHEETS, QUESTIONS = 2000, 50  # 100,000 answers for the machine
MANY, FEW = 10_000, 10  # attempts and questions where one key is corrected
ESSAYS = 1000  # answers that wait for a person
ROUNDS = 2
_timed = partial(timed, before=gc.collect)


def run() -> Iterator[Row]:
    """All rows, SQLite first."""
    for database in installed():
        yield from _rows(database, measure_on(database, "benchmarks.marking", "world"))


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


# --- 100,000 answers for the machine ---------------------------------------------------------------------


def _machine() -> dict[str, float]:
    """Reading, computing, marking with everything stored, and inserting as many finished rows."""
    from django.db import transaction

    from exams.domain.keys import load_keys, resolve_answers
    from exams.domain.marking import BATCH, mark_many
    from exams.engine.marking import mark_sheet, total_of
    from exams.engine.sheet import digest, fold
    from exams.models import AnswerEvent, Attempt, AttemptEvent, Mark

    exam, form, sitting = make_exam("机阅", mixed_kinds(QUESTIONS))
    ids = sorted(one.pk for one in sit(exam, form, sitting, SHEETS))
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

    exam, form, sitting = make_exam("更正", mixed_kinds(FEW))
    ids = [one.pk for one in sit(exam, form, sitting, MANY)]
    mark_many(attempt_ids=ids, at=T0)
    analyze()
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

    exam, form, sitting = make_exam("人阅", ["short_answer"])
    sit(exam, form, sitting, ESSAYS)
    head, marker, idle = (
        User.objects.create(name=name, username=name) for name in ("head", "marker", "idle")
    )
    for user in (head, marker, idle):
        RoleGrant.objects.create(user=user, role=Role.MARKER, unit=exam.unit, granted_at=T0)
    spec = PlanSpec(head=head, markers=[MarkerSpec(marker)], second_share=0)
    set_plan(exam=exam, spec=spec, at=T0, actor=_officers(exam.unit)[0])
    analyze()
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
