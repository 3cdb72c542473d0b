"""An exam's figure as a card: what it means, what it counts, who is behind it; from there to an attempt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware
from django.views.decorators.http import require_POST, require_safe

from examsite.lib import clock
from examsite.people.models import Approval, Role, Unit
from examsite.people.rules import approvals_visible_to, granted_paths, require
from examsite.web import page

from ..analytics.facts.people import EXTERNAL, names_of, people_of
from ..analytics.groups import Member, members_of
from ..analytics.measures import MEASURES, Figure, describe, evaluate
from ..analytics.snapshots.differences import look_again, recompute
from ..analytics.snapshots.figure_proposals import (
    fingerprint,
    open_proposals,
    propose_figure,
    waiting_for,
)
from ..analytics.snapshots.freezing import freeze_figure, is_intact, kept_document, kept_figure
from ..analytics.tally import tally
from ..domain.certificates import masked
from ..domain.explaining import explain
from ..domain.results import attempt_result
from ..domain.standings import rule_of
from ..engine.results import PersonResult
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


@dataclass(frozen=True)
class Proposal:
    """A freezing that waits for a second person: of what this card shows, or of what has changed since."""

    approval: Approval
    is_here: bool
    is_stale: bool


# --- The card of a figure of an exam -----------------------------------------------------------------------


def exam_in_sight(request: HttpRequest, key: str) -> Exam:
    """The exam, if the asker may see figures of it."""
    try:
        found = UUID(key)
    except ValueError as error:
        raise Http404 from error
    return get_object_or_404(exams_in_sight(request.user).select_related("unit", "category"), pk=found)


def of_exam(
    request: HttpRequest, exam: Exam, unit: Unit, measure: str, as_of: datetime, *, looks_back: bool = False
) -> dict[str, Any]:
    """What the card of an exam's figure shows: the figure of a unit's people, and a page of them.

    `looks_back`: `as_of` is a moment that was asked for, not now.
    """
    people = people_of(exam, at=as_of, under=unit.path)
    rule = rule_of(exam)
    figure = evaluate(measure, tally(people, rule))
    members = members_of(measure, people, rule)
    proposals = _proposals(exam, unit, measure, people, as_of, looks_back)
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
        "may_freeze": _officer(request, exam) and not _is_baseless(exam, figure),
        "freeze_as_of": as_of.isoformat() if looks_back else "",
        "second_person": settings.REQUIRE_SECOND_PERSON,
        "proposals": proposals,
        "is_proposed": any(one.is_here for one in proposals),
        "with_names": may_see_names(request.user, unit),
    }


def _figure_words(exam: Exam, figure: Figure) -> str:
    """The figure as it may be shown: no rate without a frozen roster."""
    return "—（名册未冻结，不列比率）" if _is_baseless(exam, figure) else figure.text()


def _is_baseless(exam: Exam, figure: Figure) -> bool:
    return figure.whole is not None and exam.roster_frozen_at is None


def _proposals(
    exam: Exam, unit: Unit, measure: str, people: list[PersonResult], as_of: datetime, looks_back: bool
) -> list[Proposal]:
    """What waits for a second person here. On a card of now it is seen which of them still hold."""
    waiting = list(waiting_for(exam, unit=unit, measure=measure, at=clock.now()))
    if not waiting:
        return []
    moment, shown = as_of.isoformat() if looks_back else None, fingerprint(exam, measure, people)
    proposals = []
    for one in waiting:
        proposed, is_same = one.content, one.content["数字指纹"] == shown
        is_here = moment == proposed["as_of"]
        proposals.append(Proposal(one, is_here and is_same, is_here and not is_same))
    return proposals


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
    asked = _moment(request.GET.get("as_of", ""))
    context = {"measure": definition, "definition": describe(definition)}
    shown = of_exam(request, exam, unit, measure, asked or clock.now(), looks_back=asked is not None)
    return render(request, "exams/reports/card.html", context | shown)


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
    """Freeze the figure as the card shows it, or ask a second person to."""
    exam = exam_in_sight(request, str(exam_id))
    require(request.user, exam.unit, Role.OFFICER)
    at, unit, as_of = clock.now(), _unit(request, exam), _moment(request.POST.get("as_of", ""))
    if settings.REQUIRE_SECOND_PERSON:
        propose_figure(exam=exam, unit=unit, measure=measure, as_of=as_of, at=at, actor=request.user)
        messages.success(
            request, "已提出，待第二人批准：另一位考务在“审批”里同意后冻结，看到的就是这个数字。"
        )
        query = {"unit": str(unit.pk)} | ({"as_of": as_of.isoformat()} if as_of else {})
        return redirect(f"{reverse('exams:exam_card', args=[exam.pk, measure])}?{urlencode(query)}")
    snapshot = freeze_figure(
        exam=exam, unit=unit, measure=measure, as_of=as_of or at, at=at, actor=request.user
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
    waiting = approvals_visible_to(request.user).filter(pk__in=open_proposals(clock.now()).values("pk"))
    return render(
        request,
        "exams/reports/snapshots.html",
        {
            "page_obj": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
            "waiting": waiting.select_related("proposer"),
        },
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
