"""manage.py annual_report --unit 青城镇 --year 2022 --style seed: the paragraph, or why it cannot be said."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from exams.analytics.claims import Pointer
from exams.analytics.reports.annual import annual_facts
from exams.analytics.sentence_facts import Style
from exams.analytics.sentences import annual_paragraph
from exams.models import RosterEntry
from examsite.lib import clock
from examsite.people.models import Unit


class Command(BaseCommand):
    help = "打印年度报告的普法段落；有一句不成立就不打印，并说明原因"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--unit", required=True, help="单位名称，如“青城镇”")
        parser.add_argument("--year", required=True, type=int, help="统计年度，如 2022")
        parser.add_argument(
            "--style",
            choices=[style.value for style in Style],
            default=Style.VERIFIED.value,
            help="seed 简短式；verified 写明应考、参考、合格人数（默认）",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        unit = unit_named(options["unit"])
        facts = annual_facts(
            unit=unit, year=options["year"], at=clock.now(), zone=timezone.get_current_timezone()
        )
        paragraph = annual_paragraph(facts, Style(options["style"]))
        if not paragraph.refusals:
            self.stdout.write(paragraph.text)
            return
        self.stderr.write(f"{unit}{options['year']}年的段落没有打印，有{len(paragraph.refusals)}句不成立：")
        for refusal in paragraph.refusals:
            self.stderr.write(f"· {refusal.message}")
            for who in whom_to_look_at(refusal.who):
                self.stderr.write(f"  请看：{who}")
            if refusal.alternative:
                self.stderr.write(f"  可以写：{refusal.alternative.text}")
        sys.exit(1)


def whom_to_look_at(pointers: Iterable[Pointer]) -> list[str]:
    """ "东风村 李建国（不合格）", for the office that runs this command."""
    names = {
        str(key): name
        for key, name in RosterEntry.objects.filter(
            pk__in=[one.entry_id for one in pointers if one.entry_id]
        ).values_list("pk", "name")
    }
    return [f"{one.unit} {names.get(one.entry_id, '')}（{one.reason}）" for one in pointers]


def unit_named(name: str) -> Unit:
    """The unit of this name, the highest of several. Raises CommandError, naming the nearest, for none."""
    unit = Unit.objects.filter(name=name).order_by("path").first()
    if unit is None:
        known = "、".join(Unit.objects.order_by("path").values_list("name", flat=True)[:10])
        raise CommandError(f"没有名为“{name}”的单位。现有：{known or '（还没有单位）'}。")
    return unit
