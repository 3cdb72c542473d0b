"""Calls of those who run a sitting: scoped to what they watch, each deed with a reason, all audited."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from examsite.lib.errors import Invalid

from ..domain import invigilation
from ..domain.admitting import replace_ticket
from ..domain.attempts import shown_to_candidate
from ..domain.board import Board, BoardRow, Show, sitting_board
from ..domain.late_answers import LateAnswer, late_answers
from ..domain.quarantine import decide_quarantine
from ..domain.releases import release_sitting
from ..engine.wiretime import rfc3339, rfc3339_or_none
from ..models import Attempt, Quarantine, Room, Seat, Sitting
from ..rules import attempts_watched_by, seats_watched_by, sittings_run_by, sittings_watched_by
from . import schema
from .exam_view import ExamView


def staff_call(operation_id: str, request: Any, reply: Any) -> Any:
    """The document's entry of a staff call."""
    replies = schema.replies(reply, 403, 404, 409)
    return extend_schema(operation_id=operation_id, tags=["staff"], request=request, responses=replies)


class StaffView(ExamView):
    """Looks objects up in what the asker watches: not in it is 404."""

    def sitting(self, sitting: UUID) -> Sitting:
        return self.find(sittings_watched_by(self.request.user).select_related("exam__unit"), sitting)

    def attempt(self, attempt: UUID) -> Attempt:
        related = ("entry", "sitting", "exam__unit")
        return self.find(attempts_watched_by(self.request.user).select_related(*related), attempt)

    def seat(self, seat: UUID) -> Seat:
        related = ("entry", "sitting__exam__unit")
        return self.find(seats_watched_by(self.request.user).select_related(*related), seat)

    def room(self, sitting: Sitting, room: UUID | None) -> Room | None:
        return self.find(sitting.rooms.all(), room) if room else None


def attempt_out(attempt: Attempt) -> dict[str, Any]:
    return {
        "attempt": str(attempt.pk),
        "state": shown_to_candidate(attempt),
        "epoch": attempt.epoch,
        "due_at": rfc3339(attempt.due_at),
        "voided_at": rfc3339_or_none(attempt.voided_at),
        "blocked": attempt.blocked,
    }


class Monitor(StaffView):
    @extend_schema(
        operation_id="monitor",
        tags=["staff"],
        parameters=[
            OpenApiParameter("show", OpenApiTypes.STR, enum=[one.value for one in Show]),
            OpenApiParameter("page", OpenApiTypes.INT),
            OpenApiParameter("search", OpenApiTypes.STR),
        ],
        responses=schema.replies(schema.BoardOut, 404),
    )
    def get(self, request: Request, sitting: UUID) -> Response:
        """Who is in, silent, unsent, done; neither answers nor scores."""
        found = self.sitting(sitting)
        return Response(board_out(read_board(request.user, found, self.at, request.GET)))


def read_board(watcher: Any, sitting: Sitting, at: Any, asked: Mapping[str, Any]) -> Board:
    """The board for who watches, as `asked` for by `show`, `page` and `search`."""
    try:
        show = Show(asked.get("show", Show.NEEDS_HELP.value))
        page = int(asked.get("page", 1))
    except ValueError as error:
        raise Invalid("parameter", "没有这种列表或页码。") from error
    return sitting_board(
        sitting=sitting,
        seats=seats_watched_by(watcher),
        attempts=attempts_watched_by(watcher),
        at=at,
        show=show,
        page=page,
        search=asked.get("search", "")[:32],
    )


def board_out(board: Board) -> dict[str, Any]:
    counts = board.counts
    return {
        "sitting": str(board.sitting.pk),
        "counts": {name: getattr(counts, name) for name in counts.__slots__},
        "page": board.page,
        "pages": board.pages,
        "rows": [_row_out(row) for row in board.rows],
    }


def _row_out(row: BoardRow) -> dict[str, Any]:
    seat, attempt = row.seat, row.attempt
    return {
        "seat": str(seat.pk),
        "candidate": seat.entry.name,
        "unit": seat.entry.unit.name,
        "room": seat.room.name if seat.room else "",
        "number": seat.number,
        "attempt": str(attempt.pk) if attempt else None,
        "state": shown_to_candidate(attempt) if attempt else "absent",
        "answered": row.answered,
        "of": row.of,
        "remaining_ms": row.remaining_ms,
        "silent_s": row.silent_s,
        "unsent": row.unsent,
        "blocked": seat.blocked_at is not None,
        "waiting_device": bool(attempt and attempt.waiting_device),
        "left_page": row.left_page,
    }


class ExtendAttempt(StaffView):
    @staff_call("attempt_extend", schema.ExtendIn, schema.StaffAttemptOut)
    def post(self, request: Request, attempt: UUID) -> Response:
        """Give one candidate more time. Over half an hour in all needs two people, as voiding does."""
        found, data = self.attempt(attempt), self.read(schema.ExtendIn)
        extended = invigilation.extend_attempt(attempt=found, **data, at=self.at, actor=request.user)
        return Response(attempt_out(extended))


class ExtendSitting(StaffView):
    @staff_call("sitting_extend", schema.ExtendSittingIn, schema.CountOut)
    def post(self, request: Request, sitting: UUID) -> Response:
        """Give everybody who is answering, or one room, more time."""
        found, data = self.sitting(sitting), self.read(schema.ExtendSittingIn)
        room = self.room(found, data.pop("room", None))
        count = invigilation.extend_sitting(sitting=found, room=room, **data, at=self.at, actor=request.user)
        return Response({"count": count})


