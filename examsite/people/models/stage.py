"""法律明白人 as a status with a history: 培养对象 → 合格 → 在岗 → 退出."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from examsite.lib.ids import uuid7

from .unit import Unit


class Stage(models.TextChoices):
    TRAINEE = "trainee", "培养对象"
    QUALIFIED = "qualified", "合格"
    SERVING = "serving", "在岗"
    LEFT = "left", "退出"


class Source(models.TextChoices):
    """Where somebody was selected from (the groups that the national rules put first)."""

    CADRE = "cadre", "村（社区）“两委”成员"
    WOMEN = "women", "妇联执委、儿童主任"
    MEDIATOR = "mediator", "人民调解员"
    POLICE = "police", "驻村辅警"
    GRID = "grid", "网格员"
    GROUP = "group", "村（居）民小组长"
    PARTY = "party", "中共党员"
    ELDER = "elder", "“五老”人员"
    SELF = "self", "自荐"
    OTHER = "other", "其他"


class LawWiseStage(models.Model):
    """Who was at which stage in which village, from–to; a change closes one row and opens another.

    `valid_to` is the first day that no longer counts. The certificate belongs to 合格 and 在岗;
    `certified_to` is the first day on which it is no longer valid, empty for one without an end. Who is 在岗
    and lost it has no number, and `certified_to` is the day he lost it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="stages")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="村（社区）")
    stage = models.CharField("状态", max_length=16, choices=Stage)
    source = models.CharField("选任来源", max_length=16, choices=Source)
    certificate = models.CharField("证书编号", max_length=64, blank=True)
    certified_to = models.DateField("证书有效期至", null=True, blank=True)
    valid_from = models.DateField("起")
    valid_to = models.DateField("止", null=True, blank=True)
    reason = models.CharField("事由", max_length=200, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "法律明白人状态"
        verbose_name_plural = "法律明白人状态"
        ordering = ["valid_from", "id"]
        indexes = [models.Index(fields=["stage", "valid_from"], name="stage_from")]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(valid_to__isnull=True), name="stage_open_once"
            ),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="stage_known"),
            models.CheckConstraint(condition=Q(source__in=Source.values), name="stage_source_known"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="stage_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_stage_display()} · {self.unit}"
