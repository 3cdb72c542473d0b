"""Addresses of the candidate's pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from . import candidate, practice

urlpatterns: list[URLPattern] = [
    path("t/<str:token>", candidate.ticket, name="ticket"),
    path("enter", candidate.enter, name="enter"),
    path("my/exams", candidate.my_exams, name="my_exams"),
    path("my/try-one", candidate.try_one, name="try_one"),
    path("my/sittings/<uuid:sitting>", candidate.instructions, name="instructions"),
    path("my/sittings/<uuid:sitting>/exam/<int:number>", candidate.sit, name="sit"),
    path("my/attempts/<uuid:attempt>/receipt", candidate.receipt, name="receipt"),
    # Voluntary, uncounted
    path("my/practice", practice.practice, name="practice"),
    path("my/practice/<uuid:bank>", practice.practice_bank, name="practice_bank"),
    path("my/practice/<uuid:bank>/<int:number>", practice.practice_question, name="practice_question"),
    path("my/mistakes", practice.mistakes, name="mistakes"),
    path("my/mistakes/<uuid:attempt>/<str:slot>", practice.mistake, name="mistake"),
]
