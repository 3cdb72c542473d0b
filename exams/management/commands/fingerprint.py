"""manage.py fingerprint: what is in the database, as JSON: counts, and digests of receipts and sheets."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand

from exams.domain.backups import fingerprint


class Command(BaseCommand):
    requires_system_checks: list[str] = []  # the database decides, not the configuration around it
    help = "打印数据库的指纹：各表行数、回执和答题卡的摘要（备份与恢复用它核对）"

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(json.dumps(fingerprint()))
