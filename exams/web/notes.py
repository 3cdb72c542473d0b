"""What stands out beside results, for the office: where to look, never what to think."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from examsite.lib import clock
from examsite.web import page

from ..analytics.credibility import Note
from ..analytics.facts.credibility import MOST_SHEETS, notes_in, too_many_sheets
from ..api.notes import limits
from ..models import Attempt, Presence
from .exams import managed_exam


@dataclass(frozen=True, slots=True)
class ShownNote:
    """A note with the other people it is about; `people` is empty where they are not to be named."""

    text: str
    people: tuple[Attempt, ...] = ()


def shown_notes(notes: Mapping[UUID, Sequence[Note]]) -> dict[UUID, list[ShownNote]]:
    """Attempt → its notes with the people they are about, one attempt each."""
    ids = {UUID(one) for some in notes.values() for note in some for one in note.others}
    others = Attempt.objects.select_related("entry__unit").in_bulk(ids)
    return {
        attempt: [
            ShownNote(note.text, tuple(_people(others[UUID(one)] for one in note.others))) for note in some
        ]
        for attempt, some in notes.items()
    }


def _people(attempts: Iterable[Attempt]) -> list[Attempt]:
    found: dict[UUID, Attempt] = {}
    for one in attempts:
        found.setdefault(one.entry_id, one)
    return sorted(found.values(), key=lambda one: one.entry.admission_number)


def away(presence: Presence | None) -> str:
    """How often and how long the page was left, in words; "" where it never was."""
    if presence is None or not presence.hidden_count:
        return ""
    minutes, rest = divmod(presence.hidden_ms // 1000, 60)
    length = f"{minutes}分{rest}秒" if minutes else f"{rest}秒"
    return f"离开页面{presence.hidden_count}次，共{length}"


@page
@require_safe
def notes(request: HttpRequest, exam: UUID) -> HttpResponse:
    """Everybody in an exam with whose attempt something stands out."""
    found, at = managed_exam(request, exam), clock.now()
    by_attempt = shown_notes(notes_in(found, at=at, limits=limits()))
    attempts = Attempt.objects.filter(pk__in=by_attempt).select_related("entry__unit", "sitting")
    rows: list[dict[str, Any]] = [
        {"attempt": one, "notes": by_attempt[one.pk]}
        for one in attempts.order_by("entry__unit_path", "entry__admission_number", "number")
    ]
    context = {
        "exam": found,
        "tab": "results",
        "rows": rows,
        "limits": limits(),
        "most": MOST_SHEETS,
        "too_many": too_many_sheets(found, at=at),
        "open": found.sittings.filter(closes_at__gt=at).exists(),
    }
    return render(request, "exams/results/notes.html", context)
