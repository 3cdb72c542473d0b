"""One import of one file, from upload to undo."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from examsite.lib.ids import uuid7

from .bank import Bank


class ImportState(models.TextChoices):
    READING = "reading", "正在读取"
    FAILED = "failed", "读不出来"
    REVIEW = "review", "待核对"
    STORED = "stored", "已入库"
    DISCARDED = "discarded", "已放弃"
    UNDONE = "undone", "已撤销"


class ImportRun(models.Model):
    """A file on its way into a bank. Nothing is in the bank before `state` is stored.

    `layout` is what the parser made of the columns, `mapping` a person's corrections (same keys). `problems`
    are those of the file as a whole; each item has its own (ImportRow). `found`, `importable` and `stored`
    count answerable items: the parts of a case, not the case. `progress` is percent; `touched_at` is the last
    sign of life of whoever reads the file, so that a reading that died can be taken up again. `options`: what
    the uploader asked for ("format").
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    bank = models.ForeignKey(Bank, models.PROTECT, related_name="imports", verbose_name="题库")
    file_name = models.CharField("文件", max_length=255)
    file_size = models.PositiveIntegerField("大小（字节）", default=0)
    file_digest = models.CharField("文件指纹", max_length=64, db_index=True)
    format = models.CharField("格式", max_length=32, blank=True)
    encoding = models.CharField("编码", max_length=32, blank=True)
    state = models.CharField("状态", max_length=16, choices=ImportState, default=ImportState.READING)
    progress = models.PositiveSmallIntegerField("进度", default=0)
    message = models.CharField("说明", max_length=500, blank=True)
    options = models.JSONField(default=dict)
    layout = models.JSONField("识别的版式", default=dict)
    mapping = models.JSONField("改过的列", default=dict)
    problems = models.JSONField("文件的问题", default=list)
    found = models.PositiveIntegerField("题数", default=0)
    importable = models.PositiveIntegerField("可入库", default=0)
    stored = models.PositiveIntegerField("已入库", default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="上传人",
    )
    created_at = models.DateTimeField("上传时间")
    touched_at = models.DateTimeField("最近动作")
    decided_at = models.DateTimeField("确认时间", null=True, blank=True)

    class Meta:
        verbose_name = "导入记录"
        verbose_name_plural = "导入记录"
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ImportState.values), name="import_state_known")
        ]

    def __str__(self) -> str:
        return self.file_name


class ImportFile(models.Model):
    """The bytes of an import, for reading it again and for the annotated copy; gone with a run given up."""

    run = models.OneToOneField(ImportRun, models.CASCADE, primary_key=True, related_name="file")
    data = models.BinaryField()

    class Meta:
        verbose_name = "导入的文件"
        verbose_name_plural = "导入的文件"

    def __str__(self) -> str:
        return str(self.run)


class Double(models.TextChoices):
    """Whether another item says the same: word for word (punctuation aside), or nearly."""

    NONE = "", "没有重复"
    EXACT = "exact", "重复"
    NEAR = "near", "相似"


class Decision(models.TextChoices):
    NONE = "", "未定"
    ACCEPT = "accept", "入库"
    SKIP = "skip", "跳过"


class ImportRow(models.Model):
    """One item of a file under review: a case is one row with its parts.

    `question` is JSON (formats/sandbox.placed_to_json); `problems` those at its places.
    `found` and `broken` count answerable items. `doubles` lists what it resembles, best first, each with
    "score", "same_key" and "order" and "where" (in the file) or "item" and "number" (in the bank). `item` is
    what it became.
    """

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="rows")
    order = models.PositiveIntegerField("序号")
    where = models.CharField("位置", max_length=300)
    kind = models.CharField("题型", max_length=16)
    question = models.JSONField()
    problems = models.JSONField(default=list)
    found = models.PositiveSmallIntegerField(default=1)
    broken = models.PositiveSmallIntegerField(default=0)
    doubtful = models.BooleanField("存疑", default=False)
    stale = models.BooleanField("可能过时", default=False)
    pinned = models.BooleanField("选项顺序固定", default=False)
    double = models.CharField("重复", max_length=8, choices=Double, blank=True, default=Double.NONE)
    doubles = models.JSONField(default=list)
    decision = models.CharField("决定", max_length=8, choices=Decision, blank=True, default=Decision.NONE)
    edited = models.BooleanField("改过", default=False)
    item = models.ForeignKey("Item", models.SET_NULL, null=True, blank=True, related_name="import_rows")

    class Meta:
        verbose_name = "导入的试题"
        verbose_name_plural = "导入的试题"
        ordering = ["run", "order"]
        constraints = [models.UniqueConstraint(fields=["run", "order"], name="import_row_order_once")]

    def __str__(self) -> str:
        return self.where
