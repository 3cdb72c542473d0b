"""Pages of the import of lists: upload, look at, choose, confirm, undo."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_date
from django.utils.timezone import localdate
from django.views.decorators.http import require_POST

from examsite.lib import clock
from examsite.lib.cells import add_sheet, book_bytes, new_book
from examsite.lib.errors import Conflict, Invalid
from examsite.web import page

from ..domain.exports import HEADER
from ..domain.import_preview import Preview, preview
from ..domain.imports import apply_import, choose_options, drop_import, undo_import, upload_list
from ..models import Category, ImportState, PeopleImport, Role, Unit, User
from ..rosterfile.plan import NEW
from ..rosterfile.rows import FIELDS, IGNORED, Problem
from ..rules import units_under
from ..tree import full_names, in_tree_order
from .exports import XLSX
from .forms import UploadForm

SHOWN = 200  # rows of a kind on the page; all of them are in the workbook
TITLES = {
    "new": "新增",
    "moved": "调动",
    "added": "增加身份",
    "changed": "信息有变",
    "unchanged": "没有变化",
}


def _runs(request: HttpRequest) -> Any:
    units = units_under(request.user, Role.OFFICER)
    return PeopleImport.objects.filter(unit__in=units).select_related("unit", "made_by")


def _run(request: HttpRequest, run: UUID) -> PeopleImport:
    return get_object_or_404(_runs(request), pk=run)


@page
def imports(request: HttpRequest) -> HttpResponse:
    """Upload a list; below, the imports of before."""
    form = UploadForm(request.POST or None, request.FILES or None, initial={"since": localdate(clock.now())})
    units = units_under(request.user, Role.OFFICER).filter(valid_to__isnull=True)
    form.fields["unit"].offer(units)
    tops = in_tree_order(units)
    if tops:
        form.fields["unit"].initial = tops[0][0].pk
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            data = form.cleaned_data
            try:
                run = upload_list(
                    unit=data["unit"],
                    data=data["file"].read(),
                    name=data["file"].name,
                    since=data["since"],
                    at=clock.now(),
                    actor=request.user,
                )
            except (Invalid, Conflict) as error:
                form.add_error("file", error.message)
            else:
                return redirect("people:import", run.pk)
    page_obj = Paginator(_runs(request), 20).get_page(request.GET.get("page"))
    return render(request, "people/imports.html", {"form": form, "page_obj": page_obj}, status=status)


@page
def template(request: HttpRequest) -> HttpResponse:
    """An empty list with the right header, for those who begin one."""
    book = new_book()
    sheet = add_sheet(book, "人员名单", HEADER[:-1], [])
    sheet.column_dimensions["H"].number_format = "@"
    add_sheet(
        book,
        "填表说明",
        ("列", "说明"),
        [
            ("姓名", "必填。"),
            ("同名区分", "同一个村有同名的人时填写，如父名或手机尾号。"),
            ("上级单位、单位", "填镇（街道）、管区、村或办公室的名称，与系统里的单位一致。"),
            ("人员类别", "、".join(Category.objects.values_list("name", flat=True))),
            ("编制类型", "行政编、事业编、聘用、非编。"),
            ("手机号", "选填。请把该列设为文本格式，以免变成科学计数法。"),
            ("出生年份", "选填，只写年份。不要填身份证号。"),
            ("用户名", "选填，需要用密码登录的人才填。"),
        ],
    )
    response = HttpResponse(book_bytes(book), content_type=XLSX)
    response.headers["Content-Disposition"] = 'attachment; filename="people-template.xlsx"'
    return response


# --- One import --------------------------------------------------------------------------------------------


@page
def import_run(request: HttpRequest, run: UUID) -> HttpResponse:
    """The preview of a draft with all choices; the result of one that is done."""
    found = _run(request, run)
    if found.state != ImportState.DRAFT:
        return render(request, "people/import_done.html", {"run": found, "summary": found.summary})
    if request.method == "POST":
        options, since = _chosen(request.POST, found)
        choose_options(run=found, options=options, since=since, actor=request.user)
        if "apply" not in request.POST:
            return redirect("people:import", found.pk)
        try:
            apply_import(run=found, digest=request.POST.get("digest", ""), at=clock.now(), actor=request.user)
        except Conflict as error:
            messages.error(request, error.message)
        return redirect("people:import", found.pk)
    return render(request, "people/import_preview.html", _shown(found, preview(found)))


def _chosen(data: Any, run: PeopleImport) -> tuple[dict[str, Any], date]:
    """The choices of the form: "unit:<text>", "person:<row>", … ; what is empty is not chosen."""
    options: dict[str, Any] = {"columns": {}, "units": {}, "categories": {}, "people": {}, "notes": {}}
    for name, value in data.items():
        kind, _, key = name.partition(":")
        if not key or not value:
            continue
        if kind == "column":
            sheet, _, index = key.rpartition("!")
            options["columns"].setdefault(sheet, {})[index] = value
        elif kind == "unit":
            options["units"][key] = value
        elif kind == "category":
            options["categories"][key] = value
        elif kind == "person":
            options["people"][key] = value
        elif kind == "note":
            options["notes"][key] = value.strip()[:32]
    options["drop_phones"] = "drop_phones" in data
    options["leavers"] = data.getlist("leaver")
    return options, parse_date(data.get("since", "")) or run.since


def _shown(run: PeopleImport, shown: Preview) -> dict[str, Any]:
    """The preview as the page needs it."""
    steps = shown.plan.steps
    unit_ids = {step.wanted.unit for step in steps if step.wanted.unit}
    unit_ids |= {step.before.unit for step in steps if step.before}
    unit_ids |= {leaver.row.unit for leaver in shown.plan.leavers}
    units = list(Unit.objects.filter(pk__in=unit_ids))
    names = full_names(units, below=run.unit)
    categories = dict(Category.objects.values_list("code", "name"))
    groups = []
    for outcome, title in TITLES.items():
        of_kind = [step for step in steps if step.outcome == outcome]
        rows = [
            {
                "step": step,
                "row": step.wanted.row,
                "unit": names.get(step.wanted.unit, ""),
                "category": categories.get(step.wanted.category, ""),
                "from": names.get(step.before.unit, "") if step.before else "",
                "changes": "、".join(FIELDS[one] for one in step.changes),
            }
            for step in of_kind[:SHOWN]
        ]
        groups.append({"outcome": outcome, "title": title, "count": len(of_kind), "rows": rows})
    leavers = [
        {
            "id": str(one.row.id),
            "name": one.person.name,
            "unit": names.get(one.row.unit, ""),
            "category": categories.get(one.row.category, ""),
        }
        for one in shown.plan.leavers[:SHOWN]
    ]
    return {
        "run": run,
        "shown": shown,
        "summary": shown.summary(),
        "groups": groups,
        "problems": _problems(run, shown),
        "notes": [one for one in shown.problems if one.severity == "note"],
        "leavers": leavers,
        "leavers_count": len(shown.plan.leavers),
        "chosen_leavers": set(run.options.get("leavers", [])),
        "fields": [*FIELDS.items(), (IGNORED, "不读入")],
        "categories": categories.items(),
        "all_units": [
            (str(unit.pk), "　" * depth + unit.name)
            for unit, depth in in_tree_order(
                Unit.objects.filter(path__startswith=run.unit.path, valid_to__isnull=True)
            )
        ]
        if shown.units
        else [],
        "drop_phones": run.options.get("drop_phones", False),
        "bad_phones": sum(one.code == "phone" for one in shown.roster.problems),
        "new": NEW,
        "may_apply": any(group["count"] for group in groups if group["outcome"] != "unchanged")
        or run.options.get("leavers"),
    }


def _problems(run: PeopleImport, shown: Preview) -> list[dict[str, Any]]:
    """The problems a person has to look at, each with what can be done about it on the page."""
    problems = [one for one in shown.problems if one.severity != "note"][:SHOWN]
    rows = {step.key: step.wanted.row for step in shown.plan.steps}
    asked = {one.key: shown.plan.questions.get(one.key, ()) for one in problems}
    people = User.objects.prefetch_related("memberships__unit").in_bulk(
        [person for known in asked.values() for person in known]
    )

    def words(user: User) -> str:
        places = "、".join(str(one.unit) for one in user.memberships.all() if one.valid_to is None)
        return f"{user}（{places or '已离开'}）"

    def entry(problem: Problem) -> dict[str, Any]:
        row = rows.get(problem.key)
        return {
            "problem": problem,
            "row": row,
            "place": _place(problem.key),
            "people": [(str(one), words(people[one])) for one in asked[problem.key]],
            "person": run.options.get("people", {}).get(problem.key, ""),
            "note": run.options.get("notes", {}).get(problem.key, ""),
            "tail": f"尾号{row.phone[-4:]}" if row and row.phone else "父名或尾号",
        }

    return [entry(one) for one in problems]


def _place(key: str) -> str:
    """ "名单!5" → "名单 第5行"."""
    sheet, mark, number = key.rpartition("!")
    return f"{sheet} 第{number}行".strip() if mark else key


@page
@require_POST
def import_drop(request: HttpRequest, run: UUID) -> HttpResponse:
    drop_import(run=_run(request, run), at=clock.now(), actor=request.user)
    messages.success(request, "已放弃，文件已清除。")
    return redirect("people:imports")


@page
@require_POST
def import_undo(request: HttpRequest, run: UUID) -> HttpResponse:
    undo_import(run=_run(request, run), at=clock.now(), actor=request.user)
    messages.success(request, "已撤销，人员和任职恢复到导入之前。")
    return redirect("people:import", run)


@page
def import_problems(request: HttpRequest, run: UUID) -> HttpResponse:
    """All problems as a workbook, to work through beside the file."""
    found = _run(request, run)
    shown = preview(found)
    words = {"broken": "要修改", "doubtful": "请核对", "note": "说明"}
    book = new_book()
    add_sheet(
        book,
        "问题清单",
        ("位置", "单元格", "原文", "问题与建议", "程度"),
        [(_place(one.key), one.cell, one.text, one.message, words[one.severity]) for one in shown.problems],
    )
    response = HttpResponse(book_bytes(book), content_type=XLSX)
    response.headers["Content-Disposition"] = 'attachment; filename="problems.xlsx"'
    return response
