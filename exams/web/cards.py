"""An exam's figure as a card: what it means, what it counts, who is behind it; from there to an attempt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware
from django.views.decorators.http import require_POST, require_safe

from examsite.lib import clock
from examsite.people.models import Role, Unit
from examsite.people.rules import granted_paths, require
from examsite.web import page

from ..analytics.facts.people import EXTERNAL, names_of, people_of
from ..analytics.groups import Member, members_of
from ..analytics.measures import MEASURES, Figure, describe, evaluate
from ..analytics.snapshots.differences import look_again, recompute
from ..analytics.snapshots.freezing import freeze_figure, is_intact, kept_document, kept_figure
from ..analytics.tally import tally
from ..domain.certificates import masked
from ..domain.explaining import explain
from ..domain.results import attempt_result
from ..domain.standings import rule_of
from ..models import Attempt, Exam, Snapshot, SnapshotKind
from ..rules import (
    exams_in_sight,
    may_see_names,
    snapshots_visible_to,
    unit_for_figures,
)

PER_PAGE = 100


@dataclass(frozen=True)
class Line:
    """Somebody behind a figure."""

    name: str
    unit: str
    is_part: bool
    first: str
    final: str
    attempts: list[str]
    external: int


# --- The card of a figure of an exam -----------------------------------------------------------------------


def exam_in_sight(request: HttpRequest, key: str) -> Exam:
    """The exam, if the asker may see figures of it."""
    try:
        found = UUID(key)
    except ValueError as error:
        raise Http404 from error
    return get_object_or_404(exams_in_sight(request.user).select_related("unit", "category"), pk=found)


def of_exam(request: HttpRequest, exam: Exam, unit: Unit, measure: str, as_of: datetime) -> dict[str, Any]:
    """What the card of an exam's figure shows: the figure of a unit's people, and a page of them."""
    people = people_of(exam, at=as_of, under=unit.path)
    rule = rule_of(exam)
    figure = evaluate(measure, tally(people, rule))
    members = members_of(measure, people, rule)
    page_obj = Paginator(members, PER_PAGE).get_page(request.GET.get("page"))
    return {
        "exam": exam,
        "unit": unit,
        "figure": figure,
        "shown": _figure_words(exam, figure),
        "as_of": as_of,
        "page_obj": page_obj,
        "lines": _lines(request, page_obj.object_list, unit),
        "is_rate": figure.whole is not None,
        "may_freeze": _officer(request, exam),
        "with_names": may_see_names(request.user, unit),
    }


def _figure_words(exam: Exam, figure: Figure) -> str:
    """The figure as it may be shown: no rate without a frozen roster."""
    if figure.whole is not None and exam.roster_frozen_at is None:
        return "—（名册未冻结，不列比率）"
    return figure.text()


def _officer(request: HttpRequest, exam: Exam) -> bool:
    return any(exam.unit.path.startswith(path) for path in granted_paths(request.user, Role.OFFICER))


def _lines(request: HttpRequest, members: list[Member], unit: Unit) -> list[Line]:
    names = names_of(UUID(one.person.entry_id) for one in members)
    open_names = may_see_names(request.user, unit)
    lines = []
    for one in members:
        name = names[one.person.entry_id]
        first, final = one.standing.first, one.standing.final
        tries = [each for each in one.person.tries if not each.voided or one.standing.attempts == 0]
        lines.append(
            Line(
                name=name if open_names else masked(name),
                unit=one.person.unit,
                is_part=one.is_part,
                first="" if first is None else f"{first.percent:.4g}",
                final="" if final is None else f"{final.percent:.4g}",
                attempts=[each.attempt_id for each in tries if not each.attempt_id.startswith(EXTERNAL)],
                external=sum(each.attempt_id.startswith(EXTERNAL) for each in tries),
            )
        )
    return lines


@page
@require_safe
def exam_card(request: HttpRequest, exam_id: UUID, measure: str) -> HttpResponse:
    """The card of one figure of an exam; `unit` narrows it, `as_of` looks back."""
    exam = exam_in_sight(request, str(exam_id))
    definition = MEASURES.get(measure)
    if definition is None or definition.scope != "exam":
        raise Http404
    unit = _unit(request, exam)
    as_of = _moment(request.GET.get("as_of", "")) or clock.now()
    context = {"measure": definition, "definition": describe(definition)}
    return render(request, "exams/reports/card.html", context | of_exam(request, exam, unit, measure, as_of))


def _unit(request: HttpRequest, exam: Exam) -> Unit:
    """The unit of the address, if it lies in the asker's sight and has to do with the exam."""
    wanted = request.GET.get("unit") or request.POST.get("unit", "")
    return unit_for_figures(request.user, exam, wanted)


