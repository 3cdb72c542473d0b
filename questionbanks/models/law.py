"""Statutes: the law, its editions in force from a day on, their articles."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from examsite.lib.ids import uuid7


class LawType(models.TextChoices):
    CONSTITUTION = "constitution", "宪法"
    STATUTE = "statute", "法律"
    REGULATION = "regulation", "行政法规"
    LOCAL = "local", "地方性法规"
    RULE = "rule", "部门规章"
    PARTY = "party", "党内法规"
    INTERPRETATION = "interpretation", "司法解释"


class Law(models.Model):
    """One statute, whatever its edition. `aliases` are the other names that items cite it by."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    title = models.CharField("全称", max_length=100, unique=True)
    short = models.CharField("简称", max_length=100, unique=True)
    aliases = models.JSONField("别名", default=list, blank=True)
    type = models.CharField("类型", max_length=16, choices=LawType, default=LawType.STATUTE)
    repealed_on = models.DateField("废止日期", null=True, blank=True)
    repealed_by = models.CharField("废止依据", max_length=100, blank=True)

    class Meta:
        verbose_name = "法律"
        verbose_name_plural = "法律"
        ordering = ["short"]

    def __str__(self) -> str:
        return self.short


class Edition(models.Model):
    """The text in force from a date. `ended_on` is the day a later edition (or a repeal) took its place."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    law = models.ForeignKey(Law, models.PROTECT, related_name="editions")
    adopted_on = models.DateField("通过日期")
    in_force_on = models.DateField("施行日期", null=True, blank=True)
    ended_on = models.DateField("失效日期", null=True, blank=True)
    article_count = models.PositiveIntegerField("条数", null=True, blank=True)

    class Meta:
        verbose_name = "法律版本"
        verbose_name_plural = "法律版本"
        ordering = ["law", "adopted_on"]
        constraints = [
            models.UniqueConstraint(fields=["law", "adopted_on"], name="edition_once"),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True)
                | Q(in_force_on__isnull=True)
                | Q(ended_on__gt=F("in_force_on")),
                name="edition_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.law}（{self.adopted_on:%Y-%m-%d}）"


class Article(models.Model):
    """One 条 of an edition. `label` as cited ("第十三条"), `order` its place in the text."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="articles")
    label = models.CharField("条", max_length=32)
    order = models.PositiveIntegerField()
    heading = models.CharField("章节", max_length=200, blank=True)
    text = models.TextField("条文")

    class Meta:
        verbose_name = "条文"
        verbose_name_plural = "条文"
        ordering = ["edition", "order"]
        constraints = [models.UniqueConstraint(fields=["edition", "label"], name="article_once")]

    def __str__(self) -> str:
        return f"{self.edition} {self.label}"
