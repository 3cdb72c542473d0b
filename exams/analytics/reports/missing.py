"""Who has not sat or not passed, by village; names only for those who may see them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ...domain.standings import rule_of
from ...engine.results import RosterStatus, resolve
from ...models import Exam
from ..facts.people import names_of, people_of

ABSENT, DEFERRED, FAILED = "缺考", "缓考", "不合格"


@dataclass(frozen=True, slots=True)
class Missing:
    """The people of one unit who keep the exam from being done: how many for each reason, and who."""

    unit: str
    counts: Mapping[str, int]
    names: Mapping[str, tuple[str, ...]]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def missing_people(exam: Exam, *, under: str, at: datetime, with_names: bool) -> list[Missing]:
    """By unit in the order of its path: absent, deferred, failed. Failed only once results are out."""
    rule = rule_of(exam)
    found: dict[tuple[str, ...], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for person in people_of(exam, at=at, under=under):
        standing = resolve(person, rule)
        if not standing.is_required:
            continue
        if not standing.taken:
            reason = DEFERRED if person.status is RosterStatus.DEFERRED else ABSENT
        elif standing.final is not None and not standing.passed:
            reason = FAILED
        else:
            continue
        found[person.unit_path][reason].append(person.entry_id)
    names: dict[str, str] = {}
    if with_names:
        names = names_of(UUID(one) for reasons in found.values() for ids in reasons.values() for one in ids)
    return [
        Missing(
            path[-1],
            {reason: len(ids) for reason, ids in sorted(reasons.items())},
            {reason: tuple(sorted(names[one] for one in ids)) for reason, ids in sorted(reasons.items())}
            if with_names
            else {},
        )
        for path, reasons in sorted(found.items())
    ]
