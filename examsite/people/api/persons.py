"""People, their memberships and accounts as an API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.timezone import localdate
from rest_framework.request import Request
from rest_framework.response import Response

from examsite.api import Call, call, list_call
from examsite.lib.errors import Forbidden
from examsite.lib.phones import masked_phone

from ..domain import accounts, memberships, second_factor, tries
from ..domain.listing import home_unit, search_people
from ..domain.personal import propose_forgetting
from ..models import Category, Membership, Role, Unit, User
from ..rules import people_managed_by, people_visible_to, units_under
from ..sealed import read_phone
from ..sessions import is_sure
from . import schema

TAG = "people"


class PersonCall(Call):
    """Look-ups that people share. `grave`: the person must have proven himself lately (POST /confirm)."""

    grave = False

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.grave and not is_sure(request, self.at):
            raise Forbidden("confirm", "这一步影响较大，请先确认是您本人（POST /api/v1/confirm）。")

    def managed(self, person: UUID) -> User:
        return self.find(people_managed_by(self.request.user), person)

    def unit(self, key: UUID) -> Unit:
        return self.find(units_under(self.request.user, Role.OFFICER), key)

    def category(self, code: str) -> Category:
        return self.find(Category.objects.all(), code)

    @staticmethod
    def detail(user: User) -> dict[str, Any]:
        user.refresh_from_db()
        user.roles = user.grants.select_related("unit").order_by("granted_at")
        user.phone = masked_phone(read_phone(user))
        return schema.PersonDetailOut(user).data


class People(PersonCall):
    @list_call("people_list", schema.PersonOut, tag=TAG, parameters=[schema.PeopleQuery])
    def get(self, request: Request) -> Response:
        """People of the units that the person may look at, by name."""
        data = self.query(schema.PeopleQuery)
        if "unit" in data:
            data["unit"] = self.find(Unit.objects.all(), data["unit"])
        if "category" in data:
            data["category"] = self.category(data["category"])
        rows = search_people(people_visible_to(request.user), today=localdate(self.at), **data)
        return self.paged(rows, schema.PersonOut)

    @call("people_create", tag=TAG, request=schema.NewPersonIn, reply=schema.PersonDetailOut, status=201)
    def post(self, request: Request) -> Response:
        """A new person with his first membership."""
        data = self.read(schema.NewPersonIn)
        data["unit"], data["category"] = self.unit(data["unit"]), self.category(data["category"])
        user = memberships.enter_person(at=self.at, actor=request.user, **data)
        return Response(self.detail(user), status=201)


class PersonDetail(PersonCall):
    @call("people_get", tag=TAG, reply=schema.PersonDetailOut)
    def get(self, request: Request, person: UUID) -> Response:
        return Response(self.detail(self.find(people_visible_to(request.user), person)))

    @call("people_change", tag=TAG, request=schema.ChangePersonIn, reply=schema.PersonDetailOut)
    def put(self, request: Request, person: UUID) -> Response:
        """Correct what is known of a person."""
        user = self.managed(person)
        data = self.read(schema.ChangePersonIn)
        accounts.change_person(user=user, unit=home_unit(user), at=self.at, actor=request.user, **data)
        return Response(self.detail(user))


class PersonMemberships(PersonCall):
    @call("memberships_open", tag=TAG, request=schema.MembershipIn, reply=schema.MembershipOut, status=201)
    def post(self, request: Request, person: UUID) -> Response:
        """Another membership beside those he has."""
        user, data = self.managed(person), self.read(schema.MembershipIn)
        data["unit"], data["category"] = self.unit(data["unit"]), self.category(data["category"])
        row = memberships.open_membership(user=user, at=self.at, actor=request.user, **data)
        return Response(schema.MembershipOut(row).data, status=201)


class MembershipCall(PersonCall):
    def row(self, membership: UUID) -> Membership:
        rows = Membership.objects.filter(unit__in=units_under(self.request.user, Role.OFFICER))
        return self.find(rows.select_related("user", "unit", "category"), membership)


class MembershipMove(MembershipCall):
    @call("memberships_move", tag=TAG, request=schema.MemberMoveIn, reply=schema.MembershipOut)
    def post(self, request: Request, membership: UUID) -> Response:
        """Close it on a day and open its successor on the same day; the new one is returned."""
        row, data = self.row(membership), self.read(schema.MemberMoveIn)
        if "unit" in data:
            data["unit"] = self.unit(data["unit"])
        if "category" in data:
            data["category"] = self.category(data["category"])
        new = memberships.move_member(membership=row, at=self.at, actor=request.user, **data)
        return Response(schema.MembershipOut(new).data)


class MembershipClose(MembershipCall):
    @call("memberships_close", tag=TAG, request=schema.PeopleEndIn, reply=schema.MembershipOut)
    def post(self, request: Request, membership: UUID) -> Response:
        row = self.row(membership)
        closed = memberships.close_membership(
            membership=row, at=self.at, actor=request.user, **self.read(schema.PeopleEndIn)
        )
        return Response(schema.MembershipOut(closed).data)


# --- The account -------------------------------------------------------------------------------------------


class PersonBlock(PersonCall):
    @call("people_block", tag=TAG, request=schema.PeopleReasonIn, reply=schema.PersonDetailOut)
    def post(self, request: Request, person: UUID) -> Response:
        """Nobody signs in with this account any more; present sign-ins end at once."""
        user, data = self.managed(person), self.read(schema.PeopleReasonIn)
        accounts.block_person(
            user=user, reason=data["reason"], unit=home_unit(user), at=self.at, actor=request.user
        )
        return Response(self.detail(user))


class PersonUnblock(PersonCall):
    @call("people_unblock", tag=TAG, reply=schema.PersonDetailOut)
    def post(self, request: Request, person: UUID) -> Response:
        user = self.managed(person)
        accounts.unblock_person(user=user, unit=home_unit(user), at=self.at, actor=request.user)
        return Response(self.detail(user))


class PersonLink(PersonCall):
    grave = True

    @call("people_link", tag=TAG, reply=schema.LinkOut, status=201)
    def post(self, request: Request, person: UUID) -> Response:
        """A one-time link for the first sign-in or a forgotten password."""
        user = self.managed(person)
        token = accounts.issue_link(user=user, unit=home_unit(user), at=self.at, actor=request.user)
        address = request.build_absolute_uri(reverse(f"{settings.LOGIN_URL}_link"))
        return Response({"link": f"{address}#{token}"}, status=201)


class PersonUnlock(PersonCall):
    @call("people_unlock", tag=TAG, status=204)
    def post(self, request: Request, person: UUID) -> Response:
        """After too many wrong passwords: he may try again at once."""
        tries.unlock_person(user=self.managed(person), at=self.at, actor=request.user)
        return Response(status=204)


class PersonSignOut(PersonCall):
    @call("people_sign_out", tag=TAG, request=schema.PeopleReasonIn, status=204)
    def post(self, request: Request, person: UUID) -> Response:
        """End the person's sign-ins everywhere (a lost telephone)."""
        user, data = self.managed(person), self.read(schema.PeopleReasonIn)
        accounts.sign_out_everywhere(user=user, reason=data["reason"], at=self.at, actor=request.user)
        return Response(status=204)