class VoidAttempt(StaffView):
    @staff_call("attempt_void", schema.ReasonIn, schema.StaffAttemptOut)
    def post(self, request: Request, attempt: UUID) -> Response:
        """Void an attempt; two people: the first call is 403 needs_second, another person's call does it."""
        found, data = self.attempt(attempt), self.read(schema.ReasonIn)
        voided = invigilation.void_attempt(attempt=found, **data, at=self.at, actor=request.user)
        return Response(attempt_out(voided))


class ReopenAttempt(StaffView):
    @staff_call("attempt_reopen", schema.ReopenIn, schema.StaffAttemptOut)
    def post(self, request: Request, attempt: UUID) -> Response:
        """Let a closed attempt go on with the time it had left and `extra_s` more."""
        found, data = self.attempt(attempt), self.read(schema.ReopenIn)
        reopened = invigilation.reopen_attempt(attempt=found, **data, at=self.at, actor=request.user)
        return Response(attempt_out(reopened))


class DecideDevice(StaffView):
    @staff_call("attempt_device", schema.DeviceDecisionIn, schema.StaffAttemptOut)
    def post(self, request: Request, attempt: UUID) -> Response:
        """Say whether the waiting device is the candidate's."""
        found, data = self.attempt(attempt), self.read(schema.DeviceDecisionIn)
        decided = invigilation.decide_device(attempt=found, **data, at=self.at, actor=request.user)
        return Response(attempt_out(decided))


class BlockSeat(StaffView):
    @staff_call("seat_block", schema.ReasonIn, schema.DoneOut)
    def post(self, request: Request, seat: UUID) -> Response:
        """Suspend a candidate: no start, no save; his phone keeps its answers."""
        found, data = self.seat(seat), self.read(schema.ReasonIn)
        invigilation.block_seat(seat=found, **data, at=self.at, actor=request.user)
        return Response({"done": True})


class UnblockSeat(StaffView):
    @staff_call("seat_unblock", schema.ReasonIn, schema.DoneOut)
    def post(self, request: Request, seat: UUID) -> Response:
        """Let a suspended candidate go on."""
        found, data = self.seat(seat), self.read(schema.ReasonIn)
        invigilation.unblock_seat(seat=found, **data, at=self.at, actor=request.user)
        return Response({"done": True})


class ReplaceTicket(StaffView):
    @staff_call("seat_ticket", None, schema.SeatTicketOut)
    def post(self, request: Request, seat: UUID) -> Response:
        """A new ticket for one person, shown this once; his earlier one stops working."""
        issued = replace_ticket(seat=self.seat(seat), at=self.at, actor=request.user)
        return Response({"token": issued.token, "code": issued.code})


class SendNotice(StaffView):
    @staff_call("sitting_notice", schema.NoticeIn, schema.DoneOut)
    def post(self, request: Request, sitting: UUID) -> Response:
        """A word to all running pages, or to one room's."""
        found, data = self.sitting(sitting), self.read(schema.NoticeIn)
        room = self.room(found, data.pop("room", None))
        invigilation.send_notice(sitting=found, room=room, **data, at=self.at, actor=request.user)
        return Response({"done": True})


class LateAnswers(StaffView):
    @extend_schema(
        operation_id="sitting_late_answers",
        tags=["staff"],
        responses=schema.replies(schema.LateAnswersOut, 404),
    )
    def get(self, request: Request, sitting: UUID) -> Response:
        """Answers that came too late, without their values; at most 500, the undecided first."""
        found = self.sitting(sitting)
        rows = late_answers(attempts=attempts_watched_by(request.user), sitting=found)
        return Response({"answers": [late_out(one) for one in rows]})


def late_out(late: LateAnswer) -> dict[str, Any]:
    row = late.row
    return {
        "id": row.pk,
        "attempt": str(row.attempt_id),
        "candidate": row.attempt.entry.name,
        "question": late.number,
        "received_at": rfc3339(row.received_at),
        "late_by_s": late.late_by_s,
        "reason": row.reason,
        "accepted": row.accepted,
    }


class DecideLate(StaffView):
    @staff_call("late_answer_decide", schema.QuarantineDecisionIn, schema.DoneOut)
    def post(self, request: Request, late: int) -> Response:
        """Accept a late answer into the sheet, or refuse it; once, with a reason."""
        rows = Quarantine.objects.filter(attempt__in=attempts_watched_by(request.user))
        found, data = self.find(rows, late), self.read(schema.QuarantineDecisionIn)
        decide_quarantine(quarantine=found, **data, at=self.at, actor=request.user)
        return Response({"done": True})


class Release(StaffView):
    @staff_call("sitting_release", schema.ReleaseIn, schema.ReleasedOut)
    def post(self, request: Request, sitting: UUID) -> Response:
        """Release the results of a sitting; with `with_keys` its keys and rationales, too."""
        found = self.find(sittings_run_by(request.user), sitting)
        data = self.read(schema.ReleaseIn)
        released = release_sitting(sitting=found, **data, at=self.at, actor=request.user)
        return Response(
            {
                "released_at": rfc3339_or_none(released.released_at),
                "keys_released_at": rfc3339_or_none(released.keys_released_at),
            }
        )