def _moment(text: str) -> datetime | None:
    """A moment with its time zone, not in the future; None for anything else."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found is not None and is_aware(found) and found <= clock.now() else None


@page
@require_POST
def exam_card_freeze(request: HttpRequest, exam_id: UUID, measure: str) -> HttpResponse:
    """Freeze the figure as it stands."""
    exam = exam_in_sight(request, str(exam_id))
    require(request.user, exam.unit, Role.OFFICER)
    at = clock.now()
    snapshot = freeze_figure(
        exam=exam, unit=_unit(request, exam), measure=measure, as_of=at, at=at, actor=request.user
    )
    messages.success(request, "已冻结。以后数据有变化，这里会说明变化和原因。")
    return redirect("exams:snapshot", snapshot.pk)


# --- Snapshots ---------------------------------------------------------------------------------------------


@page
@require_safe
def snapshots(request: HttpRequest) -> HttpResponse:
    """All frozen figures in sight, newest first."""
    rows = (
        snapshots_visible_to(request.user)
        .select_related("unit", "frozen_by", "approver")
        .defer("value", "people")
        .order_by("-frozen_at")
    )
    return render(
        request,
        "exams/reports/snapshots.html",
        {"page_obj": Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))},
    )


@page
@require_safe
def snapshot(request: HttpRequest, snapshot: UUID) -> HttpResponse:
    """One snapshot: what was frozen, whether it is intact, whether it still holds, and why not."""
    rows = snapshots_visible_to(request.user).select_related("unit", "frozen_by", "approver", "report")
    found = get_object_or_404(rows, pk=snapshot)
    at = clock.now()
    found = look_again(found, at=at)
    is_figure = found.kind == SnapshotKind.FIGURE
    return render(
        request,
        "exams/reports/snapshot.html",
        {
            "snapshot": found,
            "figure": kept_figure(found) if is_figure else None,
            "document": None if is_figure else kept_document(found),
            "measures": [MEASURES[name] for name, _ in found.definitions if name in MEASURES][:1]
            if is_figure
            else [],
            "is_intact": is_intact(found),
            "difference": recompute(found, at=at) if found.outdated_at else None,
            "attempts": found.attempts.count(),
            "card_url": _card_url(found) if is_figure else "",
        },
    )


def _card_url(found: Snapshot) -> str:
    parameters = found.parameters
    address = reverse("exams:exam_card", args=[parameters["exam"], parameters["measure"]])
    return f"{address}?unit={parameters['unit']}&as_of={found.as_of.isoformat().replace('+', '%2B')}"


# --- An attempt --------------------------------------------------------------------------------------------


@page
@require_safe
def attempt(request: HttpRequest, attempt: UUID) -> HttpResponse:
    """The attempt behind a figure: answers, marks, receipt, history. After the release only."""
    paths = granted_paths(request.user, Role.OFFICER, Role.LEADER)
    rows = Attempt.objects.filter(exam__in=exams_in_sight(request.user)).select_related(
        "exam__unit", "entry__unit", "sitting__exam", "form"
    )
    found = get_object_or_404(rows, pk=attempt)
    if not any(found.entry.unit_path.startswith(path) for path in paths):
        raise Http404
    result = attempt_result(attempt=found, at=clock.now())
    if result is None and not (found.voided_at is not None and _officer(request, found.exam)):
        raise Http404
    open_names = may_see_names(request.user, found.entry.unit)
    return render(
        request,
        "exams/reports/attempt.html",
        {
            "attempt": found,
            "name": found.entry.name if open_names else masked(found.entry.name),
            "result": result,
            "explanation": explain(found),
            "shows_keys": result is not None and result.keys_released,
        },
    )
