"""Makeups: who owes one, the sitting in one step, a form with new questions."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localtime

from examsite.lib import clock
from examsite.web import act_on, page

from ..analytics.facts.people import people_of
from ..domain import sittings as domain
from ..domain.forms import build_forms
from ..domain.results import rule_of
from ..engine.results import resolve
from ..models import Exam, RosterEntry, Sitting
from .exams import managed_exam
from .inputs import SittingForm, new_sitting_initial, posted


def makeup_candidates(exam: Exam, at: datetime) -> tuple[list[tuple[RosterEntry, str]], int]:
    """Those who owe a makeup, with the reason in words; and how many wait for their released result."""
    rule = rule_of(exam)
    owing, waiting = {}, 0
    for person in people_of(exam, at=at):
        its = resolve(person, rule)
        if its.owes_makeup and not its.passed:
            if its.took_main and its.main is None:
                waiting += 1
            else:
                owing[person.entry_id] = "不合格" if its.took_main else "缺考"
    entries = exam.entries.filter(pk__in=owing).select_related("unit").order_by("unit_path", "name")
    return [(entry, owing[str(entry.pk)]) for entry in entries], waiting


@page
def makeup_new(request: HttpRequest, exam: UUID) -> HttpResponse:
    """A makeup in one step: the window, and a seat for each of those who owe one."""
    found = managed_exam(request, exam)
    at = clock.now()
    opens = localtime(at).replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=3)
    form = SittingForm(posted(request), initial=new_sitting_initial(found, opens) | {"title": "补考"})
    candidates, pending = makeup_candidates(found, at)
    chosen = set(request.POST.getlist("entry"))

    def create(data: dict[str, Any]) -> str:
        entries = [entry for entry, _ in candidates if str(entry.pk) in chosen]
        made = domain.create_makeup(exam=found, spec=form.spec(), entries=entries, at=at, actor=request.user)
        messages.success(request, f"补考场次已建立，{len(entries)} 人已排座。")
        waiting = made.seats.filter(form__isnull=True).count()
        if waiting:
            messages.warning(
                request, f"{waiting} 人还没有卷：现有卷他们做过的题超过三成，请为补考组新卷并定卷后分卷。"
            )
        return reverse("exams:sitting", args=[made.pk])

    answer, status = act_on(request, form, create)
    if answer is not None:
        return answer
    context = {
        "exam": found,
        "tab": "sittings",
        "form": form,
        "candidates": candidates,
        "pending": pending,
        "chosen": chosen if request.method == "POST" else {str(entry.pk) for entry, _ in candidates},
    }
    return render(request, "exams/office/makeup.html", context, status=status)


def build_for(request: HttpRequest, sitting: Sitting, at: datetime) -> HttpResponse:
    """A makeup form and a reserve with at most three tenths of what these people have met."""
    people = [seat.entry for seat in sitting.seats.select_related("entry")]
    built = build_forms(
        exam=sitting.exam,
        forms=1,
        reserves=1,
        seed=secrets.randbelow(2**31),
        seen_by=people,
        at=at,
        actor=request.user,
    )
    codes = "、".join(str(form) for form in built.forms)
    messages.success(request, f"已为补考组卷：{codes}。请检查、定卷，再回到场次页分卷。")
    return redirect("exams:forms", sitting.exam_id)
