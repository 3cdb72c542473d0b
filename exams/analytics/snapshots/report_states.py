"""A report from draft to frozen: one person submits, another agrees to exactly these numbers."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from examsite.lib.errors import Conflict, Invalid
from examsite.people.domain.approvals import digest_of, on_approval, propose
from examsite.people.domain.audit import record
from examsite.people.models import Approval, Unit, User

from ...models import (
    AnnualReport,
    ReportState,
    ReportStyle,
    Snapshot,
    SnapshotKind,
)
from ..facts.exams import exams_of_year
from ..measures import MEASURES
from ..reports.annual import annual_document
from ..reports.document import ReportDocument, to_json
from ..sentence_facts import Style
from .freezing import freeze

FREEZE = "report.freeze"


@transaction.atomic
def open_report(*, unit: Unit, year: int, at: datetime, actor: User) -> AnnualReport:
    """The report of a unit and year; made when there is none yet."""
    report, made = AnnualReport.objects.get_or_create(
        unit=unit, year=year, defaults={"created_at": at, "style": ReportStyle.VERIFIED}
    )
    if made:
        record(action="report.open", target=report, at=at, actor=actor, unit=unit)
    return report


@transaction.atomic
def choose_style(*, report: AnnualReport, style: str, at: datetime, actor: User) -> AnnualReport:
    """How the report speaks. Raises Conflict once it is frozen."""
    locked = _locked(report)
    if style not in ReportStyle.values:
        raise Invalid("style", "没有这种文体。")
    if locked.state == ReportState.FROZEN:
        raise Conflict("frozen", "报告已冻结，不能再改。需要改时请先“重新起草”。")
    locked.style = style
    locked.save(update_fields=["style"])
    return locked


def _locked(report: AnnualReport) -> AnnualReport:
    rows = AnnualReport.objects.select_for_update(of=("self",)).select_related("unit")
    return rows.get(pk=report.pk)


def live_document(
    report: AnnualReport, *, at: datetime, zone: tzinfo, as_of: datetime | None = None
) -> ReportDocument:
    """The report as the rows say."""
    return annual_document(
        unit=report.unit, year=report.year, style=Style(report.style), at=at, zone=zone, as_of=as_of
    )


@transaction.atomic
def submit_report(
    *, report: AnnualReport, document: ReportDocument, at: datetime, zone: tzinfo, actor: User
) -> Approval:
    """Hand the draft to a second person: he freezes exactly these numbers, or none.

    Raises Conflict for a report that is not a draft or still has gaps that must be closed.
    """
    locked = _locked(report)
    if locked.state != ReportState.DRAFT:
        raise Conflict("state", f"报告现在是“{locked.get_state_display()}”，不能再提交。")
    must = [gap.text for gap in document.gaps if gap.must]
    if must:
        raise Conflict("gaps", f"还有{len(must)}处不成立，不能提交：{' '.join(must[:3])}")
    locked.state, locked.submitted_by, locked.submitted_at = ReportState.REVIEW, actor, at
    locked.save(update_fields=["state", "submitted_by", "submitted_at"])
    return propose(
        action=FREEZE,
        target=locked,
        content={
            "正文": document.paragraph.text,
            "文体": locked.get_style_display(),
            "数字指纹": numbers_digest(document),
            "时区": str(zone),
        },
        summary=f"冻结{locked}",
        unit=locked.unit,
        at=at,
        actor=actor,
    )


def numbers_digest(document: ReportDocument) -> str:
    """The digest of a document without the moment it was made: equal numbers, equal digest."""
    return digest_of({**to_json(document), "sources": {}, "tables": _without_sources(document)})


def _without_sources(document: ReportDocument) -> Any:
    return [one for one in to_json(document)["tables"] if one["id"] != "8"]


@transaction.atomic
def take_back_report(*, report: AnnualReport, at: datetime, actor: User) -> AnnualReport:
    """Back to a draft: what was submitted is withdrawn, or a frozen report is written anew.

    The snapshots of before stay.
    """
    locked = _locked(report)
    if locked.state == ReportState.DRAFT:
        return locked
    Approval.objects.filter(
        action=FREEZE, object_id=str(locked.pk), decided_at__isnull=True, expires_at__gt=at
    ).update(expires_at=at)
    locked.state, locked.submitted_by, locked.submitted_at = ReportState.DRAFT, None, None
    locked.save(update_fields=["state", "submitted_by", "submitted_at"])
    record(action="report.take_back", target=locked, at=at, actor=actor, unit=locked.unit)
    return locked


@on_approval(FREEZE)
def _freeze_report(approval: Approval, at: datetime) -> Snapshot:
    """The second person agreed: the numbers are looked up once more and must be those he was shown."""
    report = _locked(AnnualReport.objects.get(pk=approval.object_id))
    if report.state != ReportState.REVIEW:
        raise Conflict("state", "报告已经撤回或冻结，这次审批不再有效。")
    zone = zone_of(approval.content["时区"])
    document = live_document(report, at=at, zone=zone)
    if numbers_digest(document) != approval.content["数字指纹"]:
        raise Conflict("changed", "提交以后数字有变化，请让提交人撤回、核对后重新提交。")
    exams = list(exams_of_year(report.unit.path, report.year))
    snapshot = freeze(
        kind=SnapshotKind.REPORT,
        unit=report.unit,
        title=document.title,
        as_of=at,
        definitions=[[one.id, one.version] for one in MEASURES.values()],
        parameters={"year": report.year, "style": report.style, "zone": str(zone)},
        value=to_json(document),
        exams=exams,
        under="",
        at=at,
        actor=approval.proposer,
        approver=approval.approver,
        report=report,
    )
    report.state = ReportState.FROZEN
    report.save(update_fields=["state"])
    return snapshot


def zone_of(name: str) -> tzinfo:
    """The time zone a report was made in."""
    return ZoneInfo(name)


def newest_snapshot(report: AnnualReport) -> Snapshot | None:
    """The snapshot of a frozen report; of one that is written anew the last there was."""
    found = report.snapshots.select_related("frozen_by", "approver", "unit").order_by("-frozen_at").first()
    return found if found is None or report.state == ReportState.FROZEN else None


def status_lines(
    report: AnnualReport, snapshot: Snapshot | None, *, at: datetime, zone: tzinfo
) -> tuple[str, ...]:
    """What every print of a report says of itself: draft or frozen, by whom, and whether it is outdated."""
    if snapshot is None:
        return (f"（{report.get_state_display()}，数据截至{at.astimezone(zone):%Y年%m月%d日%H时%M分}）",)
    people = f"{snapshot.frozen_by} 提交，{snapshot.approver} 核准"
    frozen = snapshot.frozen_at.astimezone(zone)
    lines = [f"（{frozen:%Y年%m月%d日}冻结，{people}，指纹{snapshot.digest[:16]}）"]
    if snapshot.outdated_at is not None:
        outdated = snapshot.outdated_at.astimezone(zone)
        lines.append(f"（数据已过期：{outdated:%Y年%m月%d日}发现{snapshot.outdated_reason}）")
    return tuple(lines)
