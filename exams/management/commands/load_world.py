"""manage.py load_world --candidates N --questions M --json FILE: an open exam for load and fault runs."""

from __future__ import annotations

import json
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from exams.demo.load_world import build_load_world
from exams.domain.stamps import moment

SWITCH = "LOAD_WORLD"
API_ROOT = "/api/v1"


class Command(BaseCommand):
    help = "建立一场开着的负载考试，写出准考凭证和考务账号（须设 LOAD_WORLD=1）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--candidates", required=True, type=int, help="考生人数")
        parser.add_argument("--questions", required=True, type=int, help="题数")
        parser.add_argument("--json", required=True, type=Path, help="写出场次、凭证和账号的文件")
        parser.add_argument("--duration", type=int, default=3600, help="作答时长（秒）")
        parser.add_argument("--grace", type=int, default=180, help="宽限（秒）")
        parser.add_argument("--keys", type=Path, help="写出答案和计分规则的文件，供独立重评")

    def handle(self, *args: Any, **options: Any) -> None:
        if os.environ.get(SWITCH) != "1":
            raise CommandError(f"负载考试只用于测试：请先设环境变量 {SWITCH}=1，不要在正式库上运行。")
        for name in ("candidates", "questions", "duration"):
            if options[name] < 1:
                raise CommandError(f"--{name} 须为正整数。")
        if options["grace"] < 0:
            raise CommandError("--grace 不能为负数。")
        world = build_load_world(
            candidates=options["candidates"],
            questions=options["questions"],
            duration_s=options["duration"],
            grace_s=options["grace"],
            at=moment(),
        )
        write_json(
            options["json"],
            {
                "sitting": str(world.sitting.pk),
                "base_path": API_ROOT,
                "tickets": world.tickets,
                "staff": world.staff,
            },
        )
        if options["keys"]:
            write_json(options["keys"], world.keys)
        self.stdout.write(
            f"{world.sitting.exam}：{options['candidates']}人，{options['questions']}题，已开考。"
        )


def write_json(path: Path, data: dict[str, Any]) -> None:
    """Write a file that only its owner may read: it holds secrets."""
    with os.fdopen(
        os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as file:
        json.dump(data, file, ensure_ascii=False)
