"""People, units, roles, approvals, audit."""

from .approval import Approval
from .audit import AuditRecord
from .role import Role, RoleGrant
from .unit import Category, Establishment, Membership, Unit, UnitKind
from .user import User

__all__ = [
    "Approval",
    "AuditRecord",
    "Category",
    "Establishment",
    "Membership",
    "Role",
    "RoleGrant",
    "Unit",
    "UnitKind",
    "User",
]
