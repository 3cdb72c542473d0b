"""Tables whose rows are never changed: triggers that refuse, on SQLite and PostgreSQL.

Used by migrations, which hand in Django's schema editor. A later migration that rebuilds such a table on
SQLite drops its triggers with it and has to call `protect` again; a system check notices when they are gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

WORDS = "append-only: rows of this table are never changed"


def trigger_names(table: str) -> tuple[str, str]:
    """The names of the two triggers of a table: (update, delete)."""
    return f"{table}_no_update", f"{table}_no_delete"


def protect(
    schema_editor: Any,
    table: str,
    *,
    but: Sequence[str] = (),
    columns: Sequence[str] = (),
    deletable: str = "",
) -> None:
    """Refuse UPDATE and DELETE on `table`.

    `columns`: all columns of the table, needed with `but`, the columns that may be written. `deletable`: an
    SQL condition on OLD under which a row may go (retention); "{three_years_ago}" in it is the day.
    """
    sqlite = schema_editor.connection.vendor == "sqlite"
    of = f" OF {', '.join(one for one in columns if one not in but)}" if but else ""
    update, delete = trigger_names(table)
    refuse = f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END" if sqlite else "EXECUTE FUNCTION append_only()"
    if not sqlite:
        schema_editor.execute(
            "CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{WORDS}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
    when = f" WHEN (NOT ({_in_dialect(deletable, sqlite)}))" if deletable else ""
    each = "FOR EACH ROW"
    schema_editor.execute(f"CREATE TRIGGER {update} BEFORE UPDATE{of} ON {table} {each} {refuse}")
    schema_editor.execute(f"CREATE TRIGGER {delete} BEFORE DELETE ON {table} {each}{when} {refuse}")


def unprotect(schema_editor: Any, table: str) -> None:
    """Inverse of `protect`."""
    for name in trigger_names(table):
        of = "" if schema_editor.connection.vendor == "sqlite" else f" ON {table}"
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}{of}")


def _in_dialect(condition: str, sqlite: bool) -> str:
    """ "OLD.at < {three_years_ago}" in the words of the database."""
    ago = "datetime('now', '-3 years')" if sqlite else "now() - interval '3 years'"
    return condition.replace("{three_years_ago}", ago)
