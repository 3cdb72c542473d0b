"""The frozen roster (应考名册), what happened to it since, seats in sittings, tickets."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from examsite.lib.ids import uuid7
from examsite.people.models import Establishment

from .exam import Exam, Mode, Room, Sitting
from .form import Form


class RosterStatus(models.TextChoices):
    """What 应考 counts: D = all entries less 免考 and 移出; 缓考 still counts as 应考."""

    REQUIRED = "required", "应考"
    DEFERRED = "deferred", "缓考"
    EXEMPT = "exempt", "免考"
    REMOVED = "removed", "移出"


class RosterEntry(models.Model):
    """One person who must sit this exam. Unit, category and 编制 are copies of the day of the freeze.

    `unit_path` is the unit's path then, so that sums by 管区 never move with later changes of the tree.
    `allowance` multiplies the time (1.25 = a quarter more). While `withheld_at` is set the person's results
    in this exam stay unreleased, whatever the sitting's release says.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    exam = models.ForeignKey(Exam, models.PROTECT, related_name="entries")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="entries")
    name = models.CharField("姓名", max_length=64)
    unit = models.ForeignKey("people.Unit", models.PROTECT, related_name="+", verbose_name="单位")
    unit_path = models.CharField(max_length=255, db_index=True)
    category = models.ForeignKey("people.Category", models.PROTECT, related_name="+", verbose_name="类别")
    establishment = models.CharField(
        "编制类型", max_length=16, choices=Establishment, default=Establishment.NONE
    )
    position = models.CharField("职务", max_length=64, blank=True)
    birth_year = models.PositiveSmallIntegerField("出生年份", null=True, blank=True)
    admission_number = models.CharField("准考证号", max_length=32)
    mode = models.CharField("作答方式", max_length=8, choices=Mode, default=Mode.ONLINE)
    allowance = models.DecimalField(
        "时长倍数", max_digits=3, decimal_places=2, default=1, validators=[MinValueValidator(1)]
    )
    status = models.CharField("应考状态", max_length=8, choices=RosterStatus, default=RosterStatus.REQUIRED)
    added_late = models.BooleanField("冻结后新增", default=False)
    withheld_at = models.DateTimeField("暂缓公布", null=True, blank=True)
    withheld_reason = models.CharField("暂缓事由", max_length=500, blank=True)

    class Meta:
        verbose_name = "应考人"
        verbose_name_plural = "应考名册"
        ordering = ["exam", "admission_number"]
        constraints = [
            models.UniqueConstraint(fields=["exam", "user"], name="entry_person_once"),
            models.UniqueConstraint(fields=["exam", "admission_number"], name="entry_number_once"),
            models.CheckConstraint(condition=Q(status__in=RosterStatus.values), name="entry_status_known"),
            models.CheckConstraint(condition=Q(allowance__gte=1), name="entry_allowance"),
        ]

    def __str__(self) -> str:
        return self.name


class RosterEvent(models.Model):
    """A change after the freeze: append-only, with reason and approver, shown beside every rate.

    `exam` is the entry's, for finding an exam's newest change in one step.
    """

    exam = models.ForeignKey(Exam, models.PROTECT, related_name="+", db_index=False, editable=False)
    entry = models.ForeignKey(RosterEntry, models.PROTECT, related_name="events")
    action = models.CharField("动作", max_length=16)
    before = models.CharField(max_length=16, blank=True)
    after = models.CharField(max_length=16, blank=True)
    reason_code = models.CharField("事由", max_length=16)
    reason = models.CharField("说明", max_length=500, blank=True)
    attachment = models.FileField("附件", upload_to="roster", max_length=200, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "名册变更"
        verbose_name_plural = "名册变更"
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["exam", "id"], name="roster_event_newest")]

    def save(self, *args: Any, **options: Any) -> None:
        self.exam_id = self.entry.exam_id
        super().save(*args, **options)


class Seat(models.Model):
    """Somebody's place in a sitting: only who has a seat may sit. `form` is dealt before the start."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sitting = models.ForeignKey(Sitting, models.PROTECT, related_name="seats")
    entry = models.ForeignKey(RosterEntry, models.PROTECT, related_name="seats")
    room = models.ForeignKey(Room, models.PROTECT, null=True, blank=True, related_name="seats")
    number = models.PositiveIntegerField("座号", null=True, blank=True)
    form = models.ForeignKey(Form, models.PROTECT, null=True, blank=True, related_name="seats")
    blocked_at = models.DateTimeField("停考时间", null=True, blank=True)

    class Meta:
        verbose_name = "座位"
        verbose_name_plural = "座位"
        constraints = [models.UniqueConstraint(fields=["sitting", "entry"], name="seat_once")]

    def __str__(self) -> str:
        return f"{self.entry} · {self.sitting}"


class Ticket(models.Model):
    """The secret on a slip: a token of 192 bits in the QR code, and a six-digit code for typing.

    Only digests are stored: the token's keyed digest (it has entropy enough), the code's slow hash.
    """

    entry = models.ForeignKey(RosterEntry, models.PROTECT, related_name="tickets")
    token_digest = models.CharField(max_length=64, unique=True)
    code_hash = models.CharField(max_length=128, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "准考凭证"
        verbose_name_plural = "准考凭证"
