"""Seats: who sits in which sitting, in which room, at which number, with which form."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from math import floor
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from examsite.lib.errors import Conflict, Invalid
from examsite.people.domain.audit import record
from examsite.people.models import User

from ..engine.dealing import Place, deal
from ..models import (
    Attempt,
    Form,
    FormRole,
    Room,
    RosterEntry,
    RosterStatus,
    Seat,
    Sitting,
    SittingKind,
    Slot,
)

NEW_SHARE = 0.7


@transaction.atomic
def seat_entries(
    *,
    sitting: Sitting,
    entries: Collection[RosterEntry],
    at: datetime,
    actor: User | None,
    room: Room | None = None,
) -> list[Seat]:
    """Give people a place in a sitting, numbered on in the order of their units; who has one is skipped.

    Raises Conflict before the roster's freeze, Invalid for people of another exam or who need not sit.
    """
    locked = _locked(sitting)
    exam = locked.exam
    if exam.roster_frozen_at is None:
        raise Conflict("not_frozen", "请先冻结应考名册，再排座位。")
    if room is not None and room.sitting_id != locked.pk:
        raise Invalid("room", "这个考场不属于本场次。")
    for entry in entries:
        if entry.exam_id != exam.pk:
            raise Invalid("other_exam", f"“{entry.name}”不在这场考试的名册里。")
        if entry.status in (RosterStatus.EXEMPT, RosterStatus.REMOVED):
            raise Invalid("not_required", f"“{entry.name}”是“{entry.get_status_display()}”，不用排座。")
    have = set(locked.seats.values_list("entry_id", flat=True))
    fresh = sorted(
        (entry for entry in entries if entry.pk not in have),
        key=lambda entry: (entry.unit_path, entry.admission_number),
    )
    number = locked.seats.filter(room=room).aggregate(top=Max("number"))["top"] or 0
    seats = Seat.objects.bulk_create(
        [
            Seat(sitting=locked, entry=entry, room=room, number=number + place)
            for place, entry in enumerate(fresh, 1)
        ],
        batch_size=500,
    )
    if seats:
        record(
            action="seats.add",
            target=locked,
            at=at,
            actor=actor,
            unit=exam.unit,
            after={"count": len(seats), "room": str(room or "")},
        )
    return seats


def entries_without_seat(sitting: Sitting) -> list[RosterEntry]:
    """Those who must sit and have no place in this sitting, nor (for a main one) in another main one."""
    taken = Seat.objects.filter(sitting=sitting)
    if sitting.kind == SittingKind.MAIN:
        taken = Seat.objects.filter(sitting__exam=sitting.exam_id, sitting__kind=SittingKind.MAIN)
    open_states = (RosterStatus.REQUIRED, RosterStatus.DEFERRED)
    return list(
        RosterEntry.objects.filter(exam=sitting.exam_id, status__in=open_states)
        .exclude(seats__in=taken)
        .select_related("unit")
    )


@transaction.atomic
def move_to_room(*, seats: Collection[Seat], room: Room | None, at: datetime, actor: User) -> int:
    """Move people into a room and number them on there. Raises Conflict for who has begun."""
    moving = list(Seat.objects.filter(pk__in=[seat.pk for seat in seats]).select_related("entry", "sitting"))
    if not moving:
        raise Invalid("nobody", "请先选择要移动的人。")
    sitting = _locked(moving[0].sitting)
    if any(seat.sitting_id != sitting.pk for seat in moving) or (room and room.sitting_id != sitting.pk):
        raise Invalid("room", "座位和考场要在同一个场次里。")
    number = sitting.seats.filter(room=room).aggregate(top=Max("number"))["top"] or 0
    moving.sort(key=lambda seat: (seat.entry.unit_path, seat.entry.admission_number))
    for place, seat in enumerate(moving, 1):
        seat.room, seat.number = room, number + place
    Seat.objects.bulk_update(moving, ["room", "number"], batch_size=500)
    record(
        action="seats.move",
        target=sitting,
        at=at,
        actor=actor,
        unit=sitting.exam.unit,
        after={"count": len(moving), "room": str(room or "")},
    )
    return len(moving)


@transaction.atomic
def remove_seats(*, seats: Collection[Seat], at: datetime, actor: User) -> int:
    """Take people out of a sitting in which they have not begun."""
    rows = list(
        Seat.objects.filter(pk__in=[seat.pk for seat in seats]).select_related("sitting__exam__unit", "entry")
    )
    begun = [
        seat.entry.name
        for seat in rows
        if Attempt.objects.filter(sitting=seat.sitting_id, entry=seat.entry_id).exists()
    ]
    if begun:
        raise Conflict("begun", f"{'、'.join(begun[:5])}已开始作答，不能撤座。")
    for sitting in {seat.sitting for seat in rows}:
        record(
            action="seats.remove",
            target=sitting,
            at=at,
            actor=actor,
            unit=sitting.exam.unit,
            before={"people": [seat.entry.name for seat in rows if seat.sitting_id == sitting.pk]},
        )
    Seat.objects.filter(pk__in=[seat.pk for seat in rows]).delete()
    return len(rows)


# --- Forms -------------------------------------------------------------------------------------------


@transaction.atomic
def deal_forms(
    *,
    sitting: Sitting,
    at: datetime,
    actor: User | None,
    forms: Sequence[Form] | None = None,
    only_new: bool = False,
) -> dict[str, int]:
    """Give every seat a form, evenly within unit and room, neighbours apart; counts by code are returned.

    Who has begun keeps his form. In a makeup nobody gets a form of which he has met more than 30 %.
    `only_new` leaves seats alone that have a form. Raises Conflict without published forms, or when
    somebody has met all of them.
    """
    locked = _locked(sitting)
    usable = forms if forms is not None else default_forms(locked)
    if any(form.published_at is None for form in usable):
        raise Conflict("draft", "只能分发已定卷的试卷。")
    if not usable:
        raise Conflict("no_forms", "还没有可用的正式卷，请先组卷并定卷。")
    begun = set(Attempt.objects.filter(sitting=locked).values_list("entry_id", flat=True))
    seats = [
        seat
        for seat in locked.seats.select_related("entry", "room").order_by(
            "room__name", "room_id", "number", "pk"
        )
        if seat.entry_id not in begun and not (only_new and seat.form_id)
    ]
    allowed = _allowed_forms(locked, usable, [seat.entry for seat in seats])
    places = [Place(seat.room_id, seat.entry.unit_id, allowed[seat.entry_id]) for seat in seats]
    by_code = {form.code: form for form in usable}
    for seat, code in zip(seats, deal(places), strict=True):
        seat.form = by_code[code]
    Seat.objects.bulk_update(seats, ["form"], batch_size=500)
    counts = {form.code: sum(seat.form_id == form.pk for seat in seats) for form in usable}
    record(action="forms.deal", target=locked, at=at, actor=actor, unit=locked.exam.unit, after=counts)
    return counts


def default_forms(sitting: Sitting) -> list[Form]:
    """The published main forms for a sitting: those it has, else those that no other kind of sitting has."""
    main = Form.objects.filter(exam=sitting.exam_id, role=FormRole.MAIN, published_at__isnull=False)
    own = main.filter(seats__sitting=sitting).distinct().order_by("code")
    if own.exists():
        return list(own)
    elsewhere = Form.objects.filter(seats__sitting__exam=sitting.exam_id).exclude(
        seats__sitting__kind=sitting.kind
    )
    free = list(main.exclude(pk__in=elsewhere.values("pk")).order_by("code"))
    return free or list(main.order_by("code"))


def _allowed_forms(
    sitting: Sitting, forms: Sequence[Form], entries: Sequence[RosterEntry]
) -> dict[UUID, tuple[str, ...]]:
    """For each person the codes of the forms he may get. Only in a makeup does it matter what he has met."""
    codes = tuple(form.code for form in forms)
    if sitting.kind != SittingKind.MAKEUP:
        return {entry.pk: codes for entry in entries}
    met: dict[UUID, set[UUID]] = {}
    for entry, form in Attempt.objects.filter(entry__in=entries).values_list("entry_id", "form_id"):
        met.setdefault(entry, set()).add(form)
    every = {form.pk for form in forms}.union(*met.values())
    items: dict[UUID, set[UUID]] = {form: set() for form in every}
    for form, item in Slot.objects.filter(form__in=every).values_list("form_id", "version__item_id"):
        items[form].add(item)
    found = {}
    for entry in entries:
        known = set().union(*(items[form] for form in met.get(entry.pk, ())))
        found[entry.pk] = tuple(
            form.code
            for form in forms
            if len(items[form.pk] & known) <= floor((1 - NEW_SHARE) * len(items[form.pk]) + 1e-9)
        )
        if not found[entry.pk]:
            raise Conflict(
                "all_seen",
                f"“{entry.name}”做过的题在每套卷里都超过 {1 - NEW_SHARE:.0%}，请先为补考组新卷并定卷。",
            )
    return found


@transaction.atomic
def swap_form(*, sitting: Sitting, old: Form, new: Form, reason: str, at: datetime, actor: User) -> int:
    """Give everybody who has `old` and has not begun `new` instead (a leak, a wrong question); how many.

    The new form, often the reserve, counts as a main one from then on; the old one is withdrawn, so that no
    further try and no other sitting draws it. Raises Invalid without a reason, Conflict for a form that is
    not published or when nobody is left to change.
    """
    locked = _locked(sitting)
    if not reason.strip():
        raise Invalid("reason", "请写明换卷的原因。")
    if new.exam_id != locked.exam_id or old.exam_id != locked.exam_id or new.pk == old.pk:
        raise Invalid("form", "请选择本场考试的另一套卷。")
    if new.published_at is None:
        raise Conflict("draft", f"{new}还没有定卷，不能换上。")
    begun = Attempt.objects.filter(sitting=locked).values("entry")
    changed = locked.seats.filter(form=old).exclude(entry__in=begun).update(form=new)
    if not changed:
        raise Conflict("nobody", f"本场没有还未开始的人拿着{old}。")
    Form.objects.filter(pk=old.pk).update(role=FormRole.WITHDRAWN)
    Form.objects.filter(pk=new.pk).update(role=FormRole.MAIN)
    record(
        action="form.swap",
        target=locked,
        at=at,
        actor=actor,
        unit=locked.exam.unit,
        before={"form": old.code},
        after={"form": new.code, "seats": changed},
        reason=reason.strip(),
    )
    return changed


def _locked(sitting: Sitting) -> Sitting:
    return Sitting.objects.select_for_update(of=("self",)).select_related("exam__unit").get(pk=sitting.pk)
