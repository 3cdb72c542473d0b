"""The office's pages of exams: the list, one exam with its steps, its rules, its publication."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_POST, require_safe

from examsite.lib import clock
from examsite.lib.years import read_year
from examsite.people.models import Approval, Role
from examsite.people.rules import units_under
from examsite.web import Crumb, ask, page

from ..domain import exams as domain
from ..domain.end_times import end_times
from ..engine.headings import plain
from ..models import Exam, FormRole, RosterStatus
from ..rules import blueprints_visible_to, exams_manageable_by
from .inputs import ExamForm, exam_initial, posted

PAGE_SIZE = 30


def managed_exam(request: HttpRequest, exam: UUID) -> Exam:
    """The exam, if the person runs it; else 404."""
    rows = exams_manageable_by(request.user).select_related("unit", "category", "blueprint")
    return get_object_or_404(rows, pk=exam)


def exam_crumbs(exam: Exam | None = None) -> list[Crumb]:
    trail = [("考试", reverse("exams:exams"))]
    return trail + ([(exam.title, reverse("exams:exam", args=[exam.pk]))] if exam else [])


def state_of(exam: Exam, at: datetime) -> tuple[str, str]:
    """Words and tone of an exam's tag, by its sittings once it is published."""
    windows = [(one.opens_at, one.closes_at) for one in exam.sittings.all()]
    if exam.closed_at or (exam.published_at and windows and all(end <= at for _, end in windows)):
        return "已结束", "off"
    if not exam.published_at:
        return "筹备中", "warn"
    if any(begin <= at < end for begin, end in windows):
        return "进行中", "now"
    return "已发布", "ok"


