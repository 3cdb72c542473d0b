"""Statutes in the database: the catalogue, editions and their texts, and the items whose statute moved on."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet

from examsite.people.domain.audit import record
from examsite.people.models import User

from ..models import Edition, Item, ItemCitation, ItemState, Law, LawType
from ..seed.load import LawRecord
from .citations import ended_reason

_TYPES = {label: value for value, label in LawType.choices}


@transaction.atomic
def load_catalogue(*, records: Iterable[LawRecord], at: datetime, actor: User | None) -> int:
    """Bring the catalogue up to these records: new laws and editions are added, dates brought up to date.

    Nothing is removed: an item may cite what the catalogue no longer lists. Returns how many laws it has.
    """
    count = 0
    law = None
    for one in records:
        law, _ = Law.objects.update_or_create(
            title=one.title,
            defaults={
                "short": one.short,
                "aliases": list(one.aliases),
                "type": _TYPES[one.type],
                "repealed_on": one.repealed,
                "repealed_by": one.repealed_by,
            },
        )
        for edition in one.editions:
            Edition.objects.update_or_create(
                law=law,
                adopted_on=edition.adopted,
                defaults={
                    "in_force_on": edition.in_force,
                    "ended_on": edition.ended or one.repealed,
                    "article_count": edition.articles,
                },
            )
        count += 1
    if law is not None:
        record(action="laws.load", target=law, at=at, actor=actor, after={"laws": count})
    return count


def items_with_ended_law(day: date) -> QuerySet[Item]:
    """Items in use whose current version cites an edition that was no longer in force on `day`, and that no
    reviewer has upheld since."""
    return Item.objects.exclude(state=ItemState.RETIRED).filter(
        current__in=ItemCitation.objects.filter(edition__ended_on__lte=day, upheld_at=None).values("version")
    )


def items_of_law_in_force(items: QuerySet[Item], day: date) -> QuerySet[Item]:
    """Those of `items` that nobody has marked as stale and that cite no ended law on `day`."""
    return items.filter(stale_reason="").exclude(pk__in=items_with_ended_law(day).values("pk"))


def has_ended(cited: ItemCitation, day: date) -> bool:
    """Whether the cited edition is no longer in force on `day`, and no reviewer has upheld the item since."""
    ended = cited.edition.ended_on
    return ended is not None and ended <= day and cited.upheld_at is None


def ended_reasons(*, day: date, items: Collection[UUID] | QuerySet[Item, Any]) -> dict[UUID, str]:
    """Item → why its law wants a look on `day`, for those of `items` that `items_with_ended_law` finds.

    One statement, by the dates of the cited editions: true also where nothing has marked the items yet.
    """
    cited = ItemCitation.objects.filter(
        version__item__in=items,
        version=F("version__item__current"),
        edition__ended_on__lte=day,
        upheld_at=None,
    ).select_related("edition__law", "version")
    reasons: dict[UUID, list[str]] = {}
    for one in cited.order_by("id"):
        reasons.setdefault(one.version.item_id, []).append(ended_reason(one.edition))
    return {item: "；".join(dict.fromkeys(said))[:200] for item, said in reasons.items()}


@transaction.atomic
def mark_stale(*, day: date) -> int:
    """Note on every item whose law has ended by `day` why it must be looked at; how many are newly marked.

    A stale item stays out of new forms until somebody reviews it again; past sittings keep their text.
    """
    waiting = items_with_ended_law(day).filter(stale_reason="")
    reasons = ended_reasons(day=day, items=waiting.values("pk"))
    marked = [item for item in waiting if item.pk in reasons]
    for item in marked:
        item.stale_reason = reasons[item.pk]
        item.save(update_fields=["stale_reason"])
    return len(marked)
