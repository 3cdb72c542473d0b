"""Import of lists as an API: upload, look, choose, confirm, undo."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from examsite.api import Call, call, list_call

from ..domain.import_preview import preview
from ..domain.imports import apply_import, choose_options, drop_import, undo_import, upload_list
from ..models import PeopleImport, Role
from ..rules import units_under
from . import schema

TAG = "people"


class ImportCall(Call):
    def runs(self) -> Any:
        return PeopleImport.objects.filter(unit__in=units_under(self.request.user, Role.OFFICER))

    def run(self, run: UUID) -> PeopleImport:
        return self.find(self.runs().select_related("unit"), run)


class Imports(ImportCall):
    @list_call("people_imports_list", schema.PeopleImportOut, tag=TAG)
    def get(self, request: Request) -> Response:
        return self.paged(self.runs(), schema.PeopleImportOut)


class ImportUpload(ImportCall):
    parser_classes = (MultiPartParser,)

    @call(
        "people_imports_upload",
        tag=TAG,
        request={"multipart/form-data": schema.PeopleUploadIn},
        reply=schema.PeopleImportOut,
        status=201,
    )
    def post(self, request: Request) -> Response:
        """Keep a file for its preview; nothing is stored yet."""
        data = self.read(schema.PeopleUploadIn)
        run = upload_list(
            unit=self.find(units_under(request.user, Role.OFFICER), data["unit"]),
            data=data["file"].read(),
            name=data["file"].name,
            since=data["since"],
            at=self.at,
            actor=request.user,
        )
        return Response(schema.PeopleImportOut(run).data, status=201)


class ImportPreview(ImportCall):
    @call("people_imports_preview", tag=TAG, reply=schema.PeoplePreviewOut)
    def get(self, request: Request, run: UUID) -> Response:
        """What confirming would do now."""
        shown = preview(self.run(run))
        data = {
            "digest": shown.digest,
            "summary": shown.summary(),
            "problems": shown.problems,
            "units": [asdict(one) for one in shown.units],
            "categories": [asdict(one) for one in shown.categories],
        }
        return Response(schema.PeoplePreviewOut(data).data)

    @call("people_imports_choose", tag=TAG, request=schema.PeopleOptionsIn, reply=schema.PeopleImportOut)
    def put(self, request: Request, run: UUID) -> Response:
        """What the person decides about columns, units, categories, same names, leavers."""
        found, data = self.run(run), self.read(schema.PeopleOptionsIn)
        since = data.pop("since")
        data["units"] = {text: str(unit) for text, unit in data["units"].items()}
        chosen = choose_options(run=found, options=data, since=since, actor=request.user)
        return Response(schema.PeopleImportOut(chosen).data)


class ImportApply(ImportCall):
    @call("people_imports_apply", tag=TAG, request=schema.PeopleApplyIn, reply=schema.PeopleImportOut)
    def post(self, request: Request, run: UUID) -> Response:
        """Store what is clear, as a whole. 409 when the preview is another by now."""
        found, data = self.run(run), self.read(schema.PeopleApplyIn)
        done = apply_import(run=found, digest=data["digest"], at=self.at, actor=request.user)
        return Response(schema.PeopleImportOut(done).data)


class ImportDrop(ImportCall):
    @call("people_imports_drop", tag=TAG, reply=schema.PeopleImportOut)
    def post(self, request: Request, run: UUID) -> Response:
        dropped = drop_import(run=self.run(run), at=self.at, actor=request.user)
        return Response(schema.PeopleImportOut(dropped).data)


class ImportUndo(ImportCall):
    @call("people_imports_undo", tag=TAG, reply=schema.PeopleImportOut)
    def post(self, request: Request, run: UUID) -> Response:
        """As if it had never been, while nothing rests on it."""
        undone = undo_import(run=self.run(run), at=self.at, actor=request.user)
        return Response(schema.PeopleImportOut(undone).data)
