"""Blueprints as an API: what the editor's page does."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from examsite.people.models import Role
from examsite.people.rules import units_under
from questionbanks.models import Bank, Law
from questionbanks.rules import banks_visible_to

from ..domain import blueprints as domain
from ..domain.pool import Exposure
from ..domain.supply import supply_of
from ..engine.headings import plain
from ..models import Blueprint
from ..rules import blueprints_manageable_by, blueprints_visible_to
from . import office_blueprints_schema as schema
from .office_view import OfficeView, office_call


def blueprint_out(blueprint: Blueprint) -> dict[str, Any]:
    """A blueprint as it is sent, and as it may be sent back."""
    return {
        "id": str(blueprint.pk),
        "unit": str(blueprint.unit_id),
        "name": blueprint.name,
        "total_points": plain(blueprint.total_points),
        "duration_s": blueprint.duration_s,
        "most_exams": blueprint.most_exams,
        "banks": [str(bank.pk) for bank in blueprint.banks.all()],
        "sections": [
            {
                "kind": section.kind,
                "points": plain(section.points),
                "credit_rule": section.credit_rule,
                "per_choice": plain(section.per_choice),
                "title": section.title,
                "rows": [
                    {
                        "count": row.count,
                        "law": str(row.law.pk) if row.law else None,
                        "topic": row.topic,
                        "difficulty": row.difficulty,
                        "audience": row.audience,
                    }
                    for row in section.rows
                ],
            }
            for section in domain.sections_of(blueprint)
        ],
    }


class BlueprintView(OfficeView):
    """Look-ups that blueprints share."""

    def banks(self, keys: list[UUID]) -> list[Bank]:
        return self.find_all(banks_visible_to(self.request.user), keys)

    def sections(self, data: list[dict[str, Any]]) -> list[domain.SectionSpec]:
        wanted = {row["law"] for section in data for row in section["rows"] if row["law"]}
        laws = {law.pk: law for law in self.find_all(Law.objects.all(), list(wanted))}
        return [
            domain.SectionSpec(
                **{name: value for name, value in section.items() if name != "rows"},
                rows=tuple(
                    domain.RowSpec(**(row | {"law": laws.get(row["law"])})) for row in section["rows"]
                ),
            )
            for section in data
        ]

    def values(self, data: dict[str, Any]) -> dict[str, Any]:
        """What was sent as the keywords of the domain."""
        return {
            "name": data["name"],
            "banks": self.banks(data["banks"]),
            "sections": self.sections(data["sections"]),
            "duration_s": data["duration_s"],
            "most_exams": data["most_exams"],
            "total_points": data["total_points"],
            "at": self.at,
            "actor": self.request.user,
        }


class Blueprints(BlueprintView):
    @office_call("blueprints_list", reply=schema.BlueprintOut(many=True))
    def get(self, request: Request) -> Response:
        """The blueprints that the person may use."""
        rows = blueprints_visible_to(request.user).order_by("name").prefetch_related("banks")
        return Response([blueprint_out(one) for one in rows])

    @office_call("blueprints_create", request=schema.NewBlueprintIn, reply=schema.BlueprintOut, status=201)
    def post(self, request: Request) -> Response:
        """A new blueprint."""
        data = self.read(schema.NewBlueprintIn)
        unit = self.find(units_under(request.user, Role.OFFICER), data["unit"])
        return Response(blueprint_out(domain.create_blueprint(unit=unit, **self.values(data))), status=201)


class BlueprintDetail(BlueprintView):
    @office_call("blueprints_read", reply=schema.BlueprintOut)
    def get(self, request: Request, blueprint: UUID) -> Response:
        """One blueprint."""
        return Response(blueprint_out(self.find(blueprints_visible_to(request.user), blueprint)))

    @office_call("blueprints_change", request=schema.BlueprintIn, reply=schema.BlueprintOut)
    def put(self, request: Request, blueprint: UUID) -> Response:
        """Replace what a blueprint says."""
        found = self.find(blueprints_manageable_by(request.user), blueprint)
        values = self.values(self.read(schema.BlueprintIn))
        return Response(blueprint_out(domain.change_blueprint(blueprint=found, **values)))

    @office_call("blueprints_delete", status=204)
    def delete(self, request: Request, blueprint: UUID) -> Response:
        """Remove a blueprint that no exam uses."""
        found = self.find(blueprints_manageable_by(request.user), blueprint)
        domain.delete_blueprint(blueprint=found, at=self.at, actor=request.user)
        return Response(status=204)


class BlueprintCopy(BlueprintView):
    @office_call("blueprints_copy", request=schema.NameIn, reply=schema.BlueprintOut, status=201)
    def post(self, request: Request, blueprint: UUID) -> Response:
        """A copy in the same unit under another name; the unit must be one's own."""
        found = self.find(blueprints_manageable_by(request.user).select_related("unit"), blueprint)
        name = self.read(schema.NameIn)["name"]
        copy = domain.clone_blueprint(blueprint=found, name=name, at=self.at, actor=request.user)
        return Response(blueprint_out(copy), status=201)


class Supply(BlueprintView):
    @office_call("blueprints_supply", request=schema.SupplyIn, reply=schema.SupplyOut)
    def post(self, request: Request) -> Response:
        """How many items the banks have for every row, and what clashes; nothing is stored."""
        data = self.read(schema.SupplyIn)
        most = data["most_exams"]
        supply = supply_of(
            sections=self.sections(data["sections"]),
            banks=self.banks(data["banks"]),
            at=self.at,
            forms=data["forms"],
            exposure=None if most is None else Exposure(most, self.at),
        )
        return Response(
            {
                "rows": [
                    [{"needed": row.needed, "available": row.available, "reason": row.reason} for row in rows]
                    for rows in supply.rows
                ],
                "clashes": [
                    {
                        "text": clash.text,
                        "needed": clash.needed,
                        "available": clash.available,
                        "ways": [one.text for one in clash.relaxations],
                    }
                    for clash in supply.clashes
                ],
            }
        )
