"""manage.py analyze_responses MATRIX.csv: item and test statistics of any matrix of answers."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from exams.analytics.item_report import document, notes, table
from exams.analytics.response_files import read_responses
from exams.analytics.stats import analyze
from examsite.lib.errors import DomainError


class Command(BaseCommand):
    help = "计算一份作答矩阵的题目与试卷统计（难度、区分度、信度）"
    requires_system_checks: list[str] = []  # it reads two files and no database

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("matrix", type=Path, help="CSV：第1行题号，之后每行一人；0/1，或选项字母")
        parser.add_argument("--key", type=Path, help="答案文件CSV：item,key两列；作答为字母时必需")
        parser.add_argument("--pass-line", type=float, default=60.0, help="合格线（满分的百分比），默认60")
        parser.add_argument("--json", action="store_true", help="只输出JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 0.0 <= options["pass_line"] <= 100.0:
            raise CommandError("合格线应在0到100之间。")
        matrix = _bytes(options["matrix"])
        key = None if options["key"] is None else _bytes(options["key"])
        try:
            stats = analyze(read_responses(matrix, key), pass_percent=options["pass_line"])
        except DomainError as error:
            raise CommandError(error.message) from error
        if options["json"]:
            self.stdout.write(json.dumps(document(stats), ensure_ascii=False, indent=1, allow_nan=False))
            for note in notes(stats):
                self.stderr.write(note)
            return
        for line in table(stats):
            self.stdout.write(line)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"打不开文件“{path}”。请检查文件名和权限。") from error
