"""Pages of people: list, one person, what an officer changes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_POST

from examsite.lib import clock
from examsite.lib.phones import masked_phone
from examsite.web import Crumb, ask, filters_of, page

from ..domain import accounts, memberships, personal, second_factor, tries
from ..domain.listing import home_unit, search_people
from ..models import AuditRecord, Role, SignInFailure, User
from ..rules import people_managed_by, people_visible_to, units_under, units_visible_to
from ..sealed import read_phone
from ..sessions import sure
from ..tree import full_names
from .forms import (
    ChangePersonForm,
    MergeForm,
    NewPersonForm,
    PeopleFilter,
    ReasonForm,
)

PAGE_SIZE = 50


def managed(request: HttpRequest, person: UUID) -> User:
    return get_object_or_404(people_managed_by(request.user), pk=person)


def crumbs(user: User | None = None) -> list[Crumb]:
    trail = [("人员", reverse("people:people"))]
    return trail + ([(str(user), reverse("people:person", args=[user.pk]))] if user else [])


# --- The list ----------------------------------------------------------------------------------------------


@page
def people(request: HttpRequest) -> HttpResponse:
    """Everybody in the units I may see, by name."""
    form = PeopleFilter(filters_of(request) or None)
    form.fields["unit"].offer(units_visible_to(request.user))
    data = {name: value for name, value in form.cleaned_data.items() if value} if form.is_valid() else {}
    found = search_people(people_visible_to(request.user), today=localdate(clock.now()), **data)
    page_obj = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    names = full_names({row.unit for user in page_obj for row in user.present})
    for user in page_obj:
        for row in user.present:
            row.place = names[row.unit_id]
    manages = units_under(request.user, Role.OFFICER).exists()
    return render(request, "people/people.html", {"form": form, "page_obj": page_obj, "may_change": manages})


@page
def person(request: HttpRequest, person: UUID) -> HttpResponse:
    """One person: where he belongs and belonged, his roles, how he signs in; the officer sees what to do."""
    user = get_object_or_404(people_visible_to(request.user), pk=person)
    manages = people_managed_by(request.user).filter(pk=user.pk).exists()
    rows = list(user.memberships.select_related("unit", "category").order_by("-valid_from", "-pk"))
    names = full_names({row.unit for row in rows})
    at = clock.now()
    for row in rows:
        row.place = names[row.unit_id]
        row.is_open = row.valid_to is None
    context = {
        "person": user,
        "rows": rows,
        "grants": user.grants.select_related("unit", "granted_by").order_by("ended_at", "granted_at"),
        "may_change": manages,
        "own_units": set(units_under(request.user, Role.OFFICER).values_list("pk", flat=True)),
        "phone": masked_phone(read_phone(user)),
        "has_factor": second_factor.has_second_factor(user),
        "locked": SignInFailure.objects.filter(account=tries.account_key(user), locked_until__gt=at).exists(),
        "doubles": user.doubles.all(),
        "stages": user.stages.select_related("unit").order_by("-valid_from", "-pk"),
        "log": AuditRecord.objects.filter(object_type="people.user", object_id=str(user.pk))[:10]
        if manages
        else [],
        "present": any(row.is_open for row in rows),
        "is_self": user.pk == request.user.pk,
    }
    return render(request, "people/person.html", context)


# --- The person --------------------------------------------------------------------------------------------


@page
def person_new(request: HttpRequest) -> HttpResponse:
    """A new person and where he belongs; several come through an import."""
    form = NewPersonForm(request.POST or None, initial={"since": localdate(clock.now())})
    form.fields["unit"].offer(units_under(request.user, Role.OFFICER).filter(valid_to__isnull=True))

    def do(data: dict[str, Any]) -> str:
        return reverse("people:person", args=[_create(request, data).pk])

    return ask(
        request,
        form,
        do,
        heading="登记人员",
        submit_label="登记",
        cancel_url=reverse("people:people"),
        done="人员已登记。",
        lead="一次登记多人，请用“导入名单”。",
        crumbs=crumbs(),
    )


def _create(request: HttpRequest, data: dict[str, Any]) -> User:
    return memberships.enter_person(
        name=data["name"],
        name_note=data["name_note"],
        phone=data["phone"],
        birth_year=data["birth_year"],
        username=data["username"],
        unit=data["unit"],
        category=data["category"],
        establishment=data["establishment"],
        position=data["position"],
        since=data["since"],
        at=clock.now(),
        actor=request.user,
    )


@page
def person_edit(request: HttpRequest, person: UUID) -> HttpResponse:
    """Correct name, number, year of birth or user name."""
    user = managed(request, person)
    initial = {name: getattr(user, name) for name in ("name", "name_note", "birth_year", "username")}
    form = ChangePersonForm(request.POST or None, initial=initial)

    def do(data: dict[str, Any]) -> str:
        phone = "" if data["forget_phone"] else data["phone"] or None
        accounts.change_person(
            user=user,
            name=data["name"],
            name_note=data["name_note"],
            username=data["username"],
            phone=phone,
            birth_year=data["birth_year"],
            reason=data["reason"],
            unit=home_unit(user),
            at=clock.now(),
            actor=request.user,
        )
        return reverse("people:person", args=[user.pk])

    return ask(
        request,
        form,
        do,
        heading="修改人员信息",
        submit_label="保存",
        cancel_url=reverse("people:person", args=[user.pk]),
        done="已保存。",
        crumbs=crumbs(user),
    )


@page
def person_block(request: HttpRequest, person: UUID) -> HttpResponse:
    """Stop an account at once."""
    user = managed(request, person)

    def do(data: dict[str, Any]) -> str:
        accounts.block_person(
            user=user, reason=data["reason"], unit=home_unit(user), at=clock.now(), actor=request.user
        )
        return reverse("people:person", args=[user.pk])

    return ask(
        request,
        ReasonForm(request.POST or None),
        do,
        heading=f"停用“{user}”的账号",
        lead="立即生效：已登录的设备下一次操作时退出。任职和考试记录不变，仍按名册应考。",
        submit_label="停用账号",
        cancel_url=reverse("people:person", args=[user.pk]),
        done="账号已停用。",
        danger=True,
        crumbs=crumbs(user),
    )


@page
@require_POST
def person_unblock(request: HttpRequest, person: UUID) -> HttpResponse:
    user = managed(request, person)
    accounts.unblock_person(user=user, unit=home_unit(user), at=clock.now(), actor=request.user)
    return redirect("people:person", user.pk)


@page
@require_POST
def person_unlock(request: HttpRequest, person: UUID) -> HttpResponse:
    user = managed(request, person)
    tries.unlock_person(user=user, at=clock.now(), actor=request.user)
    return redirect("people:person", user.pk)


@page
@require_POST
def person_sign_out(request: HttpRequest, person: UUID) -> HttpResponse:
    """End the person's sign-ins everywhere (a lost telephone)."""
    user = managed(request, person)
    accounts.sign_out_everywhere(user=user, at=clock.now(), actor=request.user, reason="考务操作")
    return redirect("people:person", user.pk)


