"""Keying in paper sheets: once by one person, once by another, the differences settled, then an attempt.

The second person does not see what the first one typed. Nothing counts before both agree on every question.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet

from examsite.lib.errors import Conflict, Forbidden, Invalid, NotFound
from examsite.lib.uploads import read_attachment
from examsite.people.domain.audit import record
from examsite.people.models import User
from questionbanks.kinds.base import Answer

from ..engine.admission import read_number
from ..engine.keyed import Difference, differences, read_sheet, to_data
from ..engine.paper import Paper
from ..engine.results import counting_tries
from ..models import Attempt, Exam, KeyedSheet, Mode, Seat, SheetScan, Sitting
from .closing import mark_closed
from .entering import FilledSheet, require_enterable, require_times, write_sheet
from .papers import paper_of
from .standings import tries_of


class SheetState(Enum):
    """How far a sheet is."""

    MISSING = "missing"
    ONCE = "once"
    DIFFERS = "differs"
    DONE = "done"


SHEET_LABELS = {
    SheetState.MISSING: "未录",
    SheetState.ONCE: "待复录",
    SheetState.DIFFERS: "待核对",
    SheetState.DONE: "已录",
}


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A seat with its sheet. `doubled`: the person also has an attempt on a screen in this sitting."""

    seat: Seat
    sheet: KeyedSheet | None
    state: SheetState
    scans: int
    doubled: bool


def find_seat(*, seats: QuerySet[Seat], text: str) -> Seat:
    """The seat that a scanned QR code or typed digits name, among `seats`.

    A QR code holds number/form/page. Typed: the whole admission number, or its last 4 (serial) or 5 digits
    (serial and check digit). Raises NotFound, Invalid for several or for a sheet of another form.
    """
    number, _, rest = text.strip().partition("/")
    whole = read_number(number)
    digits = re.sub(r"\D", "", number)
    if whole:
        wanted = Q(entry__admission_number=whole)
    elif len(digits) == 5 and digits == number.strip():
        wanted = Q(entry__admission_number__endswith=f"-{digits[:4]}-{digits[4]}")
    elif len(digits) == 4 and digits == number.strip():
        wanted = Q(entry__admission_number__contains=f"-{digits}-") & Q(
            entry__admission_number__regex=rf"-{digits}-\d$"
        )
    else:
        raise Invalid("number", "请扫答题卡上的二维码，或输入准考证号，或它的最后 4—5 位数字。")
    found = list(seats.filter(wanted).select_related("entry__unit", "form", "sitting__exam")[:3])
    if not found:
        raise NotFound("not_found", "本场没有这个准考证号，请核对是不是别的场次的答题卡。")
    if len(found) > 1:
        raise Invalid("several", "有几个人的准考证号末尾相同，请输入完整的准考证号。")
    seat = found[0]
    form = rest.partition("/")[0]
    if form and seat.form is not None and form != seat.form.code:
        raise Invalid(
            "other_form", f"这张答题卡是{form}卷，{seat.entry}发的是{seat.form.code}卷，请先核实发卷。"
        )
    return seat


def sheet_rows(*, sitting: Sitting, seats: QuerySet[Seat]) -> list[SheetRow]:
    """The seats that sit on paper, or have a sheet, with how far it is; a fixed number of statements."""
    sheets = KeyedSheet.objects.filter(dropped_at__isnull=True).select_related(
        "first_by", "second_by", "attempt"
    )
    rows = seats.filter(sitting=sitting).select_related("entry__unit", "form")
    if sitting.mode != Mode.PAPER:
        rows = rows.filter(
            Q(entry__mode=Mode.PAPER) | Q(keyed_sheets__dropped_at__isnull=True, keyed_sheets__isnull=False)
        )
    rows = rows.prefetch_related(Prefetch("keyed_sheets", sheets, to_attr="sheets"), "scans")
    online = set(
        Attempt.objects.filter(sitting=sitting, voided_at__isnull=True)
        .exclude(mode=Mode.PAPER)
        .values_list("entry_id", flat=True)
    )
    found = []
    for seat in rows.distinct().order_by("entry__admission_number"):
        sheet = seat.sheets[0] if seat.sheets else None
        found.append(SheetRow(seat, sheet, state_of(sheet), len(seat.scans.all()), seat.entry_id in online))
    return found


