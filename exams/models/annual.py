"""What the annual report rests on besides exams: the activity register (普法活动台账)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from examsite.lib.ids import uuid7


class ActivityKind(models.TextChoices):
    CAMPAIGN = "campaign", "集中普法宣传"
    LECTURE = "lecture", "专题讲座"
    HOME_VISIT = "home_visit", "送法入户"
    STUDY_GROUP = "study_group", "党委理论学习中心组学法"
    TRAINING = "training", "机关干部法治培训"
    OTHER = "other", "其他普法活动"


class Activity(models.Model):
    """One activity that took place. `audience` counts attendances (人次), not different people."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    unit = models.ForeignKey("people.Unit", models.PROTECT, related_name="activities")
    kind = models.CharField("类别", max_length=16, choices=ActivityKind)
    date = models.DateField("日期", db_index=True)
    place = models.CharField("地点", max_length=100)
    topic = models.CharField("主题", max_length=200)
    # What the report names a series of lectures by ("习近平法治思想"); empty for everything else.
    theme = models.CharField("专题", max_length=50, blank=True)
    audience = models.PositiveIntegerField("受众（人次）", default=0)
    note = models.CharField("备注", max_length=500, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "普法活动"
        verbose_name_plural = "普法活动台账"
        ordering = ["date"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ActivityKind.values), name="activity_kind_known"),
            models.CheckConstraint(condition=Q(audience__lte=1_000_000), name="activity_audience_plausible"),
        ]

    def __str__(self) -> str:
        return f"{self.date:%m-%d} {self.topic}"
