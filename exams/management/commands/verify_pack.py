"""manage.py verify_pack FILE: whether an evidence pack is what was exported."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from exams.analytics.documents.pack import check_pack
from examsite.lib.errors import Invalid


class Command(BaseCommand):
    help = "核对佐证包：每个文件的 SHA-256、有无缺少或多出、索引的签名"
    requires_system_checks: list[str] = []  # it reads one file and no database

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("pack", type=Path, help="佐证包 zip 文件")
        parser.add_argument(
            "--elsewhere", action="store_true", help="不是在导出的那台服务器上核对：不核对签名"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            data = options["pack"].read_bytes()
        except OSError as error:
            raise CommandError(f"打不开文件“{options['pack']}”。请检查文件名和权限。") from error
        try:
            found = check_pack(data, secret=None if options["elsewhere"] else settings.DATA_SECRET)
        except Invalid as error:
            raise CommandError(error.message) from error
        for problem in found.problems:
            self.stderr.write(problem)
        if found.is_signed is False:
            self.stderr.write("索引的签名不对：索引被改动过，或者不是这台服务器导出的。")
        if not found.is_intact:
            sys.exit(1)
        signed = "，签名有效" if found.is_signed else ""
        self.stdout.write(f"{found.files} 个文件都与索引一致{signed}。")
