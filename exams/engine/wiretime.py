"""Times on the wire: RFC 3339 in UTC with milliseconds."""

from __future__ import annotations

from datetime import UTC, datetime


def rfc3339(at: datetime) -> str:
    """ "2026-11-20T01:00:00.123Z"; cut off rather than rounded: a stamp never moves forward."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def rfc3339_or_none(at: datetime | None) -> str | None:
    """The same for a time that may be missing."""
    return None if at is None else rfc3339(at)