@page
@sure
@require_POST
def person_link(request: HttpRequest, person: UUID) -> HttpResponse:
    """A one-time link, shown this once for the officer to hand over."""
    user = managed(request, person)
    token = accounts.issue_link(user=user, unit=home_unit(user), at=clock.now(), actor=request.user)
    address = request.build_absolute_uri(reverse("people:sign_in_link"))
    return render(request, "people/person_link.html", {"person": user, "link": f"{address}#{token}"})


@page
@sure
def person_factor_off(request: HttpRequest, person: UUID) -> HttpResponse:
    """Telephone and recovery codes are lost: the second factor is set up again at the next sign-in."""
    user = managed(request, person)

    def do(data: dict[str, Any]) -> str:
        second_factor.remove_second_factor(
            user=user, at=clock.now(), actor=request.user, reason=data["reason"]
        )
        return reverse("people:person", args=[user.pk])

    return ask(
        request,
        ReasonForm(request.POST or None),
        do,
        heading=f"停用“{user}”的动态口令",
        lead="请先当面或电话核实是本人。停用后，他下次登录时须重新扫码设置。",
        submit_label="停用动态口令",
        cancel_url=reverse("people:person", args=[user.pk]),
        done="动态口令已停用。",
        danger=True,
        crumbs=crumbs(user),
    )


@page
def person_merge(request: HttpRequest, person: UUID) -> HttpResponse:
    """The same person was entered twice: another account of this name is folded into this one."""
    user = managed(request, person)
    form = MergeForm(request.POST or None)
    same = (
        people_managed_by(request.user)
        .filter(Q(name=user.name) | Q(phone_index=user.phone_index, phone_index__gt=""))
        .filter(merged_into__isnull=True, forgotten_at__isnull=True)
        .exclude(pk=user.pk)
    )
    field = form.fields["double"]
    field.queryset = same
    places = {one.pk: home_unit(one) for one in same}
    field.choices = [
        ("", "请选择"),
        *((one.pk, f"{one} · {places[one.pk] or '无单位'} · {one.created_at:%Y-%m-%d}登记") for one in same),
    ]

    def do(data: dict[str, Any]) -> str:
        memberships.merge_doubles(
            keep=user,
            double=data["double"],
            reason=data["reason"],
            on=localdate(clock.now()),
            unit=home_unit(user),
            at=clock.now(),
            actor=request.user,
        )
        return reverse("people:person", args=[user.pk])

    return ask(
        request,
        form,
        do,
        heading=f"合并到“{user}”",
        lead="同一人登记了两次时使用。保留本账号，重复的账号停用；现任职并入，历史记录各自保留。同名或同手机号的人才能选。",
        submit_label="合并",
        cancel_url=reverse("people:person", args=[user.pk]),
        done="已合并。",
        danger=True,
        crumbs=crumbs(user),
    )


@page
@sure
def person_forget(request: HttpRequest, person: UUID) -> HttpResponse:
    """Delete the personal data of somebody who has left; a second officer agrees."""
    user = managed(request, person)

    def do(data: dict[str, Any]) -> str:
        approval = personal.propose_forgetting(
            user=user,
            unit=home_unit(user),
            reason=data["reason"],
            at=clock.now(),
            actor=request.user,
        )
        return reverse("people:approval", args=[approval.pk])

    return ask(
        request,
        ReasonForm(request.POST or None),
        do,
        heading=f"删除“{user}”的个人信息",
        lead="姓名、手机号等改为代号，不能恢复；成绩和统计数字不变。须由另一位考务同意，只能用于已离开的人。",
        submit_label="提交审批",
        cancel_url=reverse("people:person", args=[user.pk]),
        done="已提交，等另一位考务同意后删除。",
        danger=True,
        crumbs=crumbs(user),
    )
