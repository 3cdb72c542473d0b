"""Forms as an API: building, comparing, changing by hand, publishing. Keys are in no reply."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from questionbanks.models import Item
from questionbanks.rules import imports_visible_to, items_visible_to

from ..domain import form_editing as editing
from ..domain import forms as domain
from ..domain import publishing
from ..domain.comparing import compare_forms
from ..domain.form_writing import compose_paper, slots_of
from ..domain.ready_papers import SectionTerms, compose_form
from ..engine.headings import plain
from ..models import Exam, Form, Slot
from ..rules import exams_manageable_by, forms_manageable_by
from . import office_forms_schema as schema
from .office_schema import ProposedOut
from .office_view import OfficeView, office_call


def form_out(form: Form) -> dict[str, Any]:
    return dict(schema.FormOut(form).data) | {"total_points": plain(form.total_points)}


class FormView(OfficeView):
    """Look-ups that forms share."""

    def exam(self, key: UUID) -> Exam:
        return self.find(exams_manageable_by(self.request.user).select_related("unit", "blueprint"), key)

    def form(self, key: UUID) -> Form:
        rows = forms_manageable_by(self.request.user).select_related("exam__unit", "exam__blueprint")
        return self.find(rows, key)

    def slot(self, key: UUID) -> Slot:
        rows = Slot.objects.filter(form__in=forms_manageable_by(self.request.user))
        return self.find(rows.select_related("form__exam", "version__item"), key)

    def detail(self, form: Form) -> dict[str, Any]:
        blocking = publishing.obstacles(form, at=self.at) if form.published_at is None else []
        return form_out(form) | {
            "slots": [
                dict(schema.SlotOut(slot).data) | {"points": plain(slot.points)} for slot in slots_of(form)
            ],
            "obstacles": [{"code": one.code, "text": one.text} for one in blocking],
            "warnings": [
                {"code": one.code, "text": one.text} for one in publishing.warnings_of(form, at=self.at)
            ],
        }


class Forms(FormView):
    @office_call("forms_list", reply=schema.FormOut(many=True))
    def get(self, request: Request, exam: UUID) -> Response:
        """The forms of an exam."""
        return Response([form_out(form) for form in self.exam(exam).forms.order_by("role", "code")])

    @office_call("forms_build", request=schema.BuildIn, reply=schema.BuiltOut, status=201)
    def post(self, request: Request, exam: UUID) -> Response:
        """Build drafts with the solver; a 409 names the rules that clash and what would help."""
        found = self.exam(exam)
        data = self.read(schema.BuildIn)
        built = domain.build_forms(
            exam=found,
            forms=data["forms"],
            reserves=data["reserves"],
            cap=data["cap"],
            seed=data["seed"],
            seen_by=self.find_all(found.entries.all(), data["makeup_for"]),
            at=self.at,
            actor=request.user,
        )
        return Response(
            {
                "forms": [form_out(form) for form in built.forms],
                "warnings": list(built.warnings),
                "target_mean": built.assembly.target_mean,
                "overlap": [list(row) for row in built.assembly.overlap],
            },
            status=201,
        )


class FormsComparison(FormView):
    @office_call("forms_compare", reply=schema.ComparisonOut)
    def get(self, request: Request, exam: UUID) -> Response:
        """How equal the forms of an exam are."""
        rows = list(self.exam(exam).forms.order_by("role", "code"))
        return Response(schema.ComparisonOut(compare_forms(rows)).data)


class FormsCompose(FormView):
    @office_call("forms_compose", request=schema.ComposeIn, reply=schema.FormDetailOut, status=201)
    def post(self, request: Request, exam: UUID) -> Response:
        """A draft from a ready-made paper that was imported; nothing while a question is missing."""
        found = self.exam(exam)
        data = self.read(schema.ComposeIn)
        form = compose_form(
            exam=found,
            run=self.find(imports_visible_to(request.user), data["run"]),
            terms=[SectionTerms(**one) for one in data["terms"]],
            at=self.at,
            actor=request.user,
        )
        return Response(self.detail(self.form(form.pk)), status=201)


class FormsPublish(FormView):
    @office_call("forms_publish_all", reply=ProposedOut)
    def post(self, request: Request, exam: UUID) -> Response:
        """Publish every draft of the exam, or (202) ask a second officer to."""
        found = self.exam(exam)
        if self.needs_second:
            return self.proposed(publishing.propose_forms(exam=found, at=self.at, actor=request.user))
        publishing.publish_forms(exam=found, at=self.at, actor=request.user, second_person=False)
        return Response({"approvals": []})


class FormDetail(FormView):
    @office_call("forms_read", reply=schema.FormDetailOut)
    def get(self, request: Request, form: UUID) -> Response:
        """One form: its slots, what must be mended, what is worth a look."""
        return Response(self.detail(self.form(form)))

    @office_call("forms_discard", status=204)
    def delete(self, request: Request, form: UUID) -> Response:
        """Throw away a draft."""
        domain.discard_form(form=self.form(form), at=self.at, actor=request.user)
        return Response(status=204)


class FormPaper(FormView):
    @office_call("forms_paper", reply=dict)
    def get(self, request: Request, form: UUID) -> Response:
        """The paper as candidates get it, without keys; of a draft as it would be."""
        found = self.form(form)
        return Response(found.paper or compose_paper(found))


class FormRebuild(FormView):
    @office_call("forms_rebuild", request=schema.SeedIn, reply=schema.FormDetailOut)
    def post(self, request: Request, form: UUID) -> Response:
        """Draw a draft anew around its locked slots."""
        found = self.form(form)
        seed = self.read(schema.SeedIn)["seed"]
        domain.rebuild_form(form=found, seed=seed, at=self.at, actor=request.user)
        return Response(self.detail(self.form(form)))


class FormPublish(FormView):
    @office_call("forms_publish", reply=ProposedOut)
    def post(self, request: Request, form: UUID) -> Response:
        """Publish a draft for good, or (202) ask a second officer to."""
        found = self.form(form)
        if self.needs_second:
            return self.proposed([publishing.propose_form(form=found, at=self.at, actor=request.user)])
        publishing.publish_form(form=found, at=self.at, actor=request.user, second_person=False)
        return Response({"approvals": []})


# --- Slots -------------------------------------------------------------------------------------------


class SlotReplace(FormView):
    @office_call("slots_replace", request=schema.ReplaceIn, reply=schema.FormDetailOut)
    def post(self, request: Request, slot: UUID) -> Response:
        """Put the named item into the slot, or the nearest equivalent."""
        found = self.slot(slot)
        key = self.read(schema.ReplaceIn)["item"]
        item: Item | None = None
        if key is not None:
            item = self.find(items_visible_to(request.user).select_related("current"), key)
        editing.replace_item(slot=found, item=item, at=self.at, actor=request.user)
        return Response(self.detail(self.form(found.form_id)))


class SlotRefresh(FormView):
    @office_call("slots_refresh", reply=schema.FormDetailOut)
    def post(self, request: Request, slot: UUID) -> Response:
        """Take the newest approved version of the item."""
        found = self.slot(slot)
        editing.refresh_item(slot=found, at=self.at, actor=request.user)
        return Response(self.detail(self.form(found.form_id)))


class SlotLock(FormView):
    @office_call("slots_lock", request=schema.LockIn, reply=schema.FormDetailOut)
    def post(self, request: Request, slot: UUID) -> Response:
        """Keep the item when the rest is drawn anew, or let it go."""
        found = self.slot(slot)
        locked = self.read(schema.LockIn)["locked"]
        editing.lock_item(slot=found, locked=locked, at=self.at, actor=request.user)
        return Response(self.detail(self.form(found.form_id)))


class SlotMove(FormView):
    @office_call("slots_move", request=schema.MoveIn, reply=schema.FormDetailOut)
    def post(self, request: Request, slot: UUID) -> Response:
        """Move the item within its section."""
        found = self.slot(slot)
        editing.move_item(slot=found, steps=self.read(schema.MoveIn)["steps"], at=self.at, actor=request.user)
        return Response(self.detail(self.form(found.form_id)))
