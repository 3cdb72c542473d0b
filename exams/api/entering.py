"""A candidate's own calls: his sittings, start, claim, result."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from examsite.lib.errors import NotFound
from examsite.people.models import User
from examsite.people.owners import belongs_to
from examsite.people.ready_queries import Given, ReadyQuery
from examsite.people.sessions import browser_mark

from ..domain.attempts import is_open, shown_to_candidate
from ..domain.candidacy import MySitting, my_sittings
from ..domain.closing import latest_receipt
from ..domain.papers import is_printed, paper_of
from ..domain.results import AttemptResult, SlotResult, attempt_result
from ..domain.sheets import load_sheet
from ..domain.starting import claim_attempt, start_attempt
from ..engine.access import SITTING_LABELS
from ..engine.wiretime import rfc3339, rfc3339_or_none
from ..models import Attempt, Exam, Seat, Sitting
from ..rules import attempts_of, seats_of_person
from . import schema, wire
from .bearer import token_for
from .exam_view import ExamView


def ticket_exam(request: Any) -> UUID | None:
    """The exam to which a sign-in by ticket is bound; None for other sign-ins."""
    exam = request.session.get("exam")
    return UUID(exam) if exam else None


# What a start and its page ask of the seat; the four rows whole are a hundred columns, dearer than the find.
SEAT_FIELDS = (
    "form",
    "blocked_at",
    "entry__user",
    "entry__mode",
    "entry__status",
    "entry__allowance",
    "sitting__kind",
    "sitting__opens_at",
    "sitting__closes_at",
    "sitting__duration_s",
    "sitting__late_entry_s",
    "sitting__grace_s",
    "sitting__exam__tries",
    "sitting__exam__published_at",
    "sitting__exam__title",
)


def _seats(**bounds: Given) -> QuerySet[Seat]:
    seats = seats_of_person(Given("person", User._meta.pk)).filter(
        sitting=Given("sitting", Sitting._meta.pk), **bounds
    )
    return seats.select_related("sitting__exam", "entry").only(*SEAT_FIELDS).order_by("pk")


_SEAT = ReadyQuery(_seats)
_SEAT_IN_EXAM = ReadyQuery(lambda: _seats(sitting__exam=Given("exam", Exam._meta.pk)))


def find_seat(request: Any, sitting: UUID) -> Seat:
    """The candidate's own seat in a sitting. Raises NotFound for every other."""
    person, bound_to = request.user.pk, ticket_exam(request)
    if bound_to:
        seat = _SEAT_IN_EXAM.first(person=person, sitting=sitting, exam=bound_to)
    else:
        seat = _SEAT.first(person=person, sitting=sitting)
    if seat is None:
        raise NotFound("not_found", "没有找到这场考试。")
    belongs_to(request, seat.entry.user_id)
    return seat


def find_own_attempt(request: Any, attempt: UUID) -> Attempt:
    """The candidate's own attempt. Raises NotFound for every other."""
    attempts = attempts_of(request.user).filter(pk=attempt).select_related("entry").order_by("pk")
    bound_to = ticket_exam(request)
    found = (attempts.filter(exam=bound_to) if bound_to else attempts).first()
    if found is None:
        raise NotFound("not_found", "没有找到这次作答。")
    belongs_to(request, found.entry.user_id)
    return found


def attempt_out(
    attempt: Attempt, device: str, held_elsewhere: bool, at: Any, *, created: bool = False
) -> dict[str, Any]:
    """An attempt for its page; nothing to answer with where another device holds it.

    `created`: made by this very call, so that there are no answers to look for.
    """
    out = {
        "attempt": str(attempt.pk),
        "state": shown_to_candidate(attempt),
        "held_elsewhere": held_elsewhere,
        "epoch": attempt.epoch,
        **wire.clock_out(attempt, at),
        "token": None,
        "paper": None,
        "answers": [],
        "receipt": wire.receipt_out(None if is_open(attempt, at) else latest_receipt(attempt.pk)),
    }
    if not held_elsewhere:
        out["token"] = token_for(attempt, device)
        out["paper"] = paper_of(attempt.form_id).for_attempt(
            attempt.pk, attempt.choice_orders, printed=is_printed(attempt)
        )
        out["answers"] = [] if created else wire.answers_out(load_sheet(attempt.pk))
    return out


