"""组卷规则（双向细目表）: which items a form is made of."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from examsite.lib.ids import uuid7
from questionbanks.kinds.credit import RULES
from questionbanks.models import Difficulty
from questionbanks.models.item import KIND_CHOICES

CREDIT_CHOICES = [(rule.code, rule.label) for rule in RULES.values()]


class Blueprint(models.Model):
    """A named set of sections; reused from year to year. It belongs to a unit and draws from its banks.

    `most_exams` is the exposure limit: an item that stood in so many other exams of the last two years is
    not drawn again. None: no limit.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    unit = models.ForeignKey("people.Unit", models.PROTECT, related_name="blueprints")
    name = models.CharField("名称", max_length=100)
    banks = models.ManyToManyField("questionbanks.Bank", related_name="blueprints", verbose_name="题库")
    total_points = models.DecimalField("满分", max_digits=6, decimal_places=2, default=100)
    duration_s = models.PositiveIntegerField("作答时长（秒）", default=3600)
    most_exams = models.PositiveSmallIntegerField("同一题两年内最多考几场", null=True, blank=True, default=3)
    created_at = models.DateTimeField("建立时间")

    class Meta:
        verbose_name = "组卷规则"
        verbose_name_plural = "组卷规则"
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["unit", "name"], name="blueprint_name_once")]

    def __str__(self) -> str:
        return self.name


class BlueprintSection(models.Model):
    """One 大题: one kind, equal points for each item, one credit rule."""

    blueprint = models.ForeignKey(Blueprint, models.CASCADE, related_name="sections")
    order = models.PositiveSmallIntegerField()
    title = models.CharField("大题名称", max_length=100, blank=True)
    kind = models.CharField("题型", max_length=16, choices=KIND_CHOICES)
    points = models.DecimalField(
        "每题分值", max_digits=5, decimal_places=2, validators=[MinValueValidator(0)]
    )
    credit_rule = models.CharField("计分规则", max_length=8, choices=CREDIT_CHOICES, default="all")
    per_choice = models.DecimalField("每对一项得分", max_digits=5, decimal_places=2, default=0)

    class Meta:
        verbose_name = "大题规则"
        verbose_name_plural = "大题规则"
        ordering = ["blueprint", "order"]
        constraints = [
            models.UniqueConstraint(fields=["blueprint", "order"], name="blueprint_section_order_once"),
            models.CheckConstraint(condition=Q(points__gt=0), name="blueprint_section_points"),
        ]


class BlueprintRow(models.Model):
    """How many items of which law, topic, difficulty and audience; empty means any."""

    section = models.ForeignKey(BlueprintSection, models.CASCADE, related_name="rows")
    order = models.PositiveSmallIntegerField()
    law = models.ForeignKey("questionbanks.Law", models.PROTECT, null=True, blank=True, verbose_name="法律")
    topic = models.CharField("知识点", max_length=100, blank=True)
    difficulty = models.PositiveSmallIntegerField("难度", choices=Difficulty, null=True, blank=True)
    audience = models.CharField("适用对象", max_length=32, blank=True)
    count = models.PositiveSmallIntegerField("题数", validators=[MinValueValidator(1)])

    class Meta:
        verbose_name = "抽题规则"
        verbose_name_plural = "抽题规则"
        ordering = ["section", "order"]
        constraints = [
            models.UniqueConstraint(fields=["section", "order"], name="blueprint_row_order_once"),
            models.CheckConstraint(condition=Q(count__gte=1), name="blueprint_row_count"),
        ]
