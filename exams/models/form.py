"""The form (试卷): sections and slots, immutable once published."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from examsite.lib.ids import uuid7
from questionbanks.models.item import KIND_CHOICES

from .blueprint import CREDIT_CHOICES
from .exam import Exam


class FormRole(models.TextChoices):
    MAIN = "main", "正式卷"
    RESERVE = "reserve", "备用卷"
    WITHDRAWN = "withdrawn", "已换下"  # nobody gets it any more; who has it keeps it


class Form(models.Model):
    """One paper, identical for all who get it but for the order of items (where asked for) and of choices.

    `cap`: in how many forms of the exam an item of this one may stand; none for a paper brought along, and
    for a makeup, which is limited by what its people have met. `paper` is what a candidate may see, written
    at publishing, without any key. `salt` makes the choice ids of attempts opaque. `digest` is the SHA-256 of
    the paper and of every item version's digest.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    exam = models.ForeignKey(Exam, models.PROTECT, related_name="forms")
    code = models.CharField("卷号", max_length=8)
    role = models.CharField("用途", max_length=16, choices=FormRole, default=FormRole.MAIN)
    title = models.CharField("卷名", max_length=100)
    seed = models.BigIntegerField("随机种子", null=True, blank=True)
    cap = models.PositiveSmallIntegerField("同一题最多用在几套卷里", null=True, blank=True)
    salt = models.CharField(max_length=32)
    total_points = models.DecimalField("满分", max_digits=6, decimal_places=2)
    paper = models.JSONField("卷面", null=True, blank=True)
    digest = models.CharField("指纹", max_length=64, blank=True)
    built_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    built_at = models.DateTimeField("组卷时间")
    published_at = models.DateTimeField("定卷时间", null=True, blank=True)

    class Meta:
        verbose_name = "试卷"
        verbose_name_plural = "试卷"
        ordering = ["exam", "role", "code"]
        constraints = [
            models.UniqueConstraint(fields=["exam", "code"], name="form_code_once"),
            models.CheckConstraint(condition=Q(role__in=FormRole.values), name="form_role_known"),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True) | Q(paper__isnull=False), name="form_published_whole"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}卷"


class Section(models.Model):
    """A 大题 of a form, with its printed heading and its credit rule."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    form = models.ForeignKey(Form, models.CASCADE, related_name="sections")
    order = models.PositiveSmallIntegerField()
    title = models.CharField("大题", max_length=100)
    instructions = models.CharField("说明", max_length=500, blank=True)
    kind = models.CharField("题型", max_length=16, choices=KIND_CHOICES)
    credit_rule = models.CharField("计分规则", max_length=8, choices=CREDIT_CHOICES, default="all")
    per_choice = models.DecimalField("每对一项得分", max_digits=5, decimal_places=2, default=0)

    class Meta:
        verbose_name = "大题"
        verbose_name_plural = "大题"
        ordering = ["form", "order"]
        constraints = [models.UniqueConstraint(fields=["form", "order"], name="section_order_once")]

    def __str__(self) -> str:
        return self.title


class Slot(models.Model):
    """A 题位: one item version (of a case group: one of its parts) for so many points.

    `code` is the opaque name on the wire. `part` is the index into the parts of a case group.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    form = models.ForeignKey(Form, models.CASCADE, related_name="slots")
    section = models.ForeignKey(Section, models.CASCADE, related_name="slots")
    order = models.PositiveSmallIntegerField("题号")
    code = models.CharField(max_length=12)
    version = models.ForeignKey("questionbanks.ItemVersion", models.PROTECT, related_name="slots")
    part = models.PositiveSmallIntegerField(null=True, blank=True)
    kind = models.CharField("题型", max_length=16, choices=KIND_CHOICES)
    points = models.DecimalField("分值", max_digits=5, decimal_places=2)
    locked = models.BooleanField("锁定", default=False)

    class Meta:
        verbose_name = "题位"
        verbose_name_plural = "题位"
        ordering = ["form", "order"]
        constraints = [
            models.UniqueConstraint(fields=["form", "order"], name="slot_order_once"),
            models.UniqueConstraint(fields=["form", "code"], name="slot_code_once"),
            models.UniqueConstraint(
                fields=["form", "version"], condition=Q(part__isnull=True), name="slot_item_once"
            ),
            models.UniqueConstraint(
                fields=["form", "version", "part"], condition=Q(part__isnull=False), name="slot_part_once"
            ),
            models.CheckConstraint(condition=Q(points__gt=0), name="slot_points"),
        ]

    def __str__(self) -> str:
        return f"第{self.order}题"
