"""Attempts and everything that is appended below them. The hot path writes `AnswerEvent` alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from examsite.lib.ids import uuid7

from ..engine.transitions import State
from .exam import Exam, Mode, Room, Sitting
from .form import Form
from .roster import RosterEntry

STATE_CHOICES = [
    (State.IN_PROGRESS.value, "作答中"),
    (State.SUBMITTED.value, "已交卷"),
    (State.MARKED.value, "已评"),
]


class Attempt(models.Model):
    """One person's one go at one form. `state` is written by domain/attempts.move_attempt alone.

    `epoch` fences devices: it rises with each claim. `device` holds the attempt (empty: whoever comes
    first); `waiting_device` asks for it where an invigilator must confirm. `due_at` already holds allowance,
    window and extensions; `grace_s` is copied from the sitting, so that the saving statement reads one row.
    `choice_orders` maps a slot to the labels of its choices in the order shown. `points` caches the total
    of the newest marks, None until every slot has one; `possible` the full marks that belong to it (those of
    the form, less what a correction took out of the total).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    exam = models.ForeignKey(Exam, models.PROTECT, related_name="attempts")
    entry = models.ForeignKey(RosterEntry, models.PROTECT, related_name="attempts")
    sitting = models.ForeignKey(Sitting, models.PROTECT, related_name="attempts")
    form = models.ForeignKey(Form, models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField("第几次")
    mode = models.CharField("方式", max_length=8, choices=Mode, default=Mode.ONLINE)
    state = models.CharField("状态", max_length=16, choices=STATE_CHOICES, default=State.IN_PROGRESS.value)
    device = models.CharField("持有设备", max_length=64, blank=True)
    waiting_device = models.CharField("等待确认的设备", max_length=64, blank=True)
    epoch = models.PositiveIntegerField("设备代次", default=1)
    started_at = models.DateTimeField("开始时间")
    due_at = models.DateTimeField("截止时间", db_index=True)
    grace_s = models.PositiveIntegerField()
    blocked = models.BooleanField("停考", default=False)
    submitted_at = models.DateTimeField("交卷时间", null=True, blank=True)
    settled = models.BooleanField("到时收卷", default=False)
    choice_orders = models.JSONField(default=dict)
    points = models.DecimalField("得分", max_digits=7, decimal_places=2, null=True, blank=True)
    possible = models.DecimalField("满分", max_digits=7, decimal_places=2, null=True, blank=True)
    voided_at = models.DateTimeField("作废时间", null=True, blank=True)
    helper = models.CharField("协助人", max_length=64, blank=True)

    class Meta:
        verbose_name = "作答"
        verbose_name_plural = "作答"
        ordering = ["sitting", "entry", "number"]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(state=State.IN_PROGRESS.value), name="attempt_open_due"
            ),
            models.Index(fields=["sitting", "state"], name="attempt_board"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["entry", "sitting", "number"], name="attempt_number_once"),
            models.UniqueConstraint(
                fields=["entry"],
                condition=Q(state=State.IN_PROGRESS.value, voided_at__isnull=True),
                name="attempt_open_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[one.value for one in State]), name="attempt_state_known"
            ),
            models.CheckConstraint(condition=Q(due_at__gt=F("started_at")), name="attempt_due_after_start"),
            models.CheckConstraint(
                condition=Q(state=State.IN_PROGRESS.value, submitted_at__isnull=True)
                | (~Q(state=State.IN_PROGRESS.value) & Q(submitted_at__isnull=False)),
                name="attempt_submitted_when_closed",
            ),
            models.CheckConstraint(condition=Q(mode__in=Mode.values), name="attempt_mode_known"),
        ]

    def __str__(self) -> str:
        return f"{self.entry} · {self.sitting} · 第{self.number}次"


class AnswerEvent(models.Model):
    """One line of the answer log: append-only, keyed as the phone numbered it. `value` null = cleared."""

    pk = models.CompositePrimaryKey("attempt_id", "epoch", "seq")
    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="answer_events", db_index=False)
    epoch = models.PositiveIntegerField()
    seq = models.PositiveBigIntegerField()
    slot = models.CharField(max_length=12)
    value = models.JSONField(null=True)
    client_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    device = models.CharField(max_length=64)

    class Meta:
        verbose_name = "作答记录"
        verbose_name_plural = "作答记录"


