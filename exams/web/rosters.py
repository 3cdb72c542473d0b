"""The office's pages of the roster: draw, check, freeze; afterwards one person at a time, with reasons."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.files.storage import default_storage
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_POST, require_safe

from examsite.lib import clock
from examsite.lib.uploads import Upload, read_attachment
from examsite.people.domain.memberships import members_as_of
from examsite.people.models import Approval, Membership, Unit
from examsite.people.tree import full_names
from examsite.web import ask, filters_of, page

from ..domain import roster_changes as changes
from ..domain import rosters as domain
from ..models import Exam, RosterEntry, RosterEvent, RosterStatus
from ..rules import entries_manageable_by, exams_manageable_by
from .exams import exam_crumbs, managed_exam, roster_events
from .inputs import ChangeForm, DrawForm, FreezeForm, TermsForm, posted

PAGE_SIZE = 50
TONES = {
    RosterStatus.REQUIRED: "now",
    RosterStatus.DEFERRED: "warn",
    RosterStatus.EXEMPT: "off",
    RosterStatus.REMOVED: "off",
}


def _draw_form(request: HttpRequest, exam: Exam) -> DrawForm:
    form = DrawForm(posted(request), initial={"as_of": localdate(clock.now())})
    form.fields["units"].offer(
        Unit.objects.filter(path__startswith=exam.unit.path, valid_to__isnull=True).exclude(pk=exam.unit_id)
    )
    return form


@page
@require_safe
def roster(request: HttpRequest, exam: UUID) -> HttpResponse:
    """The people of an exam: by name and unit, with what is doubtful before the freeze."""
    return _roster_page(request, managed_exam(request, exam))


def _roster_page(
    request: HttpRequest, exam: Exam, draw: DrawForm | None = None, freeze: FreezeForm | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    rows = exam.entries.select_related("user", "unit", "category").order_by("unit_path", "name")
    asked = filters_of(request)
    text, only = asked.get("q", "").strip()[:50], asked.get("status", "")
    if text:
        rows = rows.filter(
            Q(name__icontains=text) | Q(unit__name__icontains=text) | Q(admission_number__icontains=text)
        )
    if only in RosterStatus.values:
        rows = rows.filter(status=only)
    page_obj = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    names = full_names({entry.unit for entry in page_obj}, below=exam.unit)
    for entry in page_obj:
        entry.place, entry.tone = names[entry.unit_id], TONES[entry.status]
    frozen = exam.roster_frozen_at is not None
    counts = dict(exam.entries.values_list("status").annotate(n=Count("pk")))
    context = {
        "exam": exam,
        "tab": "roster",
        "page_obj": page_obj,
        "q": text,
        "only": only,
        "statuses": RosterStatus.choices,
        "total": sum(counts.values()),
        "required": counts.get(RosterStatus.REQUIRED, 0) + counts.get(RosterStatus.DEFERRED, 0),
        "events": roster_events(exam),
        "frozen": frozen,
        "doubts": [] if frozen else domain.check_roster(exam=exam),
        "against": None if frozen else domain.compare_with_previous(exam=exam),
        "draw": draw or (None if frozen else _draw_form(request, exam)),
        "freeze": freeze or (None if frozen else FreezeForm()),
        "history": RosterEvent.objects.filter(entry__exam=exam)
        .select_related("entry__unit", "actor", "approver")
        .order_by("-at", "-id")[:50],
    }
    for event in context["history"]:
        event.words = event_words(event)
    return render(request, "exams/office/roster.html", context, status=status)


def event_words(event: RosterEvent) -> str:
    """A change in words: what and why."""
    return "{}（{}）".format(*changes.words_of(event))


@page
@require_POST
def roster_draw(request: HttpRequest, exam: UUID) -> HttpResponse:
    """Draw the draft anew from the memberships of a day."""
    found = managed_exam(request, exam)
    form = _draw_form(request, found)
    if not form.is_valid():
        return _roster_page(request, found, draw=form, status=400)
    data = form.cleaned_data
    drawn = domain.draw_roster(
        exam=found,
        as_of=data["as_of"],
        units=list(data["units"]),
        establishments=data["establishments"],
        at=clock.now(),
        actor=request.user,
    )
    messages.success(
        request, f"抽取完成：新加 {drawn.added} 人，去掉 {drawn.dropped} 人，保留 {drawn.kept} 人。"
    )
    return redirect("exams:roster", found.pk)


@page
@require_POST
def roster_freeze(request: HttpRequest, exam: UUID) -> HttpResponse:
    """Fix the roster for good."""
    found = managed_exam(request, exam)
    form = FreezeForm(request.POST)
    if not form.is_valid():
        return _roster_page(request, found, freeze=form, status=400)
    domain.freeze_roster(
        exam=found, attested_by=form.cleaned_data["attested_by"], at=clock.now(), actor=request.user
    )
    messages.success(request, "名册已冻结，准考证号已编好。此后只能办理免考、缓考、移出、新增。")
    return redirect("exams:roster", found.pk)


# --- One person --------------------------------------------------------------------------------------


def _managed_entry(request: HttpRequest, entry: UUID) -> RosterEntry:
    rows = entries_manageable_by(request.user).select_related("exam__unit", "user", "unit", "category")
    return get_object_or_404(rows, pk=entry)


@page
@require_safe
def entry(request: HttpRequest, entry: UUID) -> HttpResponse:
    """One person of the roster: what was copied, how he sits, what may be done, what was done."""
    found = _managed_entry(request, entry)
    frozen = found.exam.roster_frozen_at is not None
    begun = found.attempts.filter(voided_at__isnull=True).exists()
    history = list(found.events.select_related("actor", "approver").order_by("-at", "-id"))
    for event in history:
        event.words = event_words(event)
    context = {
        "entry": found,
        "exam": found.exam,
        "tab": "roster",
        "place": full_names([found.unit])[found.unit_id],
        "tone": TONES[found.status],
        "frozen": frozen,
        "begun": begun,
        "terms": TermsForm(initial={"mode": found.mode, "allowance": f"{found.allowance.normalize():f}"}),
        "changes": [
            (name, change.label)
            for name, change in changes.CHANGES.items()
            if frozen and found.status in change.sources
        ],
        "history": history,
        "seats": found.seats.select_related("sitting", "room", "form").order_by("sitting__opens_at"),
        "waiting": Approval.objects.filter(
            object_id=str(found.pk),
            action__startswith="roster.",
            decided_at__isnull=True,
            expires_at__gt=clock.now(),
        ).first(),
    }
    return render(request, "exams/office/entry.html", context)


@page
@require_POST
def entry_terms(request: HttpRequest, entry: UUID) -> HttpResponse:
    """How one person sits: way and time."""
    found = _managed_entry(request, entry)
    form = TermsForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请选择作答方式和作答时间。")
        return redirect("exams:entry", found.pk)
    domain.change_terms(entry=found, at=clock.now(), actor=request.user, **form.cleaned_data)
    messages.success(request, "已保存作答方式和时间。")
    return redirect("exams:entry", found.pk)


@page
@require_POST
def entry_drop(request: HttpRequest, entry: UUID) -> HttpResponse:
    """Take somebody off the draft."""
    found = _managed_entry(request, entry)
    domain.drop_draft_entry(entry=found, at=clock.now(), actor=request.user)
    messages.success(request, f"{found.name} 已从名册草稿里去掉。")
    return redirect("exams:roster", found.exam_id)


@page
def entry_change(request: HttpRequest, entry: UUID, action: str) -> HttpResponse:
    """免考, 缓考, 移出, 恢复应考: with reason, paper and a second person."""
    found = _managed_entry(request, entry)
    if action not in changes.CHANGES:
        raise Http404
    change = changes.CHANGES[action]
    sent = posted(request)
    form = ChangeForm(sent, request.FILES if sent is not None else None)
    form.fields["reason_code"].choices = [("", "请选择"), *change.reasons]
    target = reverse("exams:entry", args=[found.pk])
    second = settings.REQUIRE_SECOND_PERSON

    def do(data: dict[str, Any]) -> str:
        values = {
            "entry": found,
            "action": action,
            "reason_code": data["reason_code"],
            "reason": data["reason"],
            "attachment": _attachment(data["attachment"]),
            "at": clock.now(),
            "actor": request.user,
        }
        if second:
            changes.propose_change(**values)
        else:
            changes.change_entry(**values)
        return target

    return ask(
        request,
        form,
        do,
        heading=f"{change.label}：{found.name}（{found.unit}）",
        lead="这项变更会显示在每个比率旁边。",
        submit_label=f"提交{change.label}审批" if second else f"办理{change.label}",
        cancel_url=target,
        done="已提交，另一位考务同意后生效。" if second else "已办理。",
        crumbs=[*exam_crumbs(found.exam), ("名册", reverse("exams:roster", args=[found.exam_id]))],
    )


def _attachment(file: Any) -> Upload | None:
    return read_attachment(file.read()) if file else None


@page
@require_safe
def roster_file(request: HttpRequest, event: int) -> HttpResponse:
    """The paper behind a change, as a download."""
    rows = RosterEvent.objects.filter(entry__exam__in=exams_manageable_by(request.user)).exclude(
        attachment=""
    )
    found = get_object_or_404(rows, pk=event)
    if not default_storage.exists(found.attachment.name):
        raise Http404
    return FileResponse(
        found.attachment.open(), as_attachment=True, filename=f"附件.{found.attachment.name[-3:]}"
    )


@page
def roster_add(request: HttpRequest, exam: UUID) -> HttpResponse:
    """Add somebody to a frozen roster: search, choose, give the reason."""
    found = managed_exam(request, exam)
    text = filters_of(request).get("q", "").strip()[:50]
    members = (
        members_as_of(date=localdate(clock.now()), units=[found.unit], categories=[found.category])
        .exclude(user__entries__exam=found)
        .order_by("unit__path", "user__name")
    )
    if request.method == "POST":
        member = get_object_or_404(members, pk=_uuid(request.POST.get("member", "")))
        values = {
            "exam": found,
            "member": member,
            "reason_code": request.POST.get("reason_code", ""),
            "reason": request.POST.get("reason", "")[:500],
            "at": clock.now(),
            "actor": request.user,
        }
        if settings.REQUIRE_SECOND_PERSON:
            changes.propose_addition(**values)
            messages.success(request, f"新增 {member.user} 已提交，另一位考务同意后生效。")
        else:
            changes.add_entry(**values)
            messages.success(request, f"{member.user} 已加入名册，请排座位。")
        return redirect("exams:roster", found.pk)
    if text:
        members = members.filter(Q(user__name__icontains=text) | Q(unit__name__icontains=text))
    rows: list[Membership] = list(members[:50])
    context = {
        "exam": found,
        "tab": "roster",
        "rows": rows,
        "places": full_names({row.unit for row in rows}, below=found.unit),
        "q": text,
        "reasons": changes.ADD_REASONS,
    }
    for row in rows:
        row.place = context["places"][row.unit_id]
    return render(request, "exams/office/roster_add.html", context)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
