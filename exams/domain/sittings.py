"""Sittings (场次): created, changed while nobody has begun, held in rooms; makeups in one step."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from examsite.lib.errors import Conflict, Invalid
from examsite.people.domain.audit import record
from examsite.people.models import User

from ..models import Exam, Mode, Room, RosterEntry, Sitting, SittingKind
from .seats import deal_forms, seat_entries

MAX_DURATION_S = 8 * 3600
MAX_GRACE_S = 15 * 60


@dataclass(frozen=True, slots=True)
class SittingSpec:
    """A window in which the exam is sat. Lengths in seconds; `late_entry_s` None: until the window closes."""

    title: str
    opens_at: datetime
    closes_at: datetime
    duration_s: int
    mode: str = Mode.ONLINE
    grace_s: int = 180
    late_entry_s: int | None = None
    confirm_devices: bool = False


@transaction.atomic
def create_sitting(*, exam: Exam, kind: str, spec: SittingSpec, at: datetime, actor: User | None) -> Sitting:
    """A new sitting. Raises Invalid where its times do not hold together, Conflict for a closed exam."""
    locked = _locked_exam(exam)
    if locked.closed_at is not None:
        raise Conflict("closed", "考试已结束，不能再开场次。")
    if kind not in SittingKind.values:
        raise Invalid("kind", "没有这种场次。")
    _check(locked, spec, None)
    sitting = Sitting.objects.create(
        exam=locked,
        kind=kind,
        created_at=at,
        **{name: getattr(spec, name) for name in SittingSpec.__dataclass_fields__},
    )
    record(action="sitting.create", target=sitting, at=at, actor=actor, unit=locked.unit, after=_shown(spec))
    return sitting


@transaction.atomic
def change_sitting(*, sitting: Sitting, spec: SittingSpec, at: datetime, actor: User | None) -> Sitting:
    """Change a sitting that nobody has begun. Raises Conflict afterwards: then time is only added."""
    locked = _locked(sitting)
    if locked.attempts.exists():
        raise Conflict("begun", "已有人开始作答，场次不能再改；需要加时请在监考页延时。")
    _check(locked.exam, spec, locked)
    before = _shown(spec_of(locked))
    for name in SittingSpec.__dataclass_fields__:
        setattr(locked, name, getattr(spec, name))
    locked.save()
    record(
        action="sitting.change",
        target=locked,
        at=at,
        actor=actor,
        unit=locked.exam.unit,
        before=before,
        after=_shown(spec),
    )
    return locked


@transaction.atomic
def delete_sitting(*, sitting: Sitting, at: datetime, actor: User) -> None:
    """Remove a sitting in which nobody has begun, with its seats and rooms."""
    locked = _locked(sitting)
    if locked.attempts.exists():
        raise Conflict("begun", "已有人在这个场次作答，不能删除。")
    record(action="sitting.delete", target=locked, at=at, actor=actor, unit=locked.exam.unit)
    locked.seats.all().delete()
    locked.delete()


@transaction.atomic
def create_makeup(
    *,
    exam: Exam,
    spec: SittingSpec,
    entries: Collection[RosterEntry],
    at: datetime,
    actor: User | None,
) -> Sitting:
    """A makeup in one step: the sitting, a seat for each of these people, and forms they have not met.

    Forms are dealt when the exam has published ones with at least 70 % new questions for everybody;
    otherwise the seats wait for a makeup form (build_forms with `seen_by`).
    """
    if not entries:
        raise Invalid("nobody", "没有需要补考的人。")
    sitting = create_sitting(exam=exam, kind=SittingKind.MAKEUP, spec=spec, at=at, actor=actor)
    seat_entries(sitting=sitting, entries=entries, at=at, actor=actor)
    try:
        with transaction.atomic():
            deal_forms(sitting=sitting, at=at, actor=actor)
    except Conflict as error:
        if error.code not in ("no_forms", "all_seen"):
            raise
    return sitting


def spec_of(sitting: Sitting) -> SittingSpec:
    """What the sitting says now."""
    return SittingSpec(**{name: getattr(sitting, name) for name in SittingSpec.__dataclass_fields__})


def _check(exam: Exam, spec: SittingSpec, itself: Sitting | None) -> None:
    if not spec.title.strip():
        raise Invalid("title", "请填写场次名称，如“11月正考”。")
    if spec.mode not in Mode.values:
        raise Invalid("mode", "没有这种作答方式。")
    if spec.closes_at <= spec.opens_at:
        raise Invalid("closes_at", "结束时间要晚于开始时间，请改结束时间。")
    if not 60 <= spec.duration_s <= MAX_DURATION_S:
        raise Invalid("duration_s", "作答时长要在 1 分钟到 8 小时之间。")
    if not 0 <= spec.grace_s <= MAX_GRACE_S:
        raise Invalid("grace_s", f"宽限要在 0 到 {MAX_GRACE_S // 60} 分钟之间。")
    if spec.late_entry_s is not None and spec.late_entry_s < 0:
        raise Invalid("late_entry_s", "迟到限制不能是负数；不限请留空。")
    same = exam.sittings.filter(title=spec.title)
    if (same.exclude(pk=itself.pk) if itself else same).exists():
        raise Conflict("double", f"这场考试已有名为“{spec.title}”的场次。")


def _shown(spec: SittingSpec) -> dict[str, str]:
    return {name: str(getattr(spec, name)) for name in SittingSpec.__dataclass_fields__}


def _locked(sitting: Sitting) -> Sitting:
    return Sitting.objects.select_for_update(of=("self",)).select_related("exam__unit").get(pk=sitting.pk)


def _locked_exam(exam: Exam) -> Exam:
    return Exam.objects.select_for_update(of=("self",)).select_related("unit").get(pk=exam.pk)


# --- Rooms -------------------------------------------------------------------------------------------


@transaction.atomic
def add_room(
    *,
    sitting: Sitting,
    name: str,
    at: datetime,
    actor: User | None,
    place: str = "",
    invigilators: Collection[User] = (),
) -> Room:
    """A room of the sitting; its invigilators see its candidates. Conflict for a double name."""
    name = name.strip()
    if not name:
        raise Invalid("no_name", "请填写考场名称。")
    if sitting.rooms.filter(name=name).exists():
        raise Conflict("double", f"这个场次已有“{name}”。")
    room = Room.objects.create(sitting=sitting, name=name, place=place.strip())
    room.invigilators.set(invigilators)
    record(action="room.add", target=room, at=at, actor=actor, unit=sitting.exam.unit)
    return room


@transaction.atomic
def change_room(
    *, room: Room, name: str, place: str, invigilators: Collection[User], at: datetime, actor: User
) -> Room:
    """Another name, place or other invigilators."""
    name = name.strip()
    if not name:
        raise Invalid("no_name", "请填写考场名称。")
    if room.sitting.rooms.filter(name=name).exclude(pk=room.pk).exists():
        raise Conflict("double", f"这个场次已有“{name}”。")
    room.name, room.place = name, place.strip()
    room.save(update_fields=["name", "place"])
    room.invigilators.set(invigilators)
    record(action="room.change", target=room, at=at, actor=actor, unit=room.sitting.exam.unit)
    return room


@transaction.atomic
def remove_room(*, room: Room, at: datetime, actor: User) -> None:
    """Remove a room; its people keep their seats without one."""
    record(action="room.remove", target=room, at=at, actor=actor, unit=room.sitting.exam.unit)
    room.seats.update(room=None)
    room.delete()
