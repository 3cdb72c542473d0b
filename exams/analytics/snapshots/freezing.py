"""Freezing: the value, the people and attempts behind it, and one digest over all of it.

Who may freeze what, and with whom, is asked elsewhere: `figure_proposals` and `report_states`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from examsite.lib.errors import Invalid
from examsite.people.domain.approvals import canonical, digest_of
from examsite.people.domain.audit import record
from examsite.people.models import Unit, User

from ...engine.results import PersonResult
from ...models import (
    AnnualReport,
    Exam,
    Snapshot,
    SnapshotAttempt,
    SnapshotKind,
)
from ..facts.people import EXTERNAL, people_of
from ..facts.stamps import stamps_of
from ..facts.stored import RecountedSums
from ..measures import MEASURES, Figure, Measure, Scope, evaluate
from ..reports.document import ReportDocument, from_json
from ..tally import Tally, pack, unpack

SUM = Decimal("0.000001")


def measure_of_exam(measure: str) -> Measure:
    """The measure of this id. Raises Invalid for one that there is not, or that is not of one exam."""
    definition = MEASURES.get(measure)
    if definition is None or definition.scope is not Scope.EXAM:
        raise Invalid("measure", f"没有“{measure}”这个指标。")
    return definition


@transaction.atomic
def freeze_figure(
    *,
    exam: Exam,
    unit: Unit,
    measure: str,
    as_of: datetime,
    at: datetime,
    actor: User,
    approver: User | None = None,
) -> Snapshot:
    """Freeze one figure of one exam in the subtree of a unit, as the rows stood at `as_of`.

    `approver` is the second person; None where the office works without. Raises Invalid for an unknown
    measure, for a moment to come, and for a unit nobody of which is listed.
    """
    definition = measure_of_exam(measure)
    if as_of > at:
        raise Invalid("as_of", "数据时间不能晚于现在。")
    counts = counts_of(exam, unit, as_of)
    if counts is None:
        raise Invalid("unit", f"“{unit}”没有人在“{exam.title}”的名册里。")
    figure = evaluate(measure, counts)
    holds = as_of == at or evaluate(measure, counts_of(exam, unit, at) or Tally()) == figure
    return freeze(
        kind=SnapshotKind.FIGURE,
        unit=unit,
        title=f"{exam.title} · {unit} · {definition.name} {figure.text()}",
        as_of=as_of,
        definitions=[[definition.id, definition.version]],
        parameters={"exam": str(exam.pk), "unit": str(unit.pk), "measure": measure},
        value={"counts": pack(counts)},
        exams=[exam],
        under=unit.path,
        at=at,
        actor=actor,
        approver=approver,
        holds=holds,
    )


def counts_of(exam: Exam, unit: Unit, as_of: datetime) -> Tally | None:
    sums = RecountedSums([exam], at=as_of).of_unit(unit.pk).get(exam.pk)
    return None if sums is None else sums.total


def freeze(
    *,
    kind: str,
    unit: Unit,
    title: str,
    as_of: datetime,
    definitions: list[list[Any]],
    parameters: dict[str, Any],
    value: Any,
    exams: Sequence[Exam],
    under: str,
    at: datetime,
    actor: User,
    approver: User | None = None,
    report: AnnualReport | None = None,
    holds: bool = True,
) -> Snapshot:
    """Keep a value and all that it rests on. `holds`: at `at` the rows still say what they said at `as_of`;
    where they do not, no stamps are kept, and whoever looks again is told what has changed."""
    people = {exam.pk: people_of(exam, at=as_of, under=under) for exam in exams}
    attempts, externals = counting_tries(people.values())
    stamps = stamps_of(exams, at=as_of) if holds else {}
    snapshot = Snapshot(
        kind=kind,
        unit=unit,
        report=report,
        title=title[:200],
        as_of=as_of,
        definitions=definitions,
        parameters=parameters | {"stamps": {str(key): one.value for key, one in stamps.items()}},
        value=value,
        people=[[person.entry_id, person.status.value] for some in people.values() for person in some],
        rosters={str(exam.pk): exam.roster_digest for exam in exams},
        externals=externals,
        frozen_by=actor,
        approver=approver,
        frozen_at=at,
    )
    snapshot.digest = _digest(snapshot, attempts)
    snapshot.save()
    SnapshotAttempt.objects.bulk_create(
        [SnapshotAttempt(snapshot=snapshot, attempt_id=key, percent=percent) for key, percent in attempts],
        batch_size=1000,
    )
    record(
        action="snapshot.freeze", target=snapshot, at=at, actor=actor, unit=unit,
        after={"digest": snapshot.digest, "attempts": len(attempts)},
    )  # fmt: skip
    return snapshot


def counting_tries(
    people: Iterable[Iterable[PersonResult]],
) -> tuple[list[tuple[str, Decimal | None]], list[list[str]]]:
    """The counting attempts with their percentages, and the results from elsewhere."""
    attempts: list[tuple[str, Decimal | None]] = []
    externals: list[list[str]] = []
    for some in people:
        for person in some:
            for one in person.tries:
                if not one.counts:
                    continue
                if one.attempt_id.startswith(EXTERNAL):
                    externals.append([one.attempt_id, str(one.percent)])
                else:
                    attempts.append(
                        (one.attempt_id, None if one.percent is None else one.percent.quantize(SUM))
                    )
    return sorted(attempts), sorted(externals)


def _digest(snapshot: Snapshot, attempts: Iterable[tuple[str, Decimal | None]]) -> str:
    """Lower-hex SHA-256 of everything the snapshot says and rests on."""
    content = {
        "kind": snapshot.kind,
        "title": snapshot.title,
        "as_of": snapshot.as_of.isoformat(),
        "definitions": snapshot.definitions,
        "parameters": snapshot.parameters,
        "value": snapshot.value,
        "people": snapshot.people,
        "rosters": snapshot.rosters,
        "externals": snapshot.externals,
        "attempts": [[key, None if percent is None else f"{percent:f}"] for key, percent in attempts],
    }
    # A trip through JSON first: what the database gives back must have the same digest.
    return digest_of(json.loads(canonical(content)))


def is_intact(snapshot: Snapshot) -> bool:
    """Whether what is stored is what was frozen."""
    rows = snapshot.attempts.order_by("attempt_id").values_list("attempt_id", "percent")
    return _digest(snapshot, sorted((str(key), percent) for key, percent in rows)) == snapshot.digest


def kept_document(snapshot: Snapshot) -> ReportDocument:
    """A frozen report as it was."""
    return from_json(snapshot.value)


def kept_figure(snapshot: Snapshot) -> Figure:
    """A frozen figure as it was."""
    return evaluate(snapshot.parameters["measure"], unpack(snapshot.value["counts"]))
