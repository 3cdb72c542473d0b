"""Pages for everybody: the notice, what this site does not do, complaints and suggestions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from examsite.lib import clock
from examsite.lib.errors import DomainError, NotFound
from examsite.web import ask, page

from ..domain.personal import sources
from ..domain.voice import answer_feedback, find_feedback, open_first, send_feedback
from ..models import Feedback
from ..rules import require_county_officer
from ..sealed import unseal
from ..sessions import address_of
from .forms import AnswerForm, FeedbackCodeForm, FeedbackForm


def notice(request: HttpRequest) -> HttpResponse:
    """Who handles which data, why, how long, and whom to ask (in plain words)."""
    return render(request, "people/notice.html", {"sources": sources()})


def limits(request: HttpRequest) -> HttpResponse:
    """What this site does not do."""
    return render(request, "people/limits.html")


def feedback(request: HttpRequest) -> HttpResponse:
    """Write to the register; no sign-in, no name needed. Returns a code to read the answer with."""
    form = FeedbackForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                sent = send_feedback(**form.cleaned_data, at=clock.now(), address=address_of(request))
            except DomainError as error:
                form.add_error(None, error.message)
                status = error.status
            else:
                return render(request, "people/feedback_sent.html", {"feedback": sent})
    return render(
        request, "people/feedback.html", {"form": form, "code_form": FeedbackCodeForm()}, status=status
    )


def feedback_answer(request: HttpRequest) -> HttpResponse:
    """The answer, for whoever knows the code (sent by POST: it stands in no log)."""
    form = FeedbackCodeForm(request.POST or None)
    found = None
    if request.method == "POST" and form.is_valid():
        try:
            found = find_feedback(form.cleaned_data["code"])
        except NotFound as error:
            form.add_error("code", error.message)
    status = 400 if form.errors else 200
    return render(request, "people/feedback_answer.html", {"form": form, "feedback": found}, status=status)


# --- The register ------------------------------------------------------------------------------------------


@page
def register(request: HttpRequest) -> HttpResponse:
    """All complaints and suggestions, the open ones first."""
    require_county_officer(request.user)
    rows = open_first(Feedback.objects.select_related("answered_by"))
    return render(
        request,
        "people/register.html",
        {"page_obj": Paginator(rows, 50).get_page(request.GET.get("page"))},
    )


@page
def register_entry(request: HttpRequest, feedback: UUID) -> HttpResponse:
    """One entry: say what was done."""
    require_county_officer(request.user)
    found = get_object_or_404(Feedback, pk=feedback)

    def do(data: dict[str, Any]) -> str:
        answer_feedback(feedback=found, answer=data["answer"], at=clock.now(), actor=request.user)
        return reverse("people:register")

    contact = unseal(found.contact_sealed)
    return ask(
        request,
        AnswerForm(request.POST or None, initial={"answer": found.answer}),
        do,
        heading=f"{found.get_kind_display()} {found.code}",
        lead=found.text,
        notice=f"联系方式：{contact}" if contact else "",
        submit_label="登记处理情况",
        cancel_url=reverse("people:register"),
        done="处理情况已登记，提交人凭查询码可以看到。",
        crumbs=[("投诉建议", reverse("people:register"))],
    )
