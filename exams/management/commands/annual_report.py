"""manage.py annual_report --unit 青城镇 --year 2022 --style seed: the paragraph, or why it cannot be said."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from exams.analytics.claims import Paragraph, where_to_look
from exams.analytics.documents.pack import evidence_pack
from exams.analytics.documents.sheets import report_book
from exams.analytics.documents.word import report_docx
from exams.analytics.reports.annual import annual_document
from exams.analytics.reports.document import ReportDocument
from exams.analytics.sentence_facts import Style
from exams.models import AnnualReport
from examsite.lib import clock
from examsite.people.models import Unit


class Command(BaseCommand):
    help = "打印年度报告的普法段落；有一句不成立就不打印，并说明原因。可同时导出 Word、附表和佐证包"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--unit", required=True, help="单位名称，如“青城镇”")
        parser.add_argument("--year", required=True, type=int, help="统计年度，如 2022")
        parser.add_argument(
            "--style",
            choices=[style.value for style in Style],
            default=Style.VERIFIED.value,
            help="seed 简短式；verified 写明应考、参考、合格人数（默认）",
        )
        parser.add_argument("--docx", type=Path, help="同时写出公文格式的 Word 文件")
        parser.add_argument("--xlsx", type=Path, help="同时写出附表 Excel 文件")
        parser.add_argument("--pack", type=Path, help="同时写出佐证包 zip（含姓名，请妥善保管）")

    def handle(self, *args: Any, **options: Any) -> None:
        unit = unit_named(options["unit"])
        if not 2000 <= options["year"] <= 2100:
            raise CommandError("年度请写四位数字，如 2022。")
        document = annual_document(
            unit=unit,
            year=options["year"],
            style=Style(options["style"]),
            at=clock.now(),
            zone=timezone.get_current_timezone(),
        )
        if document.paragraph.refusals:
            self._refuse(unit, options["year"], document.paragraph)
            sys.exit(1)
        self._write_files(unit, document, options)
        self.stdout.write(document.paragraph.text)

    def _refuse(self, unit: Unit, year: int, paragraph: Paragraph) -> None:
        refusals = paragraph.refusals
        self.stderr.write(f"{unit}{year}年的段落没有打印，有{len(refusals)}句不成立：")
        for refusal in refusals:
            self.stderr.write(f"· {refusal.message}")
            places = where_to_look(refusal.who)
            if places and places not in refusal.message:
                self.stderr.write(f"  {places}")
            if refusal.alternative:
                self.stderr.write(f"  可以写：{refusal.alternative.text}")

    def _write_files(self, unit: Unit, document: ReportDocument, options: dict[str, Any]) -> None:
        at = clock.now()
        zone = timezone.get_current_timezone()
        status = (f"（草稿，数据截至{at.astimezone(zone):%Y年%m月%d日%H时%M分}）",)
        if options["docx"]:
            _write(options["docx"], report_docx(document, status=status))
        if options["xlsx"]:
            _write(options["xlsx"], report_book(document, status=status))
        if options["pack"]:
            report = AnnualReport(unit=unit, year=document.year, style=document.style, created_at=at)
            pack = evidence_pack(
                report=report,
                document=document,
                snapshot=None,
                at=at,
                zone=zone,
                secret=settings.DATA_SECRET,
                status=status,
            )
            _write(options["pack"], pack)


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise CommandError(f"写不了文件“{path}”：{error.strerror}。") from error


def unit_named(name: str) -> Unit:
    """The unit of this name, the highest of several. Raises CommandError, naming the nearest, for none."""
    unit = Unit.objects.filter(name=name).order_by("path").first()
    if unit is None:
        known = "、".join(Unit.objects.order_by("path").values_list("name", flat=True)[:10])
        raise CommandError(f"没有名为“{name}”的单位。现有：{known or '（还没有单位）'}。")
    return unit
