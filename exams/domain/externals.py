"""Results from another platform: its score list matched to our roster, looked at by a person, then counted.

Cadres often sit the province's exam. The list is kept as it came; who it is, is decided row by row before
anything counts. Such results count like any other (mode external) but have no answers behind them.
"""

from __future__ import annotations

import difflib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from decimal import Decimal
from typing import Any

from django.db import transaction

from examsite.lib.errors import Conflict, Invalid
from examsite.people.domain.audit import record
from examsite.people.models import Unit, User
from examsite.people.tree import keys_of

from ..engine.list_files import RESULT_COLUMNS, ListRow, read_moment, read_points, squeezed
from ..models import Exam, ExternalResult, ListImport, ListKind, ListState, RosterEntry
from .list_imports import decide_list, keep_list, locked_list, read_file, undecided_list

SKIP = ""
MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class ListSpec:
    """What the uploader says of a list: where it comes from, its full marks, whether it is a makeup, and the
    day it was sat where the list does not say."""

    platform: str
    possible: Decimal
    is_makeup: bool
    day: date


@transaction.atomic
def upload_results(
    *, exam: Exam, data: bytes, name: str, spec: ListSpec, at: datetime, zone: tzinfo, actor: User
) -> ListImport:
    """Read a score list and match it to the frozen roster; nothing of it counts yet.

    Raises Conflict before the freeze, Invalid for what is no such table. `zone`: of the times in the list.
    """
    if exam.roster_frozen_at is None:
        raise Conflict("not_frozen", "名册还没有冻结，没有名册就无法核对是谁的成绩。请先冻结名册。")
    if not spec.platform.strip():
        raise Invalid("platform", "请填写平台名称，如“省级学法考试平台”。")
    if not 0 < spec.possible <= 10_000:
        raise Invalid("possible", "满分应大于 0。")
    table = read_file(data, name, RESULT_COLUMNS, ("name", "points"))
    roster = _Roster(exam)
    rows = [_row(row, spec, roster, at, zone) for row in table]
    _mark_twice(rows)
    return keep_list(
        kind=ListKind.RESULTS, unit=exam.unit, data=data, name=name, rows=rows, at=at, actor=actor,
        exam=exam, platform=spec.platform.strip()[:50],
    )  # fmt: skip


class _Roster:
    """The roster by name, with what tells namesakes apart."""

    def __init__(self, exam: Exam) -> None:
        names = dict(Unit.objects.values_list("pk", "name"))
        self.by_name: dict[str, list[RosterEntry]] = defaultdict(list)
        self.by_number: dict[str, RosterEntry] = {}
        self.places: dict[object, list[str]] = {}
        for entry in exam.entries.select_related("user", "unit"):
            self.by_name[_same(entry.name)].append(entry)
            self.places[entry.pk] = [names[key] for key in keys_of(entry.unit_path)]
            for number in (entry.admission_number, entry.user.username):
                if number:
                    self.by_number[number.strip().lower()] = entry

    def label(self, entry: RosterEntry) -> str:
        return f"{entry.name}（{entry.unit}，{entry.admission_number}）"

    def find(self, name: str, unit: str, number: str) -> list[RosterEntry]:
        """Who it may be, best first: by number, by name and unit, by name."""
        by_number = self.by_number.get(number.strip().lower()) if number else None
        if by_number is not None and _same(by_number.name) == _same(name):
            return [by_number]
        same = self.by_name.get(_same(name), [])
        if unit and len(same) > 1:
            here = [entry for entry in same if self._is_in(entry, unit)]
            return here or same
        return same

    def near(self, name: str, unit: str) -> list[RosterEntry]:
        """Whom it may have meant: a name with one character wrong."""
        close = difflib.get_close_matches(_same(name), list(self.by_name), n=MOST_NAMED, cutoff=0.6)
        found = [entry for one in close for entry in self.by_name[one]]
        return sorted(found, key=lambda entry: not (unit and self._is_in(entry, unit)))[:MOST_NAMED]

    def _is_in(self, entry: RosterEntry, unit: str) -> bool:
        words = squeezed(unit)
        return any(words == place or place in words or words in place for place in self.places[entry.pk][1:])


def _same(name: str) -> str:
    return "".join(name.split()).replace("·", "").replace("•", "")


