"""Who belongs where since when: opened, closed, moved; a row once written keeps its words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from examsite.lib.errors import Conflict, Invalid

from ..models import Category, Establishment, Membership, Unit, User
from ..rules import path_filter
from .accounts import clean_name, create_person
from .audit import record


def members_as_of(
    *, date: date, units: Iterable[Unit] | None = None, categories: Iterable[Category] | None = None
) -> QuerySet[Membership]:
    """Memberships that count on `date`, in the subtrees of `units`, of `categories` (all where None).

    A person with two memberships there comes twice; a roster takes him once and says which.
    """
    rows = Membership.objects.filter(valid_on(date)).select_related("user", "unit", "category")
    if units is not None:
        rows = rows.filter(path_filter((unit.path for unit in units), "unit__path"))
    if categories is not None:
        rows = rows.filter(category__in=list(categories))
    return rows.order_by("unit__path", "user__name", "user_id", "id")


def valid_on(date: date) -> Q:
    """Rows with `valid_from` ≤ date < `valid_to`."""
    return Q(valid_from__lte=date) & (Q(valid_to__isnull=True) | Q(valid_to__gt=date))


@transaction.atomic
def open_membership(
    *,
    user: User,
    unit: Unit,
    category: Category,
    since: date,
    at: datetime,
    actor: User | None,
    establishment: str = Establishment.NONE,
    position: str = "",
) -> Membership:
    """The person belongs to the unit from this day on.

    Raises Conflict when he already does in this category, or when the unit is closed on that day.
    """
    if user.merged_into_id or user.forgotten_at:
        raise Conflict("closed", f"“{user}”的账号已并入他人或已删除个人信息。")
    if unit.valid_to and unit.valid_to <= since:
        raise Conflict("unit_ended", f"“{unit}”已于{unit.valid_to:%Y-%m-%d}撤销，请选择现有单位。")
    same = Membership.objects.filter(user=user, unit=unit, category=category)
    if same.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=since)).exists():
        raise Conflict("double", f"“{user}”在“{unit}”已有“{category}”身份，起止日期重叠。")
    row = Membership.objects.create(
        user=user,
        unit=unit,
        category=category,
        establishment=establishment,
        position=position.strip()[:64],
        valid_from=since,
    )
    record(action="membership.open", target=row, at=at, actor=actor, unit=unit, after=_shown(row))
    return row


@transaction.atomic
def close_membership(
    *, membership: Membership, on: date, at: datetime, actor: User | None, reason: str = ""
) -> Membership:
    """The membership counts no more from the day `on`. Raises Conflict when it is closed already."""
    row = Membership.objects.select_for_update().get(pk=membership.pk)
    if row.valid_to is not None:
        raise Conflict("closed", f"这段任职已于{row.valid_to:%Y-%m-%d}截止。")
    if on < row.valid_from:
        raise Invalid("before_start", f"截止日期不能早于起始日期{row.valid_from:%Y-%m-%d}。")
    row.valid_to = on
    row.save(update_fields=["valid_to"])
    record(
        action="membership.close",
        target=row,
        at=at,
        actor=actor,
        unit=row.unit,
        after={"valid_to": on.isoformat()},
        reason=reason,
    )
    return row


@transaction.atomic
def move_member(
    *,
    membership: Membership,
    on: date,
    at: datetime,
    actor: User | None,
    unit: Unit | None = None,
    category: Category | None = None,
    establishment: str | None = None,
    position: str | None = None,
    reason: str = "",
) -> Membership:
    """Close a membership on a day and open its successor on the same day; what is not named stays.

    Raises Invalid when nothing would change.
    """
    new = {
        "unit": unit or membership.unit,
        "category": category or membership.category,
        "establishment": membership.establishment if establishment is None else establishment,
        "position": membership.position if position is None else position.strip()[:64],
    }
    if all(getattr(membership, name) == value for name, value in new.items()):
        raise Invalid("unchanged", "单位、类别、编制和职务都没有变化。")
    closed = close_membership(membership=membership, on=on, at=at, actor=actor, reason=reason)
    return open_membership(user=closed.user, since=on, at=at, actor=actor, **new)


@transaction.atomic
def merge_doubles(
    *,
    keep: User,
    double: User,
    on: date,
    at: datetime,
    actor: User,
    reason: str = "",
    unit: Unit | None = None,
) -> User:
    """One person was entered twice: `keep` stays, `double` closes and points at it.

    The double's open memberships end on the day and are opened for `keep` where he lacks them; what is past
    stays as it was written (frozen rosters included). Roles never move: they are granted anew.
    """
    if keep.pk == double.pk:
        raise Invalid("same", "请选择两个不同的人。")
    if keep.merged_into_id or double.merged_into_id or keep.forgotten_at or double.forgotten_at:
        raise Conflict("closed", "其中一个账号已并入他人或已删除个人信息。")
    if double.grants.filter(ended_at__isnull=True).exists():
        raise Conflict("has_roles", f"“{double}”还有角色，请先终止其角色再合并。")
    for row in double.memberships.filter(valid_to__isnull=True).select_related("unit", "category"):
        close_membership(membership=row, on=max(on, row.valid_from), at=at, actor=actor, reason="合并")
        if not keep.memberships.filter(unit=row.unit, category=row.category, valid_to__isnull=True).exists():
            open_membership(
                user=keep,
                unit=row.unit,
                category=row.category,
                establishment=row.establishment,
                position=row.position,
                since=max(on, row.valid_from),
                at=at,
                actor=actor,
            )
    if not keep.phone_sealed and double.phone_sealed:
        keep.phone_sealed, keep.phone_index = double.phone_sealed, double.phone_index
        keep.save(update_fields=["phone_sealed", "phone_index"])
    username, double.username = double.username, None
    double.merged_into, double.is_active = keep, False
    double.phone_sealed = double.phone_index = ""
    double.sign_in_epoch += 1
    double.save()
    if not keep.username and username:
        keep.username = username
        keep.save(update_fields=["username"])
    record(
        action="person.merge",
        target=keep,
        at=at,
        actor=actor,
        unit=unit,
        after={"double": str(double.pk), "name": str(double)},
        reason=reason,
    )
    return keep


def _shown(row: Membership) -> dict[str, str]:
    return {
        "user": str(row.user),
        "unit": str(row.unit),
        "category": str(row.category),
        "establishment": str(row.establishment),
        "position": row.position,
        "valid_from": row.valid_from.isoformat(),
    }


@transaction.atomic
def enter_person(
    *,
    name: str,
    unit: Unit,
    category: Category,
    since: date,
    at: datetime,
    actor: User | None,
    establishment: str = Establishment.NONE,
    position: str = "",
    name_note: str = "",
    phone: str = "",
    birth_year: int | None = None,
    username: str | None = None,
) -> User:
    """A new person with his first membership.

    Raises Conflict("same_name") when somebody of this name, with the same note, is in the unit already.
    """
    same = Membership.objects.filter(unit=unit, user__name=clean_name(name), valid_to__isnull=True)
    if same.filter(user__name_note=name_note.strip()).exists():
        raise Conflict("same_name", f"“{unit}”已有“{name}”：是同一人就不用再登记，不是请填写同名区分。")
    user = create_person(
        name=name,
        name_note=name_note,
        phone=phone,
        birth_year=birth_year,
        username=username,
        unit=unit,
        at=at,
        actor=actor,
    )
    open_membership(
        user=user,
        unit=unit,
        category=category,
        establishment=establishment,
        position=position,
        since=since,
        at=at,
        actor=actor,
    )
    return user