class AttemptEventManager(models.Manager["AttemptEvent"]):
    """Every event names the exam of its attempt, also those written in bulk."""

    def bulk_create(self, objs: Iterable[AttemptEvent], **options: Any) -> list[AttemptEvent]:
        events = list(objs)
        for event in events:
            event.exam_id = event.attempt.exam_id
        return super().bulk_create(events, **options)


class AttemptEvent(models.Model):
    """What happened to an attempt, by whom, why: append-only, written with the change it tells of.

    `exam` is the attempt's: the newest event of an exam, one step in an index, tells whether its figures
    still hold.
    """

    exam = models.ForeignKey(Exam, models.PROTECT, related_name="+", db_index=False, editable=False)
    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="events")
    action = models.CharField("动作", max_length=32)
    before = models.CharField(max_length=16)
    after = models.CharField(max_length=16)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField("时间")
    reason = models.CharField("事由", max_length=500, blank=True)
    data = models.JSONField(default=dict, blank=True)
    objects = AttemptEventManager()

    class Meta:
        verbose_name = "作答事件"
        verbose_name_plural = "作答事件"
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["exam", "id"], name="attempt_event_newest")]

    def save(self, *args: Any, **options: Any) -> None:
        self.exam_id = self.attempt.exam_id
        super().save(*args, **options)


class Receipt(models.Model):
    """What the candidate holds in his hand: which sheet was handed in, when, and its digest."""

    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="receipts")
    number = models.CharField("回执号", max_length=16, unique=True)
    submitted_at = models.DateTimeField("交卷时间")
    answered = models.PositiveSmallIntegerField("已答")
    of = models.PositiveSmallIntegerField("总题数")
    digest = models.CharField("答题卡指纹", max_length=64)
    events = models.PositiveIntegerField("记录数")

    class Meta:
        verbose_name = "交卷回执"
        verbose_name_plural = "交卷回执"
        ordering = ["id"]


class QuarantineReason(models.TextChoices):
    LATE = "late", "超过截止时间"
    CLOSED = "closed", "交卷之后"
    VOIDED = "voided", "作答已作废"
    BLOCKED = "blocked", "已停考"


class Quarantine(models.Model):
    """An answer that came too late: kept, never applied by itself; a person decides."""

    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="quarantine")
    epoch = models.PositiveIntegerField()
    seq = models.PositiveBigIntegerField()
    slot = models.CharField(max_length=12)
    value = models.JSONField(null=True)
    client_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    device = models.CharField(max_length=64, blank=True)
    reason = models.CharField("原因", max_length=8, choices=QuarantineReason)
    accepted = models.BooleanField("采纳", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = "待裁定答案"
        verbose_name_plural = "待裁定答案"
        constraints = [models.UniqueConstraint(fields=["attempt", "epoch", "seq"], name="quarantine_once")]


class Notice(models.Model):
    """A word of the invigilators to a whole sitting or to one room, shown on the running exam pages."""

    sitting = models.ForeignKey(Sitting, models.PROTECT, related_name="notices")
    room = models.ForeignKey(Room, models.PROTECT, null=True, blank=True, related_name="+")
    text = models.CharField("通知", max_length=200)
    at = models.DateTimeField("时间")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "监考通知"
        verbose_name_plural = "监考通知"
        ordering = ["at", "id"]


class Presence(models.Model):
    """The last sign of life of an attempt's page; its loss is harmless. `browser`: the mark of the browser in
    which it was started (people/sessions.browser_mark)."""

    attempt = models.OneToOneField(Attempt, models.CASCADE, primary_key=True, related_name="presence")
    seen_at = models.DateTimeField()
    unsent = models.PositiveIntegerField(default=0)
    oldest_unsent_ms = models.PositiveBigIntegerField(default=0)
    visible = models.BooleanField(default=True)
    hidden_count = models.PositiveIntegerField(default=0)
    hidden_since = models.DateTimeField(null=True, blank=True)
    hidden_ms = models.PositiveBigIntegerField(default=0)
    browser = models.CharField(max_length=32, blank=True)