def _row(row: ListRow, spec: ListSpec, roster: _Roster, at: datetime, zone: tzinfo) -> dict[str, Any]:
    cells, problems = row.cells, []
    name, unit = cells["name"], cells.get("unit", "")
    points = read_points(cells["points"])
    possible = read_points(cells["possible"]) if cells.get("possible") else spec.possible
    if points is None:
        problems.append(f"成绩“{cells['points']}”不是分数")
    elif not possible:
        problems.append(f"满分“{cells['possible']}”不是分数")
    elif points > possible:
        problems.append(f"成绩{points}超过满分{possible}")
    moment = read_moment(cells["taken"]) if cells.get("taken") else (spec.day, None)
    taken = at
    if moment is None:
        problems.append(f"考试时间“{cells['taken']}”看不懂")
    else:
        clock = time(*moment[1]) if moment[1] else time(12)
        taken = datetime.combine(moment[0], clock, tzinfo=zone)
        if taken > at and moment[0] > at.astimezone(zone).date():
            problems.append(f"考试日期 {moment[0]} 还没有到")
    found = roster.find(name, unit, cells.get("number", ""))
    others = found if len(found) > 1 else [] if found else roster.near(name, unit)
    return {
        "where": row.where,
        "name": name,
        "unit": unit,
        "points": str(points or 0),
        "possible": str(possible or 0),
        "taken_at": min(taken, at).isoformat(),
        "is_makeup": spec.is_makeup,
        "entry": str(found[0].pk) if len(found) == 1 else SKIP,
        "matched": roster.label(found[0]) if len(found) == 1 else "",
        "candidates": [[str(one.pk), roster.label(one)] for one in others],
        "problems": problems,
        "note": "" if found else "名册里没有这个姓名",
    }


def _mark_twice(rows: Sequence[dict[str, Any]]) -> None:
    """Somebody who stands in the list twice: every row is a try of his; a person should know."""
    times = Counter(row["entry"] for row in rows if row["entry"])
    for row in rows:
        if times[row["entry"]] > 1 and row["entry"]:
            row["note"] = f"此人在表中有{times[row['entry']]}行，按多次作答处理"


@transaction.atomic
def store_results(*, listed: ListImport, choices: Mapping[int, str], at: datetime, actor: User) -> int:
    """Count the matched rows. `choices`: row number (from 0) → roster entry id, where a person decided.

    Returns how many results were stored. Raises Conflict when it was decided before, Invalid for a choice
    outside the roster or when nothing is matched.
    """
    locked = undecided_list(listed, ListKind.RESULTS)
    assert locked.exam is not None
    roster = {str(key) for key in locked.exam.entries.values_list("pk", flat=True)}
    results = []
    for number, row in enumerate(locked.rows):
        entry = choices.get(number, row["entry"])
        if row["problems"] or entry == SKIP:
            continue
        if entry not in roster:
            raise Invalid("entry", f"{row['where']}：选的人不在这份名册里。")
        row["entry"] = entry
        results.append(
            ExternalResult(
                entry_id=entry,
                exam=locked.exam,
                source=locked,
                points=Decimal(row["points"]),
                possible=Decimal(row["possible"]),
                is_makeup=row["is_makeup"],
                taken_at=datetime.fromisoformat(row["taken_at"]),
                stored_at=at,
            )
        )
    if not results:
        raise Invalid("no_rows", "没有对上名册的成绩，请先选定是谁，或改好文件后再导入。")
    ExternalResult.objects.bulk_create(results, batch_size=500)
    locked.save(update_fields=["rows"])
    decide_list(locked, ListState.STORED, at, actor)
    return len(results)


@transaction.atomic
def undo_results(*, listed: ListImport, at: datetime, actor: User) -> int:
    """Take the results of a list back: from now on they count no more. Returns how many."""
    locked = locked_list(listed)
    if locked.kind != ListKind.RESULTS or locked.state != ListState.STORED:
        raise Conflict("state", "这份表没有入库，不用撤销。")
    count = locked.results.filter(ended_at__isnull=True).update(ended_at=at)
    decide_list(locked, ListState.UNDONE, at, actor)
    record(action="list.undo", target=locked, at=at, actor=actor, unit=locked.unit, after={"results": count})
    return count
