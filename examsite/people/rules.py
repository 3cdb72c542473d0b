"""Who may do what where: roles × unit subtrees, asked in one place.

Visibility is always a queryset made from `units_under`; not in it means 404.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from examsite.lib.errors import Forbidden

from .models import Role, RoleGrant, Unit, User

Asker = User | AnonymousUser


def granted_paths(user: Asker, *roles: Role) -> list[str]:
    """Paths of the units in which the person holds one of `roles` (any role when none is named)."""
    if not user.is_authenticated or not user.is_active:
        return []
    grants = RoleGrant.objects.filter(user=user, ended_at__isnull=True)
    if roles:
        grants = grants.filter(role__in=roles)
    return list(grants.values_list("unit__path", flat=True))


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
