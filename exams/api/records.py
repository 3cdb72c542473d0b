"""Snapshots, the activity register and annual reports as an API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from examsite.api import Call, call, list_call
from examsite.lib.cells import XLSX
from examsite.lib.years import read_year
from examsite.people.domain.audit import record
from examsite.people.models import Role
from examsite.people.rules import require, units_under

from ..analytics.documents.pack import evidence_pack
from ..analytics.documents.sheets import report_book
from ..analytics.documents.word import DOCX, report_docx
from ..analytics.reports.document import ReportDocument, to_json
from ..analytics.snapshots.differences import look_again, recompute
from ..analytics.snapshots.figure_proposals import WAITING, propose_figure
from ..analytics.snapshots.freezing import freeze_figure, is_intact, kept_document, kept_figure
from ..analytics.snapshots.report_states import (
    choose_style,
    live_document,
    newest_snapshot,
    open_report,
    status_lines,
    submit_report,
    take_back_report,
)
from ..domain import annual
from ..models import Activity, AnnualReport, Snapshot, SnapshotKind
from ..rules import (
    activities_editable_by,
    activities_visible_to,
    exams_in_sight,
    reports_visible_to,
    snapshots_visible_to,
    unit_for_figures,
)
from . import figures_schema as schema
from .figures import figure_data
from .schema import ReasonIn

FILES = {"docx": DOCX, "xlsx": XLSX, "zip": "application/zip"}


def records_call(
    operation_id: str, *, request: Any = None, reply: Any = None, status: int = 200, **more: Any
) -> Any:
    """The document's entry of a call for what figures are kept in."""
    return call(operation_id, tag="records", request=request, reply=reply, status=status, **more)


# --- Snapshots -----------------------------------------------------------------------------------------


class Snapshots(Call):
    @list_call("snapshots_list", schema.SnapshotOut, tag="records")
    def get(self, request: Request) -> Response:
        """Frozen figures in sight, newest first."""
        rows = snapshots_visible_to(request.user).select_related("unit", "frozen_by", "approver")
        return self.paged(rows.defer("value", "people").order_by("-frozen_at", "pk"), schema.SnapshotOut)

    @records_call(
        "snapshots_create",
        request=schema.NewSnapshotIn,
        reply=schema.SnapshotOut,
        status=201,
        also={202: schema.WaitingOut},
    )
    def post(self, request: Request) -> Response:
        """Freeze one figure with everything it rests on, or (202) ask a second officer to."""
        data = self.read(schema.NewSnapshotIn)
        exam = self.find(exams_in_sight(request.user).select_related("unit"), data["exam"])
        require(request.user, exam.unit, Role.OFFICER)
        unit = unit_for_figures(request.user, exam, str(data.get("unit") or ""))
        what = {"exam": exam, "unit": unit, "measure": data["measure"], "at": self.at, "actor": request.user}
        if settings.REQUIRE_SECOND_PERSON:
            approval = propose_figure(as_of=data.get("as_of"), **what)
            return Response(
                schema.WaitingOut({"approvals": [approval.pk], "state": WAITING}).data, status=202
            )
        snapshot = freeze_figure(as_of=data.get("as_of") or self.at, **what)
        return Response(schema.SnapshotOut(snapshot).data, status=201)


class SnapshotView(Call):
    @records_call("snapshots_retrieve", reply=schema.SnapshotDetailOut)
    def get(self, request: Request, snapshot: UUID) -> Response:
        """One snapshot: its value, whether it is intact, what it would say now and why."""
        rows = snapshots_visible_to(request.user).select_related("unit", "frozen_by", "approver")
        found: Snapshot = look_again(self.find(rows, snapshot), at=self.at)
        difference = recompute(found, at=self.at) if found.outdated_at else None
        data = dict(schema.SnapshotOut(found).data) | {
            "figure": figure_data(kept_figure(found)) if found.kind == SnapshotKind.FIGURE else None,
            "people": len(found.people),
            "attempts": list(found.attempts.values_list("attempt_id", flat=True)),
            "intact": is_intact(found),
            "changes": difference.changes if difference else [],
            "causes": list(difference.causes) if difference else [],
        }
        return Response(schema.SnapshotDetailOut(data).data)


# --- The activity register -------------------------------------------------------------------------------


class Activities(Call):
    @list_call(
        "activities_list",
        schema.ActivityOut,
        tag="records",
        parameters=[OpenApiParameter("year", int, description="of which year; default all")],
    )
    def get(self, request: Request) -> Response:
        """The register in sight, newest first; entries struck out are there with their reason."""
        rows = activities_visible_to(request.user).select_related("unit").order_by("-date", "pk")
        year = read_year(request.query_params.get("year", ""))
        if year is not None:
            rows = rows.filter(date__year=year)
        return self.paged(rows, schema.ActivityOut)

    @records_call("activities_create", request=schema.NewActivityIn, reply=schema.ActivityOut, status=201)
    def post(self, request: Request) -> Response:
        """Enter one activity that took place."""
        data = self.read(schema.NewActivityIn)
        unit = self.find(units_under(request.user, Role.OFFICER), data.pop("unit"))
        made = annual.register_activity(
            unit=unit, day=data.pop("date"), at=self.at, today=timezone.localdate(self.at),
            actor=request.user, **data,
        )  # fmt: skip
        return Response(schema.ActivityOut(made).data, status=201)


