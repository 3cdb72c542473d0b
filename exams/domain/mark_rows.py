"""Marks and totals written many at once: as rows, past the models, which cost more than the database does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Model

from ..engine.marking import Total
from ..engine.transitions import State
from ..models import Attempt, Mark


class MarkRow(NamedTuple):
    """A `Mark` that is about to be written; its fields are the columns, in this order."""

    attempt_id: UUID
    slot_id: UUID
    points: Decimal
    possible: Decimal
    rule: str
    key_version: int
    sheet_digest: str
    at: datetime
    marker_id: UUID | None = None
    comment: str = ""
    answer_digest: str = ""


_COLUMNS = ", ".join(MarkRow._fields)
_COPY = f"COPY exams_mark ({_COLUMNS}) FROM STDIN"
_SQLITE = "INSERT INTO exams_mark (COLUMNS) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"

_MOVE = "UPDATE exams_attempt SET points = %s, possible = %s, state = %s WHERE id = %s AND state = %s"


def insert_marks(rows: Sequence[MarkRow]) -> None:
    """Append these marks in their order, in the transaction at hand."""
    if rows:
        _INSERT[connection.vendor](rows)


def _insert_postgresql(rows: Sequence[MarkRow]) -> None:
    """COPY costs PostgreSQL a third of an INSERT, in whatever form that is given its rows."""
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(_COPY) as copy:
        for row in rows:
            copy.write_row(row)


def _insert_sqlite(rows: Sequence[MarkRow]) -> None:
    names = [name.removesuffix("_id") for name in MarkRow._fields]
    with connection.cursor() as cursor:
        cursor.executemany(_SQLITE.replace("COLUMNS", _COLUMNS), _prepared(Mark, names, rows))


_INSERT = {"postgresql": _insert_postgresql, "sqlite": _insert_sqlite}


def write_moves(totals: Iterable[tuple[UUID, Total]], before: State, after: State) -> int:
    """Move locked attempts from a state to another with their totals, each row written once; how many it
    found in the state. For `move_attempts`, the writer of states."""
    rows = [(one.points, one.possible, after.value, key, before.value) for key, one in totals]
    with connection.cursor() as cursor:
        cursor.executemany(_MOVE, _prepared(Attempt, ("points", "possible", "state", "id", "state"), rows))
        return int(cursor.rowcount)


def _prepared(model: type[Model], names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    """The values of these fields as the database at hand wants them; each different one is asked for once."""
    fields = [model._meta.get_field(name) for name in names]
    known: list[dict[Any, Any]] = [{} for _ in fields]
    found = []
    for row in rows:
        line = []
        for field, seen, value in zip(fields, known, row, strict=True):
            if value not in seen:
                seen[value] = field.get_db_prep_save(value, connection)
            line.append(seen[value])
        found.append(line)
    return found
