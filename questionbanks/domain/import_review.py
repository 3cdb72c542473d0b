"""What a reviewer does with the rows of an import before it is stored: accept, skip, correct."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from examsite.lib.errors import Invalid, NotFound

from ..formats.base import Parsed
from ..formats.check import complete, tally
from ..kinds.base import Question, replace
from ..kinds.registry import kind as kind_of
from ..models import Decision, ImportRow, ImportRun, ImportState
from .checks import check_question
from .citations import LawBook
from .doubles import find_doubles
from .import_rows import GROUPS, SOUND, describe_row, locked_run, match_to_json, question_of_row


@transaction.atomic
def decide_rows(
    *, run: ImportRun, decision: str, orders: Collection[int] | None = None, group: str = ""
) -> int:
    """Remember what the reviewer says of rows: "accept", "skip", or "" for undecided again.

    Of the rows with these `orders`, or else of a whole group (GROUPS). Returns how many. Accepting a row in
    which nothing is sound raises Invalid; in a whole group such rows are passed over.
    """
    locked = locked_run(run, ImportState.REVIEW)
    if decision not in Decision.values:
        raise Invalid("decision", "只能选择“入库”或“跳过”。")
    if orders is not None:
        rows = locked.rows.filter(order__in=list(orders))
    elif group in GROUPS:
        rows = locked.rows.filter(GROUPS[group][1])
    else:
        raise Invalid("group", "没有这一类试题。")
    if decision == Decision.ACCEPT:
        broken = list(rows.exclude(SOUND).values_list("where", flat=True)[:3]) if orders is not None else []
        if broken:
            raise Invalid("broken", f"{'、'.join(broken)}还有问题，改好以后才能入库。")
        rows = rows.filter(SOUND)
    return rows.update(decision=decision)


@transaction.atomic
def change_row(*, run: ImportRun, order: int, question: Question, at: datetime) -> ImportRow:
    """Put what the reviewer made of an item in its place; it is checked and compared anew.

    What the parser said of it is settled by that. A sound item counts as accepted.
    """
    locked = locked_run(run, ImportState.REVIEW)
    row = locked.rows.filter(order=order).first()
    if row is None:
        raise NotFound("row", "这次导入里没有这道题。")
    before = question_of_row(row)
    parts = tuple(
        replace(part, where=before.parts[n].where if n < len(before.parts) else f"{before.where}（{n + 1}）")
        for n, part in enumerate(question.parts)
    )
    edited = replace(question, where=before.where, number=question.number or before.number, parts=parts)
    day = localdate(at)
    edited, found = check_question(edited, book=LawBook(), day=day)
    again = complete(Parsed((edited,), tuple(found)))
    lost = row.found - row.broken
    describe_row(row, edited, again.problems, _compare(locked, row, edited))
    row.edited = True
    sound = row.broken < row.found
    row.decision = Decision.ACCEPT if sound else Decision.NONE
    row.save()
    counted = tally(again)
    locked.found += counted.found - (len(before.parts) if before.kind == "case_group" else 1)
    locked.importable += counted.importable - lost
    locked.touched_at = at
    locked.save(update_fields=["found", "importable", "touched_at"])
    return row


def _compare(run: ImportRun, row: ImportRow, question: Question) -> list[dict[str, Any]]:
    """What the edited item resembles: in the bank, and among the rows that it resembled before."""
    orders = [data["order"] for data in row.doubles if "order" in data]
    near = list(run.rows.filter(order__in=orders))
    matches = find_doubles(bank=run.bank, questions=[*map(question_of_row, near), question])[-1]
    return [match_to_json(one, [(row.order, row.where) for row in near]) for one in matches]


def proposals(row: ImportRow) -> dict[str, str]:
    """Kinds that a broken row could be adopted as with one press: code → what the button says."""
    question = question_of_row(row)
    if row.broken == 0 or not isinstance(question.key, tuple):
        return {}
    found = {}
    for code in ("single", "multiple", "uncertain"):
        if code != question.kind and not kind_of(code).defects(replace(question, kind=code)):
            found[code] = f"改为{kind_of(code).label}"
    return found


def adopt_kind(*, run: ImportRun, order: int, kind: str, at: datetime) -> ImportRow:
    """Take a proposal. Raises Invalid for a kind that would not make the item sound."""
    row = run.rows.filter(order=order).first()
    if row is None:
        raise NotFound("row", "这次导入里没有这道题。")
    if kind not in proposals(row):
        raise Invalid("kind", "这道题不能直接改成这种题型，请打开修改。")
    return change_row(run=run, order=order, question=replace(question_of_row(row), kind=kind), at=at)
