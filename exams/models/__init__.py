"""Exams, forms, rosters, attempts, marks, and the activity register."""

from .annual import (
    Activity,
    ActivityFile,
    ActivityKind,
    ExternalResult,
    ListImport,
    ListKind,
    ListState,
    PlanItem,
    YearTotal,
)
from .attempt import (
    AnswerEvent,
    Attempt,
    AttemptEvent,
    Notice,
    Presence,
    Quarantine,
    QuarantineReason,
    Receipt,
)
from .blueprint import Blueprint, BlueprintRow, BlueprintSection
from .certificate import Certificate
from .correction import KeyCorrection, ResultNote
from .entry_sheet import KeyedSheet, SheetScan
from .exam import Exam, FinalRule, MakeupCap, Mode, ReleaseRule, Room, Sitting, SittingKind
from .figures import ExamFigures, UnitFigures
from .form import Form, FormRole, Section, Slot
from .mark import Mark
from .marking import DealRule, Judgement, MarkerShare, MarkingPlan, MarkingRound, MarkingTask
from .reminder import Reminder, ReminderChannel
from .review import ReviewOutcome, ReviewRequest, ReviewStep
from .roster import RosterEntry, RosterEvent, RosterStatus, Seat, Ticket
from .snapshot import AnnualReport, ReportState, ReportStyle, Snapshot, SnapshotAttempt, SnapshotKind

__all__ = [
    "Activity",
    "ActivityFile",
    "ActivityKind",
    "AnnualReport",
    "AnswerEvent",
    "Attempt",
    "AttemptEvent",
    "Blueprint",
    "BlueprintRow",
    "BlueprintSection",
    "Certificate",
    "DealRule",
    "Exam",
    "ExamFigures",
    "ExternalResult",
    "FinalRule",
    "Form",
    "FormRole",
    "Judgement",
    "KeyCorrection",
    "KeyedSheet",
    "ListImport",
    "ListKind",
    "ListState",
    "MakeupCap",
    "Mark",
    "MarkerShare",
    "MarkingPlan",
    "MarkingRound",
    "MarkingTask",
    "Mode",
    "Notice",
    "PlanItem",
    "Presence",
    "Quarantine",
    "QuarantineReason",
    "Receipt",
    "ReleaseRule",
    "Reminder",
    "ReminderChannel",
    "ReportState",
    "ReportStyle",
    "ResultNote",
    "ReviewOutcome",
    "ReviewRequest",
    "ReviewStep",
    "Room",
    "RosterEntry",
    "RosterEvent",
    "RosterStatus",
    "Seat",
    "Section",
    "SheetScan",
    "Sitting",
    "SittingKind",
    "Slot",
    "Snapshot",
    "SnapshotAttempt",
    "SnapshotKind",
    "Ticket",
    "UnitFigures",
    "YearTotal",
]
