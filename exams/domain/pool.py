"""What the banks of a blueprint hold: items that may be asked, and those that may not yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, F

from questionbanks.models import Bank, Item, ItemCitation, ItemState, Topic

from ..engine.assembly import Candidate, expected_facility, level_of
from ..models import Slot

# A tag "互斥:甲" puts an item into a group of which a form takes at most one.
ENEMY_TAGS = ("互斥:", "互斥：")


@dataclass(frozen=True, slots=True)
class Pool:
    """`usable`: approved, and not `stale` (the law changed since). `waiting`: not approved yet."""

    usable: tuple[Candidate, ...]
    waiting: tuple[Candidate, ...]
    stale: tuple[Candidate, ...]


def load_pool(banks: Iterable[Bank]) -> Pool:
    """The items of the banks, in four statements. Retired ones are left out. Ids are those of items."""
    bank_ids = [bank.pk for bank in banks]
    topics = _topic_chains(bank_ids)
    laws: dict[UUID, list[str]] = {}
    current = ItemCitation.objects.filter(
        version__item__bank__in=bank_ids, version=F("version__item__current")
    ).order_by("id")
    for item, law in current.values_list("version__item_id", "edition__law_id"):
        laws.setdefault(item, []).append(str(law))
    uses = dict(
        Slot.objects.filter(version__item__bank__in=bank_ids, form__published_at__isnull=False)
        .values_list("version__item")
        .annotate(forms=Count("form", distinct=True))
    )
    found: dict[str, list[Candidate]] = {"usable": [], "waiting": [], "stale": []}
    items = (
        Item.objects.filter(bank__in=bank_ids, current__isnull=False)
        .exclude(state=ItemState.RETIRED)
        .order_by("bank_id", "number")
    )
    for key, kind, state, stale, topic, difficulty, facility, audience, tags in items.values_list(
        "id", "kind", "state", "stale_reason", "topic_id", "difficulty", "facility", "audience", "tags"
    ):
        calibrated = None if facility is None else float(facility)
        group = "usable" if state == ItemState.APPROVED else "waiting"
        found["stale" if group == "usable" and stale else group].append(
            Candidate(
                id=str(key),
                kind=kind,
                facility=expected_facility(calibrated, difficulty),
                level=level_of(calibrated, difficulty),
                laws=tuple(dict.fromkeys(laws.get(key, ()))),
                topics=topics.get(topic, ()),
                audience=frozenset(audience or ()),
                enemies=frozenset(tag for tag in tags or () if tag.startswith(ENEMY_TAGS)),
                used=uses.get(key, 0),
            )
        )
    return Pool(*(tuple(found[name]) for name in ("usable", "waiting", "stale")))


def _topic_chains(bank_ids: list[UUID]) -> dict[UUID, tuple[str, ...]]:
    """Topic id → the names of the topic and of all above it."""
    rows = {
        key: (name, parent)
        for key, name, parent in Topic.objects.filter(bank__in=bank_ids).values_list(
            "id", "name", "parent_id"
        )
    }
    chains: dict[UUID, tuple[str, ...]] = {}
    for key in rows:
        names, at = [], key
        while at is not None:
            name, at = rows[at]
            names.append(name)
        chains[key] = tuple(names)
    return chains