class MySittings(ExamView):
    @extend_schema(operation_id="my_sittings", tags=["exam"], responses=schema.MySittingOut(many=True))
    def get(self, request: Request) -> Response:
        """The sittings the candidate has a seat in; a sign-in by ticket sees those of its exam."""
        mine = my_sittings(user=request.user, at=self.at, exam_id=ticket_exam(request))
        return Response([self._out(one) for one in mine])

    def _out(self, mine: MySitting) -> dict[str, Any]:
        sitting = mine.seat.sitting
        return {
            "id": str(sitting.pk),
            "exam": str(sitting.exam_id),
            "title": sitting.exam.title,
            "sitting_title": sitting.title,
            "kind": sitting.kind,
            "state": mine.state.value,
            "state_label": SITTING_LABELS[mine.state],
            "opens_at": rfc3339(sitting.opens_at),
            "closes_at": rfc3339(sitting.closes_at),
            "duration_s": sitting.duration_s,
            "allowance": str(mine.seat.entry.allowance),
            "due_at": rfc3339(mine.due_at),
            "attempts_allowed": mine.attempts_allowed,
            "attempts_used": mine.attempts_used,
            "number": mine.number,
            "attempt": str(mine.running.pk) if mine.running else None,
            "result": str(mine.released.pk) if mine.released else None,
            "server_time": rfc3339(self.at),
        }


class Start(ExamView):
    @extend_schema(
        operation_id="start",
        tags=["exam"],
        request=schema.StartIn,
        responses={201: schema.AttemptOut, **schema.replies(schema.AttemptOut, 409)},
    )
    def post(self, request: Request, sitting: UUID) -> Response:
        """Start, or find, the candidate's attempt with this number; its clock starts once."""
        seat = find_seat(request, sitting)
        data = self.read(schema.StartIn)
        device = data["device_id"]
        started = start_attempt(
            seat=seat,
            number=data["number"],
            device=device,
            browser=browser_mark(request),
            at=self.at,
        )
        out = attempt_out(started.attempt, device, started.held_elsewhere, self.at, created=started.created)
        return Response(out, status=201 if started.created else 200)


class Claim(ExamView):
    @extend_schema(
        operation_id="claim",
        tags=["exam"],
        request=schema.ClaimIn,
        responses=schema.replies(schema.AttemptOut, 409),
    )
    def post(self, request: Request, attempt: UUID) -> Response:
        """Make this device the holder and raise the epoch."""
        own = find_own_attempt(request, attempt)
        data = self.read(schema.ClaimIn)
        device = data["device_id"]
        claimed = claim_attempt(
            attempt_id=own.pk,
            device=device,
            epoch=data.get("epoch"),
            browser=browser_mark(request),
            at=self.at,
            actor=request.user,
        )
        return Response(attempt_out(claimed, device, False, self.at))


class Result(ExamView):
    @extend_schema(
        operation_id="result",
        tags=["exam"],
        responses=schema.replies(schema.ResultOut, 404),
    )
    def get(self, request: Request, attempt: UUID) -> Response:
        """The result once it is released; keys and rationales once those are."""
        own = find_own_attempt(request, attempt)
        result = attempt_result(attempt=own, at=self.at)
        if result is None:
            raise NotFound("not_found", "成绩还没有公布。")
        return Response(result_out(result))


def result_out(result: AttemptResult) -> dict[str, Any]:
    return {
        "points": str(result.points),
        "possible": str(result.possible),
        "percent": str(result.percent),
        "pass_line": str(result.pass_line),
        "passed": result.passed,
        "released_at": rfc3339(result.released_at),
        "keys_released": result.keys_released,
        "keys_from": rfc3339_or_none(result.keys_from),
        "duplicate": result.duplicate,
        "sections": [
            {
                "title": section.title,
                "points": str(section.points),
                "possible": str(section.possible),
                "slots": [_slot_out(slot) for slot in section.slots],
            }
            for section in result.sections
        ],
    }


def _slot_out(slot: SlotResult) -> dict[str, Any]:
    out = {
        "number": slot.number,
        "kind": slot.kind_label,
        "points": str(slot.points),
        "possible": str(slot.possible),
        "answer": slot.answer,
    }
    if slot.question is not None:
        out["key"] = " 或 ".join(slot.keys)
        out["rationale"] = slot.question.rationale
    return out
