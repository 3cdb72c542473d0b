"""One import of one file, from upload to undo."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from examsite.lib.ids import uuid7

from .bank import Bank


class ImportState(models.TextChoices):
    REVIEW = "review", "待核对"
    STORED = "stored", "已入库"
    DISCARDED = "discarded", "已放弃"
    UNDONE = "undone", "已撤销"


class ImportRun(models.Model):
    """`questions` and `problems` hold what the parser found, as JSON, until somebody confirms.

    Nothing is in the bank before `state` is stored; `decisions` are the reviewer's answers by `where`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    bank = models.ForeignKey(Bank, models.PROTECT, related_name="imports")
    file_name = models.CharField("文件", max_length=255)
    file_digest = models.CharField(max_length=64, db_index=True)
    format = models.CharField("格式", max_length=32)
    encoding = models.CharField("编码", max_length=32, blank=True)
    state = models.CharField("状态", max_length=16, choices=ImportState, default=ImportState.REVIEW)
    layout = models.JSONField(default=dict)
    questions = models.JSONField(default=list)
    problems = models.JSONField(default=list)
    decisions = models.JSONField(default=dict)
    found = models.PositiveIntegerField("题数", default=0)
    importable = models.PositiveIntegerField("可入库", default=0)
    stored = models.PositiveIntegerField("已入库", default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField("上传时间")
    decided_at = models.DateTimeField("确认时间", null=True, blank=True)

    class Meta:
        verbose_name = "导入记录"
        verbose_name_plural = "导入记录"
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ImportState.values), name="import_state_known")
        ]

    def __str__(self) -> str:
        return self.file_name
