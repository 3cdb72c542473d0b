"""The activity register (普法活动台账): entered on a phone, listed by month, corrected, proved."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.files.storage import default_storage
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_POST, require_safe

from examsite.lib import clock
from examsite.lib.cells import XLSX
from examsite.lib.years import read_year
from examsite.people.models import Role, Unit
from examsite.people.rules import holds, units_under, units_visible_to
from examsite.people.tree import in_tree_order
from examsite.web import Crumb, ask, download, page

from ..analytics.documents.sheets import register_book
from ..analytics.facts.activities import activities_of, months_of
from ..domain import annual
from ..models import Activity, ActivityFile, ActivityKind
from ..rules import activities_editable_by, activities_visible_to
from .inputs import ReasonForm, UnitChoice, day_input

PER_PAGE = 50


class ActivityForm(forms.Form):
    """One activity. What the phone knows already (the day) is filled in."""

    kind = forms.ChoiceField(label="类别", choices=ActivityKind.choices)
    date = forms.DateField(label="日期", widget=day_input())
    place = forms.CharField(label="地点", max_length=100, help_text="如：东风村文化广场")
    topic = forms.CharField(label="主题", max_length=200, help_text="如：民法典进乡村")
    audience = forms.IntegerField(
        label="受众（人次）", min_value=0, widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        help_text="现场清点的人次，不用“余”“近”",
    )  # fmt: skip
    is_estimated = forms.BooleanField(label="人次是估算的", required=False)
    theme = forms.CharField(
        label="专题", max_length=50, required=False, help_text="专题讲座才填，如：习近平法治思想"
    )
    note = forms.CharField(label="备注", max_length=500, required=False)

    def entry(self) -> annual.ActivityEntry:
        return annual.ActivityEntry(
            **{name: self.cleaned_data[name] for name in annual.ActivityEntry.__dataclass_fields__}
        )


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class NewActivityForm(ActivityForm):
    """The same with its unit and its photographs."""

    unit = UnitChoice(label="单位")
    files = forms.Field(
        label="照片或材料",
        required=False,
        widget=ManyFiles(attrs={"multiple": True, "accept": "image/jpeg,image/png,application/pdf"}),
        help_text="可选多张；JPG、PNG 或 PDF，每份 15 MB 以内",
    )
    field_order = (
        "kind",
        "date",
        "place",
        "topic",
        "audience",
        "is_estimated",
        "files",
        "theme",
        "note",
        "unit",
    )


class CorrectForm(ActivityForm):
    reason = forms.CharField(label="更正理由", max_length=200)


def own_units(request: HttpRequest) -> QuerySet[Unit]:
    """The units whose activities the asker enters."""
    return units_under(request.user, Role.OFFICER).filter(valid_to__isnull=True)


def register() -> Crumb:
    """The way back to the register."""
    return ("活动台账", reverse("exams:activities"))


# --- The register ------------------------------------------------------------------------------------------


@page
@require_safe
def activities(request: HttpRequest) -> HttpResponse:
    """A unit's register of a year: by month, then entry by entry."""
    unit, units = _unit(request)
    if unit is None:
        return render(request, "exams/activities/register.html", {"unit": None})
    year = _year(request, unit)
    rows = (
        activities_visible_to(request.user)
        .filter(unit__path__startswith=unit.path, date__year=year)
        .select_related("unit")
        .annotate(proofs=Count("files", filter=Q(files__removed_at__isnull=True)))
        .order_by("-date", "-created_at")
    )
    return render(
        request,
        "exams/activities/register.html",
        {
            "unit": unit,
            "units": units,
            "year": year,
            "years": _years(request, year),
            "months": range(1, 13),
            "kinds": [(ActivityKind(one.kind).label, one) for one in months_of(unit.path, year)],
            "page_obj": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
            "may_write": holds(request.user, unit, Role.OFFICER),
        },
    )


def _unit(request: HttpRequest) -> tuple[Unit | None, list[tuple[Unit, int]]]:
    units = in_tree_order(units_visible_to(request.user))
    wanted = request.GET.get("unit", "")
    if not units:
        return None, []
    if not wanted:
        return units[0][0], units
    found = [unit for unit, _ in units if str(unit.pk) == wanted]
    if not found:
        raise Http404
    return found[0], units


def _years(request: HttpRequest, shown: int) -> list[int]:
    dates = activities_visible_to(request.user).dates("date", "year")
    return sorted({one.year for one in dates} | {shown, localdate(clock.now()).year}, reverse=True)


def _year(request: HttpRequest, unit: Unit) -> int:
    """The year of the address, else the newest with entries, else this one."""
    asked = read_year(request.GET.get("year", ""))
    if asked is not None:
        return asked
    newest = Activity.objects.filter(unit__path__startswith=unit.path).order_by("-date").first()
    return newest.date.year if newest else localdate(clock.now()).year


@page
@require_safe
def activities_book(request: HttpRequest) -> HttpResponse:
    """The register as a workbook: by month, and every entry."""
    unit, _ = _unit(request)
    if unit is None:
        raise Http404
    year = _year(request, unit)
    rows = activities_of(unit.path, year).select_related("unit").order_by("date", "created_at")
    return download(register_book(months_of(unit.path, year), list(rows)), f"activities-{year}.xlsx", XLSX)


# --- One entry ---------------------------------------------------------------------------------------------


