"""One pipeline for every file: read, checked against the bank, reviewed by a person, stored or undone.

Nothing is in the bank before `confirm_import`; nothing that the file had is lost before the run is decided.
The page, the API, the admin and the command all come through here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.timezone import localdate

from examsite.lib.errors import Conflict, Invalid
from examsite.people.domain.audit import record
from examsite.people.models import User

from ..formats.base import Parsed, Unreadable
from ..formats.check import tally
from ..models import Bank, ImportFile, ImportRow, ImportRun, ImportState, Item, ItemState, ItemVersion
from .banks import drop_empty_topics
from .doubles import Match, find_doubles
from .import_rows import chosen_rows, locked_run, places_of, rows_of, sound_part
from .items import create_items
from .reading import nothing_found, read_file, require_size

BATCH = 500
READ_AT_ONCE = 400 * 1024  # bytes of a file that somebody waits for
Doubles = Sequence[Sequence[Match]]


def file_digest(data: bytes) -> str:
    """Lower-hex SHA-256 of a file: how the same file is recognised."""
    return hashlib.sha256(data).hexdigest()


# --- From upload to review -------------------------------------------------------------------------------


@transaction.atomic
def open_import(
    *, bank: Bank, data: bytes, name: str, at: datetime, actor: User | None, format: str = "auto"
) -> ImportRun:
    """Keep a file on its way into a bank; `read_import` or `fill_import` comes next."""
    require_size(len(data), name)
    run = ImportRun.objects.create(
        bank=bank,
        file_name=name[-255:],
        file_size=len(data),
        file_digest=file_digest(data),
        options={"format": format},
        created_by=actor,
        created_at=at,
        touched_at=at,
    )
    ImportFile.objects.create(run=run, data=data)
    record(action="import.open", target=run, at=at, actor=actor, unit=bank.unit)
    return run


def start_import(
    *, bank: Bank, data: bytes, name: str, at: datetime, actor: User | None, format: str = "auto"
) -> ImportRun:
    """Bring a file to its review. A small one is read at once: what cannot be read raises Invalid and leaves
    nothing behind. A large one is kept and still has to be read (domain/background)."""
    require_size(len(data), name)
    if len(data) > READ_AT_ONCE:
        return open_import(bank=bank, data=data, name=name, at=at, actor=actor, format=format)
    try:
        parsed = read_file(data, name=name, day=localdate(at), format=format)
    except Unreadable as error:
        raise Invalid(error.code, f"“{name}”：{error.message}。") from error
    if not parsed.questions:
        raise Invalid("no_items", nothing_found(parsed, name))
    doubles = find_doubles(bank=bank, questions=parsed.questions)
    with transaction.atomic():
        run = open_import(bank=bank, data=data, name=name, at=at, actor=actor, format=format)
        return fill_import(run=run, parsed=parsed, at=at, doubles=doubles)


def read_import(*, run: ImportRun, at: datetime) -> ImportRun:
    """Read the kept file and make it ready for review; a file that cannot be read leaves a failed run with
    the reason. Safe to run twice."""
    data = bytes(run.file.data)
    try:
        parsed = read_file(
            data,
            name=run.file_name,
            day=localdate(at),
            format=run.options.get("format", "auto"),
            mapping=run.mapping or None,
        )
    except (Unreadable, Invalid) as error:
        return _fail(run, error.message)
    if not parsed.questions:
        return _fail(run, nothing_found(parsed, run.file_name))
    ImportRun.objects.filter(pk=run.pk, state=ImportState.READING).update(progress=50, touched_at=at)
    return fill_import(run=run, parsed=parsed, at=at)


def _fail(run: ImportRun, message: str) -> ImportRun:
    fail_import(run_id=run.pk, message=message)
    run.refresh_from_db()
    return run


def fail_import(*, run_id: UUID, message: str) -> None:
    """Say of a run that is being read why it cannot be."""
    ImportRun.objects.filter(pk=run_id, state=ImportState.READING).update(
        state=ImportState.FAILED, message=message[:500]
    )


def fill_import(*, run: ImportRun, parsed: Parsed, at: datetime, doubles: Doubles | None = None) -> ImportRun:
    """Lay out what was read for review, compared with the bank and with itself (`doubles`, where that has
    been done)."""
    if doubles is None:
        doubles = find_doubles(bank=run.bank, questions=parsed.questions)
    counted, places = tally(parsed), places_of(parsed)
    with transaction.atomic():
        locked = locked_run(run, ImportState.READING)
        locked.rows.all().delete()
        ImportRow.objects.bulk_create(rows_of(locked, parsed, doubles), batch_size=BATCH)
        locked.format, locked.encoding = parsed.format, parsed.encoding
        locked.layout = dict(parsed.layout)
        locked.problems = [asdict(one) for one in parsed.problems if one.where not in places]
        locked.found, locked.importable = counted.found, counted.importable
        locked.state, locked.progress, locked.touched_at = ImportState.REVIEW, 100, at
        locked.save()
    return locked


@transaction.atomic
def import_at_once(
    *,
    bank: Bank,
    data: bytes,
    name: str,
    parsed: Parsed,
    doubles: Doubles,
    at: datetime,
    actor: User | None,
    skip_doubles: bool = False,
    again: bool = False,
) -> ImportRun:
    """Store every sound item of a file without a review by a person; the whole can still be undone.

    Raises Conflict when the same file is in the bank already, unless `again`.
    """
    stored = ImportRun.objects.filter(bank=bank, file_digest=file_digest(data), state=ImportState.STORED)
    if not again and stored.exists():
        raise Conflict("same_file", "这个文件已经导入过这个题库，没有再导入。")
    run = open_import(bank=bank, data=data, name=name, at=at, actor=actor)
    run = fill_import(run=run, parsed=parsed, at=at, doubles=doubles)
    if chosen_rows(run, doubles=not skip_doubles).exists():
        confirm_import(run=run, at=at, actor=actor, keep_doubles=not skip_doubles)
    run.refresh_from_db()
    return run


@transaction.atomic
def remap_import(
    *, run: ImportRun, mapping: Mapping[str, str], at: datetime, actor: User | None
) -> ImportRun:
    """Take a person's correction of the columns (keys of `layout`); the file is to be read again.

    Raises Invalid for a column that the file does not have. What was decided about items is forgotten.
    """
    locked = locked_run(run, ImportState.REVIEW)
    unknown = set(mapping) - set(locked.layout)
    if unknown:
        raise Invalid("column", f"文件里没有“{'、'.join(sorted(unknown))}”这一列。")
    before = locked.mapping
    locked.mapping = {**locked.mapping, **mapping}
    locked.state, locked.progress, locked.touched_at = ImportState.READING, 0, at
    locked.save()
    record(
        action="import.remap",
        target=locked,
        at=at,
        actor=actor,
        unit=locked.bank.unit,
        before=before,
        after=locked.mapping,
    )
    return locked


def earlier_runs(run: ImportRun) -> list[ImportRun]:
    """Other imports of the same file into the same bank that are stored or wait for review."""
    return list(
        ImportRun.objects.filter(
            bank=run.bank, file_digest=run.file_digest, state__in=[ImportState.STORED, ImportState.REVIEW]
        )
        .exclude(pk=run.pk)
        .select_related("created_by")
    )


# --- From review into the bank, and back out -------------------------------------------------------------


@transaction.atomic
def confirm_import(
    *,
    run: ImportRun,
    at: datetime,
    actor: User | None,
    state: str = ItemState.DRAFT,
    keep_doubles: bool = False,
) -> int:
    """Store the chosen rows, all or none; how many answerable items that are.

    An exact double that nobody decided on is left out, unless `keep_doubles`. Of a case with broken parts
    the sound ones are stored. Raises Invalid when nothing is chosen.
    """
    locked = locked_run(run, ImportState.REVIEW)
    rows, questions = [], []
    for row in chosen_rows(locked, doubles=keep_doubles):
        question = sound_part(row)
        if question is not None:
            rows.append(row)
            questions.append(question)
    if not rows:
        raise Invalid(
            "none_chosen",
            "没有可以入库的试题：有问题的先改好，和题库重复的要入库请逐题选“入库”，或者放弃这次导入。",
        )
    items = create_items(
        bank=locked.bank, questions=questions, at=at, actor=actor, state=state, import_run=locked
    )
    for row, item in zip(rows, items, strict=True):
        row.item = item
    ImportRow.objects.bulk_update(rows, ["item"], batch_size=BATCH)
    stored = sum(len(question.parts) or 1 for question in questions)
    locked.state, locked.stored, locked.decided_at = ImportState.STORED, stored, at
    locked.save(update_fields=["state", "stored", "decided_at"])
    record(
        action="import.confirm",
        target=locked,
        at=at,
        actor=actor,
        unit=locked.bank.unit,
        after={"stored": stored, "items": len(items), "found": locked.found},
    )
    return stored


@transaction.atomic
def discard_import(*, run: ImportRun, at: datetime, actor: User | None) -> ImportRun:
    """Give a run up before it is stored; its file and its rows go, the record of it stays."""
    locked = locked_run(run, ImportState.REVIEW, ImportState.READING, ImportState.FAILED)
    locked.state, locked.decided_at = ImportState.DISCARDED, at
    locked.save(update_fields=["state", "decided_at"])
    locked.rows.all().delete()
    ImportFile.objects.filter(run=locked).delete()
    record(action="import.discard", target=locked, at=at, actor=actor, unit=locked.bank.unit)
    return locked


@transaction.atomic
def undo_import(*, run: ImportRun, at: datetime, actor: User | None) -> int:
    """Take a whole batch back out, as if it had never been stored; how many items went.

    Its items are deleted with their versions, and so are topics that only they had. Raises Conflict, naming
    items, when a form uses one of them or somebody has changed one since.
    """
    locked = locked_run(run, ImportState.STORED)
    items = Item.objects.filter(import_run=locked)
    used = sorted(items.filter(versions__slots__isnull=False).distinct().values_list("number", flat=True))
    if used:
        raise Conflict("used", f"{_numbers(used)}已用于试卷，这批试题不能撤销。")
    changed = sorted(items.filter(versions__number__gt=1).distinct().values_list("number", flat=True))
    if changed:
        raise Conflict("changed", f"{_numbers(changed)}入库后改过，这批试题不能整批撤销；可以逐题停用。")
    topics = set(items.exclude(topic=None).values_list("topic", flat=True))
    count = items.count()
    try:
        items.update(current=None)
        ItemVersion.objects.filter(item__import_run=locked).delete()
        items.delete()
    except ProtectedError as error:
        raise Conflict("used", "这批试题刚刚被用到了，不能撤销。") from error
    drop_empty_topics(locked.bank, topics)
    locked.state, locked.decided_at = ImportState.UNDONE, at
    locked.save(update_fields=["state", "decided_at"])
    record(
        action="import.undo",
        target=locked,
        at=at,
        actor=actor,
        unit=locked.bank.unit,
        before={"items": count},
    )
    return count


def _numbers(numbers: list[int]) -> str:
    shown = "、".join(map(str, numbers[:5]))
    return f"第{shown}题" + (f"等{len(numbers)}道题" if len(numbers) > 5 else "")
