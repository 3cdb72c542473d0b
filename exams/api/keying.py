"""Paper sheets as an API: who is missing, two readings, their differences, scans."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from examsite.api import Call, call

from ..domain import keying as domain
from ..models import KeyedSheet, Seat, Sitting
from ..rules import seats_watched_by, sheets_keyed_by, sittings_watched_by
from . import keying_schema as schema
from .schema import KeptOut, ReasonIn


def sheet_out(sheet: KeyedSheet) -> dict[str, Any]:
    state = domain.state_of(sheet)
    return dict(
        schema.SheetOut(
            {
                "sheet": sheet.pk,
                "seat": sheet.seat_id,
                "state": state.value,
                "attempt": sheet.attempt_id,
                "differences": domain.differences_of(sheet) if state is domain.SheetState.DIFFERS else [],
            }
        ).data
    )


class KeyingView(Call):
    """Look-ups that the calls share."""

    def sitting(self, sitting: UUID) -> Sitting:
        return self.find(sittings_watched_by(self.request.user).distinct(), sitting)

    def seat(self, seat: UUID) -> Seat:
        rows = seats_watched_by(self.request.user).select_related("entry", "form", "sitting__exam__unit")
        return self.find(rows.distinct(), seat)

    def sheet(self, sheet: UUID) -> KeyedSheet:
        related = ("seat__entry", "seat__sitting__exam__unit", "attempt")
        return self.find(sheets_keyed_by(self.request.user).select_related(*related).distinct(), sheet)


class Sheets(KeyingView):
    @call("sheets_list", tag="keying", reply=schema.SheetRowOut(many=True))
    def get(self, request: Request, sitting: UUID) -> Response:
        """The seats that sit on paper, with how far their sheets are."""
        found = self.sitting(sitting)
        rows = domain.sheet_rows(sitting=found, seats=seats_watched_by(request.user).filter(sitting=found))
        data = [
            {
                "seat": row.seat.pk,
                "name": row.seat.entry.name,
                "unit": row.seat.entry.unit.name,
                "admission_number": row.seat.entry.admission_number,
                "sheet": row.sheet.pk if row.sheet else None,
                "state": row.state.value,
                "scans": row.scans,
                "doubled": row.doubled,
            }
            for row in rows
        ]
        return Response(schema.SheetRowOut(data, many=True).data)


class FindSeat(KeyingView):
    @call(
        "sheet_find",
        tag="keying",
        reply=schema.SeatFoundOut,
        parameters=[OpenApiParameter("number", OpenApiTypes.STR, required=True)],
    )
    def get(self, request: Request, sitting: UUID) -> Response:
        """The seat that a scanned code or typed digits name."""
        found = self.sitting(sitting)
        seats = seats_watched_by(request.user).filter(sitting=found).distinct()
        seat = domain.find_seat(seats=seats, text=request.query_params.get("number", "")[:80])
        return Response(schema.SeatFoundOut(seat).data)


class FirstReading(KeyingView):
    @call("sheet_first", tag="keying", request=schema.FirstReadingIn, reply=schema.SheetOut, status=201)
    def post(self, request: Request, seat: UUID) -> Response:
        """The first reading of a sheet."""
        found, data = self.seat(seat), self.read(schema.FirstReadingIn)
        sheet = domain.key_first(seat=found, **data, at=self.at, actor=request.user)
        return Response(sheet_out(sheet), status=201)


class Sheet(KeyingView):
    @call("sheet_read", tag="keying", reply=schema.SheetOut)
    def get(self, request: Request, sheet: UUID) -> Response:
        """How far a sheet is, and where its two readings differ."""
        return Response(sheet_out(self.sheet(sheet)))


class SecondReading(KeyingView):
    @call("sheet_second", tag="keying", request=schema.CellsIn, reply=schema.SheetOut)
    def post(self, request: Request, sheet: UUID) -> Response:
        """The second reading, by another person, blind; where both agree the sheet becomes an attempt."""
        found, data = self.sheet(sheet), self.read(schema.CellsIn)
        return Response(sheet_out(domain.key_second(sheet=found, **data, at=self.at, actor=request.user)))


class Settle(KeyingView):
    @call("sheet_settle", tag="keying", request=schema.CellsIn, reply=schema.SheetOut)
    def post(self, request: Request, sheet: UUID) -> Response:
        """Say what stands on the paper for every question that differs."""
        found, data = self.sheet(sheet), self.read(schema.CellsIn)
        done = domain.settle_differences(sheet=found, **data, at=self.at, actor=request.user)
        return Response(sheet_out(done))


class Drop(KeyingView):
    @call("sheet_drop", tag="keying", request=ReasonIn, reply=KeptOut)
    def post(self, request: Request, sheet: UUID) -> Response:
        """Put a reading for the wrong person aside."""
        found, data = self.sheet(sheet), self.read(ReasonIn)
        domain.drop_sheet(sheet=found, **data, at=self.at, actor=request.user)
        return Response({"done": True})


class Scans(KeyingView):
    parser_classes = [MultiPartParser]

    @call("sheet_scan", tag="keying", request=schema.ScanIn, reply=schema.ScanOut, status=201)
    def post(self, request: Request, seat: UUID) -> Response:
        """Attach a photo or scan (multipart): pictures are encoded anew."""
        found, data = self.seat(seat), self.read(schema.ScanIn)
        scan = domain.attach_scan(seat=found, data=data["file"].read(), at=self.at, actor=request.user)
        return Response(schema.ScanOut(scan).data, status=201)
