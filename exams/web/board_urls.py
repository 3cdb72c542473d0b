"""Addresses of the invigilator's pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from . import board

urlpatterns: list[URLPattern] = [
    path("watch/", board.watch, name="watch"),
    path("watch/sittings/<uuid:sitting>", board.board, name="board"),
    path("watch/sittings/<uuid:sitting>/order", board.sitting_order, name="sitting_order"),
    path("watch/sittings/<uuid:sitting>/late", board.late, name="board_late"),
    path("watch/attempts/<uuid:attempt>", board.attempt, name="board_attempt"),
    path("watch/attempts/<uuid:attempt>/order", board.attempt_order, name="attempt_order"),
    path("watch/seats/<uuid:seat>/slip", board.seat_slip, name="seat_slip"),
    path("watch/late/<int:late>/order", board.late_order, name="late_order"),
]
