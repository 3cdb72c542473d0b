"""Addresses of the candidate's pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from . import candidate

urlpatterns: list[URLPattern] = [
    path("t/<str:token>", candidate.ticket, name="ticket"),
    path("enter", candidate.enter, name="enter"),
    path("my/exams", candidate.my_exams, name="my_exams"),
    path("my/try-one", candidate.try_one, name="try_one"),
    path("my/sittings/<uuid:sitting>", candidate.instructions, name="instructions"),
    path("my/sittings/<uuid:sitting>/exam/<int:number>", candidate.sit, name="sit"),
    path("my/attempts/<uuid:attempt>/receipt", candidate.receipt, name="receipt"),
]
