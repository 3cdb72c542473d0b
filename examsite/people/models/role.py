"""What a person may do, and in which part of the unit tree."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from examsite.lib.ids import uuid7

from .unit import Unit


class Role(models.TextChoices):
    """Roles × scope; a candidate needs none. An officer at the county is the county's officer."""

    OFFICER = "officer", "考务"
    BANK_EDITOR = "bank_editor", "题库员"
    REVIEWER = "reviewer", "审题人"
    INVIGILATOR = "invigilator", "监考"
    MARKER = "marker", "阅卷人"
    LEADER = "leader", "领导（查看）"
    AUDITOR = "auditor", "审计员"
    OPERATOR = "operator", "运维"


class RoleGrant(models.Model):
    """A role in the subtree of a unit. Ended, never deleted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="grants")
    role = models.CharField("角色", max_length=16, choices=Role)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="grants")
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    granted_at = models.DateTimeField("授予时间")
    ended_at = models.DateTimeField("终止时间", null=True, blank=True)

    class Meta:
        verbose_name = "角色"
        verbose_name_plural = "角色"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "unit"], condition=Q(ended_at__isnull=True), name="grant_open_once"
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="grant_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.unit}"
