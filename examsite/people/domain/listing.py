"""People as lists ask for them."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from examsite.lib.phones import phone_fault, tidy_phone

from ..models import Category, Membership, RoleGrant, Unit, User
from ..sealed import people_with_phone
from .memberships import members_as_of, valid_on

PRESENT, PAST, ALL = "present", "past", "all"


def search_people(
    people: QuerySet[User],
    *,
    today: date,
    q: str = "",
    unit: Unit | None = None,
    category: Category | None = None,
    state: str = PRESENT,
) -> QuerySet[User]:
    """Those of `people` that fit, by name; `present` of each are his memberships of today.

    `q`: part of a name, user name or note, or a whole telephone number. `unit`: its subtree.
    """
    people = people.filter(merged_into__isnull=True, forgotten_at__isnull=True)
    rows = Membership.objects.filter(user=OuterRef("pk"))
    if unit:
        rows = rows.filter(unit__path__startswith=unit.path)
    if category:
        rows = rows.filter(category=category)
    present = Exists(rows.filter(valid_on(today)))
    if state == PAST:
        people = people.filter(Exists(rows), ~present)
    elif state == ALL:
        people = people.filter(Exists(rows)) if unit or category else people
    else:
        # Staff from outside hold a role and belong to no unit: they are listed unless a filter is set.
        if not unit and not category:
            present |= Exists(RoleGrant.objects.filter(user=OuterRef("pk"), ended_at__isnull=True))
        people = people.filter(present)
    if q.strip():
        people = people.filter(_matches(q.strip()))
    current = members_as_of(date=today).order_by("valid_from")
    return people.order_by("name", "pk").prefetch_related(Prefetch("memberships", current, to_attr="present"))


def _matches(text: str) -> Q:
    found = Q(name__icontains=text) | Q(username__icontains=text.lower()) | Q(name_note__icontains=text)
    if tidy_phone(text) and phone_fault(text) is None:
        found |= Q(pk__in=people_with_phone(text).values("pk"))
    return found


def home_unit(user: User) -> Unit | None:
    """The unit a deed about the person is logged under: where he belongs, or belonged last."""
    rows = user.memberships.select_related("unit")
    grants = user.grants.select_related("unit")
    found = (
        rows.filter(valid_to__isnull=True).first()
        or grants.filter(ended_at__isnull=True).first()
        or rows.order_by("-valid_to").first()
    )
    return found.unit if found else None
