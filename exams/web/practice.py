"""Voluntary practice and one's own mistakes: one question a page, without script; nothing is stored."""

from __future__ import annotations

import secrets
from random import Random
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from examsite.lib.errors import NotFound
from examsite.web import page
from questionbanks.kinds.base import WireError
from questionbanks.models import Bank

from ..api.entering import find_own_attempt, ticket_exam
from ..domain import practice as domain
from ..domain.stamps import moment
from ..engine.practice import Exercise, Tried, try_answer
from ..rules import banks_practised_by
from .my_results import choice_rows

MOST_SEEDS = 10**6
TRUTHS = (("true", "对", "正确"), ("false", "错", "错误"))
BOOLEANS = {"true": True, "false": False}


@page
@require_safe
def practice(request: HttpRequest) -> HttpResponse:
    """What there is to practise."""
    at = moment()
    context = {
        "banks": domain.banks_to_practise(user=request.user, at=at),
        "mistakes": len(domain.mistakes_of(user=request.user, at=at, exam_id=ticket_exam(request))),
    }
    return render(request, "exams/candidate/practice.html", context)


def _open_bank(request: HttpRequest, bank: UUID) -> Bank:
    return get_object_or_404(banks_practised_by(request.user).select_related("unit"), pk=bank)


@page
@never_cache
@require_safe
def practice_bank(request: HttpRequest, bank: UUID) -> HttpResponse:
    """Everything, or the questions of one law; the order is drawn anew each time."""
    found, at = _open_bank(request, bank), moment()
    context = {
        "bank": found,
        "total": len(domain.exercise_codes(bank=found, at=at)),
        "laws": domain.laws_in(found, at),
        "seed": secrets.randbelow(MOST_SEEDS),
    }
    return render(request, "exams/candidate/practice_bank.html", context)


@page
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def practice_question(request: HttpRequest, bank: UUID, number: int) -> HttpResponse:
    """The question at a place of the drawn order; sent, what is right and why."""
    found, at = _open_bank(request, bank), moment()
    seed, law = _seed(request), _law(request)
    codes = domain.exercise_codes(bank=found, at=at, law=law)
    Random(seed).shuffle(codes)
    code = request.POST.get("question") or (codes[number - 1] if 0 < number <= len(codes) else "")
    exercise, bases = domain.exercise(bank=found, code=code, at=at)
    query = "?" + urlencode({"seed": seed} | ({"law": law} if law else {}))

    def place(one: int) -> str:
        if not 0 < one <= len(codes):
            return ""
        return reverse("exams:practice_question", args=[found.pk, one]) + query

    context = {
        "heading": found.name,
        "place": f"第 {min(number, len(codes))} 题 / {len(codes)}",
        "previous": place(number - 1),
        "next": place(number + 1),
        "back": reverse("exams:practice_bank", args=[found.pk]),
        "back_label": "结束练习",
    }
    return _question_page(request, exercise, bases, context)


def _seed(request: HttpRequest) -> int:
    text = request.GET.get("seed", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _law(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.GET.get("law", ""))
    except ValueError:
        return None


@page
@require_safe
def mistakes(request: HttpRequest) -> HttpResponse:
    """The questions that lost points in released attempts, exam by exam."""
    rows = domain.mistakes_of(user=request.user, at=moment(), exam_id=ticket_exam(request))
    groups: dict[UUID, dict[str, Any]] = {}
    for one in rows:
        group = groups.setdefault(one.attempt.pk, {"attempt": one.attempt, "mistakes": []})
        group["mistakes"].append(one)
    return render(request, "exams/candidate/mistakes.html", {"groups": list(groups.values())})


@page
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mistake(request: HttpRequest, attempt: UUID, slot: str) -> HttpResponse:
    """One mistake once more."""
    at = moment()
    own = find_own_attempt(request, attempt)
    rows = [
        one
        for one in domain.mistakes_of(user=request.user, at=at, exam_id=own.exam_id)
        if one.attempt.pk == own.pk
    ]
    codes = [one.slot.code for one in rows]
    if slot not in codes:
        raise NotFound("not_found", "错题本里没有这道题。")
    here = codes.index(slot)
    exercise, bases = domain.mistake_again(rows[here], at=at)

    def place(one: int) -> str:
        if not 0 <= one < len(codes):
            return ""
        return reverse("exams:mistake", args=[own.pk, codes[one]])

    context = {
        "heading": f"错题 · {rows[0].attempt.exam.title}",
        "place": f"第 {here + 1} 题 / {len(codes)}",
        "previous": place(here - 1),
        "next": place(here + 1),
        "back": reverse("exams:mistakes"),
        "back_label": "回到错题本",
    }
    return _question_page(request, exercise, bases, context)


# --- One question ------------------------------------------------------------------------------------


def _question_page(
    request: HttpRequest, exercise: Exercise, bases: list[domain.Basis], context: dict[str, Any]
) -> HttpResponse:
    """The question to be answered; or, when something was sent, what was right, with the grounds for it."""
    tried, error = None, ""
    if request.method == "POST" and "show" in request.POST:
        tried = Tried(None, None)
    elif request.method == "POST":
        try:
            tried = try_answer(exercise, read_answer(exercise, request.POST))
        except WireError:
            error = "请先作答；不会的题，可以直接看答案。"
    question = exercise.question
    context |= {
        "exercise": exercise,
        "question": question,
        "many": bool(question.choices) and question.kind != "single",
        "blanks": range(1, exercise.blanks + 1),
        "truths": TRUTHS,
        "tried": tried,
        "error": error,
        "rows": choice_rows(question, exercise.keys, tried.answer) if tried else (),
        "bases": bases,
    }
    return render(request, "exams/candidate/practice_question.html", context)


def read_answer(exercise: Exercise, data: QueryDict) -> Any:
    """What the form sent, as it would come over the wire."""
    question = exercise.question
    if question.kind == "true_false":
        return BOOLEANS.get(data.get("answer", ""))
    if question.choices and question.kind != "single":
        return sorted(set(data.getlist("answer")))
    if exercise.blanks:
        return [data.get(f"blank-{number}", "").strip() for number in range(1, exercise.blanks + 1)]
    return data.get("answer", "").strip()
