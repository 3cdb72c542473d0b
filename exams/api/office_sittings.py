"""Sittings as an API: windows, rooms, seats, forms to seats, tickets, makeups."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from examsite.api import list_call
from examsite.people.models import Role, User

from ..domain import seats as seating
from ..domain import sittings as domain
from ..domain.tickets import issue_tickets
from ..models import Exam, Room, Sitting, SittingKind
from ..rules import exams_manageable_by, sittings_run_by
from . import office_sittings_schema as schema
from .office_schema import AffectedOut
from .office_view import OfficeView, office_call


class SittingView(OfficeView):
    """Look-ups that sittings share."""

    def exam(self, key: UUID) -> Exam:
        return self.find(exams_manageable_by(self.request.user).select_related("unit"), key)

    def sitting(self, key: UUID) -> Sitting:
        return self.find(sittings_run_by(self.request.user).select_related("exam__unit"), key)

    def room(self, key: UUID) -> Room:
        rows = Room.objects.filter(sitting__in=sittings_run_by(self.request.user))
        return self.find(rows.select_related("sitting__exam__unit"), key)

    @staticmethod
    def spec(data: dict[str, Any]) -> domain.SittingSpec:
        return domain.SittingSpec(**{name: data[name] for name in domain.SittingSpec.__dataclass_fields__})

    def invigilators(self, keys: list[UUID]) -> list[User]:
        rows = User.objects.filter(
            is_active=True, grants__role=Role.INVIGILATOR, grants__ended_at__isnull=True
        )
        return self.find_all(rows.distinct(), keys)


class Sittings(SittingView):
    @office_call("sittings_list", reply=schema.SittingOut(many=True))
    def get(self, request: Request, exam: UUID) -> Response:
        """The sittings of an exam in the order of their opening."""
        rows = self.exam(exam).sittings.order_by("opens_at")
        return Response(schema.SittingOut(rows, many=True).data)

    @office_call("sittings_create", request=schema.SittingIn, reply=schema.SittingOut, status=201)
    def post(self, request: Request, exam: UUID) -> Response:
        """A new main sitting."""
        found = self.exam(exam)
        spec = self.spec(self.read(schema.SittingIn))
        made = domain.create_sitting(
            exam=found, kind=SittingKind.MAIN, spec=spec, at=self.at, actor=request.user
        )
        return Response(schema.SittingOut(made).data, status=201)


class Makeups(SittingView):
    @office_call("sittings_makeup", request=schema.MakeupIn, reply=schema.SittingOut, status=201)
    def post(self, request: Request, exam: UUID) -> Response:
        """A makeup in one step: the window, the seats, and forms with new questions where there are some."""
        found = self.exam(exam)
        data = self.read(schema.MakeupIn)
        entries = self.find_all(found.entries.select_related("unit"), data["entries"])
        made = domain.create_makeup(
            exam=found, spec=self.spec(data), entries=entries, at=self.at, actor=request.user
        )
        return Response(schema.SittingOut(made).data, status=201)


class SittingDetail(SittingView):
    @office_call("sittings_read", reply=schema.SittingOut)
    def get(self, request: Request, sitting: UUID) -> Response:
        """One sitting."""
        return Response(schema.SittingOut(self.sitting(sitting)).data)

    @office_call("sittings_change", request=schema.SittingIn, reply=schema.SittingOut)
    def put(self, request: Request, sitting: UUID) -> Response:
        """Change a sitting that nobody has begun."""
        found = self.sitting(sitting)
        spec = self.spec(self.read(schema.SittingIn))
        changed = domain.change_sitting(sitting=found, spec=spec, at=self.at, actor=request.user)
        return Response(schema.SittingOut(changed).data)

    @office_call("sittings_delete", status=204)
    def delete(self, request: Request, sitting: UUID) -> Response:
        """Remove a sitting that nobody has begun."""
        domain.delete_sitting(sitting=self.sitting(sitting), at=self.at, actor=request.user)
        return Response(status=204)


class Seats(SittingView):
    @list_call("seats_list", schema.SeatOut, tag="office")
    def get(self, request: Request, sitting: UUID) -> Response:
        """Who sits where with which form."""
        rows = (
            self.sitting(sitting).seats.select_related("entry", "form").order_by("room__name", "number", "pk")
        )
        return self.paged(rows, schema.SeatOut)

    @office_call("seats_add", request=schema.SeatIn, reply=AffectedOut)
    def post(self, request: Request, sitting: UUID) -> Response:
        """Seat the named people, or everybody without a seat."""
        found = self.sitting(sitting)
        data = self.read(schema.SeatIn)
        named = self.find_all(found.exam.entries.select_related("unit"), data["entries"])
        seats = seating.seat_entries(
            sitting=found,
            entries=named or seating.entries_without_seat(found),
            room=self.room(data["room"]) if data["room"] else None,
            at=self.at,
            actor=request.user,
        )
        return Response({"count": len(seats)})


class Deal(SittingView):
    @office_call("sittings_deal", reply=schema.DealtOut)
    def post(self, request: Request, sitting: UUID) -> Response:
        """Give every seat a form, evenly, neighbours apart."""
        counts = seating.deal_forms(sitting=self.sitting(sitting), at=self.at, actor=request.user)
        return Response({"counts": counts})


class Swap(SittingView):
    @office_call("sittings_swap", request=schema.SwapIn, reply=AffectedOut)
    def post(self, request: Request, sitting: UUID) -> Response:
        """Another form for all who have the old one and have not begun."""
        found = self.sitting(sitting)
        data = self.read(schema.SwapIn)
        forms = found.exam.forms.all()
        count = seating.swap_form(
            sitting=found,
            old=self.find(forms, data["old"]),
            new=self.find(forms, data["new"]),
            reason=data["reason"],
            at=self.at,
            actor=request.user,
        )
        return Response({"count": count})


class Tickets(SittingView):
    @office_call("sittings_tickets", reply=schema.TicketOut(many=True))
    def post(self, request: Request, sitting: UUID) -> Response:
        """New tickets for everybody in the sitting, shown this once; earlier ones stop working."""
        found = self.sitting(sitting)
        entries = [seat.entry for seat in found.seats.select_related("entry").order_by("number", "pk")]
        return Response(schema.TicketOut(issue_tickets(entries=entries, at=self.at), many=True).data)


class Rooms(SittingView):
    @office_call("rooms_list", reply=schema.RoomOut(many=True))
    def get(self, request: Request, sitting: UUID) -> Response:
        """The rooms of a sitting."""
        return Response(schema.RoomOut(self.sitting(sitting).rooms.order_by("name"), many=True).data)

    @office_call("rooms_add", request=schema.RoomIn, reply=schema.RoomOut, status=201)
    def post(self, request: Request, sitting: UUID) -> Response:
        """A new room."""
        found = self.sitting(sitting)
        data = self.read(schema.RoomIn)
        data["invigilators"] = self.invigilators(data["invigilators"])
        made = domain.add_room(sitting=found, at=self.at, actor=request.user, **data)
        return Response(schema.RoomOut(made).data, status=201)


class RoomDetail(SittingView):
    @office_call("rooms_change", request=schema.RoomIn, reply=schema.RoomOut)
    def put(self, request: Request, room: UUID) -> Response:
        """Another name, place or other invigilators."""
        found = self.room(room)
        data = self.read(schema.RoomIn)
        data["invigilators"] = self.invigilators(data["invigilators"])
        changed = domain.change_room(room=found, at=self.at, actor=request.user, **data)
        return Response(schema.RoomOut(changed).data)

    @office_call("rooms_remove", status=204)
    def delete(self, request: Request, room: UUID) -> Response:
        """Remove a room; its people keep their seats."""
        domain.remove_room(room=self.room(room), at=self.at, actor=request.user)
        return Response(status=204)
