"""Key corrections: what was changed after an exam, by which two people, and whom it concerned."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from examsite.lib.ids import uuid7

from ..engine.keys import METHOD_LABELS, Method
from .attempt import Attempt
from .exam import Exam
from .form import Slot
from .roster import RosterEntry


class KeyCorrection(models.Model):
    """A corrected key for some slots; of the corrections of a slot the newest holds.

    The item version itself never changes. `keys` are the keys that now earn full marks, each as the kind
    writes it (empty for `full` and `out`). `effect` holds the counts that both people agreed to.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.ForeignKey("questionbanks.ItemVersion", models.PROTECT, related_name="corrections")
    part = models.PositiveSmallIntegerField(null=True, blank=True)
    slots = models.ManyToManyField(Slot, related_name="corrections")
    exams = models.ManyToManyField(Exam, related_name="corrections")
    method = models.CharField(
        "更正方式", max_length=8, choices=[(one.value, METHOD_LABELS[one]) for one in Method]
    )
    keys = models.JSONField("更正后的答案", default=list)
    reason = models.CharField("理由", max_length=500)
    effect = models.JSONField(default=dict)
    proposer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField("生效时间")

    class Meta:
        verbose_name = "答案更正"
        verbose_name_plural = "答案更正"
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(method__in=[one.value for one in Method]), name="correction_method_known"
            ),
            models.CheckConstraint(condition=~Q(proposer=models.F("approver")), name="correction_two_people"),
        ]

    def __str__(self) -> str:
        return f"{self.get_method_display()}：{self.reason}"


class ResultNote(models.Model):
    """A word to a person about his result: what was changed and why. Shown once the result itself is."""

    entry = models.ForeignKey(RosterEntry, models.PROTECT, related_name="notes")
    attempt = models.ForeignKey(Attempt, models.PROTECT, null=True, blank=True, related_name="notes")
    text = models.CharField("通知", max_length=500)
    at = models.DateTimeField("时间")
    read_at = models.DateTimeField("已读时间", null=True, blank=True)

    class Meta:
        verbose_name = "成绩通知"
        verbose_name_plural = "成绩通知"
        ordering = ["at", "id"]
