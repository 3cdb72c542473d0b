"""The exam (what is reported), its sittings (windows in which it is sat), their rooms and seats."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from examsite.lib.ids import uuid7

from .blueprint import Blueprint


class FinalRule(models.TextChoices):
    BEST = "best", "取最高分"
    LAST = "last", "取最后一次"
    FIRST = "first", "取第一次"


class MakeupCap(models.TextChoices):
    NONE = "none", "按实得分"
    PASS_LINE = "pass_line", "最高记合格线"


class ReleaseRule(models.TextChoices):
    AT_ONCE = "at_once", "交卷后即公布"
    AT_TIME = "at_time", "到指定时间公布"
    AFTER_WINDOW = "after_window", "全部场次结束后公布"
    BY_HAND = "by_hand", "由考务手动公布"


class Exam(models.Model):
    """What is decided before the first candidate starts; frozen by `published_at`.

    Lines are percent of full marks. `label` and `audience_label` are the words of the annual report
    ("“法律明白人”学法考试", "骨干群众"). `shuffle_items` goes into each paper when its form is published, and
    stands from the first one on; what an attempt shows is made of its paper alone.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    unit = models.ForeignKey("people.Unit", models.PROTECT, related_name="exams", verbose_name="组织单位")
    title = models.CharField("考试名称", max_length=100)
    stat_year = models.PositiveSmallIntegerField("统计年度")
    category = models.ForeignKey(
        "people.Category", models.PROTECT, related_name="exams", verbose_name="考试对象"
    )
    label = models.CharField("年报中的考试名称", max_length=100)
    audience_label = models.CharField("年报中的对象名称", max_length=50)
    blueprint = models.ForeignKey(
        Blueprint, models.PROTECT, null=True, blank=True, related_name="exams", verbose_name="组卷规则"
    )
    pass_line = models.DecimalField(
        "合格线（%）",
        max_digits=5,
        decimal_places=2,
        default=60,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    excellent_line = models.DecimalField(
        "优秀线（%）",
        max_digits=5,
        decimal_places=2,
        default=90,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    final_rule = models.CharField("最终成绩", max_length=8, choices=FinalRule, default=FinalRule.BEST)
    tries = models.PositiveSmallIntegerField("正考可考次数", default=1, validators=[MinValueValidator(1)])
    makeup_cap = models.CharField("补考成绩", max_length=16, choices=MakeupCap, default=MakeupCap.NONE)
    makeup_excellent = models.BooleanField("补考成绩计入优秀", default=False)
    release_rule = models.CharField(
        "成绩公布", max_length=16, choices=ReleaseRule, default=ReleaseRule.BY_HAND
    )
    release_at = models.DateTimeField("成绩公布时间", null=True, blank=True)
    key_release_rule = models.CharField(
        "解析公布", max_length=16, choices=ReleaseRule, default=ReleaseRule.BY_HAND
    )
    key_release_at = models.DateTimeField("解析公布时间", null=True, blank=True)
    rounding = models.PositiveSmallIntegerField(
        "成绩取舍",
        null=True,
        blank=True,
        validators=[MaxValueValidator(2)],
        help_text="四舍五入到 0、1 或 2 位小数后再与合格线比较；不填则按原始分比较",
    )
    open_book = models.BooleanField("开卷", default=False)
    shuffle_items = models.BooleanField("每人题序不同", default=False)
    review_days = models.PositiveSmallIntegerField(
        "复核期限（天）",
        default=7,
        validators=[MaxValueValidator(90)],
        help_text="成绩公布后多少天内可以申请复核；0 表示不受理",
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField("建立时间")
    published_at = models.DateTimeField("发布时间", null=True, blank=True)
    roster_frozen_at = models.DateTimeField("名册冻结时间", null=True, blank=True)
    roster_frozen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    roster_digest = models.CharField("名册指纹", max_length=64, blank=True)
    roster_attested_by = models.CharField("名册核实人", max_length=100, blank=True)
    series = models.PositiveSmallIntegerField("准考证系列号", null=True, blank=True, editable=False)
    closed_at = models.DateTimeField("结束时间", null=True, blank=True)

    class Meta:
        verbose_name = "考试"
        verbose_name_plural = "考试"
        ordering = ["-stat_year", "-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "stat_year", "title"], name="exam_title_once_a_year"),
            models.CheckConstraint(condition=Q(pass_line__gte=0, pass_line__lte=100), name="exam_pass_line"),
            models.CheckConstraint(
                condition=Q(excellent_line__gte=F("pass_line"), excellent_line__lte=100),
                name="exam_excellent_line",
            ),
            models.CheckConstraint(condition=Q(tries__gte=1), name="exam_tries"),
            models.CheckConstraint(
                condition=Q(rounding__isnull=True) | Q(rounding__lte=2), name="exam_rounding"
            ),
            models.CheckConstraint(condition=Q(final_rule__in=FinalRule.values), name="exam_final_rule"),
            models.CheckConstraint(condition=Q(makeup_cap__in=MakeupCap.values), name="exam_makeup_cap"),
            models.CheckConstraint(
                condition=Q(release_rule__in=ReleaseRule.values, key_release_rule__in=ReleaseRule.values),
                name="exam_release_rules",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class SittingKind(models.TextChoices):
    MAIN = "main", "正考"
    MAKEUP = "makeup", "补考"


class Mode(models.TextChoices):
    """How an attempt was made; a sitting has the mode of most of its attempts."""

    ONLINE = "online", "线上"
    PAPER = "paper", "纸笔"
    ASSISTED = "assisted", "协助"
    EXTERNAL = "external", "外部平台"


class Sitting(models.Model):
    """A window in which the exam is sat. `duration_s`, `grace_s`, `late_entry_s` are seconds.

    `late_entry_s` None: one may enter until the window closes. `released_at` is set once; before it no
    field anywhere tells a result (and before `keys_released_at` no key).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    exam = models.ForeignKey(Exam, models.PROTECT, related_name="sittings")
    kind = models.CharField("类型", max_length=8, choices=SittingKind, default=SittingKind.MAIN)
    mode = models.CharField("方式", max_length=8, choices=Mode, default=Mode.ONLINE)
    title = models.CharField("场次名称", max_length=100)
    opens_at = models.DateTimeField("开始时间")
    closes_at = models.DateTimeField("结束时间")
    duration_s = models.PositiveIntegerField("作答时长（秒）", validators=[MinValueValidator(1)])
    grace_s = models.PositiveIntegerField("宽限（秒）", default=180)
    late_entry_s = models.PositiveIntegerField("迟到限制（秒）", null=True, blank=True)
    confirm_devices = models.BooleanField("换设备须监考确认", default=False)
    created_at = models.DateTimeField("建立时间")
    released_at = models.DateTimeField("成绩公布于", null=True, blank=True)
    keys_released_at = models.DateTimeField("解析公布于", null=True, blank=True)

    class Meta:
        verbose_name = "场次"
        verbose_name_plural = "场次"
        ordering = ["exam", "opens_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")), name="sitting_closes_after_opening"
            ),
            models.CheckConstraint(condition=Q(duration_s__gt=0), name="sitting_duration"),
            models.CheckConstraint(condition=Q(kind__in=SittingKind.values), name="sitting_kind_known"),
            models.CheckConstraint(condition=Q(mode__in=Mode.values), name="sitting_mode_known"),
            models.CheckConstraint(
                condition=Q(keys_released_at__isnull=True) | Q(released_at__isnull=False),
                name="sitting_keys_after_results",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Room(models.Model):
    """A place where a part of a sitting is held; its invigilators see its candidates."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sitting = models.ForeignKey(Sitting, models.CASCADE, related_name="rooms")
    name = models.CharField("考场", max_length=64)
    place = models.CharField("地点", max_length=100, blank=True)
    invigilators = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="+")

    class Meta:
        verbose_name = "考场"
        verbose_name_plural = "考场"
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["sitting", "name"], name="room_name_once")]

    def __str__(self) -> str:
        return self.name
