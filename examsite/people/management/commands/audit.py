"""manage.py audit seal | verify [--head HASH]"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError

from examsite.lib import clock

from ...domain.sealing import seal_all, verify_chain
from ...models import AuditSeal


class Command(BaseCommand):
    help = "封存操作日志（seal，建议每小时一次），或校验日志有没有被改动（verify）。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("deed", choices=["seal", "verify"])
        parser.add_argument("--head", default="", help="抄在别处的最后一个哈希，能发现被截断的链")

    def handle(self, *args: Any, deed: str, head: str, **options: Any) -> None:
        if deed == "seal":
            self._seal()
        else:
            self._verify(head)

    def _seal(self) -> None:
        try:
            seals = seal_all(at=clock.now())
        except IntegrityError as error:
            raise CommandError("另一个封存正在进行，请稍后再试。") from error
        for seal in seals:
            self.stdout.write(f"第{seal.number}号：{seal.records}条，{seal.digest}")
        last = AuditSeal.objects.order_by("-number").first()
        if last:
            self.stdout.write(f"链头 {last.digest}（请抄到系统之外）")
        else:
            self.stdout.write("没有要封存的记录。")

    def _verify(self, head: str) -> None:
        findings = verify_chain(at=clock.now(), head=head)
        for finding in findings:
            where = f"第{finding.number}号：" if finding.number else ""
            self.stderr.write(f"{where}{finding.words}")
        if findings:
            raise CommandError(f"日志校验发现{len(findings)}处问题。")
        self.stdout.write(f"日志完好：{AuditSeal.objects.count()}个封存。")
