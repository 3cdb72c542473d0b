"""The invigilator's pages (P10): the board of a sitting, one attempt, late answers."""

from __future__ import annotations

from datetime import timedelta
from functools import wraps
from typing import Any
from uuid import UUID

import segno
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from examsite.lib.errors import Forbidden, Invalid, NotFound
from examsite.web import View, back_url, filters_of, page

from ..analytics.credibility import WITHOUT_ANSWERS
from ..analytics.facts.credibility import notes_beside
from ..api.notes import limits
from ..api.staff import read_board
from ..domain import invigilation
from ..domain.admitting import replace_ticket
from ..domain.board import SHOW_LABELS, Show
from ..domain.late_answers import late_answers
from ..domain.quarantine import decide_quarantine
from ..domain.stamps import moment
from ..engine.access import SHOWN_LABELS, AttemptFacts, shown_state
from ..engine.transitions import State
from ..models import Attempt, Quarantine, Seat, Sitting
from ..rules import attempts_watched_by, seats_watched_by, sittings_watched_by
from .notes import away

SOON = timedelta(days=1)
EVENT_LABELS = {
    "submit": "交卷",
    "finish_marking": "评完",
    "remark": "重评",
    "reopen": "恢复作答",
    "claim": "换设备",
    "ask_device": "请求换设备",
    "confirm_device": "确认换设备",
    "refuse_device": "不同意换设备",
    "extend": "加时",
    "void": "作废",
    "block": "停考",
    "unblock": "解除停考",
    "accept_late": "采纳迟到答案",
    "refuse_late": "不采纳迟到答案",
}


def _find(rows: Any, key: Any) -> Any:
    found = rows.filter(pk=key).first()
    if found is None:
        raise NotFound("not_found", "没有找到，或不在您的权限之内。")
    return found


def _sitting(request: HttpRequest, sitting: UUID) -> Sitting:
    return _find(sittings_watched_by(request.user).select_related("exam__unit"), sitting)


def _attempt(request: HttpRequest, attempt: UUID) -> Attempt:
    related = ("entry__unit", "sitting", "exam__unit", "presence")
    return _find(attempts_watched_by(request.user).select_related(*related), attempt)


class OrderForm(forms.Form):
    """What every deed asks: why, and for how long where it is about time."""

    reason = forms.CharField(max_length=500, strip=True, required=False)
    minutes = forms.IntegerField(min_value=0, max_value=240, required=False)
    room = forms.UUIDField(required=False)
    text = forms.CharField(max_length=200, required=False)

    def order(self) -> dict[str, Any]:
        if not self.is_valid():
            raise Invalid("form", "请检查填写的内容：分钟数为0到240的整数，理由500字以内。")
        return self.cleaned_data


def _order(request: HttpRequest) -> dict[str, Any]:
    return OrderForm(request.POST).order()


# --- Pages -----------------------------------------------------------------------------------------------


@page
@require_safe
def watch(request: HttpRequest) -> HttpResponse:
    """The sittings one watches: those running or near, then the others."""
    at = moment()
    rows = sittings_watched_by(request.user).select_related("exam").order_by("-opens_at")[:100]
    near = [one for one in rows if one.opens_at - SOON <= at <= one.closes_at + SOON]
    other = [one for one in rows if one not in near]
    return render(request, "exams/board/watch.html", {"near": near, "other": other, "at": at})


@page
@require_safe
def board(request: HttpRequest, sitting: UUID) -> HttpResponse:
    """The board; `fragment` asks for its moving part alone."""
    found = _sitting(request, sitting)
    asked = filters_of(request)
    context = {
        "board": read_board(request.user, found, moment(), asked),
        "search": asked.get("search", ""),
        "labels": [(one, SHOW_LABELS[one]) for one in Show],
    }
    if "fragment" in request.GET:
        return render(request, "exams/board/moving.html", context)
    return render(request, "exams/board/board.html", {**context, "rooms": found.rooms.all()})


@page
@require_safe
def attempt(request: HttpRequest, attempt: UUID) -> HttpResponse:
    """One attempt: what happened to it, and what may be done. No answer, no score."""
    found = _attempt(request, attempt)
    at = moment()
    facts = AttemptFacts(
        found.number, State(found.state), found.due_at, found.grace_s, found.voided_at is not None
    )
    events = [
        {"label": EVENT_LABELS.get(one.action, one.action), "event": one}
        for one in found.events.select_related("actor").order_by("-id")
    ]
    context = {
        "attempt": found,
        "shown": SHOWN_LABELS[shown_state(facts, at)],
        "events": events,
        "presence": getattr(found, "presence", None),
        "receipts": found.receipts.all(),
        "running": found.state == State.IN_PROGRESS.value and found.voided_at is None,
        "seat": Seat.objects.filter(sitting=found.sitting, entry=found.entry).first(),
        "to_look_at": [
            note.text
            for note in notes_beside([found], at=at, limits=limits()).get(found.pk, ())
            if note.sign in WITHOUT_ANSWERS
        ],
        "away": away(getattr(found, "presence", None)),
    }
    return render(request, "exams/board/attempt.html", context)


