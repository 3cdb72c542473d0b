"""The activity register: entered, corrected, struck out; the counts of the annual report rest on it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction

from examsite.lib.errors import Conflict, Invalid
from examsite.lib.uploads import read_attachment
from examsite.people.domain.audit import record
from examsite.people.models import AuditRecord, Unit, User

from ..models import Activity, ActivityFile, ActivityKind, ListImport

MOST_PLAUSIBLE = 1_000_000  # people at one activity of a county; more is a slip of the finger
EARLIEST = date(2000, 1, 1)
MOST_FILES = 20
MOST_BYTES = 15 * 1024 * 1024  # a photograph as phones take them


@dataclass(frozen=True, slots=True)
class ActivityEntry:
    """What the register says of one activity. `audience` is attendances (人次)."""

    kind: str
    date: date
    place: str
    topic: str
    audience: int
    theme: str = ""
    is_estimated: bool = False
    note: str = ""


_LENGTHS = (("place", "地点", 100), ("topic", "主题", 200), ("theme", "专题", 50), ("note", "备注", 500))


def check_activity(entry: ActivityEntry, *, today: date) -> None:
    """Raise Invalid, saying what to mend, for a row that cannot be true. `today` is the local date."""
    if entry.kind not in ActivityKind.values:
        raise Invalid("kind", f"没有“{entry.kind}”这一类活动，请从列表中选择。")
    if entry.date > today:
        raise Invalid("future", f"活动日期 {entry.date:%Y-%m-%d} 还没有到：台账只登记已经开展的活动。")
    if entry.date < EARLIEST:
        raise Invalid("date", f"活动日期 {entry.date:%Y-%m-%d} 太早，请检查年份。")
    if not entry.place.strip() or not entry.topic.strip():
        raise Invalid("empty", "请填写活动的地点和主题。")
    for name, label, most in _LENGTHS:
        if len(getattr(entry, name)) > most:
            raise Invalid("long", f"{label}请控制在{most}字以内。")
    if not 0 <= entry.audience <= MOST_PLAUSIBLE:
        raise Invalid("audience", f"受众{entry.audience}人次不可信，请检查（最多{MOST_PLAUSIBLE}）。")


def _clean(entry: ActivityEntry) -> dict[str, Any]:
    return {name: value.strip() if isinstance(value, str) else value for name, value in asdict(entry).items()}


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


@transaction.atomic
def register_activity(
    *,
    unit: Unit,
    kind: str,
    day: date,
    place: str,
    topic: str,
    audience: int,
    at: datetime,
    today: date,
    actor: User | None,
    theme: str = "",
    note: str = "",
    is_estimated: bool = False,
    source: ListImport | None = None,
) -> Activity:
    """Enter one activity that took place. `audience` is attendances (人次); `today` the local date."""
    entry = ActivityEntry(kind, day, place, topic, audience, theme, is_estimated, note)
    check_activity(entry, today=today)
    values = _clean(entry)
    activity = Activity.objects.create(unit=unit, created_by=actor, created_at=at, source=source, **values)
    record(action="activity.register", target=activity, at=at, actor=actor, unit=unit, after=_plain(values))
    return activity


@transaction.atomic
def correct_activity(
    *, activity: Activity, entry: ActivityEntry, reason: str, at: datetime, today: date, actor: User
) -> Activity:
    """Correct an entry; what it said before stays in its history. Raises Conflict for one struck out."""
    locked = _open(activity)
    check_activity(entry, today=today)
    if not reason.strip():
        raise Invalid("no_reason", "请写明更正的理由。")
    values = _clean(entry)
    before = {name: getattr(locked, name) for name in values}
    changed = {name: value for name, value in values.items() if before[name] != value}
    if not changed:
        return locked
    for name, value in changed.items():
        setattr(locked, name, value)
    locked.save(update_fields=list(changed))
    record(
        action="activity.correct",
        target=locked,
        at=at,
        actor=actor,
        unit=locked.unit,
        before=_plain({name: before[name] for name in changed}),
        after=_plain(changed),
        reason=reason.strip(),
    )
    return locked


@transaction.atomic
def withdraw_activity(*, activity: Activity, reason: str, at: datetime, actor: User) -> Activity:
    """Strike an entry out: it counts no more and stays in the register with its reason."""
    locked = _open(activity)
    if not reason.strip():
        raise Invalid("no_reason", "请写明撤销的理由。")
    if len(reason) > 200:
        raise Invalid("long", "理由请控制在200字以内。")
    locked.withdrawn_at, locked.withdrawn_reason = at, reason.strip()
    locked.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    record(
        action="activity.withdraw", target=locked, at=at, actor=actor, unit=locked.unit, reason=reason.strip()
    )
    return locked


def _open(activity: Activity) -> Activity:
    locked = Activity.objects.select_for_update(of=("self",)).select_related("unit").get(pk=activity.pk)
    if locked.withdrawn_at is not None:
        raise Conflict("withdrawn", "这条活动已经撤销，不能再改。")
    return locked


def history_of(activity: Activity) -> list[AuditRecord]:
    """What was done to an entry, oldest first."""
    found = AuditRecord.objects.filter(object_type=activity._meta.label_lower, object_id=str(activity.pk))
    return list(found.select_related("actor").order_by("at", "id"))


# --- Evidence ----------------------------------------------------------------------------------------


@transaction.atomic
def add_evidence(*, activity: Activity, data: bytes, caption: str, at: datetime, actor: User) -> ActivityFile:
    """Keep a photograph or a PDF with an activity, made safe. The same file twice is kept once.

    Raises Invalid for other kinds of files, Conflict for an entry struck out or with too many files.
    """
    locked = _open(activity)
    upload = read_attachment(data, most=MOST_BYTES)
    digest = hashlib.sha256(upload.data).hexdigest()
    have = locked.files.filter(removed_at__isnull=True)
    same = have.filter(digest=digest).first()
    if same is not None:
        return same
    if have.count() >= MOST_FILES:
        raise Conflict("many_files", f"一次活动最多保存{MOST_FILES}份材料，请挑选有代表性的。")
    if len(caption) > 100:
        raise Invalid("long", "说明请控制在100字以内。")
    kept = ActivityFile(
        activity=locked, caption=caption.strip(), size=len(upload.data), digest=digest, added_by=actor,
        added_at=at,
    )  # fmt: skip
    kept.file.save(f"{locked.pk.hex}/{upload.name}", ContentFile(upload.data), save=True)
    record(
        action="activity.evidence",
        target=locked,
        at=at,
        actor=actor,
        unit=locked.unit,
        after={"file": digest, "caption": kept.caption},
    )
    return kept


@transaction.atomic
def remove_evidence(*, file: ActivityFile, at: datetime, actor: User) -> ActivityFile:
    """Take a file away from an activity; it is kept, for a frozen report may rest on it."""
    locked = (
        ActivityFile.objects.select_for_update(of=("self",)).select_related("activity__unit").get(pk=file.pk)
    )
    if locked.removed_at is None:
        locked.removed_at = at
        locked.save(update_fields=["removed_at"])
        record(
            action="activity.evidence_removed",
            target=locked.activity,
            at=at,
            actor=actor,
            unit=locked.activity.unit,
            before={"file": locked.digest, "caption": locked.caption},
        )
    return locked
