"""What a mark rests on: the requests for a review, and the explanation of an attempt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from examsite.lib import clock
from examsite.people.domain.audit import record
from examsite.web import act_on, page

from ..analytics.facts.credibility import notes_beside
from ..api.notes import limits
from ..domain import reviews as domain
from ..domain.explaining import explain
from ..models import ReviewRequest
from ..rules import attempts_explained_to, reviews_answerable_by
from .notes import away, shown_notes

PAGE_SIZE = 50


@page
@require_safe
def review_list(request: HttpRequest) -> HttpResponse:
    """Requests that the person may answer, the open ones first."""
    rows = reviews_answerable_by(request.user).select_related("attempt__entry__unit", "attempt__exam", "slot")
    waiting = list(rows.filter(answered_at__isnull=True).order_by("asked_at"))
    for one in waiting:
        one.barred = request.user.pk in domain.markers_of(one)
    done = Paginator(rows.filter(answered_at__isnull=False), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "exams/results/reviews.html", {"waiting": waiting, "page_obj": done})


class AnswerForm(forms.Form):
    """The answer to a review request."""

    text = forms.CharField(
        label="答复", max_length=500, widget=forms.Textarea(attrs={"rows": 5}), help_text="考生会看到"
    )
    points = forms.DecimalField(
        label="改为几分",
        required=False,
        max_digits=6,
        decimal_places=2,
        help_text="不改分就留空",
        widget=forms.NumberInput(attrs={"class": "input-num", "step": "0.5"}),
    )


@page
def review(request: HttpRequest, review: UUID) -> HttpResponse:
    """One request with its trail and what the points rest on; answered by who did not mark."""
    rows = reviews_answerable_by(request.user)
    related = ("attempt__entry__unit", "attempt__exam__unit", "attempt__sitting", "slot", "answered_by")
    found = get_object_or_404(rows.select_related(*related).prefetch_related("steps__actor"), pk=review)
    form = AnswerForm(request.POST or None)
    if not domain.may_change_points(found):
        del form.fields["points"]

    def answer(data: dict[str, Any]) -> str:
        values = {"points": None, **data}
        domain.answer_review(request=found, **values, at=clock.now(), actor=request.user)
        return reverse("exams:reviews")

    answered, status = act_on(request, form, answer, done="已答复，考生会在成绩页看到。")
    if answered is not None:
        return answered
    context = {
        "review": found,
        "form": form,
        "barred": request.user.pk in domain.markers_of(found),
        "questions": _questions_of(found),
    }
    return render(request, "exams/results/review.html", context, status=status)


def _questions_of(request: ReviewRequest) -> Sequence[Any]:
    story = explain(request.attempt)
    if request.slot is None:
        return story.questions
    return [one for one in story.questions if one.slot_id == request.slot_id]


# --- The explanation -------------------------------------------------------------------------------------


@page
@require_safe
def explanation(request: HttpRequest, attempt: UUID) -> HttpResponse:
    """What every point of an attempt rests on; printable. Reading it is in the log."""
    related = ("entry__unit", "sitting__exam", "exam__unit", "form", "presence")
    found = get_object_or_404(attempts_explained_to(request.user).select_related(*related), pk=attempt)
    at = clock.now()
    record(action="attempt.explain", target=found, at=at, actor=request.user, unit=found.exam.unit)
    context = {
        "explanation": explain(found),
        "at": at,
        "to_look_at": shown_notes(notes_beside([found], at=at, limits=limits())).get(found.pk, []),
        "away": away(getattr(found, "presence", None)),
    }
    return render(request, "exams/results/explanation.html", context)
