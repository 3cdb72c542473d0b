"""Reminders (提醒): few, by day, and on record."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from examsite.lib.ids import uuid7

from .exam import Exam


class ReminderChannel(models.TextChoices):
    """The built-in ways; a county may add one of its own (domain/reminders.add_channel)."""

    SITE = "site", "站内消息"
    FILE = "file", "群发名单（短信、微信等工具用）"
    MAIL = "mail", "电子邮件（各村联络员）"


class Reminder(models.Model):
    """One reminder of those who had not sat an exam yet. The second is the last (unique number 1 or 2)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    exam = models.ForeignKey(Exam, models.PROTECT, related_name="reminders")
    number = models.PositiveSmallIntegerField("第几次")
    channel = models.CharField("方式", max_length=16)
    text = models.CharField("内容", max_length=300)
    recipients = models.PositiveIntegerField("人数")
    sent_at = models.DateTimeField("时间")
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "考试提醒"
        verbose_name_plural = "考试提醒"
        ordering = ["exam", "number"]
        constraints = [
            models.UniqueConstraint(fields=["exam", "number"], name="reminder_number_once"),
            models.CheckConstraint(condition=Q(number__in=[1, 2]), name="reminder_twice_at_most"),
        ]

    def __str__(self) -> str:
        return f"{self.exam} 第{self.number}次提醒"
