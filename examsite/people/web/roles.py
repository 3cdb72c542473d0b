"""Pages that give and end roles."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from examsite.lib import clock
from examsite.web import ask, page

from ..domain.roles import TWO_PERSON_ROLES, end_role, grant_role, propose_role
from ..models import Role, RoleGrant
from ..rules import people_managed_by, units_under
from ..sessions import sure
from .forms import ReasonForm, RoleForm


@page
@sure
def role_new(request: HttpRequest, person: UUID) -> HttpResponse:
    """Give a role; the roles of power go to a second officer first."""
    user = get_object_or_404(people_managed_by(request.user), pk=person)
    form = RoleForm(request.POST or None)
    form.fields["unit"].offer(units_under(request.user, Role.OFFICER).filter(valid_to__isnull=True))

    def do(data: dict[str, Any]) -> str:
        role, unit, at = Role(data["role"]), data["unit"], clock.now()
        if role in TWO_PERSON_ROLES:
            propose_role(user=user, role=role, unit=unit, reason=data["reason"], at=at, actor=request.user)
            messages.success(request, f"已提出，等另一位考务审批后生效：{role.label}。")
        else:
            grant_role(user=user, role=role, unit=unit, at=at, actor=request.user)
            messages.success(request, f"已授予：{role.label}。")
        return reverse("people:person", args=[user.pk])

    return ask(
        request,
        form,
        do,
        heading=f"授予“{user}”角色",
        lead="考务、审计员由两个人授予；审计员不能兼考务或运维。运维看不到姓名和答案，审计员只看日志。",
        submit_label="授予",
        cancel_url=reverse("people:person", args=[user.pk]),
        crumbs=[
            ("人员", reverse("people:people")),
            (str(user), reverse("people:person", args=[user.pk])),
        ],
    )


@page
@sure
def role_end(request: HttpRequest, grant: UUID) -> HttpResponse:
    """End a role in one of my own units."""
    rows = RoleGrant.objects.filter(unit__in=units_under(request.user, Role.OFFICER))
    found = get_object_or_404(rows.select_related("user", "unit"), pk=grant)
    back = reverse("people:person", args=[found.user_id])

    def do(data: dict[str, Any]) -> str:
        end_role(grant=found, reason=data["reason"], at=clock.now(), actor=request.user)
        return back

    return ask(
        request,
        ReasonForm(request.POST or None),
        do,
        heading=f"终止“{found.user}”的{found.get_role_display()}角色",
        lead=f"范围：{found.unit}。立即生效。",
        submit_label="终止角色",
        cancel_url=back,
        done="角色已终止。",
        danger=True,
        crumbs=[("人员", reverse("people:people")), (str(found.user), back)],
    )
