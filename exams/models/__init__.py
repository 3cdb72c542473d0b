"""Exams, forms, rosters, attempts, marks, and the activity register."""

from .annual import Activity, ActivityKind
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
from .exam import Exam, FinalRule, MakeupCap, Mode, ReleaseRule, Room, Sitting, SittingKind
from .figures import ExamFigures, UnitFigures
from .form import Form, FormRole, Section, Slot
from .mark import Mark
from .roster import RosterEntry, RosterEvent, RosterStatus, Seat, Ticket

__all__ = [
    "Activity",
    "ActivityKind",
    "AnswerEvent",
    "Attempt",
    "AttemptEvent",
    "Blueprint",
    "BlueprintRow",
    "BlueprintSection",
    "Exam",
    "ExamFigures",
    "FinalRule",
    "Form",
    "FormRole",
    "MakeupCap",
    "Mark",
    "Mode",
    "Notice",
    "Presence",
    "Quarantine",
    "QuarantineReason",
    "Receipt",
    "ReleaseRule",
    "Room",
    "RosterEntry",
    "RosterEvent",
    "RosterStatus",
    "Seat",
    "Section",
    "Sitting",
    "SittingKind",
    "Slot",
    "Ticket",
    "UnitFigures",
]
