"""Who ends when: shown before an exam is published, the odd cases named."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count

from ..engine.timing import Window, allowed_time, due_at, last_entry_at
from ..models import Exam, RosterStatus, Sitting

SAT_BY = (RosterStatus.REQUIRED, RosterStatus.DEFERRED)


@dataclass(frozen=True, slots=True)
class EndTimes:
    """The times of those in one sitting who have one allowance. `odd`: what the office should look at.

    `first_end`: of who starts at the opening. `last_full_start`: who starts later loses time, because the
    window closes; None when the window is too short for anybody. `last_entry`: the last moment of entry,
    `last_end`: the end of who enters then.
    """

    sitting: Sitting
    allowance: Decimal
    people: int
    names: tuple[str, ...]
    first_end: datetime
    last_full_start: datetime | None
    last_entry: datetime
    last_end: datetime
    odd: tuple[str, ...]


def end_times(*, exam: Exam) -> list[EndTimes]:
    """When everybody's time ends, by sitting and allowance; names where the allowance is not 1."""
    found = []
    for sitting in exam.sittings.order_by("opens_at"):
        seats = sitting.seats.filter(entry__status__in=SAT_BY)
        for row in seats.values("entry__allowance").annotate(people=Count("pk")).order_by("entry__allowance"):
            allowance = row["entry__allowance"]
            names: tuple[str, ...] = ()
            if allowance != 1:
                who = seats.filter(entry__allowance=allowance).order_by("entry__admission_number")
                names = tuple(who.values_list("entry__name", flat=True))
            found.append(_end_times(sitting, allowance, row["people"], names))
    return found


def _end_times(sitting: Sitting, allowance: Decimal, people: int, names: tuple[str, ...]) -> EndTimes:
    window = Window(sitting.opens_at, sitting.closes_at, sitting.duration_s, sitting.late_entry_s)
    own = allowed_time(sitting.duration_s, allowance)
    last_entry = last_entry_at(window)

    def end(start: datetime) -> datetime:
        return due_at(
            started_at=start,
            duration_s=sitting.duration_s,
            allowance=allowance,
            closes_at=sitting.closes_at,
        )

    full = sitting.closes_at - own
    odd = []
    if full < sitting.opens_at:
        minutes = int((sitting.opens_at - full).total_seconds() // 60)
        odd.append(f"时间窗比作答时长短 {max(minutes, 1)} 分钟，谁也答不满时长")
    elif full < last_entry:
        odd.append("晚于“答满时长的最晚进场”才进场的，到窗口结束就收卷，答不满时长")
    return EndTimes(
        sitting=sitting,
        allowance=allowance,
        people=people,
        names=names,
        first_end=end(sitting.opens_at),
        last_full_start=full if full >= sitting.opens_at else None,
        last_entry=last_entry,
        last_end=end(last_entry) if last_entry < sitting.closes_at else sitting.closes_at,
        odd=tuple(odd),
    )
