"""Pages of blueprints: the list, and one editor with what the banks can give beside every row."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_POST, require_safe

from examsite.lib import clock
from examsite.lib.errors import Conflict, DomainError, Invalid
from examsite.people.models import Role, Unit
from examsite.people.rules import units_under
from examsite.people.tree import in_tree_order
from examsite.web import page
from questionbanks.kinds.credit import RULES
from questionbanks.kinds.registry import KINDS
from questionbanks.models import Bank, Difficulty, Item, Law
from questionbanks.rules import banks_visible_to

from ..domain import blueprints as domain
from ..domain.pool import Exposure
from ..domain.supply import supply_of
from ..engine.headings import plain
from ..models import Blueprint
from ..rules import blueprints_manageable_by, blueprints_visible_to
from .blueprint_draft import (
    DraftSection,
    apply_command,
    as_uuid,
    draft_from_post,
    draft_from_specs,
    read_decimal,
    read_draft,
)


@page
@require_safe
def blueprints(request: HttpRequest) -> HttpResponse:
    """The blueprints that the person may use, own ones first."""
    mine = set(blueprints_manageable_by(request.user).values_list("pk", flat=True))
    rows = list(
        blueprints_visible_to(request.user)
        .select_related("unit")
        .prefetch_related("banks", "sections__rows")
        .order_by("name")
    )
    for row in rows:
        row.is_mine = row.pk in mine
        row.items = sum(one.count for section in row.sections.all() for one in section.rows.all())
    rows.sort(key=lambda row: not row.is_mine)
    context = {"blueprints": rows, "templates": domain.TEMPLATES.values()}
    return render(request, "exams/office/blueprints.html", context)


@dataclass
class Sheet:
    """Everything the editor shows and takes back."""

    name: str = ""
    unit: str = ""
    banks: list[str] = field(default_factory=list)
    total: str = "100"
    minutes: str = "60"
    most_exams: str = str(domain.MOST_EXAMS)
    forms: str = "3"
    sections: list[DraftSection] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    clashes: tuple[Any, ...] = ()

    @property
    def sum(self) -> Decimal:
        return sum((section.total or Decimal(0) for section in self.sections), Decimal(0))

    @property
    def count(self) -> int:
        return sum(section.count for section in self.sections)

    @property
    def is_balanced(self) -> bool:
        return self.sum == read_decimal(self.total)


def _sheet_of(blueprint: Blueprint) -> Sheet:
    return Sheet(
        name=blueprint.name,
        unit=str(blueprint.unit_id),
        banks=[str(one) for one in blueprint.banks.values_list("pk", flat=True)],
        total=plain(blueprint.total_points),
        minutes=str(blueprint.duration_s // 60),
        most_exams="" if blueprint.most_exams is None else str(blueprint.most_exams),
        sections=draft_from_specs(domain.sections_of(blueprint)),
    )


def _sheet_from_post(request: HttpRequest) -> Sheet:
    data = request.POST
    return Sheet(
        name=data.get("name", "").strip()[:100],
        unit=data.get("unit", ""),
        banks=data.getlist("banks"),
        total=data.get("total", "").strip()[:10],
        minutes=data.get("minutes", "").strip()[:4],
        most_exams=data.get("most_exams", str(domain.MOST_EXAMS)).strip()[:4],
        forms=data.get("forms", "").strip()[:2],
        sections=draft_from_post(data),
    )


def _chosen_banks(request: HttpRequest, sheet: Sheet) -> list[Bank]:
    keys = [key for one in sheet.banks if (key := as_uuid(one))]
    return list(banks_visible_to(request.user).filter(pk__in=keys).order_by("name"))


def _laws(banks: list[Bank]) -> dict[str, Law]:
    """The laws that the items of these banks cite, by id."""
    found = (
        Law.objects.filter(editions__citations__version__item__bank__in=banks).distinct().order_by("short")
    )
    return {str(law.pk): law for law in found}


def _count(sheet: Sheet, banks: list[Bank], laws: dict[str, Law]) -> list[domain.SectionSpec] | None:
    """Put what the banks can give beside every row; the sections when all of them can be read."""
    specs, errors = read_draft(sheet.sections, laws)
    sheet.errors += errors
    if errors or not specs:
        return None
    if banks:
        forms = int(sheet.forms) if sheet.forms.isdecimal() and 1 <= int(sheet.forms) <= 50 else 1
        most = int(sheet.most_exams) if sheet.most_exams.isdecimal() else None
        at = clock.now()
        exposure = None if most is None else Exposure(most, at)
        supply = supply_of(sections=specs, banks=banks, at=at, forms=forms, exposure=exposure)
        for section, supplies in zip(sheet.sections, supply.rows, strict=True):
            for row, one in zip(section.rows, supplies, strict=True):
                row.available, row.reason = one.available, one.reason
        sheet.clashes = supply.clashes
    return specs


def _context(request: HttpRequest, sheet: Sheet, blueprint: Blueprint | None) -> dict[str, Any]:
    banks = list(banks_visible_to(request.user).select_related("unit").order_by("name"))
    chosen = [bank for bank in banks if str(bank.pk) in sheet.banks]
    facets = Item.objects.filter(bank__in=chosen, current__isnull=False)
    audiences = {one for row in facets.values_list("audience", flat=True).distinct() for one in row or ()}
    units = []
    for unit, depth in in_tree_order(units_under(request.user, Role.OFFICER)):
        unit.indent = "　" * depth
        units.append(unit)
    topics = facets.filter(topic__isnull=False).values_list("topic__name", flat=True)
    return {
        "sheet": sheet,
        "blueprint": blueprint,
        "banks": banks,
        "units": units,
        "laws": _laws(chosen),
        "topics": topics.distinct().order_by("topic__name"),
        "audiences": sorted(audiences),
        "kinds": [(code, kind.label) for code, kind in KINDS.items()],
        "rules": [(rule.code, rule.label) for rule in RULES.values()],
        "difficulties": Difficulty.choices,
    }


@page
def blueprint_new(request: HttpRequest) -> HttpResponse:
    """A new blueprint, empty or from one of the usual sets (?template=)."""
    if request.method == "POST":
        return _edit(request, _sheet_from_post(request), None)
    template = domain.TEMPLATES.get(request.GET.get("template", ""))
    sheet = Sheet(sections=[DraftSection()])
    if template:
        sheet = Sheet(
            name=template.name.split("（")[0],
            total=plain(template.total_points),
            minutes=str(template.duration_s // 60),
            sections=draft_from_specs(template.sections),
        )
    visible = banks_visible_to(request.user)
    if visible.count() == 1:
        sheet.banks = [str(visible.get().pk)]
    banks = _chosen_banks(request, sheet)
    _count(sheet, banks, _laws(banks))
    return render(request, "exams/office/blueprint_edit.html", _context(request, sheet, None))


@page
def blueprint_edit(request: HttpRequest, blueprint: UUID) -> HttpResponse:
    """Change a blueprint of one's own units; forms built from it before stay as they are."""
    found = get_object_or_404(blueprints_manageable_by(request.user).select_related("unit"), pk=blueprint)
    if request.method == "POST":
        return _edit(request, _sheet_from_post(request), found)
    sheet = _sheet_of(found)
    banks = _chosen_banks(request, sheet)
    _count(sheet, banks, _laws(banks))
    return render(request, "exams/office/blueprint_edit.html", _context(request, sheet, found))


