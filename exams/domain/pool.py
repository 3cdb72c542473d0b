"""What the banks of a blueprint hold: items that may be asked, and those that may not yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils.timezone import localdate

from questionbanks.models import Bank, Item, ItemCitation, ItemState, Topic

from ..engine.assembly import Candidate, expected_facility, level_of
from ..models import Attempt, Blueprint, Exam, Form, FormRole, Slot

# A tag "互斥:甲" puts an item into a group of which a form takes at most one.
ENEMY_TAGS = ("互斥:", "互斥：")
REMEMBERED = timedelta(days=730)  # how long an item that was asked counts as known


@dataclass(frozen=True, slots=True)
class Exposure:
    """An item that stood in `most` exams lately, other than `besides`, is known to too many people."""

    most: int
    at: datetime
    besides: UUID | None = None


def exposure_of(blueprint: Blueprint, *, at: datetime, besides: Exam | None = None) -> Exposure | None:
    """The blueprint's limit as of now; None where it has none."""
    if blueprint.most_exams is None:
        return None
    return Exposure(blueprint.most_exams, at, None if besides is None else besides.pk)


@dataclass(frozen=True, slots=True)
class Pool:
    """`usable`: approved, and not `stale` (marked, or of a law that has ended). `waiting`: not approved yet.

    `worn`: approved, but asked in too many exams lately.
    """

    usable: tuple[Candidate, ...]
    waiting: tuple[Candidate, ...]
    stale: tuple[Candidate, ...]
    worn: tuple[Candidate, ...] = ()


def load_pool(banks: Iterable[Bank], *, at: datetime, exposure: Exposure | None = None) -> Pool:
    """The items of the banks, in five statements. Retired ones are left out. Ids are those of items.

    Whether a cited edition has ended by `at` is asked here: items need not have been marked as stale.
    """
    bank_ids = [bank.pk for bank in banks]
    topics = _topic_chains(bank_ids)
    day = localdate(at)
    laws: dict[UUID, list[str]] = {}
    outdated: set[UUID] = set()
    current = ItemCitation.objects.filter(
        version__item__bank__in=bank_ids, version=F("version__item__current")
    ).order_by("id")
    for item, law, ended, upheld in current.values_list(
        "version__item_id", "edition__law_id", "edition__ended_on", "upheld_at"
    ):
        laws.setdefault(item, []).append(str(law))
        if ended is not None and ended <= day and upheld is None:
            outdated.add(item)
    uses = dict(
        Slot.objects.filter(version__item__bank__in=bank_ids, form__published_at__isnull=False)
        .values_list("version__item")
        .annotate(forms=Count("form", distinct=True))
    )
    known = {} if exposure is None else exams_asking(bank_ids, exposure)
    found: dict[str, list[Candidate]] = {"usable": [], "waiting": [], "stale": [], "worn": []}
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
        if group == "usable" and (stale or key in outdated):
            group = "stale"
        elif group == "usable" and exposure is not None and known.get(key, 0) >= exposure.most:
            group = "worn"
        found[group].append(
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
    return Pool(*(tuple(found[name]) for name in ("usable", "waiting", "stale", "worn")))


def exams_asking(bank_ids: Iterable[UUID], exposure: Exposure) -> dict[UUID, int]:
    """Item → in how many other exams of the last two years it stood in a published form.

    A reserve that nobody sat has shown nothing; a form that was swapped away may have been seen.
    """
    sat = Attempt.objects.filter(form=OuterRef("form"))
    slots = Slot.objects.filter(
        ~Q(form__role=FormRole.RESERVE) | Exists(sat),
        version__item__bank__in=bank_ids,
        form__published_at__gt=exposure.at - REMEMBERED,
    ).exclude(form__exam=exposure.besides)
    return dict(
        slots.values_list("version__item")
        .annotate(exams=Count("form__exam", distinct=True))
        .values_list("version__item", "exams")
    )


def uses_in_exam(exam: Exam, *, besides: Form | None = None) -> dict[str, int]:
    """Item → in how many forms of the exam it stands that count against the cap of a new one.

    Every published form counts: a reserve may still be used, one that was swapped away may have been seen.
    For a draft, `besides`, the other drafts count as well: they are published beside it.
    """
    slots = Slot.objects.filter(form__exam=exam)
    slots = slots.filter(form__published_at__isnull=False) if besides is None else slots.exclude(form=besides)
    counted = slots.values_list("version__item").annotate(forms=Count("form", distinct=True))
    return {str(item): forms for item, forms in counted.values_list("version__item", "forms")}


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
