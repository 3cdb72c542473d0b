"""The roster as an API: draw, check, freeze; then changes with reason and approver."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from examsite.api import list_call
from examsite.people.models import Membership, Unit

from ..domain import roster_changes as changes
from ..domain import rosters as domain
from ..engine.headings import plain
from ..models import Exam, RosterEntry
from ..rules import entries_manageable_by, exams_manageable_by
from . import office_rosters_schema as schema
from .office_schema import AffectedOut, ProposedOut
from .office_view import OfficeView, office_call


def entry_out(entry: RosterEntry) -> dict[str, Any]:
    return dict(schema.EntryOut(entry).data) | {"allowance": plain(entry.allowance)}


class RosterView(OfficeView):
    """Look-ups that the roster's calls share."""

    def exam(self, key: UUID) -> Exam:
        return self.find(exams_manageable_by(self.request.user).select_related("unit", "category"), key)

    def entry(self, key: UUID) -> RosterEntry:
        rows = entries_manageable_by(self.request.user)
        return self.find(rows.select_related("exam__unit", "unit", "category", "user"), key)


class Roster(RosterView):
    @list_call("roster_list", schema.EntryOut, tag="office")
    def get(self, request: Request, exam: UUID) -> Response:
        """The people of the roster."""
        rows = self.exam(exam).entries.select_related("unit").order_by("admission_number")
        return self.paged(rows, schema.EntryOut)


class RosterDoubts(RosterView):
    @office_call("roster_check", reply=schema.DoubtOut(many=True))
    def get(self, request: Request, exam: UUID) -> Response:
        """What is doubtful about the draft."""
        return Response(schema.DoubtOut(domain.check_roster(exam=self.exam(exam)), many=True).data)


class RosterDraw(RosterView):
    @office_call("roster_draw", request=schema.DrawIn, reply=schema.DrawnOut)
    def post(self, request: Request, exam: UUID) -> Response:
        """Make the draft the members as of a day."""
        found = self.exam(exam)
        data = self.read(schema.DrawIn)
        units = Unit.objects.filter(path__startswith=found.unit.path)
        drawn = domain.draw_roster(
            exam=found,
            as_of=data["as_of"],
            units=self.find_all(units, data["units"]),
            establishments=data["establishments"],
            at=self.at,
            actor=request.user,
        )
        return Response(schema.DrawnOut(drawn).data)


class RosterFreeze(RosterView):
    @office_call("roster_freeze", request=schema.FreezeIn, reply=AffectedOut)
    def post(self, request: Request, exam: UUID) -> Response:
        """Fix the roster for good."""
        found = self.exam(exam)
        attested = self.read(schema.FreezeIn)["attested_by"]
        frozen = domain.freeze_roster(exam=found, attested_by=attested, at=self.at, actor=request.user)
        return Response({"count": frozen.entries.count()})


class RosterAdditions(RosterView):
    @office_call("roster_add", request=schema.AdditionIn, reply=ProposedOut)
    def post(self, request: Request, exam: UUID) -> Response:
        """Add somebody after the freeze, or (202) ask a second officer to agree."""
        found = self.exam(exam)
        data = self.read(schema.AdditionIn)
        members = Membership.objects.filter(unit__path__startswith=found.unit.path)
        values = {
            "exam": found,
            "member": self.find(members.select_related("user", "unit", "category"), data["membership"]),
            "reason_code": data["reason_code"],
            "reason": data["reason"],
            "at": self.at,
            "actor": request.user,
        }
        if self.needs_second:
            return self.proposed([changes.propose_addition(**values)])
        changes.add_entry(**values)
        return Response({"approvals": []})


class EntryDetail(RosterView):
    @office_call("entries_read", reply=schema.EntryOut)
    def get(self, request: Request, entry: UUID) -> Response:
        """One person of the roster."""
        return Response(entry_out(self.entry(entry)))

    @office_call("entries_drop", status=204)
    def delete(self, request: Request, entry: UUID) -> Response:
        """Take somebody off the draft."""
        domain.drop_draft_entry(entry=self.entry(entry), at=self.at, actor=request.user)
        return Response(status=204)


class EntryTerms(RosterView):
    @office_call("entries_terms", request=schema.TermsIn, reply=schema.EntryOut)
    def post(self, request: Request, entry: UUID) -> Response:
        """How one person sits: way and time."""
        found = self.entry(entry)
        data = self.read(schema.TermsIn)
        domain.change_terms(entry=found, at=self.at, actor=request.user, **data)
        return Response(entry_out(self.entry(entry)))


class EntryChanges(RosterView):
    @office_call("entries_change", request=schema.ChangeIn, reply=ProposedOut)
    def post(self, request: Request, entry: UUID) -> Response:
        """免考, 缓考, 移出, 恢复应考; or (202) ask a second officer to agree."""
        values = {"entry": self.entry(entry), **self.read(schema.ChangeIn)}
        values |= {"at": self.at, "actor": request.user}
        if self.needs_second:
            return self.proposed([changes.propose_change(**values)])
        changes.change_entry(**values)
        return Response({"approvals": []})
