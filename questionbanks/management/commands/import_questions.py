"""Import files of any known format into a bank: manage.py import_questions FILE… --bank NAME.

Exit code 0 when every item found was importable, 3 when there were problems, 1 when a file could not be read
at all. The report is described in docs/import-report.md.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import localdate

from examsite.lib import clock
from examsite.lib.errors import DomainError
from examsite.people.domain.units import create_unit
from examsite.people.models import Unit, UnitKind, User
from questionbanks.domain.banks import create_bank
from questionbanks.domain.doubles import find_doubles
from questionbanks.domain.import_rows import double_problems
from questionbanks.domain.imports import import_at_once
from questionbanks.domain.reading import read_file
from questionbanks.formats.base import Problem, Unreadable
from questionbanks.formats.registry import FORMATS
from questionbanks.formats.report import report_of, report_of_unreadable
from questionbanks.models import Bank

SOUND, UNREADABLE, PROBLEMS = 0, 1, 3


@dataclass
class Order:
    """What the command line asked for."""

    bank: Bank | None
    actor: User | None
    at: datetime
    format: str
    dry_run: bool
    skip_doubles: bool
    again: bool


class Command(BaseCommand):
    help = "把试题文件导入题库（自动识别格式），并报告每道题的情况"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--bank", required=True, metavar="NAME", help="题库名称；没有就新建")
        parser.add_argument("--unit", default="", metavar="NAME", help="题库所属单位；默认最上级单位")
        parser.add_argument(
            "--format", default="auto", choices=["auto", *(one.code for one in FORMATS)], help="默认自动识别"
        )
        parser.add_argument("--dry-run", action="store_true", help="只检查，不入库")
        parser.add_argument("--report", metavar="REPORT.json", help="把报告写到这个文件；- 表示标准输出")
        parser.add_argument("--actor", default="", metavar="USERNAME", help="以谁的名义导入")
        parser.add_argument("--skip-doubles", action="store_true", help="和已有的完全相同的题不入库")
        parser.add_argument("--again", action="store_true", help="同一个文件导入过也再导入")

    def handle(self, *args: Any, **options: Any) -> None:
        at = clock.now()
        actor = _actor(options["actor"])
        bank = _bank(options["bank"], options["unit"], at, actor, create=not options["dry_run"])
        order = Order(
            bank,
            actor,
            at,
            options["format"],
            options["dry_run"],
            options["skip_doubles"],
            options["again"],
        )
        reports, code = [], SOUND
        for file in options["files"]:
            report, outcome = _import(Path(file), order)
            reports.append(report)
            code = UNREADABLE if UNREADABLE in (code, outcome) else max(code, outcome)
            self._say(report, order, quiet=options["report"] == "-")
        text = json.dumps(reports, ensure_ascii=False, indent=1)
        if options["report"] == "-":
            self.stdout.write(text)
        elif options["report"]:
            Path(options["report"]).write_text(text + "\n", encoding="utf-8")
        if code:
            sys.exit(code)

    def _say(self, report: dict[str, Any], order: Order, *, quiet: bool) -> None:
        out = self.stderr if quiet else self.stdout
        done = "（只检查，没有入库）" if order.dry_run else f"，入库{report['imported']}"
        out.write(
            f"{report['file']}：{report['format'] or '读不出来'}，找到{report['found']}题，"
            f"可入库{report['importable']}，有问题{report['broken']}{done}"
        )
        for problem in report["problems"]:
            if problem.get("severity", "broken") != "note":
                out.write(f"  {problem['where']}：{problem['message']}")


def _import(path: Path, order: Order) -> tuple[dict[str, Any], int]:
    try:
        data = path.read_bytes()
    except OSError as error:
        message = f"打不开文件：{error.strerror or error}"
        return report_of_unreadable(str(path), Unreadable("no_file", message)), UNREADABLE
    try:
        parsed = read_file(data, name=path.name, day=localdate(order.at), format=order.format)
    except (Unreadable, DomainError) as error:
        return report_of_unreadable(str(path), Unreadable(error.code, error.message)), UNREADABLE
    doubles = find_doubles(bank=order.bank, questions=parsed.questions)
    extra = double_problems(parsed, doubles)
    imported = 0
    if order.bank is not None and not order.dry_run and parsed.questions:
        try:
            run = import_at_once(
                bank=order.bank,
                data=data,
                name=path.name,
                parsed=parsed,
                doubles=doubles,
                at=order.at,
                actor=order.actor,
                skip_doubles=order.skip_doubles,
                again=order.again,
            )
            imported = run.stored
        except DomainError as error:
            extra.append(Problem("", error.code, error.message, "", "要再导入一遍，请加 --again", "note"))
    report = report_of(str(path), parsed, imported=imported, extra=extra)
    return report, PROBLEMS if report["broken"] else SOUND


def _actor(username: str) -> User | None:
    if not username:
        return None
    actor = User.objects.filter(username=username).first()
    if actor is None:
        raise CommandError(f"没有用户名为“{username}”的人员。")
    return actor


def _bank(name: str, unit_name: str, at: datetime, actor: User | None, *, create: bool) -> Bank | None:
    """The bank of this name; a new one in the unit, or in the one at the top, when there is none."""
    banks = Bank.objects.filter(name=name, **({"unit__name": unit_name} if unit_name else {}))
    if len(banks) > 1:
        raise CommandError(f"有{len(banks)}个名为“{name}”的题库，请用 --unit 说明是哪个单位的。")
    if banks or not create:
        return banks[0] if banks else None
    units = Unit.objects.filter(name=unit_name) if unit_name else Unit.objects.filter(parent=None)
    if len(units) > 1:
        raise CommandError("有几个这样的单位，请先在网站上建好题库。")
    if units:
        unit = units[0]
    elif unit_name:
        raise CommandError(f"没有名为“{unit_name}”的单位。")
    else:
        # A site without any unit: the bank needs an owner, and the county owns the site.
        unit = create_unit(name="本县", kind=UnitKind.COUNTY, parent=None, at=at, actor=actor)
    try:
        return create_bank(name=name, unit=unit, at=at, actor=actor)
    except DomainError as error:
        raise CommandError(error.message) from error
