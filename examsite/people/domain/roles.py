"""Giving and ending roles."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from examsite.lib.errors import Conflict

from ..models import Role, RoleGrant, Unit, User
from .audit import record


@transaction.atomic
def grant_role(*, user: User, role: Role, unit: Unit, at: datetime, actor: User | None) -> RoleGrant:
    """Give a role in the subtree of `unit`; an open grant is returned as it is.

    Raises Conflict when one hand would hold both the auditor's and the officer's role (三员分立).
    """
    held = set(RoleGrant.objects.filter(user=user, ended_at__isnull=True).values_list("role", flat=True))
    if {Role.AUDITOR, Role.OFFICER} <= held | {role}:
        raise Conflict("separation", "同一个人不能既是考务又是审计员。")
    grant, created = RoleGrant.objects.get_or_create(
        user=user,
        role=role,
        unit=unit,
        ended_at=None,
        defaults={"granted_by": actor, "granted_at": at},
    )
    if created:
        record(action="role.grant", target=user, at=at, actor=actor, unit=unit, after={"role": str(role)})
    return grant


@transaction.atomic
def end_role(*, grant: RoleGrant, at: datetime, actor: User, reason: str = "") -> RoleGrant:
    """End a role; it counts no more from the next request on."""
    if RoleGrant.objects.filter(pk=grant.pk, ended_at__isnull=True).update(ended_at=at) != 1:
        raise Conflict("ended", "这项角色已经终止。")
    record(
        action="role.end",
        target=grant.user,
        at=at,
        actor=actor,
        unit=grant.unit,
        before={"role": grant.role},
        reason=reason,
    )
    grant.ended_at = at
    return grant
