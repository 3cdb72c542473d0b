"""The office's pages of forms: building, one form slot by slot, preview, comparison, the second person."""

from __future__ import annotations

import secrets
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from examsite.lib import clock
from examsite.lib.errors import Conflict, Invalid
from examsite.people.models import Approval
from examsite.web import page
from questionbanks.domain.items import question_of
from questionbanks.kinds.credit import RULES
from questionbanks.kinds.registry import kind
from questionbanks.models import ImportState, Item
from questionbanks.rules import imports_visible_to

from ..analytics import charts
from ..analytics.form_charts import Levels, level_bars
from ..domain import form_editing, publishing, ready_papers
from ..domain import forms as domain
from ..domain.comparing import compare_forms, facility_of
from ..domain.form_writing import slots_of
from ..engine.headings import allowed_rules, plain, section_title
from ..models import Exam, Form, Slot
from ..rules import forms_manageable_by
from .blueprint_draft import read_decimal
from .exams import managed_exam
from .inputs import BuildForm


def managed_form(request: HttpRequest, form: UUID) -> Form:
    """The form, if the person runs its exam; else 404."""
    rows = forms_manageable_by(request.user).select_related(
        "exam__unit", "exam__blueprint", "exam__category", "built_by"
    )
    return get_object_or_404(rows, pk=form)


def _managed_slot(request: HttpRequest, slot: UUID) -> Slot:
    rows = Slot.objects.filter(form__in=forms_manageable_by(request.user))
    return get_object_or_404(rows.select_related("form__exam", "version__item", "section"), pk=slot)


def _approvals(forms: list[Form], at: Any) -> dict[str, Approval]:
    """Form id → the open proposal to publish it."""
    rows = Approval.objects.filter(
        action=publishing.ACTION,
        object_id__in=[str(form.pk) for form in forms],
        decided_at__isnull=True,
        expires_at__gt=at,
    )
    return {row.object_id: row for row in rows}


# --- The exam's forms --------------------------------------------------------------------------------


@page
@require_safe
def forms(request: HttpRequest, exam: UUID) -> HttpResponse:
    """All forms of an exam, how to build more, how equal they are."""
    return _forms_page(request, managed_exam(request, exam), BuildForm())


def _forms_page(request: HttpRequest, exam: Exam, build: BuildForm, **more: Any) -> HttpResponse:
    rows = list(exam.forms.order_by("role", "code").select_related("exam__blueprint", "built_by"))
    at = clock.now()
    waiting = _approvals(rows, at)
    for form in rows:
        form.waiting = waiting.get(str(form.pk))
        form.obstacles = publishing.obstacles(form, at=at) if form.published_at is None else []
        form.used = form.seats.count()
    drafts = [form for form in rows if form.published_at is None]
    comparison = compare_forms(rows) if rows else None
    figures, laws = (comparison.forms, comparison.laws) if comparison else ((), ())
    context = {
        "exam": exam,
        "tab": "forms",
        "forms": rows,
        "drafts": drafts,
        "unproposed": [form for form in drafts if form.waiting is None],
        "build": build,
        "comparison": comparison,
        "law_rows": [(name, [one.laws.get(name, 0) for one in figures]) for name in laws],
        "overlap_rows": [
            (one.form, [None if a == b else n for b, n in enumerate(comparison.overlap[a])])
            for a, one in enumerate(figures)
        ],
        "second_person": settings.REQUIRE_SECOND_PERSON,
        **more,
    }
    return render(request, "exams/office/forms.html", context, status=more.get("status", 200))


@page
@require_POST
def forms_build(request: HttpRequest, exam: UUID) -> HttpResponse:
    """Build drafts with the solver; where the banks do not suffice, say which rules clash and what helps."""
    found = managed_exam(request, exam)
    build = BuildForm(request.POST)
    if not build.is_valid():
        return _forms_page(request, found, build, status=400)
    data = build.cleaned_data
    seed = data["seed"] if data["seed"] is not None else secrets.randbelow(2**31)
    try:
        built = domain.build_forms(
            exam=found,
            forms=data["main"],
            reserves=data["reserves"],
            cap=data["cap"],
            seed=seed,
            at=clock.now(),
            actor=request.user,
        )
    except domain.CannotAssemble as error:
        return _forms_page(request, found, build, clashes=error.clashes, status=409)
    messages.success(request, f"已组 {len(built.forms)} 套卷（种子 {seed}），请逐套检查后定卷。")
    for warning in built.warnings:
        messages.warning(request, warning)
    return redirect("exams:forms", found.pk)


