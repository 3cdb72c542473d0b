"""add_up: the figures are there before anybody asks; what holds is left alone."""

from __future__ import annotations

import io

import pytest
from django.core.cache import cache
from django.core.management import call_command

from exams.models import Attempt, ExamFigures
from tests.figures_world import LATER, ExamWorld, make_town

pytestmark = pytest.mark.django_db


def run() -> str:
    cache.clear()
    out = io.StringIO()
    call_command("add_up", stdout=out)
    return out.getvalue().strip()


def test_only_what_is_out_of_date_is_added_up():
    town = make_town()
    worlds = [ExamWorld(town, title=title) for title in ("第一次", "第二次")]
    for world in worlds:
        world.people(9, 80)
    assert run() == "2 场考试，汇总了 2 场。"
    assert run() == "2 场考试，汇总了 0 场。"
    attempt = Attempt.objects.filter(exam=worlds[1].exam).first()
    worlds[1].event(attempt, "remark", "marked", "submitted", LATER)
    assert run() == "2 场考试，汇总了 1 场。"
    assert ExamFigures.objects.count() == 2


def test_a_draft_has_no_figures():
    ExamWorld(make_town(), published_at=None)
    assert run() == "0 场考试，汇总了 0 场。"
