"""The import wizard: choose a file, see how it was read, look at what is wrong, store, undo."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from examsite.lib import clock
from examsite.web import page

from ..domain.annotations import annotated_copy
from ..domain.background import read_again, read_in_background, take_up
from ..domain.import_review import adopt_kind, change_row, decide_rows, proposals
from ..domain.import_rows import GROUPS, count_groups, problems_of_row, question_of_row
from ..domain.imports import (
    confirm_import,
    discard_import,
    earlier_runs,
    remap_import,
    start_import,
    undo_import,
)
from ..domain.items import question_of
from ..domain.reading import require_size
from ..formats.fields import MEANINGS
from ..formats.registry import FORMATS
from ..kinds.base import Question, replace
from ..kinds.registry import KINDS
from ..models import ImportRow, ImportRun, ImportState, Item
from ..rules import imports_visible_to
from .banks import crumbs, editable_bank
from .forms import UploadForm
from .items import edit_question
from .question_form import CHOICE_KINDS, QuestionForm

PER_PAGE = 20
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_HEADER_ROW = "表头"


def visible_run(request: HttpRequest, run: UUID) -> ImportRun:
    related = ("bank__unit", "created_by")
    return get_object_or_404(imports_visible_to(request.user).select_related(*related), pk=run)


def format_label(code: str) -> str:
    return next((one.label for one in FORMATS if one.code == code), code)


def attachment(data: bytes, name: str, media: str) -> HttpResponse:
    """A file to keep; the name may be Chinese."""
    response = HttpResponse(data, content_type=media)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@page
def upload(request: HttpRequest, bank: UUID) -> HttpResponse:
    """Step 1: a file. A small one is read at once, a large one beside the request."""
    found = editable_bank(request, bank)
    sent_in = request.method == "POST"
    form = UploadForm(request.POST, request.FILES) if sent_in else UploadForm()
    if sent_in and form.is_valid():
        sent = form.cleaned_data["file"]
        require_size(sent.size, sent.name)
        at = clock.now()
        run = start_import(
            bank=found,
            data=sent.read(),
            name=sent.name,
            at=at,
            actor=request.user,
            format=form.cleaned_data["format"],
        )
        if run.state == ImportState.READING:
            read_in_background(run=run, at=at)
        return redirect("questionbanks:import", run.pk)
    context = {
        "bank": found,
        "form": form,
        "runs": found.imports.select_related("created_by")[:10],
        "crumbs": crumbs(found),
    }
    return render(request, "questionbanks/upload.html", context, status=400 if form.errors else 200)


@page
@require_safe
def runs(request: HttpRequest, bank: UUID) -> HttpResponse:
    """All imports into a bank, newest first."""
    found = editable_bank(request, bank)
    rows = Paginator(found.imports.select_related("created_by"), 50).get_page(request.GET.get("page"))
    return render(
        request, "questionbanks/imports.html", {"bank": found, "page_obj": rows, "crumbs": crumbs(found)}
    )


@page
@require_safe
def run(request: HttpRequest, run: UUID) -> HttpResponse:
    """Where an import stands: being read, under review, stored."""
    found = visible_run(request, run)
    context: dict[str, Any] = {
        "run": found,
        "bank": found.bank,
        "crumbs": crumbs(found.bank),
        "format": format_label(found.format),
    }
    if found.state == ImportState.READING:
        take_up(run=found, at=clock.now())
        return render(request, "questionbanks/import_reading.html", context)
    if found.state != ImportState.REVIEW:
        return render(request, "questionbanks/import_done.html", context | _done(found))
    counts = count_groups(found)
    group = request.GET.get("group") or _first_group(counts)
    if group not in GROUPS:
        raise Http404
    rows = Paginator(found.rows.filter(GROUPS[group][1]), PER_PAGE).get_page(request.GET.get("page"))
    context |= {
        "group": group,
        "group_label": GROUPS[group][0],
        "groups": [(name, label, counts[name]) for name, (label, _) in GROUPS.items() if counts[name]],
        "counts": counts,
        "page_obj": rows,
        "cards": _cards(found, rows),
        "earlier": earlier_runs(found),
        "columns": _columns(found),
    }
    return render(request, "questionbanks/import_review.html", context)


def _first_group(counts: dict[str, int]) -> str:
    """What wants a look first."""
    return next((name for name in ("broken", "doubtful", "double", "stale") if counts[name]), "all")


def _done(run: ImportRun) -> dict[str, Any]:
    stored = run.items.order_by("number").values_list("number", flat=True)
    return {
        "first": stored.first(),
        "last": stored.last(),
        "left_out": run.rows.filter(item=None).count() if run.state == ImportState.STORED else 0,
    }


def _cards(run: ImportRun, rows: Any) -> list[dict[str, Any]]:
    """What the page shows of each row: the item, its problems, what it resembles; two statements more."""
    ids = [one["item"] for row in rows for one in row.doubles if "item" in one]
    items = {str(one.pk): one for one in Item.objects.filter(pk__in=ids).select_related("current")}
    orders = [one["order"] for row in rows for one in row.doubles if "order" in one]
    near = {one.order: one for one in run.rows.filter(order__in=orders)}

    def other(one: dict[str, Any]) -> Question | None:
        if "item" in one:
            found = items.get(one["item"])
            return question_of(found.current) if found else None
        return question_of_row(near[one["order"]]) if one["order"] in near else None

    return [
        {
            "row": row,
            "question": question_of_row(row),
            "problems": problems_of_row(row),
            "doubles": [one | {"question": other(one)} for one in row.doubles],
            "proposals": list(proposals(row).items()),
            "storable": row.broken < row.found,
        }
        for row in rows
    ]


@page
@require_safe
def run_state(request: HttpRequest, run: UUID) -> HttpResponse:
    """How far the reading is, for the page that waits for it."""
    found = visible_run(request, run)
    take_up(run=found, at=clock.now())
    return JsonResponse({"state": found.state, "progress": found.progress})


# --- Columns ---------------------------------------------------------------------------------------------


def _columns(run: ImportRun) -> list[dict[str, str]]:
    """The recognised columns: key, sheet, name and meaning."""
    rows = []
    for key, meaning in run.layout.items():
        sheet, _, column = key.rpartition("!")
        rows.append(
            {
                "key": key,
                "sheet": sheet,
                "column": column,
                "meaning": meaning,
                "label": "第" + meaning + "行" if column == _HEADER_ROW else MEANINGS.get(meaning, meaning),
            }
        )
    return rows


@page
def columns(request: HttpRequest, run: UUID) -> HttpResponse:
    """Step 2: what each column means, to be corrected; the file is read again."""
    found = visible_run(request, run)
    if found.state != ImportState.REVIEW or not found.layout:
        return redirect("questionbanks:import", found.pk)
    rows = _columns(found)
    if request.method == "POST":
        sent = {row["key"]: request.POST.get(f"m{n}", row["meaning"]) for n, row in enumerate(rows)}
        changed = {key: value for key, value in sent.items() if value != found.layout[key]}
        if changed:
            at = clock.now()
            again = remap_import(run=found, mapping=changed, at=at, actor=request.user)
            read_again(run=again, at=at)
        return redirect("questionbanks:import", found.pk)
    context = {
        "run": found,
        "bank": found.bank,
        "format": format_label(found.format),
        "rows": rows,
        "meanings": MEANINGS.items(),
        "header_row": _HEADER_ROW,
        "crumbs": crumbs(found.bank),
    }
    return render(request, "questionbanks/import_columns.html", context)


# --- Deciding --------------------------------------------------------------------------------------------


def _back(request: HttpRequest, run: ImportRun, anchor: str = "") -> HttpResponseRedirect:
    """The list as it was shown, at the same place."""
    query = request.POST.get("back", "")
    target = reverse("questionbanks:import", args=[run.pk])
    query = "&".join(part for part in query.split("&") if part.partition("=")[0] in ("group", "page"))
    return HttpResponseRedirect(f"{target}{'?' if query else ''}{query}{anchor}")


@page
@require_POST
def decide(request: HttpRequest, run: UUID) -> HttpResponse:
    """Accept or skip one item, or all of a group; take a proposed kind."""
    found = visible_run(request, run)
    if "adopt" in request.POST:
        order, _, kind = request.POST["adopt"].partition(":")
        adopt_kind(run=found, order=_number(order), kind=kind, at=clock.now())
        return _back(request, found, f"#row{order}")
    if "group" in request.POST:
        group = request.POST["group"]
        count = decide_rows(run=found, decision=request.POST.get("decision", ""), group=group)
        messages.success(
            request, f"这一类的{count}道题已设为“{request.POST.get('words', '')[:10] or '已定'}”。"
        )
        return _back(request, found)
    decision, _, order = request.POST.get("one", "").partition(":")
    decide_rows(run=found, decision=decision, orders=[_number(order)])
    return _back(request, found, f"#row{order}")


def _number(text: str) -> int:
    if not text.isdigit() or len(text) > 9:
        raise Http404
    return int(text)


@page
def row_edit(request: HttpRequest, run: UUID, order: int) -> HttpResponse:
    """Correct one item before it is stored; ?kind= shows it as another kind."""
    found = visible_run(request, run)
    row = get_object_or_404(ImportRow, run=found, order=order)
    question = question_of_row(row)
    kind = request.GET.get("kind", question.kind)
    if kind not in KINDS:
        raise Http404
    if kind != question.kind:
        keeps = kind in CHOICE_KINDS and question.kind in CHOICE_KINDS
        question = replace(question, kind=kind, key=question.key if keeps else None)
    form = QuestionForm(question, request.POST or None)
    back = reverse("questionbanks:import", args=[found.pk])

    def save(edited: Question) -> str:
        changed = change_row(run=found, order=order, question=edited, at=clock.now())
        if changed.broken:
            messages.warning(request, f"{changed.where}已改，但还有问题。")
        else:
            messages.success(request, f"{changed.where}已改好，确认后入库。")
        return f"{back}?group=all&page={(order - 1) // PER_PAGE + 1}#row{order}"

    return edit_question(
        request,
        form,
        save,
        bank=found.bank,
        heading=f"修改{row.where}",
        cancel_url=f"{back}#row{order}",
        lead="只改这次导入的内容，原来的文件不变。",
        problems=problems_of_row(row),
        kinds=[(code, one.label, code == kind) for code, one in KINDS.items()],
    )


# --- The end ---------------------------------------------------------------------------------------------


@page
@require_POST
def confirm(request: HttpRequest, run: UUID) -> HttpResponse:
    """Step 4: into the bank."""
    found = visible_run(request, run)
    stored = confirm_import(run=found, at=clock.now(), actor=request.user)
    messages.success(request, f"已入库{stored}题，都是草稿；提交审题、审定后才能用于考试。")
    return redirect("questionbanks:import", found.pk)


@page
@require_POST
def discard(request: HttpRequest, run: UUID) -> HttpResponse:
    found = visible_run(request, run)
    discard_import(run=found, at=clock.now(), actor=request.user)
    messages.success(request, "这次导入已放弃，题库没有变化。")
    return redirect("questionbanks:upload", found.bank_id)


@page
@require_POST
def undo(request: HttpRequest, run: UUID) -> HttpResponse:
    """Take the whole batch back out."""
    found = visible_run(request, run)
    count = undo_import(run=found, at=clock.now(), actor=request.user)
    messages.success(request, f"已撤销这次导入，{count}道题已从题库删除。")
    return redirect("questionbanks:import", found.pk)


@page
@require_safe
def annotated(request: HttpRequest, run: UUID) -> HttpResponse:
    """The file with what is wrong beside every item."""
    found = visible_run(request, run)
    if found.state not in (ImportState.REVIEW, ImportState.STORED):
        raise Http404
    name, data = annotated_copy(found)
    return attachment(data, name, XLSX)
