"""Calls about imports: upload, review, confirm, undo."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from examsite.lib.errors import Invalid, NotFound

from ..domain.annotations import annotated_copy
from ..domain.background import read_again, read_in_background, take_up
from ..domain.import_review import change_row, decide_rows
from ..domain.import_rows import GROUPS, count_groups
from ..domain.imports import (
    confirm_import,
    discard_import,
    earlier_runs,
    remap_import,
    start_import,
    undo_import,
)
from ..domain.reading import require_size
from ..models import ImportRun, ImportState
from ..rules import imports_visible_to
from ..web.imports import XLSX, attachment
from . import schema
from .banks import BankCall
from .view import BankView, bank_call, bank_list


class Imports(BankCall):
    parser_classes = (MultiPartParser,)

    @bank_list("imports_list", schema.ImportOut)
    def get(self, request: Request, bank: UUID) -> Response:
        """Imports into a bank, newest first."""
        return self.paged(self.own_bank(bank).imports.order_by("-created_at"), schema.ImportOut)

    @bank_call(
        "imports_create",
        request={"multipart/form-data": schema.UploadIn},
        reply=schema.ImportDetailOut,
        status=201,
    )
    def post(self, request: Request, bank: UUID) -> Response:
        """A file for review. A large one is read beside the request: ask again until `state` is no longer
        "reading". Nothing is in the bank before the import is confirmed."""
        found = self.own_bank(bank)
        data = self.read(schema.UploadIn)
        require_size(data["file"].size, data["file"].name)
        run = start_import(
            bank=found,
            data=data["file"].read(),
            name=data["file"].name,
            at=self.at,
            actor=request.user,
            format=data["format"],
        )
        if run.state == ImportState.READING:
            read_in_background(run=run, at=self.at)
        return Response(run_out(run), status=201)


class RunCall(BankView):
    """Calls below one import."""

    def run(self, key: UUID) -> ImportRun:
        return self.find(imports_visible_to(self.request.user).select_related("bank__unit"), key)


def run_out(run: ImportRun) -> dict[str, Any]:
    return {
        **schema.ImportOut(run).data,
        "layout": run.layout,
        "problems": run.problems,
        "groups": count_groups(run),
        "earlier": [str(one.pk) for one in earlier_runs(run)],
    }


class OneImport(RunCall):
    @bank_call("imports_read", reply=schema.ImportDetailOut)
    def get(self, request: Request, run: UUID) -> Response:
        """Where an import stands."""
        found = self.run(run)
        take_up(run=found, at=self.at)
        return Response(run_out(found))


class Rows(RunCall):
    @bank_list(
        "import_rows_list",
        schema.ImportRowOut,
        parameters=[OpenApiParameter("group", OpenApiTypes.STR, enum=list(GROUPS))],
    )
    def get(self, request: Request, run: UUID) -> Response:
        """The items of the file, of one group of the review."""
        group = request.query_params.get("group", "all")
        if group not in GROUPS:
            raise Invalid("group", "没有这一类试题。")
        return self.paged(self.run(run).rows.filter(GROUPS[group][1]).order_by("order"), schema.ImportRowOut)


class OneRow(RunCall):
    @bank_call("import_rows_read", reply=schema.ImportRowOut)
    def get(self, request: Request, run: UUID, order: int) -> Response:
        row = self.run(run).rows.filter(order=order).first()
        if row is None:
            raise NotFound("row", "这次导入里没有这道题。")
        return Response(schema.ImportRowOut(row).data)

    @bank_call("import_rows_change", request=schema.QuestionIn, reply=schema.ImportRowOut)
    def put(self, request: Request, run: UUID, order: int) -> Response:
        """Put a corrected question in the place of an item of the file."""
        found = self.run(run)
        question = self.read_question(self.read(schema.QuestionIn))
        changed = change_row(run=found, order=order, question=question, at=self.at)
        return Response(schema.ImportRowOut(changed).data)


class Decisions(RunCall):
    @bank_call("import_decisions", request=schema.ImportDecisionIn, reply=schema.DecidedOut)
    def post(self, request: Request, run: UUID) -> Response:
        """Accept or skip rows, or leave them undecided again."""
        found = self.run(run)
        return Response({"decided": decide_rows(run=found, **self.read(schema.ImportDecisionIn))})


class Mapping(RunCall):
    @bank_call("import_mapping", request=schema.MappingIn, reply=schema.ImportDetailOut)
    def post(self, request: Request, run: UUID) -> Response:
        """Say what columns mean (keys of `layout`); the file is read again."""
        found = self.run(run)
        again = remap_import(run=found, at=self.at, actor=request.user, **self.read(schema.MappingIn))
        read_again(run=again, at=self.at)
        again.refresh_from_db()
        return Response(run_out(again))


class Confirm(RunCall):
    @bank_call("import_confirm", reply=schema.StoredOut)
    def post(self, request: Request, run: UUID) -> Response:
        """Store what is accepted, as drafts."""
        return Response({"stored": confirm_import(run=self.run(run), at=self.at, actor=request.user)})


class Discard(RunCall):
    @bank_call("import_discard", reply=schema.ImportOut)
    def post(self, request: Request, run: UUID) -> Response:
        """Give the import up before it is stored."""
        done = discard_import(run=self.run(run), at=self.at, actor=request.user)
        return Response(schema.ImportOut(done).data)


class Undo(RunCall):
    @bank_call("import_undo", reply=schema.UndoneOut)
    def post(self, request: Request, run: UUID) -> Response:
        """Take the whole batch back out, as long as nothing uses it."""
        return Response({"removed": undo_import(run=self.run(run), at=self.at, actor=request.user)})


class Annotated(RunCall):
    @bank_call("import_annotated", reply=OpenApiTypes.BINARY)
    def get(self, request: Request, run: UUID) -> HttpResponse:
        """The file with what is wrong beside every item, as xlsx."""
        found = self.run(run)
        if found.state not in (ImportState.REVIEW, ImportState.STORED):
            raise NotFound("not_found", "这次导入没有可以下载的批注。")
        name, data = annotated_copy(found)
        return attachment(data, name, XLSX)
