"""An annual report as files: the Word text, the workbook of its tables, the evidence pack."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from examsite.lib.cells import XLSX
from examsite.people.domain.audit import record
from examsite.people.models import User

from ...models import AnnualReport
from ..snapshots.report_states import shown_document, status_lines
from .pack import evidence_pack
from .sheets import report_book
from .word import DOCX, report_docx


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A file to keep."""

    data: bytes
    name: str
    content_type: str


def report_file(
    *, report: AnnualReport, extension: str, at: datetime, zone: tzinfo, secret: str, actor: User
) -> ReportFile:
    """The report as docx or xlsx; as zip its evidence pack, names included: that one is noted in the log.

    `secret` signs the pack's index.
    """
    document, snapshot = shown_document(report, at=at, zone=zone)
    status = status_lines(report, snapshot, at=at, zone=zone)
    if extension == "docx":
        return ReportFile(report_docx(document, status=status), f"{document.title}.docx", DOCX)
    if extension == "xlsx":
        return ReportFile(report_book(document, status=status), f"{document.title} 附表.xlsx", XLSX)
    data = evidence_pack(
        report=report,
        document=document,
        snapshot=snapshot,
        at=at,
        zone=zone,
        secret=secret,
        status=status,
    )
    record(action="report.pack", target=report, at=at, actor=actor, unit=report.unit)
    return ReportFile(data, f"{document.title} 佐证包.zip", "application/zip")
