"""Editions of statutes: added, ended, given their text, compared; items follow a new one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate

from examsite.lib.errors import Conflict, Invalid, NotFound
from examsite.people.domain.audit import record
from examsite.people.models import User

from ..formats.base import Unreadable
from ..formats.sandbox import text_in_child
from ..kinds.base import replace
from ..models import Article, Edition, Item, ItemState, Law, LawType
from ..statutes.comparing import RENUMBERED, SAME, ArticleChange, compare_articles
from ..statutes.reading import StatuteText, read_statute
from .items import change_item, whole_question
from .laws import mark_stale
from .reading import require_size

PREAMBLE = "序言"
BATCH = 500


@transaction.atomic
def add_law(
    *,
    title: str,
    short: str,
    aliases: Iterable[str],
    type: str,
    adopted_on: date,
    in_force_on: date | None,
    article_count: int | None,
    at: datetime,
    actor: User | None,
) -> Law:
    """A statute that the catalogue does not have, with an edition. Raises Conflict for a taken name."""
    title, short = title.strip(), short.strip()
    taken = Law.objects.filter(title=title) | Law.objects.filter(short=short)
    if taken.exists():
        raise Conflict("double", f"目录里已有《{taken[0].short}》。")
    if type not in LawType.values:
        raise Invalid("type", "没有这种法律类型。")
    law = Law.objects.create(title=title, short=short, aliases=list(aliases), type=type)
    record(action="law.add", target=law, at=at, actor=actor, after={"short": short})
    add_edition(
        law=law,
        adopted_on=adopted_on,
        in_force_on=in_force_on,
        article_count=article_count,
        at=at,
        actor=actor,
    )
    return law


@transaction.atomic
def add_edition(
    *,
    law: Law,
    adopted_on: date,
    in_force_on: date | None,
    article_count: int | None = None,
    at: datetime,
    actor: User | None,
) -> Edition:
    """A new edition. It ends the one before it on the day it comes into force, and items that rest on that
    one become stale, unless that day is still to come (then the daily `mark_stale` sees to it).

    Raises Conflict for a day of adoption that is known, Invalid for days in the wrong order.
    """
    law = Law.objects.select_for_update().get(pk=law.pk)
    if in_force_on is not None and in_force_on < adopted_on:
        raise Invalid("order", "施行日期不能早于通过日期。")
    if law.editions.filter(adopted_on=adopted_on).exists():
        raise Conflict("double", f"《{law.short}》已有{adopted_on}通过的版本。")
    before = law.editions.filter(adopted_on__lt=adopted_on).order_by("-adopted_on").first()
    after = law.editions.filter(adopted_on__gt=adopted_on).order_by("adopted_on").first()
    edition = Edition(law=law, adopted_on=adopted_on, in_force_on=in_force_on, article_count=article_count)
    edition.ended_on = after.in_force_on if after else law.repealed_on
    if before is not None and in_force_on is not None:
        if before.in_force_on is not None and before.in_force_on >= in_force_on:
            raise Invalid("order", f"上一版{before.in_force_on}才施行，请核对日期。")
        before.ended_on = in_force_on
        before.save(update_fields=["ended_on"])
    edition.save()
    stale = mark_stale(day=localdate(at))
    record(
        action="edition.add",
        target=edition,
        at=at,
        actor=actor,
        after={"in_force_on": str(in_force_on), "ended": str(before) if before else "", "stale": stale},
    )
    return edition


@transaction.atomic
def repeal_law(*, law: Law, on: date, by: str, at: datetime, actor: User | None) -> int:
    """The statute is no more from `on`; how many items became stale by it."""
    law = Law.objects.select_for_update().get(pk=law.pk)
    law.repealed_on, law.repealed_by = on, by.strip()[:100]
    law.save(update_fields=["repealed_on", "repealed_by"])
    for edition in law.editions.filter(ended_on=None):
        if edition.in_force_on is not None and edition.in_force_on >= on:
            raise Invalid("order", f"{edition}{edition.in_force_on}才施行，请核对废止日期。")
        edition.ended_on = on
        edition.save(update_fields=["ended_on"])
    stale = mark_stale(day=localdate(at))
    record(
        action="law.repeal", target=law, at=at, actor=actor, after={"on": str(on), "by": by, "stale": stale}
    )
    return stale


# --- Text ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stored:
    """What came of giving an edition a text."""

    added: int
    changed: int
    kept: int


def read_statute_file(data: bytes, *, name: str) -> StatuteText:
    """The articles of a Markdown, text or Word file. Raises Invalid for a file without any."""
    require_size(len(data), name)
    try:
        statute = read_statute(text_in_child(data, name=name))
    except Unreadable as error:
        raise Invalid(error.code, f"“{name}”：{error.message}。") from error
    if not statute.articles:
        raise Invalid("no_articles", f"“{name}”：{statute.problems[0]}。")
    return statute


def edition_for(statute: StatuteText) -> Edition:
    """The edition of the catalogue that a text is of, by its title and the day of its last adoption.

    Raises NotFound naming what the catalogue lacks.
    """
    law = Law.objects.filter(title=statute.title).first() or Law.objects.filter(short=statute.short).first()
    if law is None:
        raise NotFound("law", f"目录里没有《{statute.short}》，请先登记。")
    edition = law.editions.filter(adopted_on=statute.adopted).first() if statute.adopted else None
    if edition is None:
        raise NotFound("edition", f"《{law.short}》没有{statute.adopted or '写明日期'}通过的版本，请先登记。")
    return edition


@transaction.atomic
def store_text(
    *, edition: Edition, statute: StatuteText, at: datetime, actor: User | None, replace_changed: bool = False
) -> Stored:
    """Give an edition the articles of a text; a code may come book by book.

    Articles that are there and say something else are left alone, unless `replace_changed`: raises Conflict
    naming them. Raises Invalid when the text is of another statute.
    """
    edition = Edition.objects.select_for_update(of=("self",)).select_related("law").get(pk=edition.pk)
    names = {edition.law.short, edition.law.title, *edition.law.aliases}
    if statute.title and statute.title not in names and statute.short not in names:
        raise Invalid("other_law", f"文件里是《{statute.short}》，不是《{edition.law.short}》。")
    wanted = {one.label: (one.number, one.heading, one.text) for one in statute.articles}
    if statute.preamble:
        wanted[PREAMBLE] = ((0, 0), "", statute.preamble)
    there = {one.label: one for one in edition.articles.filter(label__in=list(wanted))}
    changed = [label for label, one in there.items() if one.text != wanted[label][2]]
    if changed and not replace_changed:
        names_shown = "、".join(changed[:5])
        raise Conflict(
            "changed", f"已有的{names_shown}等{len(changed)}条和文件里的不一样；确认要换成文件里的，请勾选。"
        )
    for label in changed:
        there[label].text, there[label].heading = wanted[label][2], wanted[label][1][:200]
    Article.objects.bulk_update([there[label] for label in changed], ["text", "heading"], batch_size=BATCH)
    added = [
        Article(
            edition=edition, label=label, order=number[0] * 100 + number[1], heading=heading[:200], text=text
        )
        for label, (number, heading, text) in wanted.items()
        if label not in there
    ]
    Article.objects.bulk_create(added, batch_size=BATCH)
    stored = Stored(len(added), len(changed), len(there) - len(changed))
    record(
        action="edition.text",
        target=edition,
        at=at,
        actor=actor,
        after={"added": stored.added, "changed": stored.changed, "kept": stored.kept},
    )
    return stored


# --- Comparing -------------------------------------------------------------------------------------------


def compare_editions(old: Edition, new: Edition) -> list[ArticleChange]:
    """Article by article; raises Invalid where one of them has no text yet."""
    texts = []
    for edition in (old, new):
        rows = list(edition.articles.exclude(label=PREAMBLE).order_by("order").values_list("label", "text"))
        if not rows:
            raise Invalid("no_text", f"{edition}还没有条文，请先导入全文。")
        texts.append(rows)
    return compare_articles(*texts)


def items_citing(edition: Edition) -> QuerySet[Item]:
    """Items in use whose current version rests on an edition."""
    return (
        Item.objects.exclude(state=ItemState.RETIRED)
        .filter(current__in=edition.citations.values("version"))
        .select_related("bank__unit", "current")
        .prefetch_related("current__citations__edition__law")
        .order_by("bank__name", "number")
    )


@transaction.atomic
def follow_edition(
    *, items: Iterable[Item], old: Edition, new: Edition, at: datetime, actor: User | None
) -> tuple[int, int]:
    """Let items rest on the new edition where every article of the old one that they cite is word for word in
    it: (moved, left alone). A moved item has a next version and goes back to be reviewed."""
    moves = {
        one.old_label: one.new_label for one in compare_editions(old, new) if one.kind in (SAME, RENUMBERED)
    }
    moved = left = 0
    for item in items:
        question = whole_question(item)
        own = (old.law.short, old.adopted_on.isoformat())
        cited = [one for one in question.citations if (one.law, one.edition) == own]
        if not cited or any(one.article not in moves for one in cited):
            left += 1
            continue
        citations = tuple(
            replace(one, edition=new.adopted_on.isoformat(), article=moves[one.article])
            if one in cited
            else one
            for one in question.citations
        )
        change_item(item=item, question=replace(question, citations=citations), at=at, actor=actor)
        moved += 1
    return moved, left
