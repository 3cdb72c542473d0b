"""What people say to the office: requests to correct their data, complaints and suggestions."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from examsite.lib.ids import uuid7

from .unit import Unit


class CorrectionRequest(models.Model):
    """Somebody says that his data are wrong; the officer of his unit answers."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="corrections")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    text = models.TextField("要更正的内容", max_length=1000)
    asked_at = models.DateTimeField("提出时间")
    answer = models.TextField("答复", max_length=1000, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "更正申请"
        verbose_name_plural = "更正申请"
        ordering = ["-asked_at"]

    def __str__(self) -> str:
        return f"{self.user} {self.asked_at:%Y-%m-%d}"


class FeedbackKind(models.TextChoices):
    COMPLAINT = "complaint", "投诉"
    SUGGESTION = "suggestion", "建议"
    PROBLEM = "problem", "使用问题"


class Feedback(models.Model):
    """A line of the register of complaints and suggestions (投诉建议); no sign-in is needed.

    `code` lets whoever wrote it read the answer. The contact is optional and sealed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField("查询码", max_length=16, unique=True)
    kind = models.CharField("类型", max_length=16, choices=FeedbackKind)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    text = models.TextField("内容", max_length=2000)
    contact_sealed = models.CharField(max_length=256, blank=True, editable=False)
    address = models.CharField("来源地址", max_length=64, blank=True, editable=False)
    sent_at = models.DateTimeField("提交时间", db_index=True)
    answer = models.TextField("处理情况", max_length=2000, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "投诉建议"
        verbose_name_plural = "投诉建议"
        ordering = ["-sent_at"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=FeedbackKind.values), name="feedback_kind_known")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.code}"


class SiteMessage(models.Model):
    """A message to one person, shown on his own pages until he has seen it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="site_messages")
    text = models.CharField("内容", max_length=500)
    sent_at = models.DateTimeField("发送时间")
    seen_at = models.DateTimeField("已读时间", null=True, blank=True)

    class Meta:
        verbose_name = "站内消息"
        verbose_name_plural = "站内消息"
        ordering = ["-sent_at"]
        indexes = [
            models.Index(fields=["user"], condition=Q(seen_at__isnull=True), name="site_message_unseen")
        ]
