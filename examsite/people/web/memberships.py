"""Pages that change where a person belongs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.timezone import localdate

from examsite.lib import clock
from examsite.web import ask, page

from ..domain import memberships
from ..models import Membership, Role
from ..rules import units_under
from .forms import EndForm, MembershipForm, MoveForm
from .persons import crumbs, managed


@page
def membership_new(request: HttpRequest, person: UUID) -> HttpResponse:
    """Another membership beside those he has (a village cadre becomes 法律明白人)."""
    user = managed(request, person)
    form = MembershipForm(request.POST or None, initial={"since": localdate(clock.now())})
    form.fields["unit"].offer(units_under(request.user, Role.OFFICER).filter(valid_to__isnull=True))

    def do(data: dict[str, Any]) -> str:
        memberships.open_membership(user=user, at=clock.now(), actor=request.user, **data)
        return reverse("people:person", args=[user.pk])

    return ask(
        request,
        form,
        do,
        heading=f"为“{user}”增加任职",
        submit_label="增加",
        cancel_url=reverse("people:person", args=[user.pk]),
        done="任职已增加。",
        crumbs=crumbs(user),
    )


def _open_row(request: HttpRequest, membership: UUID) -> Membership:
    """A membership in one of the asker's own units."""
    rows = Membership.objects.filter(unit__in=units_under(request.user, Role.OFFICER))
    return get_object_or_404(rows.select_related("user", "unit", "category"), pk=membership)


@page
def membership_move(request: HttpRequest, membership: UUID) -> HttpResponse:
    """From a day on, another unit, category, 编制 or position; the account stays the same."""
    row = _open_row(request, membership)
    initial = {
        "unit": row.unit_id,
        "category": row.category_id,
        "establishment": row.establishment,
        "position": row.position,
        "since": localdate(clock.now()),
    }
    form = MoveForm(request.POST or None, initial=initial)
    form.fields["unit"].offer(units_under(request.user, Role.OFFICER).filter(valid_to__isnull=True))

    def do(data: dict[str, Any]) -> str:
        since = data.pop("since")
        memberships.move_member(membership=row, on=since, at=clock.now(), actor=request.user, **data)
        return reverse("people:person", args=[row.user_id])

    return ask(
        request,
        form,
        do,
        heading=f"“{row.user}”任职变动",
        lead="原任职截止到变动当天，另记一段新任职；账号和考试记录不变。调到其他镇，请由县考务办理。",
        submit_label="保存变动",
        cancel_url=reverse("people:person", args=[row.user_id]),
        done="任职已变动。",
        crumbs=crumbs(row.user),
    )


@page
def membership_close(request: HttpRequest, membership: UUID) -> HttpResponse:
    """He leaves: from a day on the membership counts no more."""
    row = _open_row(request, membership)
    form = EndForm(request.POST or None, initial={"on": localdate(clock.now())})

    def do(data: dict[str, Any]) -> str:
        memberships.close_membership(membership=row, at=clock.now(), actor=request.user, **data)
        return reverse("people:person", args=[row.user_id])

    return ask(
        request,
        form,
        do,
        heading=f"截止“{row.user}”在“{row.unit}”的任职",
        lead="已冻结的应考名册不受影响，需要移出的请在考试的名册里办理。",
        submit_label="截止任职",
        cancel_url=reverse("people:person", args=[row.user_id]),
        done="任职已截止。",
        danger=True,
        crumbs=crumbs(row.user),
    )
