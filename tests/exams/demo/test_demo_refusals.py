"""What the annual report refuses in the worlds that differ from the published one in a single person."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from exams.demo.world import build_world
from examsite.lib import clock


@pytest.mark.once
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "fact", "who"),
    [
        ("one-fails", "“通过率100%”不成立", "（不合格）"),
        ("one-absent", "“全员”不成立：63人应考，62人参考（1人缺考）", "（缺考）"),
        ("one-exempt", "“全员”不成立：名册63人，其中1人免考", "（免考）"),
    ],
)
def test_a_world_that_differs_in_one_person_is_refused_the_sentence(
    name: str, fact: str, who: str, report: Callable[[str], tuple[str, str, int]]
) -> None:
    build_world(world=name, at=clock.now())
    out, err, code = report("seed")
    assert (out, code) == ("", 1)
    assert fact in err
    assert who in err


@pytest.mark.django_db
def test_a_unit_that_is_not_there_is_named() -> None:
    with pytest.raises(CommandError, match="没有名为“白城镇”的单位"):
        call_command("annual_report", unit="白城镇", year=2022)


@pytest.mark.django_db
def test_the_demo_is_refused_outside_a_demo(settings: Settings) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="DEBUG=1"):
        call_command("demo")