@page
def activity_new(request: HttpRequest) -> HttpResponse:
    """Enter what has just taken place, with its photographs."""
    at = clock.now()
    today = localdate(at)
    units = own_units(request)
    form = NewActivityForm(request.POST or None, initial={"date": today, "kind": ActivityKind.CAMPAIGN})
    form.fields["unit"].offer(units)
    if not units:
        raise Http404

    def do(data: dict[str, Any]) -> str:
        entry = form.entry()
        made = annual.register_activity(
            unit=data["unit"], kind=entry.kind, day=entry.date, place=entry.place, topic=entry.topic,
            audience=entry.audience, theme=entry.theme, note=entry.note, is_estimated=entry.is_estimated,
            at=at, today=today, actor=request.user,
        )  # fmt: skip
        for file in request.FILES.getlist("files"):
            annual.add_evidence(activity=made, data=file.read(), caption="", at=at, actor=request.user)
        return reverse("exams:activity", args=[made.pk])

    return ask(
        request, form, do,
        heading="登记一次普法活动", submit_label="登记", cancel_url=reverse("exams:activities"),
        done="已登记。", crumbs=[register()],
    )  # fmt: skip


@page
@require_safe
def activity(request: HttpRequest, activity: UUID) -> HttpResponse:
    """One entry with its evidence and its history."""
    found = get_object_or_404(activities_visible_to(request.user).select_related("unit"), pk=activity)
    return render(
        request,
        "exams/activities/activity.html",
        {
            "activity": found,
            "files": found.files.filter(removed_at__isnull=True),
            "history": [_told(one) for one in annual.history_of(found)],
            "may_write": found.withdrawn_at is None and holds(request.user, found.unit, Role.OFFICER),
        },
    )


DEEDS = {
    "activity.register": "登记",
    "activity.correct": "更正",
    "activity.withdraw": "撤销",
    "activity.evidence": "添加材料",
    "activity.evidence_removed": "移除材料",
}


def _told(record: Any) -> dict[str, Any]:
    """One line of the history in words: what changed, from what to what."""
    labels = {field.name: field.verbose_name for field in Activity._meta.fields}
    changes = []
    if record.action == "activity.correct":
        for name, after in record.after.items():
            before = record.before[name]
            if name == "kind":
                before, after = ActivityKind(before).label, ActivityKind(after).label
            changes.append(f"{labels[name]}：{_said(before)} → {_said(after)}")
    return {
        "at": record.at,
        "actor": record.actor,
        "deed": DEEDS.get(record.action, record.action),
        "changes": changes,
        "reason": record.reason,
    }


def _said(value: Any) -> str:
    return {True: "是", False: "否", "": "（空）"}.get(value, str(value))


def _editable(request: HttpRequest, key: UUID) -> Activity:
    return get_object_or_404(activities_editable_by(request.user).select_related("unit"), pk=key)


@page
def activity_correct(request: HttpRequest, activity: UUID) -> HttpResponse:
    """Correct an entry; the old words stay in its history."""
    found = _editable(request, activity)
    fields = annual.ActivityEntry.__dataclass_fields__
    form = CorrectForm(request.POST or None, initial={name: getattr(found, name) for name in fields})
    target = reverse("exams:activity", args=[found.pk])

    def do(data: dict[str, Any]) -> str:
        at = clock.now()
        annual.correct_activity(
            activity=found, entry=form.entry(), reason=data["reason"], at=at, today=localdate(at),
            actor=request.user,
        )  # fmt: skip
        return target

    return ask(
        request, form, do,
        heading="更正活动", submit_label="更正", cancel_url=target, done="已更正，原来的内容留在记录里。",
        crumbs=[register(), (str(found), target)],
    )  # fmt: skip


@page
def activity_withdraw(request: HttpRequest, activity: UUID) -> HttpResponse:
    """Strike an entry out."""
    found = _editable(request, activity)
    target = reverse("exams:activity", args=[found.pk])

    def do(data: dict[str, Any]) -> str:
        annual.withdraw_activity(activity=found, reason=data["reason"], at=clock.now(), actor=request.user)
        return target

    return ask(
        request, ReasonForm(request.POST or None), do,
        heading=f"撤销：{found}", submit_label="撤销这条活动", cancel_url=target, danger=True,
        notice="撤销后不再计入次数和受众；记录和材料都保留。", done="已撤销。",
        crumbs=[register(), (str(found), target)],
    )  # fmt: skip


# --- Evidence ----------------------------------------------------------------------------------------------


@page
@require_POST
def evidence_add(request: HttpRequest, activity: UUID) -> HttpResponse:
    """Add photographs or papers to an entry."""
    found = _editable(request, activity)
    files = request.FILES.getlist("files")
    if not files:
        messages.error(request, "请先选择照片或 PDF 文件。")
    for file in files:
        annual.add_evidence(
            activity=found, data=file.read(), caption=request.POST.get("caption", ""), at=clock.now(),
            actor=request.user,
        )  # fmt: skip
    return redirect("exams:activity", found.pk)


@page
@require_safe
def evidence(request: HttpRequest, file: UUID) -> HttpResponse:
    """The photograph itself, or the PDF as a download."""
    seen = activities_visible_to(request.user)
    found = get_object_or_404(ActivityFile, pk=file, activity__in=seen, removed_at__isnull=True)
    if not default_storage.exists(found.file.name):
        raise Http404
    is_pdf = found.file.name.endswith(".pdf")
    with default_storage.open(found.file.name) as stored:
        data = stored.read()
    if is_pdf:
        return download(data, "evidence.pdf", "application/pdf")
    return HttpResponse(data, content_type="image/jpeg")


@page
@require_POST
def evidence_remove(request: HttpRequest, file: UUID) -> HttpResponse:
    """Take a file away from an entry."""
    mine = activities_editable_by(request.user)
    found = get_object_or_404(ActivityFile, pk=file, activity__in=mine)
    annual.remove_evidence(file=found, at=clock.now(), actor=request.user)
    return redirect("exams:activity", found.activity_id)
