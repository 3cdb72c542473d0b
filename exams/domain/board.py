"""The invigilator's board: who is in, who is silent, whose answers are still on the phone.

No answer, no score. A constant number of statements; counting is the database's, and only the rows of one
page are fetched.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from django.db.models import Case, Count, Exists, F, Max, OuterRef, Q, QuerySet, Sum, When, Window
from django.db.models.functions import RowNumber

from ..engine.timing import remaining_ms
from ..engine.transitions import State
from ..models import AnswerEvent, Attempt, Quarantine, RosterStatus, Seat, Sitting
from .attempts import TIMED_MODES
from .papers import paper_of

SILENT_AFTER = timedelta(seconds=90)  # three missed heartbeats
UNSENT_AFTER_MS = 60_000
PAGE_SIZE = 50


class Show(Enum):
    """Which rows the board lists."""

    NEEDS_HELP = "needs_help"
    ABSENT = "absent"
    ANSWERING = "answering"
    SUBMITTED = "submitted"
    ALL = "all"


SHOW_LABELS = {
    Show.NEEDS_HELP: "需要处理",
    Show.ABSENT: "还没进来",
    Show.ANSWERING: "作答中",
    Show.SUBMITTED: "已交卷",
    Show.ALL: "全部",
}


@dataclass(frozen=True, slots=True)
class Counts:
    """People, not attempts. Those from `needs_help` to `blocked` are among those answering."""

    expected: int
    absent: int
    answering: int
    submitted: int
    needs_help: int
    silent: int
    unsent: int
    waiting: int
    blocked: int
    late_answers: int


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One seat and its newest attempt. `silent_s` None: not answering."""

    seat: Seat
    attempt: Attempt | None
    answered: int
    of: int
    remaining_ms: int | None
    silent_s: int | None
    unsent: int
    left_page: int

    @property
    def is_silent(self) -> bool:
        return self.silent_s is not None and self.silent_s > SILENT_AFTER.total_seconds()

    @property
    def silent_minutes(self) -> int:
        return (self.silent_s or 0) // 60

    @property
    def remaining_minutes(self) -> int:
        return -(-(self.remaining_ms or 0) // 60_000)


@dataclass(frozen=True, slots=True)
class Board:
    sitting: Sitting
    at: datetime
    counts: Counts
    show: Show
    rows: list[BoardRow]
    page: int
    pages: int


def _running() -> Q:
    return Q(state=State.IN_PROGRESS.value, voided_at__isnull=True)


def _closed() -> Q:
    return Q(submitted_at__isnull=False, voided_at__isnull=True)


def _trouble(at: datetime) -> Q:
    """What an invigilator should look at: silent, unsent, a device that waits, suspended."""
    return _silent(at) | _unsent() | (_running() & (~Q(waiting_device="") | Q(blocked=True)))


def _silent(at: datetime) -> Q:
    return _running() & Q(presence__seen_at__lt=at - SILENT_AFTER)


def _unsent() -> Q:
    return _running() & Q(presence__oldest_unsent_ms__gt=UNSENT_AFTER_MS)


def sitting_board(
    *,
    sitting: Sitting,
    seats: QuerySet[Seat],
    attempts: QuerySet[Attempt],
    at: datetime,
    show: Show = Show.NEEDS_HELP,
    page: int = 1,
    search: str = "",
) -> Board:
    """The board of a sitting.

    `seats` and `attempts` are those the asker may watch; `search` is part of a name or the end of an
    admission number and lists among all.
    """
    seats = seats.filter(sitting=sitting).exclude(
        entry__status__in=(RosterStatus.EXEMPT, RosterStatus.REMOVED)
    )
    seats = seats.filter(entry__mode__in=TIMED_MODES)
    attempts = attempts.filter(sitting=sitting, mode__in=TIMED_MODES)
    counts = _count(sitting, seats, attempts, at)
    if search.strip():
        text = search.strip()
        listed = seats.filter(
            Q(entry__name__contains=text) | Q(entry__admission_number__endswith=text.upper())
        )
        total = listed.count()
    else:
        listed, total = _listed(seats, attempts, show, at), _total(counts, show)
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(page, 1), pages)
    chosen = listed.select_related("entry__unit", "room").order_by(
        "room__name", "number", "entry__admission_number"
    )[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return Board(
        sitting=sitting,
        at=at,
        counts=counts,
        show=show,
        rows=_rows(list(chosen), sitting, at),
        page=page,
        pages=pages,
    )


def _total(counts: Counts, show: Show) -> int:
    """How long a list is, without asking the database again."""
    return {
        Show.NEEDS_HELP: counts.needs_help,
        Show.ABSENT: counts.absent,
        Show.ANSWERING: counts.answering,
        Show.SUBMITTED: counts.submitted,
        Show.ALL: counts.expected,
    }[show]


def _listed(seats: QuerySet[Seat], attempts: QuerySet[Attempt], show: Show, at: datetime) -> QuerySet[Seat]:
    def with_attempt(condition: Q) -> Exists:
        return Exists(attempts.filter(condition, entry=OuterRef("entry")))

    if show is Show.ABSENT:
        return seats.filter(~with_attempt(Q()))
    if show is Show.ANSWERING:
        return seats.filter(with_attempt(_running()))
    if show is Show.SUBMITTED:
        return seats.filter(with_attempt(_closed()), ~with_attempt(_running()))
    if show is Show.NEEDS_HELP:
        return seats.filter(with_attempt(_trouble(at)))
    return seats


def _count(sitting: Sitting, seats: QuerySet[Seat], attempts: QuerySet[Attempt], at: datetime) -> Counts:
    def has(condition: Q) -> Max:
        return Max(Case(When(condition, then=1), default=0))

    people = (
        attempts.order_by()
        .values("entry")
        .annotate(
            is_running=has(_running()),
            is_closed=has(_closed()),
            is_trouble=has(_trouble(at)),
            is_silent=has(_silent(at)),
            is_unsent=has(_unsent()),
            is_waiting=has(_running() & ~Q(waiting_device="")),
            is_blocked=has(_running() & Q(blocked=True)),
        )
        .aggregate(
            answering=Sum("is_running"),
            submitted=Count("entry", filter=Q(is_closed=1, is_running=0)),
            needs_help=Sum("is_trouble"),
            silent=Sum("is_silent"),
            unsent=Sum("is_unsent"),
            waiting=Sum("is_waiting"),
            blocked=Sum("is_blocked"),
        )
    )
    seen = seats.aggregate(
        expected=Count("pk"),
        absent=Count("pk", filter=~Exists(attempts.filter(entry=OuterRef("entry")))),
    )
    watched = Exists(attempts.filter(pk=OuterRef("attempt")))
    late = Quarantine.objects.filter(watched, attempt__sitting=sitting, accepted__isnull=True)
    return Counts(**seen, **{name: value or 0 for name, value in people.items()}, late_answers=late.count())


def _rows(seats: Sequence[Seat], sitting: Sitting, at: datetime) -> list[BoardRow]:
    entries = [seat.entry_id for seat in seats]
    newest: dict[UUID, Attempt] = {}
    for attempt in (
        Attempt.objects.defer("choice_orders")
        .select_related("presence")
        .filter(sitting=sitting, entry__in=entries)
        .order_by("number")
    ):
        newest[attempt.entry_id] = attempt
    answered = _answered([attempt.pk for attempt in newest.values()])
    return [_row(seat, newest.get(seat.entry_id), answered, at) for seat in seats]


def _answered(attempt_ids: list[UUID]) -> Counter[UUID]:
    """How many slots of each attempt hold an answer: the newest event of a slot decides."""
    last = Window(
        RowNumber(),
        partition_by=[F("attempt_id"), F("slot")],
        order_by=[F("epoch").desc(), F("seq").desc()],
    )
    # A condition on `value` would be applied before the window, so it is looked at afterwards.
    events = AnswerEvent.objects.filter(attempt_id__in=attempt_ids).annotate(
        place=last, filled=Case(When(value__isnull=True, then=0), default=1)
    )
    newest = events.filter(place=1).values_list("attempt_id", "filled")
    return Counter(attempt_id for attempt_id, filled in newest if filled)


def _row(seat: Seat, attempt: Attempt | None, answered: Counter[UUID], at: datetime) -> BoardRow:
    if attempt is None:
        of = len(paper_of(seat.form_id).slots) if seat.form_id else 0
        return BoardRow(seat, None, 0, of, None, None, 0, 0)
    running = attempt.state == State.IN_PROGRESS.value and attempt.voided_at is None
    presence = getattr(attempt, "presence", None)
    seen_at = presence.seen_at if presence else attempt.started_at
    return BoardRow(
        seat=seat,
        attempt=attempt,
        answered=answered[attempt.pk],
        of=len(paper_of(attempt.form_id).slots),
        remaining_ms=remaining_ms(at, attempt.due_at) if running else None,
        silent_s=max(0, int((at - seen_at).total_seconds())) if running else None,
        unsent=presence.unsent if presence and running else 0,
        left_page=presence.hidden_count if presence else 0,
    )
