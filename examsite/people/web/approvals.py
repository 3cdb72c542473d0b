"""The inbox of what waits for a second person."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from examsite.lib import clock
from examsite.lib.errors import Conflict, Invalid
from examsite.web import page

from ..domain.approvals import decide
from ..domain.exports import ACTION as EXPORT
from ..models import Approval, Role
from ..rules import approvals_visible_to, holds
from .forms import DecisionForm


def state_of(approval: Approval, at: Any) -> tuple[str, str]:
    """Words and tone of the tag."""
    if approval.approved is False:
        return "不同意", "bad"
    if approval.used_at:
        return "已执行", "ok"
    if at >= approval.expires_at:
        return "已过期", "off"
    return ("已同意，待执行", "now") if approval.approved else ("待审批", "warn")


def shown(content: Any) -> list[tuple[str, str]]:
    """The approved content as lines; keys in Latin letters are for programs and stay hidden where Chinese
    ones tell the same."""
    if not isinstance(content, dict):
        return [("内容", str(content))]
    chinese = {key: value for key, value in content.items() if not key.isascii()}
    return [(key, _words(value)) for key, value in (chinese or content).items() if value not in ("", None)]


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return "；".join(f"{key}：{_words(one)}" for key, one in value.items())
    if isinstance(value, list):
        return "、".join(_words(one) for one in value)
    return {True: "是", False: "否"}.get(value, str(value)) if isinstance(value, bool) else str(value)


# The page of what is approved, by the kind of object: names of addresses, since this app knows no other.
PAGES = {
    "exams.exam": "exams:exam",
    "exams.form": "exams:form",
    "exams.rosterentry": "exams:entry",
    "people.user": "people:person",
}
# Deeds whose page is named by their content: (address, its parts, its query).
PAGES_OF_DEEDS = {
    "figure.freeze": ("exams:exam_card", ("exam", "measure"), ("unit", "as_of")),
}


def target_url(approval: Approval) -> str:
    """Where the second person can look at what he approves; "" where there is no page."""
    if approval.action in PAGES_OF_DEEDS:
        name, parts, query = PAGES_OF_DEEDS[approval.action]
        address = reverse(name, args=[approval.content[one] for one in parts])
        asked = {one: approval.content[one] for one in query if approval.content[one]}
        return f"{address}?{urlencode(asked)}"
    name = PAGES.get(approval.object_type)
    return reverse(name, args=[approval.object_id]) if name else ""


@page
def approvals(request: HttpRequest) -> HttpResponse:
    """What waits for me; below it what I proposed and what is settled."""
    at = clock.now()
    mine = approvals_visible_to(request.user).select_related("unit", "proposer", "approver")
    open_rows = mine.filter(decided_at__isnull=True, expires_at__gt=at)
    waiting = list(open_rows.exclude(proposer=request.user))
    rest = mine.exclude(pk__in=[row.pk for row in waiting])
    page_obj = Paginator(rest, 30).get_page(request.GET.get("page"))
    for row in page_obj:
        row.state, row.tone = state_of(row, at)
    return render(request, "people/approvals.html", {"waiting": waiting, "page_obj": page_obj})


@page
def approval(request: HttpRequest, approval: UUID) -> HttpResponse:
    """One proposal with exactly what is approved; agree or refuse."""
    at = clock.now()
    rows = approvals_visible_to(request.user).select_related("unit", "proposer", "approver")
    found = get_object_or_404(rows, pk=approval)
    state, tone = state_of(found, at)
    is_open = found.decided_at is None and at < found.expires_at
    may_decide = (
        is_open and found.proposer_id != request.user.pk and holds(request.user, found.unit, Role.OFFICER)
    )
    form = DecisionForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        approve = "approve" in request.POST
        try:
            decided = decide(
                approval=found,
                approve=approve,
                reason=form.cleaned_data["reason"],
                at=at,
                actor=request.user,
            )
        except (Invalid, Conflict) as error:
            form.add_error(None, error.message)
            status = error.status
        else:
            done = "已同意并执行。" if decided.used_at else "已同意，提出人可以执行了。"
            messages.success(request, done if approve else "已退回。")
            return redirect("people:approvals")
    context = {
        "approval": found,
        "lines": shown(found.content),
        "target_url": target_url(found),
        "state": state,
        "tone": tone,
        "may_decide": may_decide,
        "form": form,
        "own": found.proposer_id == request.user.pk and is_open,
        "may_download": found.action == EXPORT
        and found.proposer_id == request.user.pk
        and found.approved
        and found.used_at is None
        and at < found.expires_at,
    }
    return render(request, "people/approval.html", context, status=status)
