"""Does it still hold? What a snapshot would say today, and what happened in between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from examsite.people.models import AuditRecord

from ...domain.frozen_figures import FrozenFigures, keeper
from ...domain.roster_changes import LABELS
from ...models import (
    Activity,
    AttemptEvent,
    Exam,
    KeyCorrection,
    ListImport,
    RosterEvent,
    Snapshot,
    SnapshotKind,
)
from ..facts.exams import exams_of_year
from ..facts.stamps import stamps_of
from ..measures import MEASURES, Figure, evaluate
from ..reports.annual import annual_document
from ..reports.document import ReportDocument
from ..sentence_facts import Style
from ..tally import Tally
from .freezing import counts_of, kept_document, kept_figure
from .report_states import numbers_digest, zone_of


@dataclass(frozen=True, slots=True)
class Changed:
    """One number that is another now."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What a snapshot would say today, and why. Both empty: it still holds."""

    changes: tuple[Changed, ...]
    causes: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return not self.changes

    @property
    def reason(self) -> str:
        return "；".join(self.causes) or "数据有变化"


def recompute(snapshot: Snapshot, *, at: datetime) -> Difference:
    """Compute what was frozen once more from today's rows; the difference and its causes."""
    if snapshot.kind == SnapshotKind.FIGURE:
        changes = _figure_changes(snapshot, at)
    else:
        changes = _report_changes(snapshot, at)
    return Difference(tuple(changes), tuple(_causes(snapshot, at)) if changes else ())


def _figure_changes(snapshot: Snapshot, at: datetime) -> list[Changed]:
    parameters = snapshot.parameters
    exam = Exam.objects.select_related("unit").get(pk=parameters["exam"])
    counts = counts_of(exam, snapshot.unit, at) or Tally()
    before, after = kept_figure(snapshot), evaluate(parameters["measure"], counts)
    return _compare(before.definition.name, before, after)


def _compare(name: str, before: Figure, after: Figure) -> list[Changed]:
    if (before.version, before.part, before.whole) == (after.version, after.part, after.whole):
        return []
    return [Changed(name, _said(before), _said(after))]


def _said(figure: Figure) -> str:
    if figure.whole is None:
        return figure.text()
    return f"{figure.text()}（{figure.part}/{figure.whole}）"


def _report_changes(snapshot: Snapshot, at: datetime) -> list[Changed]:
    kept = kept_document(snapshot)
    now = _today(snapshot, at)
    if numbers_digest(kept) == numbers_digest(now):
        return []
    changes = []
    if kept.paragraph.text != now.paragraph.text:
        changes.append(Changed("正文", kept.paragraph.text, now.paragraph.text or "（有句子不再成立）"))
    newer = {table.id: table for table in now.tables}
    for table in kept.tables:
        other = newer.get(table.id)
        if table.id == "8" or (other is not None and other.rows == table.rows):
            continue
        rows = dict(_by_name(other.rows)) if other is not None else {}
        for name, row in _by_name(table.rows):
            for place, (column, value) in enumerate(zip(table.header, row, strict=True)):
                after = rows[name][place] if name in rows else None
                if value != after:
                    changes.append(Changed(f"{table.title} · {name} · {column}", str(value), str(after)))
    return changes or [Changed("报告", "其他内容", "有变化")]


def _today(snapshot: Snapshot, at: datetime) -> ReportDocument:
    """The same report from today's rows, for the same day."""
    zone = zone_of(snapshot.parameters["zone"])
    return annual_document(
        unit=snapshot.unit,
        year=snapshot.parameters["year"],
        style=Style(snapshot.parameters["style"]),
        at=at,
        zone=zone,
        until=snapshot.as_of.astimezone(zone).date(),
    )


def _by_name(rows: Sequence[Sequence[Any]]) -> list[tuple[str, Sequence[Any]]]:
    """Rows by their words, so that a row more does not look like a change of all."""
    seen: Counter[str] = Counter()
    named = []
    for row in rows:
        words = " · ".join(str(value) for value in row[:2] if isinstance(value, str))
        seen[words] += 1
        named.append((f"{words}#{seen[words]}" if seen[words] > 1 else words, row))
    return named


