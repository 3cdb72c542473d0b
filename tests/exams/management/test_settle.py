"""The sweeper as a command."""

from __future__ import annotations

import os
import signal
import threading
import time
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import OperationalError

from exams.management.commands import settle
from exams.models import Attempt
from tests.exam_world import MACHINE, age, make_world

pytestmark = pytest.mark.django_db


def test_one_shot_settles_what_is_over_and_says_how_many() -> None:
    world = make_world(questions=MACHINE, people=2)
    gone, running = (world.start(seat, device=f"t{seat.number}").attempt for seat in world.seats)
    age(gone, 3600 + 600)
    out = StringIO()
    call_command("settle", stdout=out)
    assert out.getvalue() == "收卷1份，补评0份。\n"
    assert Attempt.objects.get(pk=gone.pk).submitted_at == gone.due_at
    assert Attempt.objects.get(pk=running.pk).submitted_at is None


def test_the_loop_survives_a_database_in_trouble_and_stops_on_a_signal(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    rounds = []

    def trouble(**ignored: object) -> tuple[int, int]:
        rounds.append(time.monotonic())
        if len(rounds) == 1:
            raise OperationalError("gone")
        if len(rounds) == 3:
            threading.Timer(0.01, os.kill, (os.getpid(), signal.SIGTERM)).start()
        return 1, 0

    monkeypatch.setattr(settle, "sweep", trouble)
    monkeypatch.setattr(settle, "close_old_connections", lambda: None)
    monkeypatch.setattr(settle, "connection", type("Gone", (), {"close": staticmethod(lambda: None)}))
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        call_command("settle", loop=True, every=0.02, stdout=StringIO())
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert len(rounds) >= 3
    assert "a round of settling failed" in caplog.text
