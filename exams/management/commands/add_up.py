"""manage.py add_up: make the stored figures that are out of date, ahead of their readers."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from exams.analytics.facts.stored import out_of_date, refresh
from exams.models import Exam
from examsite.lib import clock


class Command(BaseCommand):
    help = "预先汇总各场考试的统计数字（升级、恢复备份之后，或每晚运行；不运行也不会出错，只是首次打开较慢）"

    def handle(self, *args: Any, **options: Any) -> None:
        exams = list(Exam.objects.filter(published_at__isnull=False).order_by("stat_year", "created_at"))
        late = out_of_date(exams, at=clock.now())
        for exam in late:
            refresh([exam], at=clock.now())
        self.stdout.write(f"{len(exams)} 场考试，汇总了 {len(late)} 场。")
