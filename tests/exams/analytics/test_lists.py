"""Lists for the evidence pack: in words, as the office reads them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from exams.analytics.facts.lists import CHANGE_HEADER, change_rows
from exams.models import RosterEvent
from examsite.people.models import User
from tests.figures_world import LATER, ExamWorld, make_town

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("action", "reason", "before", "after", "words"),
    [
        ("exempt", "retiring", "required", "exempt", ("免考", "应考", "免考", "临近退休")),
        ("defer", "away", "required", "deferred", ("缓考", "应考", "缓考", "外出务工")),
        ("restore", "returned", "deferred", "required", ("恢复应考", "缓考", "应考", "事由消失")),
        ("add", "moved_in", "", "required", ("新增", "", "应考", "调入")),
    ],
)
def test_changes_of_a_roster_are_told_in_words(action, reason, before, after, words):
    world = ExamWorld(make_town())
    entry = world.person()
    RosterEvent.objects.create(
        entry=entry, action=action, reason_code=reason, before=before, after=after, at=LATER,
        actor=User.objects.create(name="李敏"),
    )  # fmt: skip
    [row] = change_rows(world.exam, ZONE)
    told = dict(zip(CHANGE_HEADER, row, strict=True))
    assert tuple(told[name] for name in ("变更", "从", "到", "事由")) == words
    assert told["经办人"] == "李敏"
