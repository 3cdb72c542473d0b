"""The candidate's results: P8, asking for a review, what every point rests on, the certificate to keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from examsite.lib.errors import NotFound
from examsite.web import act_on, page
from questionbanks.kinds.base import Answer, Question

from ..api.entering import find_own_attempt
from ..domain.certificates import CertificateState, state_on
from ..domain.explaining import explain
from ..domain.papers import numbers_in
from ..domain.results import (
    AttemptResult,
    SlotResult,
    Waiting,
    attempt_result,
    next_makeup,
    notes_for,
    person_outcome,
    result_expected_at,
    waiting_for,
    weak_topics,
)
from ..domain.reviews import ask_review, review_until
from ..domain.stamps import moment
from ..engine.headings import plain
from ..models import Attempt, Certificate, Slot
from .certificates import local_day, picture_of

TOPICS = 6


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    """A choice as the result shows it: what the candidate chose, what was right."""

    letter: str
    text: str
    tone: str
    mark: str


def own_attempt(request: HttpRequest, attempt: UUID) -> Attempt:
    """The candidate's own attempt with what its result needs; 404 for every other."""
    found = find_own_attempt(request, attempt)
    return Attempt.objects.select_related("sitting__exam", "entry__user", "entry__exam", "form").get(
        pk=found.pk
    )


@page
@require_safe
def result(request: HttpRequest, attempt: UUID) -> HttpResponse:
    """P8: the result once it is released; before, why there is none, in words."""
    at = moment()
    found = own_attempt(request, attempt)
    released = attempt_result(attempt=found, at=at)
    if released is None:
        return _waiting(request, found, at)
    until = review_until(found, at)
    reviews = list(found.review_requests.select_related("slot").prefetch_related("steps"))
    context = {
        "attempt": found,
        "exam": found.sitting.exam,
        "result": released,
        "score": score_words(found, released),
        "outcome": person_outcome(entry=found.entry, at=at),
        "sections": [(section, [_shown(slot) for slot in section.slots]) for section in released.sections],
        "topics": weak_topics(found, released)[:TOPICS],
        "makeup": None if released.passed else next_makeup(found.entry, at),
        "review_until": until if until and at < until else None,
        "reviews": reviews,
        "notes": notes_for(found.entry, at),
        "certificate": _certificate(found, at),
    }
    return render(request, "exams/candidate/result.html", context)


def _waiting(request: HttpRequest, attempt: Attempt, at: datetime) -> HttpResponse:
    why = waiting_for(attempt, at)
    if why is Waiting.OPEN:
        raise NotFound("not_found", "还没有交卷。")
    context = {
        "attempt": attempt,
        "exam": attempt.sitting.exam,
        "why": why.value if why else Waiting.MARKING.value,
        "expected": result_expected_at(attempt),
        "reason": attempt.entry.withheld_reason,
    }
    return render(request, "exams/candidate/result_waiting.html", context)


def score_words(attempt: Attempt, result: AttemptResult) -> dict[str, Any]:
    """The numbers of P8 as they are printed."""
    exam = attempt.sitting.exam
    hundred = result.possible == 100
    shown = result.shown_percent if hundred and exam.rounding is not None else result.points
    return {
        "value": plain(shown),
        "possible": "" if hundred else plain(result.possible),
        "percent": "" if hundred else plain(result.shown_percent.quantize(Decimal("0.01"))),
        "line": plain(exam.pass_line * result.possible / 100),
        "missing": plain(result.missing),
    }


def _shown(slot: SlotResult) -> dict[str, Any]:
    """One question with its choices, once keys are out."""
    rows = [] if slot.question is None else choice_rows(slot.question, slot.keys, slot.given)
    return {"slot": slot, "rows": rows, "keys": " 或 ".join(slot.keys)}


def choice_rows(question: Question, keys: Sequence[str], given: Answer) -> list[ChoiceRow]:
    """The choices of a question with what was chosen and what was right; none where people write."""
    right = {letter for key in keys for letter in key.split("、")}
    chosen = set(given) if isinstance(given, tuple) else {given}
    rows = []
    for choice in question.choices:
        is_key, is_chosen = choice.label in right, choice.label in chosen
        tone = "is-key" if is_key else "is-wrong" if is_chosen else ""
        words = "✓ 您选" if is_key and is_chosen else "✓ 答案" if is_key else "✕ 您选"
        rows.append(ChoiceRow(choice.label, choice.text, tone, words if tone else ""))
    return rows


def _certificate(attempt: Attempt, at: datetime) -> Certificate | None:
    found = Certificate.objects.filter(entry=attempt.entry_id, withdrawn_at__isnull=True).first()
    return found if found and state_on(found, local_day(at)) is CertificateState.VALID else None


# --- Reviews ---------------------------------------------------------------------------------------------


class ReviewForm(forms.Form):
    """What is doubted, and why."""

    slot = forms.TypedChoiceField(label="哪一题", required=False, empty_value=None)
    text = forms.CharField(
        label="疑问和理由", max_length=500, widget=forms.Textarea(attrs={"rows": 5}), help_text="最多500字"
    )

    def offer(self, attempt: Attempt) -> None:
        """The questions of the attempt, in the order and under the numbers of its candidate."""
        slots = {slot.code: slot for slot in Slot.objects.filter(form=attempt.form_id)}
        by_id = {str(slot.pk): slot for slot in slots.values()}
        numbered = [(str(slots[code].pk), f"第{number}题") for code, number in numbers_in(attempt).items()]
        self.fields["slot"].choices = [("", "整张试卷"), *numbered]
        self.fields["slot"].coerce = by_id.__getitem__


@page
def review_new(request: HttpRequest, attempt: UUID) -> HttpResponse:
    """Ask for a review of one question or of the whole sheet."""
    at = moment()
    found = own_attempt(request, attempt)
    until = review_until(found, at)
    if until is None:
        raise Http404("no released result")
    form = ReviewForm(request.POST or None, initial={"slot": request.GET.get("slot")})
    form.offer(found)

    def send(data: dict[str, Any]) -> str:
        ask_review(attempt=found, **data, at=at, user=request.user)
        return reverse("exams:result", args=[found.pk])

    answer, status = act_on(request, form, send, done="复核申请已提交，答复会显示在成绩页。")
    if answer is not None:
        return answer
    context = {"form": form, "attempt": found, "until": until}
    return render(request, "exams/candidate/review_new.html", context, status=status)


# --- What it rests on ------------------------------------------------------------------------------------


@page
@require_safe
def my_explanation(request: HttpRequest, attempt: UUID) -> HttpResponse:
    """Every question with its events and marks, once keys are out; the markers stay unnamed."""
    at = moment()
    found = own_attempt(request, attempt)
    released = attempt_result(attempt=found, at=at)
    if released is None or not released.keys_released:
        raise NotFound("not_found", "解析公布以后才能查看。")
    context = {"explanation": explain(found), "mine": True, "at": at}
    return render(request, "exams/results/explanation.html", context)


@page
@require_safe
def my_certificate(request: HttpRequest, certificate: UUID) -> HttpResponse:
    """The holder's certificate as a picture to keep."""
    rows = Certificate.objects.filter(entry__user=request.user, withdrawn_at__isnull=True)
    found = get_object_or_404(rows.select_related("entry__exam", "issuer"), pk=certificate)
    return picture_of(request, found)