@page
@require_POST
def forms_publish(request: HttpRequest, exam: UUID) -> HttpResponse:
    """Publish every draft, or ask the second person to."""
    found = managed_exam(request, exam)
    at = clock.now()
    if settings.REQUIRE_SECOND_PERSON:
        approvals = publishing.propose_forms(exam=found, at=at, actor=request.user)
        messages.success(
            request, f"{len(approvals)} 套卷已提交审批：请另一位考务看过后在“审批”里同意，同意后立即定卷。"
        )
    else:
        published = publishing.publish_forms(exam=found, at=at, actor=request.user, second_person=False)
        messages.success(request, f"{len(published)} 套卷已定卷，不能再改。")
    return redirect("exams:forms", found.pk)


@page
@require_safe
def forms_chart(request: HttpRequest, exam: UUID, format: str) -> HttpResponse:
    """Easy, medium and hard items of every form as a picture; the numbers stand beside it on the page."""
    found = managed_exam(request, exam)
    rows = list(found.forms.order_by("role", "code"))
    if not rows:
        raise Http404
    figures = compare_forms(rows).forms
    chart = Levels(
        title=f"{found.title}：各卷题目难度",
        groups=tuple(f"{one.form.code}卷" for one in figures),
        levels=("易", "中", "难"),
        counts=tuple(one.levels for one in figures),
    )
    render_as, content_type = {
        "png": (charts.png, "image/png"),
        "svg": (charts.svg, "image/svg+xml"),
    }[format]
    return HttpResponse(render_as(level_bars(chart)), content_type=content_type)


# --- A ready-made paper ------------------------------------------------------------------------------


@page
def forms_ready(request: HttpRequest, exam: UUID) -> HttpResponse:
    """A form from a paper that came as a file: choose the import, state the points, make the draft."""
    found = managed_exam(request, exam)
    runs = imports_visible_to(request.user).filter(state=ImportState.STORED).select_related("bank")
    context = {"exam": found, "tab": "forms", "runs": runs.order_by("-decided_at")[:50]}
    key = request.POST.get("run") or request.GET.get("run")
    if key:
        run = get_object_or_404(runs, pk=_uuid(key))
        try:
            sections = ready_papers.sections_in(run)
            if request.method == "POST":
                terms = [_terms(request, number) for number in range(len(sections))]
                made = ready_papers.compose_form(
                    exam=found, run=run, terms=terms, at=clock.now(), actor=request.user
                )
                messages.success(request, f"已按“{run.file_name}”组成{made}，请检查后定卷。")
                return redirect("exams:form", made.pk)
        except (Conflict, Invalid) as error:
            messages.error(request, error.message)
            sections = []
        context |= {
            "run": run,
            "sections": [
                {
                    "number": number,
                    "title": section_title("", section.kind),
                    "count": len(section.items),
                    "points": "" if section.points is None else plain(section.points),
                    "rules": [RULES[code] for code in allowed_rules(section.kind)],
                }
                for number, section in enumerate(sections)
            ],
        }
    return render(request, "exams/office/forms_ready.html", context)


def _terms(request: HttpRequest, number: int) -> ready_papers.SectionTerms:
    """What was typed for one section; unreadable points are refused by the domain as 0."""
    return ready_papers.SectionTerms(
        points=read_decimal(request.POST.get(f"points-{number}", "")) or Decimal(0),
        credit_rule=request.POST.get(f"rule-{number}", "all"),
        per_choice=read_decimal(request.POST.get(f"per_choice-{number}", "")) or Decimal(0),
    )


# --- One form ----------------------------------------------------------------------------------------


@page
@require_safe
def form(request: HttpRequest, form: UUID) -> HttpResponse:
    """One form as staff see it, keys and rationales included; on a draft every item can be changed."""
    found = managed_form(request, form)
    slots = slots_of(found)
    duration = found.exam.blueprint.duration_s if found.exam.blueprint else None
    blocking = publishing.obstacles(found, at=clock.now()) if found.published_at is None else []
    troubled = {one.slot.pk: one.text for one in blocking if one.slot}
    context = {
        "form": found,
        "exam": found.exam,
        "tab": "forms",
        "sections": _shown_sections(slots, troubled),
        "obstacles": blocking,
        "findings": publishing.warnings_of(found, duration, at=clock.now()),
        "waiting": _approvals([found], clock.now()).get(str(found.pk)),
        "is_draft": found.published_at is None,
        "second_person": settings.REQUIRE_SECOND_PERSON,
    }
    return render(request, "exams/office/form.html", context)


