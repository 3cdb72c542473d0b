"""Who sees and who changes banks: a bank is read in its unit's subtree and above, changed by its editors."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from examsite.lib.errors import NotFound
from examsite.people.models import Role, Unit, UnitKind
from examsite.people.rules import Asker, granted_paths, holds, path_filter, require

from .models import Bank, ImportRun, Item

READERS = (Role.OFFICER, Role.BANK_EDITOR, Role.REVIEWER)
EDITORS = (Role.OFFICER, Role.BANK_EDITOR)
REVIEWING = (Role.OFFICER, Role.REVIEWER)


def banks_visible_to(user: Asker) -> QuerySet[Bank]:
    """Banks in the units where the person works on items, and those of the units above (the county's)."""
    paths = granted_paths(user, *READERS)
    above = Q(pk__in=[])
    for path in paths:
        ids = path.strip("/").split("/")
        above |= Q(unit__in=ids)
    return Bank.objects.filter(path_filter(paths, "unit__path") | above)


def items_visible_to(user: Asker) -> QuerySet[Item]:
    """The items of those banks."""
    return Item.objects.filter(bank__in=banks_visible_to(user))


def imports_visible_to(user: Asker) -> QuerySet[ImportRun]:
    """Imports into the banks that the person may change."""
    return ImportRun.objects.filter(bank__unit__in=_editable_units(user))


def banks_editable_by(user: Asker) -> QuerySet[Bank]:
    """The banks that the person may change."""
    return Bank.objects.filter(path_filter(granted_paths(user, *EDITORS), "unit__path"))


def _editable_units(user: Asker) -> QuerySet[Bank]:
    return banks_editable_by(user).values("unit")


def require_editor(user: Asker, bank: Bank) -> None:
    """NotFound for a bank out of sight, Forbidden for one that may only be read."""
    if not banks_visible_to(user).filter(pk=bank.pk).exists():
        raise NotFound("not_found", "没有找到这个题库。")
    require(user, bank.unit, *EDITORS)


def may_edit(user: Asker, bank: Bank) -> bool:
    """Whether the person may change the bank and its items."""
    return holds(user, bank.unit, *EDITORS)


def may_review(user: Asker, bank: Bank) -> bool:
    """Whether the person may approve and send back; that he is not the author is the domain's rule."""
    return holds(user, bank.unit, *REVIEWING)


def require_practice_officer(user: Asker, bank: Bank) -> None:
    """NotFound for a bank out of sight, Forbidden for everybody but an officer of its unit."""
    if not banks_visible_to(user).filter(pk=bank.pk).exists():
        raise NotFound("not_found", "没有找到这个题库。")
    require(user, bank.unit, Role.OFFICER)


def may_switch_practice(user: Asker, bank: Bank) -> bool:
    """Whether the person may open the bank for practice, or close it."""
    return holds(user, bank.unit, Role.OFFICER)


def require_mover(user: Asker, bank: Bank, action: str, reviewers: frozenset[str]) -> None:
    """Forbidden unless the person may do `action` with items: reviewers' actions need a reviewer."""
    require(user, bank.unit, *(REVIEWING if action in reviewers else EDITORS))


def may_keep_laws(user: Asker) -> bool:
    """Whether the person keeps the catalogue of statutes, which all towns share: at the county."""
    if not user.is_authenticated:
        return False
    paths = granted_paths(user, *EDITORS)
    return Unit.objects.filter(path__in=paths, kind=UnitKind.COUNTY).exists()


def may_see_laws(user: Asker) -> bool:
    """Whether the person works on items at all."""
    return bool(granted_paths(user, *READERS))
