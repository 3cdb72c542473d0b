"""Tables that somebody else kept: read and looked at first, stored as a whole, undone as one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction

from examsite.lib.errors import Conflict, DomainError, Invalid
from examsite.lib.files.unreadable import Unreadable
from examsite.people.domain.audit import record
from examsite.people.models import Unit, User

from ..engine.list_files import ACTIVITY_COLUMNS, ListRow, kind_of, read_count, read_list, read_moment
from ..models import Activity, ListImport, ListKind, ListState
from .annual import ActivityEntry, check_activity, register_activity

MOST_BYTES = 10 * 1024 * 1024


@transaction.atomic
def upload_activities(
    *, unit: Unit, data: bytes, name: str, at: datetime, today: date, actor: User
) -> ListImport:
    """Read an activity register; nothing of it counts yet. Raises Invalid for what is no such table."""
    table = read_file(data, name, ACTIVITY_COLUMNS, ("date", "topic"))
    rows = [_activity_row(row, today) for row in table]
    _mark_doubles(rows, unit)
    return keep_list(kind=ListKind.ACTIVITIES, unit=unit, data=data, name=name, rows=rows, at=at, actor=actor)


def read_file(data: bytes, name: str, columns: Any, needed: Sequence[str]) -> tuple[ListRow, ...]:
    """The rows of a table with these columns; Invalid, in words, for anything else."""
    if len(data) > MOST_BYTES:
        raise Invalid("large_file", f"文件不能超过 {MOST_BYTES // 1024 // 1024} MB。")
    try:
        return read_list(data, name, columns, needed).rows
    except Unreadable as error:
        raise Invalid("unreadable", f"{error}。") from error


def keep_list(
    *, kind: str, unit: Unit, data: bytes, name: str, rows: list[dict[str, Any]], at: datetime, actor: User,
    **fields: Any,
) -> ListImport:  # fmt: skip
    """Keep a file with what was read from it, for review."""
    digest = hashlib.sha256(data).hexdigest()
    kept = ListImport(
        kind=kind, unit=unit, file_name=name[:255], file_digest=digest, rows=rows, created_by=actor,
        created_at=at, **fields,
    )  # fmt: skip
    kept.file.save(f"{digest[:32]}.bin", ContentFile(data), save=True)
    record(action="list.upload", target=kept, at=at, actor=actor, unit=unit, after={"rows": len(rows)})
    return kept


def _activity_row(row: ListRow, today: date) -> dict[str, Any]:
    """The row as it would be stored, with what keeps it from that."""
    cells, problems = row.cells, []
    moment = read_moment(cells["date"])
    if moment is None:
        problems.append(f"日期“{cells['date']}”看不懂，请写成 2022-11-03")
    kind = kind_of(cells.get("kind", "")) or ("" if cells.get("kind") else "other")
    if not kind:
        problems.append(f"没有“{cells['kind']}”这一类活动")
    said = cells.get("audience", "")
    audience = read_count(said) if said else 0
    if audience is None:
        problems.append(f"受众“{said}”不是准确的人数")
    made = {
        "where": row.where,
        "date": moment[0].isoformat() if moment else cells["date"],
        "kind": kind,
        "place": cells.get("place", "") or "（未填）",
        "topic": cells["topic"],
        "theme": cells.get("theme", ""),
        "audience": audience or 0,
        "note": cells.get("note", ""),
        "double": "",
    }
    if not problems:
        try:
            check_activity(_entry(made), today=today)
        except DomainError as error:
            problems.append(error.message.removesuffix("。"))
    return made | {"problems": problems}


def _entry(row: dict[str, Any]) -> ActivityEntry:
    return ActivityEntry(
        kind=row["kind"],
        date=date.fromisoformat(row["date"]),
        place=row["place"],
        topic=row["topic"],
        audience=row["audience"],
        theme=row["theme"],
        note=row["note"],
    )


def _mark_doubles(rows: list[dict[str, Any]], unit: Unit) -> None:
    """Name the entry or row that says the same: day, kind, place and topic."""
    known = {
        (one.date.isoformat(), one.kind, one.place, one.topic): "台账中已有"
        for one in Activity.objects.filter(unit=unit, withdrawn_at__isnull=True)
    }
    for row in rows:
        key = (row["date"], row["kind"], row["place"], row["topic"])
        row["double"] = known.get(key, "")
        known.setdefault(key, f"与{row['where']}相同")


def storable(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows that would be stored: without problems, and nobody's double."""
    return [row for row in rows if not row["problems"] and not row["double"]]


@transaction.atomic
def store_activities(*, listed: ListImport, at: datetime, today: date, actor: User) -> ListImport:
    """Store the good rows; the others stay in the file. Raises Conflict when it was decided before."""
    locked = undecided_list(listed, ListKind.ACTIVITIES)
    good = storable(locked.rows)
    if not good:
        raise Invalid("no_rows", "没有可以入库的行，请按提示改好文件后再导入。")
    for row in good:
        entry = _entry(row)
        register_activity(
            unit=locked.unit, kind=entry.kind, day=entry.date, place=entry.place, topic=entry.topic,
            audience=entry.audience, theme=entry.theme, note=entry.note, at=at, today=today, actor=actor,
            source=locked,
        )  # fmt: skip
    return decide_list(locked, ListState.STORED, at, actor)


@transaction.atomic
def discard_list(*, listed: ListImport, at: datetime, actor: User) -> ListImport:
    """Give a list up; nothing of it was ever counted."""
    return decide_list(undecided_list(listed, listed.kind), ListState.DISCARDED, at, actor)


@transaction.atomic
def undo_activities(*, listed: ListImport, at: datetime, actor: User) -> int:
    """Strike out what a list brought in. Returns how many entries; those struck out before stay so."""
    locked = locked_list(listed)
    if locked.state != ListState.STORED:
        raise Conflict("state", "这份表没有入库，不用撤销。")
    count = locked.activities.filter(withdrawn_at__isnull=True).update(
        withdrawn_at=at, withdrawn_reason=f"整批撤销导入“{locked.file_name}”"[:200]
    )
    decide_list(locked, ListState.UNDONE, at, actor)
    return count


def locked_list(listed: ListImport) -> ListImport:
    """The list with its row locked."""
    return ListImport.objects.select_for_update(of=("self",)).select_related("unit").get(pk=listed.pk)


def undecided_list(listed: ListImport, kind: str) -> ListImport:
    """The list, locked, if it waits for a decision; else Conflict."""
    locked = locked_list(listed)
    if locked.kind != kind or locked.state != ListState.REVIEW:
        raise Conflict("decided", "这份表已经处理过了。")
    return locked


def decide_list(listed: ListImport, state: str, at: datetime, actor: User) -> ListImport:
    """Write what became of a list."""
    listed.state, listed.decided_at, listed.decided_by = state, at, actor
    listed.save(update_fields=["state", "decided_at", "decided_by"])
    record(action=f"list.{state}", target=listed, at=at, actor=actor, unit=listed.unit)
    return listed
