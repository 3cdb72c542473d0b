"""manage.py backup FILE: one file with everything, that can prove what is in it."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from exams.domain.backups import write_backup
from examsite.lib import clock
from examsite.lib.errors import DomainError


class Command(BaseCommand):
    help = "把整个数据库备份成一个文件（站点可以照常运行）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="备份文件")

    def handle(self, *args: Any, **options: Any) -> None:
        target: Path = options["file"]
        if not target.resolve().parent.is_dir():
            raise CommandError(f"没有“{target.resolve().parent}”这个文件夹。")
        try:
            manifest = write_backup(target=target, at=clock.now())
        except DomainError as error:
            raise CommandError(error.message) from error
        rows = sum(manifest["counts"].values())
        self.stdout.write(f"已备份到 {target}：{len(manifest['counts'])} 张表，{rows} 行。")
        self.stdout.write(f"  回执 {manifest['receipts'][:16]}  答题卡 {manifest['sheets'][:16]}")
        self.stdout.write("  请用 restore --check 验证：没有恢复过的备份不算备份。")
