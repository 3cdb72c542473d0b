"""The office's pages of sittings: windows, rooms, seats, forms to seats, slips, makeups."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.views.decorators.http import require_POST, require_safe

from examsite.lib import clock
from examsite.lib.errors import Invalid
from examsite.people.models import Role, RoleGrant, User
from examsite.people.tree import full_names
from examsite.web import ask, page

from ..domain import seats as seating
from ..domain import sittings as domain
from ..models import Attempt, Form, Mode, Room, Sitting, SittingKind
from ..rules import sittings_run_by
from .exams import exam_crumbs, managed_exam
from .inputs import RoomForm, SittingForm, new_sitting_initial, posted, sitting_initial
from .makeups import build_for

PAGE_SIZE = 50


def managed_sitting(request: HttpRequest, sitting: UUID) -> Sitting:
    """The sitting, if the person runs its exam; else 404."""
    rows = sittings_run_by(request.user).select_related("exam__unit", "exam__category", "exam__blueprint")
    return get_object_or_404(rows, pk=sitting)


def state_of(sitting: Sitting, at: datetime) -> tuple[str, str]:
    """Words and tone of a sitting's tag."""
    if sitting.released_at:
        return "已公布", "ok"
    if at < sitting.opens_at:
        return "未开始", "off"
    return ("进行中", "now") if at < sitting.closes_at else ("已结束", "ok")


@page
@require_safe
def sittings(request: HttpRequest, exam: UUID) -> HttpResponse:
    """The sittings of an exam, and who has no seat yet."""
    found = managed_exam(request, exam)
    at = clock.now()
    rows = list(
        found.sittings.annotate(
            people=Count("seats", distinct=True),
            dealt=Count("seats", filter=Q(seats__form__isnull=False), distinct=True),
        ).order_by("opens_at")
    )
    for row in rows:
        row.words, row.tone = state_of(row, at)
    seatless = 0
    if found.roster_frozen_at:
        seatless = len(seating.entries_without_seat(Sitting(exam=found, kind=SittingKind.MAIN)))
    context = {"exam": found, "tab": "sittings", "sittings": rows, "seatless": seatless, "at": at}
    return render(request, "exams/office/sittings.html", context)


@page
def sitting_new(request: HttpRequest, exam: UUID) -> HttpResponse:
    """A new sitting; everybody without a seat gets one at once where the roster is frozen."""
    found = managed_exam(request, exam)
    opens = localtime(clock.now()).replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=1)
    form = SittingForm(posted(request), initial=new_sitting_initial(found, opens))

    def create(data: dict[str, Any]) -> str:
        made = domain.create_sitting(
            exam=found, kind=SittingKind.MAIN, spec=form.spec(), at=clock.now(), actor=request.user
        )
        return reverse("exams:sitting", args=[made.pk])

    return ask(
        request,
        form,
        create,
        heading="新建正考场次",
        lead="时间窗是可以进场的时段；作答时长从本人点“开始答题”起算。",
        submit_label="建立场次",
        cancel_url=reverse("exams:sittings", args=[found.pk]),
        done="场次已建立，接着排座位、分卷。",
        crumbs=[*exam_crumbs(found), ("场次", reverse("exams:sittings", args=[found.pk]))],
    )


@page
def sitting_edit(request: HttpRequest, sitting: UUID) -> HttpResponse:
    """Change a sitting that nobody has begun."""
    found = managed_sitting(request, sitting)
    target = reverse("exams:sitting", args=[found.pk])
    form = SittingForm(posted(request), initial=sitting_initial(found))

    def change(data: dict[str, Any]) -> str:
        domain.change_sitting(sitting=found, spec=form.spec(), at=clock.now(), actor=request.user)
        return target

    return ask(
        request,
        form,
        change,
        heading=f"修改场次：{found.title}",
        submit_label="保存",
        cancel_url=target,
        done="已保存。",
        crumbs=_crumbs(found),
    )


def _crumbs(sitting: Sitting) -> list[tuple[str, str]]:
    return [
        *exam_crumbs(sitting.exam),
        ("场次", reverse("exams:sittings", args=[sitting.exam_id])),
        (sitting.title, reverse("exams:sitting", args=[sitting.pk])),
    ]


