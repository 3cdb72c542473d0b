"""Looking for items: conditions, facets with counts, use in exams. Few statements, whatever the size."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, IntegerField, Q, QuerySet, When

from ..kinds.registry import KINDS
from ..likeness import bare
from ..models import Article, Bank, Difficulty, Item, ItemCitation, ItemFinding, ItemState
from .banks import topic_paths
from .items import label_line

ORDERS = {"number": "number", "-number": "-number", "-created_at": "-created_at"}
NO_TOPIC = "none"
_NUMBER = re.compile(r"([#＃第]?)(\d{1,8})[题号]?")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for in a bank; "" and None mean any. `stale`: "1" stale ones, "0" the others."""

    words: str = ""
    kind: str = ""
    state: str = ""
    topic: str = ""  # id of a topic, with all below it; NO_TOPIC for items without
    law: str = ""
    difficulty: str = ""
    audience: str = ""
    tag: str = ""
    stale: str = ""
    run: str = ""
    order: str = "number"


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a facet, with how many items it would show."""

    value: str
    label: str
    count: int
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Facet:
    """One column that items can be narrowed by. `name` is the field of Wanted."""

    name: str
    label: str
    chosen: str
    options: tuple[Option, ...] = field(default_factory=tuple)


def find_items(
    bank: Bank, wanted: Wanted, paths: dict[UUID, str] | None = None, *, retired: bool = False
) -> QuerySet[Item]:
    """The items of a bank that fit. Retired ones show only when their state is asked for, or with `retired`.

    `paths`: `topic_paths` of the bank, where they are at hand.
    """
    items = bank.items.all()
    if not wanted.state and not retired:
        items = items.exclude(state=ItemState.RETIRED)
    for word in wanted.words.split():
        items = items.filter(_about(word))
    equal = {name: getattr(wanted, name) for name in ("kind", "state", "difficulty") if getattr(wanted, name)}
    items = items.filter(**equal)
    if wanted.topic == NO_TOPIC:
        items = items.filter(topic=None)
    elif wanted.topic:
        items = items.filter(topic__in=_below(bank, wanted.topic, paths))
    if wanted.law:
        cited = ItemCitation.objects.filter(edition__law=wanted.law).values("version")
        items = items.filter(current__in=cited)
    if wanted.audience:
        items = items.filter(labels__contains=f"\n{label_line('@', wanted.audience)}\n")
    if wanted.tag:
        items = items.filter(labels__contains=f"\n{label_line('#', wanted.tag)}\n")
    if wanted.stale:
        items = items.exclude(stale_reason="") if wanted.stale == "1" else items.filter(stale_reason="")
    if wanted.run:
        items = items.filter(import_run=wanted.run)
    return items.order_by(ORDERS[wanted.order])


def _about(word: str) -> Q:
    """ "#12" and "第12题" are a number, "12" a number or words, everything else words."""
    number = _NUMBER.fullmatch(word)
    condition = Q(number=int(number.group(2))) if number else Q()
    if number and number.group(1):
        return condition
    return condition | Q(folded__contains=bare(word)) if bare(word) else condition


def _below(bank: Bank, topic: str, paths: dict[UUID, str] | None) -> list[UUID]:
    """The topic and all below it."""
    paths = topic_paths(bank) if paths is None else paths
    top = next((path for key, path in paths.items() if str(key) == topic), None)
    return [key for key, path in paths.items() if top and (path == top or path.startswith(f"{top}/"))]


@dataclass(frozen=True, slots=True)
class _Cell:
    """Items that are alike in everything facets look at, counted."""

    state: str
    kind: str
    topic: UUID | None
    difficulty: int | None
    audience: tuple[str, ...]
    stale: bool
    count: int


def facets(bank: Bank, wanted: Wanted, paths: dict[UUID, str]) -> tuple[list[Facet], int]:
    """All facets, each counted under the other conditions, and how many items fit all of them.

    Two statements: one groups the items that have the words, the law, the tag and the import by all facets at
    once (an index holds those columns), one counts the laws. The rest is adding up.
    """
    cells = _cells(bank, wanted, paths)
    topics = set(_below(bank, wanted.topic, paths)) if wanted.topic not in ("", NO_TOPIC) else None

    def counted(name: str, value: Callable[[_Cell], Any]) -> Counter[Any]:
        counts: Counter[Any] = Counter()
        for cell in cells:
            if _fits(cell, wanted, topics, without=name):
                counts[value(cell)] += cell.count
        return counts

    states = counted("state", lambda cell: cell.state)
    kinds = counted("kind", lambda cell: cell.kind)
    levels = counted("difficulty", lambda cell: cell.difficulty)
    stale = counted("stale", lambda cell: cell.stale)
    rows = {
        "state": ("状态", [Option(one.value, one.label, states[one.value]) for one in ItemState]),
        "kind": ("题型", [Option(code, one.label, kinds[code]) for code, one in KINDS.items()]),
        "topic": ("知识点", _topics(counted("topic", lambda cell: cell.topic), paths)),
        "law": ("法律", _laws(find_items(bank, replace(wanted, law=""), paths))),
        "difficulty": ("难度", [Option(str(one), one.label, levels[one.value]) for one in Difficulty]),
        "audience": ("适用对象", _audiences(counted("audience", lambda cell: cell.audience))),
        "stale": ("时效", [Option("1", "可能过时", stale[True]), Option("0", "没有标记", stale[False])]),
    }
    total = sum(cell.count for cell in cells if _fits(cell, wanted, topics, without=""))
    return [
        Facet(name, label, getattr(wanted, name), tuple(one for one in options if one.count))
        for name, (label, options) in rows.items()
    ], total


def _cells(bank: Bank, wanted: Wanted, paths: dict[UUID, str]) -> list[_Cell]:
    fixed = Wanted(words=wanted.words, law=wanted.law, tag=wanted.tag, run=wanted.run)
    stale = Case(When(stale_reason="", then=0), default=1, output_field=IntegerField())
    groups = (
        find_items(bank, fixed, paths, retired=True)
        .order_by()
        .annotate(is_stale=stale)
        .values_list("state", "kind", "topic", "difficulty", "audience", "is_stale")
        .annotate(n=Count("*"))
    )
    return [
        _Cell(state, kind, topic, difficulty, tuple(audience or ()), bool(is_stale), n)
        for state, kind, topic, difficulty, audience, is_stale, n in groups
    ]


def _fits(cell: _Cell, wanted: Wanted, topics: set[UUID] | None, *, without: str) -> bool:
    """Whether a cell fits all conditions but the one on `without`: as `find_items` does it."""
    tests = {
        "state": cell.state == wanted.state if wanted.state else cell.state != ItemState.RETIRED,
        "kind": not wanted.kind or cell.kind == wanted.kind,
        "difficulty": not wanted.difficulty or str(cell.difficulty) == wanted.difficulty,
        "topic": _fits_topic(cell.topic, wanted.topic, topics),
        "audience": not wanted.audience
        or label_line("@", wanted.audience) in {label_line("@", one) for one in cell.audience},
        "stale": not wanted.stale or cell.stale == (wanted.stale == "1"),
    }
    return all(passed for name, passed in tests.items() if name != without)


def _fits_topic(topic: UUID | None, wanted: str, topics: set[UUID] | None) -> bool:
    if topics is not None:
        return topic in topics
    return topic is None if wanted == NO_TOPIC else True


def _topics(counts: Counter[UUID | None], paths: dict[UUID, str]) -> list[Option]:
    """In the order of the tree; a topic counts what stands below it, too."""
    sums: Counter[str] = Counter()
    for key, count in counts.items():
        names = paths[key].split("/") if key else []
        for depth in range(1, len(names) + 1):
            sums["/".join(names[:depth])] += count
    options = [
        Option(str(key), path.rpartition("/")[2], sums[path], path.count("/"))
        for key, path in sorted(paths.items(), key=lambda pair: pair[1].split("/"))
    ]
    return [*options, Option(NO_TOPIC, "（没有知识点）", counts[None])]


def _laws(items: QuerySet[Item]) -> list[Option]:
    """Laws that the items' current versions cite; most cited first."""
    rows = (
        ItemCitation.objects.filter(version__in=items.order_by().values("current"))
        .order_by()
        .values_list("edition__law", "edition__law__short")
        .annotate(n=Count("version", distinct=True))
    )
    return [Option(str(key), short, n) for key, short, n in sorted(rows, key=lambda row: (-row[2], row[1]))]


