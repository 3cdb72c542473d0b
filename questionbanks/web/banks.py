"""Pages of banks: the list, one bank with search and facets, its topics, what is done with many items."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_POST, require_safe

from examsite.lib import clock
from examsite.lib.errors import Forbidden, Invalid
from examsite.people.rules import units_under
from examsite.web import Crumb, ask, back_url, page

from ..domain.banks import (
    change_bank,
    close_practice,
    create_bank,
    move_topic,
    open_practice,
    topic_paths,
)
from ..domain.laws import items_with_ended_law
from ..domain.queries import facets, find_items
from ..domain.reviewing import ACTIONS, REVIEWER_ACTIONS, move_items
from ..models import Bank, ImportState, Item, ItemState, Topic
from ..rules import (
    EDITORS,
    banks_visible_to,
    may_edit,
    may_keep_laws,
    may_review,
    may_switch_practice,
    require_editor,
    require_mover,
    require_practice_officer,
)
from .forms import BankForm, NewBankForm, TopicForm, topic_choices, wanted_from

PER_PAGE = 50


def visible_bank(request: HttpRequest, bank: UUID) -> Bank:
    """The bank, if the asker may see it; else 404."""
    return get_object_or_404(banks_visible_to(request.user).select_related("unit"), pk=bank)


def editable_bank(request: HttpRequest, bank: UUID) -> Bank:
    """The bank, if the asker may change it; 404 out of sight, 403 for readers."""
    found = visible_bank(request, bank)
    require_editor(request.user, found)
    return found


def crumbs(bank: Bank | None = None) -> list[Crumb]:
    trail = [("题库", reverse("questionbanks:banks"))]
    return trail + ([(bank.name, reverse("questionbanks:bank", args=[bank.pk]))] if bank else [])


@page
@require_safe
def banks(request: HttpRequest) -> HttpResponse:
    """The banks I may see, with how many items of which state they hold.

    `ended`: approved and not marked, but of a law that has ended; such items are not usable either.
    """
    approved = Q(items__state=ItemState.APPROVED, items__stale_reason="")
    ended = Q(items__in=items_with_ended_law(localdate(clock.now())).values("pk"))
    rows = (
        banks_visible_to(request.user)
        .select_related("unit")
        .annotate(
            usable=Count("items", filter=approved & ~ended),
            ended=Count("items", filter=approved & ended),
            waiting=Count("items", filter=Q(items__state=ItemState.IN_REVIEW)),
            drafts=Count("items", filter=Q(items__state=ItemState.DRAFT)),
            stale=Count("items", filter=~Q(items__stale_reason="") & ~Q(items__state=ItemState.RETIRED)),
        )
        .order_by("name", "pk")
    )
    return render(
        request,
        "questionbanks/banks.html",
        {
            "page_obj": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
            "may_create": units_under(request.user, *EDITORS).exists(),
            "may_keep_laws": may_keep_laws(request.user),
        },
    )


@page
def bank_new(request: HttpRequest) -> HttpResponse:
    units = units_under(request.user, *EDITORS)
    if not units.exists():
        raise Forbidden("forbidden", "题库由单位的考务或题库员建立。")
    form = NewBankForm(request.POST or None, units=units)

    def do(data: dict[str, Any]) -> str:
        made = create_bank(
            name=data["name"],
            unit=data["unit"],
            description=data["description"],
            at=clock.now(),
            actor=request.user,
        )
        return reverse("questionbanks:bank", args=[made.pk])

    return ask(
        request,
        form,
        do,
        heading="新建题库",
        submit_label="新建",
        cancel_url=reverse("questionbanks:banks"),
        done="题库已建好，可以导入试题了。",
        crumbs=crumbs(),
    )


@page
def bank_edit(request: HttpRequest, bank: UUID) -> HttpResponse:
    found = editable_bank(request, bank)
    target = reverse("questionbanks:bank", args=[found.pk])
    form = BankForm(request.POST or None, initial={"name": found.name, "description": found.description})

    def do(data: dict[str, Any]) -> str:
        change_bank(bank=found, at=clock.now(), actor=request.user, **data)
        return target

    return ask(
        request, form, do, heading="修改题库", submit_label="保存", cancel_url=target, crumbs=crumbs(found)
    )


@page
def bank_practice(request: HttpRequest, bank: UUID) -> HttpResponse:
    """Open the bank for voluntary practice, or close it."""
    found = visible_bank(request, bank)
    require_practice_officer(request.user, found)
    is_open = found.practice_since is not None
    target = reverse("questionbanks:bank", args=[found.pk])

    def do(data: dict[str, Any]) -> str:
        switch = close_practice if is_open else open_practice
        switch(bank=found, at=clock.now(), actor=request.user)
        return target

    return ask(
        request,
        Form(request.POST if request.method == "POST" else None),
        do,
        heading="停止练习" if is_open else "开放练习",
        lead=f"“{found}”，{found.unit}的人都可以练。"
        if not is_open
        else f"“{found}”停止以后，考生在“我的考试”里就看不到它了。",
        notice=""
        if is_open
        else "练习自愿、不计分、不留记录，答完能看到答案、解析和法条。只放出已审定、未过时的题；"
        "正在用、将要用在考试里的题，在那场考试公布解析以前不会放出。开放过的题再用来考试，会的人可能多。",
        submit_label="停止练习" if is_open else "开放练习",
        cancel_url=target,
        done="已停止练习。" if is_open else "已开放练习，考生在“我的考试”里能看到。",
        crumbs=crumbs(found),
    )


@page
@require_safe
def bank(request: HttpRequest, bank: UUID) -> HttpResponse:
    """One bank: search, facets, a page of items, what can be done with those ticked."""
    found = visible_bank(request, bank)
    wanted = wanted_from(request.GET)
    paths = topic_paths(found)
    items = (
        find_items(found, wanted, paths)
        .select_related("current")
        .prefetch_related("current__citations__edition__law")
    )
    columns, total = facets(found, wanted, paths)
    paginator = Paginator(items, PER_PAGE)
    paginator.count = total  # known already: no second look through all items
    rows = paginator.get_page(request.GET.get("page"))
    for item in rows:
        item.path = paths.get(item.topic_id, "")
    return render(
        request,
        "questionbanks/bank.html",
        {
            "bank": found,
            "wanted": wanted,
            "facets": columns,
            "page_obj": rows,
            "narrowed": any(name in request.GET for name in wanted.__slots__ if request.GET.get(name)),
            "open_imports": found.imports.filter(
                state__in=[ImportState.REVIEW, ImportState.READING]
            ).select_related("created_by")[:5],
            "may_edit": may_edit(request.user, found),
            "may_review": may_review(request.user, found),
            "may_switch_practice": may_switch_practice(request.user, found),
        },
    )


@page
@require_POST
def bank_move(request: HttpRequest, bank: UUID) -> HttpResponse:
    """Submit, approve, send back, retire or restore the ticked items, or all that the filter shows."""
    found = visible_bank(request, bank)
    action = request.POST.get("action", "")
    if action not in ACTIONS:
        raise Invalid("action", "没有这种操作。")
    require_mover(request.user, found, action, REVIEWER_ACTIONS)
    if "all" in request.POST:
        ids = find_items(found, wanted_from(request.POST)).order_by().values_list("pk", flat=True)
    else:
        ids = Item.objects.filter(pk__in=_uuids(request.POST.getlist("item"))).values_list("pk", flat=True)
    count = move_items(
        bank=found,
        item_ids=list(ids),
        action=action,
        at=clock.now(),
        actor=request.user,
        reason=request.POST.get("reason", "")[:500],
    )
    messages.success(request, f"{ACTIONS[action]}：{count}道题。")
    return redirect(back_url(request) if request.headers.get("referer") else found_url(found))


def found_url(bank: Bank) -> str:
    return reverse("questionbanks:bank", args=[bank.pk])


def _uuids(texts: list[str]) -> list[UUID]:
    try:
        return [UUID(text) for text in texts]
    except ValueError as error:
        raise Invalid("item", "选中的试题不对，请刷新页面再试。") from error


# --- Topics ----------------------------------------------------------------------------------------------


@page
@require_safe
def topics(request: HttpRequest, bank: UUID) -> HttpResponse:
    """The tree of topics, with how many items stand under each."""
    found = visible_bank(request, bank)
    counts = dict(
        found.items.exclude(state=ItemState.RETIRED).order_by().values_list("topic").annotate(n=Count("pk"))
    )
    paths = topic_paths(found)
    rows = [
        {
            "pk": key,
            "name": path.rpartition("/")[2],
            "indent": range(path.count("/")),
            "count": counts.get(key, 0),
        }
        for key, path in sorted(paths.items(), key=lambda pair: pair[1].split("/"))
    ]
    return render(
        request,
        "questionbanks/topics.html",
        {
            "bank": found,
            "rows": rows,
            "without": counts.get(None, 0),
            "may_edit": may_edit(request.user, found),
        },
    )


@page
def topic_edit(request: HttpRequest, bank: UUID, topic: UUID) -> HttpResponse:
    """Another name or place; a namesake at the new place takes the items over."""
    found = editable_bank(request, bank)
    chosen = get_object_or_404(Topic, bank=found, pk=topic)
    paths = topic_paths(found)
    form = TopicForm(
        request.POST or None,
        parents=topic_choices(found, paths, without=paths[chosen.pk]),
        initial={"name": chosen.name, "parent": str(chosen.parent_id or "")},
    )
    target = reverse("questionbanks:topics", args=[found.pk])

    def do(data: dict[str, Any]) -> str:
        parent = Topic.objects.get(bank=found, pk=data["parent"]) if data["parent"] else None
        move_topic(topic=chosen, name=data["name"], parent=parent, at=clock.now(), actor=request.user)
        return target

    return ask(
        request,
        form,
        do,
        heading=f"修改知识点“{chosen.name}”",
        submit_label="保存",
        cancel_url=target,
        lead="改成和同级知识点一样的名称，就是把两个知识点并成一个。",
        done="知识点已修改。",
        crumbs=[*crumbs(found), ("知识点", target)],
    )
