"""Mark the items whose statute has ended by today; to be run daily."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.timezone import localdate

from examsite.lib import clock
from questionbanks.domain.laws import mark_stale


class Command(BaseCommand):
    help = "标出依据已失效的试题（每天运行一次）"

    def handle(self, *args: Any, **options: Any) -> None:
        count = mark_stale(day=localdate(clock.now()))
        self.stdout.write(f"{count}道题新标为可能过时。")
