"""People, units, roles, approvals, audit."""

from .approval import Approval
from .audit import AuditRecord, AuditSeal, SealedRecord
from .imports import ImportState, PeopleImport
from .role import Role, RoleGrant
from .sign_in import ExternalIdentity, RecoveryCode, SecondFactor, SignInFailure, SignInLink
from .stage import LawWiseStage, Source, Stage
from .unit import Category, Establishment, Membership, Unit, UnitKind
from .user import User
from .voice import CorrectionRequest, Feedback, FeedbackKind, SiteMessage

__all__ = [
    "Approval",
    "AuditRecord",
    "AuditSeal",
    "Category",
    "CorrectionRequest",
    "Establishment",
    "ExternalIdentity",
    "Feedback",
    "FeedbackKind",
    "ImportState",
    "LawWiseStage",
    "Membership",
    "PeopleImport",
    "RecoveryCode",
    "Role",
    "RoleGrant",
    "SealedRecord",
    "SecondFactor",
    "SignInFailure",
    "SignInLink",
    "SiteMessage",
    "Source",
    "Stage",
    "Unit",
    "UnitKind",
    "User",
]
