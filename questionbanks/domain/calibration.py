"""Calibration: what exams found out about items, told to the bank by whoever held them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from examsite.people.domain.audit import record
from examsite.people.models import User

from ..models import Bank, Item, ItemFinding

ENOUGH = 30  # answers; with fewer the author's own 易/中/难 is as good


@transaction.atomic
def calibrate_items(
    *, facilities: Mapping[UUID, tuple[Decimal, int]], at: datetime, actor: User | None
) -> int:
    """Write the observed facility (0..1) of items with at least ENOUGH answers. Returns how many changed.

    `facilities`: item → (mean score share in first attempts, answers). Assembly uses it in place of the
    author's estimate. Nothing else of the item changes; its versions least of all.
    """
    enough = {
        item: facility
        for item, (facility, answers) in facilities.items()
        if answers >= ENOUGH and 0 <= facility <= 1
    }
    rows = Item.objects.select_for_update(of=("self",)).select_related("bank__unit")
    items = rows.filter(pk__in=list(enough)).order_by("pk")
    changed = []
    for item in items:
        if item.facility != enough[item.pk]:
            item.facility = enough[item.pk]
            changed.append(item)
    Item.objects.bulk_update(changed, ["facility"], batch_size=500)
    for bank in {item.bank_id: item.bank for item in changed}.values():
        record(
            action="bank.calibrate", target=bank, at=at, actor=actor, unit=bank.unit,
            after={"items": sum(item.bank_id == bank.pk for item in changed)},
        )  # fmt: skip
    return len(changed)


@dataclass(frozen=True, slots=True)
class Finding:
    """One item in one form: fields as ItemFinding's."""

    version_id: UUID
    place: int
    title: str
    year: int
    people: int
    full_marks: int
    facility: Decimal
    discrimination: Decimal | None
    item_rest: Decimal | None
    why: str
    options: list[dict[str, Any]]
    flags: list[str]
    is_suspect: bool


@transaction.atomic
def record_findings(*, form: UUID, findings: Sequence[Finding], at: datetime, actor: User | None) -> int:
    """Put what a form found out in place of what it found out before. Returns how many items.

    Analysing a form again (after a correction of a key, say) gives other numbers; the older ones would
    mislead, so they go.
    """
    ItemFinding.objects.filter(form=form).delete()
    ItemFinding.objects.bulk_create(
        [ItemFinding(form=form, computed_at=at, **asdict(one)) for one in findings], batch_size=500
    )
    banks = Bank.objects.filter(items__versions__in=[one.version_id for one in findings]).distinct()
    for bank in banks.select_related("unit").order_by("pk"):
        record(
            action="bank.findings", target=bank, at=at, actor=actor, unit=bank.unit,
            after={"form": str(form), "items": len(findings)},
        )  # fmt: skip
    return len(findings)
