"""Items (试题) and their immutable versions."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from examsite.lib.ids import uuid7
from examsite.lib.percent import Rate

from ..kinds.registry import KINDS
from .bank import Bank, Topic
from .imports import ImportRun
from .law import Edition


class ItemState(models.TextChoices):
    DRAFT = "draft", "草稿"
    IN_REVIEW = "in_review", "待审"
    APPROVED = "approved", "已审"
    RETIRED = "retired", "停用"


class Difficulty(models.IntegerChoices):
    EASY = 1, "易"
    MEDIUM = 2, "中"
    HARD = 3, "难"


KIND_CHOICES = [(code, kind.label) for code, kind in KINDS.items()]


class Item(models.Model):
    """The identity of a question; what a candidate reads is one of its versions.

    `current` is the newest version. `facility` is the calibrated expected facility 0..1 once enough people
    answered. Three columns are derived from the current version (domain/items): `folded`, its words without
    punctuation (likeness.folded), for search; `double_key` and `sketch`, for finding doubles. `labels` holds
    audience and tags as text ("\n@机关干部\n#互斥:甲\n"), so that one condition finds them on every database.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    bank = models.ForeignKey(Bank, models.PROTECT, related_name="items", verbose_name="题库")
    number = models.PositiveIntegerField("编号")
    kind = models.CharField("题型", max_length=16, choices=KIND_CHOICES)
    state = models.CharField("状态", max_length=16, choices=ItemState, default=ItemState.DRAFT)
    current = models.OneToOneField(
        "ItemVersion", models.PROTECT, null=True, related_name="+", verbose_name="当前版本"
    )
    topic = models.ForeignKey(
        Topic, models.PROTECT, null=True, blank=True, related_name="items", verbose_name="知识点"
    )
    difficulty = models.PositiveSmallIntegerField("难度", choices=Difficulty, null=True, blank=True)
    facility = models.DecimalField(max_digits=5, decimal_places=4, null=True, blank=True)
    audience = models.JSONField("适用对象", default=list, blank=True)
    tags = models.JSONField("标签", default=list, blank=True)
    source = models.CharField("来源", max_length=200, blank=True)
    folded = models.TextField(editable=False)
    double_key = models.CharField(max_length=16, editable=False)
    sketch = models.BinaryField(editable=False)
    labels = models.TextField(editable=False, blank=True)
    stale_reason = models.CharField("过时原因", max_length=200, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewed_at = models.DateTimeField("审题时间", null=True, blank=True)
    import_run = models.ForeignKey(
        ImportRun, models.PROTECT, null=True, blank=True, related_name="items", verbose_name="导入记录"
    )
    created_at = models.DateTimeField("建立时间")

    class Meta:
        verbose_name = "试题"
        verbose_name_plural = "试题"
        ordering = ["bank", "number"]
        indexes = [
            # Everything that facets count, so that counting 50,000 items does not read their texts.
            models.Index(
                fields=["bank", "state", "kind", "topic", "difficulty", "stale_reason", "audience"],
                name="item_facets",
            ),
            models.Index(fields=["bank", "double_key"], name="item_doubles"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["bank", "number"], name="item_number_once_in_bank"),
            models.CheckConstraint(condition=Q(state__in=ItemState.values), name="item_state_known"),
            models.CheckConstraint(condition=Q(kind__in=list(KINDS)), name="item_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.number}"


class ItemVersion(models.Model):
    """The exact words a candidate saw. Never edited: a change is the next version.

    `content` may be shown; `key` (answer, rationale) is never read on the exam path. Both are written and
    read by kinds/codec alone. `digest` is the SHA-256 of both.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    item = models.ForeignKey(Item, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField("版本")
    content = models.JSONField("题面")
    key = models.JSONField("答案与解析")
    digest = models.CharField(max_length=64)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField("建立时间")

    class Meta:
        verbose_name = "试题版本"
        verbose_name_plural = "试题版本"
        ordering = ["item", "number"]
        constraints = [models.UniqueConstraint(fields=["item", "number"], name="version_number_once")]

    def __str__(self) -> str:
        return f"{self.item} v{self.number}"


class ItemCitation(models.Model):
    """The article a version rests on, with the words its key turns on.

    `upheld_at`: when a reviewer found the item still right although the edition is no longer in force.
    """

    version = models.ForeignKey(ItemVersion, models.CASCADE, related_name="citations")
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="citations")
    article = models.CharField("条", max_length=32, blank=True)
    quote = models.TextField("原文", blank=True)
    upheld_at = models.DateTimeField("失效后仍认可", null=True, blank=True)

    class Meta:
        verbose_name = "法条依据"
        verbose_name_plural = "法条依据"
        constraints = [
            models.UniqueConstraint(fields=["version", "edition", "article"], name="citation_once")
        ]

    def __str__(self) -> str:
        return f"{self.edition.law} {self.article}"


class ItemFinding(models.Model):
    """What one form of one exam found out about the version that stood in it: first attempts only.

    Told by whoever held the exam, as words and numbers: `title` names exam and form, `form` is an opaque id
    of theirs. Coefficients belong to one form and are never pooled; None has its reason in `why`. `options`:
    dicts with label, chosen, share, upper, lower, is_key, is_dead. `flags` are words of what to look at.
    """

    version = models.ForeignKey(ItemVersion, models.CASCADE, related_name="findings")
    form = models.UUIDField()
    place = models.PositiveSmallIntegerField("题号")
    title = models.CharField("考试", max_length=200)
    year = models.PositiveSmallIntegerField("年度")
    people = models.PositiveIntegerField("人数")
    full_marks = models.PositiveIntegerField("得满分人数")
    facility = models.DecimalField("得分率", max_digits=5, decimal_places=4)
    discrimination = models.DecimalField("区分度", max_digits=5, decimal_places=4, null=True)
    item_rest = models.DecimalField("题与其余相关", max_digits=5, decimal_places=4, null=True)
    why = models.CharField(max_length=100, blank=True)
    options = models.JSONField("选项", default=list)
    flags = models.JSONField("提示", default=list)
    is_suspect = models.BooleanField("疑答案有误", default=False)
    computed_at = models.DateTimeField("计算时间")

    class Meta:
        verbose_name = "试题实测"
        verbose_name_plural = "试题实测"
        ordering = ["-year", "title", "place"]
        constraints = [models.UniqueConstraint(fields=["form", "place"], name="finding_once_a_place")]

    def __str__(self) -> str:
        return f"{self.title}第{self.place}题"

    @property
    def right(self) -> Rate:
        """题目正确率: who got full marks, of all who answered."""
        return Rate(self.full_marks, self.people)
