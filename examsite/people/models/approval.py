"""The one mechanism for everything that needs two people."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from examsite.lib.ids import uuid7

from .unit import Unit


class Approval(models.Model):
    """A proposed action on an object, bound by `digest` to exactly what is approved.

    It counts while it is approved, not expired, not used, and the object still has that digest. `content` is
    what the second person is shown; `digest` is its hash.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    action = models.CharField("事项", max_length=64)
    object_type = models.CharField(max_length=64)
    object_id = models.CharField(max_length=64)
    content = models.JSONField("审批内容", default=dict)
    digest = models.CharField(max_length=64)
    summary = models.CharField("内容", max_length=500)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    proposer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField("提出时间")
    expires_at = models.DateTimeField("失效时间")
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    approved = models.BooleanField("同意", null=True, blank=True)
    reason = models.CharField("意见", max_length=500, blank=True)
    used_at = models.DateTimeField("执行时间", null=True, blank=True)

    class Meta:
        verbose_name = "双人审批"
        verbose_name_plural = "双人审批"
        ordering = ["-proposed_at"]
        indexes = [models.Index(fields=["object_type", "object_id", "action"], name="approval_object")]
        constraints = [
            models.CheckConstraint(
                condition=Q(approver__isnull=True) | ~Q(approver=F("proposer")), name="approval_two_people"
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, approved__isnull=True, approver__isnull=True)
                | Q(decided_at__isnull=False, approved__isnull=False, approver__isnull=False),
                name="approval_decided_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.summary
