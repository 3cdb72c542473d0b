"""The one time stamp of an exam call.

On PostgreSQL the database gives it, so that several app nodes whose clocks disagree still keep one time; on
SQLite there is one machine and one clock.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from examsite.lib import clock
from examsite.people.ready_queries import prepared_cursor


def moment() -> datetime:
    """The present moment for everything that concerns a running attempt. Faces ask once per request."""
    if connection.vendor != "postgresql":
        return clock.now()
    with prepared_cursor(binary=True) as cursor:
        cursor.execute("SELECT clock_timestamp()")
        at: datetime = cursor.fetchone()[0]
        return at