def state_of(sheet: KeyedSheet | None) -> SheetState:
    """How far a sheet is; one whose attempt was declared void is to be keyed in again."""
    if sheet is None or (sheet.attempt is not None and sheet.attempt.voided_at is not None):
        return SheetState.MISSING
    if sheet.attempt_id is not None:
        return SheetState.DONE
    return SheetState.ONCE if sheet.second is None else SheetState.DIFFERS


def _read(paper: Paper, cells: Mapping[str, Any]) -> dict[str, Answer]:
    answers, wrong = read_sheet(paper, cells)
    if wrong:
        words = "；".join(f"第{number}题：{why}" if number else why for number, why in sorted(wrong.items()))
        raise Invalid("cells", f"{words}。", numbers=sorted(wrong))
    return answers


@transaction.atomic
def key_first(
    *,
    seat: Seat,
    cells: Mapping[str, Any],
    started_at: datetime,
    submitted_at: datetime,
    at: datetime,
    actor: User,
) -> KeyedSheet:
    """The first reading of a sheet. Raises Conflict when it is keyed in already, Invalid naming the cells."""
    require_enterable(seat=seat, mode=Mode.PAPER, at=at)
    require_times(started_at=started_at, submitted_at=submitted_at, at=at)
    there = KeyedSheet.objects.select_related("attempt").filter(seat=seat, dropped_at__isnull=True).first()
    if there is not None:
        if state_of(there) is not SheetState.MISSING:
            raise Conflict("keyed", f"{seat.entry}的答题卡已经录过一遍，请另一位工作人员复录。")
        there.dropped_at = at
        there.save(update_fields=["dropped_at"])
    paper = paper_of(seat.form_id)
    sheet = KeyedSheet.objects.create(
        seat=seat,
        first=to_data(paper, _read(paper, cells)),
        first_by=actor,
        first_at=at,
        started_at=started_at,
        submitted_at=submitted_at,
    )
    _note("sheet.first", sheet, at, actor)
    return sheet


def key_second(*, sheet: KeyedSheet, cells: Mapping[str, Any], at: datetime, actor: User) -> KeyedSheet:
    """The second reading, by somebody else. Where both agree the sheet becomes an attempt at once.

    Raises Forbidden for who made the first reading, Conflict for a sheet that has its second one.
    """
    if sheet.first_by_id == actor.pk:
        raise Forbidden("second_person", "复录须由另一位工作人员完成。")
    with transaction.atomic():
        locked = _lock(sheet)
        if locked.second is not None:
            raise Conflict("keyed", "这张答题卡已经复录过了。")
        paper = paper_of(locked.seat.form_id)
        answers = _read(paper, cells)
        locked.second, locked.second_by, locked.second_at = to_data(paper, answers), actor, at
        locked.save(update_fields=["second", "second_by", "second_at"])
        _note("sheet.second", locked, at, actor)
        if not differences(paper, locked.first, locked.second):
            _enter(locked, answers, at, actor)
    _mark(locked, at)
    return locked


def differences_of(sheet: KeyedSheet) -> list[Difference]:
    """The questions that the two readings have differently."""
    if sheet.second is None:
        return []
    return differences(paper_of(sheet.seat.form_id), sheet.first, sheet.second)