class PersonFactorOff(PersonCall):
    grave = True

    @call("people_factor_off", tag=TAG, request=schema.PeopleReasonIn, status=204)
    def post(self, request: Request, person: UUID) -> Response:
        """Telephone and recovery codes are lost: the second factor is set up again at the next sign-in."""
        user, data = self.managed(person), self.read(schema.PeopleReasonIn)
        second_factor.remove_second_factor(user=user, reason=data["reason"], at=self.at, actor=request.user)
        return Response(status=204)


class PersonForget(PersonCall):
    grave = True

    @call("people_forget", tag=TAG, request=schema.PeopleReasonIn, reply=schema.ApprovalOut, status=202)
    def post(self, request: Request, person: UUID) -> Response:
        """Ask a second officer to agree that the data of somebody who has left are deleted."""
        user, data = self.managed(person), self.read(schema.PeopleReasonIn)
        approval = propose_forgetting(
            user=user, unit=home_unit(user), reason=data["reason"], at=self.at, actor=request.user
        )
        return Response(schema.ApprovalOut(approval).data, status=202)


class PersonMerge(PersonCall):
    @call("people_merge", tag=TAG, request=schema.MergeIn, reply=schema.PersonDetailOut)
    def post(self, request: Request, person: UUID) -> Response:
        """The other account is folded into this one; history stays where it was written."""
        user, data = self.managed(person), self.read(schema.MergeIn)
        memberships.merge_doubles(
            keep=user,
            double=self.managed(data["double"]),
            reason=data["reason"],
            on=localdate(self.at),
            unit=home_unit(user),
            at=self.at,
            actor=request.user,
        )
        return Response(self.detail(user))
