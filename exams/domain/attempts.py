"""The attempt's row: its lock, the one writer of its state, its history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from examsite.lib.errors import Conflict, Forbidden, NotFound
from examsite.people.models import User
from examsite.people.ready_queries import Given, ReadyQuery, insert

from ..engine import timing
from ..engine.access import AttemptFacts
from ..engine.marking import Total
from ..engine.transitions import Action, State, next_state
from ..models import Attempt, AttemptEvent, Mode
from .mark_rows import write_moves

# Attempts of these modes live by the clock; paper sheets are keyed in when somebody finds the time.
TIMED_MODES = (Mode.ONLINE, Mode.ASSISTED)

_LOCKED = ReadyQuery(
    lambda: Attempt.objects.select_for_update(no_key=True).filter(pk=Given("pk", Attempt._meta.pk)).order_by()
)


def lock_attempt(attempt_id: UUID) -> Attempt:
    """The attempt, with its row locked until the end of the transaction: the one lock rule of the house.

    Its row alone: the model's own ordering would join the sitting and the exam and lock them, too.
    """
    attempt = _LOCKED.first(pk=attempt_id)
    if attempt is None:
        raise NotFound("not_found", "没有找到这次作答。")
    return attempt


def lock_attempts(attempt_ids: Iterable[UUID]) -> list[Attempt]:
    """Several attempts, locked in the order of their keys, so that no two callers wait for each other."""
    rows = Attempt.objects.select_for_update(no_key=True).filter(pk__in=list(attempt_ids))
    return list(rows.order_by("pk"))


def move_attempt(
    attempt: Attempt,
    *actions: Action,
    at: datetime,
    actor: User | None,
    reason: str = "",
    data: dict[str, Any] | None = None,
    **changes: Any,
) -> Attempt:
    """The one writer of `Attempt.state`: a conditional update, and its events in the same transaction.

    Several `actions` follow each other in one moment, an event each; reason and data are the first one's.
    `changes` are fields written by the same statement. Raises Conflict when the table does not allow an
    action in the state it meets, or when somebody else moved the attempt first.
    """
    states = [State(attempt.state)]
    for action in actions:
        after = next_state(states[-1], action)
        if after is None:
            raise Conflict("wrong_state", f"这次作答现在是“{attempt.get_state_display()}”，不能这样做。")
        states.append(after)
    changes["state"] = states[-1].value
    moved = Attempt.objects.filter(pk=attempt.pk, state=states[0].value).update(**changes)
    if moved != 1:
        raise Conflict("moved", "这次作答刚刚被别人改动，请刷新后再试。")
    for name, value in changes.items():
        setattr(attempt, name, value)
    values = pairwise(state.value for state in states)
    for action, (before, after) in zip(actions, values, strict=True):
        record_event(
            attempt, action.value, at=at, actor=actor, before=before, after=after, reason=reason, data=data
        )
        reason, data = "", None
    return attempt


def move_attempts(
    attempts: Sequence[Attempt],
    action: Action,
    *,
    at: datetime,
    actor: User | None,
    reason: str = "",
    totals: Sequence[Total] = (),
) -> None:
    """The same move for locked attempts that are all in one state: two statements, however many there are.

    `totals` in the order of the attempts, where the move is the one that gives them.
    """
    if not attempts:
        return
    before = State(attempts[0].state)
    after = next_state(before, action)
    if after is None:
        raise Conflict("wrong_state", f"作答现在是“{attempts[0].get_state_display()}”，不能这样做。")
    if totals:
        moved = write_moves(zip([one.pk for one in attempts], totals, strict=True), before, after)
    else:
        rows = Attempt.objects.filter(pk__in=[one.pk for one in attempts], state=before.value)
        moved = rows.update(state=after.value)
    if moved != len(attempts):
        raise Conflict("moved", "有作答刚刚被别人改动，请刷新后再试。")
    for one in attempts:
        one.state = after.value
    for one, total in zip(attempts, totals, strict=False):
        one.points, one.possible = total.points, total.possible
    AttemptEvent.objects.bulk_create(
        [
            AttemptEvent(
                attempt=one,
                action=action.value,
                before=before.value,
                after=after.value,
                actor=actor,
                at=at,
                reason=reason,
            )
            for one in attempts
        ]
    )


def record_event(
    attempt: Attempt,
    action: str,
    *,
    at: datetime,
    actor: User | None,
    before: str | None = None,
    after: str | None = None,
    reason: str = "",
    data: dict[str, Any] | None = None,
) -> AttemptEvent:
    """Append to the attempt's history, in the transaction of the change it tells of.

    `before` and `after` are the attempt's state where nothing is said.
    """
    event = AttemptEvent(
        exam_id=attempt.exam_id,
        attempt=attempt,
        action=action,
        before=before or attempt.state,
        after=after or attempt.state,
        actor=actor,
        at=at,
        reason=reason,
        data=data or {},
    )
    insert(event)
    return event


def is_open(attempt: Attempt, at: datetime) -> bool:
    """Whether answers still count: in progress, not void, within grace."""
    return (
        attempt.state == State.IN_PROGRESS.value
        and attempt.voided_at is None
        and timing.accepts_saves(at, attempt.due_at, attempt.grace_s)
    )


def is_overdue(attempt: Attempt, at: datetime) -> bool:
    """Whether the attempt must be settled: its time is over and nobody has closed it."""
    return (
        attempt.state == State.IN_PROGRESS.value
        and attempt.mode in TIMED_MODES
        and not timing.accepts_saves(at, attempt.due_at, attempt.grace_s)
    )


def facts_of(attempt: Attempt) -> AttemptFacts:
    """The attempt as the pure rules see it."""
    return AttemptFacts(
        number=attempt.number,
        state=State(attempt.state),
        due_at=attempt.due_at,
        grace_s=attempt.grace_s,
        voided=attempt.voided_at is not None,
    )


def blocked() -> Forbidden:
    """The refusal that a suspended candidate meets everywhere."""
    return Forbidden("blocked", "监考已暂停您的考试，请举手找监考人员。您的答案都还在。")


def shown_to_candidate(attempt: Attempt) -> str:
    """The state as the candidate's page knows it: in_progress, submitted, voided. How far marking is, is not
    his business before the release."""
    if attempt.voided_at is not None:
        return "voided"
    return "in_progress" if attempt.state == State.IN_PROGRESS.value else "submitted"
