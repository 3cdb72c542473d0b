"""The word beside an exam on the office's pages follows its sittings."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from exams.models import Exam, Sitting
from exams.web.exams import state_of
from examsite.lib import clock
from tests.exam_world import make_world

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)

# Hours from now to the opening and the closing of each sitting
STATES = [
    (False, [], "筹备中"),
    (False, [(-2, 2)], "筹备中"),
    (True, [], "已发布"),
    (True, [(1, 2)], "已发布"),
    (True, [(-1, 1)], "进行中"),
    (True, [(0, 1)], "进行中"),
    (True, [(-3, -2), (-1, 1)], "进行中"),
    (True, [(-3, -2), (1, 2)], "已发布"),
    (True, [(-3, -2)], "已结束"),
    (True, [(-3, 0)], "已结束"),
]


@pytest.mark.parametrize(("published", "windows", "words"), STATES)
def test_the_word(published: bool, windows: list[tuple[int, int]], words: str) -> None:
    world, at = make_world(), clock.now()
    exam = Exam.objects.get(pk=world.exam.pk)
    exam.published_at = at if published else None
    exam.save()
    world.seat.delete()
    exam.sittings.all().delete()
    for number, (opens, closes) in enumerate(windows):
        Sitting.objects.create(
            exam=exam,
            title=f"第{number}场",
            opens_at=at + opens * HOUR,
            closes_at=at + closes * HOUR,
            duration_s=3600,
            created_at=at,
        )
    assert state_of(exam, at)[0] == words


def test_an_exam_that_was_closed_by_hand_is_over() -> None:
    world = make_world()
    world.exam.closed_at = clock.now()
    assert state_of(world.exam, clock.now())[0] == "已结束"


def test_the_list_says_so(client: Client) -> None:
    world = make_world()
    client.force_login(world.officer)
    assert "进行中" in client.get(reverse("exams:exams")).content.decode()
    Sitting.objects.update(closes_at=clock.now())
    page = client.get(reverse("exams:exams")).content.decode()
    assert ("进行中" in page, "已结束" in page) == (False, True)
