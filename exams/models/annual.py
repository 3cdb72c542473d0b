"""What the annual report rests on besides exams: the register (普法活动台账), older totals, the plan."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from examsite.lib.ids import uuid7


class ActivityKind(models.TextChoices):
    CAMPAIGN = "campaign", "集中普法宣传"
    LECTURE = "lecture", "专题讲座"
    HOME_VISIT = "home_visit", "送法入户"
    STUDY_GROUP = "study_group", "党委理论学习中心组学法"
    TRAINING = "training", "机关干部法治培训"
    OTHER = "other", "其他普法活动"


class Activity(models.Model):
    """One activity that took place. `audience` counts attendances (人次), not different people.

    Corrections are in the audit log; an entry that should not be there is struck out (`withdrawn_at`), never
    deleted.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    unit = models.ForeignKey("people.Unit", models.PROTECT, related_name="activities")
    kind = models.CharField("类别", max_length=16, choices=ActivityKind)
    date = models.DateField("日期", db_index=True)
    place = models.CharField("地点", max_length=100)
    topic = models.CharField("主题", max_length=200)
    # What the report names a series of lectures by ("习近平法治思想"); empty for everything else.
    theme = models.CharField("专题", max_length=50, blank=True)
    audience = models.PositiveIntegerField("受众（人次）", default=0)
    is_estimated = models.BooleanField("受众为估算", default=False)
    note = models.CharField("备注", max_length=500, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField("登记时间")
    withdrawn_at = models.DateTimeField("撤销时间", null=True, blank=True)
    withdrawn_reason = models.CharField("撤销事由", max_length=200, blank=True)
    source = models.ForeignKey(
        "ListImport", models.PROTECT, null=True, blank=True, related_name="activities", verbose_name="导入"
    )

    class Meta:
        verbose_name = "普法活动"
        verbose_name_plural = "普法活动台账"
        ordering = ["date", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ActivityKind.values), name="activity_kind_known"),
            models.CheckConstraint(condition=Q(audience__lte=1_000_000), name="activity_audience_plausible"),
        ]

    def __str__(self) -> str:
        return f"{self.date:%m-%d} {self.topic}"


class ActivityFile(models.Model):
    """A photograph, notice or list that proves an activity: re-encoded, named by its content."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="files")
    file = models.FileField("佐证材料", upload_to="activities", max_length=200)
    caption = models.CharField("说明", max_length=100, blank=True)
    size = models.PositiveIntegerField()
    digest = models.CharField("SHA-256", max_length=64)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    added_at = models.DateTimeField("上传时间")
    removed_at = models.DateTimeField("移除时间", null=True, blank=True)

    class Meta:
        verbose_name = "佐证材料"
        verbose_name_plural = "佐证材料"
        ordering = ["added_at", "id"]


class ListKind(models.TextChoices):
    ACTIVITIES = "activities", "普法活动台账"
    RESULTS = "results", "外部平台成绩"


class ListState(models.TextChoices):
    REVIEW = "review", "待核对"
    STORED = "stored", "已入库"
    DISCARDED = "discarded", "已放弃"
    UNDONE = "undone", "已撤销"


class ListImport(models.Model):
    """A table somebody else kept, on its way in: read, looked at by a person, then stored as a whole.

    `rows` is what was read ({"where", "cells", "problems", …}); nothing is in the figures before `state` is
    stored. The file itself is kept with what it became.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField("种类", max_length=16, choices=ListKind)
    unit = models.ForeignKey("people.Unit", models.PROTECT, related_name="list_imports")
    exam = models.ForeignKey("Exam", models.PROTECT, null=True, blank=True, related_name="list_imports")
    platform = models.CharField("平台名称", max_length=50, blank=True)
    file_name = models.CharField("文件", max_length=255)
    file_digest = models.CharField(max_length=64)
    file = models.FileField(upload_to="lists", max_length=200)
    rows = models.JSONField(default=list)
    state = models.CharField("状态", max_length=16, choices=ListState, default=ListState.REVIEW)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField("上传时间")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField("确认时间", null=True, blank=True)

    class Meta:
        verbose_name = "导入的表"
        verbose_name_plural = "导入的表"
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.file_name


class ExternalResult(models.Model):
    """Somebody's result on another platform, from a list that a person matched to the roster.

    Counts like any other try (mode external), but has no answers: no item statistics. `ended_at`: the list
    was undone; it counted until then.
    """

    entry = models.ForeignKey("RosterEntry", models.PROTECT, related_name="external_results")
    exam = models.ForeignKey("Exam", models.PROTECT, related_name="external_results", editable=False)
    source = models.ForeignKey(ListImport, models.PROTECT, related_name="results")
    points = models.DecimalField("得分", max_digits=7, decimal_places=2)
    possible = models.DecimalField("满分", max_digits=7, decimal_places=2)
    is_makeup = models.BooleanField("补考", default=False)
    taken_at = models.DateTimeField("考试时间")
    stored_at = models.DateTimeField("入库时间")
    ended_at = models.DateTimeField("撤销时间", null=True, blank=True)

    class Meta:
        verbose_name = "外部成绩"
        verbose_name_plural = "外部成绩"
        ordering = ["id"]
        indexes = [models.Index(fields=["exam", "id"], name="external_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(points__gte=0, points__lte=F("possible"), possible__gt=0),
                name="external_points_plausible",
            )
        ]


class YearTotal(models.Model):
    """What a past year came to, from records older than the site: for comparison only, marked as such."""

    unit = models.ForeignKey("people.Unit", models.PROTECT, related_name="year_totals")
    category = models.ForeignKey("people.Category", models.PROTECT, related_name="+", verbose_name="人员类别")
    year = models.PositiveSmallIntegerField("年度")
    required = models.PositiveIntegerField("应考")
    taken = models.PositiveIntegerField("参考")
    passed = models.PositiveIntegerField("合格")
    main_taken = models.PositiveIntegerField("正考参考", null=True, blank=True)
    first_passed = models.PositiveIntegerField("首考合格", null=True, blank=True)
    source = models.CharField("依据", max_length=200)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    entered_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "往年合计"
        verbose_name_plural = "往年合计"
        ordering = ["year"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "category", "year"], name="year_total_once"),
            models.CheckConstraint(
                condition=Q(taken__lte=F("required"), passed__lte=F("taken")), name="year_total_plausible"
            ),
        ]


class PlanItem(models.Model):
    """One line of next year's plan: which law, for whom, how many talks, by when."""

    unit = models.ForeignKey("people.Unit", models.PROTECT, related_name="plan_items")
    year = models.PositiveSmallIntegerField("计划年度")
    order = models.PositiveSmallIntegerField(default=0)
    law = models.CharField("法律或内容", max_length=100)
    places = models.CharField("对象（单位、人群）", max_length=300, blank=True)
    talks = models.PositiveSmallIntegerField("场次", default=1)
    due = models.CharField("时间", max_length=50, blank=True)
    basis = models.CharField("依据", max_length=200, blank=True)

    class Meta:
        verbose_name = "普法计划"
        verbose_name_plural = "普法计划"
        ordering = ["year", "order", "id"]
