"""Pages of items: one as the candidate sees it, with key, basis, versions and use; editing; reviewing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_POST, require_safe

from examsite.lib import clock
from examsite.lib.errors import Conflict, Invalid
from examsite.web import page

from ..differences import item_changes
from ..domain.citations import LawBook
from ..domain.doubles import find_doubles
from ..domain.import_rows import problems_of_row
from ..domain.items import change_item, create_items, question_of, whole_question
from ..domain.queries import cited_articles, findings_about, uses_of
from ..domain.reviewing import ACTIONS, REVIEWER_ACTIONS, actions_for, move_items
from ..kinds.base import Question
from ..kinds.registry import KINDS
from ..models import Bank, Item, Law
from ..rules import items_visible_to, may_edit, may_review, require_editor, require_mover
from .banks import crumbs, editable_bank
from .question_form import QuestionForm


def visible_item(request: HttpRequest, item: UUID) -> Item:
    related = ("bank__unit", "current", "author", "reviewer", "import_run", "topic")
    return get_object_or_404(items_visible_to(request.user).select_related(*related), pk=item)


@page
@require_safe
def item(request: HttpRequest, item: UUID) -> HttpResponse:
    """One item with all that is known of it."""
    found = visible_item(request, item)
    versions = list(found.versions.select_related("created_by").order_by("-number"))
    questions = [question_of(version) for version in versions]
    history = [
        {"version": version, "changes": item_changes(older, newer)}
        for version, newer, older in zip(versions, questions, questions[1:], strict=False)
    ]
    actions = [
        (name, ACTIONS[name])
        for name in actions_for(found)
        if (may_review if name in REVIEWER_ACTIONS else may_edit)(request.user, found.bank)
    ]
    row = found.import_rows.first()
    return render(
        request,
        "questionbanks/item.html",
        {
            "item": found,
            "bank": found.bank,
            "question": whole_question(found),
            "basis": cited_articles(found),
            "history": history,
            "first": versions[-1],
            "findings": findings_about(found),
            "uses": uses_of([found]).get(found.pk, []),
            "doubles": _doubles(request, found, questions[0]),
            "doubts": problems_of_row(row) if row and len(versions) == 1 else [],
            "actions": actions,
            "is_author": found.author_id == request.user.pk,
            "may_edit": may_edit(request.user, found.bank),
        },
    )


def _doubles(request: HttpRequest, item: Item, question: Question) -> dict[str, Any]:
    """Items with the same words; with ?near=1 also those that are nearly the same, which takes a while."""
    if request.GET.get("near") == "1":
        matches = find_doubles(bank=item.bank, questions=[question], exclude=item.pk)[0]
        return {
            "searched": True,
            "rows": [(one.item, one.number, one.score, one.same_key) for one in matches],
        }
    same = item.bank.items.filter(double_key=item.double_key).exclude(pk=item.pk)
    rows = [(key, number, 1.0, None) for key, number in same.values_list("pk", "number")[:5]]
    return {"searched": False, "rows": rows}


@page
@require_POST
def item_move(request: HttpRequest, item: UUID) -> HttpResponse:
    """One step in the item's life."""
    found = visible_item(request, item)
    action = request.POST.get("action", "")
    if action not in ACTIONS:
        raise Invalid("action", "没有这种操作。")
    require_mover(request.user, found.bank, action, REVIEWER_ACTIONS)
    move_items(
        bank=found.bank,
        item_ids=[found.pk],
        action=action,
        at=clock.now(),
        actor=request.user,
        reason=request.POST.get("reason", "")[:500],
    )
    messages.success(request, f"{ACTIONS[action]}：第{found.number}题。")
    return redirect("questionbanks:item", found.pk)


@page
def item_edit(request: HttpRequest, item: UUID) -> HttpResponse:
    """The next version of an item."""
    found = visible_item(request, item)
    require_editor(request.user, found.bank)
    form = QuestionForm(whole_question(found), request.POST or None)

    def save(question: Question) -> str:
        before = found.current_id
        version = change_item(item=found, question=question, at=clock.now(), actor=request.user)
        if version.pk != before:
            messages.success(request, f"已存为第{version.number}版，要重新提交审题。")
        else:
            messages.success(request, "已保存。题面和答案没有变，不用重新审题。")
        return reverse("questionbanks:item", args=[found.pk])

    return edit_question(
        request,
        form,
        save,
        bank=found.bank,
        heading=f"修改第{found.number}题",
        cancel_url=reverse("questionbanks:item", args=[found.pk]),
        lead="保存后是新的一版；已经考过的试卷保留原来的文字。",
    )


@page
def item_new(request: HttpRequest, bank: UUID) -> HttpResponse:
    """A new item of the kind in the address."""
    found = editable_bank(request, bank)
    kind = request.GET.get("kind", "single")
    if kind not in KINDS:
        raise Http404
    form = QuestionForm(Question(kind, ""), request.POST or None)

    def save(question: Question) -> str:
        (made,) = create_items(bank=found, questions=[question], at=clock.now(), actor=request.user)
        messages.success(request, f"已存为第{made.number}题（草稿）。")
        return reverse("questionbanks:item", args=[made.pk])

    return edit_question(
        request,
        form,
        save,
        bank=found,
        heading=f"新建{KINDS[kind].label}",
        cancel_url=reverse("questionbanks:bank", args=[found.pk]),
        kinds=[(code, one.label, code == kind) for code, one in KINDS.items()],
    )


def edit_question(
    request: HttpRequest,
    form: QuestionForm,
    save: Any,
    *,
    bank: Bank,
    heading: str,
    cancel_url: str,
    **context: Any,
) -> HttpResponse:
    """The page with the form of an item; `save` takes the Question and returns where to go."""
    errors: list[tuple[str, str]] = []
    status = 200
    if request.method == "POST" and not form.is_only_shown:
        if form.is_valid():
            try:
                question = form.to_question()
                _require_known(question)
                return redirect(save(question))
            except (Invalid, Conflict) as error:
                errors, status = [("", error.message)], error.status
        else:
            errors, status = form.errors(), 400
    context |= {
        "form": form,
        "errors": errors,
        "bank": bank,
        "heading": heading,
        "cancel_url": cancel_url,
        "crumbs": crumbs(bank),
        "topics": sorted(set(bank.topics.values_list("name", flat=True)))[:500],
        "laws": Law.objects.values_list("short", flat=True),
        "part_kinds": [(code, one.label) for code, one in KINDS.items() if code != "case_group"],
    }
    return render(request, "questionbanks/question_form.html", context, status=status)


def _require_known(question: Question) -> None:
    """Raise Invalid for a statute or an edition that the catalogue does not have: a typing error, mostly."""
    book, day = LawBook(), localdate(clock.now())
    for cited in question.citations:
        if book.law(cited.law) is None:
            raise Invalid("law", f"法律目录里没有“{cited.law}”；请核对名称，或先在“法律”里登记。")
        if book.edition(cited, day) is None:
            raise Invalid("edition", f"《{cited.law}》没有{cited.edition}通过的版本，请核对日期。")
