"""Who may do what where: roles × unit subtrees, asked in one place.

Visibility is always a queryset made from `units_under`; not in it means 404.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet

from examsite.lib.errors import Forbidden

from .models import (
    Approval,
    AuditRecord,
    CorrectionRequest,
    Membership,
    Role,
    RoleGrant,
    Unit,
    UnitKind,
    User,
)
from .ready_queries import Given, ReadyQuery

Asker = User | AnonymousUser

# Every page asks for them several times.
_OPEN = ReadyQuery(
    lambda: RoleGrant.objects.filter(user=Given("user", User._meta.pk), ended_at__isnull=True).values_list(
        "role", "unit__path", "unit__kind"
    )
)


def open_grants(user: Asker) -> list[tuple[str, str, str]]:
    """(role, path of the unit, kind of the unit) of what the person holds today.

    Who came in by a slip is a candidate and nothing else (`as_candidate`, set by sessions).
    """
    if not user.is_authenticated or not user.is_active or getattr(user, "as_candidate", False):
        return []
    return _OPEN.all(user=user.pk)


def granted_paths(user: Asker, *roles: Role) -> list[str]:
    """Paths of the units in which the person holds one of `roles` (any role when none is named)."""
    return [path for role, path, _ in open_grants(user) if not roles or role in roles]


def path_filter(paths: Iterable[str], field: str = "path") -> Q:
    """Rows whose `field` lies under one of the paths; no path matches nothing."""
    condition = Q(pk__in=[])
    for path in paths:
        condition |= Q(**{f"{field}__startswith": path})
    return condition


def units_under(user: Asker, *roles: Role) -> QuerySet[Unit]:
    """The units in which the person holds one of `roles`, their subtrees included."""
    return Unit.objects.filter(path_filter(granted_paths(user, *roles)))


def holds(user: Asker, unit: Unit, *roles: Role) -> bool:
    """Whether the person holds one of `roles` in `unit` or above it."""
    return any(unit.path.startswith(path) for path in granted_paths(user, *roles))


def require(user: Asker, unit: Unit, *roles: Role) -> None:
    """Raise Forbidden unless the person holds one of `roles` for `unit`."""
    if not holds(user, unit, *roles):
        names = "、".join(role.label for role in roles)
        raise Forbidden("forbidden", f"您没有在“{unit}”的{names}权限。")


# --- Visibility ------------------------------------------------------------------------------------------

# Who may look at units and people; the operator sees no names, the auditor sees the log.
VIEWERS = (Role.OFFICER, Role.LEADER)


def units_visible_to(user: Asker) -> QuerySet[Unit]:
    """Units whose pages the person may open."""
    return units_under(user, *VIEWERS)


def people_visible_to(user: Asker) -> QuerySet[User]:
    """Everybody who belongs, belonged or holds a role in a unit the person may look at."""
    paths = granted_paths(user, *VIEWERS)
    return people_in(paths)


def people_managed_by(user: Asker) -> QuerySet[User]:
    """Everybody whose data the person may change, as officer of where they are now.

    That is an open membership or role in his units; of those who belong nowhere any more, a past one.
    """
    inside = path_filter(granted_paths(user, Role.OFFICER), "unit__path")
    rows = Membership.objects.filter(user=OuterRef("pk"))
    open_rows = rows.filter(valid_to__isnull=True)
    grants = RoleGrant.objects.filter(inside, user=OuterRef("pk"), ended_at__isnull=True)
    return User.objects.filter(
        Exists(open_rows.filter(inside)) | Exists(grants) | ~Exists(open_rows) & Exists(rows.filter(inside))
    )


def villages_managed_by(user: Asker) -> QuerySet[Unit]:
    """The villages of today in his units as an officer: where he may give somebody a stage."""
    return units_under(user, Role.OFFICER).filter(kind=UnitKind.VILLAGE, valid_to__isnull=True)


def _inside_or_of_no_unit(paths: list[str]) -> Q:
    """Rows of the units below the paths; below the county's also those that belong to no unit."""
    condition = path_filter(paths, "unit__path")
    if Unit.objects.filter(path__in=paths, kind=UnitKind.COUNTY).exists():
        condition |= Q(unit__isnull=True)
    return condition


def corrections_answered_by(user: Asker) -> QuerySet[CorrectionRequest]:
    """Requests of his units' people; those of people without a unit go to the county's officer."""
    return CorrectionRequest.objects.filter(_inside_or_of_no_unit(granted_paths(user, Role.OFFICER)))


def may_reset(actor: User, user: User) -> bool:
    """Whether `actor` may give `user` a new way in (a link, no second factor).

    He must be officer over every unit in which the person holds a role. The accounts of officers and auditors
    are reset from strictly above, or two people would be one: he who resets his colleague's account could
    agree to his own proposals.
    """
    if actor.pk == user.pk:
        return True
    paths = granted_paths(actor, Role.OFFICER)
    for grant in user.grants.filter(ended_at__isnull=True).select_related("unit"):
        above = [path for path in paths if grant.unit.path.startswith(path)]
        if grant.role in (Role.OFFICER, Role.AUDITOR):
            above = [path for path in above if path != grant.unit.path]
        if not above:
            return False
    return not user.is_superuser


def people_in(paths: Iterable[str]) -> QuerySet[User]:
    """Persons with a membership, past or present, or an open role under one of the paths."""
    rows = Membership.objects.filter(path_filter(paths, "unit__path"), user=OuterRef("pk"))
    grants = RoleGrant.objects.filter(
        path_filter(paths, "unit__path"), user=OuterRef("pk"), ended_at__isnull=True
    )
    return User.objects.filter(Exists(rows) | Exists(grants))


def approvals_visible_to(user: Asker) -> QuerySet[Approval]:
    """What the person may decide or has proposed."""
    if not user.is_authenticated:
        return Approval.objects.none()
    return Approval.objects.filter(
        path_filter(granted_paths(user, Role.OFFICER), "unit__path") | Q(proposer=user)
    )


def audit_visible_to(user: Asker) -> QuerySet[AuditRecord]:
    """The log of the auditor's own subtree; what belongs to no unit is for the county's auditor."""
    return AuditRecord.objects.filter(_inside_or_of_no_unit(granted_paths(user, Role.AUDITOR)))


def is_county_officer(user: Asker) -> bool:
    """Whether the person runs the county's exams: the admin is for him."""
    if not user.is_authenticated or not user.is_active or getattr(user, "as_candidate", False):
        return False
    return user.is_superuser or any(
        role == Role.OFFICER and kind == UnitKind.COUNTY for role, _, kind in open_grants(user)
    )


def require_county_officer(user: Asker) -> None:
    """Raise Forbidden for whoever does not run the county's exams: the register of feedback is kept there."""
    if not is_county_officer(user):
        raise Forbidden("forbidden", "投诉建议由县级考务办理。")
