"""What a phone on a weak line has to load before the first question stands there."""

from __future__ import annotations

import gzip
from pathlib import Path

import brotli
import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from questionbanks.kinds.base import Question
from questionbanks.seed.load import seed_questions
from tests.exam_world import make_world

pytestmark = pytest.mark.django_db

MOST_BYTES = 25_000
MOST_REQUESTS = 6
STATIC = ("css/exam-page.css", "js/size.js", "exams/exam-page.js", "img/mark.svg")


def fifty_questions() -> list[Question]:
    """Of the project's own questions twenty of each kind with choices, and ten to judge."""
    wanted = {"single": 20, "multiple": 20, "true_false": 10}
    chosen: list[Question] = []
    for question in seed_questions():
        if wanted.get(question.kind, 0):
            wanted[question.kind] -= 1
            chosen.append(question)
    assert set(wanted.values()) == {0}
    return chosen


def test_the_cold_exam_page_of_fifty_questions() -> None:
    world = make_world(questions=fifty_questions())
    client = Client(headers={"Accept-Encoding": "gzip"})
    client.force_login(world.user)
    frame = client.get(reverse("exams:sit", args=[world.sitting.pk, 1]))
    started = client.post(
        reverse("exams_api:start", args=[world.sitting.pk]),
        {"device_id": "tab-1", "number": 1},
        content_type="application/json",
    )
    text = gzip.decompress(frame.content).decode()
    loaded = [name for name in STATIC if f'"/static/{name}"' in text]
    static = sum(len(brotli.compress(Path(finders.find(name)).read_bytes())) for name in STATIC)
    assert started.status_code == 201
    assert loaded == list(STATIC)
    assert text.count('"/static/') == len(STATIC)
    assert 2 + len(STATIC) <= MOST_REQUESTS
    assert len(frame.content) + len(started.content) + static <= MOST_BYTES
