"""manage.py restore FILE [--check]: into an empty database, or only to prove that it would work."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from exams.domain.backups import check_backup, is_empty, restore_backup
from examsite.lib.errors import DomainError


class Command(BaseCommand):
    help = "从备份文件恢复到空数据库；--check 在数据库非空时只验证备份，不动现有数据"
    requires_system_checks: list[str] = []  # the database may not have its tables yet

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="备份文件")
        parser.add_argument(
            "--check", action="store_true", help="数据库非空时：恢复到临时库，核对后丢弃，不动现有数据"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["check"] and not is_empty():
                manifest = check_backup(source=options["file"])
                done = "备份完好（在临时库中恢复并核对，现有数据未动）"
            else:
                manifest = restore_backup(source=options["file"])
                done = "已恢复并核对"
        except DomainError as error:
            raise CommandError(error.message) from error
        rows = sum(manifest["counts"].values())
        self.stdout.write(f"{done}：备份时间 {manifest['at']}，{len(manifest['counts'])} 张表，{rows} 行，")
        self.stdout.write(
            f"  回执 {manifest['receipts'][:16]}  答题卡 {manifest['sheets'][:16]}，与备份清单一致。"
        )
