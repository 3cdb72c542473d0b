"""Units as an API."""

from __future__ import annotations

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from examsite.api import Call, call, list_call

from ..domain.units import create_unit, end_unit, move_unit, rename_unit
from ..models import Category, Role, Unit
from ..rules import require, units_under, units_visible_to
from . import schema

TAG = "people"


class UnitCall(Call):
    """Look-ups that units share."""

    def visible(self, unit: UUID) -> Unit:
        return self.find(units_visible_to(self.request.user).select_related("parent"), unit)

    def managed(self, unit: UUID) -> Unit:
        found = self.visible(unit)
        require(self.request.user, found, Role.OFFICER)
        return found


class Units(UnitCall):
    @list_call("units_list", schema.UnitOut, tag=TAG)
    def get(self, request: Request) -> Response:
        """The units that the person may look at."""
        return self.paged(units_visible_to(request.user).order_by("path"), schema.UnitOut)

    @call("units_create", tag=TAG, request=schema.NewUnitIn, reply=schema.UnitOut, status=201)
    def post(self, request: Request) -> Response:
        """A new unit below one of the person's own."""
        data = self.read(schema.NewUnitIn)
        parent = self.find(units_under(request.user, Role.OFFICER), data.pop("parent"))
        unit = create_unit(parent=parent, at=self.at, actor=request.user, **data)
        return Response(schema.UnitOut(unit).data, status=201)


class UnitDetail(UnitCall):
    @call("units_get", tag=TAG, reply=schema.UnitOut)
    def get(self, request: Request, unit: UUID) -> Response:
        return Response(schema.UnitOut(self.visible(unit)).data)


class UnitRename(UnitCall):
    @call("units_rename", tag=TAG, request=schema.RenameUnitIn, reply=schema.UnitOut)
    def post(self, request: Request, unit: UUID) -> Response:
        found = self.managed(unit)
        rename_unit(unit=found, at=self.at, actor=request.user, **self.read(schema.RenameUnitIn))
        return Response(schema.UnitOut(found).data)


class UnitMove(UnitCall):
    @call("units_move", tag=TAG, request=schema.MoveUnitIn, reply=schema.UnitOut)
    def post(self, request: Request, unit: UUID) -> Response:
        """Under another unit of the person's own; frozen rosters keep the path of their day."""
        found, data = self.managed(unit), self.read(schema.MoveUnitIn)
        parent = self.find(units_under(request.user, Role.OFFICER), data["parent"])
        moved = move_unit(unit=found, parent=parent, reason=data["reason"], at=self.at, actor=request.user)
        return Response(schema.UnitOut(moved).data)


class UnitEnd(UnitCall):
    @call("units_end", tag=TAG, request=schema.PeopleEndIn, reply=schema.UnitOut)
    def post(self, request: Request, unit: UUID) -> Response:
        found, data = self.managed(unit), self.read(schema.PeopleEndIn)
        end_unit(unit=found, valid_to=data["on"], reason=data["reason"], at=self.at, actor=request.user)
        return Response(schema.UnitOut(found).data)


class Categories(Call):
    @call("categories_list", tag=TAG, reply=schema.CategoryOut(many=True))
    def get(self, request: Request) -> Response:
        """The groups of people that exams are held for."""
        return Response(schema.CategoryOut(Category.objects.all(), many=True).data)
