"""法律明白人 as an API: coverage of the villages, who is at which stage, the next stage of one or of many."""

from __future__ import annotations

from uuid import UUID

from django.utils.timezone import localdate
from rest_framework.request import Request
from rest_framework.response import Response

from examsite.api import Call, call, list_call

from ..domain import stages as domain
from ..models import Role, Source, Stage, Unit
from ..rules import (
    people_managed_by,
    people_visible_to,
    require,
    units_visible_to,
    villages_managed_by,
)
from . import stages_schema as schema

TAG = "law-wise"


class StageCall(Call):
    """Look-ups that stages share."""

    def unit(self, key: UUID) -> Unit:
        return self.find(units_visible_to(self.request.user), key)


class Coverage(StageCall):
    @call("law_wise_coverage", tag=TAG, reply=schema.CoverageOut, parameters=[schema.CoverageQuery])
    def get(self, request: Request, unit: UUID) -> Response:
        """Which villages below a unit have enough in office, as of a day."""
        found = self.unit(unit)
        on = self.query(schema.CoverageQuery).get("on", localdate(self.at))
        coverage = domain.coverage_on(unit=found, on=on)
        data = {
            "on": coverage.on,
            "enough": domain.ENOUGH,
            "villages": coverage.villages,
            "covered": coverage.covered,
            "serving": coverage.serving,
            "rows": coverage.rows,
        }
        return Response(schema.CoverageOut(data).data)


class UnitStages(StageCall):
    @list_call("law_wise_people", schema.StageOut, tag=TAG, parameters=[schema.StagesQuery])
    def get(self, request: Request, unit: UUID) -> Response:
        """Who below a unit stands where today, village by village."""
        found = self.unit(unit)
        stage = self.query(schema.StagesQuery).get("stage")
        rows = domain.people_at(
            unit=found, on=localdate(self.at), stage=None if stage is None else Stage(stage)
        )
        return self.paged(rows, schema.StageOut)


class Unregistered(StageCall):
    """Of the units that the person runs as an officer; a leader looks on and registers nobody."""

    def managed(self, key: UUID) -> Unit:
        found = self.unit(key)
        require(self.request.user, found, Role.OFFICER)
        return found

    @list_call("law_wise_unregistered", schema.UnregisteredOut, tag=TAG)
    def get(self, request: Request, unit: UUID) -> Response:
        """Those of the category in the villages below a unit who never had a stage."""
        rows = domain.unregistered(unit=self.managed(unit), on=localdate(self.at))
        return self.paged(rows, schema.UnregisteredOut)

    @call(
        "law_wise_register",
        tag=TAG,
        request=schema.RegisterIn,
        reply=schema.StageOut(many=True),
        status=201,
    )
    def post(self, request: Request, unit: UUID) -> Response:
        """The first stage of many, each in the village of his membership; all or none."""
        found, data = self.managed(unit), self.read(schema.RegisterIn)
        rows = domain.unregistered(unit=found, on=localdate(self.at))
        made = domain.register_many(
            members=self.find_all(rows, data["memberships"]),
            stage=Stage(data["stage"]),
            since=data["since"],
            source=Source(data["selected_from"]),
            at=self.at,
            actor=request.user,
        )
        return Response(schema.StageOut(made, many=True).data, status=201)


class Steps(StageCall):
    @call("law_wise_step", tag=TAG, request=schema.StepsIn, reply=schema.StageOut(many=True), status=201)
    def post(self, request: Request) -> Response:
        """The same step for many, all or none: those who passed an exam become 合格."""
        data = self.read(schema.StepsIn)
        users = self.find_all(people_managed_by(request.user), data.pop("people"))
        made = domain.change_stages(
            users=users,
            stage=Stage(data.pop("stage")),
            since=data.pop("since"),
            at=self.at,
            actor=request.user,
            **data,
        )
        return Response(schema.StageOut(made, many=True).data, status=201)


class PersonStages(StageCall):
    @call("law_wise_person", tag=TAG, reply=schema.StageOut(many=True))
    def get(self, request: Request, person: UUID) -> Response:
        """One person's way, from the first stage on."""
        user = self.find(people_visible_to(request.user), person)
        rows = user.stages.select_related("user", "unit").order_by("valid_from", "pk")
        return Response(schema.StageOut(rows, many=True).data)

    @call("law_wise_change", tag=TAG, request=schema.StageIn, reply=schema.StageOut, status=201)
    def post(self, request: Request, person: UUID) -> Response:
        """One person's next stage; village, selection and certificate stay where they are not named."""
        user = self.find(people_managed_by(request.user), person)
        data = self.read(schema.StageIn)
        unit, source = data.pop("unit"), data.pop("selected_from")
        row = domain.change_stage(
            user=user,
            stage=Stage(data.pop("stage")),
            unit=None if unit is None else self.find(villages_managed_by(request.user), unit),
            source=None if source is None else Source(source),
            at=self.at,
            actor=request.user,
            **data,
        )
        return Response(schema.StageOut(row).data, status=201)
