"""Frozen figures: what was said, when, on which people and attempts it rested, and whether it still holds."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from examsite.lib.ids import uuid7


class ReportState(models.TextChoices):
    DRAFT = "draft", "草稿"
    REVIEW = "review", "待核"
    FROZEN = "frozen", "已冻结"


class ReportStyle(models.TextChoices):
    VERIFIED = "verified", "写明分母"
    SEED = "seed", "简短"


class AnnualReport(models.Model):
    """The annual report of a unit: its state and its style.

    Its numbers are never stored here: a draft shows the rows, a frozen one its snapshot.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    unit = models.ForeignKey("people.Unit", models.PROTECT, related_name="reports")
    year = models.PositiveSmallIntegerField("年度")
    style = models.CharField("文体", max_length=16, choices=ReportStyle, default=ReportStyle.VERIFIED)
    state = models.CharField("状态", max_length=16, choices=ReportState, default=ReportState.DRAFT)
    created_at = models.DateTimeField("建立时间")
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)

    class Meta:
        verbose_name = "年度报告"
        verbose_name_plural = "年度报告"
        ordering = ["-year"]
        constraints = [models.UniqueConstraint(fields=["unit", "year"], name="report_once")]

    def __str__(self) -> str:
        return f"{self.unit}{self.year}年度报告"


class SnapshotKind(models.TextChoices):
    FIGURE = "figure", "单个数字"
    REPORT = "report", "年度报告"


class Snapshot(models.Model):
    """A figure, or a whole report, as it stood: definitions, parameters, value, and what it rested on.

    `definitions` lists measure ids with their versions; `parameters` says of what; `value` holds counts,
    never percentages; `people` lists roster entries with their status, `rosters` the digests of the frozen
    rosters. `digest` is the SHA-256 of all of that and of the attempts. Nothing here is ever changed but
    `outdated_at` and `outdated_reason`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField("种类", max_length=16, choices=SnapshotKind)
    unit = models.ForeignKey("people.Unit", models.PROTECT, related_name="snapshots")
    report = models.ForeignKey(AnnualReport, models.PROTECT, null=True, blank=True, related_name="snapshots")
    title = models.CharField("名称", max_length=200)
    as_of = models.DateTimeField("数据截至")
    definitions = models.JSONField("口径")
    parameters = models.JSONField("参数")
    value = models.JSONField("数值")
    people = models.JSONField("应考人")
    rosters = models.JSONField("名册指纹")
    externals = models.JSONField("外部成绩", default=list)
    digest = models.CharField("指纹", max_length=64)
    frozen_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    frozen_at = models.DateTimeField("冻结时间")
    outdated_at = models.DateTimeField("过期时间", null=True, blank=True)
    outdated_reason = models.CharField("过期原因", max_length=500, blank=True)

    class Meta:
        verbose_name = "数据快照"
        verbose_name_plural = "数据快照"
        ordering = ["-frozen_at"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=SnapshotKind.values), name="snapshot_kind_known"),
            models.CheckConstraint(
                condition=Q(outdated_at__isnull=True, outdated_reason="")
                | (Q(outdated_at__isnull=False) & ~Q(outdated_reason="")),
                name="snapshot_outdated_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class SnapshotAttempt(models.Model):
    """One attempt that a snapshot counted, with the percentage it counted (None: no result yet)."""

    snapshot = models.ForeignKey(Snapshot, models.CASCADE, related_name="attempts")
    attempt = models.ForeignKey("Attempt", models.PROTECT, related_name="+")
    percent = models.DecimalField(max_digits=9, decimal_places=6, null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["snapshot", "attempt"], name="snapshot_attempt_once")]