def _shown_sections(slots: list[Slot], troubled: dict[UUID, str]) -> list[dict[str, Any]]:
    sections: dict[UUID, dict[str, Any]] = {}
    told = set()
    for slot in slots:
        section = sections.setdefault(slot.section_id, {"section": slot.section, "rows": []})
        whole = question_of(slot.version)
        question = whole if slot.part is None else whole.parts[slot.part]
        material = ""
        if slot.part is not None and slot.version_id not in told:
            material = whole.stem
            told.add(slot.version_id)
        section["rows"].append(
            {
                "slot": slot,
                "question": question,
                "material": material,
                "kind": kind(slot.kind),
                "key": kind(slot.kind).describe_key(question.key),
                "labels": set(question.key) if isinstance(question.key, tuple) else set(),
                "facility": facility_of(slot),
                "is_first": not slot.part,
                "trouble": troubled.get(slot.pk, ""),
            }
        )
    return list(sections.values())


@page
@require_POST
def form_deed(request: HttpRequest, form: UUID) -> HttpResponse:
    """What can be done to a whole draft: publish, rebuild around the locked items, discard."""
    found = managed_form(request, form)
    at, deed = clock.now(), request.POST.get("deed")
    if deed == "publish" and settings.REQUIRE_SECOND_PERSON:
        publishing.propose_form(form=found, at=at, actor=request.user)
        messages.success(request, "已提交审批：请另一位考务看过后在“审批”里同意，同意后立即定卷。")
    elif deed == "publish":
        publishing.publish_form(form=found, at=at, actor=request.user, second_person=False)
        messages.success(request, f"{found}已定卷，不能再改。")
    elif deed == "rebuild":
        domain.rebuild_form(form=found, seed=secrets.randbelow(2**31), at=at, actor=request.user)
        messages.success(request, f"{found}已重新抽题，锁定的题没有动。")
    elif deed == "discard":
        domain.discard_form(form=found, at=at, actor=request.user)
        messages.success(request, f"{found}已删除。")
        return redirect("exams:forms", found.exam_id)
    else:
        raise Invalid("deed", "没有这种操作。")
    return redirect("exams:form", found.pk)


@page
@require_POST
def slot_deed(request: HttpRequest, slot: UUID) -> HttpResponse:
    """What can be done to one item of a draft: replace, refresh, lock, move."""
    found = _managed_slot(request, slot)
    at, deed = clock.now(), request.POST.get("deed")
    order = found.order
    if deed == "replace":
        form_editing.replace_item(slot=found, at=at, actor=request.user)
        messages.success(request, f"第 {order} 题已换成相当的题。")
    elif deed == "refresh":
        form_editing.refresh_item(slot=found, at=at, actor=request.user)
        messages.success(request, f"第 {order} 题已换成新版本。")
    elif deed in ("lock", "unlock"):
        form_editing.lock_item(slot=found, locked=deed == "lock", at=at, actor=request.user)
    elif deed in ("up", "down"):
        form_editing.move_item(slot=found, steps=-1 if deed == "up" else 1, at=at, actor=request.user)
    else:
        raise Invalid("deed", "没有这种操作。")
    return redirect(reverse("exams:form", args=[found.form_id]) + f"#q{order}")


@page
def slot_pick(request: HttpRequest, slot: UUID) -> HttpResponse:
    """Choose by hand what stands in a slot."""
    found = _managed_slot(request, slot)
    if request.method == "POST":
        item = Item.objects.filter(pk=_uuid(request.POST.get("item", ""))).select_related("current").first()
        at = clock.now()
        offered = {one.pk for one in form_editing.pickable(found.form, found, at=at, limit=100_000)}
        if item is None or item.pk not in offered:
            raise Invalid("item", "请从列表里选一道题。")
        form_editing.replace_item(slot=found, item=item, at=at, actor=request.user)
        messages.success(request, f"第 {found.order} 题已换。")
        return redirect(reverse("exams:form", args=[found.form_id]) + f"#q{found.order}")
    text = request.GET.get("q", "")[:100]
    rows = form_editing.pickable(found.form, found, text, at=clock.now())
    for row in rows:
        row.question = question_of(row.current)
        row.key = kind(row.kind).describe_key(row.question.key)
    context = {
        "slot": found,
        "form": found.form,
        "exam": found.form.exam,
        "rows": rows,
        "q": text,
        "question": question_of(found.version),
    }
    return render(request, "exams/office/slot_pick.html", context)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
