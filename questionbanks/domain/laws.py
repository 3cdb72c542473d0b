"""Statutes in the database: the catalogue, and the items whose statute has moved on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from examsite.people.models import User

from ..models import Edition, Item, ItemState, Law, LawType
from ..seed.load import LawRecord

_TYPES = {label: value for value, label in LawType.choices}


@transaction.atomic
def load_catalogue(*, records: Iterable[LawRecord], at: datetime, actor: User | None) -> int:
    """Bring the catalogue up to these records: new laws and editions are added, dates brought up to date.

    Nothing is removed: an item may cite what the catalogue no longer lists. Returns how many laws it has.
    """
    count = 0
    for record in records:
        law, _ = Law.objects.update_or_create(
            title=record.title,
            defaults={
                "short": record.short,
                "aliases": list(record.aliases),
                "type": _TYPES[record.type],
                "repealed_on": record.repealed,
                "repealed_by": record.repealed_by,
            },
        )
        for edition in record.editions:
            Edition.objects.update_or_create(
                law=law,
                adopted_on=edition.adopted,
                defaults={
                    "in_force_on": edition.in_force,
                    "ended_on": edition.ended or record.repealed,
                    "article_count": edition.articles,
                },
            )
        count += 1
    return count


def items_with_ended_law(day: date) -> QuerySet[Item]:
    """Items in use whose current version cites an edition that was no longer in force on `day`."""
    return (
        Item.objects.exclude(state=ItemState.RETIRED)
        .filter(current__citations__edition__ended_on__lte=day)
        .distinct()
    )


@transaction.atomic
def mark_stale(*, day: date) -> int:
    """Note on every item whose law has ended by `day` why it must be looked at; how many there are.

    A stale item stays out of new forms until somebody reviews it again; past sittings keep their text.
    """
    count = 0
    for item in (
        items_with_ended_law(day).filter(stale_reason="").prefetch_related("current__citations__edition__law")
    ):
        ended = [
            one.edition
            for one in item.current.citations.all()
            if one.edition.ended_on and one.edition.ended_on <= day
        ]
        names = "、".join(sorted({f"《{one.law.short}》（{one.adopted_on:%Y}年版）" for one in ended}))
        item.stale_reason = f"{names}已失效"[:200]
        item.save(update_fields=["stale_reason"])
        count += 1
    return count