def settle_differences(
    *, sheet: KeyedSheet, cells: Mapping[str, Any], at: datetime, actor: User
) -> KeyedSheet:
    """Say what stands on the paper for every question that differs; then it becomes an attempt.

    Anybody who keys in may do it, with the paper or its scan before him: both readings stay on record.
    """
    with transaction.atomic():
        locked = _lock(sheet)
        if locked.second is None or locked.attempt_id is not None:
            raise Conflict("settled", "这张答题卡没有要核对的地方。")
        paper = paper_of(locked.seat.form_id)
        differing = {one.slot: one.number for one in differences(paper, locked.first, locked.second)}
        missing = sorted(number for slot, number in differing.items() if slot not in cells)
        if missing:
            raise Invalid("missing", f"第{'、'.join(map(str, missing))}题还没有核对。", numbers=missing)
        decided = _read(paper, {slot: cells[slot] for slot in differing})
        agreed = _read(paper, {slot: value for slot, value in locked.first.items() if slot not in differing})
        locked.settled, locked.settled_by, locked.settled_at = to_data(paper, decided), actor, at
        locked.save(update_fields=["settled", "settled_by", "settled_at"])
        _note("sheet.settle", locked, at, actor)
        _enter(locked, agreed | decided, at, actor)
    _mark(locked, at)
    return locked


@transaction.atomic
def drop_sheet(*, sheet: KeyedSheet, reason: str, at: datetime, actor: User) -> KeyedSheet:
    """Put a sheet that was keyed in for the wrong person aside; not one that is an attempt already."""
    if not reason.strip():
        raise Invalid("no_reason", "请写明理由。")
    locked = _lock(sheet)
    if locked.attempt_id is not None:
        raise Conflict("entered", "这张答题卡已经成为答卷，不能撤销；录错了请作废这份答卷。")
    locked.dropped_at = at
    locked.save(update_fields=["dropped_at"])
    _note("sheet.drop", locked, at, actor, reason)
    return locked


def _lock(sheet: KeyedSheet) -> KeyedSheet:
    rows = KeyedSheet.objects.select_for_update(of=("self",)).select_related(
        "seat__entry", "seat__sitting__exam"
    )
    locked = rows.filter(pk=sheet.pk).first()
    if locked is None or locked.dropped_at is not None:
        raise Conflict("dropped", "这张答题卡的录入已被撤销。")
    return locked


def _enter(sheet: KeyedSheet, answers: Mapping[str, Answer], at: datetime, actor: User) -> None:
    paper = paper_of(sheet.seat.form_id)
    filled = FilledSheet(
        seat=sheet.seat,
        mode=Mode.PAPER,
        answers={slot: answers[slot] for slot in paper.slots if slot in answers},
        started_at=sheet.started_at,
        submitted_at=sheet.submitted_at,
    )
    sheet.attempt = write_sheet(sheet=filled, at=at, actor=actor)
    sheet.save(update_fields=["attempt"])


def _mark(sheet: KeyedSheet, at: datetime) -> None:
    if sheet.attempt_id is not None:
        mark_closed(attempt_id=sheet.attempt_id, at=at)


def _note(action: str, sheet: KeyedSheet, at: datetime, actor: User, reason: str = "") -> None:
    record(
        action=action,
        target=sheet,
        at=at,
        actor=actor,
        unit=sheet.seat.sitting.exam.unit,
        reason=reason.strip(),
    )


@transaction.atomic
def attach_scan(*, seat: Seat, data: bytes, at: datetime, actor: User) -> SheetScan:
    """Keep a photo or scan of the sheet: pictures are encoded anew, a PDF is kept as it is."""
    upload = read_attachment(data)
    scan = SheetScan(seat=seat, uploaded_by=actor, at=at)
    scan.file.save(upload.name, ContentFile(upload.data), save=False)
    scan.save(force_insert=True)
    record(action="sheet.scan", target=scan, at=at, actor=actor, unit=seat.sitting.exam.unit)
    return scan


def duplicates_of(exam: Exam) -> list[tuple[Attempt, Attempt]]:
    """Pairs (what stands, what is set aside) of people who handed in through two channels."""
    pairs = []
    for tries in tries_of(exam).values():
        for double in tries:
            if double.duplicate:
                stands = next(one for one in counting_tries(tries) if one.sitting is double.sitting)
                pairs.append((UUID(stands.attempt_id), UUID(double.attempt_id)))
    ids = {one for pair in pairs for one in pair}
    rows = Attempt.objects.select_related("entry__unit", "sitting").in_bulk(ids)
    return [(rows[stands], rows[double]) for stands, double in pairs]
