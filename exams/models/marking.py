"""Marking by people: the plan of an exam, its markers, the answers dealt to them, what they judged."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from examsite.lib.ids import uuid7

from .attempt import Attempt
from .exam import Exam
from .form import Slot


class DealRule(models.TextChoices):
    SHARE = "share", "按份数分配"
    UNIT = "unit", "按单位分配"


class MarkingPlan(models.Model):
    """How the written answers of an exam are marked.

    `second_share` percent of the answers are marked twice, blindly; where the two differ by more than `gap`
    points, and wherever a marker is in doubt, `head` decides.
    """

    exam = models.OneToOneField(Exam, models.PROTECT, primary_key=True, related_name="marking_plan")
    deal = models.CharField("分配方式", max_length=8, choices=DealRule, default=DealRule.SHARE)
    second_share = models.PositiveSmallIntegerField(
        "双评比例（%）", default=10, validators=[MaxValueValidator(100)]
    )
    gap = models.DecimalField(
        "双评分差上限", max_digits=5, decimal_places=2, default=2, validators=[MinValueValidator(0)]
    )
    head = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="阅卷组长"
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField("建立时间")

    class Meta:
        verbose_name = "阅卷安排"
        verbose_name_plural = "阅卷安排"
        constraints = [
            models.CheckConstraint(
                condition=Q(second_share__gte=0, second_share__lte=100), name="plan_second_share"
            ),
            models.CheckConstraint(condition=Q(gap__gte=0), name="plan_gap"),
            models.CheckConstraint(condition=Q(deal__in=DealRule.values), name="plan_deal_known"),
        ]

    def __str__(self) -> str:
        return f"{self.exam} 阅卷安排"


class MarkerShare(models.Model):
    """Somebody who marks for an exam. `weight` is his share of new answers, 0 gives him none.

    `units`: where answers are dealt by unit, those whose answers he gets, with all below them.
    """

    plan = models.ForeignKey(MarkingPlan, models.CASCADE, related_name="shares")
    marker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    weight = models.PositiveSmallIntegerField("份额", default=1)
    units = models.ManyToManyField("people.Unit", blank=True, related_name="+", verbose_name="单位")

    class Meta:
        verbose_name = "阅卷人"
        verbose_name_plural = "阅卷人"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["plan", "marker"], name="marker_once_in_plan")]


class MarkingRound(models.IntegerChoices):
    FIRST = 1, "一评"
    SECOND = 2, "二评"
    HEAD = 3, "组长裁定"


class MarkingTask(models.Model):
    """One answer for one marker in one round.

    `question` is the item version in the slot (and ".part" of a case group): parallel forms share queues.
    `answer_digest` names the exact answer, `key_version` the key it is judged by: when either changes the
    task is closed and another one made.
    `answer_key` is the same for answers that say the same. `draft` is what the marker has entered so far;
    `done_at` when he confirmed it last; `closed_at` when nobody needs the task any more. `marker` None:
    nobody may mark it, or his answers were taken back.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    exam = models.ForeignKey(Exam, models.PROTECT, related_name="marking_tasks", db_index=False)
    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="marking_tasks")
    slot = models.ForeignKey(Slot, models.PROTECT, related_name="+", db_index=False)
    question = models.CharField(max_length=48)
    round = models.PositiveSmallIntegerField("轮次", choices=MarkingRound)
    marker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    answer_key = models.CharField(max_length=64)
    answer_digest = models.CharField(max_length=64)
    key_version = models.PositiveSmallIntegerField(default=1)
    draft = models.JSONField(null=True, blank=True)
    dealt_at = models.DateTimeField("分配时间")
    done_at = models.DateTimeField("评阅时间", null=True, blank=True)
    closed_at = models.DateTimeField("结束时间", null=True, blank=True)

    class Meta:
        verbose_name = "待阅答卷"
        verbose_name_plural = "待阅答卷"
        ordering = ["id"]
        indexes = [
            models.Index(fields=["exam", "marker", "question", "answer_key"], name="marking_task_queue"),
            models.Index(
                fields=["exam", "question"],
                condition=Q(done_at__isnull=True, closed_at__isnull=True),
                name="marking_task_open",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["attempt", "slot", "round", "answer_digest", "key_version"], name="marking_task_once"
            ),
            models.CheckConstraint(condition=Q(round__in=MarkingRound.values), name="marking_round_known"),
        ]


class Judgement(models.Model):
    """What a marker gave: append-only; the newest of a task counts. The mark made of it stands in Mark.

    `ticks` are the indexes of the rubric lines he ticked.
    """

    task = models.ForeignKey(MarkingTask, models.PROTECT, related_name="judgements")
    marker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    points = models.DecimalField("得分", max_digits=6, decimal_places=2)
    ticks = models.JSONField(default=list)
    comment = models.CharField("评语", max_length=300, blank=True)
    doubtful = models.BooleanField("存疑", default=False)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "评阅记录"
        verbose_name_plural = "评阅记录"
        ordering = ["id"]
