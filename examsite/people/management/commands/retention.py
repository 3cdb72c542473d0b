"""manage.py retention [--apply]: what is over is shown, and removed when told so."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from examsite.lib import clock
from examsite.lib.errors import DomainError

from ...domain.audit import coming_from
from ...domain.retention import apply_rules, due


class Command(BaseCommand):
    help = "按保存期限清理个人信息。不加 --apply 只列出将清理的数量；建议每天运行一次 --apply。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--apply", action="store_true", help="真的清理")

    def handle(self, *args: Any, apply: bool, **options: Any) -> None:
        at = clock.now()
        try:
            with coming_from("manage.py retention"):
                done = apply_rules(at=at) if apply else due(at=at)
        except DomainError as error:
            raise CommandError(error.message) from error
        for rule, number in done:
            self.stdout.write(f"{rule.name}（{rule.kept}）：{number}")
        total = sum(number for _, number in done)
        self.stdout.write(f"共清理{total}项。" if apply else f"试运行：应清理{total}项，没有改动任何数据。")
