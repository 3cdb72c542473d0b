"""Answer sheets on paper, keyed in twice by two people before they become attempts."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from examsite.lib.ids import uuid7

from .attempt import Attempt
from .roster import Seat


class KeyedSheet(models.Model):
    """One paper sheet of one seat, as two people read it.

    `first` and `second` map slot codes to answers in the letters of the printed paper ("AC", true, texts);
    where they differ, `settled` says what stands on the sheet. `attempt` is what became of it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="keyed_sheets")
    first = models.JSONField("初录")
    first_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    first_at = models.DateTimeField("初录时间")
    second = models.JSONField("复录", null=True, blank=True)
    second_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    second_at = models.DateTimeField("复录时间", null=True, blank=True)
    settled = models.JSONField("核对", null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    settled_at = models.DateTimeField("核对时间", null=True, blank=True)
    started_at = models.DateTimeField("开考时间")
    submitted_at = models.DateTimeField("交卷时间")
    attempt = models.OneToOneField(Attempt, models.PROTECT, null=True, blank=True, related_name="keyed_sheet")
    dropped_at = models.DateTimeField("撤销时间", null=True, blank=True)

    class Meta:
        verbose_name = "录入答题卡"
        verbose_name_plural = "录入答题卡"
        ordering = ["first_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["seat"], condition=Q(dropped_at__isnull=True), name="keyed_sheet_once"
            ),
            models.CheckConstraint(
                condition=Q(second_by__isnull=True) | ~Q(second_by=F("first_by")),
                name="keyed_sheet_two_people",
            ),
            models.CheckConstraint(
                condition=Q(submitted_at__gt=F("started_at")), name="keyed_sheet_ends_after_start"
            ),
        ]


class SheetScan(models.Model):
    """A photo or scan of a paper sheet; the file is a re-encoded picture or a PDF under a name of ours."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="scans")
    file = models.FileField("扫描件", upload_to="sheets", max_length=200)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = "答题卡扫描件"
        verbose_name_plural = "答题卡扫描件"
        ordering = ["at"]
