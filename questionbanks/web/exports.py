"""Taking a bank away as a file."""

from __future__ import annotations

from dataclasses import fields, replace
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from examsite.lib import clock
from examsite.web import page

from ..domain.exports import export_formats, export_items
from ..domain.queries import Wanted, find_items
from ..kinds.registry import KINDS
from .banks import crumbs, visible_bank
from .forms import wanted_from
from .imports import attachment

_MEDIA = "application/octet-stream"


def _missing(code: str) -> str:
    """A kind that a format does not have; cases are written part by part then (formats/outgoing)."""
    return f"{KINDS[code].label}（拆成单题）" if code == "case_group" else KINDS[code].label


@page
def export(request: HttpRequest, bank: UUID) -> HttpResponse:
    """Which items in which format; what the format cannot carry is said before the file is taken."""
    found = visible_bank(request, bank)
    source = request.POST if request.method == "POST" else request.GET
    wanted = replace(wanted_from(source), order="number")
    items = find_items(found, wanted)
    context = {
        "bank": found,
        "count": items.count(),
        "wanted": [(one.name, getattr(wanted, one.name)) for one in fields(Wanted)],
        "formats": [
            (one, [_missing(code) for code in KINDS if code not in one.kinds_out]) for one in export_formats()
        ],
        "chosen": source.get("format", "xlsx"),
        "crumbs": crumbs(found),
    }
    if request.method != "POST":
        return render(request, "questionbanks/export.html", context)
    exported = export_items(
        bank=found, items=items, format=source.get("format", ""), at=clock.now(), actor=request.user
    )
    if exported.problems and "anyway" not in request.POST:
        context |= {"problems": exported.problems[:200], "problem_count": len(exported.problems)}
        return render(request, "questionbanks/export.html", context)
    return attachment(exported.data, exported.file_name, _MEDIA)