@page
@require_safe
def exams(request: HttpRequest) -> HttpResponse:
    """The exams that the person runs, newest first, filtered by year."""
    rows = exams_manageable_by(request.user)
    years = list(rows.order_by("-stat_year").values_list("stat_year", flat=True).distinct())
    year = read_year(request.GET.get("year", ""))
    if year is not None:
        rows = rows.filter(stat_year=year)
    required = Count("entries", filter=Q(entries__status__in=domain.SAT_BY), distinct=True)
    rows = (
        rows.select_related("unit", "category")
        .prefetch_related("sittings")
        .annotate(people=required)
        .order_by("-stat_year", "-created_at")
    )
    page_obj = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    at = clock.now()
    for exam in page_obj:
        exam.words, exam.tone = state_of(exam, at)
    context = {"page_obj": page_obj, "years": years, "year": year}
    return render(request, "exams/office/exams.html", context)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of preparing an exam, as the page shows it."""

    name: str
    title: str
    summary: str
    url: str
    is_done: bool
    gaps: tuple[domain.Gap, ...]


def steps_of(exam: Exam, found: list[domain.Gap]) -> list[Step]:
    """基本设置 → 试卷 → 名册 → 场次, each with what is there and what is missing."""
    people = exam.entries.filter(status__in=domain.SAT_BY).count()
    published = exam.forms.filter(published_at__isnull=False)
    main = published.filter(role=FormRole.MAIN).count()
    reserve = published.filter(role=FormRole.RESERVE).count()
    drafts = exam.forms.filter(published_at__isnull=True).count()
    sittings = list(exam.sittings.order_by("opens_at"))
    forms_words = "，".join(
        words
        for count, words in (
            (main, f"正式卷 {main} 套"),
            (reserve, f"备用卷 {reserve} 套"),
            (drafts, f"草稿 {drafts} 套"),
        )
        if count
    )
    frozen = f"，{exam.roster_frozen_at:%Y-%m-%d} 冻结" if exam.roster_frozen_at else "，未冻结"
    summaries = {
        "settings": f"{exam.category}，合格线 {plain(exam.pass_line)}，{exam.blueprint or '未选组卷规则'}",
        "forms": forms_words or "还没有试卷",
        "roster": f"应考 {people} 人{frozen}" if people else "还没有抽取名册",
        "sittings": "，".join(one.title for one in sittings) or "还没有场次",
    }
    titles = {"settings": "基本设置", "forms": "组卷", "roster": "名册", "sittings": "场次"}
    urls = {"settings": "exam_edit", "forms": "forms", "roster": "roster", "sittings": "sittings"}
    return [
        Step(
            name,
            title,
            summaries[name],
            reverse(f"exams:{urls[name]}", args=[exam.pk]),
            not any(gap.must for gap in found if gap.step == name),
            tuple(gap for gap in found if gap.step == name),
        )
        for name, title in titles.items()
    ]


@page
@require_safe
def exam(request: HttpRequest, exam: UUID) -> HttpResponse:
    """One exam: its steps, what is missing, who ends when, and the publication."""
    found = managed_exam(request, exam)
    at = clock.now()
    missing = domain.gaps(exam=found, at=at)
    words, tone = state_of(found, at)
    waiting = Approval.objects.filter(
        action=domain.ACTION, object_id=str(found.pk), decided_at__isnull=True, expires_at__gt=at
    ).first()
    context = {
        "exam": found,
        "words": words,
        "tone": tone,
        "tab": "exam",
        "steps": steps_of(found, missing),
        "must": [gap for gap in missing if gap.must],
        "end_times": end_times(exam=found),
        "waiting": waiting,
        "second_person": settings.REQUIRE_SECOND_PERSON,
        "events": roster_events(found),
        "status": RosterStatus,
    }
    return render(request, "exams/office/exam.html", context)


def roster_events(exam: Exam) -> dict[str, int]:
    """How many entries have which status, and how many came after the freeze: shown beside every rate."""
    counts = dict(exam.entries.values_list("status").annotate(n=Count("pk")))
    return {
        "exempt": counts.get(RosterStatus.EXEMPT, 0),
        "deferred": counts.get(RosterStatus.DEFERRED, 0),
        "removed": counts.get(RosterStatus.REMOVED, 0),
        "added": exam.entries.filter(added_late=True).count(),
    }


def _form(request: HttpRequest, exam: Exam | None, source: Exam | None = None) -> ExamForm:
    if exam is not None:
        initial = exam_initial(exam)
    elif source is not None:
        initial = exam_initial(source) | {"stat_year": localdate(clock.now()).year, "title": source.title}
        initial |= {"release_at": None, "key_release_at": None}
    else:
        initial = {"stat_year": localdate(clock.now()).year}
    form = ExamForm(posted(request), initial=initial)
    form.fields["blueprint"].queryset = blueprints_visible_to(request.user)
    if exam is not None:
        del form.fields["unit"]
        form.fields["shuffle_items"].disabled = domain.order_is_fixed(exam)
    else:
        form.fields["unit"].offer(units_under(request.user, Role.OFFICER))
    return form


@page
def exam_new(request: HttpRequest) -> HttpResponse:
    """A new exam, empty or with the rules of an earlier one (?from=)."""
    source = None
    if request.GET.get("from"):
        source = get_object_or_404(exams_manageable_by(request.user), pk=_uuid(request.GET["from"]))
    form = _form(request, None, source)

    def create(data: dict[str, object]) -> str:
        made = domain.create_exam(unit=data["unit"], spec=form.spec(), at=clock.now(), actor=request.user)
        return reverse("exams:exam", args=[made.pk])

    return ask(
        request,
        form,
        create,
        heading="新建考试",
        lead="先定规则；发布以后，这一页的内容不能再改。",
        submit_label="建立考试",
        cancel_url=reverse("exams:exams"),
        done="考试已建立，接着组卷、抽取名册、安排场次。",
        crumbs=exam_crumbs(),
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@page
def exam_edit(request: HttpRequest, exam: UUID) -> HttpResponse:
    """Change the rules of an exam that is not published; afterwards they are only shown."""
    found = managed_exam(request, exam)
    target = reverse("exams:exam", args=[found.pk])
    if found.published_at is not None:
        context = {"exam": found, "tab": "settings", "fields": shown_rules(found)}
        return render(request, "exams/office/exam_rules.html", context)
    form = _form(request, found)

    def change(data: dict[str, object]) -> str:
        domain.change_exam(exam=found, spec=form.spec(), at=clock.now(), actor=request.user)
        return target

    return ask(
        request,
        form,
        change,
        heading="基本设置",
        lead="发布以后，这一页的内容不能再改。",
        submit_label="保存",
        cancel_url=target,
        done="已保存。",
        crumbs=exam_crumbs(found),
    )


def shown_rules(exam: Exam) -> list[tuple[str, str]]:
    """The rules of an exam as label and words, in the order of the form."""
    rows = [("组织单位", str(exam.unit))]
    for name in domain.ExamSpec.__dataclass_fields__:
        field = Exam._meta.get_field(name)
        display = getattr(exam, f"get_{name}_display", None)
        value = display() if display else getattr(exam, name)
        if isinstance(value, bool):
            value = "是" if value else "否"
        if value not in (None, ""):
            rows.append((str(field.verbose_name), plain(value) if isinstance(value, Decimal) else value))
    return rows


@page
@require_POST
def exam_publish(request: HttpRequest, exam: UUID) -> HttpResponse:
    """Publish, or ask the second person to."""
    found = managed_exam(request, exam)
    at = clock.now()
    if settings.REQUIRE_SECOND_PERSON:
        domain.propose_exam(exam=found, at=at, actor=request.user)
        messages.success(request, "已提交审批：请另一位考务在“审批”里同意，同意后考试立即发布。")
    else:
        domain.publish_exam(exam=found, at=at, actor=request.user, second_person=False)
        messages.success(request, "考试已发布，考生可以看到了。")
    return redirect("exams:exam", found.pk)


@page
@require_POST
def exam_close(request: HttpRequest, exam: UUID) -> HttpResponse:
    """The exam is over."""
    found = managed_exam(request, exam)
    domain.close_exam(exam=found, at=clock.now(), actor=request.user)
    messages.success(request, f"“{found.title}”已结束，不再开场次、不再增人。")
    return redirect("exams:exam", found.pk)


@page
@require_POST
def exam_delete(request: HttpRequest, exam: UUID) -> HttpResponse:
    """Remove an exam that was never published."""
    found = managed_exam(request, exam)
    domain.delete_exam(exam=found, at=clock.now(), actor=request.user)
    messages.success(request, f"“{found.title}”已删除。")
    return redirect("exams:exams")