def _edit(request: HttpRequest, sheet: Sheet, blueprint: Blueprint | None) -> HttpResponse:
    command = request.POST.get("command", "save")
    banks = _chosen_banks(request, sheet)
    if command != "save":
        apply_command(sheet.sections, command)
        _count(sheet, banks, _laws(banks))
        return render(request, "exams/office/blueprint_edit.html", _context(request, sheet, blueprint))
    specs = _count(sheet, banks, _laws(banks))
    if specs is not None:
        try:
            stored = _save(request, sheet, blueprint, banks, specs)
        except (Invalid, Conflict) as error:
            sheet.errors.append(error.message)
        else:
            messages.success(
                request, f"“{stored.name}”已保存：{sheet.count} 题，{plain(stored.total_points)} 分。"
            )
            return redirect("exams:blueprints")
    return render(
        request, "exams/office/blueprint_edit.html", _context(request, sheet, blueprint), status=400
    )


def _save(
    request: HttpRequest,
    sheet: Sheet,
    blueprint: Blueprint | None,
    banks: list[Bank],
    specs: list[domain.SectionSpec],
) -> Blueprint:
    total = read_decimal(sheet.total)
    if total is None or total <= 0:
        raise Invalid("total", "满分要写成大于 0 的数字，如 100。")
    if not sheet.minutes.isdecimal():
        raise Invalid("duration", "作答时长要写成分钟数，如 60。")
    if sheet.most_exams and not sheet.most_exams.isdecimal():
        raise Invalid("most_exams", "同一题两年内最多考几场，要写 1 到 100 的整数；不限就留空。")
    values = {
        "name": sheet.name,
        "banks": banks,
        "sections": specs,
        "total_points": total,
        "duration_s": int(sheet.minutes) * 60,
        "most_exams": int(sheet.most_exams) if sheet.most_exams else None,
        "at": clock.now(),
        "actor": request.user,
    }
    if blueprint is not None:
        return domain.change_blueprint(blueprint=blueprint, **values)
    return domain.create_blueprint(unit=_unit(request, sheet.unit), **values)


