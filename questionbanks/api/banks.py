"""Calls about banks, items, versions and exports."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from examsite.lib.errors import Conflict, NotFound
from examsite.people.models import Unit
from examsite.people.rules import require, units_under

from ..domain.banks import change_bank, close_practice, create_bank, open_practice
from ..domain.exports import export_items
from ..domain.items import change_item, create_items, whole_question
from ..domain.queries import ORDERS, Wanted, find_items, uses_of
from ..domain.reviewing import REVIEWER_ACTIONS, move_items
from ..kinds.codec import question_to_json
from ..kinds.registry import KINDS
from ..models import Bank, Item, ItemState
from ..rules import (
    EDITORS,
    banks_visible_to,
    items_visible_to,
    require_editor,
    require_mover,
    require_practice_officer,
)
from ..web.forms import wanted_from
from ..web.imports import attachment
from . import schema
from .view import BankView, bank_call, bank_list

FILTERS = [
    OpenApiParameter("words", OpenApiTypes.STR, description="words of stem or choices, or #number"),
    OpenApiParameter("kind", OpenApiTypes.STR, enum=list(KINDS)),
    OpenApiParameter("state", OpenApiTypes.STR, enum=ItemState.values),
    OpenApiParameter("topic", OpenApiTypes.STR, description='id of a topic, or "none"'),
    OpenApiParameter("law", OpenApiTypes.UUID),
    OpenApiParameter("difficulty", OpenApiTypes.STR, enum=["1", "2", "3"]),
    OpenApiParameter("audience", OpenApiTypes.STR),
    OpenApiParameter("tag", OpenApiTypes.STR),
    OpenApiParameter("stale", OpenApiTypes.STR, enum=["0", "1"]),
    OpenApiParameter("run", OpenApiTypes.UUID, description="an import"),
    OpenApiParameter("order", OpenApiTypes.STR, enum=sorted(ORDERS)),
]


class BankCall(BankView):
    """Calls below one bank."""

    def bank(self, key: UUID) -> Bank:
        return self.find(banks_visible_to(self.request.user).select_related("unit"), key)

    def own_bank(self, key: UUID) -> Bank:
        found = self.bank(key)
        require_editor(self.request.user, found)
        return found


class Banks(BankCall):
    @bank_list("banks_list", schema.BankRowOut)
    def get(self, request: Request) -> Response:
        """The banks I may see."""
        return self.paged(banks_visible_to(request.user).order_by("name", "pk"), schema.BankRowOut)

    @bank_call("banks_create", request=schema.BankIn, reply=schema.BankRowOut, status=201)
    def post(self, request: Request) -> Response:
        """A new, empty bank of a unit."""
        data = self.read(schema.BankIn)
        unit: Unit = self.find(units_under(request.user), data.pop("unit"))
        require(request.user, unit, *EDITORS)
        made = create_bank(unit=unit, at=self.at, actor=request.user, **data)
        return Response(schema.BankRowOut(made).data, status=201)


class OneBank(BankCall):
    @bank_call("banks_read", reply=schema.BankRowOut)
    def get(self, request: Request, bank: UUID) -> Response:
        return Response(schema.BankRowOut(self.bank(bank)).data)

    @bank_call("banks_change", request=schema.BankChangeIn, reply=schema.BankRowOut)
    def put(self, request: Request, bank: UUID) -> Response:
        """Another name or description."""
        found = self.own_bank(bank)
        changed = change_bank(bank=found, at=self.at, actor=request.user, **self.read(schema.BankChangeIn))
        return Response(schema.BankRowOut(changed).data)


class Practice(BankCall):
    @bank_call("banks_practice", request=schema.BankPracticeIn, reply=schema.BankRowOut)
    def put(self, request: Request, bank: UUID) -> Response:
        """Open the bank for voluntary practice by the people of its units, or close it."""
        found = self.bank(bank)
        require_practice_officer(request.user, found)
        switch = open_practice if self.read(schema.BankPracticeIn)["open"] else close_practice
        return Response(schema.BankRowOut(switch(bank=found, at=self.at, actor=request.user)).data)


class Items(BankCall):
    @bank_list("items_list", schema.BankItemOut, parameters=FILTERS)
    def get(self, request: Request, bank: UUID) -> Response:
        """Items that fit the conditions, without keys."""
        found = self.bank(bank)
        items = find_items(found, wanted_from(request.query_params)).select_related("current")
        return self.paged(items, schema.BankItemOut)

    @bank_call("items_create", request=schema.QuestionIn, reply=schema.BankItemDetailOut, status=201)
    def post(self, request: Request, bank: UUID) -> Response:
        """A new item, as a draft."""
        found = self.own_bank(bank)
        question = self.read_question(self.read(schema.QuestionIn))
        (made,) = create_items(bank=found, questions=[question], at=self.at, actor=request.user)
        return Response(item_out(made), status=201)


class MoveItems(BankCall):
    @bank_call("items_move", request=schema.MoveItemsIn, reply=schema.MovedOut)
    def post(self, request: Request, bank: UUID) -> Response:
        """Submit, approve, uphold, send back, retire or restore items: all or none."""
        found = self.bank(bank)
        data = self.read(schema.MoveItemsIn)
        require_mover(request.user, found, data["action"], REVIEWER_ACTIONS)
        if found.items.filter(pk__in=data["items"]).count() != len(set(data["items"])):
            raise NotFound("not_found", "有的试题没有找到，或不在这个题库。")
        moved = move_items(
            bank=found,
            item_ids=data["items"],
            action=data["action"],
            at=self.at,
            actor=request.user,
            reason=data["reason"],
        )
        return Response({"moved": moved})


class Export(BankCall):
    @bank_call("banks_export", request=schema.ExportIn, reply=OpenApiTypes.BINARY)
    def post(self, request: Request, bank: UUID) -> HttpResponse:
        """The file. What the format cannot carry is a 409 that lists it, unless `accept_losses`."""
        found = self.bank(bank)
        data = self.read(schema.ExportIn)
        format_, accepted = data.pop("format"), data.pop("accept_losses")
        wanted = Wanted(**{name: str(value) for name, value in data.items()})
        exported = export_items(
            bank=found, items=find_items(found, wanted), format=format_, at=self.at, actor=request.user
        )
        if exported.problems and not accepted:
            lost = [
                {"where": one.where, "code": one.code, "message": one.message} for one in exported.problems
            ]
            raise Conflict("losses", f"这种格式有{len(lost)}处带不走。", losses=lost[:500])
        return attachment(exported.data, exported.file_name, "application/octet-stream")


# --- One item --------------------------------------------------------------------------------------------


def item_out(item: Item) -> dict[str, Any]:
    uses = uses_of([item]).get(item.pk, [])
    return {
        **schema.BankItemOut(item).data,
        "question": question_to_json(whole_question(item)),
        "uses": schema.UseOut(uses, many=True).data,
    }


class ItemCall(BankView):
    """Calls below one item."""

    def item(self, key: UUID) -> Item:
        return self.find(items_visible_to(self.request.user).select_related("bank__unit", "current"), key)


class OneItem(ItemCall):
    @bank_call("items_read", reply=schema.BankItemDetailOut)
    def get(self, request: Request, item: UUID) -> Response:
        """One item with its key and where it is used."""
        return Response(item_out(self.item(item)))


class Versions(ItemCall):
    @bank_list("versions_list", schema.VersionOut)
    def get(self, request: Request, item: UUID) -> Response:
        """All versions, oldest first."""
        return self.paged(self.item(item).versions.order_by("number"), schema.VersionOut)

    @bank_call("versions_create", request=schema.QuestionIn, reply=schema.VersionOut, status=201)
    def post(self, request: Request, item: UUID) -> Response:
        """The next version; an unchanged question makes none and gives the present one."""
        found = self.item(item)
        require_editor(request.user, found.bank)
        question = self.read_question(self.read(schema.QuestionIn))
        version = change_item(item=found, question=question, at=self.at, actor=request.user)
        return Response(schema.VersionOut(version).data, status=201)


class OneVersion(ItemCall):
    @bank_call("versions_read", reply=schema.VersionOut)
    def get(self, request: Request, item: UUID, number: int) -> Response:
        version = self.item(item).versions.filter(number=number).first()
        if version is None:
            raise NotFound("not_found", "没有这个版本。")
        return Response(schema.VersionOut(version).data)
