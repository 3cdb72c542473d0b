"""Roles, approvals and the log as an API."""

from __future__ import annotations

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from examsite.api import Call, call, list_call
from examsite.lib.errors import Conflict, Forbidden

from ..domain.approvals import decide
from ..domain.auditing import search_log
from ..domain.roles import TWO_PERSON_ROLES, end_role, grant_role, propose_role
from ..models import Role, RoleGrant
from ..rules import approvals_visible_to, audit_visible_to, granted_paths, people_visible_to, units_under
from . import schema
from .persons import TAG, PersonCall


class PersonRoles(PersonCall):
    @call("roles_list", tag=TAG, reply=schema.GrantOut(many=True))
    def get(self, request: Request, person: UUID) -> Response:
        user = self.find(people_visible_to(request.user), person)
        rows = user.grants.select_related("unit").order_by("granted_at")
        return Response(schema.GrantOut(rows, many=True).data)


class PersonRoleNew(PersonCall):
    grave = True

    @call("roles_grant", tag=TAG, request=schema.GrantIn, reply=schema.GrantReply, status=201)
    def post(self, request: Request, person: UUID) -> Response:
        """Give a role; for officer and auditor 202 with the approval that waits for a second officer."""
        user, data = self.managed(person), self.read(schema.GrantIn)
        role, unit = Role(data["role"]), self.unit(data["unit"])
        if role in TWO_PERSON_ROLES:
            approval = propose_role(
                user=user, role=role, unit=unit, reason=data["reason"], at=self.at, actor=request.user
            )
            return Response(schema.GrantReply({"grant": None, "approval": approval.pk}).data, status=202)
        grant = grant_role(user=user, role=role, unit=unit, at=self.at, actor=request.user)
        return Response(schema.GrantReply({"grant": grant, "approval": None}).data, status=201)


class RoleEnd(PersonCall):
    grave = True

    @call("roles_end", tag=TAG, request=schema.PeopleReasonIn, reply=schema.GrantOut)
    def post(self, request: Request, grant: UUID) -> Response:
        rows = RoleGrant.objects.filter(unit__in=units_under(request.user, Role.OFFICER))
        found = self.find(rows.select_related("user", "unit"), grant)
        end_role(
            grant=found, reason=self.read(schema.PeopleReasonIn)["reason"], at=self.at, actor=request.user
        )
        return Response(schema.GrantOut(found).data)


class Approvals(Call):
    @list_call("approvals_list", schema.ApprovalOut, tag=TAG)
    def get(self, request: Request) -> Response:
        """What the person may decide or has proposed, newest first."""
        rows = approvals_visible_to(request.user).select_related("proposer", "approver")
        return self.paged(rows, schema.ApprovalOut)


class ApprovalDetail(Call):
    @call("approvals_get", tag=TAG, reply=schema.ApprovalOut)
    def get(self, request: Request, approval: UUID) -> Response:
        return Response(schema.ApprovalOut(self.find(approvals_visible_to(request.user), approval)).data)


class ApprovalDecide(Call):
    @call("approvals_decide", tag=TAG, request=schema.DecisionIn, reply=schema.ApprovalOut)
    def post(self, request: Request, approval: UUID) -> Response:
        """Agree or refuse; `digest` says which content was looked at."""
        found = self.find(approvals_visible_to(request.user), approval)
        data = self.read(schema.DecisionIn)
        if data["digest"] != found.digest:
            raise Conflict("other_content", "审批内容与您看到的不一致，请重新查看。")
        decided = decide(
            approval=found, approve=data["approve"], reason=data["reason"], at=self.at, actor=request.user
        )
        return Response(schema.ApprovalOut(decided).data)


class Audit(Call):
    @list_call("audit_list", schema.AuditOut, tag=TAG, parameters=[schema.AuditQuery])
    def get(self, request: Request) -> Response:
        """The log of the auditor's own subtree, newest first."""
        if not granted_paths(request.user, Role.AUDITOR):
            raise Forbidden("forbidden", "操作日志只供审计员查看。")
        rows = audit_visible_to(request.user).select_related("actor")
        return self.paged(search_log(rows, **self.query(schema.AuditQuery)), schema.AuditOut)