@page
@require_safe
def sitting(request: HttpRequest, sitting: UUID) -> HttpResponse:
    """One sitting: its facts, its rooms, its seats with their forms, what is missing, what can be printed."""
    found = managed_sitting(request, sitting)
    at = clock.now()
    rooms = list(
        found.rooms.annotate(people=Count("seats")).prefetch_related("invigilators").order_by("name")
    )
    rows = found.seats.select_related("entry__unit", "room", "form").order_by("room__name", "number", "pk")
    room = request.GET.get("room", "")
    if room == "none":
        rows = rows.filter(room__isnull=True)
    elif room:
        rows = rows.filter(room=_uuid(room))
    page_obj = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    names = full_names({seat.entry.unit for seat in page_obj}, below=found.exam.unit)
    begun = set(Attempt.objects.filter(sitting=found).values_list("entry_id", flat=True))
    for seat in page_obj:
        seat.place, seat.begun = names[seat.entry.unit_id], seat.entry_id in begun
    published = list(found.exam.forms.filter(published_at__isnull=False).order_by("role", "code"))
    words, tone = state_of(found, at)
    context = {
        "sitting": found,
        "exam": found.exam,
        "tab": "sittings",
        "words": words,
        "tone": tone,
        "rooms": rooms,
        "room": room,
        "page_obj": page_obj,
        "people": found.seats.count(),
        "roomless": found.seats.filter(room__isnull=True).count(),
        "formless": found.seats.filter(form__isnull=True).count(),
        "on_paper": found.seats.filter(entry__mode=Mode.PAPER).count(),
        "seatless": seating.entries_without_seat(found) if found.exam.roster_frozen_at else [],
        "published": published,
        "dealt": [
            (form, found.seats.filter(form=form).count())
            for form in published
            if found.seats.filter(form=form).exists()
        ],
        "begun": bool(begun),
        "ticketed": found.seats.filter(entry__tickets__revoked_at__isnull=True, entry__tickets__isnull=False)
        .distinct()
        .count(),
    }
    return render(request, "exams/office/sitting.html", context)


@page
@require_POST
def sitting_deed(request: HttpRequest, sitting: UUID) -> HttpResponse:
    """What can be done to a whole sitting: seat the rest, deal or swap forms, delete."""
    found = managed_sitting(request, sitting)
    at, deed = clock.now(), request.POST.get("deed")
    if deed == "seat":
        room = _room(found, request.POST.get("room", ""))
        seats = seating.seat_entries(
            sitting=found, entries=seating.entries_without_seat(found), at=at, actor=request.user, room=room
        )
        messages.success(request, f"已给 {len(seats)} 人排座。")
    elif deed == "deal":
        counts = seating.deal_forms(sitting=found, at=at, actor=request.user)
        told = "，".join(f"{code}卷 {count} 人" for code, count in counts.items())
        messages.success(request, f"已分卷：{told}；相邻座位的卷不同。")
    elif deed == "deal-new":
        seating.deal_forms(sitting=found, at=at, actor=request.user, only_new=True)
        messages.success(request, "已给没有卷的座位分卷，其他人不变。")
    elif deed == "build":
        return build_for(request, found, at)
    elif deed == "swap":
        count = seating.swap_form(
            sitting=found,
            old=_form(found, request.POST.get("old", "")),
            new=_form(found, request.POST.get("new", "")),
            reason=request.POST.get("reason", "")[:500],
            at=at,
            actor=request.user,
        )
        messages.success(request, f"已给 {count} 人换卷；已经开始作答的人不变。")
    elif deed == "delete":
        domain.delete_sitting(sitting=found, at=at, actor=request.user)
        messages.success(request, f"场次“{found.title}”已删除。")
        return redirect("exams:sittings", found.exam_id)
    else:
        raise Invalid("deed", "没有这种操作。")
    return redirect("exams:sitting", found.pk)


