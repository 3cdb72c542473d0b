"""The unit tree and who belongs where since when."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from examsite.lib.ids import uuid7


class UnitKind(models.TextChoices):
    COUNTY = "county", "县"
    TOWN = "town", "镇（街道）"
    OFFICE = "office", "机关办公室"
    AREA = "area", "管区"
    VILLAGE = "village", "村（社区）"


class Unit(models.Model):
    """A node of 县 → 镇 → 机关办公室 | 管区 → 村.

    `path` is the chain of ids from the root, each followed by "/": a subtree is one prefix. It is written
    by domain/units alone. `valid_to` is the first day on which the unit is no more.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    kind = models.CharField("类型", max_length=16, choices=UnitKind)
    name = models.CharField("名称", max_length=64)
    code = models.CharField("代码", max_length=8, blank=True)
    path = models.CharField(max_length=255, db_index=True, editable=False)
    order = models.PositiveIntegerField("顺序", default=0)
    valid_from = models.DateField("设立日期", null=True, blank=True)
    valid_to = models.DateField("撤销日期", null=True, blank=True)

    class Meta:
        verbose_name = "单位"
        verbose_name_plural = "单位"
        ordering = ["order", "name"]
        constraints = [
            models.UniqueConstraint(fields=["parent", "name"], name="unit_name_once_in_parent"),
            models.CheckConstraint(condition=Q(kind__in=UnitKind.values), name="unit_kind_known"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_to__gt=F("valid_from")),
                name="unit_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Category(models.Model):
    """A group of people that exams are held for: 法律明白人, 在编机关干部, …"""

    code = models.SlugField("代码", primary_key=True, max_length=32)
    name = models.CharField("名称", max_length=32, unique=True)
    order = models.PositiveIntegerField("顺序", default=0)

    class Meta:
        verbose_name = "人员类别"
        verbose_name_plural = "人员类别"
        ordering = ["order", "name"]

    def __str__(self) -> str:
        return self.name


class Establishment(models.TextChoices):
    """编制类型."""

    CIVIL = "civil", "行政编"
    PUBLIC = "public", "事业编"
    CONTRACT = "contract", "聘用"
    NONE = "none", "非编"


class Membership(models.Model):
    """Person × unit × category × 编制类型, from–to. A change closes one row and opens another.

    `valid_to` is the first day that no longer counts, so a move is two rows that share one date.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="memberships")
    category = models.ForeignKey(Category, models.PROTECT, related_name="memberships")
    establishment = models.CharField(
        "编制类型", max_length=16, choices=Establishment, default=Establishment.NONE
    )
    position = models.CharField("职务", max_length=64, blank=True)
    valid_from = models.DateField("起")
    valid_to = models.DateField("止", null=True, blank=True)

    class Meta:
        verbose_name = "任职"
        verbose_name_plural = "任职"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "unit", "category"],
                condition=Q(valid_to__isnull=True),
                name="membership_open_once",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="membership_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(establishment__in=Establishment.values), name="membership_establishment_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.unit} · {self.category}"
