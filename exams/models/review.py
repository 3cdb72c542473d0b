"""Review requests (复核): asked by the candidate, answered by somebody who did not mark."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from examsite.lib.ids import uuid7

from .attempt import Attempt
from .form import Slot


class ReviewOutcome(models.TextChoices):
    UPHELD = "upheld", "维持原评分"
    CHANGED = "changed", "评分已更改"


class ReviewRequest(models.Model):
    """One question of one attempt (or, without `slot`, the attempt as a whole) to be looked at again.

    `steps` is the trail that both sides see; the request is open until it has an outcome.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="review_requests")
    slot = models.ForeignKey(Slot, models.PROTECT, null=True, blank=True, related_name="+")
    outcome = models.CharField("结果", max_length=8, choices=ReviewOutcome, blank=True)
    asked_at = models.DateTimeField("申请时间")
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "复核申请"
        verbose_name_plural = "复核申请"
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["attempt", "slot"],
                condition=Q(answered_at__isnull=True, slot__isnull=False),
                name="review_open_once",
            ),
            models.UniqueConstraint(
                fields=["attempt"],
                condition=Q(answered_at__isnull=True, slot__isnull=True),
                name="review_whole_open_once",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, outcome="")
                | (Q(answered_at__isnull=False) & Q(outcome__in=ReviewOutcome.values)),
                name="review_answered_whole",
            ),
        ]


class ReviewStep(models.Model):
    """One line of the trail: append-only. Points are there where they were looked at or changed."""

    request = models.ForeignKey(ReviewRequest, models.PROTECT, related_name="steps")
    action = models.CharField("动作", max_length=16)  # ask, answer
    text = models.CharField("内容", max_length=500)
    points_before = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    points_after = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "复核经过"
        verbose_name_plural = "复核经过"
        ordering = ["at", "id"]
