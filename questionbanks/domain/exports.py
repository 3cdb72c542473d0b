"""Banks as files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from examsite.lib.errors import Invalid
from examsite.people.domain.audit import record
from examsite.people.models import User

from ..formats.base import Format, Problem
from ..formats.registry import FORMATS
from ..models import Bank, Item
from .items import whole_questions


@dataclass(frozen=True, slots=True)
class Exported:
    """A written file. `problems`: what the format could not carry, by the number of the item; `count`: items
    that were asked for."""

    data: bytes
    file_name: str
    count: int
    problems: tuple[Problem, ...]


def export_formats() -> list[Format]:
    """The formats that banks can be written in."""
    return [one for one in FORMATS if one.kinds_out]


@transaction.atomic
def export_items(
    *, bank: Bank, items: QuerySet[Item], format: str, at: datetime, actor: User | None
) -> Exported:
    """Write items of a bank, in the order of the query. Who took which bank away is recorded: keys go along.

    Raises Invalid for an unknown format and for nothing to write.
    """
    chosen = next((one for one in export_formats() if one.code == format), None)
    if chosen is None:
        raise Invalid("format", f"不能导出“{format}”这种格式。")
    questions = list(whole_questions(items, bank))
    if not questions:
        raise Invalid("nothing", "没有符合条件的试题可以导出。")
    emitted = chosen.emit(questions, title=bank.name)
    record(
        action="bank.export",
        target=bank,
        at=at,
        actor=actor,
        unit=bank.unit,
        after={"format": format, "count": len(questions)},
    )
    name = re.sub(r'[\\/:*?"<>|\s]+', "_", bank.name)
    return Exported(emitted.data, f"{name}.{chosen.extension}", len(questions), emitted.problems)
