"""Certificates (证书): what a passed exam entitles to, for how long, and what ended it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from examsite.lib.ids import uuid7

from .attempt import Attempt
from .roster import RosterEntry


class Certificate(models.Model):
    """One certificate of one person for one exam. Words and unit are those of the day of issue.

    `code` is what the QR code and the verification page name it by: 16 random characters (79 bits), so that
    nobody can walk through the register. `valid_until` is the first day on which it is no longer valid.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField("证书编号", max_length=32, unique=True)
    code = models.CharField("查验码", max_length=16, unique=True)
    entry = models.ForeignKey(RosterEntry, models.PROTECT, related_name="certificates")
    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="certificates")
    issuer = models.ForeignKey("people.Unit", models.PROTECT, related_name="certificates")
    year = models.PositiveSmallIntegerField("年度")
    serial = models.PositiveIntegerField("序号")
    name = models.CharField("姓名", max_length=64)
    unit_name = models.CharField("村（社区）或单位", max_length=100)
    title = models.CharField("证书名称", max_length=50)
    issued_on = models.DateField("发证日期")
    valid_until = models.DateField("有效期至", null=True, blank=True)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    issued_at = models.DateTimeField("登记时间")
    withdrawn_at = models.DateTimeField("收回时间", null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_reason = models.CharField("收回事由", max_length=500, blank=True)

    class Meta:
        verbose_name = "证书"
        verbose_name_plural = "证书登记簿"
        ordering = ["issuer", "year", "serial"]
        constraints = [
            models.UniqueConstraint(fields=["issuer", "year", "serial"], name="certificate_serial_once"),
            models.UniqueConstraint(
                fields=["entry"], condition=Q(withdrawn_at__isnull=True), name="certificate_entry_once"
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("issued_on")),
                name="certificate_ends_after_issue",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_reason="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_reason="")),
                name="certificate_withdrawn_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.number
