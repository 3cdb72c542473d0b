"""Keying in paper sheets: the list of a sitting, the grid, the differences, the scans."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from examsite.lib import clock
from examsite.lib.errors import Conflict, Invalid, NotFound
from examsite.web import ask, page
from questionbanks.kinds.registry import kind

from ..domain import keying as domain
from ..domain.entering import require_enterable
from ..domain.papers import paper_of
from ..engine.paper import Paper
from ..models import KeyedSheet, Mode, Seat, Sitting
from ..rules import scans_seen_by, seats_watched_by, sheets_keyed_by, sittings_watched_by
from .inputs import ReasonForm, moment_input

TONES = {
    domain.SheetState.MISSING: "off",
    domain.SheetState.ONCE: "warn",
    domain.SheetState.DIFFERS: "bad",
    domain.SheetState.DONE: "ok",
}


def _seats(request: HttpRequest, sitting: Sitting) -> Any:
    return seats_watched_by(request.user).filter(sitting=sitting)


def _seat(request: HttpRequest, seat: UUID) -> Seat:
    rows = seats_watched_by(request.user).select_related("entry__unit", "form", "sitting__exam__unit")
    return get_object_or_404(rows.distinct(), pk=seat)


def _sheet(request: HttpRequest, sheet: UUID) -> KeyedSheet:
    related = ("seat__entry__unit", "seat__form", "seat__sitting__exam__unit", "first_by", "second_by")
    return get_object_or_404(sheets_keyed_by(request.user).select_related(*related).distinct(), pk=sheet)


@page
@require_safe
def sheets(request: HttpRequest, sitting: UUID) -> HttpResponse:
    """Whose sheets are in, whose wait for a second reading; a scanned or typed number opens one."""
    rows = sittings_watched_by(request.user).select_related("exam__unit")
    found = get_object_or_404(rows.distinct(), pk=sitting)
    if "number" in request.GET:
        try:
            seat = domain.find_seat(seats=_seats(request, found), text=request.GET["number"][:80])
        except (Invalid, NotFound) as error:
            messages.error(request, error.message)
            return redirect("exams:sheets", sitting=found.pk)
        return redirect("exams:sheet_key", seat=seat.pk)
    listed = domain.sheet_rows(sitting=found, seats=_seats(request, found))
    counts = {state: sum(row.state is state for row in listed) for state in domain.SheetState}
    context = {
        "sitting": found,
        "exam": found.exam,
        "rows": [(row, domain.SHEET_LABELS[row.state], TONES[row.state]) for row in listed],
        "counts": [(domain.SHEET_LABELS[state], count) for state, count in counts.items()],
        "total": len(listed),
    }
    return render(request, "exams/keying/sheets.html", context)


class TimesForm(forms.Form):
    """When the room began and when the sheet was handed in."""

    started_at = forms.DateTimeField(label="开考时间", widget=moment_input())
    submitted_at = forms.DateTimeField(label="交卷时间", widget=moment_input())


def _times(sitting: Sitting, at: datetime) -> dict[str, datetime]:
    start = sitting.opens_at
    usual = min(start + timedelta(seconds=sitting.duration_s), sitting.closes_at)
    return {"started_at": start, "submitted_at": min(usual, at) if at > start else usual}


@page
def sheet_key(request: HttpRequest, seat: UUID) -> HttpResponse:
    """The grid of one sheet: the first reading, or the second one by somebody else, blind."""
    found = _seat(request, seat)
    at = clock.now()
    sheet = KeyedSheet.objects.filter(seat=found, dropped_at__isnull=True).select_related("attempt").first()
    state = domain.state_of(sheet)
    if sheet is not None and state is domain.SheetState.DIFFERS:
        return redirect("exams:sheet_compare", sheet=sheet.pk)
    if state is domain.SheetState.DONE:
        raise Conflict("keyed", f"{found.entry}的答题卡已经录完。")
    second = state is domain.SheetState.ONCE
    if second and sheet is not None and sheet.first_by_id == request.user.pk:
        raise Conflict("second_person", f"{found.entry}的答题卡是您初录的，请另一位工作人员复录。")
    if not second:
        require_enterable(seat=found, mode=Mode.PAPER, at=at)
    form = TimesForm(request.POST or None, initial=_times(found.sitting, at))
    paper = paper_of(found.form_id)
    error, wrong, cells, status = "", [], {}, 200
    if request.method == "POST":
        cells = _cells(paper, request.POST)
        status = 400
        if second or form.is_valid():
            try:
                if second and sheet is not None:
                    done = domain.key_second(sheet=sheet, cells=cells, at=at, actor=request.user)
                else:
                    done = domain.key_first(
                        seat=found, cells=cells, **form.cleaned_data, at=at, actor=request.user
                    )
                return _after(request, done)
            except (Invalid, Conflict) as refusal:
                error, status = refusal.message, refusal.status
                wrong = list(refusal.extra.get("numbers", ()))  # type: ignore[call-overload]
    context = {
        "seat": found,
        "sitting": found.sitting,
        "exam": found.sitting.exam,
        "second": second,
        "form": form,
        "sections": grid(paper, cells, wrong),
        "error": error,
        "scans": found.scans.order_by("at"),
    }
    return render(request, "exams/keying/grid.html", context, status=status)


def _after(request: HttpRequest, sheet: KeyedSheet) -> HttpResponse:
    if sheet.second is None:
        messages.success(request, f"{sheet.seat.entry}：初录完成，等另一位工作人员复录。")
    elif sheet.attempt_id is not None:
        messages.success(request, f"{sheet.seat.entry}：两次录入一致，已成为答卷。")
    else:
        messages.warning(request, f"{sheet.seat.entry}：两次录入有不同，请对照答题卡核对。")
        return redirect("exams:sheet_compare", sheet=sheet.pk)
    return redirect("exams:sheets", sitting=sheet.seat.sitting_id)


def _cells(paper: Paper, data: Any) -> dict[str, Any]:
    """What was typed, by slot; blanks of one question as a list."""
    cells: dict[str, Any] = {}
    for code, slot in paper.slots.items():
        name = f"cell-{code}"
        cells[code] = data.getlist(name) if slot.blanks else data.get(name, "")
    return cells


def grid(paper: Paper, cells: Mapping[str, Any], wrong: list[int]) -> list[dict[str, Any]]:
    """The sections of the paper with one cell a question, as the template lays them out."""
    number, sections = 0, []
    for section in paper.content["sections"]:
        rows = []
        for one in section["slots"]:
            number += 1
            slot = paper.slots[one["slot"]]
            typed = cells.get(slot.code, "")
            rows.append(
                {
                    "number": number,
                    "code": slot.code,
                    "kind": slot.kind,
                    "letters": "".join(slot.labels) if kind(slot.kind).has_choices else "",
                    "blanks": _blanks(typed, slot.blanks),
                    "value": "" if isinstance(typed, list) else typed,
                    "wrong": number in wrong,
                }
            )
        sections.append({"title": section["title"], "rows": rows, "short": not _is_written(rows)})
    return sections


def _blanks(typed: Any, count: int) -> list[str]:
    texts = list(typed) if isinstance(typed, list) else []
    return texts + [""] * (count - len(texts))


def _is_written(rows: list[dict[str, Any]]) -> bool:
    return any(kind(row["kind"]).asks_people for row in rows)


@page
def sheet_compare(request: HttpRequest, sheet: UUID) -> HttpResponse:
    """Where two readings differ: say what stands on the paper."""
    found = _sheet(request, sheet)
    paper = paper_of(found.seat.form_id)
    differing = domain.differences_of(found)
    error, status = "", 200
    if request.method == "POST":
        wanted = {
            one.slot: _chosen(request.POST, one.slot, one.first, one.second)
            for one in differing
            if f"choice-{one.slot}" in request.POST
        }
        try:
            done = domain.settle_differences(sheet=found, cells=wanted, at=clock.now(), actor=request.user)
            return _after(request, done)
        except (Invalid, Conflict) as refusal:
            error, status = refusal.message, refusal.status
    context = {
        "sheet": found,
        "seat": found.seat,
        "sitting": found.seat.sitting,
        "exam": found.seat.sitting.exam,
        "rows": [(one, paper.slots[one.slot]) for one in differing],
        "error": error,
        "scans": found.seat.scans.order_by("at"),
        "agreed": len(paper.slots) - len(differing),
    }
    return render(request, "exams/keying/compare.html", context, status=status)


def _chosen(data: Any, slot: str, first: str, second: str) -> str:
    which = data.get(f"choice-{slot}")
    return {"first": first, "second": second}.get(which, data.get(f"other-{slot}", ""))


@page
def sheet_drop(request: HttpRequest, sheet: UUID) -> HttpResponse:
    """Put a reading aside that was typed for the wrong person."""
    found = _sheet(request, sheet)
    target = reverse("exams:sheets", args=[found.seat.sitting_id])

    def act(data: dict[str, Any]) -> str:
        domain.drop_sheet(sheet=found, **data, at=clock.now(), actor=request.user)
        return target

    return ask(
        request,
        ReasonForm(request.POST or None),
        act,
        heading="撤销录入",
        lead=f"{found.seat.entry}（{found.seat.entry.unit}）· {found.first_by} 初录",
        submit_label="撤销这张答题卡的录入",
        cancel_url=target,
        done="已撤销，可以重新录入。",
        danger=True,
    )


@page
@require_POST
def scan_add(request: HttpRequest, seat: UUID) -> HttpResponse:
    """Attach a photo or scan."""
    found = _seat(request, seat)
    upload = request.FILES.get("file")
    if upload is None:
        raise Invalid("empty_file", "请选择要上传的照片或扫描件。")
    domain.attach_scan(seat=found, data=upload.read(), at=clock.now(), actor=request.user)
    messages.success(request, "扫描件已保存。")
    return redirect("exams:sheets", sitting=found.sitting_id)


@page
@require_safe
def scan(request: HttpRequest, scan: UUID) -> HttpResponse:
    """A scan: pictures to look at, a PDF to download."""
    found = get_object_or_404(scans_seen_by(request.user).distinct(), pk=scan)
    is_pdf = found.file.name.endswith(".pdf")
    response = FileResponse(
        found.file.open(),
        as_attachment=is_pdf,
        filename=f"sheet-{found.pk}.{'pdf' if is_pdf else 'jpg'}",
        content_type="application/pdf" if is_pdf else "image/jpeg",
    )
    response.headers["Cache-Control"] = "no-store"
    return response