def _causes(snapshot: Snapshot, at: datetime) -> list[str]:
    """What happened since to what the snapshot rests on."""
    since = snapshot.as_of
    exams = [UUID(key) for key in snapshot.rosters]
    causes = []
    for correction in KeyCorrection.objects.filter(exams__in=exams, at__gt=since, at__lte=at).distinct():
        causes.append(f"答案更正：{correction.reason}")
    voids = AttemptEvent.objects.filter(exam__in=exams, at__gt=since, at__lte=at, action="void").count()
    if voids:
        causes.append(f"作废{voids}份作答")
    changed = RosterEvent.objects.filter(exam__in=exams, at__gt=since, at__lte=at)
    for action, label in LABELS.items():
        count = changed.filter(action=action).count()
        if count:
            causes.append(f"名册冻结后{label}{count}人")
    lists = ListImport.objects.filter(exam__in=exams, decided_at__gt=since, decided_at__lte=at)
    for one in lists.exclude(state="discarded"):
        causes.append(f"外部成绩“{one.file_name}”{one.get_state_display()}")
    if snapshot.kind == SnapshotKind.REPORT:
        deeds = AuditRecord.objects.filter(
            object_type=Activity._meta.label_lower, at__gt=since, at__lte=at,
            unit__path__startswith=snapshot.unit.path,
        ).exclude(action__startswith="activity.evidence")  # fmt: skip
        if deeds.exists():
            causes.append(f"活动台账有{deeds.count()}处登记、更正或撤销")
        new = set(exams_of_year(snapshot.unit.path, snapshot.parameters["year"]).values_list("pk", flat=True))
        if new - set(exams):
            causes.append(f"新增{len(new - set(exams))}场考试")
    old = dict(snapshot.definitions)
    newer = [one.name for one in MEASURES.values() if old.get(one.id, one.version) != one.version]
    if newer:
        causes.append(f"口径版本变化：{'、'.join(newer[:5])}")
    if not causes:
        scored = AttemptEvent.objects.filter(exam__in=exams, at__gt=since, at__lte=at)
        if scored.exists():
            causes.append("作答或成绩有变化")
    return causes


def look_again(snapshot: Snapshot, *, at: datetime) -> Snapshot:
    """Mark the snapshot outdated if the rows say something else by now. Cheap while nothing has happened."""
    if snapshot.outdated_at is not None or not _may_have_changed(snapshot, at):
        return snapshot
    difference = recompute(snapshot, at=at)
    if not difference.holds:
        _outdate([snapshot.pk], difference.reason, at)
        snapshot.refresh_from_db()
    return snapshot


def _may_have_changed(snapshot: Snapshot, at: datetime) -> bool:
    exams = list(Exam.objects.filter(pk__in=[UUID(key) for key in snapshot.rosters]))
    stamps = {str(key): one.value for key, one in stamps_of(exams, at=at).items()}
    if stamps != snapshot.parameters["stamps"]:
        return True
    if snapshot.kind == SnapshotKind.FIGURE:
        return False
    # The register, older years and the plan leave no stamp: a report of one town is quickly made again.
    return numbers_digest(kept_document(snapshot)) != numbers_digest(_today(snapshot, at))


def _outdate(snapshots: Collection[Any], reason: str, at: datetime) -> None:
    Snapshot.objects.filter(pk__in=list(snapshots), outdated_at__isnull=True).update(
        outdated_at=at, outdated_reason=reason[:500]
    )


class _Keeper:
    """Tells corrections which snapshots count an attempt, and marks those outdated."""

    def resting_on(self, attempt_ids: Collection[UUID]) -> Collection[FrozenFigures]:
        found: dict[Any, Snapshot] = {}
        ids = list(attempt_ids)
        for start in range(0, len(ids), 1000):
            rows = Snapshot.objects.filter(
                outdated_at__isnull=True, attempts__attempt__in=ids[start : start + 1000]
            )
            found |= {one.pk: one for one in rows.distinct().defer("value", "people")}
        return [FrozenFigures(str(one.pk), one.title, one.frozen_at) for one in found.values()]

    def outdate(self, figures: Collection[FrozenFigures], *, reason: str, at: datetime) -> None:
        _outdate([one.id for one in figures], reason, at)


keeper(_Keeper())
