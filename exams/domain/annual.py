"""The activity register: entered, corrected, struck out; the counts of the annual report rest on it."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from examsite.lib.errors import Invalid
from examsite.people.domain.audit import record
from examsite.people.models import Unit, User

from ..models import Activity, ActivityKind

MOST_PLAUSIBLE = 1_000_000  # people at one activity of a county; more is a slip of the finger
EARLIEST = date(2000, 1, 1)


def check_activity(*, kind: str, day: date, place: str, topic: str, audience: int, today: date) -> None:
    """Raise Invalid, saying what to mend, for a row that cannot be true."""
    if kind not in ActivityKind.values:
        raise Invalid("kind", f"没有“{kind}”这一类活动，请从列表中选择。")
    if day > today:
        raise Invalid("future", f"活动日期 {day:%Y-%m-%d} 还没有到：台账只登记已经开展的活动。")
    if day < EARLIEST:
        raise Invalid("date", f"活动日期 {day:%Y-%m-%d} 太早，请检查年份。")
    if not place.strip() or not topic.strip():
        raise Invalid("empty", "请填写活动的地点和主题。")
    if not 0 <= audience <= MOST_PLAUSIBLE:
        raise Invalid("audience", f"受众{audience}人次不可信，请检查（最多{MOST_PLAUSIBLE}）。")


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
) -> Activity:
    """Enter one activity that took place. `audience` is attendances (人次); `today` the local date."""
    check_activity(kind=kind, day=day, place=place, topic=topic, audience=audience, today=today)
    activity = Activity.objects.create(
        unit=unit,
        kind=kind,
        date=day,
        place=place.strip(),
        topic=topic.strip(),
        theme=theme.strip(),
        audience=audience,
        note=note.strip(),
        created_by=actor,
        created_at=at,
    )
    record(
        action="activity.register",
        target=activity,
        at=at,
        actor=actor,
        unit=unit,
        after={"kind": kind, "date": day.isoformat(), "audience": audience},
    )
    return activity