class ActivityView(Call):
    @records_call("activities_retrieve", reply=schema.ActivityOut)
    def get(self, request: Request, activity: UUID) -> Response:
        """One entry."""
        rows = activities_visible_to(request.user).select_related("unit")
        return Response(schema.ActivityOut(self.find(rows, activity)).data)

    @records_call("activities_update", request=schema.CorrectedActivityIn, reply=schema.ActivityOut)
    def put(self, request: Request, activity: UUID) -> Response:
        """Correct an entry; what it said stays in its history."""
        found, data = self._mine(activity), self.read(schema.CorrectedActivityIn)
        reason = data.pop("reason")
        made = annual.correct_activity(
            activity=found, entry=annual.ActivityEntry(**data), reason=reason, at=self.at,
            today=timezone.localdate(self.at), actor=request.user,
        )  # fmt: skip
        return Response(schema.ActivityOut(made).data)

    def _mine(self, key: UUID) -> Activity:
        return self.find(activities_editable_by(self.request.user).select_related("unit"), key)


class WithdrawActivity(ActivityView):
    http_method_names = ["post", "options"]

    @records_call("activities_withdraw", request=ReasonIn, reply=schema.ActivityOut)
    def post(self, request: Request, activity: UUID) -> Response:
        """Strike an entry out."""
        mine, reason = self._mine(activity), self.read(ReasonIn)["reason"]
        found = annual.withdraw_activity(activity=mine, reason=reason, at=self.at, actor=request.user)
        return Response(schema.ActivityOut(found).data)


# --- Reports ---------------------------------------------------------------------------------------------


class ReportCall(Call):
    """Look-ups that reports share."""

    def report(self, key: UUID) -> AnnualReport:
        return self.find(reports_visible_to(self.request.user).select_related("unit"), key)

    def own_report(self, key: UUID) -> AnnualReport:
        found = self.report(key)
        require(self.request.user, found.unit, Role.OFFICER)
        return found

    def document(self, report: AnnualReport) -> tuple[ReportDocument, Snapshot | None]:
        snapshot = newest_snapshot(report)
        if snapshot is not None:
            snapshot = look_again(snapshot, at=self.at)
            return kept_document(snapshot), snapshot
        return live_document(report, at=self.at, zone=timezone.get_current_timezone()), None

    def shown(self, report: AnnualReport) -> dict[str, Any]:
        document, snapshot = self.document(report)
        return dict(schema.ReportOut(report).data) | {
            "text": document.paragraph.text,
            "refused": [one.message for one in document.paragraph.refusals],
            "gaps": [gap.text for gap in document.gaps if gap.must],
            "outdated_reason": snapshot.outdated_reason if snapshot else "",
            "document": to_json(document),
        }


class Reports(ReportCall):
    @list_call("reports_list", schema.ReportOut, tag="records")
    def get(self, request: Request) -> Response:
        """Annual reports in sight, newest first."""
        rows = reports_visible_to(request.user).select_related("unit").order_by("-year", "pk")
        return self.paged(rows, schema.ReportOut)

    @records_call("reports_create", request=schema.NewReportIn, reply=schema.ReportOut, status=201)
    def post(self, request: Request) -> Response:
        """Open the report of a unit and year; the one that is there, if any."""
        data = self.read(schema.NewReportIn)
        unit = self.find(units_under(request.user, Role.OFFICER), data["unit"])
        report = open_report(unit=unit, year=data["year"], at=self.at, actor=request.user)
        return Response(schema.ReportOut(report).data, status=201)


class ReportView(ReportCall):
    @records_call("reports_retrieve", reply=schema.ReportDetailOut)
    def get(self, request: Request, report: UUID) -> Response:
        """One report: as the rows say now, or as it was frozen."""
        return Response(schema.ReportDetailOut(self.shown(self.report(report))).data)

    @records_call("reports_update", request=schema.StyleIn, reply=schema.ReportOut)
    def put(self, request: Request, report: UUID) -> Response:
        """Choose how a draft speaks."""
        mine, style = self.own_report(report), self.read(schema.StyleIn)["style"]
        found = choose_style(report=mine, style=style, at=self.at, actor=request.user)
        return Response(schema.ReportOut(found).data)


class SubmitReport(ReportCall):
    @records_call("reports_submit", reply=schema.ReportOut)
    def post(self, request: Request, report: UUID) -> Response:
        """Hand the draft to a second officer, who freezes exactly these numbers or none."""
        found, zone = self.own_report(report), timezone.get_current_timezone()
        document = live_document(found, at=self.at, zone=zone)
        submit_report(report=found, document=document, at=self.at, zone=zone, actor=request.user)
        found.refresh_from_db()
        return Response(schema.ReportOut(found).data)


class TakeBackReport(ReportCall):
    @records_call("reports_take_back", reply=schema.ReportOut)
    def post(self, request: Request, report: UUID) -> Response:
        """Back to a draft; the snapshots of before stay."""
        found = take_back_report(report=self.own_report(report), at=self.at, actor=request.user)
        return Response(schema.ReportOut(found).data)


class ReportFile(ReportCall):
    @call("reports_file", tag="records", reply=OpenApiTypes.BINARY)
    def get(self, request: Request, report: UUID, extension: str) -> HttpResponse:
        """The report as docx or xlsx, or its evidence pack as zip (officers only)."""
        found = self.own_report(report) if extension == "zip" else self.report(report)
        document, snapshot = self.document(found)
        zone = timezone.get_current_timezone()
        status = status_lines(found, snapshot, at=self.at, zone=zone)
        if extension == "docx":
            data = report_docx(document, status=status)
        elif extension == "xlsx":
            data = report_book(document, status=status)
        else:
            data = evidence_pack(
                report=found, document=document, snapshot=snapshot, at=self.at, zone=zone,
                secret=settings.DATA_SECRET, status=status,
            )  # fmt: skip
            record(action="report.pack", target=found, at=self.at, actor=request.user, unit=found.unit)
        return HttpResponse(data, content_type=FILES[extension])