@page
@require_POST
def seats_deed(request: HttpRequest, sitting: UUID) -> HttpResponse:
    """What can be done to chosen seats: move them into a room, take them out."""
    found = managed_sitting(request, sitting)
    keys = [key for one in request.POST.getlist("seat") if (key := _uuid(one))]
    chosen = list(found.seats.filter(pk__in=keys))
    if not chosen:
        raise Invalid("nobody", "请先勾选要操作的人。")
    at, deed = clock.now(), request.POST.get("deed")
    if deed == "move":
        room = _room(found, request.POST.get("room", ""))
        count = seating.move_to_room(seats=chosen, room=room, at=at, actor=request.user)
        messages.success(request, f"{count} 人已移到“{room or '未分考场'}”。请重新分卷，使相邻座位的卷不同。")
    elif deed == "remove":
        count = seating.remove_seats(seats=chosen, at=at, actor=request.user)
        messages.success(request, f"已撤下 {count} 个座位。")
    else:
        raise Invalid("deed", "没有这种操作。")
    return redirect("exams:sitting", found.pk)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _room(sitting: Sitting, key: str) -> Room | None:
    return get_object_or_404(sitting.rooms, pk=_uuid(key)) if key else None


def _form(sitting: Sitting, key: str) -> Form:
    found = sitting.exam.forms.filter(pk=_uuid(key)).first()
    if found is None:
        raise Invalid("form", "请选择原来的卷和换上的卷。")
    return found


# --- Rooms -------------------------------------------------------------------------------------------


def _room_form(request: HttpRequest, sitting: Sitting, initial: dict[str, Any] | None = None) -> RoomForm:
    form = RoomForm(posted(request), initial=initial)
    path = sitting.exam.unit.path
    grants = RoleGrant.objects.filter(role=Role.INVIGILATOR, ended_at__isnull=True)
    above = path.strip("/").split("/")
    allowed = grants.filter(Q(unit__path__startswith=path) | Q(unit__in=above))
    form.fields["invigilators"].queryset = User.objects.filter(
        pk__in=allowed.values("user"), is_active=True
    ).order_by("name")
    return form


@page
def room_new(request: HttpRequest, sitting: UUID) -> HttpResponse:
    """A new room of a sitting."""
    found = managed_sitting(request, sitting)
    target = reverse("exams:sitting", args=[found.pk])
    form = _room_form(request, found)

    def add(data: dict[str, Any]) -> str:
        domain.add_room(sitting=found, at=clock.now(), actor=request.user, **data)
        return target

    return ask(
        request,
        form,
        add,
        heading="新建考场",
        submit_label="建立考场",
        cancel_url=target,
        done="考场已建立。",
        crumbs=_crumbs(found),
    )


@page
def room_edit(request: HttpRequest, room: UUID) -> HttpResponse:
    """Another name, place or other invigilators of a room."""
    rows = Room.objects.filter(sitting__in=sittings_run_by(request.user)).select_related(
        "sitting__exam__unit"
    )
    found = get_object_or_404(rows, pk=room)
    target = reverse("exams:sitting", args=[found.sitting_id])
    initial = {
        "name": found.name,
        "place": found.place,
        "invigilators": list(found.invigilators.values_list("pk", flat=True)),
    }
    form = _room_form(request, found.sitting, initial)

    def change(data: dict[str, Any]) -> str:
        domain.change_room(room=found, at=clock.now(), actor=request.user, **data)
        return target

    return ask(
        request,
        form,
        change,
        heading=f"修改考场：{found.name}",
        submit_label="保存",
        cancel_url=target,
        done="已保存。",
        crumbs=_crumbs(found.sitting),
    )


@page
@require_POST
def room_remove(request: HttpRequest, room: UUID) -> HttpResponse:
    """Remove a room; its people keep their seats without one."""
    rows = Room.objects.filter(sitting__in=sittings_run_by(request.user)).select_related(
        "sitting__exam__unit"
    )
    found = get_object_or_404(rows, pk=room)
    domain.remove_room(room=found, at=clock.now(), actor=request.user)
    messages.success(request, f"考场“{found.name}”已删除，里面的人改为未分考场。")
    return redirect("exams:sitting", found.sitting_id)
