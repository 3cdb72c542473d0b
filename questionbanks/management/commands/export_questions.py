"""Write a bank as a file: manage.py export_questions --bank NAME --format NAME FILE.

Exit code 0 when everything was carried, 3 when the format could not carry all, which is listed.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from examsite.lib import clock
from examsite.lib.errors import DomainError
from questionbanks.domain.exports import export_formats, export_items
from questionbanks.models import Bank, ItemState


class Command(BaseCommand):
    help = "把题库导出为文件"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--bank", required=True, metavar="NAME", help="题库名称")
        parser.add_argument("--unit", default="", metavar="NAME", help="题库所属单位（有重名题库时）")
        parser.add_argument("--format", required=True, choices=[one.code for one in export_formats()])
        parser.add_argument(
            "--state", action="append", choices=ItemState.values, help="只导出这些状态的试题；默认不含停用的"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        named = {"unit__name": options["unit"]} if options["unit"] else {}
        banks = Bank.objects.filter(name=options["bank"], **named)
        if len(banks) != 1:
            raise CommandError(f"名为“{options['bank']}”的题库有{len(banks)}个。")
        states = options["state"] or [one for one in ItemState.values if one != ItemState.RETIRED]
        try:
            exported = export_items(
                bank=banks[0],
                items=banks[0].items.filter(state__in=states).order_by("number"),
                format=options["format"],
                at=clock.now(),
                actor=None,
            )
        except DomainError as error:
            raise CommandError(error.message) from error
        Path(options["file"]).write_bytes(exported.data)
        self.stdout.write(f"{options['file']}：{exported.count}题，{len(exported.problems)}处没有完整带走")
        for problem in exported.problems:
            self.stdout.write(f"  第{problem.where}题：{problem.message}")
        if exported.problems:
            sys.exit(3)
