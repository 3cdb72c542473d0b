"""The candidate's pages: in by the slip, my exams, what to know, the exam itself, the receipt."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from examsite.lib.errors import NotFound
from examsite.people.owners import owner_mark
from examsite.web import page

from ..api.entering import find_own_attempt, find_seat, ticket_exam
from ..api.sign_in import enter_by_ticket
from ..domain.candidacy import MySitting, my_sittings
from ..domain.closing import latest_receipt, settle_if_overdue
from ..domain.papers import paper_of
from ..domain.stamps import moment
from ..domain.tickets import TicketRefused, find_by_slip, find_ticket
from ..engine.access import SITTING_LABELS, SittingState
from ..engine.practice_question import PRACTICE_QUESTION, verdict_on

ACTIVE = (SittingState.OPEN, SittingState.IN_PROGRESS)


class SlipForm(forms.Form):
    """What stands on the slip for typing."""

    name = forms.CharField(
        label="姓名", max_length=64, widget=forms.TextInput({"class": "input", "autocomplete": "name"})
    )
    code = forms.CharField(
        label="纸条右下角的6位数字",
        max_length=12,
        widget=forms.TextInput(
            {"class": "input input-code", "inputmode": "numeric", "autocomplete": "one-time-code"}
        ),
    )


# --- In --------------------------------------------------------------------------------------------------


def ticket(request: HttpRequest, token: str) -> HttpResponse:
    """P1: the QR code's page asks whether it is you; only the answer signs in."""
    at = moment()
    try:
        found = find_ticket(token=token, at=at)
    except TicketRefused as error:
        return render(request, "exams/candidate/not_me.html", {"message": error.message}, status=error.status)
    if request.method == "POST":
        if request.POST.get("me") != "yes":
            return render(request, "exams/candidate/not_me.html", {"name": found.entry.name})
        enter_by_ticket(request, found, way="ticket", at=at)
        return redirect(_first_door(request, at))
    return render(request, "exams/candidate/ticket.html", {"entry": found.entry})


@sensitive_post_parameters("code")
def enter(request: HttpRequest) -> HttpResponse:
    """In by name and the six digits on the slip."""
    form = SlipForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        at = moment()
        try:
            found = find_by_slip(**form.cleaned_data, at=at)
        except TicketRefused as error:
            form.add_error(None, error.message)
            status = error.status
        else:
            enter_by_ticket(request, found, way="slip", at=at)
            return redirect(_first_door(request, at))
    return render(request, "exams/candidate/enter.html", {"form": form}, status=status)


def _first_door(request: HttpRequest, at: datetime) -> str:
    """Straight to what to know, when there is one exam to sit now; else to the list."""
    mine = my_sittings(user=request.user, at=at, exam_id=ticket_exam(request))
    open_now = [one for one in mine if one.state in ACTIVE]
    if len(open_now) == 1:
        return reverse("exams:instructions", args=[open_now[0].seat.sitting_id])
    return reverse("exams:my_exams")


# --- My exams --------------------------------------------------------------------------------------------


def card_of(mine: MySitting) -> dict[str, Any]:
    """A sitting as its card shows it."""
    seat = mine.seat
    allowance = float(seat.entry.allowance)
    return {
        "mine": mine,
        "sitting": seat.sitting,
        "exam": seat.sitting.exam,
        "state": mine.state.value,
        "label": SITTING_LABELS[mine.state],
        "minutes": round(seat.sitting.duration_s * allowance / 60),
        "questions": len(paper_of(seat.form_id).slots) if seat.form_id else None,
        "active": mine.state in ACTIVE,
        "running": mine.state is SittingState.IN_PROGRESS,
    }


@page
@require_safe
def my_exams(request: HttpRequest) -> HttpResponse:
    """P2."""
    mine = my_sittings(user=request.user, at=moment(), exam_id=ticket_exam(request))
    cards = [card_of(one) for one in mine]
    groups = [
        ("正在进行", [card for card in cards if card["active"]]),
        ("还没开始", [card for card in cards if card["state"] == SittingState.NOT_OPEN.value]),
        (
            "已结束",
            [
                card
                for card in reversed(cards)
                if not card["active"] and card["state"] != SittingState.NOT_OPEN.value
            ],
        ),
    ]
    return render(request, "exams/candidate/my_exams.html", {"groups": groups, "any": bool(cards)})


@page
@require_safe
def instructions(request: HttpRequest, sitting: UUID) -> HttpResponse:
    """P3: what to know, with the true deadline, before the clock starts."""
    mine = _my_sitting(request, sitting)
    seat = mine.seat
    sections = paper_of(seat.form_id).content["sections"] if seat.form_id else []
    return render(
        request,
        "exams/candidate/instructions.html",
        {"card": card_of(mine), "sections": sections, "cut": _is_cut(mine)},
    )


def _my_sitting(request: HttpRequest, sitting: UUID) -> MySitting:
    mine = my_sittings(user=request.user, at=moment(), exam_id=ticket_exam(request))
    found = next((one for one in mine if one.seat.sitting_id == sitting), None)
    if found is None:
        raise NotFound("not_found", "没有找到这场考试。")
    return found


def _is_cut(mine: MySitting) -> bool:
    """Whether the end of the window would cut the time of who starts now."""
    return mine.running is None and mine.due_at == mine.seat.sitting.closes_at


@page
@require_safe
def try_one(request: HttpRequest) -> HttpResponse:
    """One question for practice; it counts nowhere and is stored nowhere."""
    chosen = request.GET.get("answer")
    context = {"question": PRACTICE_QUESTION, "chosen": chosen, "verdict": verdict_on(chosen)}
    return render(request, "exams/candidate/try_one.html", {**context, "back": _back(request)})


def _back(request: HttpRequest) -> str:
    """The instructions the practice was opened from, by the id in its address."""
    try:
        return reverse("exams:instructions", args=[UUID(request.GET.get("from", ""))])
    except ValueError:
        return reverse("exams:my_exams")


# --- The exam --------------------------------------------------------------------------------------------


@gzip_page
@page
@require_safe
def sit(request: HttpRequest, sitting: UUID, number: int) -> HttpResponse:
    """P4–P7: the frame; everything in it comes by the API, also for an attempt that is over."""
    seat = find_seat(request, sitting)
    return render(
        request,
        "exams/candidate/sit.html",
        {"seat": seat, "number": number, "owner": owner_mark(seat.entry.user_id)},
    )


@page
@require_safe
def receipt(request: HttpRequest, attempt: UUID) -> HttpResponse:
    """The receipt of a closed attempt, also of one that was settled in silence."""
    found = settle_if_overdue(find_own_attempt(request, attempt), moment())
    written = latest_receipt(found.pk) if found.submitted_at else None
    if written is None:
        raise NotFound("not_found", "还没有交卷。")
    return render(request, "exams/candidate/receipt.html", {"attempt": found, "receipt": written})