def _audiences(groups: Counter[tuple[str, ...]]) -> list[Option]:
    """Audiences; an item may have several."""
    counts: Counter[str] = Counter()
    for names, n in groups.items():
        for name in names:
            counts[name] += n
    return [Option(name, name, n) for name, n in counts.most_common()]


# --- One item --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Use:
    """One form in which a version of an item stands."""

    exam: str
    year: int | None
    form: str
    order: int
    version: int
    published: bool


def uses_of(items: Iterable[Item]) -> dict[UUID, list[Use]]:
    """Item id → the forms it stands in, newest exam first; in one statement, through the database alone."""
    rows = (
        Item.objects.filter(pk__in=[item.pk for item in items], versions__slots__isnull=False)
        .order_by("-versions__slots__form__exam__created_at", "versions__slots__form__code")
        .values_list(
            "pk",
            "versions__slots__form__exam__title",
            "versions__slots__form__exam__stat_year",
            "versions__slots__form__code",
            "versions__slots__order",
            "versions__number",
            "versions__slots__form__published_at",
        )
    )
    found: dict[UUID, list[Use]] = {}
    for key, exam, year, form, order, version, published in rows:
        found.setdefault(key, []).append(Use(exam, year, form, order, version, published is not None))
    return found


def findings_about(item: Item) -> list[ItemFinding]:
    """What exams found out about any version of an item, the newest year first."""
    return list(ItemFinding.objects.filter(version__item=item).select_related("version"))


def cited_articles(item: Item) -> list[tuple[ItemCitation, Article | None]]:
    """What the current version cites, with the article's text where it has been loaded; two statements."""
    citations = list(item.current.citations.select_related("edition__law"))
    articles = {
        (one.edition_id, one.label): one
        for one in Article.objects.filter(
            edition__in=[one.edition_id for one in citations], label__in=[one.article for one in citations]
        )
    }
    return [(one, articles.get((one.edition_id, one.article))) for one in citations]
