"""Signs of life of a running exam page, and what the page is told in return. Their loss is harmless."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from examsite.lib.errors import NotFound

from ..engine import sheet as sheets
from ..engine.tokens import Claims
from ..engine.transitions import State
from ..models import Attempt, Notice, Presence
from .attempts import blocked
from .closing import settle_if_overdue
from .sheets import load_sheet

MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Message:
    """One line for the candidate: a notice of the invigilators, or time they gave."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Pulse:
    """The attempt at a heartbeat. `digest_ok` None: the page did not ask."""

    attempt: Attempt
    digest_ok: bool | None
    messages: list[Message]


def heartbeat(
    *,
    claims: Claims,
    sheet_digest: str | None,
    unsent: int,
    oldest_unsent_ms: int,
    visible: bool,
    at: datetime,
) -> Pulse:
    """Note that the page lives, and compare its answer sheet with the server's.

    Raises NotFound for an attempt that does not exist, Forbidden for a blocked one.
    """
    attempts = Attempt.objects.select_related("sitting").order_by("pk")
    found = attempts.filter(pk=claims.attempt_id).first()
    if found is None:
        raise NotFound("not_found", "没有找到这次作答。")
    attempt = settle_if_overdue(found, at)
    if attempt.state == State.IN_PROGRESS.value:
        if attempt.blocked:
            raise blocked()
        if claims.epoch == attempt.epoch:
            _note_presence(attempt, unsent, oldest_unsent_ms, visible, at)
    digest_ok = None if sheet_digest is None else sheet_digest == sheets.digest(load_sheet(attempt.pk))
    return Pulse(attempt, digest_ok, messages_for(attempt))


def _note_presence(attempt: Attempt, unsent: int, oldest_ms: int, visible: bool, at: datetime) -> None:
    presence, _ = Presence.objects.get_or_create(attempt=attempt, defaults={"seen_at": at})
    presence.seen_at, presence.unsent, presence.oldest_unsent_ms = at, unsent, oldest_ms
    if presence.visible and not visible:
        presence.hidden_since = at
        presence.hidden_count += 1
    elif visible and presence.hidden_since is not None:
        presence.hidden_ms += max(at - presence.hidden_since, timedelta(0)) // MILLISECOND
        presence.hidden_since = None
    presence.visible = visible
    presence.save()


def messages_for(attempt: Attempt) -> list[Message]:
    """What the invigilators said since the start, oldest first: notices to all or to the room, added time."""
    room = Q(room__isnull=True) | Q(room__seats__entry=attempt.entry_id)
    notices = Notice.objects.filter(room, sitting=attempt.sitting_id, at__gte=attempt.started_at)
    said = [Message(one.at, one.text) for one in notices]
    for event in attempt.events.filter(action="extend"):
        said.append(Message(event.at, f"监考给您加了{_length(event.data['seconds'])}。"))
    return sorted(said, key=lambda message: message.at)


def _length(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{minutes}分钟" if not rest else f"{minutes}分{rest}秒" if minutes else f"{rest}秒"
