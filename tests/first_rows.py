"""After a transactional test the database holds again what the migrations have left in it.

Django's own way empties every table and writes the types of content and the permissions anew, which takes
longer than most tests: here only tables that have rows are emptied, and the first rows stay.
"""

from __future__ import annotations

from django.db import connection, transaction

Rows = list[tuple[object, ...]]

TRIGGERS = "SELECT name, sql, tbl_name FROM sqlite_master WHERE type = 'trigger'"

_tables: list[str] = []
_first: dict[str, Rows] = {}


def remember_first_rows() -> None:
    """To be called when the migrations have run, before any test."""
    _tables[:] = connection.introspection.table_names()
    _first.update({table: _rows(table) for table in _filled()})


def restore_first_rows() -> None:
    """Empties the tables, also those whose triggers refuse it; what had rows at first has the same again."""
    changed = {table for table, rows in _first.items() if _rows(table) != rows}
    emptied = sorted(set(_filled()) - set(_first) | changed)
    if not emptied:
        return
    with connection.constraint_checks_disabled(), transaction.atomic():
        if connection.vendor == "postgresql":
            _ask("SET LOCAL session_replication_role = replica")  # no trigger is asked, no reference checked
            _ask(";".join(f"DELETE FROM {_quoted(table)}" for table in emptied))
        else:
            triggers = [one for one in _ask(TRIGGERS) if one[2] in emptied]
            for name, *_ in triggers:
                _ask(f"DROP TRIGGER {name}")
            for table in emptied:
                _ask(f"DELETE FROM {_quoted(table)}")
            for _, statement, _ in triggers:
                _ask(str(statement))
        for table in changed:
            _insert(table, _first[table])


def _filled() -> list[str]:
    one_each = (f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {_quoted(name)})" for name in _tables)
    return [str(name) for (name,) in _ask(" UNION ALL ".join(one_each))]


def _rows(table: str) -> Rows:
    return _ask(f"SELECT * FROM {_quoted(table)} ORDER BY 1")


def _insert(table: str, rows: Rows) -> None:
    places = ", ".join(["%s"] * len(rows[0]))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {_quoted(table)} VALUES ({places})", rows)


def _ask(statement: str) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall()) if cursor.description else []


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
