"""What would quietly undo the protection of people's data is refused in words."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from examsite.lib.append_only import trigger_names

PROTECTED = ("people_auditrecord", "people_auditseal")


@register(Tags.database)
def check_log_is_append_only(
    app_configs: Any, databases: list[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """The triggers that keep the log from being changed are there."""
    errors: list[CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        tables = connection.introspection.table_names()
        for table in PROTECTED:
            if table in tables and not set(trigger_names(table)) <= _triggers(connection):
                errors.append(
                    Error(
                        f"数据库 {alias} 的 {table} 没有防改触发器：操作日志可以被改动。",
                        hint="重建触发器：manage.py migrate people 0006 && manage.py migrate people",
                        id="people.E001",
                    )
                )
    return errors


def _triggers(connection: Any) -> set[str]:
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {row[0] for row in cursor.fetchall()}
