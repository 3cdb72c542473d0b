"""Villages and their 法律明白人 on a day: members of the category, and those with a valid certificate."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from examsite.people.models import Membership, Unit, UnitKind

from ...models import Certificate

CATEGORY = "law-wise"


@dataclass(frozen=True, slots=True)
class Village:
    """One village: members of the category, and those of them whose certificate is valid (在岗)."""

    name: str
    area: str
    members: int
    in_office: int


def villages_on(unit_path: str, day: date) -> list[Village]:
    """Every village of a subtree on a day, in the order of the tree."""
    open_then = Q(valid_from__isnull=True) | Q(valid_from__lte=day)
    villages = list(
        Unit.objects.filter(
            open_then,
            Q(valid_to__isnull=True) | Q(valid_to__gt=day),
            path__startswith=unit_path,
            kind=UnitKind.VILLAGE,
        ).select_related("parent")
    )
    members: dict[object, set[object]] = defaultdict(set)
    belonging = Membership.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=day),
        unit__path__startswith=unit_path,
        category=CATEGORY,
        valid_from__lte=day,
    )
    for village, user in belonging.values_list("unit_id", "user_id"):
        members[village].add(user)
    certificates = Certificate.objects.filter(
        Q(withdrawn_at__isnull=True) | Q(withdrawn_at__date__gt=day),
        Q(valid_until__isnull=True) | Q(valid_until__gt=day),
        entry__unit_path__startswith=unit_path,
        issued_on__lte=day,
    )
    certified = set(certificates.values_list("entry__user_id", flat=True))
    villages.sort(
        key=lambda one: (one.parent.order if one.parent else 0, one.path[:-33], one.order, one.name)
    )
    return [
        Village(
            village.name,
            village.parent.name if village.parent else "",
            len(members[village.pk]),
            len(members[village.pk] & certified),
        )
        for village in villages
    ]


def _place(village: Unit) -> tuple[int, str, int, str]:
    """Its place in the order of the tree: by 管区, then by its own order and name."""
    area = village.parent
    return area.order if area else 0, village.path[:-33], village.order, village.name
