"""Marks (得分): append-only; the newest mark of a slot counts."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from .attempt import Attempt
from .form import Slot


class Mark(models.Model):
    """Points for one slot of one attempt. `marker` None is the machine.

    `key_version` counts the versions of the key of this slot (1 = as published; each correction adds one).
    `sheet_digest` is the digest of the answer sheet that was marked. `answer_digest` is there for marks by
    people: the digest of the one answer, by which the mark is carried over when the rest of the sheet
    changes. `rule` is the section's credit rule, or how people or a correction came to the points
    (engine/marking).

    PostgreSQL does not check the attempt and the slot of every mark: a hundred look-ups at the end of each
    attempt. Marks are written under the lock of their attempt for slots of its form, both of which nobody
    can delete (docs/decisions.md).
    """

    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="marks", db_constraint=False)
    slot = models.ForeignKey(Slot, models.PROTECT, related_name="marks", db_constraint=False)
    points = models.DecimalField("得分", max_digits=6, decimal_places=2)
    possible = models.DecimalField("满分", max_digits=5, decimal_places=2)
    rule = models.CharField("计分规则", max_length=8)
    key_version = models.PositiveSmallIntegerField("答案版本", default=1)
    marker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    comment = models.CharField("评语", max_length=500, blank=True)
    sheet_digest = models.CharField(max_length=64)
    answer_digest = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField("评分时间")

    class Meta:
        verbose_name = "得分"
        verbose_name_plural = "得分"
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=Q(possible__gt=0), name="mark_possible")]
