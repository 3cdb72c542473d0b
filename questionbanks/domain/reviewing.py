"""The life of an item: draft → in review → approved → retired. Who reviews is not the author."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from examsite.lib.errors import Conflict, Forbidden, Invalid
from examsite.people.domain.audit import record
from examsite.people.models import User

from ..models import Bank, Item, ItemCitation, ItemState

BATCH = 500
T = TypeVar("T")

# What an action turns an item into, and from which states it goes. "uphold" says of an approved item whose
# law has ended that it is still right.
LIFE: dict[str, tuple[str, tuple[str, ...]]] = {
    "submit": (ItemState.IN_REVIEW, (ItemState.DRAFT,)),
    "approve": (ItemState.APPROVED, (ItemState.IN_REVIEW,)),
    "uphold": (ItemState.APPROVED, (ItemState.APPROVED,)),
    "send_back": (ItemState.DRAFT, (ItemState.IN_REVIEW, ItemState.APPROVED)),
    "retire": (ItemState.RETIRED, (ItemState.DRAFT, ItemState.IN_REVIEW, ItemState.APPROVED)),
    "restore": (ItemState.DRAFT, (ItemState.RETIRED,)),
}
ACTIONS = {
    "submit": "提交审题",
    "approve": "审定",
    "uphold": "仍然正确",
    "send_back": "退回修改",
    "retire": "停用",
    "restore": "恢复为草稿",
}
REVIEWER_ACTIONS = frozenset({"approve", "uphold", "send_back"})


def actions_for(item: Item) -> list[str]:
    """What may be done with an item in its present state."""
    actions = [name for name, (_, sources) in LIFE.items() if item.state in sources]
    return [name for name in actions if name != "uphold" or item.stale_reason]


@transaction.atomic
def move_items(
    *, bank: Bank, item_ids: Iterable[object], action: str, at: datetime, actor: User, reason: str = ""
) -> int:
    """Move items through their life (LIFE), all or none. Returns how many moved.

    Approving and upholding set the reviewer, who must not be the author: raises Forbidden. Raises Conflict
    when an item is not in a state from which `action` goes, Invalid when none was chosen.
    """
    if action not in LIFE:
        raise Invalid("action", "没有这种操作。")
    target, sources = LIFE[action]
    rows = [row for ids in _batches(item_ids) for row in _locked(bank, ids)]
    if not rows:
        raise Invalid("none_chosen", "请先选择试题。")
    wrong = [number for _, number, state, _ in rows if state not in sources]
    if wrong:
        raise Conflict("state", f"{_numbers(wrong)}现在的状态不能{ACTIONS[action]}。")
    changes: dict[str, object] = {"state": target}
    if action in ("approve", "uphold"):
        own = [number for _, number, _, author in rows if author == actor.pk]
        if own:
            raise Forbidden("own_item", f"{_numbers(own)}是您自己出的，要由别人审。")
        changes |= {"reviewer": actor, "reviewed_at": at, "stale_reason": ""}
    for ids in _batches(row[0] for row in rows):
        Item.objects.filter(pk__in=ids).update(**changes)
        if action in ("approve", "uphold"):
            ended = ItemCitation.objects.filter(
                version__item__in=ids, edition__ended_on__lte=localdate(at), upheld_at=None
            )
            ended.update(upheld_at=at)
    record(
        action=f"items.{action}",
        target=bank,
        at=at,
        actor=actor,
        unit=bank.unit,
        after={"numbers": sorted(row[1] for row in rows)[:200], "count": len(rows)},
        reason=reason,
    )
    return len(rows)


def _locked(bank: Bank, ids: Sequence[object]) -> list[tuple[UUID, int, str, UUID | None]]:
    rows = bank.items.select_for_update().filter(pk__in=ids)
    return list(rows.values_list("pk", "number", "state", "author_id"))


def _batches(values: Iterable[T]) -> Iterator[list[T]]:
    """Lists of at most BATCH: databases limit the parameters of a statement."""
    rest = iter(values)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _numbers(numbers: list[int]) -> str:
    shown = "、".join(map(str, sorted(numbers)[:5]))
    return f"第{shown}题" + (f"等{len(numbers)}道题" if len(numbers) > 5 else "")