def _unit(request: HttpRequest, key: str) -> Unit:
    unit = units_under(request.user, Role.OFFICER).filter(pk=as_uuid(key)).first()
    if unit is None:
        raise Invalid("unit", "请选择组卷规则归哪个单位。")
    return unit


@page
@require_POST
def blueprint_count(request: HttpRequest) -> HttpResponse:
    """What the banks can give for the sheet as it stands, for the editor's script; nothing is stored."""
    sheet = _sheet_from_post(request)
    banks = _chosen_banks(request, sheet)
    try:
        _count(sheet, banks, _laws(banks))
    except DomainError as error:
        sheet.errors.append(error.message)
    return JsonResponse(
        {
            "rows": [
                [{"available": row.available, "reason": row.reason or row.error} for row in section.rows]
                for section in sheet.sections
            ],
            "sections": [
                "" if section.total is None else f"{section.count} 题，{plain(section.total)} 分"
                for section in sheet.sections
            ],
            "sum": plain(sheet.sum),
            "count": sheet.count,
            "balanced": sheet.is_balanced,
            "clashes": [
                {"text": clash.text, "ways": [one.text for one in clash.relaxations]}
                for clash in sheet.clashes
            ],
            "errors": sheet.errors,
        }
    )


@page
@require_POST
def blueprint_clone(request: HttpRequest, blueprint: UUID) -> HttpResponse:
    """Copy a blueprint into one of one's own units and open the copy."""
    found = get_object_or_404(blueprints_visible_to(request.user).select_related("unit"), pk=blueprint)
    own = units_under(request.user, Role.OFFICER)
    unit = found.unit if own.filter(pk=found.unit_id).exists() else own.order_by("path").first()
    year = localdate(clock.now()).year
    name, number = f"{found.name}（{year}）", 1
    while Blueprint.objects.filter(unit=unit, name=name).exists():
        number += 1
        name = f"{found.name}（{year}-{number}）"
    copy = domain.clone_blueprint(
        blueprint=found, name=name[:100], unit=unit, at=clock.now(), actor=request.user
    )
    messages.success(request, f"已复制为“{copy.name}”，改好后保存即可。")
    return redirect(reverse("exams:blueprint_edit", args=[copy.pk]))


@page
@require_POST
def blueprint_delete(request: HttpRequest, blueprint: UUID) -> HttpResponse:
    """Remove a blueprint that no exam uses."""
    found = get_object_or_404(blueprints_manageable_by(request.user), pk=blueprint)
    domain.delete_blueprint(blueprint=found, at=clock.now(), actor=request.user)
    messages.success(request, f"“{found.name}”已删除。")
    return redirect("exams:blueprints")
