"""Pages of statutes: the catalogue, editions and their articles, what changed, items out of date."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_POST, require_safe

from examsite.lib import clock
from examsite.lib.errors import Conflict, Forbidden, Invalid, NotFound
from examsite.web import Crumb, ask, page

from ..differences import pieces
from ..domain.editions import (
    add_edition,
    add_law,
    compare_editions,
    follow_edition,
    items_citing,
    read_statute_file,
    repeal_law,
    store_text,
)
from ..domain.queries import uses_of
from ..domain.reading import require_size
from ..models import Edition, Law, LawType
from ..rules import banks_editable_by, items_visible_to, may_keep_laws, may_see_laws
from ..statutes.comparing import CHANGED, LABELS
from .forms import EditionForm, LawForm, RepealForm, StatuteFileForm

PER_PAGE = 50


def _require_reader(request: HttpRequest) -> None:
    if not may_see_laws(request.user):
        raise NotFound("not_found", "没有找到这个页面。")


def _require_keeper(request: HttpRequest) -> None:
    _require_reader(request)
    if not may_keep_laws(request.user):
        raise Forbidden("forbidden", "法律目录由县里的考务或题库员维护。")


def _crumbs(law: Law | None = None) -> list[Crumb]:
    trail = [("题库", reverse("questionbanks:banks")), ("法律目录", reverse("questionbanks:laws"))]
    return trail + ([(law.short, reverse("questionbanks:law", args=[law.pk]))] if law else [])


@page
@require_safe
def laws(request: HttpRequest) -> HttpResponse:
    """The catalogue: what is in force, what ended, how many items rest on it."""
    _require_reader(request)
    words, type_ = request.GET.get("words", "").strip()[:100], request.GET.get("type", "")
    rows = Law.objects.prefetch_related("editions").order_by("type", "short")
    if words:
        rows = rows.filter(Q(title__icontains=words) | Q(short__icontains=words))
    if type_ in LawType.values:
        rows = rows.filter(type=type_)
    page_obj = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    cited = dict(
        items_visible_to(request.user)
        .filter(current__citations__edition__law__in=[law.pk for law in page_obj])
        .order_by()
        .values_list("current__citations__edition__law")
        .annotate(n=Count("pk", distinct=True))
    )
    today = localdate(clock.now())
    for law in page_obj:
        law.cited = cited.get(law.pk, 0)
        law.present = _present(law, today)
    stale = items_visible_to(request.user).exclude(stale_reason="").exclude(state="retired").count()
    return render(
        request,
        "questionbanks/laws.html",
        {
            "page_obj": page_obj,
            "words": words,
            "type": type_,
            "types": LawType.choices,
            "stale": stale,
            "may_keep": may_keep_laws(request.user),
            "crumbs": _crumbs()[:1],
        },
    )


def _present(law: Law, today: Any) -> Edition | None:
    """The edition in force today."""
    begun = [
        one
        for one in law.editions.all()
        if (one.in_force_on or one.adopted_on) <= today and (one.ended_on is None or one.ended_on > today)
    ]
    return begun[-1] if begun else None


@page
@require_safe
def law(request: HttpRequest, law: UUID) -> HttpResponse:
    """One statute with its editions, and the items that rest on each."""
    _require_reader(request)
    found = get_object_or_404(Law, pk=law)
    editions = list(
        found.editions.annotate(n_articles=Count("articles", distinct=True)).order_by("-adopted_on")
    )
    cited = dict(
        items_visible_to(request.user)
        .filter(current__citations__edition__law=found)
        .order_by()
        .values_list("current__citations__edition")
        .annotate(n=Count("pk", distinct=True))
    )
    today = localdate(clock.now())
    for one, older in zip(editions, [*editions[1:], None], strict=True):
        one.cited = cited.get(one.pk, 0)
        one.older = older
        one.ended = one.ended_on is not None and one.ended_on <= today
        one.coming = one.in_force_on is not None and one.in_force_on > today
    return render(
        request,
        "questionbanks/law.html",
        {
            "law": found,
            "editions": editions,
            "may_keep": may_keep_laws(request.user),
            "crumbs": _crumbs(),
        },
    )


@page
@require_safe
def edition(request: HttpRequest, edition: UUID) -> HttpResponse:
    """The text of an edition."""
    _require_reader(request)
    found = get_object_or_404(Edition.objects.select_related("law"), pk=edition)
    return render(
        request,
        "questionbanks/edition.html",
        {
            "edition": found,
            "law": found.law,
            "articles": found.articles.order_by("order"),
            "may_keep": may_keep_laws(request.user),
            "crumbs": _crumbs(found.law),
        },
    )


@page
@require_safe
def compare(request: HttpRequest, old: UUID, new: UUID) -> HttpResponse:
    """Two editions article by article, with the items that rest on the older one."""
    _require_reader(request)
    first = get_object_or_404(Edition.objects.select_related("law"), pk=old)
    second = get_object_or_404(Edition.objects.select_related("law"), pk=new, law=first.law)
    changes = compare_editions(first, second)
    kind = request.GET.get("kind", "")
    cited = _cited_articles(request, first)
    counts = {name: sum(one.kind == name for one in changes) for name in LABELS}
    if kind == "cited":
        changes = [one for one in changes if one.old_label in cited]
    elif kind in LABELS:
        changes = [one for one in changes if one.kind == kind]
    rows = Paginator(changes, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "questionbanks/compare.html",
        {
            "law": first.law,
            "old": first,
            "new": second,
            "page_obj": rows,
            "rows": [
                {
                    "change": one,
                    "pieces": pieces(one.old_text, one.new_text) if one.kind == CHANGED else (),
                    "items": cited.get(one.old_label, []),
                }
                for one in rows
            ],
            "kind": kind,
            "tabs": [(name, LABELS[name], counts[name]) for name in LABELS],
            "cited_count": sum(len(items) for items in cited.values()),
            "may_follow": banks_editable_by(request.user).exists() and bool(cited),
            "crumbs": _crumbs(first.law),
        },
    )


def _cited_articles(request: HttpRequest, edition: Edition) -> dict[str, list[Any]]:
    """Label → the visible items whose current version cites that article of the edition."""
    found: dict[str, list[Any]] = {}
    for item in items_citing(edition).filter(pk__in=items_visible_to(request.user)):
        for one in item.current.citations.all():
            if one.edition_id == edition.pk and item not in found.setdefault(one.article, []):
                found[one.article].append(item)
    return found


@page
@require_POST
def follow(request: HttpRequest, old: UUID, new: UUID) -> HttpResponse:
    """Let my items whose articles have not changed rest on the new edition."""
    _require_reader(request)
    first = get_object_or_404(Edition.objects.select_related("law"), pk=old)
    second = get_object_or_404(Edition.objects.select_related("law"), pk=new, law=first.law)
    items = items_citing(first).filter(bank__in=banks_editable_by(request.user))
    moved, left = follow_edition(items=items, old=first, new=second, at=clock.now(), actor=request.user)
    messages.success(
        request, f"{moved}道题改引新版（回到草稿，要重新审题）；{left}道题引用的条文有变化，要逐题核对。"
    )
    return redirect("questionbanks:compare", old, new)


@page
@require_safe
def stale(request: HttpRequest) -> HttpResponse:
    """Items whose statute has moved on, with the exams and forms that use them."""
    _require_reader(request)
    items = (
        items_visible_to(request.user)
        .exclude(stale_reason="")
        .exclude(state="retired")
        .select_related("bank__unit", "current")
        .prefetch_related("current__citations__edition__law")
        .order_by("bank__name", "number")
    )
    page_obj = Paginator(items, PER_PAGE).get_page(request.GET.get("page"))
    uses = uses_of(page_obj)
    for item in page_obj:
        item.uses = uses.get(item.pk, [])
    return render(request, "questionbanks/stale.html", {"page_obj": page_obj, "crumbs": _crumbs()})


# --- Keeping the catalogue -------------------------------------------------------------------------------


@page
def law_new(request: HttpRequest) -> HttpResponse:
    _require_keeper(request)
    form = LawForm(request.POST or None)

    def do(data: dict[str, Any]) -> str:
        aliases = [one.strip() for one in data.pop("aliases").replace(";", "；").split("；") if one.strip()]
        made = add_law(aliases=aliases, at=clock.now(), actor=request.user, **data)
        return reverse("questionbanks:law", args=[made.pk])

    return ask(
        request,
        form,
        do,
        heading="登记法律",
        submit_label="登记",
        cancel_url=reverse("questionbanks:laws"),
        crumbs=_crumbs(),
    )


@page
def edition_new(request: HttpRequest, law: UUID) -> HttpResponse:
    _require_keeper(request)
    found = get_object_or_404(Law, pk=law)
    target = reverse("questionbanks:law", args=[found.pk])

    def do(data: dict[str, Any]) -> str:
        add_edition(law=found, at=clock.now(), actor=request.user, **data)
        return target

    return ask(
        request,
        EditionForm(request.POST or None),
        do,
        heading="登记新版本",
        submit_label="登记",
        cancel_url=target,
        lead=f"《{found.short}》修订以后登记新版；引用上一版的试题从施行之日起标为可能过时，重新审定以前不进入新的试卷。",
        done="新版本已登记。导入全文后可以逐条对照。",
        crumbs=_crumbs(found),
    )


@page
def law_repeal(request: HttpRequest, law: UUID) -> HttpResponse:
    _require_keeper(request)
    found = get_object_or_404(Law, pk=law)
    target = reverse("questionbanks:law", args=[found.pk])

    def do(data: dict[str, Any]) -> str:
        count = repeal_law(
            law=found, on=data["repealed_on"], by=data["repealed_by"], at=clock.now(), actor=request.user
        )
        messages.success(request, f"已登记废止，{count}道题标为可能过时。")
        return target

    return ask(
        request,
        RepealForm(request.POST or None),
        do,
        heading="登记废止",
        submit_label="登记废止",
        cancel_url=target,
        danger=True,
        lead=f"《{found.short}》废止以后，引用它的试题从这一天起标为可能过时。",
        crumbs=_crumbs(found),
    )


@page
def edition_text(request: HttpRequest, edition: UUID) -> HttpResponse:
    """Import the text of an edition from Markdown, text or Word."""
    _require_keeper(request)
    found = get_object_or_404(Edition.objects.select_related("law"), pk=edition)
    sent_in = request.method == "POST"
    form = StatuteFileForm(request.POST, request.FILES) if sent_in else StatuteFileForm()
    target = reverse("questionbanks:edition", args=[found.pk])
    status, statute = 200, None
    if sent_in and form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            require_size(sent.size, sent.name)
            statute = read_statute_file(sent.read(), name=sent.name)
            stored = store_text(
                edition=found,
                statute=statute,
                at=clock.now(),
                actor=request.user,
                replace_changed="replace" in request.POST,
            )
        except (Invalid, Conflict) as error:
            form.add_error("file", error.message)
            status = error.status
        else:
            messages.success(
                request, f"导入{stored.added}条，更正{stored.changed}条，{stored.kept}条原来就有。"
            )
            for problem in statute.problems:
                messages.warning(request, problem)
            if statute.adopted and statute.adopted != found.adopted_on:
                messages.warning(
                    request, f"文件写的通过日期是{statute.adopted}，目录里是{found.adopted_on}，请核对版本。"
                )
            return redirect(target)
    context = {"edition": found, "law": found.law, "form": form, "crumbs": _crumbs(found.law)}
    return render(request, "questionbanks/edition_text.html", context, status=400 if form.errors else status)
