"""Giving and ending roles."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from examsite.lib.errors import Conflict, Forbidden, Invalid

from ..models import Approval, Role, RoleGrant, Unit, UnitKind, User
from ..rules import require
from .accounts import end_sign_ins, is_staff
from .approvals import on_approval, propose
from .audit import record

# Who could do anything, or watches those who can: a second person agrees.
TWO_PERSON_ROLES = (Role.OFFICER, Role.AUDITOR)
# Never in one hand (三员分立): who runs exams, who runs machines, who reads the log.
SEPARATED = (
    ({Role.AUDITOR, Role.OFFICER}, "同一个人不能既是考务又是审计员。"),
    ({Role.AUDITOR, Role.OPERATOR}, "同一个人不能既是运维又是审计员。"),
)


@transaction.atomic
def grant_role(*, user: User, role: Role, unit: Unit, at: datetime, actor: User | None) -> RoleGrant:
    """Give a role in the subtree of `unit`; an open grant is returned as it is.

    `actor` None is the operator's command line. Raises Conflict when one hand would hold two roles that are
    kept apart, Forbidden("needs_second") for a role that two people give (`propose_role`).
    """
    if actor is not None:
        require(actor, unit, Role.OFFICER)
        if role in TWO_PERSON_ROLES:
            raise Forbidden("needs_second", f"授予“{role.label}”需要两个人：请先提出，再由另一位考务审批。")
    return _grant(user=user, role=role, unit=unit, at=at, actor=actor)


@transaction.atomic
def propose_role(
    *, user: User, role: Role, unit: Unit, at: datetime, actor: User, reason: str = ""
) -> Approval:
    """Ask another officer to agree; the role is given in the moment he does."""
    require(actor, unit, Role.OFFICER)
    _refuse_unfit(user, role)
    if RoleGrant.objects.filter(user=user, role=role, unit=unit, ended_at__isnull=True).exists():
        raise Conflict("held", f"“{user}”已经有这项角色。")
    return propose(
        action="role.grant",
        target=user,
        content={
            "人员": str(user),
            "角色": role.label,
            "范围": str(unit),
            "理由": reason,
            "role": str(role),
            "unit": str(unit.pk),
        },
        summary=f"授予“{user}”在“{unit}”的“{role.label}”角色",
        unit=unit,
        at=at,
        actor=actor,
    )


@on_approval("role.grant")
def _grant_approved(approval: Approval, at: datetime) -> RoleGrant:
    content = approval.content
    return _grant(
        user=User.objects.get(pk=approval.object_id),
        role=Role(content["role"]),
        unit=Unit.objects.get(pk=content["unit"]),
        at=at,
        actor=approval.proposer,
    )


def _refuse_unfit(user: User, role: Role) -> None:
    if not user.is_active:
        raise Invalid("blocked", f"“{user}”的账号已停用，不能授予角色。")
    held = set(RoleGrant.objects.filter(user=user, ended_at__isnull=True).values_list("role", flat=True))
    for pair, sentence in SEPARATED:
        if role in pair and pair <= held | {role}:
            raise Conflict("separation", sentence)


def _grant(*, user: User, role: Role, unit: Unit, at: datetime, actor: User | None) -> RoleGrant:
    _refuse_unfit(user, role)
    was_staff = is_staff(user)
    grant, created = RoleGrant.objects.get_or_create(
        user=user,
        role=role,
        unit=unit,
        ended_at=None,
        defaults={"granted_by": actor, "granted_at": at},
    )
    if created:
        record(action="role.grant", target=user, at=at, actor=actor, unit=unit, after={"role": str(role)})
        if not was_staff:  # staff sign in by stricter rules: begin with the next sign-in, which is now
            end_sign_ins(user=user, at=at, actor=actor, reason="开始担任工作人员")
        _settle_admin(user)
    return grant


@transaction.atomic
def end_role(*, grant: RoleGrant, at: datetime, actor: User | None, reason: str = "") -> RoleGrant:
    """End a role; it counts no more from the next request on. The county keeps its last officer."""
    if actor is not None:
        require(actor, grant.unit, Role.OFFICER)
    last = RoleGrant.objects.filter(
        role=Role.OFFICER, unit__kind=UnitKind.COUNTY, unit=grant.unit, ended_at__isnull=True
    ).exclude(pk=grant.pk)
    if grant.role == Role.OFFICER and grant.unit.kind == UnitKind.COUNTY and not last.exists():
        raise Conflict("last_officer", "这是全县唯一的考务，请先授予另一位。")
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
    _settle_admin(grant.user)
    return grant


def _settle_admin(user: User) -> None:
    """The admin is for officers of the county alone."""
    county = RoleGrant.objects.filter(
        user=user, role=Role.OFFICER, unit__kind=UnitKind.COUNTY, ended_at__isnull=True
    ).exists()
    if not user.is_superuser and user.is_staff != county:
        user.is_staff = county
        user.save(update_fields=["is_staff"])
