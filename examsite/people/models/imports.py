"""An import of a list of people: what was read, what was chosen, what it changed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from examsite.lib.ids import uuid7

from .unit import Unit


class ImportState(models.TextChoices):
    DRAFT = "draft", "待确认"
    APPLIED = "applied", "已导入"
    UNDONE = "undone", "已撤销"
    DROPPED = "dropped", "已放弃"


class PeopleImport(models.Model):
    """One file of people for the units below `unit`.

    The file is kept sealed until the import is confirmed or dropped, a day at most. `options` is what a
    person chose (columns, categories, units, same names, who left); `changes` is what the import did, by id,
    so that it can be undone as a whole.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="范围")
    file_name = models.CharField("文件名", max_length=200)
    file_digest = models.CharField(max_length=64)
    file_sealed = models.BinaryField(null=True, editable=False)
    since = models.DateField("任职起始日期")
    options = models.JSONField(default=dict, editable=False)
    state = models.CharField("状态", max_length=8, choices=ImportState, default=ImportState.DRAFT)
    summary = models.JSONField("结果", default=dict, editable=False)
    changes = models.JSONField(default=dict, editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField("上传时间")
    applied_at = models.DateTimeField("导入时间", null=True, blank=True)
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "名单导入"
        verbose_name_plural = "名单导入"
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ImportState.values), name="people_import_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state=ImportState.DRAFT) | Q(file_sealed__isnull=True),
                name="people_import_file_gone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_name}（{self.made_at:%Y-%m-%d}）"