@page
@require_safe
def late(request: HttpRequest, sitting: UUID) -> HttpResponse:
    """Answers that came too late, without their values."""
    found = _sitting(request, sitting)
    rows = late_answers(attempts=attempts_watched_by(request.user), sitting=found)
    return render(request, "exams/board/late.html", {"sitting": found, "rows": rows})


# --- Deeds -----------------------------------------------------------------------------------------------


def two_people(view: View) -> View:
    """A deed that waits for a second person is no refusal: the page says so and stays where it was."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Forbidden as error:
            if error.code != "needs_second":
                raise
            messages.warning(request, error.message)
            return redirect(back_url(request))

    return wrapped


@page
@require_POST
@two_people
def sitting_order(request: HttpRequest, sitting: UUID) -> HttpResponse:
    """Time for everybody, or a notice."""
    found, order, at = _sitting(request, sitting), _order(request), moment()
    room = _find(found.rooms.all(), order["room"]) if order["room"] else None
    if request.POST.get("deed") == "notice":
        invigilation.send_notice(sitting=found, room=room, text=order["text"], at=at, actor=request.user)
        messages.success(request, "通知已发出，正在答题的页面半分钟内显示。")
    else:
        count = invigilation.extend_sitting(
            sitting=found,
            room=room,
            seconds=60 * (order["minutes"] or 0),
            reason=order["reason"],
            at=at,
            actor=request.user,
        )
        messages.success(request, f"已给正在作答的{count}人加时{order['minutes']}分钟。")
    return redirect("exams:board", found.pk)


@page
@require_POST
@two_people
def attempt_order(request: HttpRequest, attempt: UUID) -> HttpResponse:
    """One deed on one attempt: extend, void, reopen, confirm or refuse a device, block or unblock."""
    found, order, at, actor = _attempt(request, attempt), _order(request), moment(), request.user
    deed, reason, seconds = request.POST.get("deed"), order["reason"], 60 * (order["minutes"] or 0)
    if deed == "extend":
        invigilation.extend_attempt(attempt=found, seconds=seconds, reason=reason, at=at, actor=actor)
        messages.success(request, f"已给{found.entry.name}加时{order['minutes']}分钟。")
    elif deed == "void":
        invigilation.void_attempt(attempt=found, reason=reason, at=at, actor=actor)
        messages.success(request, "这次作答已作废。")
    elif deed == "reopen":
        invigilation.reopen_attempt(attempt=found, reason=reason, extra_s=seconds, at=at, actor=actor)
        messages.success(request, "已恢复作答，请考生回到“我的考试”继续。")
    elif deed in ("confirm", "refuse"):
        invigilation.decide_device(attempt=found, allow=deed == "confirm", at=at, actor=actor)
        messages.success(request, "已确认是本人。" if deed == "confirm" else "已拒绝换设备。")
    elif deed in ("block", "unblock"):
        seat = _find(seats_watched_by(actor).select_related("sitting__exam__unit"), _seat_id(found))
        act = invigilation.block_seat if deed == "block" else invigilation.unblock_seat
        act(seat=seat, reason=reason, at=at, actor=actor)
        messages.success(request, "已停考。" if deed == "block" else "已解除停考。")
    else:
        raise Invalid("deed", "没有这种操作。")
    if request.POST.get("back") == "board":
        return redirect("exams:board", found.sitting_id)
    return redirect("exams:board_attempt", found.pk)


def _seat_id(attempt: Attempt) -> UUID | None:
    return (
        Seat.objects.filter(sitting=attempt.sitting, entry=attempt.entry).values_list("pk", flat=True).first()
    )


@page
def seat_slip(request: HttpRequest, seat: UUID) -> HttpResponse:
    """A new slip for one person, shown this once: for who forgot his, or typed wrong digits five times."""
    related = ("entry__user", "entry__unit", "sitting__exam__unit", "room")
    found = _find(seats_watched_by(request.user).select_related(*related), seat)
    context: dict[str, Any] = {"seat": found}
    if request.method == "POST":
        issued = replace_ticket(seat=found, at=moment(), actor=request.user)
        address = request.build_absolute_uri(reverse("exams:ticket", args=[issued.token]))
        context["code"] = f"{issued.code[:3]} {issued.code[3:]}"
        context["qr"] = segno.make(address).svg_data_uri(scale=6, border=4)
    return render(request, "exams/board/seat_slip.html", context)


@page
@require_POST
def late_order(request: HttpRequest, late: int) -> HttpResponse:
    """Accept or refuse a late answer."""
    rows = Quarantine.objects.filter(attempt__in=attempts_watched_by(request.user))
    found = _find(rows.select_related("attempt"), late)
    accept = request.POST.get("deed") == "accept"
    decide_quarantine(
        quarantine=found, accept=accept, reason=_order(request)["reason"], at=moment(), actor=request.user
    )
    messages.success(request, "已采纳，成绩会重新计算。" if accept else "已记录：不采纳。")
    return redirect("exams:board_late", found.attempt.sitting_id)
