"""The office's pages of results: the list, and one person."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from examsite.lib import clock
from examsite.lib.cells import XLSX, add_sheet, book_bytes, new_book
from examsite.people.domain.audit import record
from examsite.web import download, filters_of, page

from ..analytics.facts.credibility import notes_beside
from ..api.notes import limits
from ..domain.keying import duplicates_of
from ..domain.standings import EntryStanding, standings_of
from ..engine.headings import plain
from ..engine.results import Outcome, TryResult
from ..models import Mode
from ..rules import entries_manageable_by, reviews_answerable_by
from .exams import managed_exam
from .notes import away, shown_notes
from .releases import sitting_row

PAGE_SIZE = 100
FILTERS = {
    "": "全部",
    "passed": "合格",
    "failed": "不合格",
    "absent": "未参考",
    "pending": "待评",
    "withheld": "暂缓公布",
}


# --- The list --------------------------------------------------------------------------------------------


def verdict(one: EntryStanding) -> tuple[str, str]:
    """Words and tone of a person's final result."""
    standing = one.standing
    if standing.pending:
        return "待评", "warn"
    if standing.final is None:
        return ("未参考", "off") if standing.is_required else (one.entry.get_status_display(), "off")
    if not standing.passed:
        return "不合格", "warn"
    return ("优秀", "ok") if standing.excellent else ("合格", "ok")


def points_words(outcome: Outcome | None) -> str:
    """A percentage as the exam compares it; what was earned beside what it counts as."""
    if outcome is None:
        return "—"
    shown = plain(outcome.percent.quantize(Decimal("0.01")))
    if outcome.raw != outcome.percent:
        return f"{shown}（实得 {plain(outcome.raw.quantize(Decimal('0.01')))}）"
    return shown


def modes_words(tries: Sequence[TryResult]) -> str:
    """How the valid tries were made, where it was not on a screen alone."""
    found = dict.fromkeys(one.mode.value for one in tries if one.counts)
    return "、".join(Mode(one).label for one in found)


def matches(one: EntryStanding, only: str) -> bool:
    """Whether a row belongs to a filter of the list."""
    standing = one.standing
    return {
        "passed": standing.passed,
        "failed": standing.final is not None and not standing.passed,
        "absent": standing.is_required and not standing.taken,
        "pending": standing.pending,
        "withheld": one.entry.withheld_at is not None,
    }.get(only, True)


@page
@require_safe
def results(request: HttpRequest, exam: UUID) -> HttpResponse:
    """Everybody with first and final result, how he sat, and what still waits."""
    found = managed_exam(request, exam)
    asked = filters_of(request)
    only = asked.get("only", "")
    only = only if only in FILTERS else ""
    search = asked.get("search", "").strip()[:32]
    everybody = standings_of(found)
    rows = [
        one
        for one in everybody
        if matches(one, only) and (not search or search in one.entry.name or search in one.entry.unit.name)
    ]
    page_obj = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    page_obj.object_list = [_row(one) for one in page_obj.object_list]
    context = {
        "exam": found,
        "tab": "results",
        "page_obj": page_obj,
        "filters": [
            (key, words, sum(matches(one, key) for one in everybody)) for key, words in FILTERS.items()
        ],
        "only": only,
        "search": search,
        "total": len(everybody),
        "duplicates": duplicates_of(found),
        "reviews_open": reviews_answerable_by(request.user)
        .filter(attempt__exam=found, answered_at__isnull=True)
        .count(),
        "sittings": [sitting_row(one, clock.now()) for one in found.sittings.order_by("opens_at")],
    }
    return render(request, "exams/results/results.html", context)


def _row(one: EntryStanding) -> dict[str, Any]:
    words, tone = verdict(one)
    return {
        "entry": one.entry,
        "tries": len([each for each in one.tries if each.counts]),
        "modes": modes_words(one.tries),
        "first": points_words(one.standing.first),
        "final": points_words(one.standing.final),
        "words": words,
        "tone": tone,
    }


@page
@require_safe
def results_xlsx(request: HttpRequest, exam: UUID) -> HttpResponse:
    """The list as a table, for the office alone; who fetched it is in the log."""
    found = managed_exam(request, exam)
    book = new_book()
    header = (
        "准考证号", "姓名", "单位", "类别", "应考状态", "有效作答", "作答方式",
        "首考（%）", "最终（%）", "实得（%）", "结论",
    )  # fmt: skip
    add_sheet(
        book,
        "成绩",
        header,
        (
            (
                one.entry.admission_number,
                one.entry.name,
                one.entry.unit.name,
                found.category.name,
                one.entry.get_status_display(),
                one.standing.attempts,
                modes_words(one.tries),
                _number(one.standing.first, "percent"),
                _number(one.standing.final, "percent"),
                _number(one.standing.final, "raw"),
                verdict(one)[0],
            )
            for one in standings_of(found)
        ),
    )
    record(action="results.export", target=found, at=clock.now(), actor=request.user, unit=found.unit)
    return download(book_bytes(book), "results.xlsx", XLSX)


def _number(outcome: Outcome | None, which: str) -> Decimal | None:
    value: Decimal | None = None if outcome is None else getattr(outcome, which)
    return None if value is None else value.quantize(Decimal("0.01"))


@page
@require_safe
def entry_results(request: HttpRequest, entry: UUID) -> HttpResponse:
    """One person's attempts in an exam, and what they come to."""
    rows = entries_manageable_by(request.user).select_related("exam__unit", "exam__category", "unit", "user")
    found = get_object_or_404(rows, pk=entry)
    one = standings_of(found.exam, entries=[found.pk])[0]
    by_id = {
        str(each.pk): each for each in found.attempts.select_related("exam", "sitting", "form", "presence")
    }
    tries = [
        {"attempt": by_id[each.attempt_id], "try": each, "percent": _percent(each)}
        for each in sorted(one.tries, key=lambda each: each.at)
    ]
    told = shown_notes(notes_beside(list(by_id.values()), at=clock.now(), limits=limits()))
    words, tone = verdict(one)
    context = {
        "exam": found.exam,
        "tab": "results",
        "entry": found,
        "tries": tries,
        "standing": one.standing,
        "first": points_words(one.standing.first),
        "final": points_words(one.standing.final),
        "words": words,
        "tone": tone,
        "notes": found.notes.order_by("-at", "-id"),
        "to_look_at": [
            (row["attempt"], told.get(row["attempt"].pk, []), away(getattr(row["attempt"], "presence", None)))
            for row in tries
        ],
        "certificates": found.certificates.order_by("-issued_at"),
    }
    return render(request, "exams/results/entry_results.html", context)


def _percent(one: TryResult) -> str:
    return "—" if one.percent is None else plain(one.percent.quantize(Decimal("0.01")))
