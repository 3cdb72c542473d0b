"""The annual report against the year before."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from exams.analytics.reports.annual import annual_document
from exams.analytics.sentence_facts import Style
from examsite.people.domain.stages import change_stage
from examsite.people.models import Source, Stage, User
from tests.figures_world import LATER, ExamWorld, make_town

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.mark.django_db
@pytest.mark.parametrize("first", [date(2021, 12, 31), date(2021, 12, 29)])
def test_villages_are_compared_with_the_same_day_a_year_before(first):
    world = ExamWorld(make_town())
    world.people(9, 80)
    for since in (first, date(2022, 6, 1)):
        change_stage(
            user=User.objects.create(name="李敏"),
            stage=Stage.SERVING,
            since=since,
            unit=world.town.villages["东风村"],
            source=Source.CADRE,
            at=LATER,
            actor=None,
        )
    made = annual_document(unit=world.town.town, year=2022, style=Style.VERIFIED, at=LATER, zone=ZONE)
    [refusal] = [one for one in made.refused if one.template == "bank.5"]
    assert refusal.alternative.text.endswith("，共2名，较上年增加1名。")
