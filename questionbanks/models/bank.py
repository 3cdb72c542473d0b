"""A bank of items and its topics."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from examsite.lib.ids import uuid7


class Bank(models.Model):
    """A collection of items that belongs to a unit and is visible in its subtree.

    Since `practice_since` the people of the subtree may practise its items, with answers and rationales;
    whoever holds exams keeps those back that an exam still needs. None: they may not.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    unit = models.ForeignKey("people.Unit", models.PROTECT, related_name="banks", verbose_name="所属单位")
    name = models.CharField("名称", max_length=100)
    description = models.CharField("说明", max_length=500, blank=True)
    created_at = models.DateTimeField("建立时间")
    practice_since = models.DateTimeField("开放练习", null=True, blank=True)

    class Meta:
        verbose_name = "题库"
        verbose_name_plural = "题库"
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["unit", "name"], name="bank_name_once_in_unit")]

    def __str__(self) -> str:
        return self.name


class Topic(models.Model):
    """A 知识点 in a bank's tree. The law an item cites is not a topic: it is a citation."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    bank = models.ForeignKey(Bank, models.CASCADE, related_name="topics")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    name = models.CharField("名称", max_length=100)

    class Meta:
        verbose_name = "知识点"
        verbose_name_plural = "知识点"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["bank", "name"], condition=Q(parent__isnull=True), name="topic_name_once_at_top"
            ),
            models.UniqueConstraint(
                fields=["parent", "name"], condition=Q(parent__isnull=False), name="topic_name_once_in_parent"
            ),
        ]

    def __str__(self) -> str:
        return self.name
