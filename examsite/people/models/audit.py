"""Who did what, when, on what: append-only, sealed in batches."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from .unit import Unit


class AuditRecord(models.Model):
    """One deed. Written by domain/audit in the transaction of the deed itself; never changed.

    Triggers in the database refuse changes, and deletion within three years (migration append_only_log).
    """

    at = models.DateTimeField("时间", db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    action = models.CharField("动作", max_length=64, db_index=True)
    object_type = models.CharField("对象类型", max_length=64)
    object_id = models.CharField("对象编号", max_length=64)
    label = models.CharField("对象", max_length=200, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    before = models.JSONField("变更前", null=True, blank=True)
    after = models.JSONField("变更后", null=True, blank=True)
    reason = models.CharField("事由", max_length=500, blank=True)
    address = models.CharField("来源地址", max_length=64, blank=True)

    class Meta:
        verbose_name = "操作日志"
        verbose_name_plural = "操作日志"
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["object_type", "object_id"], name="audit_object")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.label}"


class AuditSeal(models.Model):
    """A link of the chain: the hash over a batch of records and over the link before.

    Made by a command apart from the deeds, so that no sign-in ever waits for the head of the chain. `number`
    is unique: of two sealers at once, one wins. `expired_at`: when its records, older than three years, went.
    """

    number = models.PositiveIntegerField("序号", unique=True)
    previous = models.CharField("前一哈希", max_length=64, blank=True)
    digest = models.CharField("哈希", max_length=64)
    records = models.PositiveIntegerField("条数")
    last_at = models.DateTimeField("最后一条的时间")
    sealed_at = models.DateTimeField("封存时间")
    expired_at = models.DateTimeField("到期清除时间", null=True, blank=True)

    class Meta:
        verbose_name = "日志封存"
        verbose_name_plural = "日志封存"
        ordering = ["number"]

    def __str__(self) -> str:
        return f"第{self.number}号封存"


class SealedRecord(models.Model):
    """Which seal a record is under. Records without one wait for the next (late commits are never lost)."""

    record = models.OneToOneField(AuditRecord, models.CASCADE, primary_key=True, related_name="sealed")
    seal = models.ForeignKey(AuditSeal, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "已封存的记录"
        verbose_name_plural = "已封存的记录"
