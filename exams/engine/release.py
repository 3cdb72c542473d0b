"""When results and keys may be seen. Pure; the only answer to "before release no field tells"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Release:
    """What decides the release of a sitting's results (or of its keys).

    `rule` is the exam's: at_once, at_time, after_window, by_hand. `done_at` is the moment somebody released
    by hand; it opens under every rule. `windows_end` is the latest end of all sittings of the exam, makeups
    included; None while there is no sitting.
    """

    rule: str
    at_time: datetime | None
    done_at: datetime | None
    windows_end: datetime | None


def released_since(release: Release, submitted_at: datetime | None, at: datetime) -> datetime | None:
    """Since when an attempt handed in at `submitted_at` is released; None while it is not, at `at`."""
    if submitted_at is None:
        return None
    moments = [] if release.done_at is None else [release.done_at]
    if release.rule == "at_once":
        moments.append(submitted_at)
    elif release.rule == "at_time" and release.at_time is not None:
        moments.append(release.at_time)
    elif release.rule == "after_window" and release.windows_end is not None:
        moments.append(release.windows_end)
    since = min(moments, default=None)
    return since if since is not None and since <= at else None
